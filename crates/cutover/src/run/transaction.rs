//! The frame of every command that writes: lock, fence, commit or rollback, and what is said at the end.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::database::{Commit, Fence, Raised, RunRecord, Writer};
use crate::journal::{EventKind, Journal, Outcome, Stage};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;
use crate::model::table::TableName;
use crate::plan::{Plan, RunValues};
use crate::verify::verdict::Verdict;

use super::options::{Ended, Engine, Options};
use super::prepare::prepare;
use super::{Attempt, RunDirectory};

/// Between two looks at a lock that another run holds.
const PAUSE: Duration = Duration::from_millis(250);
/// How long a lock may be held by a run that has died: the server looks for its client every 10 s
/// (`client_connection_check_interval`), and then needs a moment to roll back.
const DYING: Duration = Duration::from_secs(15);

/// Takes the lock that allows one run per database at a time. The session of a run that was killed holds it until the server notices.
///
/// # Errors
/// Where another run holds it.
pub fn lock(engine: &Engine<'_>, run: &str, options: &Options) -> Result<Box<dyn Writer>> {
    patiently(engine, options, || engine.database.lock(run))
}

/// Tries to have a lock for as long as a run that has died may hold it.
///
/// # Errors
/// Those of the last attempt.
pub(crate) fn patiently<T>(engine: &Engine<'_>, options: &Options, mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    let deadline = Instant::now() + options.patience.min(DYING);
    let mut told = false;
    loop {
        match attempt() {
            Err(error) if matches!(error.kind(), ErrorKind::Refused | ErrorKind::Conflict) && Instant::now() < deadline => {
                if !told {
                    engine.monitor.notice(&format!("{error}: waiting for it to end"));
                    told = true;
                }
                engine.interrupt.check()?;
                std::thread::sleep(PAUSE);
            }
            other => return other,
        }
    }
}

/// Takes the lock for a run that is taken up again. The caller holds the run's directory, so the tool that began the run is dead: a session
/// of that run that works on is waited for, and then ended, before anybody looks at what it did.
///
/// # Errors
/// Where another run holds the lock, or its session cannot be ended.
pub fn lock_again(engine: &Engine<'_>, run: &str, options: &Options) -> Result<Box<dyn Writer>> {
    match lock(engine, run, options) {
        Err(error) if matches!(error.kind(), ErrorKind::Refused | ErrorKind::Conflict) && engine.database.end_holder(run)? => {
            engine.monitor.notice("the session of the run that was killed has been ended");
            lock(engine, run, options)
        }
        other => other,
    }
}

/// Ends the work by itself when the fence has been up for too long. The clock stops when it is dropped.
pub struct FenceLimit {
    over: Arc<AtomicBool>,
}

impl FenceLimit {
    /// Starts the clock; without a limit, nothing is started.
    #[must_use]
    pub fn start(interrupt: &Interrupt, limit: Option<Duration>) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        if let Some(limit) = limit {
            let (interrupt, over) = (interrupt.clone(), Arc::clone(&over));
            std::thread::spawn(move || {
                let deadline = Instant::now() + limit;
                while !over.load(Ordering::Relaxed) {
                    if Instant::now() >= deadline {
                        interrupt.trigger(format!("the fence was up for {} s, which --max-fence allows at the most", limit.as_secs()));
                        return;
                    }
                    std::thread::sleep(Duration::from_millis(50));
                }
            });
        }
        Self { over }
    }
}

