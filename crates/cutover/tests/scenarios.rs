//! Every file in `tests/scenarios` is a plan with a database before, what a run says, and the rows after: on every database.
//!
//! Each runs in both modes where the database has both. A file is an archive of sections `-- name --`; of those with a database's name at
//! their end (`before.sqlite`) that database uses its own, and of those with `in-place` (`expect.in-place`, `expect.sqlite-in-place`) the
//! runs that go statement by statement. A run in place that was finished is told in the words of an atomic one: what its end has of its own
//! is the same in every scenario, and is looked at in `support/words.rs`.
//!
//! | section | |
//! |---|---|
//! | `databases` | the databases that the case is about; all if it is not there |
//! | `before` | SQL that builds the database |
//! | `plan.toml`, `steps/…`, `checks/…`, `invariants/…`, `probes/…`, `maps/…` | the plan |
//! | `parameters` | `name = value` |
//! | `options` | `dry_run`, `strict`, `execute_all`, `no_rewrite`, `csv`, `accept = rule` |
//! | `expect` | what the run says; `UPDATE_SCENARIOS=1` before the test's command writes it, and a person reads it |
//! | `after` | queries that end in `;`, each with its rows; never written by the program |
//! | `between` | SQL of the application, after the run |
//! | `again` | a second run, with these options; `again/steps/…` are files that have changed by then |
//! | `expect.again` | what that one says |
//!
//! Whatever a file is about, it is also shown that a run which was not committed left the database equal to before, that
//! a committed run is verified later, that its undo, where the plan has one, brings the old database back, and that nothing is left behind.
//! In place, a run that stopped or whose verification failed is taken back by the plan's undo and the old contents are shown to stand; a
//! plan without one is given up, and the scenario is about what was found.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/archive.rs"]
mod archive;
#[path = "support/plans.rs"]
mod plans;
mod support;
#[path = "support/words.rs"]
mod words;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use archive::{Archive, Venue, without_place};
use cutover::database::Mode;
use cutover::journal::{Outcome, Silent};
use cutover::model::error::Result;
use cutover::plan::{Plan, PlanFiles};
use cutover::run::{Ended, Finished, Options, in_place};
use cutover::snapshot::Snapshot;
use plans::{Site, options, told};
use support::Scratch;

/// Those in place come last, as the writing of an archive wants it.
const PLACES: [Venue; 5] = [
    Venue::Atomic("postgres"),
    Venue::Atomic("sqlite"),
    Venue::InPlace("postgres"),
    Venue::AlwaysInPlace("mysql"),
    Venue::InPlace("sqlite"),
];

/// The folders whose files make up a plan.
const PLAN: [&str; 6] = ["steps/", "checks/", "invariants/", "probes/", "maps/", "queries/"];

#[test]
fn postgres() {
    run_all(Venue::Atomic("postgres"), Scratch::postgres);
}

#[test]
fn postgres_in_place() {
    run_all(Venue::InPlace("postgres"), Scratch::postgres);
}

#[test]
fn mysql() {
    run_all(Venue::AlwaysInPlace("mysql"), Scratch::mysql);
}

#[test]
fn sqlite() {
    run_all(Venue::Atomic("sqlite"), Scratch::sqlite);
}

#[test]
fn sqlite_in_place() {
    run_all(Venue::InPlace("sqlite"), Scratch::sqlite);
}

/// Runs every file, and fails with all that do not say what they expect.
fn run_all(place: Venue, scratch: fn(&str) -> Scratch) {
    let mut failed = Vec::new();
    let mut ran = 0;
    for path in files() {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let archive = Archive::parse(&std::fs::read_to_string(&path).unwrap());
        if !places(&archive).contains(&place) {
            continue;
        }
        ran += 1;
        let case = Case { archive: &archive, path: &path, place };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| case.run(scratch(&name)))) {
            let text = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            failed.push(format!("== {name}\n{}", text.unwrap_or_default()));
        }
    }
    assert!(ran > 0, "there are no scenarios for {place:?}");
    assert!(failed.is_empty(), "{} of {ran} scenarios fail on {place:?}:\n{}", failed.len(), failed.join("\n"));
}

