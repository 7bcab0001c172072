//! Runs cases side by side, each on a copy of the base database, and judges how they ended.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use cutover::database::{self, Mode};
use cutover::journal::{Event, EventKind, Monitor, Outcome, Progress};
use cutover::model::error::Error;
use cutover::model::interrupt::Interrupt;
use cutover::model::url::DatabaseUrl;
use cutover::plan::{self, PlanFiles};
use cutover::run::rollback::Rollback;
use cutover::run::{self, Ended, Engine, Finished, Options, RunDirectory, in_place, undo};

use super::case::{Case, Ending};
use super::naming;
use super::support::Scratch;

/// How many cases run side by side: a run mostly waits for its server. Where a run's fence is the whole server's, only one.
fn workers(dialect: &str) -> usize {
    if dialect == "mysql" { 1 } else { 4 }
}

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
        for _ in 0..workers(base.dialect()) {
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
    let Came { ended, atomic, taken_back } = run(&database, case);
    let after = State::of(&database);
    // What a run in place has done stands until somebody takes it back.
    let undone = || if atomic || taken_back || ended.is_err() { before.stands_in(&after) } else { Ok(()) };
    match &case.ending {
        Ending::Named(wanted) => {
            let ended = ended.as_ref().map_err(|error| format!("the run did not start: {}", told(error)))?;
            if ended.outcome != Outcome::VerificationFailed {
                return Err(format!("the run ended as {}", shown(ended)));
            }
            let verdict = ended.verdict.as_ref().ok_or("the run has no verdict")?;
            if let Some(difference) = naming::difference(wanted, &naming::named(verdict)) {
                return Err(difference);
            }
            undone()
        }
        Ending::Refused(texts) => {
            let error = match &ended {
                Err(error) => told(error),
                Ok(Ended { outcome: Outcome::Failed, error: Some(error), .. }) => told(error),
                Ok(Ended { outcome: Outcome::Stopped, error: Some(error), .. }) if !atomic => told(error),
                Ok(ended) => return Err(format!("the run ended as {}", shown(ended))),
            };
            if let Some(text) = texts.iter().find(|text| !error.contains(*text)) {
                return Err(format!("the error does not say `{text}`: {error}"));
            }
            undone()
        }
        Ending::Clean(left) => {
            let ended = ended.as_ref().map_err(|error| format!("the run did not start: {}", told(error)))?;
            let named = ended.verdict.as_ref().map(naming::named).unwrap_or_default();
            if ended.outcome != Outcome::Committed || !named.is_empty() {
                return Err(format!("the run ended as {}", shown(ended)));
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

/// What became of a case's run.
struct Came {
    ended: Result<Ended, Error>,
    /// Whether it was one transaction.
    atomic: bool,
    /// Whether what it had done was undone afterwards by the plan's own undo.
    taken_back: bool,
}

/// Runs the plan of a case. A run in place that came to nothing is taken back where each of its steps can be, else given up: its fence
/// would stand for ever.
fn run(database: &Scratch, case: &Case) -> Came {
    let interrupt = Interrupt::new();
    let opened = database::open(&DatabaseUrl::new(database.url()).unwrap(), &interrupt).unwrap();
    let home = database.directory().join("runs");
    let engine = Engine { database: opened.as_ref(), monitor: &Others { database, case }, interrupt: &interrupt, home: &home };
    let files = plan_files(database.dialect(), case);
    let options =
        Options { sessions: 1, accept: case.accept.clone(), mode: case.mode, unfenced: case.mode.is_some(), ..Options::default() };
    let atomic = engine.mode(&options).unwrap() == Mode::Atomic;
    let plan = match plan::load(&files, opened.dialect(), &database::dialects(), &BTreeMap::new()) {
        Ok(plan) => plan,
        Err(error) => return Came { ended: Err(error), atomic, taken_back: false },
    };
    let ended = run::run(&engine, &files, &plan, &options).map(|finished| match finished {
        Finished::Ended(ended) => *ended,
        Finished::NothingToDo { run, .. } => panic!("a new database says that the run {run} applied the plan"),
    });
    let mut taken_back = false;
    if let Ok(Ended { outcome: Outcome::VerificationFailed | Outcome::Stopped, run, .. }) = &ended
        && !atomic
    {
        if case.can_be_taken_back() {
            let directory = RunDirectory::find(&home, run).unwrap();
            let undone = undo::undo(&engine, &plan, &directory, &options, &Rollback::default()).unwrap();
            assert_eq!(undone.outcome, Outcome::Undone, "{}: {undone:?}", case.name);
            taken_back = true;
        } else {
            in_place::release(&engine, Some(run), &options).unwrap();
        }
    }
    Came { ended, atomic, taken_back }
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
        if database.dialect() == "mysql" {
            return Self::of_mysql(database);
        }
        let contents = text(&database.query(include_str!("state.postgres.sql"))[0][0]).into_bytes();
        let sequences =
            database.query("SELECT schemaname || '.' || sequencename, coalesce(last_value + increment_by, start_value) FROM pg_sequences");
        let sequences = sequences.iter().map(|row| (text(&row[0]), text(&row[1]).parse().expect("a number"))).collect();
        Self { contents, sequences }
    }

    /// What the server says of each object but the journal's, and its own sums over the rows.
    fn of_mysql(database: &Scratch) -> Self {
        let text = |cell: &Option<String>| cell.clone().unwrap_or_default();
        let query = |sql: &str| format!("{:?}\n", database.query(sql));
        let tables = database.query(
            "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME NOT LIKE 'cutover%' \
             ORDER BY 1",
        );
        let mut contents = String::new();
        for row in &tables {
            let name = text(&row[0]).replace('`', "``");
            let definition = query(&format!("SHOW CREATE TABLE `{name}`"));
            // Where it stands now is no part of what a table is.
            let (start, end) = definition.split_once(" AUTO_INCREMENT=").unwrap_or((&definition, ""));
            contents.push_str(&format!("{start}{}", end.trim_start_matches(|letter: char| letter.is_ascii_digit())));
            if row[1].as_deref() == Some("BASE TABLE") {
                contents.push_str(&query(&format!("CHECKSUM TABLE `{name}` EXTENDED")));
            }
        }
        contents.push_str(&query(
            "SELECT TRIGGER_NAME, ACTION_STATEMENT FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY 1",
        ));
        Self { contents: contents.into_bytes(), sequences: BTreeMap::new() }
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
