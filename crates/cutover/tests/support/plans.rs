//! Plans, and everything that a run of one needs, for the integration tests.

// Each test program uses its own part of this module.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cutover::database::{self, Database, Mode};
use cutover::journal::{Monitor, Silent};
use cutover::model::error::{Error, Result};
use cutover::model::interrupt::Interrupt;
use cutover::model::url::DatabaseUrl;
use cutover::plan::{self, Plan, PlanFiles};
use cutover::run::diff::{Side, diff};
use cutover::run::rollback::{Method, Rollback};
use cutover::run::undo::first_values;
use cutover::run::{Ended, Engine, Finished, Options, RunDirectory, in_place, later, status, undo};
use cutover::snapshot::Snapshot;
use cutover::verify::verdict::Verdict;

use crate::support::Scratch;

/// What a run's directory may hold in the end.
const DOCUMENTED: [&str; 6] = ["after", "events.jsonl", "master-data.json", "plan", "snapshot", "verdict.json"];

/// How long sessions may take to vanish from the server after their connections have ended.
const VANISHING: Duration = Duration::from_secs(20);

/// A database of a test's own, and a place for the runs on it.
pub struct Site {
    /// The database as an application sees it.
    pub scratch: Scratch,
    /// The database as the engine sees it.
    pub database: Box<dyn Database>,
    /// What stops the engine's work.
    pub interrupt: Interrupt,
    /// The directory of all runs.
    pub home: PathBuf,
    snapshots: Cell<u32>,
}

impl Site {
    /// A site on a database.
    pub fn new(scratch: Scratch) -> Self {
        let interrupt = Interrupt::new();
        let database = open(&scratch.url(), &interrupt);
        let home = scratch.directory().join(".cutover");
        Self { scratch, database, interrupt, home, snapshots: Cell::new(0) }
    }

    /// A site on a database that has been filled.
    pub fn filled(scratch: Scratch, sql: &str) -> Self {
        scratch.execute(sql);
        Self::new(scratch)
    }

    /// The engine.
    pub fn engine<'a>(&'a self, monitor: &'a dyn Monitor) -> Engine<'a> {
        Engine { database: self.database.as_ref(), monitor, interrupt: &self.interrupt, home: &self.home }
    }

    /// A plan of these files that has no faults.
    pub fn plan(&self, files: &[(&str, &str)]) -> (PlanFiles, Plan) {
        let files = plan_files(files);
        let plan = self.load(&files, &BTreeMap::new()).unwrap_or_else(|error| panic!("{error:?}"));
        (files, plan)
    }

    /// A plan of these files.
    ///
    /// # Errors
    /// The plan's faults.
    pub fn load(&self, files: &PlanFiles, arguments: &BTreeMap<String, String>) -> Result<Plan> {
        plan::load(files, self.database.dialect(), &database::dialects(), arguments)
    }

    /// Runs a plan.
    ///
    /// # Errors
    /// Where the run could not start.
    pub fn run(&self, (files, plan): &(PlanFiles, Plan), options: &Options, monitor: &dyn Monitor) -> Result<Finished> {
        cutover::run::run(&self.engine(monitor), files, plan, options)
    }

    /// Runs a plan that does start.
    pub fn end(&self, plan: &(PlanFiles, Plan), options: &Options, monitor: &dyn Monitor) -> Ended {
        match self.run(plan, options, monitor) {
            Ok(Finished::Ended(ended)) => *ended,
            other => panic!("the run did not start: {other:?}"),
        }
    }

    /// Takes an in-place run up again that is not finished.
    pub fn resume(&self, plan: &Plan, run: &str, options: &Options) -> Ended {
        match in_place::resume(&self.engine(&Silent), plan, &self.directory(run), options).unwrap() {
            Finished::Ended(ended) => *ended,
            nothing => panic!("{nothing:?}"),
        }
    }

    /// What the database has recorded of a run.
    pub fn recorded(&self, run: &str) -> Option<String> {
        let records = self.database.read().unwrap().records().unwrap();
        records.into_iter().find(|record| record.run == run).map(|record| record.state)
    }

    /// Undoes a run.
    ///
    /// # Errors
    /// Where the undo could not start.
    pub fn undo(&self, plan: &Plan, run: &str, options: &Options, keep_new_writes: bool) -> Result<Ended> {
        let how = Rollback { method: Method::Undo, keep_new_writes, ..Rollback::default() };
        undo::undo(&self.engine(&Silent), plan, &self.directory(run), options, &how)
    }

    /// Verifies a run that was committed.
    pub fn verify(&self, plan: &Plan, run: &str, options: &Options) -> Verdict {
        let directory = self.directory(run);
        let values = first_values(&directory).unwrap();
        later::verify(&self.engine(&Silent), plan, &directory, &values, options).unwrap()
    }

    /// The directory of a run.
    pub fn directory(&self, run: &str) -> RunDirectory {
        RunDirectory::find(&self.home, run).unwrap()
    }

