//! `cutover repair`: damaged cells of an in-place run put back from its snapshot, and the run verified again.

use cutover::model::error::Result;
use cutover::report::json;
use cutover::run::RunDirectory;
use cutover::run::in_place::{Repaired, repair};

use super::{ending, recorded, run};
use crate::arguments::{Format, Repair};
use crate::context::Context;
use crate::exit::Exit;
use crate::options;

/// Repairs a run, or shows by which statements.
///
/// # Errors
/// Where it could not start: nothing was touched.
pub fn execute(context: &Context, arguments: &Repair) -> Result<Exit> {
    let directory = RunDirectory::find(&context.home, &arguments.run.run)?;
    let database = context.open(&arguments.database.url)?;
    let plan = recorded::plan(&directory, database.dialect())?;
    let engine = context.engine(database.as_ref());
    let options = options::of_repair(arguments, &plan.name);
    match repair(&engine, &plan, &directory, &arguments.tables, &options).map_err(run::untouched)? {
        Repaired::Shown(statements) => {
            let shown = match arguments.findings.format {
                Format::Json => json::versioned(&std::collections::BTreeMap::from([("statements", &statements)]))?,
                _ if statements.is_empty() => "-- nothing differs that the plan does not grant\n".to_owned(),
                _ => statements.iter().map(|statement| format!("{statement};\n")).collect(),
            };
            context.terminal.result(&shown)?;
            Ok(Exit::Done)
        }
        Repaired::Ended(ended) => ending::tell(context, &engine, &ended, &arguments.findings),
    }
}
