//! `cutover status`: what runs there are, how they ended, and what that means.

use std::path::PathBuf;

use cutover::model::error::Result;
use cutover::report::words::counted;
use cutover::report::{Style, Tone, json};
use cutover::run::guard::histories::{Standing, standings};
use cutover::run::status::{KeptState, RunStatus, kept, scratches, status};
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kept: Vec<KeptState>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    migrations: Vec<Standing>,
}

/// Lists the runs.
///
/// # Errors
/// Where a journal or the database cannot be read.
pub fn execute(context: &Context, arguments: &Status) -> Result<Exit> {
    let database = arguments.database.url.as_ref().map(|url| context.open(url)).transpose()?;
    let engine = database.as_ref().map(|database| context.engine(database.as_ref()));
    let runs = status(&context.home, engine.as_ref())?;
    // Where nobody can connect, the list of runs says so, and nothing else can be asked.
    let reachable = database.as_ref().is_none_or(|database| database.read().is_ok());
    let asked = engine.as_ref().filter(|_| reachable);
    let (scratch_databases, kept) = (scratches(asked)?, kept(&context.home, asked)?);
    let left_by_killed_proofs = cutover::backup::left_behind(&context.home)?;
    let migrations = match database.as_ref().filter(|_| reachable) {
        Some(database) => standings(database.as_ref(), arguments.migrations.as_deref(), std::path::Path::new("."))?,
        None => Vec::new(),
    };
    match arguments.output.format {
        Format::Json => {
            context.terminal.result(&json::versioned(&Runs { runs, scratch_databases, left_by_killed_proofs, kept, migrations })?)?
        }
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
            for state in &kept {
                let run = state.of.as_ref().unwrap_or(&state.id);
                page.push_str(&format!(
                    "kept: the state before the rollback of {run}: {}; `cutover clean --kept {run}` drops it\n",
                    state.name
                ));
            }
            let style = context.terminal.view(cutover::report::Detail::Summary, false).style;
            migrations.iter().for_each(|standing| page.push_str(&migrations_in_words(standing, style)));
            context.terminal.result(&page)?;
        }
    }
    Ok(Exit::Done)
}

/// What a migration tool's history says, and what it will not say.
fn migrations_in_words(standing: &Standing, style: Style) -> String {
    let mut page = format!("{} ({}): ", style.paint(Tone::Strong, &standing.tool), standing.table);
    let applied = counted(standing.applied.len() as u64, "migration");
    page.push_str(&match standing.applied.last() {
        Some(last) => format!("{applied} applied, the last {last}\n"),
        None => "nothing applied\n".to_owned(),
    });
    match &standing.folder {
        None => page.push_str("  no folder of its files was found: --migrations names it\n"),
        Some(folder) if folder.pending.is_empty() => page.push_str(&format!("  nothing pending in {}\n", folder.path.display())),
        Some(folder) => page.push_str(&format!("  pending in {}: {}\n", folder.path.display(), folder.pending.join(", "))),
    }
    for warning in &standing.warnings {
        page.push_str(&format!("  {} {warning}\n", style.paint(Tone::Warning, "!")));
    }
    page
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
