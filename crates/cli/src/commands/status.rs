//! `cutover status`: what runs there are, how they ended, and what that means.

use std::path::PathBuf;

use cutover::model::error::Result;
use cutover::report::{Tone, json};
use cutover::run::status::{RunStatus, scratches, status};
use serde::Serialize;

use crate::arguments::{Format, Status};
use crate::context::Context;
use crate::exit::Exit;

#[derive(Serialize)]
struct Runs {
    runs: Vec<RunStatus>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scratch_databases: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_by_killed_proofs: Vec<PathBuf>,
}

/// Lists the runs.
///
/// # Errors
/// Where a journal or the database cannot be read.
pub fn execute(context: &Context, arguments: &Status) -> Result<Exit> {
    let database = arguments.database.url.as_ref().map(|url| context.open(url)).transpose()?;
    let engine = database.as_ref().map(|database| context.engine(database.as_ref()));
    let runs = status(&context.home, engine.as_ref())?;
    let scratch_databases = scratches(engine.as_ref())?;
    let left_by_killed_proofs = cutover::backup::left_behind(&context.home)?;
    match arguments.output.format {
        Format::Json => context.terminal.result(&json::versioned(&Runs { runs, scratch_databases, left_by_killed_proofs })?)?,
        Format::Text => {
            let mut page = in_words(context, &runs);
            for name in &scratch_databases {
                page.push_str(&format!(
                    "the scratch database {name} is in use, or was left by a proof that was killed: `cutover clean` drops it\n"
                ));
            }
            for path in &left_by_killed_proofs {
                page.push_str(&format!("{} was left by a proof that was killed: `cutover clean` removes it\n", path.display()));
            }
            context.terminal.result(&page)?;
        }
    }
    Ok(Exit::Done)
}

fn in_words(context: &Context, runs: &[RunStatus]) -> String {
    if runs.is_empty() {
        return format!("{} holds no runs\n", context.home.display());
    }
    let style = context.terminal.view(cutover::report::Detail::Summary, false).style;
    let mut page = String::new();
    for run in runs {
        page.push_str(&format!("{}  {}  {}\n", style.paint(Tone::Strong, &run.run), run.plan, run.database));
        page.push_str(&format!("  {}\n", run.meaning));
        page.push_str(&format!("  {}\n", style.paint(Tone::Faint, &format!("started {}", run.started_at))));
    }
    page
}
