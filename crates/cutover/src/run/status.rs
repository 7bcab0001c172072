//! What runs there are, how they ended, and what the database says of them.

use serde::Serialize;

use crate::database::access::plain;
use crate::database::exchange::Stopped;
use crate::database::{Kept, Mode, RunRecord};
use crate::journal::{EventKind, Outcome};
use crate::model::error::{Error, ErrorKind, Result};

use super::options::Engine;
use super::{RunDirectory, in_place};

/// One run.
#[derive(Debug, Clone, Serialize)]
pub struct RunStatus {
    /// Its id.
    pub run: String,
    /// Its plan.
    pub plan: String,
    /// Its directory; `None` where only the database knows the run.
    pub directory: Option<std::path::PathBuf>,
    /// When it started, RFC 3339.
    pub started_at: String,
    /// The database that it ran on, without a password.
    pub database: String,
    /// What its journal says.
    pub journal: JournalState,
    /// What the database's journal table says of the run, or of the run that it undoes: `applied`, `undone`, or nothing; `None`
    /// where no database was asked.
    pub recorded: Option<Option<String>>,
    /// What that means, and what to do next.
    pub meaning: String,
}

/// How far a journal goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalState {
    /// The run ended.
    Ended(Outcome),
    /// The run was killed, or goes on, before COMMIT was sent.
    Open,
    /// The run was killed, or goes on, after COMMIT was sent.
    Committing,
    /// There is no journal here.
    None,
}

/// Lists every run, oldest first.
///
/// # Errors
/// Where a journal or the database cannot be read.
pub fn status(home: &std::path::Path, engine: Option<&Engine<'_>>) -> Result<Vec<RunStatus>> {
    let mut stopped = None;
    let (records, fence) = match engine.map(|engine| engine.database.read()) {
        Some(Ok(mut reader)) => (Some(reader.records()?), reader.standing_fence()?),
        // It may be a rollback that keeps everybody out.
        Some(Err(error)) => {
            stopped = engine.and_then(|engine| engine.database.stopped_exchange().ok()).flatten();
            if stopped.is_none() {
                return Err(error);
            }
            (None, None)
        }
        None => (None, None),
    };
    let place = engine.map(|engine| engine.database.place());
    let mut runs = Vec::new();
    for directory in RunDirectory::list(home)? {
        let mut state = JournalState::Open;
        let mut began = None;
        for event in directory.events()? {
            match event.kind {
                EventKind::RunStarted { plan, database, started_at, undoes, mode, rehearses, .. } => {
                    began = Some((plan, database, started_at, undoes, mode, rehearses));
                }
                EventKind::RunResumed => state = JournalState::Open,
                EventKind::CommitStarted => state = JournalState::Committing,
                EventKind::RunFinished { outcome, .. } => state = JournalState::Ended(outcome),
                _ => {}
            }
        }
        // A journal without its first event is of a run that was killed before it did anything.
        let Some((plan, database, started_at, undoes, mode, rehearses)) = began else { continue };
        // An undo leaves its mark on the record of the run that it undoes.
        let subject = undoes.as_ref().unwrap_or(&directory.run);
        let found = records.iter().flatten().find(|record| record.run == *subject).map(|record| record.state.clone());
        // A record proves that the run was here, whatever the account. That there is none says something only of the very place.
        let recorded = (found.is_some() || place.as_ref() == Some(&database)).then_some(found);
        runs.push(RunStatus {
            meaning: match rehearses {
                Some(original) => of_rehearsal(state, &original),
                None if mode == super::guard::MODE => {
                    super::guard::meaning(state, matches!(&recorded, Some(Some(state)) if state == "undone")).to_owned()
                }
                None => meaning(state, recorded.as_ref().map(Option::as_deref), undoes.is_some(), mode == Mode::InPlace.to_string()),
            },
            run: directory.run,
            plan,
            directory: Some(directory.path),
            started_at,
            database,
            journal: state,
            recorded,
        });
    }
    for record in records.unwrap_or_default() {
        if !runs.iter().any(|status| status.run == record.run) {
            runs.push(elsewhere(record, place.clone().unwrap_or_default()));
        }
    }
    // Of an unfinished run the fence is what protects it; of any other it was left behind.
    let unfinished = |status: &RunStatus| matches!(&status.recorded, Some(Some(state)) if in_place::is_unfinished(state));
    for left in runs.iter_mut().filter(|status| fence.as_ref() == Some(&status.run) && !unfinished(status)) {
        left.meaning.push_str("; its fence still stands: `cutover clean` takes it down");
    }
    if let Some(Stopped { run, message }) = stopped {
        match runs.iter_mut().find(|status| plain(&status.run) == run) {
            Some(status) => {
                let run = status.run.clone();
                status.meaning = format!(
                    "its rollback goes on, or was stopped: {message}; `cutover rollback {run}` goes on with it, `cutover clean` lets everybody in again"
                );
            }
            // What nobody here has begun must be told all the same.
            None => runs.push(RunStatus {
                meaning: format!("the rollback of a run that is not known here goes on, or was stopped: {message}"),
                run,
                plan: String::new(),
                directory: None,
                started_at: String::new(),
                database: place.clone().unwrap_or_default(),
                journal: JournalState::None,
                recorded: None,
            }),
        }
    }
    runs.sort_by(|left, right| left.run.cmp(&right.run));
    Ok(runs)
}

