//! `rollback`: which way a run is taken back, and that way.

use std::path::PathBuf;

use crate::backup::{Backup, SameInstant};
use crate::database::Mode;
use crate::model::error::{Error, ErrorKind, Result};
use crate::plan::Plan;
use crate::snapshot::Snapshot;

use super::options::{Ended, Engine, Options};
use super::prepare::{Undo as StepUndo, prepare};
use super::{RunDirectory, guard, restore, undo};

/// Which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Method {
    /// The steps' undo where every step has one, else the backup.
    #[default]
    Auto,
    /// The steps' undo, in place.
    Undo,
    /// The run's backup is restored beside, proven, and exchanged for the database.
    Restore,
}

/// How a run is taken back.
#[derive(Debug, Clone, Default)]
pub struct Rollback {
    /// Which way.
    pub method: Method,
    /// By undo: whether rows that others have written since stay.
    pub keep_new_writes: bool,
    /// By restore: whether rows that others have written since may go. By undo: whether those in tables that the run brought in may.
    pub discard_new_writes: bool,
    /// By restore: the directory that they are written into before they go.
    pub export_new_writes: Option<PathBuf>,
}

impl Rollback {
    fn gives_writes_up(&self) -> bool {
        self.discard_new_writes || self.export_new_writes.is_some()
    }
}

/// Takes a run back: a committed one, or an in-place one that was stopped part-way.
///
/// # Errors
/// Only where it could not start: nothing was touched then.
pub fn rollback(engine: &Engine<'_>, plan: &Plan, of: &RunDirectory, options: &Options, how: &Rollback) -> Result<Ended> {
    match choose(engine, plan, of, options, how)? {
        Chosen::Undo => undo::undo(engine, plan, of, options, how),
        Chosen::Restore(why) => restore::restore(engine, plan, of, options, how, &why),
    }
}

enum Chosen {
    Undo,
    /// Why.
    Restore(String),
}

fn choose(engine: &Engine<'_>, plan: &Plan, of: &RunDirectory, options: &Options, how: &Rollback) -> Result<Chosen> {
    let input = |message: &str, hint: &str| Err(Error::new(ErrorKind::Input, message).hint(hint).hint("nothing was touched"));
    if how.keep_new_writes && (how.method == Method::Restore || how.export_new_writes.is_some()) {
        return input(
            "rows that were written since the run are kept by an undo only",
            "leave --keep-new-writes out, or take the run back by --method undo",
        );
    }
    if how.method == Method::Undo && how.export_new_writes.is_some() {
        return input("only a restore writes what was written since the run into files", "take the run back by --method restore");
    }
    // A restore that was stopped is brought to its end, whatever else would be possible.
    if restore::unfinished(engine.home, of)?.is_some() && how.method != Method::Undo {
        return Ok(Chosen::Restore("a rollback by restore had been begun, and goes on".to_owned()));
    }
    if of.mode()? == guard::MODE {
        return match (how.method, restorable(of)) {
            (Method::Undo, _) => input("a guarded command has no undo of this program's", "take it back by --method restore"),
            (_, Ok(())) => Ok(Chosen::Restore("a guarded command has no undo of this program's".to_owned())),
            (_, Err(why)) => Err(Error::new(ErrorKind::Refused, format!("a guarded command is taken back by its backup, and {why}"))
                .hint("restore a backup of your own by hand")
                .hint("nothing was touched")),
        };
    }
    match how.method {
        Method::Undo => return Ok(Chosen::Undo),
        Method::Restore => return Ok(Chosen::Restore("as asked".to_owned())),
        Method::Auto => {}
    }
    let restorable = restorable(of);
    if how.gives_writes_up() && !how.keep_new_writes && restorable.is_ok() {
        return Ok(Chosen::Restore("rows that were written since may go, which no undo does".to_owned()));
    }
    let Some(step) = without_undo(engine, plan, of, options)? else {
        if how.gives_writes_up() && !how.keep_new_writes {
            let why = restorable.err().unwrap_or_default();
            return input(
                &format!("only a restore gives up what was written since the run, and {why}"),
                "--keep-new-writes undoes the run and keeps them; with --method undo, --discard-new-writes gives up those in tables that the run brought in",
            );
        }
        engine.monitor.notice("by undo: every step has one (--method restore takes the run's backup instead)");
        return Ok(Chosen::Undo);
    };
    match restorable {
        Ok(()) => Ok(Chosen::Restore(format!("the step {step} has no undo, and the run has a backup of its snapshot's instant"))),
        Err(why) => Err(Error::new(ErrorKind::Refused, format!("the step {step} has no undo, and {why}"))
            .hint(format!("write {step}.undo.sql in a new version of the plan; or restore a backup of your own by hand"))
            .hint("nothing was touched")),
    }
}

/// Whether the run has a backup of the instant of its snapshot; why not, otherwise.
fn restorable(of: &RunDirectory) -> std::result::Result<(), String> {
    let backup = Backup::open(&of.backup()).map_err(|_| "the run has no backup (--backup fence takes one)".to_owned())?;
    match backup.manifest.instant {
        _ if !of.snapshot().join("manifest.json").is_file() => Err("the run stopped before its snapshot".to_owned()),
        SameInstant::Unknown(why) => Err(format!("it is not known whether its backup is of its snapshot's instant: {why}")),
        SameInstant::Exported(_) | SameInstant::Held => match backup.manifest.snapshot {
            Some((path, _)) if !path.starts_with("..") => Err("its backup was made before the fence, of an instant of its own".to_owned()),
            _ => Ok(()),
        },
    }
}

/// The first step that has no undo. Of an in-place run that was stopped part-way, it may not have been executed, which the undo itself knows.
fn without_undo(engine: &Engine<'_>, plan: &Plan, of: &RunDirectory, options: &Options) -> Result<Option<String>> {
    if of.mode()? == Mode::InPlace.to_string() && !of.was_committed()? && restorable(of).is_err() {
        return Ok(None);
    }
    let Ok(before) = Snapshot::open(&of.snapshot()) else { return Ok(None) };
    let options = Options { no_rewrite: of.no_rewrite()?, ..options.clone() };
    let values = undo::first_values(of)?;
    let mut prepared = prepare(plan, engine.database.dialect(), &before.manifest.catalog, &values, &options)?;
    super::master_data::complete_undo(&mut prepared, plan, engine.database.dialect(), &before.manifest.catalog, of)?;
    Ok(prepared.steps.iter().find(|step| matches!(step.undo, StepUndo::None)).map(|step| step.name.clone()))
}
