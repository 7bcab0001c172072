//! `cargo xtask test`: the checks, then every test, against private servers.

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::thread;

use crate::cargo;
use crate::check;
use crate::crash;
use crate::guard;
use crate::machine;
use crate::mariadb;
use crate::postgres;
use crate::servers::{Product, Purpose, Servers};

mod programs;

/// The variable in which the tests find the superuser's URL of their PostgreSQL server.
const POSTGRES_VARIABLE: &str = "CUTOVER_TEST_POSTGRES";

/// The variable in which the tests find the superuser's URL of their MariaDB server.
const MYSQL_VARIABLE: &str = "CUTOVER_TEST_MYSQL";

/// The variable in which the tests find the URLs of the MariaDB servers for runs. A run's fence stops the writes of a whole server, so
/// each takes one of them for itself.
const MYSQL_SERVERS_VARIABLE: &str = "CUTOVER_TEST_MYSQL_SERVERS";

/// How many runs can go on at once on MariaDB. More would gain nothing on a small machine, and each server takes memory.
const MYSQL_SERVERS: usize = 4;

/// Runs the tests. Without arguments, the checks, and then all tests, several programs at a time, a few kills and migration tools; with arguments,
/// what `cargo test ARGUMENTS…` runs. The last line on stdout is `N passed, N failed`: the sums over all test programs, with one more failure for
/// each check that failed and each test program that ended before its tests did.
///
/// # Errors
/// Where there is no server for the tests.
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
    let root = cargo::workspace_root()?;
    if arguments.is_empty() { all(&root) } else { some(&root, arguments) }
}

fn all(root: &Path) -> Result<ExitCode, String> {
    let failed_checks = check::failures(root);
    let mut environment = Command::new("true");
    let servers = start_servers(&mut environment)?;
    let (built, mut tally) = programs::run(root, &environment)?;
    drop(servers);
    if !built {
        eprintln!("\nnot everything was built: see above");
        tally.unfinished += 1;
    }
    if tally.failed() == 0 {
        for trials in [crash::few, guard::few] {
            let (passed, failed) = trials()?;
            tally.passed += passed;
            tally.counted_failures += failed;
        }
    }
    if failed_checks > 0 {
        eprintln!("\n{failed_checks} of the checks before the tests failed: see above, or run `cargo xtask check`");
    }
    let failed = tally.failed() + failed_checks;
    println!("\n{} passed, {failed} failed", tally.passed);
    Ok(ExitCode::from(u8::from(failed > 0)))
}

fn some(root: &Path, arguments: &[String]) -> Result<ExitCode, String> {
    let mut command = cargo::command(root);
    command.arg("test").args(selection(arguments)).args(arguments).stdout(Stdio::piped());
    let servers = start_servers(&mut command)?;

    let mut tests = command.spawn().map_err(|error| format!("cargo does not start: {error}"))?;
    let mut tally = match tests.stdout.take() {
        Some(output) => Tally::of(output, io::stdout()).map_err(|error| format!("the tests' output cannot be passed on: {error}"))?,
        None => Tally::default(),
    };
    let status = tests.wait().map_err(|error| format!("cargo cannot be waited for: {error}"))?;
    drop(servers);
    if !status.success() && tally.failed() == 0 {
        eprintln!("\nno test failed, but cargo ended with {status}: see above what did not build");
        tally.unfinished += 1;
    }
    println!("\n{} passed, {} failed", tally.passed, tally.failed());
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Ok(ExitCode::from(if code == 0 && tally.failed() > 0 { 1 } else { code }))
}

/// Starts the servers that the environment does not name, side by side, and tells the tests where they are.
///
/// # Errors
/// Where a server cannot be started.
pub fn start_servers(command: &mut Command) -> Result<Vec<Servers>, String> {
    let named = [POSTGRES_VARIABLE, MYSQL_VARIABLE].map(|variable| env::var_os(variable).is_some());
    // One after the other: both may have to be installed, and Debian's installer takes one at a time.
    let postgres = if named[0] { postgres::find()? } else { Some(postgres::find_or_install()?) };
    let mariadb = if named[1] { mariadb::find()? } else { Some(mariadb::find_or_install()?) };
    for program in ["age", "mydumper"] {
        machine::find_or_install(program, program)?;
    }
    command.envs(postgres.map(|programs| (postgres::PROGRAMS_VARIABLE, programs)));
    command.envs(mariadb.map(|programs| (mariadb::PROGRAMS_VARIABLE, programs.directories())));
    let (postgres, mariadb) = thread::scope(|scope| {
        let postgres = scope.spawn(|| (!named[0]).then(|| Servers::start(Product::Postgres, Purpose::Tests, 1)).transpose());
        let mariadb = (!named[1]).then(|| Servers::start(Product::MariaDb, Purpose::Tests, 1 + MYSQL_SERVERS)).transpose();
        (postgres.join(), mariadb)
    });
    let postgres = postgres.map_err(|_| "the PostgreSQL server could not be started".to_owned())??;
    let mariadb = mariadb?;
    command.envs(postgres.as_ref().map(|servers| (POSTGRES_VARIABLE, servers.url())));
    if let Some(servers) = &mariadb {
        command.env(MYSQL_VARIABLE, servers.url()).env(MYSQL_SERVERS_VARIABLE, servers.further_urls().join(" "));
    }
    Ok(postgres.into_iter().chain(mariadb).collect())
}

