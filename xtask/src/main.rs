//! The project's own tasks: `cargo xtask test`, `cargo xtask check`, `cargo xtask bench`. Only the standard library and readers of TOML and
//! JSON, which the product is built with as well, so that it builds in seconds.
#![cfg_attr(test, allow(clippy::unwrap_used))]

use std::process::ExitCode;

mod arrows;
mod bench;
mod cargo;
mod check;
mod code;
mod conventions;
mod crash;
mod decisions;
mod files;
mod guard;
mod machine;
mod mariadb;
mod memory;
mod postgres;
mod servers;
mod test;

const USAGE: &str = "\
Tasks of this project:

  cargo xtask test                all checks, all tests with private PostgreSQL and MariaDB servers for them, a few kills, and migration tools
  cargo xtask test ARGUMENTS…     only the tests that `cargo test ARGUMENTS…` runs, with private servers for them
  cargo xtask test crash …        kills the tool and the server at random moments, and compares what is left; --help tells more
  cargo xtask test guard …        real migration tools under `cutover guard`: all, or those whose TOOL/PROJECT/CASE holds a word
  cargo xtask test decisions      each decision of the plan wasl-v3, the test that holds it, and how it came out
  cargo xtask check               formatting, clippy, the arrows between modules, and the conventions of the code
  cargo xtask bench               the measurements of docs/performance.md, on a private PostgreSQL server; --help tells more

CUTOVER_TEST_EVENTS=all     kill, stop and fail runs at each of their events, not at one of three, and plant every fault, not one of two
TMPDIR                      where tests keep their files; without it in memory, where the machine has the room
CUTOVER_TEST_POSTGRES       the superuser URL of a server to use instead of a private one
CUTOVER_TEST_POSTGRES_BIN   the directory of the PostgreSQL programs to use
CUTOVER_TEST_MYSQL          the superuser URL of a MariaDB server to use instead of private ones
CUTOVER_TEST_MYSQL_SERVERS  URLs of more of them, for runs, which stop the writes of a whole server
CUTOVER_TEST_MYSQL_BIN      the directories of the MariaDB programs to use, written as in PATH
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let task = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    if task == "test" {
        memory::prefer();
    }
    let outcome = match (task.as_str(), rest.as_slice()) {
        ("test", [first, ..]) if first == "crash" => crash::run(&rest[1..]),
        ("test", [first, ..]) if first == "guard" => guard::run(&rest[1..]),
        ("test", [first]) if first == "decisions" => decisions::run(),
        ("test", _) => test::run(&rest),
        ("check", []) => check::run(),
        ("bench", _) => bench::run(&rest),
        (servers::SUPERVISE, [product, purpose, count, directory]) => servers::supervise(product, purpose, count, directory.as_ref()),
        ("help" | "--help" | "-h", []) => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    outcome.unwrap_or_else(|message| {
        eprintln!("error: {message}");
        ExitCode::from(2)
    })
}