/// The scratch databases that proofs have left on the server, or that are in use just now; none where no server was asked.
///
/// # Errors
/// Where the server does not answer.
pub fn scratches(engine: Option<&Engine<'_>>) -> Result<Vec<String>> {
    engine.map_or_else(|| Ok(Vec::new()), |engine| engine.database.scratches())
}

/// A state that a rollback has kept.
#[derive(Debug, Clone, Serialize)]
pub struct KeptState {
    /// The run that was taken back; `None` where it is not known here.
    pub of: Option<String>,
    /// Its id in the letters of its name.
    pub id: String,
    /// The name of the database, or the path of the file.
    pub name: String,
}

/// The states that rollbacks have kept, until `cutover clean --kept` drops them; none where no database was asked.
///
/// # Errors
/// Where a journal or the server cannot be read.
pub fn kept(home: &std::path::Path, engine: Option<&Engine<'_>>) -> Result<Vec<KeptState>> {
    let Some(engine) = engine else { return Ok(Vec::new()) };
    let (mut undos, mut runs) = (Vec::new(), Vec::new());
    for directory in RunDirectory::list(home)? {
        if let Ok(EventKind::RunStarted { undoes: Some(of), .. }) = directory.started() {
            undos.push((of, directory.path));
        }
        runs.push(directory.run);
    }
    let kept = engine.database.kept(&undos)?.into_iter();
    Ok(kept.map(|kept| KeptState { of: runs.iter().find(|run| kept.is_of(run)).cloned(), id: kept.run, name: kept.name }).collect())
}

/// Drops the state that was kept before the rollback of a run: of a run by its id, or of all with the word `all`. What was done is returned
/// for people.
///
/// # Errors
/// `Input` where there is no such state; or where one is in use.
pub fn drop_kept(engine: &Engine<'_>, run: &str) -> Result<Vec<String>> {
    let found = kept(engine.home, Some(engine))?;
    let (mut told, mut known) = (Vec::new(), Vec::new());
    for state in found {
        let is_meant = run == "all" || state.id == plain(run);
        known.push(state.of.clone().unwrap_or_else(|| state.id.clone()));
        if is_meant {
            engine.database.drop_kept(&Kept { run: state.id, name: state.name.clone() })?;
            told.push(format!("the state before the rollback is dropped: {}", state.name));
        }
    }
    if told.is_empty() && run != "all" {
        let hint = if known.is_empty() { "none is kept".to_owned() } else { format!("kept are those of {}", known.join(", ")) };
        return Err(Error::new(ErrorKind::Input, format!("no state before a rollback of {run} is kept"))
            .hint(hint)
            .hint("nothing was touched"));
    }
    Ok(told)
}

fn elsewhere(record: RunRecord, database: String) -> RunStatus {
    RunStatus {
        meaning: format!("{}; its directory is not here", record.state),
        run: record.run,
        plan: record.plan,
        directory: None,
        started_at: record.started_at,
        database,
        journal: JournalState::None,
        recorded: Some(Some(record.state)),
    }
}