/// What cargo needs to be told besides the arguments: all packages, unless they name some.
fn selection(arguments: &[String]) -> &'static [&'static str] {
    let names_packages = arguments.iter().take_while(|argument| *argument != "--").any(|argument| {
        ["-p", "--package", "--workspace", "--all", "--manifest-path"].iter().any(|option| argument == option)
            || argument.starts_with("--package=")
            || argument.starts_with("--manifest-path=")
            || (argument.starts_with("-p") && !argument.starts_with("--"))
    });
    if names_packages { &[] } else { &["--workspace"] }
}

/// How the tests came out.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    counted_failures: u64,
    /// Test programs that began and never told their result, because they were killed or aborted.
    unfinished: u64,
}

impl Tally {
    /// Passes the output of cargo on, line by line, and adds up the results in it.
    fn of(from: impl Read, mut to: impl Write) -> io::Result<Self> {
        let mut from = BufReader::new(from);
        let mut tally = Self::default();
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line)? > 0 {
            to.write_all(&line)?;
            to.flush()?;
            tally.add(&String::from_utf8_lossy(&line));
            line.clear();
        }
        Ok(tally)
    }

    fn add(&mut self, line: &str) {
        if begins(line) {
            self.unfinished += 1;
        } else if let Some((passed, failed)) = result(line) {
            self.passed += passed;
            self.counted_failures += failed;
            self.unfinished = self.unfinished.saturating_sub(1);
        }
    }

    fn add_all(&mut self, other: &Self) {
        self.passed += other.passed;
        self.counted_failures += other.counted_failures;
        self.unfinished += other.unfinished;
    }

    fn failed(&self) -> u64 {
        self.counted_failures + self.unfinished
    }
}

/// Whether a line begins the tests of one program: `running 12 tests`.
fn begins(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    matches!(words[..], ["running", count, "test" | "tests"] if count.parse::<u64>().is_ok())
}

/// The passed and failed tests of one program: `test result: ok. 12 passed; 0 failed; …`.
fn result(line: &str) -> Option<(u64, u64)> {
    let counts = line.strip_prefix("test result: ")?;
    let count = |of: &str| {
        let words: Vec<&str> = counts.split([' ', ';']).collect();
        let position = words.iter().position(|word| *word == of)?;
        words.get(position.checked_sub(1)?)?.parse().ok()
    };
    Some((count("passed")?, count("failed")?))
}

#[cfg(test)]
mod tests {
    use super::{Tally, selection};

    fn tally(output: &str) -> Tally {
        let mut passed_on = Vec::new();
        let tally = Tally::of(output.as_bytes(), &mut passed_on).unwrap();
        assert_eq!(passed_on, output.as_bytes(), "every byte is passed on");
        tally
    }

    #[test]
    fn results_of_all_programs_are_added() {
        let output = "\nrunning 2 tests\ntest a ... ok\ntest b ... FAILED\n\n\
            test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            running 1 test\ntest c ... ok\ntest result: ok. 1 passed; 0 failed; 3 ignored; 0 measured; 7 filtered out; finished in 0.01s\n";
        let tally = tally(output);
        assert_eq!((tally.passed, tally.failed()), (2, 1));
    }

    #[test]
    fn a_program_that_is_killed_counts_as_a_failure() {
        let output = "running 2 tests\ntest a ... ok\nrunning 1 test\ntest c ... ok\ntest result: ok. 1 passed; 0 failed; 0 ignored;";
        let tally = tally(output);
        assert_eq!((tally.passed, tally.failed()), (1, 1));
    }

    #[test]
    fn output_of_a_test_is_no_result() {
        assert_eq!(tally("running late with 3 tests\n  test result: ok. 5 passed; 0 failed;\n"), Tally::default());
    }

    #[test]
    fn the_whole_workspace_is_tested_unless_packages_are_named() {
        let arguments = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(selection(&arguments("fence")), ["--workspace"]);
        assert_eq!(selection(&arguments("-- -p")), ["--workspace"]);
        for named in ["-p cutover --test scratch", "-pcutover", "--package=cutover"] {
            assert!(selection(&arguments(named)).is_empty(), "{named}");
        }
    }
}
