//! `cutover run`: everything that a plan asks for, committed only where everything is verified.

use cutover::database::Database;
use cutover::model::error::{Error, Result};
use cutover::plan::{Plan, PlanFiles};
use cutover::report::json;
use cutover::run::{Finished, Options};
use serde::Serialize;

use super::ending;
use crate::arguments::{Findings, Format, Run};
use crate::built_in;
use crate::context::{Context, load};
use crate::exit::Exit;
use crate::options;

/// Runs a plan.
///
/// # Errors
/// Where the run could not start: nothing was touched.
pub fn execute(context: &Context, arguments: &Run) -> Result<Exit> {
    let files = built_in::find(&arguments.plan.plan)?;
    let database = context.open(&arguments.database.url)?;
    let plan = load(&files, database.dialect(), &arguments.plan.parameters)?;
    start(context, database.as_ref(), &files, &plan, &options::of_run(arguments, &files), &arguments.findings)
}

/// Starts a run, and tells how it ended.
///
/// # Errors
/// Where the run could not start: nothing was touched.
pub fn start(
    context: &Context,
    database: &dyn Database,
    files: &PlanFiles,
    plan: &Plan,
    options: &Options,
    findings: &Findings,
) -> Result<Exit> {
    let engine = context.engine(database);
    match cutover::run::run(&engine, files, plan, options).map_err(|error| refused(error, files, &plan.name))? {
        Finished::NothingToDo { run, at } => nothing_to_do(context, findings.format, &plan.name, run, at),
        Finished::Ended(ended) => ending::tell(context, &engine, &ended, findings),
    }
}

/// Says of a run that could not start what state the database is in, and where the plan's files can be edited.
pub fn refused(error: Error, files: &PlanFiles, run_of: &str) -> Error {
    // The run of one step is of PLAN/STEP.
    let plan = run_of.split('/').next().unwrap_or(run_of);
    built_in::edited_in_a_copy(untouched(error), files, plan)
}

/// Says what state the database is in, where the error does not say it itself.
pub fn untouched(error: Error) -> Error {
    const STATE: &str = "nothing was touched";
    if error.hints().iter().any(|hint| hint.contains(STATE)) { error } else { error.hint(STATE) }
}

#[derive(Serialize)]
struct NothingToDo<'a> {
    outcome: &'static str,
    plan: &'a str,
    run: String,
    at: String,
}

/// Says that a plan has been applied already.
///
/// # Errors
/// Where stdout cannot be written.
pub fn nothing_to_do(context: &Context, format: Format, plan: &str, run: String, at: String) -> Result<Exit> {
    let nothing = NothingToDo { outcome: "nothing_to_do", plan, run, at };
    match format {
        Format::Json => context.terminal.result(&json::versioned(&nothing)?)?,
        Format::Text => {
            let NothingToDo { plan, run, at, .. } = nothing;
            context.terminal.result(&format!("nothing to do: {plan} was applied by the run {run}, started {at}; nothing was touched"))?;
        }
    }
    Ok(Exit::Done)
}
