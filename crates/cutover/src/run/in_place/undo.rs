//! `rollback` of an in-place run, finished or stopped part-way: what was executed is taken back, statement by statement, each journaled;
//! then the contents are proven equal to the snapshot.

use chrono::Utc;

use crate::database::{Mode, Raised, Writer};
use crate::journal::{EventKind, Journal, Outcome, Stage};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::TableName;
use crate::plan::Plan;
use crate::run::RunDirectory;
use crate::run::apply::{Execution, begin_step};
use crate::run::directory::new_id;
use crate::run::master_data;
use crate::run::options::{Ended, Engine, Options};
use crate::run::prepare::{Prepared, PreparedStatement, PreparedStep, Undo as StepUndo, prepare};
use crate::run::put_back::{self, Extent, Transactions, kept};
use crate::run::rollback::Rollback;
use crate::run::transaction::{self, FenceLimit, finished};
use crate::run::undo::{Undo, begin_put_back, first_values};
use crate::snapshot::Snapshot;
use crate::verify::differing::Kept;
use crate::verify::verdict::Verdict;

use super::deeds::{Deed, Log, Progress, Subject, Way, committed};
use super::resume::same_statements;
use super::{RUNNING, UNDOING, Work, none_unfinished, on_one_instant, release, row_of, statements};

/// Takes a run back. Rows that others wrote since it finished are listed, as by the undo of an atomic run.
///
/// # Errors
/// Only where it could not start: nothing was touched then.
pub(crate) fn undo(engine: &Engine<'_>, plan: &Plan, of: &RunDirectory, options: &Options, how: &Rollback) -> Result<Ended> {
    let refused = |message: String| Error::new(ErrorKind::Refused, message).hint("nothing was touched");
    let records = engine.database.read()?.records()?;
    let others: Vec<_> = records.iter().filter(|record| record.run != of.run).cloned().collect();
    none_unfinished(&others).map_err(|error| error.hint("nothing was touched"))?;
    let record =
        row_of(&records, &of.run).ok_or_else(|| refused(format!("{} knows no in-place run {}", engine.database.place(), of.run)))?;
    if ![RUNNING, UNDOING, "applied"].contains(&record.state.as_str()) {
        return Err(refused(format!("the run {} is {}: there is nothing to take back", of.run, record.state)));
    }
    if options.dry_run {
        return Err(refused("an in-place run cannot be taken back on trial: there is no transaction to roll back".to_owned()));
    }
    let options = &Options { no_rewrite: of.no_rewrite()?, ..options.clone() };
    let values = first_values(of)?;
    let before = Snapshot::open(&of.snapshot()).map_err(|error| {
        error.hint(format!("a run that stopped before its snapshot has executed nothing: cutover clean {} --abandon", of.run))
    })?;
    // A run that is being taken back may have been finished before: what others wrote since is still to be told apart.
    let had_finished = record.state == "applied" || (record.state == UNDOING && of.was_committed()?);
    let left = if had_finished { Some(Snapshot::open(&of.after())?) } else { None };
    let mut prepared = prepare(plan, engine.database.dialect(), &before.manifest.catalog, &values, options)?;
    master_data::complete_undo(&mut prepared, plan, engine.database.dialect(), &before.manifest.catalog, of)?;
    // The run's own id: the fence, the lock and the deeds are the run's.
    let _held = Journal::open(&of.path, engine.monitor)?;
    let mut writer = transaction::lock_again(engine, &of.run, options)?;
    let mut log = Log::read(&of.run, writer.as_mut())?;
    same_statements(&prepared, &log)?;
    // Before the fence, where it is certain already; what a crash has left uncertain is found out behind it.
    no_step_without_undo(&prepared, |step| is_partly_done(step, &log)).map_err(|error| error.hint("nothing was touched"))?;
    let now = Utc::now();
    let directory = RunDirectory::create(engine.home, &plan.name, new_id(now))?;
    let journal = Journal::open(&directory.path, engine.monitor)?;
    let whole = Undo { engine, plan, of, before: &before, left: left.as_ref(), prepared: &prepared, options, how };
    let back = Back {
        whole: &whole,
        work: Work { engine, plan, options, directory: of, journal: &journal, values: &values, backup: None },
        directory: &directory,
        finished: record.state == "applied",
    };
    let mut undoing = record.state == UNDOING;
    let result =
        whole.start(&directory, &journal, now, writer.as_mut()).and_then(|()| back.attempt(&mut log, &mut undoing, writer.as_mut()));
    Ok(back.conclude(writer.as_mut(), undoing, result))
}

