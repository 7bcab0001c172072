//! In-place mode: statement by statement, each journaled on the server, where no transaction holds the whole run.
//!
//! fence → snapshot → steps → verify → the run's row → the fence falls. What stops on the way leaves the fence up and a run that
//! `resume` finishes or `rollback` takes back; a failed verification stops there, too, because a person has to choose.

mod conclude;
mod deeds;
mod fitness;
mod release;
mod repair;
mod resume;
mod statements;
mod undo;

pub use fitness::check as check_fitness;
pub use release::{Release, drop_scratches, let_in, release};
pub use repair::{Repaired, repair};
pub use resume::resume;
pub(crate) use undo::undo;

use std::cell::RefCell;

use crate::database::{Raised, RunRecord, Writer};
use crate::journal::{EventKind, Journal, Outcome, Stage};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::TableName;
use crate::plan::hooks::Moment;
use crate::plan::{Plan, RunValues};
use crate::snapshot::Snapshot;
use crate::verify::rulings::Rulings;

use super::apply::{Execution, begin_step};
use super::backup::Backups;
use super::hooks::Hooks;
use super::measure::Measure;
use super::options::{BackupAt, Ended, Engine, Options};
use super::prepare::{Prepared, PreparedStep, prepare};
use super::transaction::{self, FenceLimit, finished};
use super::{Attempt, RunDirectory, apply, decide, export, master_data, preconditions, preflight, timing, verification};
use deeds::{Deed, Log, Subject, Way, committed};

/// The state of a run whose steps have been begun, or may be.
pub(crate) const RUNNING: &str = "running";
/// The state of a run that is being taken back.
pub(crate) const UNDOING: &str = "undoing";
/// The state of a run that a person has given up, and whose fence is down.
pub(crate) const ABANDONED: &str = "abandoned";

/// What an in-place run works with.
pub(crate) struct Work<'a> {
    pub engine: &'a Engine<'a>,
    pub plan: &'a Plan,
    pub options: &'a Options,
    pub directory: &'a RunDirectory,
    pub journal: &'a Journal<'a>,
    pub values: &'a RunValues,
    /// What a backup is taken with, where one was asked for.
    pub backup: Option<&'a crate::backup::Ready>,
}

/// What was found out before the fence.
pub(crate) struct Found<'a> {
    /// What the checks before the run found.
    pub rulings: Rulings,
    /// How long the typical reads took; `None` where that is not known any more.
    pub timed: Option<&'a [f64]>,
}

/// Runs a plan that has been looked at, and says how that ended.
pub(crate) fn run(work: &Work<'_>, found: &Found<'_>, begun: Result<()>, writer: &mut dyn Writer) -> Ended {
    let mut log = Log::new(&work.directory.run);
    let result = begun.and_then(|()| work.begin(found, &mut log, writer));
    conclude::conclude(work, &log, writer, result)
}

