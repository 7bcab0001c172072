//! The crash test: a process that is killed after any event of its run leaves the old contents, or the complete new ones.
//!
//! This is about atomic runs, which MariaDB does not have. Runs in place, and their undo, are killed after every event on all three
//! databases in `in_place.rs` and `put_back.rs`; servers and processes, at moments that nobody chose, by `cargo xtask test crash`.
//! Each test starts this test program again for the test `child` alone, which runs the small plan and kills itself, or is killed.
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

use std::process::Child;
use std::time::Duration;

use child::{Given, killed, wait_until};
use cutover::journal::{EventKind, Outcome, Silent};
use cutover::model::interrupt::Interrupt;
use cutover::plan::load;
use cutover::run::rollback::Rollback;
use cutover::run::{Engine, Finished, Options, RunDirectory, undo};
use cutover::snapshot::Snapshot;
use events::{events, share};
use plans::{Site, open, options, plan_files};
use small::{At, PLAN, endless, site};
use support::{Scratch, each_database};

const NOTHING: [String; 0] = [];
/// What a child does.
enum Task<'a> {
    /// Runs the small plan.
    Run,
    /// Runs the plan whose last step takes for ever.
    Endless,
    /// Undoes a run.
    Undo(&'a str),
}

/// Not a test by itself: the program that the tests below start, and whose death they look at.
#[test]
fn child() {
    let Some(Given { task, event, url, home }) = child::given() else { return };
    let interrupt = Interrupt::new();
    let database = open(&url, &interrupt);
    let die = |_: &_| child::die();
    let monitor = At::new(event, &die);
    let engine = Engine { database: database.as_ref(), monitor: &monitor, interrupt: &interrupt, home: &home };
    let dialect = database.dialect();
    let files = plan_files(&if task == "endless" { endless(dialect.name()) } else { PLAN.to_vec() });
    let plan = load(&files, dialect, &cutover::database::dialects(), &Default::default()).unwrap();
    match task.strip_prefix("undo ") {
        Some(run) => {
            let run = RunDirectory::find(&home, run).unwrap();
            assert_eq!(undo::undo(&engine, &plan, &run, &options(), &Rollback::default()).unwrap().outcome, Outcome::Undone);
        }
        None => match cutover::run::run(&engine, &files, &plan, &options()).unwrap() {
            Finished::Ended(ended) => assert_eq!(ended.outcome, Outcome::Committed),
            nothing => panic!("{nothing:?}"),
        },
    }
}

/// Starts a child that dies after an event, counted from 1, if it comes so far.
fn start(site: &Site, task: &Task<'_>, event: u64) -> Child {
    let task = match task {
        Task::Run => "run".to_owned(),
        Task::Endless => "endless".to_owned(),
        Task::Undo(run) => format!("undo {run}"),
    };
    child::start(site, &task, event)
}

/// The run that started last, and its events.
fn latest(site: &Site) -> (String, Vec<EventKind>) {
    let directory = RunDirectory::list(&site.home).unwrap().pop().unwrap();
    (directory.run.clone(), directory.events().unwrap().into_iter().map(|event| event.kind).collect())
}

/// The old contents, and the complete new ones, as a run on another database makes them.
fn old_and_new(site: &Site) -> (Snapshot, Snapshot, Site) {
    let name = "the_new_contents";
    let other = self::site(if site.scratch.dialect() == "postgres" { Scratch::postgres(name) } else { Scratch::sqlite(name) });
    assert_eq!(other.end(&other.plan(&PLAN), &options(), &Silent).outcome, Outcome::Committed);
    (site.snapshot(), other.snapshot(), other)
}