fn subject(way: Way, step: &PreparedStep, number: u64) -> Subject {
    Subject { way, step: step.name.clone(), statement: number }
}

pub(super) fn has_begun(step: &PreparedStep, log: &Log) -> bool {
    (1..=step.statements.len() as u64).any(|number| log.progress(&subject(Way::Forth, step, number)) != Progress::Untouched)
}

fn is_partly_done(step: &PreparedStep, log: &Log) -> bool {
    let done = |number| matches!(log.progress(&subject(Way::Forth, step, number)), Progress::Range { .. } | Progress::Finished(_));
    (1..=step.statements.len() as u64).any(done)
}

/// Refuses where a step that has to be taken back has no undo.
fn no_step_without_undo(prepared: &Prepared, has_to_be: impl Fn(&PreparedStep) -> bool) -> Result<()> {
    match prepared.steps.iter().find(|step| matches!(step.undo, StepUndo::None) && has_to_be(step)) {
        None => Ok(()),
        Some(step) => Err(Error::new(ErrorKind::Refused, format!("the step {} has no undo", step.name))
            .hint(format!("write {}.undo.sql in a new version of the plan, or restore a backup", step.name))),
    }
}

pub(super) fn is_complete(step: &PreparedStep, log: &Log) -> bool {
    (1..=step.statements.len() as u64).all(|number| matches!(log.progress(&subject(Way::Forth, step, number)), Progress::Finished(_)))
}

/// Whether the undo of a step has been begun.
fn is_going_back(step: &PreparedStep, log: &Log) -> bool {
    let statements = step.statements.len().max(step.undo.of_all().map_or(0, |undo| undo.len()));
    (1..=statements as u64).any(|number| log.progress(&subject(Way::Back, step, number)) != Progress::Untouched)
}

/// Each reading on an instant of its own, each writing with its deed in a transaction of its own.
pub(super) struct Journaled<'a> {
    /// The step under which it is journaled.
    pub step: &'a str,
    /// The run's deeds.
    pub log: &'a mut Log,
}

impl Transactions for Journaled<'_> {
    fn read(&mut self, writer: &mut dyn Writer, work: &mut dyn FnMut(&mut dyn Writer) -> Result<()>) -> Result<()> {
        on_one_instant(writer, work)
    }

    fn write(&mut self, writer: &mut dyn Writer, work: &mut dyn FnMut(&mut dyn Writer) -> Result<u64>) -> Result<()> {
        let named = |statement| Subject { way: Way::Back, step: self.step.to_owned(), statement };
        // What was put back before a stop needs no more of it: each attempt looks at what still differs.
        let fresh = (1..).map(named).find(|subject| self.log.progress(subject) == Progress::Untouched);
        let subject = fresh.unwrap_or_else(|| named(u64::MAX));
        self.log.sending();
        let mut deed = Deed::Finished { subject: subject.clone(), rows: 0 };
        let commit = writer.unit(&mut |writer| {
            deed = Deed::Finished { subject: subject.clone(), rows: work(writer)? };
            self.log.entry(&deed)
        })?;
        committed(commit)?;
        self.log.remember(deed);
        Ok(())
    }
}

struct Back<'a> {
    whole: &'a Undo<'a>,
    work: Work<'a>,
    /// Where the undo itself is journaled.
    directory: &'a RunDirectory,
    /// Whether the run had been finished: others may have written since.
    finished: bool,
}

/// How far the undo came.
enum Stand {
    Done(Verdict, Vec<String>),
    Differs(Verdict),
}