    /// What `status` says of a run: what the database has recorded of it, and what that means.
    pub fn status(&self, run: &str) -> (Option<String>, String) {
        let runs = status::status(&self.home, Some(&self.engine(&Silent))).unwrap();
        let found = runs.into_iter().find(|status| status.run == run).unwrap_or_else(|| panic!("status does not know {run}"));
        (found.recorded.flatten(), found.meaning)
    }

    /// A snapshot of the database as it is, in a directory of its own.
    pub fn snapshot(&self) -> Snapshot {
        self.snapshots.set(self.snapshots.get() + 1);
        let directory = self.scratch.directory().join(format!("snapshot-{}", self.snapshots.get()));
        later::snapshot(&self.engine(&Silent), &directory, &options()).unwrap()
    }

    /// Everything in which the database differs from a snapshot: nothing where they are equal.
    pub fn differences(&self, before: &Snapshot) -> Vec<String> {
        let now = self.snapshot();
        let scratch = self.scratch.directory().join("diff");
        let verdict = diff(Side::stored(before.clone()), Side::stored(now.clone()), &scratch, &Silent).unwrap();
        std::fs::remove_dir_all(&scratch).unwrap_or_default();
        let mut differences: Vec<_> = verdict.findings.iter().map(|finding| format!("{}: {}", finding.rule, finding.message)).collect();
        assert_eq!(verdict.passed, differences.is_empty(), "{verdict:?}");
        for position in &before.manifest.sequences {
            // A sequence that has given a number keeps having given it: a gap is no difference, a step back is one.
            match now.manifest.sequences.iter().find(|other| other.sequence == position.sequence) {
                Some(other) if (other.next - position.next) * position.increment.signum() >= 0 => {}
                other => differences.push(format!("the sequence {} stood at {}: {other:?}", position.sequence, position.next)),
            }
        }
        differences
    }

    /// Everything that runs must not leave behind: files, sessions, locks, and after runs that were not committed, the journal's table.
    pub fn leftovers(&self, committed: bool) -> Vec<String> {
        let mut left = self.files_left();
        if self.scratch.dialect() == "postgres" {
            left.extend(self.sessions_left());
        }
        let journal = match self.scratch.dialect() {
            "postgres" => "SELECT nspname FROM pg_namespace WHERE nspname = 'cutover'",
            "mysql" => "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'cutover_runs'",
            _ => "SELECT name FROM sqlite_schema WHERE name = 'cutover_runs'",
        };
        if self.scratch.query(journal).is_empty() == committed {
            left.push(if committed { "no journal".to_owned() } else { "the journal's table".to_owned() });
        }
        left
    }

    fn files_left(&self) -> Vec<String> {
        let mut left = Vec::new();
        for directory in RunDirectory::list(&self.home).unwrap() {
            let mut allowed = DOCUMENTED.to_vec();
            // What an undo compares with the run's end.
            allowed.push("since");
            left.extend(names(&directory.path).into_iter().filter(|name| !allowed.contains(&name.as_str())));
            for folder in [directory.after(), directory.path.join("since")] {
                let expected = ["rows", "scratch", "manifest.json", "manifest.sha256"];
                left.extend(names(&folder).into_iter().filter(|name| !expected.contains(&name.as_str())));
                left.extend(files_below(&folder.join("scratch")));
            }
        }
        let mut beside = names(self.scratch.directory());
        beside.retain(|name| name != ".cutover" && name != "scratch.db" && !name.starts_with("snapshot-"));
        left.extend(beside);
        left
    }

    /// Sessions of the engine, and advisory locks.
    fn sessions_left(&self) -> Vec<String> {
        let since = Instant::now();
        loop {
            let sessions = self.scratch.query(
                "SELECT 'the session ' || application_name FROM pg_stat_activity \
                 WHERE datname = current_database() AND application_name LIKE 'cutover%' \
                 UNION ALL SELECT 'an advisory lock of ' || pid FROM pg_locks WHERE locktype = 'advisory' \
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            );
            if sessions.is_empty() || since.elapsed() > VANISHING {
                return sessions.into_iter().flatten().flatten().collect();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The engine's view of what a URL names.
pub fn open(url: &str, interrupt: &Interrupt) -> Box<dyn Database> {
    database::open(&DatabaseUrl::new(url).unwrap(), interrupt).unwrap()
}

/// Files as a plan holds them.
pub fn plan_files(files: &[(&str, &str)]) -> PlanFiles {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    PlanFiles { root: PathBuf::from("plan"), files }
}

/// Options that do not wait for long.
pub fn options() -> Options {
    Options { patience: Duration::from_secs(5), sessions: 2, ..Options::default() }
}

/// The same, statement by statement, also where nothing holds others off.
pub fn in_place_options() -> Options {
    Options { mode: Some(Mode::InPlace), unfenced: true, ..options() }
}

/// An error with its causes and hints.
pub fn told(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        text.push_str(&format!(": {source}"));
        cause = source.source();
    }
    for hint in error.hints() {
        text.push_str(&format!("; {hint}"));
    }
    text
}

/// The names in a directory, sorted; none where there is no such directory.
fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(directory).into_iter().flatten().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Every file below a directory.
fn files_below(directory: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for name in names(directory) {
        let path = directory.join(name);
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path.display().to_string()) }
    }
    files
}
