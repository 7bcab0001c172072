//! `cutover verify`: a database compared with the snapshot of an earlier run.

use cutover::model::error::Result;
use cutover::report::{Detail, Report, json, text};
use cutover::run::{later, undo};

use super::{ending, recorded};
use crate::arguments::{Format, Verify};
use crate::context::Context;
use crate::exit::Exit;
use crate::options;

/// Verifies a run later.
///
/// # Errors
/// Where the run was not committed, or something cannot be read.
pub fn execute(context: &Context, arguments: &Verify) -> Result<Exit> {
    let directory = recorded::committed(context, &arguments.run.run)?;
    let database = context.open(&arguments.database.url)?;
    let plan = recorded::plan(&directory, database.dialect())?;
    let values = undo::first_values(&directory)?;
    let engine = context.engine(database.as_ref());
    let verdict = later::verify(&engine, &plan, &directory, &values, &options::of_verify(arguments))?;
    let report = Report::of(&[], Some(&verdict), ending::values(&arguments.findings));
    match arguments.findings.format {
        Format::Json => context.terminal.result(&json::json(&report)?)?,
        Format::Text => {
            let mut page = text::text(&report, &context.terminal.view(Detail::Summary, false));
            let sentence = if verdict.passed {
                format!("{} holds what the run {} left, and nothing that cannot be explained", database.place(), directory.run)
            } else {
                format!("{} differs from what the run {} left; nothing was touched", database.place(), directory.run)
            };
            page.push_str(&format!("\n{}\n", context.terminal.judged(verdict.passed, &sentence)));
            context.terminal.result(&page)?;
        }
    }
    Ok(Exit::of_comparison(verdict.passed))
}
