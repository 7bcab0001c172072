//! A WASL v2 database with a handful of rows, and the plan as it ships.

use std::collections::BTreeMap;
use std::path::Path;

use cutover::database::{dialect, dialects};
use cutover::journal::{Outcome, Silent};
use cutover::model::error;
use cutover::model::interrupt::Interrupt;
use cutover::plan::{Plan, PlanFiles, load};
use cutover::run::{Ended, Engine, Finished, Options};

use crate::plans::{self, Site};
use crate::support::Scratch;

/// What every candidate of a test refers to.
const BASE: &str = "
INSERT INTO users (id, name, email, password) VALUES (1, 'Amina', 'amina@example.org', 'x'), (2, 'بلال', 'bilal@example.org', 'x');
INSERT INTO campuses (id, name, code) VALUES (1, 'Islamabad', 'ISB'), (2, 'Karachi West', 'khi-w');
INSERT INTO trades (id, name, code) VALUES (1, 'Welding', 'WLD'), (2, 'Heating, ventilation and air conditioning', 'HVAC-R');
INSERT INTO oeps (id, name) VALUES (1, 'Promoter');
INSERT INTO instructors (id, name) VALUES (7, 'Instructor');
INSERT INTO migrations (migration, batch) VALUES ('2024_01_01_create_users_table', 1), ('2024_02_01_create_candidates_table', 3);
";

/// A v2 database, and the plan's files.
pub struct Wasl {
    /// The database.
    pub site: Site,
    /// The plan's files; a test may change them.
    pub files: PlanFiles,
    arguments: BTreeMap<String, String>,
}

impl Wasl {
    /// The schema of v2 as the plan's demo has it, users, two campuses and two trades; no candidate.
    pub fn new(scratch: Scratch) -> Self {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans/wasl-v3");
        let files = PlanFiles::read(&directory).unwrap();
        let demo = std::fs::read_to_string(directory.join(format!("demo/{}.sql", scratch.dialect()))).unwrap();
        let statements = dialect(scratch.dialect()).unwrap().split(&demo).unwrap();
        for statement in statements {
            let words = statement.leading_words(2);
            let defines = ["CREATE TABLE", "CREATE INDEX", "CREATE UNIQUE", "ALTER TABLE", "ALTER DATABASE"].contains(&words.as_str());
            // The numbers that the demo counts by are no table of v2.
            if defines && !statement.names().iter().any(|name| name.eq_ignore_ascii_case("numbers")) {
                scratch.execute(&statement.text);
            }
        }
        scratch.execute(BASE);
        Self { site: Site::new(scratch), files, arguments: BTreeMap::new() }
    }

    /// Executes SQL on the database.
    #[track_caller]
    pub fn execute(&self, sql: &str) {
        self.site.scratch.execute(sql);
    }

    /// A candidate of campus 1 and trade 1, registered on 2025-03-01 and as many days later as its id says; more columns and values as given.
    #[track_caller]
    pub fn candidate(&self, id: u32, columns: &str, values: &str) {
        let more = |text: &str| if text.is_empty() { String::new() } else { format!(", {text}") };
        let has = |name: &str| columns.split(',').any(|column| column.trim() == name);
        let mut names = vec!["id".to_owned(), "btevta_id".to_owned()];
        let mut given = vec![id.to_string(), format!("'BTV-{id}'")];
        let day = 1 + id % 28;
        for (name, value) in [
            ("name", format!("'Candidate {id}'")),
            ("campus_id", "1".to_owned()),
            ("trade_id", "1".to_owned()),
            ("status", "'registered'".to_owned()),
            ("registered_at", format!("'2025-03-{day:02} 09:00:00'")),
            ("created_at", format!("'2025-03-{day:02} 09:00:00'")),
        ] {
            if !has(name) {
                names.push(name.to_owned());
                given.push(value);
            }
        }
        self.execute(&format!(
            "INSERT INTO candidates ({}{}) VALUES ({}{})",
            names.join(", "),
            more(columns),
            given.join(", "),
            more(values)
        ));
    }

    /// Gives a parameter a value.
    pub fn set(&mut self, name: &str, value: &str) {
        self.arguments.insert(name.to_owned(), value.to_owned());
    }

    /// Replaces a text in one of the plan's files, as a person would in a copy of the plan.
    #[track_caller]
    pub fn edit(&mut self, path: &str, old: &str, new: &str) {
        let text = String::from_utf8(self.files.files[path].clone()).unwrap();
        assert!(text.contains(old), "{path} does not hold {old}");
        self.files.files.insert(path.to_owned(), text.replacen(old, new, 1).into_bytes());
    }

    fn plan(&self) -> Plan {
        self.site.load(&self.files, &self.arguments).unwrap_or_else(|error| panic!("{error:#?}"))
    }