impl Work<'_> {
    fn begin(&self, found: &Found<'_>, log: &mut Log, writer: &mut dyn Writer) -> Result<Attempt> {
        let limit = FenceLimit::start(self.engine.interrupt, self.options.max_fence);
        // Before the fence: that of an unfinished run is not ours to touch.
        preflight::not_applied_meanwhile(&writer.records()?, self.plan, self.options)?;
        let fence = transaction::fence(self.engine, self.plan, self.options, self.values)?;
        log.raising();
        let raised = transaction::raise(self.engine, &fence, self.journal, writer)?;
        let Self { engine, plan, options, directory, journal, .. } = *self;
        Hooks { engine, plan, options, directory, journal }.run(Moment::AfterFence)?;
        self.state(RUNNING, writer)?;
        let prepared = prepare(self.plan, self.engine.database.dialect(), &writer.catalog()?, self.values, self.options)?;
        let before = self.snapshot(&prepared, &raised, log, writer)?;
        self.tell_of_fence(&raised, log, writer)?;
        self.go_on(&prepared, &before, found, limit, log, writer)
    }

    /// Keeps for the verdict that the fence does not hold, or did not, whoever comes to the verdict.
    fn tell_of_fence(&self, raised: &Raised, log: &mut Log, writer: &mut dyn Writer) -> Result<()> {
        log.watching(raised.watched.is_some());
        let open = raised
            .open
            .iter()
            .map(|reason| format!("other sessions could write during the run, and what they wrote would count as a difference: {reason}"));
        let interrupted = raised.interrupted.iter().map(|reason| format!("the fence was down for a while: {reason}"));
        // A run that is resumed meets the same reason again.
        let told: Vec<_> = log.fence_down().map(ToString::to_string).collect();
        open.chain(interrupted)
            .filter(|reason| !told.contains(reason))
            .try_for_each(|reason| log.append(Deed::FenceDown { reason }, writer))
    }

    /// Where the fence only watches, goes on only while nobody else has written.
    fn still_alone(&self, log: &mut Log, writer: &mut dyn Writer) -> Result<()> {
        let seen = writer.intrusions()?;
        let Some(reason) = seen.first() else { return Ok(()) };
        log.append(Deed::FenceDown { reason: reason.clone() }, writer)?;
        Err(Error::new(ErrorKind::Conflict, seen.join("; "))
            .hint("nothing holds other sessions off here: keep them away first, then take the run up or back")
            .hint("a run that is resumed tells of it in its verdict, and goes on until others write again; --unfenced lets them"))
    }

    /// Everything behind the snapshot, as far as it is not done yet.
    #[allow(clippy::too_many_arguments, reason = "the stages of a run share what they are given")]
    fn go_on(
        &self,
        prepared: &Prepared,
        before: &Snapshot,
        found: &Found<'_>,
        limit: FenceLimit,
        log: &mut Log,
        writer: &mut dyn Writer,
    ) -> Result<Attempt> {
        self.steps(prepared, before, log, writer)?;
        let (mut rulings, tables) = self.verify(prepared, before, found, writer)?;
        self.still_alone(log, writer)?;
        if log.is_watching() && log.fence_down().next().is_none() {
            rulings.note(
                "fence",
                "fence",
                "nothing held other sessions off, but none has written into this database during the run".to_owned(),
            );
        }
        log.fence_down().for_each(|reason| rulings.note("fence", "fence", reason));
        rulings.join(found.rulings.clone());
        let verdict = decide(self.plan, self.options, self.directory, self.journal, rulings, tables)?;
        if !verdict.passed {
            return Ok(Attempt::Given(Outcome::VerificationFailed, verdict));
        }
        self.engine.interrupt.check()?;
        let record = self.record("applied");
        // Nobody waits for statistics: the fence falls before they are brought up to date.
        let engine = self.engine;
        let mut notes = Vec::new();
        let mut lower = |writer: &mut dyn Writer| notes = release::lower(engine, writer);
        let mut attempt = transaction::commit(self.journal, writer, &record, verdict, limit, &prepared.strongest, &mut lower)?;
        if let Attempt::Committed(_, told) = &mut attempt {
            told.extend(notes);
        }
        Ok(attempt)
    }

    fn record(&self, state: &str) -> RunRecord {
        transaction::record(self.directory, self.plan, state, self.values)
    }

    /// Writes the run's row.
    fn state(&self, state: &str, writer: &mut dyn Writer) -> Result<()> {
        committed(writer.commit(&self.record(state))?)
    }

    fn snapshot(&self, prepared: &Prepared, raised: &Raised, log: &mut Log, writer: &mut dyn Writer) -> Result<Snapshot> {
        let Self { engine, plan, options, directory, journal, values, backup } = self;
        preconditions::look_again(prepared, options, writer)?;
        let backups = Backups { engine, options, directory, journal, ready: *backup, hold: RefCell::default() };
        let catalog = writer.catalog()?;
        master_data::keep(&master_data::look(plan, engine.database.dialect(), &catalog, writer)?, directory)?;
        // What an earlier attempt left half written is of no use.
        remove(&directory.snapshot())?;
        if options.backup == BackupAt::Fence {
            remove(&directory.backup())?;
        }
        let open = raised.open.as_deref().or(raised.watched.as_deref());
        let before = on_one_instant(writer, |writer| {
            let before = apply::snapshot(engine, plan, prepared, options, directory, journal, values, &backups, open, writer)?;
            export::before(plan, options, engine.database.dialect(), values, &before, writer)?;
            Ok(before)
        })?;
        log.append(Deed::Snapshot { statements: statements::of_steps(prepared) }, writer)?;
        Ok(before)
    }

    fn steps(&self, prepared: &Prepared, before: &Snapshot, log: &mut Log, writer: &mut dyn Writer) -> Result<()> {
        let began = std::time::Instant::now();
        self.journal.record(EventKind::StageStarted { stage: Stage::Steps })?;
        let rows_of = |table: &TableName| before.rows_of(table);
        let measure = Measure::of_rehearsal(self.engine, self.options, self.journal, writer)?;
        let execution = Execution { measure: measure.as_ref(), ..self.execution(&rows_of) };
        let total = prepared.steps.iter().map(|step| step.statements.len() as u64).sum();
        let mut done = 0;
        for (position, step) in prepared.steps.iter().enumerate() {
            self.still_alone(log, writer)?;
            begin_step(step, position, prepared.steps.len(), self.journal)?;
            self.step(step, &execution, &mut done, total, log, writer)?;
            // Once a step behind it has begun, what this one has left may have been changed on purpose.
            if !prepared.steps[position + 1..].iter().any(|behind| undo::has_begun(behind, log)) {
                master_data::hold(step, writer)?;
            }
        }
        finished(self.journal, Stage::Steps, began)
    }

    fn step(
        &self,
        step: &PreparedStep,
        execution: &Execution<'_>,
        done: &mut u64,
        total: u64,
        log: &mut Log,
        writer: &mut dyn Writer,
    ) -> Result<()> {
        let started = std::time::Instant::now();
        let mut rows = 0;
        for (index, statement) in step.statements.iter().enumerate() {
            self.engine.interrupt.check()?;
            execution.tick(statement, *done, total);
            let subject = Subject { way: Way::Forth, step: step.name.clone(), statement: index as u64 + 1 };
            rows += statements::execute(execution, subject, statement, log, writer)?;
            *done += 1;
        }
        self.journal.record(EventKind::StepFinished { step: step.name.clone(), rows, seconds: started.elapsed().as_secs_f64() })
    }

    fn execution<'b>(&'b self, rows_of: &'b dyn Fn(&TableName) -> Option<u64>) -> Execution<'b> {
        Execution {
            dialect: self.engine.database.dialect(),
            options: self.options,
            journal: self.journal,
            interrupt: self.engine.interrupt,
            rows_of,
            measure: None,
        }
    }

    fn verify(
        &self,
        prepared: &Prepared,
        before: &Snapshot,
        found: &Found<'_>,
        writer: &mut dyn Writer,
    ) -> Result<(Rulings, Vec<crate::verify::verdict::TableResult>)> {
        let Self { engine, plan, options, directory, journal, values, .. } = self;
        let dialect = engine.database.dialect();
        remove(&directory.after())?;
        on_one_instant(writer, |writer| {
            let (mut rulings, tables) = verification::verify(engine, plan, prepared, options, directory, journal, values, before, writer)?;
            if let Some(timed) = found.timed.filter(|_| rulings.holding()) {
                timing::compare(plan, timed, &timing::measure(plan, dialect, values, writer)?, &mut rulings);
            }
            export::after(plan, options, dialect, values, before, writer)?;
            Ok((rulings, tables))
        })
    }
}

