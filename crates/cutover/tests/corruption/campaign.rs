//! Runs cases side by side, each on a copy of the base database, and judges how they ended.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use cutover::database;
use cutover::journal::{Event, EventKind, Monitor, Outcome, Progress};
use cutover::model::error::Error;
use cutover::model::interrupt::Interrupt;
use cutover::model::url::DatabaseUrl;
use cutover::plan::{self, PlanFiles};
use cutover::run::{self, Ended, Engine, Finished, Options};

use super::case::{Case, Ending};
use super::naming;
use super::support::Scratch;

/// How many cases run side by side: a run mostly waits for its server.
const WORKERS: usize = 4;

/// What a campaign came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// Faults that were planted.
    pub planted: usize,
    /// Faults that were named, and nothing beside them.
    pub named: usize,
    /// Honest migrations.
    pub clean: usize,
    /// Honest migrations that did not commit, or in which something was found.
    pub alarms: usize,
    /// What went wrong, case by case.
    pub failures: Vec<String>,
}

impl Tally {
    /// Adds another one.
    pub fn add(&mut self, other: Self) {
        self.planted += other.planted;
        self.named += other.named;
        self.clean += other.clean;
        self.alarms += other.alarms;
        self.failures.extend(other.failures);
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "planted {}, named {} · clean {}, alarms {}", self.planted, self.named, self.clean, self.alarms)
    }
}

/// Runs every case on a copy of `base`.
pub fn campaign(base: &Scratch, cases: &[Case]) -> Tally {
    let tally = Mutex::new(Tally::default());
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let judged = judge(base, case);
            let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
            let good = usize::from(judged.is_ok());
            if case.faults > 0 {
                tally.planted += case.faults;
                tally.named += case.faults * good;
            } else {
                tally.clean += 1;
                tally.alarms += 1 - good;
            }
            if let Err(failure) = judged {
                tally.failures.push(format!("{}: {}: {failure}", base.dialect(), case.name));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(work);
        }
    });
    tally.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Runs one case; what is not as it has to be is the error.
fn judge(base: &Scratch, case: &Case) -> Result<(), String> {
    let database = base.copy("corruption");
    if !case.before.is_empty() {
        database.execute(&case.before);
    }
    let before = State::of(&database);
    let ended = run(&database, case);
    let after = State::of(&database);
    match &case.ending {
        Ending::Named(wanted) => {
            let ended = ended.map_err(|error| format!("the run did not start: {}", told(&error)))?;
            if ended.outcome != Outcome::VerificationFailed {
                return Err(format!("the run ended as {}", shown(&ended)));
            }
            let verdict = ended.verdict.as_ref().ok_or("the run has no verdict")?;
            if let Some(difference) = naming::difference(wanted, &naming::named(verdict)) {
                return Err(difference);
            }
            before.stands_in(&after)
        }
        Ending::Refused(texts) => {
            let error = match ended {
                Err(error) => told(&error),
                Ok(Ended { outcome: Outcome::Failed, error: Some(error), .. }) => told(&error),
                Ok(ended) => return Err(format!("the run ended as {}", shown(&ended))),
            };
            if let Some(text) = texts.iter().find(|text| !error.contains(*text)) {
                return Err(format!("the error does not say `{text}`: {error}"));
            }
            before.stands_in(&after)
        }
        Ending::Clean(left) => {
            let ended = ended.map_err(|error| format!("the run did not start: {}", told(&error)))?;
            let named = ended.verdict.as_ref().map(naming::named).unwrap_or_default();
            if ended.outcome != Outcome::Committed || !named.is_empty() {
                return Err(format!("the run ended as {}", shown(&ended)));
            }
            for (query, value) in left {
                let rows = database.query(query);
                let found = rows.iter().flatten().map(|cell| cell.as_deref().unwrap_or("NULL")).collect::<Vec<_>>().join(",");
                if found != *value {
                    return Err(format!("{query} gives {found}, not {value}"));
                }
            }
            Ok(())
        }
    }
}

