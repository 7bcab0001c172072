//! `cutover step`: one step of a plan alone, journaled and verified like a run.

use cutover::model::error::Result;

use super::run;
use crate::arguments::Step;
use crate::built_in;
use crate::context::{Context, load};
use crate::exit::Exit;
use crate::options;

/// The parameter that a plan's statements learn of `--force` by, where it has one.
const FORCE: &str = "force";

/// Runs one step.
///
/// # Errors
/// Where the run could not start: nothing was touched.
pub fn execute(context: &Context, arguments: &Step) -> Result<Exit> {
    let files = built_in::find(&arguments.run.plan.plan)?;
    let database = context.open(&arguments.run.database.url)?;
    let mut parameters = arguments.run.plan.parameters.clone();
    let mut plan = load(&files, database.dialect(), &parameters)?;
    let set = parameters.iter().any(|(name, _)| name == FORCE);
    if arguments.force && !set && plan.parameters.contains_key(FORCE) {
        parameters.push((FORCE.to_owned(), "true".to_owned()));
        plan = load(&files, database.dialect(), &parameters)?;
    }
    let step = plan.only(&arguments.step)?;
    run::start(context, database.as_ref(), &files, &step, &options::of_step(arguments, &files), &arguments.run.findings)
}
