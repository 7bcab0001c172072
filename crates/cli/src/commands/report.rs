//! `cutover report`: how a run went, from its journal and verdict.

use cutover::model::error::Result;
use cutover::report::{Detail, Report as RunReport, json, text};
use cutover::run::RunDirectory;

use super::ending;
use crate::arguments::{Format, Report};
use crate::context::Context;
use crate::exit::Exit;

/// Tells how a run went.
///
/// # Errors
/// Where there is no such run, or its files cannot be read.
pub fn execute(context: &Context, arguments: &Report) -> Result<Exit> {
    let directory = RunDirectory::find(&context.home, &arguments.run.run)?;
    let mut report = RunReport::of(&directory.events()?, directory.verdict()?.as_ref(), ending::values(&arguments.findings));
    if !arguments.numbers {
        report.tables.iter_mut().for_each(|table| table.numbers.clear());
    }
    match arguments.findings.format {
        Format::Json => context.terminal.result(&json::json(&report)?)?,
        Format::Text => context.terminal.result(&text::text(&report, &context.terminal.view(Detail::Full, arguments.numbers)))?,
    }
    // Telling is what was asked for: how the run itself ended is its own exit code.
    Ok(Exit::Done)
}
