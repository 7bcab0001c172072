//! The whole migration of wasl-v3 on MariaDB: `cutover run` and `bench/wasl-guide.sh` take turns.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Bench;
use super::growth::stages_of;
use super::mariadb::MariaDb;
use super::programs::{Ended, ended, output, seconds};
use super::table::{Goal, Row, Section};
use super::turns::{Side, medians};

/// The plan.
pub(super) const PLAN: &str = "wasl-v3";

/// The plan's demo, which is built once, and what each turn starts from.
const DEMO: &str = "wasl_demo";
pub(super) const COPY: &str = "wasl_copy";

/// Measures the migration.
///
/// # Errors
/// Where a side fails.
pub fn measure(bench: &Bench) -> Result<Section, String> {
    let mariadb = bench.mariadb.as_ref().ok_or("there is no MariaDB server")?;
    let dump = dumped(bench, mariadb)?;
    let mut stages = String::new();
    let mut surprises = BTreeSet::new();
    let [bare, backed, guide, without] = medians(
        "the whole wasl-v3 migration",
        bench.turns,
        [
            Side::new("cutover run", || {
                let taken = run(bench, mariadb, &dump, &[])?;
                stages = stages_of(&bench.work.path("home"))?;
                Ok(taken)
            }),
            Side::new("cutover run, with a backup", || run(bench, mariadb, &dump, &["--backup", "fence"])),
            Side::new("the guide", || {
                loaded(mariadb, &dump, COPY)?;
                let done = by_hand(bench, mariadb, &[], COPY)?;
                surprises.extend(done.talked_of("expected ").map(str::to_owned));
                Ok(done.seconds)
            }),
            Side::new("the guide, without its backup", || {
                loaded(mariadb, &dump, COPY)?;
                Ok(by_hand(bench, mariadb, &["--without-backup"], COPY)?.seconds)
            }),
        ],
    )?;
    let rows = vec![
        Row::speed("no backup on either side", bare, without, Goal::None),
        Row::speed("the backup on both sides", backed, guide, Goal::None),
        Row::speed("a way back on both sides: the run's snapshot, the guide's dump", bare, guide, Goal::None),
    ];
    let surprises = surprises.into_iter().collect::<Vec<_>>().join("; ");
    let notes = vec![
        format!("Stages of the last run without a backup: {stages}."),
        format!("The guide's own queries, after its own statements: {surprises}."),
        format!("MariaDB {} with innodb_buffer_pool_size = 256M and otherwise MariaDB's defaults.", mariadb.version()?),
    ];
    Ok(Section { sides: ["cutover", "by hand"], rows, notes })
}

/// The demo as a file that a database is loaded from.
pub(super) fn dumped(bench: &Bench, mariadb: &MariaDb) -> Result<PathBuf, String> {
    eprintln!("building the MariaDB database {DEMO}");
    output(mariadb.program("mariadb")?.args(["--execute", &format!("CREATE DATABASE {DEMO}")]))?;
    let demo = mariadb.address(DEMO)?;
    let mut build = bench.programs.cutover(&bench.work.path("home"));
    output(build.args(["demo", PLAN, "--database", &demo.url]).envs(demo.password))?;
    let path = bench.work.path("wasl.sql");
    let result = format!("--result-file={}", path.display());
    output(mariadb.program("mariadb-dump")?.args(["--single-transaction", "--routines", "--triggers", "--events", &result, DEMO]))?;
    output(mariadb.program("mariadb")?.args(["--execute", &format!("DROP DATABASE {DEMO}")]))?;
    Ok(path)
}

/// A fresh copy: the only one of its name, with nothing left to be written to the disk.
pub(super) fn loaded(mariadb: &MariaDb, dump: &Path, database: &str) -> Result<(), String> {
    let create = format!("DROP DATABASE IF EXISTS {database}; CREATE DATABASE {database} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");
    output(mariadb.program("mariadb")?.args(["--execute", &create]))?;
    let script = File::open(dump).map_err(|error| format!("{} cannot be read: {error}", dump.display()))?;
    let mut client = mariadb.program("mariadb")?;
    let status = client.arg(database).stdin(script).stdout(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => mariadb.settle(database),
        Ok(status) => Err(format!("loading {} ended with {status}", dump.display())),
        Err(error) => Err(format!("mariadb does not start: {error}")),
    }
}

/// The seconds of a run on a fresh copy.
fn run(bench: &Bench, mariadb: &MariaDb, dump: &Path, options: &[&str]) -> Result<f64, String> {
    loaded(mariadb, dump, COPY)?;
    let copy = mariadb.address(COPY)?;
    let mut command = bench.programs.cutover(&bench.work.fresh("home")?);
    command.args(["run", PLAN, "--database", &copy.url]).args(options).envs(copy.password);
    // The run looks for the program that dumps.
    seconds(command.env("PATH", path(mariadb)?))
}

/// `PATH` with the server's own programs first.
pub(super) fn path(mariadb: &MariaDb) -> Result<OsString, String> {
    let others = env::var_os("PATH").unwrap_or_default();
    let directories = mariadb.directories();
    let all = env::split_paths(&directories).chain(env::split_paths(&others));
    env::join_paths(all).map_err(|error| format!("PATH cannot be put together: {error}"))
}

/// The guide, done by hand on a database.
///
/// # Errors
/// Where a step of it fails.
pub(super) fn by_hand(bench: &Bench, mariadb: &MariaDb, options: &[&str], database: &str) -> Result<Ended, String> {
    let account = mariadb.account()?;
    let mut script = Command::new(bench.root.join("bench/wasl-guide.sh"));
    script.args(options).arg(bench.work.fresh("guide")?).arg(database);
    script.args(["--no-defaults".to_owned(), format!("--host={}", account.host), format!("--port={}", account.port)]);
    script.arg(format!("--user={}", account.user)).env(crate::mariadb::PASSWORD_VARIABLE, account.password);
    script.env("PATH", path(mariadb)?);
    ended(&mut script, &[0])
}