fn of_rehearsal(state: JournalState, original: &str) -> String {
    let how = match state {
        JournalState::Ended(Outcome::Committed) => "everything was verified",
        JournalState::Ended(_) => "it failed",
        JournalState::Open | JournalState::Committing | JournalState::None => {
            "it goes on, or was killed: `cutover clean` drops a copy that is left"
        }
    };
    format!("a rehearsal on a copy of {original}, which it left untouched: {how}")
}

fn meaning(state: JournalState, recorded: Option<Option<&str>>, undoes: bool, in_place: bool) -> String {
    if in_place && recorded.is_none() && !matches!(state, JournalState::Ended(Outcome::Committed | Outcome::Undone)) {
        return "may stand half done, with its fence up: ask the database with --database how it stands".to_owned();
    }
    let text = match (state, recorded) {
        (JournalState::Ended(Outcome::UndoFailed), Some(Some("undoing"))) => {
            "the undo stopped part-way, and the fence is up: `cutover rollback` goes on with it"
        }
        (_, Some(Some("undoing"))) => "is being taken back, or was stopped in it: `cutover rollback` goes on with it",
        (JournalState::Ended(Outcome::VerificationFailed), Some(Some("running"))) => {
            "the verification failed; the steps stand, and the fence is up: `cutover rollback`, or `cutover resume --accept RULE`"
        }
        (_, Some(Some("running"))) => "goes on, or was stopped part-way: `cutover resume` finishes it, `cutover rollback` takes it back",
        (JournalState::Ended(Outcome::Failed), Some(Some("abandoned"))) => "failed before its first statement; nothing was changed",
        (_, Some(Some("abandoned"))) => "given up: everything stands as its steps left it, and its fence is down",
        (JournalState::Open | JournalState::Committing, Some(Some("undone"))) if undoes => {
            "ended without saying so: the run that it undoes is undone, and the old contents stand"
        }
        (JournalState::Open, _) if undoes => {
            "goes on, or was killed before COMMIT: the server rolls back, the run stands as it was; undo it again"
        }
        (JournalState::Committing, Some(_)) if undoes => "ended without saying so: the run stands as it was; undo it again",
        (JournalState::Ended(Outcome::Committed), Some(Some("undone"))) => "committed, and undone later",
        (JournalState::Ended(Outcome::Committed), Some(None)) => {
            "committed, but the database does not know it: it was restored, or is another one"
        }
        (JournalState::Ended(Outcome::Committed), _) => "committed",
        (JournalState::Ended(Outcome::DryRun), _) => "verified, and rolled back as asked",
        (JournalState::Ended(Outcome::NotStarted | Outcome::Interrupted), _) if undoes => {
            "stopped before it touched anything: the run stands as it was"
        }
        (JournalState::Ended(Outcome::NotStarted), _) => "stopped by a hook before it touched anything",
        (JournalState::Ended(Outcome::VerificationFailed), _) => "the verification failed; rolled back",
        (JournalState::Ended(Outcome::Failed), _) => "failed; rolled back",
        (JournalState::Ended(Outcome::Interrupted), _) => "interrupted; rolled back",
        (JournalState::Ended(Outcome::Undone), _) => "undid a committed run",
        (JournalState::Ended(Outcome::Stopped), None) => "stopped part-way: ask the database with --database how it stands",
        (JournalState::Ended(Outcome::Stopped), Some(Some("applied"))) => {
            "stopped after its last statement, and is recorded as finished: `cutover resume` takes a fence down that still stands"
        }
        (JournalState::Ended(Outcome::Stopped), Some(Some("undone"))) => "stopped part-way, and taken back later",
        (JournalState::Ended(Outcome::Stopped), _) => {
            "stopped part-way, but the database does not know it: it was restored, or is another one"
        }
        (JournalState::Ended(Outcome::UndoFailed), _) => "the undo did not come to its end",
        (JournalState::Ended(Outcome::Escaped), _) => "a step ended the run's transaction: compare the database with the run's snapshot",
        (_, Some(Some(_))) => "ended without saying so, after the commit: the new contents stand, complete and verified",
        (JournalState::Open, _) => "goes on, or was killed before COMMIT: the server rolls back, the old contents stand; run again",
        (_, Some(None)) => "ended without saying so: the database does not know it, the old contents stand; run again",
        (_, None) => "ended during COMMIT: ask the database with --database which contents stand",
    };
    text.to_owned()
}
