//! `cutover snapshot`: the state of a database at one instant, in a directory.

use cutover::model::error::Result;
use cutover::report::words::counted;
use cutover::run::later;

use crate::arguments::Snapshot;
use crate::context::Context;
use crate::exit::Exit;
use crate::options;

/// Takes a snapshot.
///
/// # Errors
/// Where the directory exists, or something cannot be read.
pub fn execute(context: &Context, arguments: &Snapshot) -> Result<Exit> {
    let database = context.open(&arguments.database.url)?;
    let engine = context.engine(database.as_ref());
    let snapshot = later::snapshot(&engine, &arguments.directory, &options::sessions(&arguments.sessions))?;
    let tables = &snapshot.manifest.tables;
    let rows = tables.iter().map(|table| table.contents.digest.rows).sum();
    let sentence = format!(
        "{}: {} and {} of {}",
        arguments.directory.display(),
        counted(tables.len() as u64, "table"),
        counted(rows, "row"),
        database.place()
    );
    context.terminal.result(&context.terminal.judged(true, &sentence))?;
    Ok(Exit::Done)
}