impl Drop for FenceLimit {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

/// The fence that a plan needs on the database as it is now.
///
/// # Errors
/// Where the catalog cannot be read, or the plan cannot be done on it.
pub fn fence(engine: &Engine<'_>, plan: &Plan, options: &Options, values: &RunValues) -> Result<Fence> {
    let catalog = engine.database.read()?.catalog()?;
    Ok(prepare(plan, engine.database.dialect(), &catalog, values, options)?.fence(options, engine.mode(options)?))
}

/// Raises a fence.
///
/// # Errors
/// Where it cannot be had.
pub fn raise(engine: &Engine<'_>, fence: &Fence, journal: &Journal<'_>, writer: &mut dyn Writer) -> Result<Raised> {
    journal.record(EventKind::StageStarted { stage: Stage::Fence })?;
    let began = Instant::now();
    let mut told = Vec::new();
    let raised = writer.open(fence, &mut |message| {
        engine.monitor.notice(&message);
        told.push(message);
    })?;
    let standing = raised.notes.iter().chain(&raised.open).chain(&raised.watched).chain(&raised.interrupted);
    for message in standing.cloned().collect::<Vec<_>>() {
        engine.monitor.notice(&message);
        told.push(message);
    }
    for message in told {
        journal.record(EventKind::Noticed { message })?;
    }
    let held = fence.tables.iter().filter(|_| raised.open.is_none() && raised.watched.is_none());
    let tables = held.map(ToString::to_string).collect();
    journal.record(EventKind::FenceRaised { tables, seconds: began.elapsed().as_secs_f64() })?;
    finished(journal, Stage::Fence, began)?;
    Ok(raised)
}

/// Records the end of a stage.
///
/// # Errors
/// Where the journal cannot be written.
pub fn finished(journal: &Journal<'_>, stage: Stage, began: Instant) -> Result<()> {
    journal.record(EventKind::StageFinished { stage, seconds: began.elapsed().as_secs_f64() })
}

/// The journal row of a run.
#[must_use]
pub fn record(directory: &RunDirectory, plan: &Plan, state: &str, values: &RunValues) -> RunRecord {
    RunRecord {
        run: directory.run.clone(),
        plan: plan.name.clone(),
        plan_hash: plan.hash.clone(),
        state: state.to_owned(),
        started_at: format!("{}Z", values.run_started_at.replace(' ', "T")),
        tool: format!("cutover {}", env!("CARGO_PKG_VERSION")),
    }
}

/// Commits, does what `committed` says, and brings up to date what the commit has left behind. The clock of the fence stops with the
/// commit.
///
/// # Errors
/// Where the commit was refused: the old contents stand. Once it is done there are no errors any more, only things to tell.
pub(crate) fn commit(
    journal: &Journal<'_>,
    writer: &mut dyn Writer,
    record: &RunRecord,
    verdict: Verdict,
    limit: FenceLimit,
    touched: &BTreeSet<TableName>,
    committed: &mut dyn FnMut(&mut dyn Writer),
) -> Result<Attempt> {
    let began = Instant::now();
    journal.record(EventKind::StageStarted { stage: Stage::Commit })?;
    journal.record(EventKind::CommitStarted)?;
    match writer.commit(record)? {
        Commit::Committed => {}
        Commit::RolledBack(reason) => return Err(Error::new(ErrorKind::Conflict, format!("the commit was refused: {reason}"))),
        Commit::Unknown(reason) => return Ok(Attempt::Unknown(reason, verdict)),
    }
    drop(limit);
    committed(writer);
    let mut told = Vec::new();
    let mut tell = |what: &str, result: Result<()>| {
        if let Err(error) = result {
            told.push(format!("committed, but {what}: {error}"));
        }
    };
    tell("the journal could not be written", finished(journal, Stage::Commit, began));
    let began = Instant::now();
    tell("the journal could not be written", journal.record(EventKind::StageStarted { stage: Stage::After }));
    let tables: Vec<_> = touched.iter().cloned().collect();
    tell("statistics were not brought up to date", writer.maintain(&tables));
    tell("the journal could not be written", finished(journal, Stage::After, began));
    Ok(Attempt::Committed(verdict, told))
}

/// Ends a run: rolls back whatever was not committed, records the end, and says what state the database is in. `committed` is
/// how a commit is called, and what it means.
pub(crate) fn conclude(
    engine: &Engine<'_>,
    directory: &RunDirectory,
    journal: &Journal<'_>,
    writer: &mut dyn Writer,
    result: Result<Attempt>,
    committed: (Outcome, &str),
) -> Ended {
    let interrupted = engine.interrupt.reason();
    // From here on the rollback must not be interrupted by what interrupted the run.
    engine.interrupt.clear();
    let mut hints = Vec::new();
    let mut rollback = |hints: &mut Vec<String>| match writer.rollback() {
        Ok(notes) => {
            for message in notes {
                engine.monitor.notice(&message);
                hints.push(message);
            }
            "the transaction was rolled back: the database is as it was".to_owned()
        }
        Err(error) => format!("the server does not answer ({error}); it rolls the transaction back by itself: the database is as it was"),
    };
    let (outcome, message, verdict, error) = match result {
        Ok(Attempt::Committed(verdict, told)) => {
            hints.extend(told);
            let (outcome, message) = committed;
            let shown = match verdict.findings.len() {
                0 => String::new(),
                1 => "; 1 finding is shown, and fails nothing".to_owned(),
                several => format!("; {several} findings are shown, and fail nothing"),
            };
            (outcome, format!("{message}{shown}"), Some(verdict), None)
        }
        Ok(Attempt::Given(outcome, verdict)) => {
            let state = rollback(&mut hints);
            let message = match outcome {
                Outcome::DryRun => format!("verified, and not committed as asked: {state}"),
                _ => format!("the verification failed: {state}"),
            };
            (outcome, message, Some(verdict), None)
        }
        Ok(Attempt::Unknown(reason, verdict)) => {
            hints.push("nothing is half done: either the old contents stand, or the new ones do".to_owned());
            hints.push(format!("`cutover status` asks the database for the run {} as soon as it answers", directory.run));
            (Outcome::Unknown, format!("the connection was lost during COMMIT: {reason}"), Some(verdict), None)
        }
        Err(error) if error.kind() == ErrorKind::Escaped => {
            // There is nothing left to roll back; sequences and locks are seen to all the same.
            let _ = rollback(&mut hints);
            hints.push("compare the database with the run's snapshot: that says what stays".to_owned());
            let message = "failed: a step ended the run's transaction, so that what the steps had done until then may stay, unverified";
            (Outcome::Escaped, message.to_owned(), None, Some(error))
        }
        Err(error) => {
            let state = rollback(&mut hints);
            match interrupted {
                Some(reason) => (Outcome::Interrupted, format!("interrupted ({reason}): {state}"), None, Some(error)),
                None => (Outcome::Failed, format!("failed: {state}"), None, Some(error)),
            }
        }
    };
    let ended = EventKind::RunFinished { outcome, message: message.clone(), hints: hints.clone(), seconds: journal.seconds() };
    if let Err(failure) = journal.record(ended) {
        hints.push(format!("the end could not be written to the journal: {failure}"));
    }
    Ended { run: directory.run.clone(), directory: directory.path.clone(), outcome, message, hints, verdict, error }
}
