//! `cutover diff`: two snapshots, runs or databases compared, nothing granted.

use std::path::Path;

use cutover::model::error::{Error, ErrorKind, Result};
use cutover::model::url::DatabaseUrl;
use cutover::report::{Detail, Report, json, text};
use cutover::run::{RunDirectory, later};
use cutover::snapshot::Snapshot;
use cutover::snapshot::seal::private_directory;
use tempfile::TempDir;

use super::ending;
use crate::arguments::{Diff, Format};
use crate::context::Context;
use crate::exit::Exit;
use crate::options;

/// Compares.
///
/// # Errors
/// Where one of the two is not there, cannot be read, or they are of different kinds of databases.
pub fn execute(context: &Context, arguments: &Diff) -> Result<Exit> {
    // Snapshots hold personal data: beside the runs, which only their owner can read, and gone when this ends.
    private_directory(&context.home)?;
    let private = tempfile::Builder::new()
        .prefix(".diff-")
        .tempdir_in(&context.home)
        .map_err(|source| Error::file("create a directory in", &context.home, source))?;
    let before = take(context, arguments, &arguments.before, &private, "before")?;
    let after = take(context, arguments, &arguments.after, &private, "after")?;
    let scratch = private.path().join("scratch");
    private_directory(&scratch)?;
    let verdict = later::diff(&before, &after, &scratch, context.terminal.monitor())?;
    // A finding that fails no rule is a difference all the same: nothing is granted here.
    let report = Report::of(&[], Some(&verdict), ending::values(&arguments.findings));
    match arguments.findings.format {
        Format::Json => context.terminal.result(&json::json(&report)?)?,
        Format::Text => {
            let mut page = text::text(&report, &context.terminal.view(Detail::Summary, false));
            let sentence = match verdict.passed {
                true => "no differences".to_owned(),
                false => format!("{} and {} differ", arguments.before, arguments.after),
            };
            page.push_str(&format!("\n{}\n", context.terminal.judged(verdict.passed, &sentence)));
            context.terminal.result(&page)?;
        }
    }
    Ok(Exit::of_comparison(verdict.passed))
}

/// Opens a snapshot, or takes one of a live database.
fn take(context: &Context, arguments: &Diff, named: &DatabaseUrl, private: &TempDir, side: &str) -> Result<Snapshot> {
    let name = named.to_string();
    let path = Path::new(&name);
    if path.is_dir() {
        let snapshot = path.join("snapshot");
        return Snapshot::open(if snapshot.is_dir() { &snapshot } else { path });
    }
    if !path.exists() && !name.contains("://") {
        if let Ok(run) = RunDirectory::find(&context.home, &name) {
            return Snapshot::open(&run.snapshot());
        }
        let message = format!("there is no snapshot, run or database `{name}`");
        return Err(Error::new(ErrorKind::Input, message)
            .hint("give a directory, a run's id, postgres://user@host/name, mysql://user@host/name, or the path of a SQLite file"));
    }
    let database = context.open(named)?;
    let engine = context.engine(database.as_ref());
    later::snapshot(&engine, &private.path().join(side), &options::sessions(&arguments.sessions))
}