impl Back<'_> {
    fn attempt(&self, log: &mut Log, undoing: &mut bool, writer: &mut dyn Writer) -> Result<Stand> {
        let Work { engine, options, journal, .. } = self.work;
        let _limit = FenceLimit::start(engine.interrupt, options.max_fence);
        let raised = transaction::raise(engine, &self.whole.prepared.fence(options, Mode::InPlace), journal, writer)?;
        let kept_in = self.whole.of.path.join("since");
        if self.finished {
            let kept = on_one_instant(writer, |writer| self.whole.new_writes(self.directory, journal, writer))?;
            kept::keep(&kept, &kept_in)?;
        }
        self.decide_begun(log, writer)?;
        let from_snapshot = self.whole.prepared.steps.iter().any(|step| step.undo.from_snapshot().is_some() && has_begun(step, log));
        if from_snapshot {
            self.only_ours(&raised, log)?;
        }
        no_step_without_undo(self.whole.prepared, |step| has_begun(step, log))?;
        log.watching(raised.watched.is_some());
        *undoing = true;
        self.work.state(UNDOING, writer)?;
        self.work.still_alone(log, writer)?;
        self.steps(log, writer)?;
        if from_snapshot {
            self.put_back(&kept::kept(self.whole.before, &kept_in)?, log, writer)?;
        }
        let verdict = on_one_instant(writer, |writer| self.whole.prove(self.directory, journal, writer))?;
        if !verdict.passed {
            return Ok(Stand::Differs(verdict));
        }
        self.work.still_alone(log, writer)?;
        journal.record(EventKind::CommitStarted)?;
        self.work.state("undone", writer)?;
        let mut told = release::lower(engine, writer);
        let touched: Vec<_> = self.whole.prepared.strongest.iter().cloned().collect();
        if let Err(error) = writer.maintain(&touched) {
            told.push(format!("statistics were not brought up to date: {error}"));
        }
        Ok(Stand::Done(verdict, told))
    }

    /// A run that did not come to its end has not kept what it left: whatever differs from the snapshot counts as its own.
    fn only_ours(&self, raised: &Raised, log: &Log) -> Result<()> {
        let reason = raised.open.as_deref().or(raised.interrupted.as_deref()).or_else(|| log.fence_down().next());
        let Some(reason) = reason.filter(|_| self.whole.left.is_none()) else { return Ok(()) };
        if !self.work.options.unfenced {
            return Err(Error::new(
                ErrorKind::Refused,
                format!("others could write while the run was under way, and their rows cannot be told from its own: {reason}"),
            )
            .hint("--unfenced accepts that what they wrote into tables of the snapshot is taken back as well"));
        }
        let message = format!("what others wrote meanwhile into tables of the snapshot is taken back as well: {reason}");
        self.work.engine.monitor.notice(&message);
        self.work.journal.record(EventKind::Noticed { message })
    }

    /// Puts the old cells back, each round in a transaction of its own.
    fn put_back(&self, kept: &Kept, log: &mut Log, writer: &mut dyn Writer) -> Result<()> {
        let journal = self.work.journal;
        let started = std::time::Instant::now();
        begin_put_back(self.whole.prepared.steps.len() as u64 + 1, journal)?;
        let back = self.whole.put_back(kept, self.directory, journal);
        let rows = back.run(put_back::STEP, Extent::All, &mut Journaled { step: put_back::STEP, log }, writer)?;
        journal.record(EventKind::StepFinished { step: put_back::STEP.to_owned(), rows, seconds: started.elapsed().as_secs_f64() })
    }

    /// Finds out whether a statement in which the run was stopped was done, as long as the catalog still tells: the first undo changes it.
    fn decide_begun(&self, log: &mut Log, writer: &mut dyn Writer) -> Result<()> {
        for step in &self.whole.prepared.steps {
            for (index, statement) in step.statements.iter().enumerate() {
                let subject = subject(Way::Forth, step, index as u64 + 1);
                if let Progress::Started(before) = log.progress(&subject) {
                    let done = statements::was_done(statement, &before, writer)?;
                    log.append(if done { Deed::Finished { subject, rows: 0 } } else { Deed::Void { subject } }, writer)?;
                }
            }
        }
        Ok(())
    }

    fn steps(&self, log: &mut Log, writer: &mut dyn Writer) -> Result<()> {
        let journal = self.work.journal;
        let began = std::time::Instant::now();
        journal.record(EventKind::StageStarted { stage: Stage::Steps })?;
        let rows_of = |table: &TableName| self.whole.before.rows_of(table);
        let execution = self.work.execution(&rows_of);
        let begun: Vec<_> = self.whole.prepared.steps.iter().rev().filter(|step| has_begun(step, log)).collect();
        let kept = kept::kept(self.whole.before, &self.whole.of.path.join("since"))?;
        for (position, step) in begun.iter().enumerate() {
            let started = std::time::Instant::now();
            let told = PreparedStep { title: format!("Undo: {}", step.title), ways: Vec::new(), ..(*step).clone() };
            begin_step(&told, position, begun.len(), journal)?;
            let mut rows = self.step(step, &execution, log, writer)?;
            let older = &begun[position + 1..];
            // Once the undo of an older step has begun, it is too late for that, and has been done.
            let in_time = !older.iter().any(|step| is_going_back(step, log));
            if let Some(tables) = step.undo.from_snapshot().filter(|_| in_time && put_back::is_early(older.iter().copied())) {
                let back = self.whole.put_back(&kept, self.directory, journal);
                rows += back.run(&step.name, Extent::Early(tables), &mut Journaled { step: &step.name, log }, writer)?;
            }
            journal.record(EventKind::StepFinished { step: step.name.clone(), rows, seconds: started.elapsed().as_secs_f64() })?;
        }
        finished(journal, Stage::Steps, began)
    }

    fn step(&self, step: &PreparedStep, execution: &Execution<'_>, log: &mut Log, writer: &mut dyn Writer) -> Result<u64> {
        let mut rows = 0;
        match &step.undo {
            StepUndo::None | StepUndo::Snapshot(_) => {}
            StepUndo::Each(undo) => {
                for (index, statement) in undo.iter().enumerate().rev() {
                    let number = index as u64 + 1;
                    if let (Some(back), true) = (statement, log.progress(&subject(Way::Forth, step, number)) != Progress::Untouched) {
                        rows += self.one(step, number, back, execution, log, writer)?;
                    }
                }
            }
            StepUndo::Whole(undo) => {
                // Such an undo is written for the complete step: what is missing of it is done first.
                if !is_complete(step, log) && !is_going_back(step, log) {
                    self.work.step(step, execution, &mut 0, step.statements.len() as u64, log, writer).map_err(|error| {
                        error.hint(format!(
                            "the undo of the step {} takes back all of it, so what was missing had to be executed first; an undo file of as \
                             many statements as the step's own takes them back one by one",
                            step.name
                        ))
                    })?;
                }
                for (index, statement) in undo.iter().enumerate() {
                    rows += self.one(step, index as u64 + 1, statement, execution, log, writer)?;
                }
            }
        }
        Ok(rows)
    }

    fn one(
        &self,
        step: &PreparedStep,
        number: u64,
        statement: &PreparedStatement,
        execution: &Execution<'_>,
        log: &mut Log,
        writer: &mut dyn Writer,
    ) -> Result<u64> {
        self.work.engine.interrupt.check()?;
        statements::execute(execution, subject(Way::Back, step, number), statement, log, writer)
    }

    fn conclude(&self, writer: &mut dyn Writer, undoing: bool, result: Result<Stand>) -> Ended {
        let Work { engine, journal, .. } = self.work;
        let interrupted = engine.interrupt.reason();
        engine.interrupt.clear();
        let run = &self.whole.of.run;
        let mut hints = Vec::new();
        let (outcome, message, verdict, error) = match result {
            Ok(Stand::Done(verdict, told)) => {
                hints.extend(told);
                (Outcome::Undone, format!("undone: the contents are proven equal to the snapshot of {run}"), Some(verdict), None)
            }
            Ok(Stand::Differs(verdict)) => {
                hints.push("every undo was executed, and what is listed differs from the snapshot all the same".to_owned());
                hints.push(format!("mend it, then `cutover rollback {run}` proves it again; or `cutover clean {run} --abandon`"));
                let message = "the undo was executed, but the contents are not those of the snapshot; the fence is up";
                (Outcome::UndoFailed, message.to_owned(), Some(verdict), None)
            }
            Err(error) => {
                // What is open is rolled back by the server where it is not by us; the session is given up in any case.
                let _ = writer.rollback();
                let (failed, message) = if undoing {
                    hints.push(format!("cutover rollback {run} goes on behind the last statement that was taken back"));
                    (
                        Outcome::UndoFailed,
                        "the undo stopped part-way: what was taken back stays taken back, and its fence stays up".to_owned(),
                    )
                } else if self.finished {
                    // Nobody is to be held off for an undo that has not begun.
                    hints.extend(release::lower(engine, writer));
                    (Outcome::Failed, "failed before anything was taken back: the run stands as it was".to_owned())
                } else {
                    (
                        Outcome::Failed,
                        "failed before anything was taken back: the run stands half done, as it did, behind its fence".to_owned(),
                    )
                };
                match interrupted {
                    Some(reason) => (Outcome::Interrupted, format!("interrupted ({reason}): {message}"), None, Some(error)),
                    None => (failed, message, None, Some(error)),
                }
            }
        };
        let ended = EventKind::RunFinished { outcome, message: message.clone(), hints: hints.clone(), seconds: journal.seconds() };
        if let Err(failure) = journal.record(ended) {
            hints.push(format!("the end could not be written to the journal: {failure}"));
        }
        Ended { run: self.directory.run.clone(), directory: self.directory.path.clone(), outcome, message, hints, verdict, error }
    }
}
