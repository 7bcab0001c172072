//! `cutover resume`: an in-place run that was stopped goes on.

use cutover::model::error::Result;
use cutover::run::{Finished, RunDirectory, in_place};

use super::{ending, recorded, run};
use crate::arguments::Resume;
use crate::context::Context;
use crate::exit::Exit;
use crate::options;

/// Goes on with a run.
///
/// # Errors
/// Where it could not be taken up again: nothing was touched.
pub fn execute(context: &Context, arguments: &Resume) -> Result<Exit> {
    let directory = RunDirectory::find(&context.home, &arguments.run.run)?;
    let database = context.open(&arguments.database.url)?;
    let plan = recorded::plan(&directory, database.dialect())?;
    let engine = context.engine(database.as_ref());
    match in_place::resume(&engine, &plan, &directory, &options::of_resume(arguments, &plan.name)).map_err(run::untouched)? {
        Finished::NothingToDo { run, at } => run::nothing_to_do(context, arguments.findings.format, &plan.name, run, at),
        Finished::Ended(ended) => ending::tell(context, &engine, &ended, &arguments.findings),
    }
}