/// Reads on one instant of the contents, which ends with the work.
fn on_one_instant<T>(writer: &mut dyn Writer, work: impl FnOnce(&mut dyn Writer) -> Result<T>) -> Result<T> {
    writer.begin()?;
    let outcome = work(writer);
    let ended = writer.rollback();
    let value = outcome?;
    ended?;
    Ok(value)
}

fn remove(directory: &std::path::Path) -> Result<()> {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::file("remove", directory, error)),
        _ => Ok(()),
    }
}

/// Why others could write while a run was under way, where they could.
///
/// # Errors
/// Where the journal on the server cannot be read.
pub(crate) fn fence_was_down(run: &str, reader: &mut dyn crate::database::Reader) -> Result<Option<String>> {
    Ok(Log::read(run, reader)?.fence_down().next().map(str::to_owned))
}

/// The row of a run, if it is an in-place run that the database knows.
fn row_of(records: &[RunRecord], run: &str) -> Option<RunRecord> {
    records.iter().find(|record| record.run == run).cloned()
}

/// A run that stands in the way of every other one: begun, and neither finished nor taken back.
#[must_use]
pub fn unfinished(records: &[RunRecord]) -> Option<&RunRecord> {
    records.iter().find(|record| is_unfinished(&record.state))
}

/// Whether a run in this state was begun, and neither finished nor taken back.
#[must_use]
pub fn is_unfinished(state: &str) -> bool {
    [RUNNING, UNDOING].contains(&state)
}

/// Makes sure that no unfinished run stands in the way.
///
/// # Errors
/// `Refused` where one does, with what can be done about it.
pub fn none_unfinished(records: &[RunRecord]) -> Result<()> {
    let Some(record) = unfinished(records) else { return Ok(()) };
    let error = Error::new(
        ErrorKind::Refused,
        format!("the run {} of the plan {} is {}, or was stopped part-way", record.run, record.plan, record.state),
    );
    Err(if record.state == RUNNING {
        error
            .hint(format!("cutover resume {} finishes it, cutover rollback {} takes it back", record.run, record.run))
            .hint(format!("cutover clean {} --abandon leaves everything as it stands, and takes the fence down", record.run))
    } else {
        error.hint(format!("cutover rollback {} goes on taking it back", record.run))
    })
}