/// Where a case is run: on the databases that it says, of those that its plan is written for. A plan without a word of them is for all.
fn places(archive: &Archive) -> Vec<Venue> {
    let plan = archive.get("plan.toml").and_then(|plan| plan.lines().find(|line| line.starts_with("databases = ")));
    let is_meant = |place: &Venue| {
        archive.get("databases").is_none_or(|list| list.split_whitespace().any(|word| word == place.database()))
            && plan.is_none_or(|line| line.contains(place.database()))
    };
    PLACES.into_iter().filter(is_meant).collect()
}

/// `SCENARIO=name` narrows them while a new one is written.
fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let wanted = std::env::var("SCENARIO").unwrap_or_default();
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.file_stem().unwrap().to_string_lossy().contains(&wanted));
    files.sort();
    files
}

/// One file on one database, in one mode.
struct Case<'a> {
    archive: &'a Archive,
    path: &'a Path,
    place: Venue,
}

impl Case<'_> {
    fn run(&self, scratch: Scratch) {
        self.check_sections();
        let site = Site::new(scratch);
        site.scratch.execute(self.text("before").unwrap_or_default());
        let before = site.snapshot();
        let first = self.start(&site, &self.files(""), &self.options("options"));
        let committed = is_committed(&first.1);
        let mut ever_committed = committed;
        let mut said = words::of_run(&site, self.place, first.1.as_ref(), first.0.as_ref().err());
        // The rows are looked at before the undo, and told after what the run said.
        let rows = catch_unwind(AssertUnwindSafe(|| self.rows(&site)));
        let rows = rows.unwrap_or_else(|_| panic!("the rows after cannot be read, and the run said:\n{said}"));
        if let Some(again) = self.text("again") {
            site.scratch.execute(self.text("between").unwrap_or_default());
            let at = site.snapshot();
            let second = self.start(&site, &self.files("again/"), &self.in_mode(parse_options(again)));
            let text = words::of_run(&site, self.place, second.1.as_ref(), second.0.as_ref().err());
            self.expect("expect.again", &site, &text);
            ever_committed |= is_committed(&second.1);
            let differences = site.differences(&at);
            assert!(is_committed(&second.1) || differences.is_empty(), "{differences:?}");
        }
        match (&first.0, &first.1) {
            (Ok(plan), Some(Ok(Finished::Ended(ended)))) if committed && self.text("again").is_none() => {
                said.push_str(&self.later(&site, plan, &ended.run, &before));
            }
            (Ok(plan), Some(Ok(Finished::Ended(ended)))) if stands(ended) => {
                said.push_str(&self.taken_back(&site, plan, &ended.run, &before))
            }
            _ if ever_committed => {}
            _ => assert_eq!(site.differences(&before), Vec::<String>::new(), "the database is not what it was:\n{said}"),
        }
        // In-place, a run that was stopped is known to the journal.
        let known = ever_committed || matches!(&first.1, Some(Ok(Finished::Ended(ended))) if stands(ended));
        assert_eq!(site.leftovers(known), Vec::<String>::new(), "this was left behind");
        self.expect("expect", &site, &said);
        let wanted = self.text("after").unwrap_or_default().trim();
        assert_eq!(rows.trim(), wanted, "\nthe rows after are others than in `after`:\n{}", difference(wanted, rows.trim()));
    }

    /// What became of a plan: its faults, or the run.
    fn start(&self, site: &Site, files: &PlanFiles, options: &Options) -> (Result<Plan>, Option<Result<Finished>>) {
        let plan = site.load(files, &self.parameters());
        let mut options = options.clone();
        options.csv = options.csv.map(|_| site.scratch.directory().join("snapshot-csv"));
        let finished = plan.as_ref().ok().map(|plan| cutover::run::run(&site.engine(&Silent), files, plan, &options));
        (plan, finished)
    }

    /// Verifies a committed run, and undoes it.
    fn later(&self, site: &Site, plan: &Plan, run: &str, before: &Snapshot) -> String {
        let options = self.options("options");
        let verdict = site.verify(plan, run, &options);
        let mut said = format!("verified later: {}\n", if verdict.passed { "passed" } else { "failed" });
        for finding in verdict.findings.iter().filter(|_| !verdict.passed) {
            said.push_str(&words::of_finding(finding));
        }
        match site.undo(plan, run, &options, false) {
            Ok(ended) if ended.outcome == Outcome::Undone => {
                assert_eq!(site.differences(before), Vec::<String>::new(), "the undo did not bring the old database back");
                said.push_str("undo: undone\n");
            }
            Ok(ended) => said.push_str(&format!("undo: {}\n", words::of_ended(self.place, &ended))),
            Err(error) => said.push_str(&format!("undo: {}\n", told(&error))),
        }
        said
    }

    /// Takes an in-place run back that was stopped, or, where a step has no undo, gives it up.
    fn taken_back(&self, site: &Site, plan: &Plan, run: &str, before: &Snapshot) -> String {
        let options = self.options("options");
        let refused = match site.undo(plan, run, &options, false) {
            Ok(ended) if ended.outcome == Outcome::Undone => {
                assert_eq!(site.differences(before), Vec::<String>::new(), "the rollback did not bring the old database back");
                return "taken back\n".to_owned();
            }
            Ok(Ended { outcome: Outcome::Failed, error: Some(error), .. }) | Err(error) => error,
            Ok(ended) => panic!("the rollback ended otherwise:\n{}", words::of_ended(self.place, &ended)),
        };
        let released = in_place::release(&site.engine(&Silent), Some(run), &options).unwrap();
        assert_eq!(released.abandoned.as_deref(), Some(run));
        format!("given up: {}\n", told(&refused))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.archive.for_place(name, self.place)
    }

    /// The plan's files; those below `changed` win.
    fn files(&self, changed: &str) -> PlanFiles {
        let own = |name: &str| name == "plan.toml" || PLAN.iter().any(|folder| name.starts_with(folder));
        let mut files = BTreeMap::new();
        for (name, text) in self.archive.sections().filter(|(name, _)| own(name)) {
            files.insert(name, text);
        }
        for (name, text) in self.archive.sections() {
            if let Some(name) = name.strip_prefix(changed).filter(|name| !changed.is_empty() && own(name)) {
                files.insert(name, text);
            }
        }
        plans::plan_files(&files.into_iter().collect::<Vec<_>>())
    }

    fn parameters(&self) -> BTreeMap<String, String> {
        let lines = self.text("parameters").unwrap_or_default().lines().filter_map(|line| line.split_once(" = "));
        lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn options(&self, section: &str) -> Options {
        self.in_mode(parse_options(self.text(section).unwrap_or_default()))
    }

    fn in_mode(&self, options: Options) -> Options {
        match self.place {
            Venue::InPlace(database) => {
                // On SQLite nothing could hold others off.
                Options { mode: Some(Mode::InPlace), unfenced: database == "sqlite", ..options }
            }
            Venue::Atomic(_) | Venue::AlwaysInPlace(_) => options,
        }
    }

    /// A misspelt section would be a test of nothing.
    fn check_sections(&self) {
        const KNOWN: [&str; 9] = ["databases", "before", "parameters", "options", "expect", "after", "between", "again", "expect.again"];
        let known = |name: &str| KNOWN.contains(&name) || name == "plan.toml" || PLAN.iter().any(|folder| name.starts_with(folder));
        for (name, _) in self.archive.sections() {
            let plain = without_place(name);
            assert!(known(plain.strip_prefix("again/").unwrap_or(plain)), "nothing is done with the section `{name}`");
        }
        assert!(self.archive.comment.lines().next().is_some_and(|line| line.ends_with('.')), "the first line says what the case is about.");
    }

    /// The rows of each query in `after`.
    fn rows(&self, site: &Site) -> String {
        let mut found = String::new();
        for block in self.text("after").unwrap_or_default().trim().split("\n\n").filter(|block| !block.is_empty()) {
            let (query, _) = block.split_once(";\n").unwrap_or((block.trim_end_matches(';'), ""));
            found.push_str(&format!("{query};\n"));
            for row in site.scratch.query(query) {
                let cells: Vec<_> = row.into_iter().map(|cell| cell.unwrap_or_else(|| "NULL".to_owned())).collect();
                found.push_str(&format!("{}\n", cells.join(" | ")));
            }
            found.push('\n');
        }
        found
    }

    fn expect(&self, section: &str, site: &Site, said: &str) {
        let said = words::without_places(site, said);
        let expected = self.text(section).unwrap_or_default().trim();
        if expected == said.trim() {
            return;
        }
        if std::env::var_os("UPDATE_SCENARIOS").is_none() {
            panic!("`{section}` is another one:\n{}", difference(expected, said.trim()));
        }
        // The tests of all places write into the same files.
        static WRITING: Mutex<()> = Mutex::new(());
        let _guard = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        let mut archive = Archive::parse(&std::fs::read_to_string(self.path).unwrap());
        archive.set_for_place(section, &places(self.archive), self.place, &format!("{}\n", said.trim()));
        std::fs::write(self.path, archive.to_string()).unwrap();
    }
}

