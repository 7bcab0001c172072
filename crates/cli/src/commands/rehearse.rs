//! `cutover rehearse`: the whole plan on a copy, and what the database itself must expect.

use cutover::journal::{self, Outcome, Rehearsal};
use cutover::model::error::Result;
use cutover::report::{Detail, Report, json, rehearsal, text};
use cutover::run::rehearse::{self, Rehearsing};
use serde::Serialize;

use super::{ending, run};
use crate::arguments::{Format, Rehearse};
use crate::built_in;
use crate::context::{Context, load};
use crate::exit::Exit;
use crate::options;

#[derive(Serialize)]
struct Told<'a> {
    directory: &'a std::path::Path,
    rehearsal: &'a Rehearsal,
    report: &'a Report,
}

/// Rehearses a plan.
///
/// # Errors
/// Where it could not be done; the database itself is untouched then, too.
pub fn execute(context: &Context, arguments: &Rehearse) -> Result<Exit> {
    let files = built_in::find(&arguments.plan.plan)?;
    let database = context.open(&arguments.database.url)?;
    let plan = load(&files, database.dialect(), &arguments.plan.parameters)?;
    let engine = context.engine(database.as_ref());
    let rehearsing = rehearse::rehearse(&engine, &files, &plan, &options::of_rehearse(arguments))
        .map_err(|error| run::refused(error, &files, &plan.name))?;
    let (ended, measured) = match rehearsing {
        Rehearsing::NothingToDo { run, at } => {
            return run::nothing_to_do(context, arguments.findings.format, &plan.name, run, at);
        }
        Rehearsing::Ended { ended, rehearsal } => (ended, rehearsal),
    };
    let mut report = Report::of(&journal::read(&ended.directory)?, ended.verdict.as_ref(), ending::values(&arguments.findings));
    if let Some(ending) = report.ending.as_mut().filter(|_| !measured.kept) {
        // What they advise is about a copy that is gone.
        ending.hints.clear();
    }
    let good = ended.outcome == Outcome::Committed;
    match arguments.findings.format {
        Format::Json => {
            let told = Told { directory: &ended.directory, rehearsal: &measured, report: &report };
            context.terminal.result(&json::versioned(&told)?)?;
        }
        Format::Text => {
            let view = context.terminal.view(Detail::Summary, false);
            // How the run on the copy went is of interest where it went wrong; `cutover report` tells it otherwise.
            let mut page = if good { String::new() } else { text::text(&report, &view) + "\n" };
            page.push_str(&rehearsal::text(&measured, &view));
            page.push_str(&format!("\n  files   {}\n", ended.directory.display()));
            context.terminal.result(&page)?;
        }
    }
    if let Some(error) = ended.error.as_ref().filter(|_| ended.outcome != Outcome::Interrupted) {
        context.terminal.failure(error);
    }
    // Whatever the copy was left in, nothing is half done in the database itself.
    Ok(match ended.outcome {
        Outcome::Committed => Exit::Done,
        Outcome::Interrupted => Exit::Interrupted,
        _ => Exit::Different,
    })
}
