//! Backup, proof, rehearsal and rollback, against the same steps of the two documents done by hand.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use super::Bench;
use super::programs::output;
use super::table::Section;

mod mariadb;
mod postgres;

/// Measures both databases.
///
/// # Errors
/// Where a side fails.
pub fn measure(bench: &Bench) -> Result<Section, String> {
    let mut rows = postgres::measure(bench)?;
    let (more, version) = mariadb::measure(bench)?;
    rows.extend(more);
    let notes = vec![
        "By hand nothing is compared: what is restored counts as good where the program that restores it ends with 0. cutover takes a snapshot \
         with each backup, and a proof reads what was restored and compares every cell and object."
            .to_owned(),
        format!("MariaDB {version} with innodb_buffer_pool_size = 256M and otherwise MariaDB's defaults."),
    ];
    Ok(Section { sides: ["cutover", "by hand"], rows, notes })
}

/// The four sides of a database that take turns: cutover's, and the same by hand.
struct Sides {
    backup: [f64; 2],
    proof: [f64; 2],
    rehearsal: [f64; 2],
    rollback: [f64; 3],
}

impl Sides {
    fn rows(&self, database: &str, plan: &str, dump: &str) -> Vec<super::table::Row> {
        use super::table::{Goal, Row};
        let [restore, undo, by_hand] = self.rollback;
        let row = |what: &str, [ours, theirs]: [f64; 2]| Row::cost(format!("{database}: {what}"), ours, theirs, Goal::None);
        vec![
            row(&format!("`cutover backup`, against `{dump}`"), self.backup),
            row("`cutover backup --prove`, against dump and restore", self.proof),
            row(&format!("`cutover rehearse {plan}`, against dump, restore and the document's steps there"), self.rehearsal),
            row("`cutover rollback --method restore`, against restoring the dump", [restore, by_hand]),
            row("`cutover rollback --method undo`, against restoring the dump", [undo, by_hand]),
        ]
    }
}

/// The seconds that some work takes.
fn timed(work: impl FnOnce() -> Result<(), String>) -> Result<f64, String> {
    let began = Instant::now();
    work()?;
    Ok(began.elapsed().as_secs_f64())
}

/// Runs two programs, the second of which reads what the first writes.
fn piped(first: &mut Command, second: &mut Command) -> Result<(), String> {
    let told = |command: &Command, error: std::io::Error| format!("{} does not start: {error}", command.get_program().display());
    let mut writer = first.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(|error| told(first, error))?;
    let pipe = writer.stdout.take().ok_or("a program has no output")?;
    let reader = second.stdin(pipe).spawn().map_err(|error| told(second, error));
    let read = reader.and_then(|reader| succeeded(second, reader));
    succeeded(first, writer).and(read)
}

fn succeeded(command: &Command, mut child: Child) -> Result<(), String> {
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{} ended with {status}", command.get_program().display())),
        Err(error) => Err(format!("{} cannot be waited for: {error}", command.get_program().display())),
    }
}

/// `cutover backup` with all that belongs to it in a fresh directory.
fn backup(bench: &Bench, database: &super::contents::Address, path: &std::ffi::OsStr, options: &[&str]) -> Result<f64, String> {
    let mut command = bench.programs.cutover(&bench.work.fresh("home")?);
    command.args(["backup", "--database", &database.url]).args(options).envs(database.password.clone()).env("PATH", path);
    timed(|| output(&mut command).map(drop))
}

/// A command of cutover about a plan or what is left of it, with what earlier ones have left in its directory.
fn about_plan(
    bench: &Bench,
    home: &Path,
    (command, about): (&str, &str),
    database: &super::contents::Address,
    path: &std::ffi::OsStr,
    options: &[&str],
) -> Result<f64, String> {
    let mut cutover = bench.programs.cutover(home);
    cutover.args([command, about, "--database", &database.url]).args(options).envs(database.password.clone()).env("PATH", path);
    timed(|| output(&mut cutover).map(drop))
}