    /// Runs the plan.
    pub fn run(&self, options: &Options) -> error::Result<Finished> {
        self.site.run(&(self.files.clone(), self.plan()), options, &Silent)
    }

    /// Runs the plan to its good end.
    #[track_caller]
    pub fn migrate(&self) -> Ended {
        self.migrate_with(&plans::options())
    }

    /// Runs the plan to its good end, with options.
    #[track_caller]
    pub fn migrate_with(&self, options: &Options) -> Ended {
        match self.run(options) {
            Ok(Finished::Ended(ended)) if ended.outcome == Outcome::Committed => *ended,
            Ok(other) => panic!("{other:#?}"),
            Err(error) => panic!("{}", plans::told(&error)),
        }
    }

    /// Runs the plan, which stops before anything is touched: what it says, its findings and their rows.
    #[track_caller]
    pub fn refused(&self) -> String {
        let before = self.site.snapshot();
        let told = match self.run(&plans::options()) {
            Err(error) => format!("{} {error:#?}", plans::told(&error)),
            Ok(Finished::Ended(ended)) if ended.outcome != Outcome::Committed => format!("{ended:#?}"),
            Ok(other) => panic!("the run was not refused: {other:#?}"),
        };
        assert_eq!(self.site.differences(&before), Vec::<String>::new());
        told
    }

    /// Runs the plan, which begins and does not commit: what it says.
    #[track_caller]
    pub fn not_committed(&self) -> String {
        match self.run(&plans::options()) {
            Ok(Finished::Ended(ended)) if ended.outcome != Outcome::Committed => format!("{ended:#?}"),
            Ok(other) => panic!("the run was committed: {other:#?}"),
            Err(error) => panic!("the run did not begin: {}", plans::told(&error)),
        }
    }

    /// Takes back what a run that did not commit has left, as `cutover rollback` does. In one transaction there is nothing left.
    #[track_caller]
    pub fn give_up(&self) {
        if self.site.scratch.dialect() == "mysql" {
            let run = cutover::run::RunDirectory::list(&self.site.home).unwrap().pop().unwrap().run;
            self.undo_run(&run);
        }
    }

    /// Runs one step alone, as `cutover step` does, to its good end.
    #[track_caller]
    pub fn step(&self, name: &str, force: bool) -> Ended {
        let mut arguments = self.arguments.clone();
        if force {
            arguments.insert("force".to_owned(), "true".to_owned());
        }
        let plan = self.site.load(&self.files, &arguments).unwrap_or_else(|error| panic!("{error:#?}"));
        let step = plan.only(name).unwrap();
        let options = Options { force, ..plans::options() };
        match self.site.run(&(self.files.clone(), step), &options, &Silent) {
            Ok(Finished::Ended(ended)) if ended.outcome == Outcome::Committed => *ended,
            Ok(other) => panic!("{other:#?}"),
            Err(error) => panic!("{}", plans::told(&error)),
        }
    }

    /// Runs one step alone from so many programs at once: how each came out.
    pub fn step_at_once(&self, name: &str, programs: usize) -> Vec<Result<Outcome, String>> {
        let (url, home) = (self.site.scratch.url(), self.site.home.clone());
        let (files, arguments) = (&self.files, &self.arguments);
        let one = || {
            let interrupt = Interrupt::new();
            let database = plans::open(&url, &interrupt);
            let engine = Engine { database: database.as_ref(), monitor: &Silent, interrupt: &interrupt, home: &home };
            let plan = load(files, database.dialect(), &dialects(), arguments).unwrap().only(name).unwrap();
            match cutover::run::run(&engine, files, &plan, &plans::options()) {
                Ok(Finished::Ended(ended)) => Ok(ended.outcome),
                Ok(other) => Err(format!("{other:?}")),
                Err(error) => Err(plans::told(&error)),
            }
        };
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..programs).map(|_| scope.spawn(one)).collect();
            all.into_iter().map(|program| program.join().unwrap()).collect()
        })
    }

    /// Takes a run back.
    #[track_caller]
    pub fn undo(&self, run: &Ended) {
        self.undo_run(&run.run);
    }

    #[track_caller]
    fn undo_run(&self, run: &str) {
        let ended = self.site.undo(&self.plan(), run, &plans::options(), false).unwrap_or_else(|error| panic!("{}", plans::told(&error)));
        assert_eq!(ended.outcome, Outcome::Undone, "{ended:#?}");
    }

    /// The rows of a query, NULL as `-`, cells separated by blanks.
    #[track_caller]
    pub fn rows(&self, sql: &str) -> Vec<String> {
        let rows = self.site.scratch.query(sql);
        let shown = |row: Vec<Option<String>>| row.into_iter().map(|cell| cell.unwrap_or_else(|| "-".to_owned())).collect::<Vec<_>>();
        rows.into_iter().map(|row| shown(row).join(" ")).collect()
    }
}
