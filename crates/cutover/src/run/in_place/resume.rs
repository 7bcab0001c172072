//! `resume`: an in-place run that was stopped goes on behind the last statement that was done.

use crate::database::Writer;
use crate::journal::{EventKind, Journal};
use crate::model::error::{Error, ErrorKind, Result};
use crate::plan::Plan;
use crate::run::hooks;
use crate::run::options::{Engine, Finished, Options};
use crate::run::prepare::prepare;
use crate::run::transaction::{self, FenceLimit};
use crate::run::undo::first_values;
use crate::run::{Attempt, RunDirectory};
use crate::snapshot::Snapshot;
use crate::verify::rulings::Rulings;

use super::deeds::Log;
use super::{Found, RUNNING, UNDOING, Work, conclude, release, row_of};

/// Goes on with a run, with its plan as it was kept. A run that is finished already only loses a fence that still stands.
///
/// # Errors
/// Only where it could not be taken up again: nothing was touched then.
pub fn resume(engine: &Engine<'_>, plan: &Plan, of: &RunDirectory, options: &Options) -> Result<Finished> {
    let record = row_of(&engine.database.read()?.records()?, &of.run).ok_or_else(|| unknown(engine, of))?;
    match record.state.as_str() {
        RUNNING => {}
        "applied" => {
            let mut writer = transaction::lock(engine, &of.run, options)?;
            release::lower(engine, writer.as_mut());
            return Ok(Finished::NothingToDo { run: record.run, at: record.started_at });
        }
        UNDOING => {
            return Err(Error::new(ErrorKind::Refused, format!("the run {} is being taken back", of.run))
                .hint(format!("cutover rollback {} goes on with that", of.run)));
        }
        state => return Err(Error::new(ErrorKind::Refused, format!("the run {} is {state}: there is nothing to go on with", of.run))),
    }
    if record.plan_hash != plan.hash {
        return Err(Error::new(
            ErrorKind::Corrupt,
            format!("the plan kept in {} is not the one that the run {} began with", of.path.display(), of.run),
        )
        .hint("nothing was touched"));
    }
    let journal = Journal::open(&of.path, engine.monitor)?;
    let mut writer = transaction::lock_again(engine, &of.run, options)?;
    let values = first_values(of)?;
    let work = Work { engine, plan, options, directory: of, journal: &journal, values: &values };
    let mut log = Log::read(&of.run, writer.as_mut())?;
    let result = work.resume(&mut log, writer.as_mut());
    let mut ended = conclude::conclude(&work, &log, writer.as_mut(), result);
    hooks::end(engine, plan, options, of, &journal, &mut ended);
    Ok(Finished::Ended(Box::new(ended)))
}

fn unknown(engine: &Engine<'_>, of: &RunDirectory) -> Error {
    Error::new(ErrorKind::Refused, format!("{} knows no in-place run {}", engine.database.place(), of.run))
        .hint("an atomic run leaves nothing to go on with: run the plan again")
        .hint("nothing was touched")
}

impl Work<'_> {
    fn resume(&self, log: &mut Log, writer: &mut dyn Writer) -> Result<Attempt> {
        self.journal.record(EventKind::RunResumed)?;
        let limit = FenceLimit::start(self.engine.interrupt, self.options.max_fence);
        let dialect = self.engine.database.dialect();
        let (prepared, before) = if log.has_snapshot() {
            let before = Snapshot::open(&self.directory.snapshot())?;
            (prepare(self.plan, dialect, &before.manifest.catalog, self.values, self.options)?, Some(before))
        } else {
            (prepare(self.plan, dialect, &writer.catalog()?, self.values, self.options)?, None)
        };
        let fence = prepared.fence(self.options, crate::database::Mode::InPlace);
        let raised = transaction::raise(self.engine, &fence, self.journal, writer)?;
        let before = match before {
            Some(before) => before,
            None => self.snapshot(&prepared, log, writer)?,
        };
        let found = Found { rulings: self.found_before()?, timed: None };
        self.go_on(&prepared, &before, &raised, &found, limit, log, writer)
    }

    /// What the checks before the run found belongs to its verdict, and cannot be looked for any more: the journal tells it.
    fn found_before(&self) -> Result<Rulings> {
        let mut rulings = Rulings::default();
        for event in self.directory.events()? {
            if let EventKind::CheckFinished { rule, passed, rows, .. } = event.kind {
                let found = if passed {
                    "no rows before the run".to_owned()
                } else {
                    format!("{rows} rows before the run, and begun all the same")
                };
                rulings.pass(rule, found);
            }
        }
        Ok(rulings)
    }
}