each_database! {
    only (postgres, sqlite)

    fn a_run_killed_after_any_event_leaves_the_old_or_the_new_contents(scratch: Scratch) {
        let site = site(scratch);
        let (old, new, _other) = old_and_new(&site);
        let plan = site.plan(&PLAN);
        let (mut kills, mut committed) = (0, 0);
        for event in events(site.scratch.dialect()) {
            if !killed(start(&site, &Task::Run, event)) {
                break;
            }
            kills += 1;
            let (run, events) = latest(&site);
            assert_eq!(events.len() as u64, event, "it was killed after its event");
            let at = format!("after {:?}", events.last());
            let begun = events.contains(&EventKind::CommitStarted);
            let ended = matches!(events.last(), Some(EventKind::RunFinished { .. }));

            // The first to come is an application, which knows nothing of all this.
            let columns = site.scratch.query("SELECT count(*) FROM programs WHERE status IN ('active', 'closed')");
            let is_new = columns[0][0].as_deref() == Some("2");
            assert_eq!(site.differences(if is_new { &new } else { &old }), NOTHING, "{at}");
            assert!(begun || !is_new, "{at}: committed before COMMIT");

            let (recorded, meaning) = site.status(&run);
            assert_eq!(recorded.as_deref(), is_new.then_some("applied"), "{at}");
            let expected = match (ended, is_new, begun) {
                (true, ..) => "committed",
                (_, true, _) => "ended without saying so, after the commit: the new contents stand",
                (_, false, true) => "ended without saying so: the database does not know it, the old contents stand",
                (_, false, false) => "goes on, or was killed before COMMIT: the server rolls back, the old contents stand",
            };
            assert!(meaning.starts_with(expected), "{at}: {meaning}");

            let again = site.run(&plan, &options(), &Silent).unwrap();
            let run = match again {
                Finished::NothingToDo { run: applied, .. } if is_new => {
                    assert_eq!(applied, run, "{at}");
                    committed += 1;
                    applied
                }
                Finished::Ended(ended) if !is_new => {
                    assert_eq!(ended.outcome, Outcome::Committed, "{at}: {ended:?}");
                    ended.run
                }
                other => panic!("{at}: {other:?}"),
            };
            assert_eq!(site.leftovers(true), NOTHING, "{at}");
            assert_eq!(site.undo(&plan.1, &run, &options(), false).unwrap().outcome, Outcome::Undone, "{at}");
        }
        assert!(kills > share(30) && committed >= share(4), "{kills} kills, {committed} of them after the commit");
        assert_eq!(site.differences(&new), NOTHING, "the child that nobody killed");
    }

    fn an_undo_killed_after_any_event_leaves_the_new_or_the_old_contents(scratch: Scratch) {
        let site = site(scratch);
        let (old, new, _other) = old_and_new(&site);
        let plan = site.plan(&PLAN);
        let (mut kills, mut undone) = (0, 0);
        let mut run = site.end(&plan, &options(), &Silent).run;
        for event in events(site.scratch.dialect()) {
            if !killed(start(&site, &Task::Undo(&run), event)) {
                break;
            }
            kills += 1;
            let (undo, events) = latest(&site);
            let at = format!("after {:?}", events.last());
            let begun = events.contains(&EventKind::CommitStarted);
            let ended = matches!(events.last(), Some(EventKind::RunFinished { .. }));
            let columns = site.scratch.query("SELECT count(*) FROM programs WHERE status IN ('active', 'closed')");
            let is_old = columns[0][0].as_deref() == Some("0");
            assert_eq!(site.differences(if is_old { &old } else { &new }), NOTHING, "{at}");
            assert!(begun || !is_old, "{at}: committed before COMMIT");
            let expected = match (ended, is_old, begun) {
                (true, ..) => "undid a committed run",
                (_, true, _) => "ended without saying so: the run that it undoes is undone",
                (_, false, true) => "ended without saying so: the run stands as it was; undo it again",
                (_, false, false) => "goes on, or was killed before COMMIT: the server rolls back, the run stands as it was; undo it again",
            };
            let meaning = site.status(&undo).1;
            assert!(meaning.starts_with(expected), "{at}: {meaning}");
            if is_old {
                undone += 1;
                run = site.end(&plan, &options(), &Silent).run;
                // Before the next writing, SQLite may keep a journal that has nothing to say.
                assert_eq!(site.leftovers(true), NOTHING, "{at}");
            }
        }
        assert!(kills > share(20) && undone >= share(4), "{kills} kills, {undone} of them after the commit");
        assert_eq!(site.differences(&old), NOTHING, "the child that nobody killed");
        assert_eq!(site.leftovers(true), NOTHING);
    }

    fn a_run_killed_in_the_middle_of_a_statement_is_run_again(scratch: Scratch) {
        let site = site(scratch);
        let (old, new, _other) = old_and_new(&site);
        let mut child = start(&site, &Task::Endless, u64::MAX);
        let in_last_step = || {
            let Some(directory) = RunDirectory::list(&site.home).unwrap().pop() else { return false };
            let last = directory.events().unwrap().into_iter().filter(|event| matches!(event.kind, EventKind::StepStarted { .. })).count();
            last == 3
        };
        wait_until("the last step has begun", in_last_step);
        if site.scratch.dialect() == "postgres" {
            let sleeping = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
            wait_until("the server works on the statement", || !site.scratch.query(sleeping).is_empty());
        }
        child.kill().unwrap();
        assert!(killed(child));
        let (run, _) = latest(&site);
        assert_eq!(site.differences(&old), NOTHING);
        assert!(site.status(&run).1.starts_with("goes on, or was killed before COMMIT"), "{}", site.status(&run).1);

        // The server of PostgreSQL works on; the next run waits until it has noticed that nobody listens.
        let patient = Options { patience: Duration::from_secs(60), ..options() };
        let ended = site.end(&site.plan(&PLAN), &patient, &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        assert_eq!(site.differences(&new), NOTHING);
        assert_eq!(site.leftovers(true), NOTHING);
    }
}

/// More than SQLite keeps in memory, so that it has written into the file when the process dies.
#[test]
fn a_hot_journal_is_recovered_by_the_next_reader() {
    let site = site(Scratch::sqlite("a_hot_journal_is_recovered_by_the_next_reader"));
    site.scratch.execute(
        "WITH RECURSIVE numbers (n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM numbers WHERE n < 200000)
         INSERT INTO programs (id, name, status) SELECT n, 'a name that takes up a good part of a page: ' || hex(zeroblob(250)), 'Active' FROM numbers;",
    );
    let old = site.snapshot();
    let file = site.scratch.directory().join("scratch.db");
    let journal = site.scratch.directory().join("scratch.db-journal");
    let bytes = std::fs::read(&file).unwrap();
    let mut child = start(&site, &Task::Endless, u64::MAX);
    wait_until("the last step has begun", || {
        let directory = RunDirectory::list(&site.home).unwrap().pop();
        let steps = directory.map(|directory| directory.events().unwrap()).unwrap_or_default();
        steps.iter().filter(|event| matches!(event.kind, EventKind::StepStarted { .. })).count() == 3
    });
    child.kill().unwrap();
    assert!(killed(child));
    assert!(journal.exists() && std::fs::read(&file).unwrap() != bytes, "the file holds half of a change");
    assert_eq!(site.scratch.query("SELECT count(*) FROM programs WHERE status = 'active'")[0][0].as_deref(), Some("0"));
    assert!(!journal.exists() && std::fs::read(&file).unwrap() == bytes, "and is what it was");
    assert_eq!(site.differences(&old), NOTHING);
    assert_eq!(site.leftovers(false), NOTHING);
}

/// The same, where the engine's own reading is the first to come.
#[test]
fn a_hot_journal_is_recovered_by_what_only_reads() {
    let site = site(Scratch::sqlite("a_hot_journal_is_recovered_by_what_only_reads"));
    let old = site.snapshot();
    // After the statements of both steps, before anything is written by COMMIT: the journal is there, and hot.
    let mut event = 0;
    let journal = site.scratch.directory().join("scratch.db-journal");
    while !journal.exists() {
        event += 1;
        assert!(killed(start(&site, &Task::Run, event)), "no event leaves a journal behind");
    }
    assert!(matches!(latest(&site).1.last(), Some(EventKind::StatementFinished { .. })), "{:?}", latest(&site).1.last());
    assert_eq!(site.differences(&old), NOTHING);
    assert_eq!(site.end(&site.plan(&PLAN), &options(), &Silent).outcome, Outcome::Committed);
}
