//! `cutover diff`: two snapshots, runs or databases compared, nothing granted.

use std::path::Path;

use cutover::database::Database;
use cutover::model::error::{Error, ErrorKind, Result};
use cutover::model::url::DatabaseUrl;
use cutover::report::{Detail, Report, json, text};
use cutover::run::diff::{Side, diff};
use cutover::run::{Engine, RunDirectory};
use cutover::snapshot::Snapshot;
use cutover::snapshot::seal::private_directory;

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
    let databases = [&arguments.before, &arguments.after].map(|named| named_database(context, named));
    let [before, after] = databases;
    let (before, after) = (before?, after?);
    let engines = [&before, &after].map(|database| database.as_deref().map(|database| context.engine(database)));
    let before = side(context, arguments, &arguments.before, engines[0].as_ref(), &private.path().join("before"))?;
    let after = side(context, arguments, &arguments.after, engines[1].as_ref(), &private.path().join("after"))?;
    let scratch = private.path().join("scratch");
    private_directory(&scratch)?;
    let verdict = diff(before, after, &scratch, context.terminal.monitor())?;
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

/// The live database of a name; `None` where it names a directory or a run.
fn named_database(context: &Context, named: &DatabaseUrl) -> Result<Option<Box<dyn Database>>> {
    let name = named.to_string();
    let path = Path::new(&name);
    if path.is_dir() || (!path.exists() && !name.contains("://")) {
        return Ok(None);
    }
    context.open(named).map(Some)
}

/// Opens a snapshot, or reads a live database.
fn side<'a>(context: &Context, arguments: &Diff, named: &DatabaseUrl, live: Option<&'a Engine<'a>>, directory: &Path) -> Result<Side<'a>> {
    if let Some(engine) = live {
        return Side::live(engine, directory, &options::sessions(&arguments.sessions));
    }
    let name = named.to_string();
    let path = Path::new(&name);
    if path.is_dir() {
        let snapshot = path.join("snapshot");
        return Snapshot::open(if snapshot.is_dir() { &snapshot } else { path }).map(Side::stored);
    }
    if let Ok(run) = RunDirectory::find(&context.home, &name) {
        return Snapshot::open(&run.snapshot()).map(Side::stored);
    }
    let message = format!("there is no snapshot, run or database `{name}`");
    Err(Error::new(ErrorKind::Input, message)
        .hint("give a directory, a run's id, postgres://user@host/name, mysql://user@host/name, or the path of a SQLite file"))
}
