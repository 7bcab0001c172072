//! `cutover clean`: what runs and proofs have left on the server is taken down: fences, and scratch databases.

use cutover::model::error::Result;
use cutover::run::in_place::{self, Release};
use cutover::run::status;

use super::run;
use crate::arguments::Clean;
use crate::context::Context;
use crate::exit::Exit;
use crate::options;

/// Takes fences down, gives the run up that a person names, and drops scratch databases that nobody uses.
///
/// # Errors
/// Where an unfinished run is in the way: nothing was touched.
pub fn execute(context: &Context, arguments: &Clean) -> Result<Exit> {
    let database = context.open(&arguments.database.url)?;
    let engine = context.engine(database.as_ref());
    let mut lines = Vec::new();
    if let Some(run) = &arguments.kept {
        context.terminal.result(&status::drop_kept(&engine, run)?.join("\n"))?;
        return Ok(Exit::Done);
    }
    lines.extend(in_place::let_in(&engine, &options::of_clean(arguments)).map_err(run::untouched)?);
    let abandon = arguments.run.as_deref().filter(|_| arguments.abandon);
    let Release { abandoned, notes } = in_place::release(&engine, abandon, &options::of_clean(arguments)).map_err(run::untouched)?;
    lines
        .extend(abandoned.map(|run| format!("the run {run} is given up: everything stands as its steps left it")).into_iter().chain(notes));
    lines.extend(in_place::drop_scratches(&engine)?);
    if lines.is_empty() {
        lines.push("nothing to clean: no fence stands, and no scratch database is left".to_owned());
    }
    context.terminal.result(&lines.join("\n"))?;
    Ok(Exit::Done)
}