/// Runs the plan of a case.
fn run(database: &Scratch, case: &Case) -> Result<Ended, Error> {
    let interrupt = Interrupt::new();
    let opened = database::open(&DatabaseUrl::new(database.url())?, &interrupt)?;
    let home = database.directory().join("runs");
    let engine = Engine { database: opened.as_ref(), monitor: &Others { database, case }, interrupt: &interrupt, home: &home };
    let files = plan_files(database.dialect(), case);
    let plan = plan::load(&files, opened.dialect(), &database::dialects(), &BTreeMap::new())?;
    let options = Options { sessions: 1, accept: case.accept.clone(), ..Options::default() };
    match run::run(&engine, &files, &plan, &options)? {
        Finished::Ended(ended) => Ok(*ended),
        Finished::NothingToDo { run, .. } => panic!("a new database says that the run {run} applied the plan"),
    }
}

/// The other sessions of a live database.
struct Others<'a> {
    database: &'a Scratch,
    case: &'a Case,
}

impl Monitor for Others<'_> {
    fn event(&self, event: &Event) -> Result<(), Error> {
        if matches!(event.kind, EventKind::SnapshotFinished { .. }) && !self.case.meanwhile.is_empty() {
            self.database.execute(&self.case.meanwhile);
        }
        Ok(())
    }

    fn progress(&self, _: &Progress) {}

    fn notice(&self, _: &str) {}
}

fn plan_files(dialect: &str, case: &Case) -> PlanFiles {
    let manifest = format!(
        "format = 1\nname = \"corruption\"\ndatabases = [\"{dialect}\"]\n\n[contract]\n{}\n\n[relationships]\n\
         \"students.sponsor_id\" = \"sponsors.id\"\n",
        case.contract
    );
    let files = std::iter::once(("plan.toml".to_owned(), manifest)).chain(case.files.iter().cloned());
    PlanFiles { root: PathBuf::from(&case.name), files: files.map(|(path, contents)| (path, contents.into_bytes())).collect() }
}

fn shown(ended: &Ended) -> String {
    let named = ended.verdict.as_ref().map(naming::named).unwrap_or_default();
    let error = ended.error.as_ref().map(told).unwrap_or_default();
    format!("{:?}: {named:?} {error}", ended.outcome)
}

/// An error with its causes, hints and faults.
fn told(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    let hints = error.hints().iter().map(|hint| format!("; {hint}"));
    let faults = error.fault_list().iter().map(|fault| format!("; {} ({})", fault.message, fault.place));
    hints.chain(faults).fold(text, |text, more| text + &more)
}

/// What a database holds, seen without the engine.
#[derive(Debug, PartialEq, Eq)]
struct State {
    contents: Vec<u8>,
    /// What each sequence gives next: no rollback takes a value back that was given.
    sequences: BTreeMap<String, i64>,
}

impl State {
    fn of(database: &Scratch) -> Self {
        if database.dialect() == "sqlite" {
            let file = database.url().trim_start_matches("sqlite://").to_owned();
            return Self { contents: std::fs::read(file).expect("the file can be read"), sequences: BTreeMap::new() };
        }
        let text = |cell: &Option<String>| cell.clone().unwrap_or_default();
        let contents = text(&database.query(include_str!("state.postgres.sql"))[0][0]).into_bytes();
        let sequences =
            database.query("SELECT schemaname || '.' || sequencename, coalesce(last_value + increment_by, start_value) FROM pg_sequences");
        let sequences = sequences.iter().map(|row| (text(&row[0]), text(&row[1]).parse().expect("a number"))).collect();
        Self { contents, sequences }
    }

    /// Whether everything of this state stands in a later one.
    fn stands_in(&self, later: &Self) -> Result<(), String> {
        if self.contents != later.contents {
            return Err("the database is not as it was".to_owned());
        }
        let back = |(name, next): &(&String, &i64)| later.sequences.get(*name).is_none_or(|now| now < *next);
        match self.sequences.iter().find(back) {
            Some((name, _)) => Err(format!("the sequence {name} stays behind where it stood")),
            None => Ok(()),
        }
    }
}
