//! `cutover rollback`: a committed run undone, and the old contents proven.

use cutover::model::error::Result;
use cutover::run::rollback;

use super::{ending, recorded, run};
use crate::arguments::Rollback;
use crate::context::Context;
use crate::exit::Exit;
use crate::options;

/// Undoes a run.
///
/// # Errors
/// Where the undo could not start: nothing was touched.
pub fn execute(context: &Context, arguments: &Rollback) -> Result<Exit> {
    let directory = recorded::undoable(context, &arguments.run.run)?;
    let database = context.open(&arguments.database.url)?;
    let plan = recorded::plan(&directory, database.dialect())?;
    let engine = context.engine(database.as_ref());
    let ended = rollback::rollback(&engine, &plan, &directory, &options::of_rollback(arguments), &options::way_back(arguments))
        .map_err(run::untouched)?;
    ending::tell(context, &engine, &ended, &arguments.findings)
}
