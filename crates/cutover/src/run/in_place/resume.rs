//! `resume`: an in-place run that was stopped goes on behind the last statement that was done.

use crate::database::Writer;
use crate::journal::{EventKind, Journal};
use crate::model::error::{Error, ErrorKind, Result};
use crate::plan::Plan;
use crate::run::hooks;
use crate::run::options::{BackupAt, Engine, Finished, Options};
use crate::run::prepare::{Prepared, prepare};
use crate::run::transaction::{self, FenceLimit};
use crate::run::undo::first_values;
use crate::run::{Attempt, RunDirectory};
use crate::snapshot::Snapshot;
use crate::verify::rulings::Rulings;

use super::deeds::Log;
use super::{Found, RUNNING, UNDOING, Work, conclude, row_of, statements};

/// Goes on with a run, with its plan as it was kept. A run that is finished already only loses a fence that still stands, and
/// has its last hooks run, if a kill came before them.
///
/// # Errors
/// Only where it could not be taken up again: nothing was touched then.
pub fn resume(engine: &Engine<'_>, plan: &Plan, of: &RunDirectory, options: &Options) -> Result<Finished> {
    let record = row_of(&engine.database.read()?.records()?, &of.run).ok_or_else(|| unknown(engine, of))?;
    match record.state.as_str() {
        RUNNING => {}
        "applied" => {
            let mut writer = transaction::lock(engine, &of.run, options)?;
            writer.lower()?.iter().for_each(|note| engine.monitor.notice(note));
            if record.plan_hash == plan.hash {
                hooks::make_up(engine, plan, options, of)?;
            }
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
    // The run goes on as it began. A backup of before the fence was taken then; one beside the snapshot is taken again with it.
    let mut log = Log::read(&of.run, writer.as_mut())?;
    let (at_fence, prove_backup) = of.backup_at_fence()?;
    let again = at_fence && log.statements().is_none();
    let backup = if again { BackupAt::Fence } else { BackupAt::Nowhere };
    let options = &Options { no_rewrite: of.no_rewrite()?, backup, prove_backup: prove_backup && again, ..options.clone() };
    let ready = crate::run::backup::look(engine, options)?;
    let work = Work { engine, plan, options, directory: of, journal: &journal, values: &values, backup: ready.as_ref() };
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

/// A statement is known by its place in its step: another version of the tool, or other options, may have other statements there.
pub(super) fn same_statements(prepared: &Prepared, log: &Log) -> Result<()> {
    if log.statements().is_none_or(|statements| statements == statements::of_steps(prepared)) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Refused, "the statements that would be executed now are not those that the run began with")
        .hint("take it up with the version of cutover that began it, which `cutover report` names")
        .hint("nothing was touched"))
}

impl Work<'_> {
    pub(super) fn resume(&self, log: &mut Log, writer: &mut dyn Writer) -> Result<Attempt> {
        self.journal.record(EventKind::RunResumed)?;
        let limit = FenceLimit::start(self.engine.interrupt, self.options.max_fence);
        let dialect = self.engine.database.dialect();
        let (prepared, before) = if log.statements().is_some() {
            let before = Snapshot::open(&self.directory.snapshot())?;
            let prepared = prepare(self.plan, dialect, &before.manifest.catalog, self.values, self.options)?;
            same_statements(&prepared, log)?;
            (prepared, Some(before))
        } else {
            (prepare(self.plan, dialect, &writer.catalog()?, self.values, self.options)?, None)
        };
        let fence = prepared.fence(self.options, crate::database::Mode::InPlace);
        log.raising();
        let raised = transaction::raise(self.engine, &fence, self.journal, writer)?;
        self.tell_of_fence(&raised, log, writer)?;
        let before = match before {
            Some(before) => before,
            None => self.snapshot(&prepared, &raised, log, writer)?,
        };
        let found = Found { rulings: self.found_before()?, timed: None };
        self.go_on(&prepared, &before, &found, limit, log, writer)
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
