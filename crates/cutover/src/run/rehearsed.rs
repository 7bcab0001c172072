//! Before a run: whether its plan was rehearsed, and what is to be expected of it then.

use std::io::Write;

use crate::journal::{EventKind, Journal, Outcome, Rehearsal};
use crate::model::error::{Error, ErrorKind, Result};
use crate::plan::Plan;
use crate::snapshot::seal::private_file;

use super::RunDirectory;
use super::directory::folder;
use super::options::{BackupAt, Engine, Options};

/// What is known of rehearsals of a plan for a database.
#[derive(Debug, Clone, PartialEq)]
pub enum Rehearsed {
    /// Exactly this plan was rehearsed, and everything was verified.
    Exactly(Box<Rehearsal>),
    /// There was a rehearsal, and it says nothing about this plan, because of this.
    Otherwise(String),
    /// There was none.
    Never,
}

/// Looks for the latest rehearsal of a plan for a database.
///
/// # Errors
/// Where one cannot be read; `Refused` where a rehearsal is required and there is none of exactly this plan.
pub fn look(engine: &Engine<'_>, plan: &Plan, options: &Options) -> Result<Rehearsed> {
    let found = latest(engine, plan)?;
    let why = match &found {
        _ if !options.require_rehearsal => return Ok(found),
        Rehearsed::Exactly(_) => return Ok(found),
        Rehearsed::Otherwise(why) => why.clone(),
        Rehearsed::Never => format!("{} holds no rehearsal of {} for {}", engine.home.display(), plan.name, engine.database.place()),
    };
    Err(Error::new(
        ErrorKind::Refused,
        format!("the plan {} was not rehearsed as it is now, and --require-rehearsal wants that", plan.name),
    )
    .hint(why)
    .hint(format!("cutover rehearse {} --database URL does it on a copy", plan.name))
    .hint("nothing was touched"))
}

fn latest(engine: &Engine<'_>, plan: &Plan) -> Result<Rehearsed> {
    let place = engine.database.place();
    let mut otherwise = None;
    for directory in RunDirectory::list(engine.home)?.into_iter().rev() {
        if directory.path.parent().and_then(std::path::Path::file_name).is_none_or(|name| name != folder(&plan.name).as_str()) {
            continue;
        }
        let Some(rehearsal) = Rehearsal::read(&directory.path)?.filter(|rehearsal| rehearsal.database == place) else { continue };
        let same = rehearsal.plan_hash == plan.hash;
        if same && rehearsal.outcome == Outcome::Committed {
            return Ok(Rehearsed::Exactly(Box::new(rehearsal)));
        }
        let why = if same {
            format!("its rehearsal {} did not come to its end", rehearsal.run)
        } else {
            format!("the plan has changed since its rehearsal {}, or has other parameters", rehearsal.run)
        };
        // The latest one of this very plan decides, else the latest one at all.
        if same {
            return Ok(Rehearsed::Otherwise(why));
        }
        otherwise.get_or_insert(why);
    }
    Ok(otherwise.map_or(Rehearsed::Never, Rehearsed::Otherwise))
}

/// Records what a run has to expect, or that its rehearsal says nothing about it.
///
/// # Errors
/// Where the journal cannot be written.
pub(super) fn record(found: &Rehearsed, options: &Options, journal: &Journal<'_>) -> Result<()> {
    match found {
        Rehearsed::Exactly(rehearsal) if options.rehearses.is_none() => {
            let phases = rehearsal.planned(options.backup == BackupAt::Fence, options.prove_backup);
            let (least, most) = rehearsal.expected_with(&phases);
            journal.record(EventKind::RehearsalFound { run: rehearsal.run.clone(), started: rehearsal.at.clone(), phases, least, most })
        }
        Rehearsed::Otherwise(why) if options.rehearses.is_none() => {
            journal.monitor().notice(why);
            journal.record(EventKind::Noticed { message: why.clone() })
        }
        _ => Ok(()),
    }
}

/// Writes what a rehearsal measured into the directory of its run.
///
/// # Errors
/// Where it cannot be written.
pub(super) fn keep(directory: &RunDirectory, rehearsal: &Rehearsal) -> Result<()> {
    let path = directory.path.join("rehearsal.json");
    let text = serde_json::to_vec_pretty(rehearsal)
        .map_err(|source| Error::new(ErrorKind::Internal, "a rehearsal cannot be written as JSON").because(source))?;
    let mut file = private_file(&path)?;
    file.write_all(&text).and_then(|()| file.sync_all()).map_err(|source| Error::file("write", &path, source))
}
