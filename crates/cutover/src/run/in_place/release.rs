//! Taking the fence down: at the end of a run, and where a person gives a run up.

use crate::backup;
use crate::database::access::plain;
use crate::database::exchange::{Stand, Terms};
use crate::database::{Fence, Mode, RunRecord, Writer};
use crate::model::error::{Error, ErrorKind, Result};
use crate::run::options::{Engine, Options};
use crate::run::{RunDirectory, transaction};
use crate::snapshot::Snapshot;

use super::deeds::Log;
use super::{ABANDONED, Work, committed, row_of, unfinished};

/// Takes the fence down. What cannot be put back is told, and stays known to the database's journal.
pub(super) fn lower(engine: &Engine<'_>, writer: &mut dyn Writer) -> Vec<String> {
    // What interrupts the work now comes too late for it, and must not leave the fence up.
    engine.interrupt.clear();
    match writer.lower() {
        Ok(notes) => {
            notes.iter().for_each(|note| engine.monitor.notice(note));
            notes
        }
        Err(error) => vec![format!("the fence could not be taken down: {error}"), "cutover clean tries again".to_owned()],
    }
}

/// Ends a run that has executed nothing. The state that the database is in then is returned.
pub(super) fn give_up(work: &Work<'_>, log: &Log, writer: &mut dyn Writer, hints: &mut Vec<String>) -> String {
    if !log.has_raised() {
        return "failed before the fence: nothing was touched".to_owned();
    }
    let given_up = writer.records().and_then(|records| match row_of(&records, &work.directory.run) {
        Some(_) => work.state(ABANDONED, writer),
        None => Ok(()),
    });
    match given_up.and_then(|()| writer.lower()) {
        Ok(notes) => {
            notes.iter().for_each(|note| work.engine.monitor.notice(note));
            "failed before the first statement of a step: the database is as it was, and no fence stands".to_owned()
        }
        Err(error) => {
            hints.push(format!("the server could not be told so: {error}"));
            hints.push(format!("cutover clean {} --abandon takes the fence down", work.directory.run));
            "failed before the first statement of a step: the contents are as they were; the fence may still be up".to_owned()
        }
    }
}

/// What was released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The run that was given up, where one was.
    pub abandoned: Option<String>,
    /// What was put back.
    pub notes: Vec<String>,
}

/// Drops the scratch databases that proofs have left on the server, except those that somebody uses, and removes the directories that killed
/// proofs have left here. What was done is returned for people.
///
/// # Errors
/// Where the server does not answer, or a directory cannot be removed.
pub fn drop_scratches(engine: &Engine<'_>) -> Result<Vec<String>> {
    let mut told = Vec::new();
    for name in engine.database.scratches()? {
        told.push(match engine.database.drop_scratch(&name, engine.home, false) {
            Ok(()) => format!("the scratch database {name} is dropped"),
            Err(error) => format!("the scratch database {name} stays: {error}"),
        });
    }
    let removed = backup::remove_left_behind(engine.home)?;
    told.extend(removed.iter().map(|path| format!("{}, which a killed proof had left, is removed", path.display())));
    Ok(told)
}

/// Lets everybody in again where a rollback was stopped in the moment of its exchange, before anything was exchanged. What was done is returned
/// for people.
///
/// # Errors
/// `Refused` where the exchange has begun, or the run is not known here; or another rollback goes on.
pub fn let_in(engine: &Engine<'_>, options: &Options) -> Result<Vec<String>> {
    let Some(stopped) = engine.database.stopped_exchange()? else { return Ok(Vec::new()) };
    let runs = RunDirectory::list(engine.home)?;
    let refused = |message: String| Error::new(ErrorKind::Refused, message);
    let run = runs.iter().find(|directory| plain(&directory.run) == stopped.run).ok_or_else(|| {
        refused(format!("{}, for the rollback of a run that is not known here: {}", stopped.message, stopped.run))
            .hint("where its directory is, `cutover rollback` goes on, and `cutover clean` gives it up; --home names another place of runs")
    })?;
    let before = Snapshot::open(&run.snapshot())?;
    let terms = Terms {
        run: &run.run,
        directory: &run.path,
        before: &before.manifest.catalog,
        lock_timeout: options.lock_timeout,
        patience: options.patience,
        terminate_blockers: options.terminate_blockers,
        unfenced: true,
    };
    let mut exchange = engine.database.exchange(&terms)?;
    match exchange.stand()? {
        Stand::Held(_) => exchange.release(),
        Stand::Half(how) => Err(refused(format!("the exchange of a rollback has begun: {how}"))
            .hint(format!("cutover rollback {} brings it to its end", run.run))),
        Stand::Untouched | Stand::Exchanged => Ok(Vec::new()),
    }
}

/// Takes down whatever fence in-place runs have left. A run that is not finished keeps its own, unless it is named in `abandon`: then
/// it is given up, and everything stays as its steps have left it.
///
/// # Errors
/// `Refused` where an unfinished run is not named, or another one is.
pub fn release(engine: &Engine<'_>, abandon: Option<&str>, options: &Options) -> Result<Release> {
    let refusal = |records: &[RunRecord]| match (unfinished(records), abandon) {
        (Some(record), None) => Some(
            Error::new(ErrorKind::Refused, format!("the run {} is not finished: its fence protects what is half done", record.run))
                .hint(format!("cutover resume {} finishes it, cutover rollback {} takes it back", record.run, record.run))
                .hint(format!("cutover clean {} --abandon leaves everything as it stands, and takes the fence down", record.run))
                .hint("nothing was touched"),
        ),
        (found, Some(run)) if found.is_none_or(|record| record.run != run) => {
            Some(Error::new(ErrorKind::Refused, format!("the database knows no unfinished run {run}")).hint("nothing was touched"))
        }
        _ => None,
    };
    let mut reader = engine.database.read()?;
    if let Some(error) = refusal(&reader.records()?) {
        return Err(error);
    }
    // Nothing is taken from the server, not even for a moment, where nothing stands.
    if abandon.is_none() && reader.standing_fence()?.is_none() {
        return Ok(Release { abandoned: None, notes: Vec::new() });
    }
    drop(reader);
    let mut writer = transaction::lock(engine, abandon.unwrap_or("clean"), options)?;
    // While the lock was waited for, a run may have ended, or been stopped.
    let records = writer.records()?;
    if let Some(error) = refusal(&records) {
        return Err(error);
    }
    let Some(record) = unfinished(&records) else {
        return Ok(Release { abandoned: None, notes: writer.lower()? });
    };
    let fence = Fence {
        tables: Vec::new(),
        strongest: Vec::new(),
        lock_timeout: options.lock_timeout,
        patience: options.patience,
        terminate_blockers: options.terminate_blockers,
        mode: Mode::InPlace,
        unfenced: true,
        apart: false,
        volatile: Vec::new(),
        opaque: false,
    };
    writer.open(&fence, &mut |message| engine.monitor.notice(&message))?;
    committed(writer.commit(&RunRecord { state: ABANDONED.to_owned(), ..record.clone() })?)?;
    Ok(Release { abandoned: Some(record.run.clone()), notes: lower(engine, writer.as_mut()) })
}