/// Whether what a run did stands, though it was not finished: in-place.
fn stands(ended: &Ended) -> bool {
    match ended.outcome {
        Outcome::Stopped => true,
        Outcome::VerificationFailed => ended.message.contains("the steps stand as they were executed"),
        _ => false,
    }
}

fn is_committed(run: &Option<Result<Finished>>) -> bool {
    matches!(run, Some(Ok(Finished::Ended(ended))) if ended.outcome == Outcome::Committed)
}

fn parse_options(text: &str) -> Options {
    let mut options = options();
    for line in text.lines().filter(|line| !line.is_empty()) {
        match line.split_once(" = ") {
            Some(("accept", rule)) => options.accept.push(rule.to_owned()),
            None if line == "dry_run" => options.dry_run = true,
            None if line == "strict" => options.strict = true,
            None if line == "execute_all" => options.execute_all = true,
            None if line == "no_rewrite" => options.no_rewrite = true,
            None if line == "csv" => options.csv = Some(PathBuf::new()),
            _ => panic!("there is no option `{line}`"),
        }
    }
    options
}

/// Two texts, line by line: what was expected and is not there, what is there and was not expected.
fn difference(expected: &str, found: &str) -> String {
    let (expected, found): (Vec<_>, Vec<_>) = (expected.lines().collect(), found.lines().collect());
    // The length of the longest common part of what is left on both sides.
    let mut common = vec![vec![0; found.len() + 1]; expected.len() + 1];
    for left in (0..expected.len()).rev() {
        for right in (0..found.len()).rev() {
            common[left][right] = if expected[left] == found[right] {
                common[left + 1][right + 1] + 1
            } else {
                common[left + 1][right].max(common[left][right + 1])
            };
        }
    }
    let (mut left, mut right, mut text) = (0, 0, String::new());
    while left < expected.len() || right < found.len() {
        let line = if left < expected.len() && right < found.len() && expected[left] == found[right] {
            (left, right) = (left + 1, right + 1);
            format!("  {}", expected[left - 1])
        } else if right == found.len() || (left < expected.len() && common[left + 1][right] >= common[left][right + 1]) {
            left += 1;
            format!("- {}", expected[left - 1])
        } else {
            right += 1;
            format!("+ {}", found[right - 1])
        };
        text.push_str(&line);
        text.push('\n');
    }
    text
}
