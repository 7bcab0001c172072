//! Hooks of an in-place run: each runs once for what it is there for, whether the run ends by itself, is stopped, or is killed.
//!
//! The test of kills starts this test program again for the test `child` alone, which runs the plan and kills itself.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/child.rs"]
mod child;
#[path = "support/events.rs"]
mod events;
#[path = "support/plans.rs"]
mod plans;
#[path = "support/small.rs"]
mod small;
mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use child::{Given, killed};
use cutover::database::Mode;
use cutover::journal::{EventKind, Outcome, Silent};
use cutover::model::interrupt::Interrupt;
use cutover::plan::Plan;
use cutover::run::{Ended, Engine, Finished, Options, RunDirectory, in_place};
use events::{events, share};
use plans::{Site, open, plan_files};
use small::{At, site};
use support::{Scratch, each_database};

const NOTHING: [String; 0] = [];

const STEP: (&str, &str) =
    ("steps/0010_cms_id.toml", "[add_column]\ntables = [\"schools\"]\ncolumn = \"cms_id\"\ntype = \"integer\"\nfill = \"id\"\n");
const STARTED: [&str; 2] = ["before_fence none", "after_fence none"];

fn options() -> Options {
    Options { mode: Some(Mode::InPlace), unfenced: true, hooks: true, ..plans::options() }
}

/// A plan of one step; each of its hooks writes a line into a log.
fn manifest(log: &Path) -> String {
    let line = format!("[[\"sh\", \"-c\", \"echo $CUTOVER_PHASE $CUTOVER_VERDICT >> '{}'\"]]", log.display());
    let moments = ["before_fence", "after_fence", "on_success", "on_failure"].map(|moment| format!("{moment} = {line}\n")).concat();
    format!("format = 1\nname = \"hooked\"\ndatabases = [\"postgres\", \"mysql\", \"sqlite\"]\n[hooks]\n{moments}")
}

fn log_beside(home: &Path) -> PathBuf {
    home.with_file_name("log")
}

/// The lines of the log, which is empty from then on.
fn said(site: &Site) -> Vec<String> {
    let log = log_beside(&site.home);
    let text = std::fs::read_to_string(&log).unwrap_or_default();
    std::fs::write(&log, "").unwrap();
    text.lines().map(str::to_owned).collect()
}

fn resume(site: &Site, plan: &Plan, run: &str, options: &Options) -> Option<Ended> {
    match in_place::resume(&site.engine(&Silent), plan, &site.directory(run), options).unwrap() {
        Finished::Ended(ended) => Some(*ended),
        Finished::NothingToDo { .. } => None,
    }
}

/// Not a test by itself: the program that the test of kills starts.
#[test]
fn child() {
    let Some(Given { event, url, home, .. }) = child::given() else { return };
    let interrupt = Interrupt::new();
    let database = open(&url, &interrupt);
    let die = |_: &_| child::die();
    let monitor = At::new(event, &die);
    let engine = Engine { database: database.as_ref(), monitor: &monitor, interrupt: &interrupt, home: &home };
    let files = plan_files(&[("plan.toml", &manifest(&log_beside(&home))), STEP]);
    let plan = cutover::plan::load(&files, database.dialect(), &cutover::database::dialects(), &Default::default()).unwrap();
    match cutover::run::run(&engine, &files, &plan, &options()).unwrap() {
        Finished::Ended(ended) => assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}"),
        nothing => panic!("{nothing:?}"),
    }
}

