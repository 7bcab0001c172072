//! `cutover guard`: a command of a person's between a snapshot and a verification.

use cutover::database::dialects;
use cutover::model::error::Result;
use cutover::run::guard::{Contract, guard};

use super::{ending, run};
use crate::arguments::Guard;
use crate::context::Context;
use crate::exit::Exit;
use crate::options;

/// Guards a command.
///
/// # Errors
/// Where it could not be started: nothing was touched.
pub fn execute(context: &Context, arguments: &Guard) -> Result<Exit> {
    let database = context.open(&arguments.database.url)?;
    let contract = Contract::read(arguments.contract.as_deref(), database.dialect(), &dialects()).map_err(run::untouched)?;
    let engine = context.engine(database.as_ref());
    let ended = guard(&engine, &contract, &options::of_guard(arguments)).map_err(run::untouched)?;
    ending::tell(context, &engine, &ended, &arguments.findings)
}