each_database! {
    fn a_run_in_place_has_its_hooks_and_a_rollback_has_none(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let manifest = manifest(&log_beside(&site.home));
        let plan = site.plan(&[("plan.toml", &manifest), STEP]);
        let ended = site.end(&plan, &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        assert_eq!(said(&site), [STARTED.as_slice(), &["on_success passed"]].concat());
        // What has run is not run again.
        assert!(resume(&site, &plan.1, &ended.run, &options()).is_none());
        assert_eq!(site.undo(&plan.1, &ended.run, &options(), false).unwrap().outcome, Outcome::Undone);
        assert_eq!(said(&site), NOTHING);
        assert_eq!(site.differences(&old), NOTHING);
    }

    fn a_run_that_is_stopped_and_resumed_has_the_hooks_of_each_end(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let manifest = manifest(&log_beside(&site.home));
        let files = [("plan.toml", manifest.as_str()), STEP, ("steps/0020_late.sql", "INSERT INTO late VALUES (1);\n")];
        let late = ("steps/0020_late.undo.sql", "DELETE FROM late;\n");
        let never = ("checks/after/never.sql", "-- This never holds\nSELECT id FROM schools;\n");
        let plan = site.plan(&[&files[..], &[late, never]].concat());
        let ended = site.end(&plan, &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::Stopped, "{ended:?}");
        assert_eq!(said(&site), [STARTED.as_slice(), &["on_failure none"]].concat());
        site.scratch.execute("CREATE TABLE late (id integer PRIMARY KEY);");
        let accepted = Options { accept: vec!["catalog".to_owned()], ..options() };
        let again = resume(&site, &plan.1, &ended.run, &accepted).unwrap();
        assert_eq!(again.outcome, Outcome::VerificationFailed, "{again:?}");
        assert_eq!(said(&site), ["on_failure failed"], "and none of those at the beginning");
        let accepted = Options { accept: ["catalog", "check:never"].map(str::to_owned).to_vec(), ..options() };
        let last = resume(&site, &plan.1, &ended.run, &accepted).unwrap();
        assert_eq!(last.outcome, Outcome::Committed, "{last:?}");
        assert_eq!(said(&site), ["on_success passed"]);
        site.scratch.execute("DROP TABLE late; ALTER TABLE schools DROP COLUMN cms_id;");
        assert_eq!(site.differences(&old), NOTHING);
    }

    fn a_hook_that_stops_the_run_leaves_no_fence_and_nothing_changed(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        for (moment, outcome) in [("before_fence", Outcome::NotStarted), ("after_fence", Outcome::Failed)] {
            let log = log_beside(&site.home);
            let manifest = manifest(&log).replace(&format!("{moment} = [["), &format!("{moment} = [[\"false\"], ["));
            let plan = site.plan(&[("plan.toml", &manifest), STEP]);
            let ended = site.end(&plan, &options(), &Silent);
            assert_eq!(ended.outcome, outcome, "{ended:?}");
            assert_eq!(said(&site).last().map(String::as_str), Some("on_failure none"));
            assert_eq!(site.database.read().unwrap().standing_fence().unwrap(), None);
            site.scratch.execute("UPDATE schools SET name = name;");
            assert_eq!(site.differences(&old), NOTHING);
        }
    }

    fn a_run_that_is_killed_has_the_hook_of_its_end_once(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let manifest = manifest(&log_beside(&site.home));
        let plan = site.plan(&[("plan.toml", &manifest), STEP]);
        let (mut resumed, mut made_up) = (0, BTreeSet::new());
        for event in events(site.scratch.dialect()) {
            if !killed(child::start(&site, "run", event)) {
                break;
            }
            let mut runs = RunDirectory::list(&site.home).unwrap();
            runs.retain(|run| run.mode().unwrap() != "undo");
            let run = runs.pop().unwrap();
            let at = format!("after {:?}", run.events().unwrap().last().map(|event| &event.kind));
            let records = site.database.read().unwrap().records().unwrap();
            if !records.iter().any(|record| record.run == run.run) {
                in_place::release(&site.engine(&Silent), None, &options()).unwrap();
                said(&site);
                continue;
            }
            let killed = said(&site);
            assert!(killed.starts_with(&STARTED.map(str::to_owned)), "{at}: {killed:?}");
            let ended = resume(&site, &plan.1, &run.run, &options());
            assert!(ended.as_ref().is_none_or(|ended| ended.outcome == Outcome::Committed), "{at}: {ended:?}");
            assert!(resume(&site, &plan.1, &run.run, &options()).is_none());
            let after = [killed[2..].to_vec(), said(&site)].concat();
            assert_eq!(after, ["on_success passed"], "{at}");
            let events = run.events().unwrap();
            let told = events.iter().filter(|event| matches!(&event.kind, EventKind::HookFinished { moment, .. } if moment == "on_success"));
            assert_eq!(told.count(), 1, "{at}");
            resumed += usize::from(ended.is_some());
            made_up.insert(ended.is_none());
            assert_eq!(site.undo(&plan.1, &run.run, &options(), false).unwrap().outcome, Outcome::Undone, "{at}");
            assert_eq!(said(&site), NOTHING, "{at}");
            assert_eq!(site.differences(&old), NOTHING, "{at}");
        }
        assert!(resumed > share(5), "{resumed}");
        assert!(made_up.contains(&true), "no kill came between the end and its hook");
    }
}
