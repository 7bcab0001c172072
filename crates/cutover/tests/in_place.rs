//! In-place mode, to every ending: complete, resumed, rolled back; killed after every event, and then either.
//!
//! Each test of kills starts this test program again for the test `child` alone, which runs the plan and kills itself.
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
use std::time::Duration;

use child::{Given, killed};
use cutover::journal::{EventKind, Outcome, Silent};
use cutover::model::error::ErrorKind;
use cutover::model::interrupt::Interrupt;
use cutover::plan::load;
use cutover::run::rollback::Rollback;
use cutover::run::{Engine, Finished, Options, RunDirectory, in_place, undo};
use cutover::snapshot::Snapshot;
use events::{events, share};
use plans::{Site, in_place_options as options, open, plan_files};
use small::{At, PLAN, endless, failing, site};
use support::{Scratch, each_database};

const NOTHING: [String; 0] = [];

/// What is executed in ranges, so that a run can be stopped between two of them.
const RANGES: (&str, &str) = (
    "steps/0030_ranges.sql",
    "-- Names in upper case, range by range\n--! batch = \"programs.id 1\"\n\
     UPDATE programs SET name = upper(name) WHERE id BETWEEN :batch_first AND :batch_last;\n",
);
const RANGES_UNDO: (&str, &str) =
    ("steps/0030_ranges.undo.sql", "UPDATE programs SET name = CASE id WHEN 1 THEN 'Physics' WHEN 2 THEN 'Music' ELSE name END;\n");

/// The small plan, with a step in ranges.
fn files() -> Vec<(&'static str, &'static str)> {
    let mut files = PLAN.to_vec();
    files[0].1 = r#"format = 1
name = "small"
databases = ["postgres", "mysql", "sqlite"]
[contract]
changes = [{ column = "programs.status", map = "maps/status.csv" }, { column = "programs.name", map = "maps/name.csv" }]
schema = [{ add = "table statuses" }]
[relationships]
"programs.school_id" = "schools.id"
[criteria]
"Nothing is lost" = ["rows", "keys", "cells"]
"#;
    files.extend([RANGES, RANGES_UNDO, ("maps/name.csv", "old,new\nPhysics,PHYSICS\nMusic,MUSIC\n")]);
    files
}

/// The plan, with a last step that takes for ever.
fn endless_files(dialect: &str) -> Vec<(&'static str, &'static str)> {
    let mut all = files();
    all.extend(endless(dialect).into_iter().filter(|(name, _)| name.contains("endless")));
    all
}

/// The complete new contents, as a run that nobody disturbed makes them.
fn new_contents(site: &Site) -> (Snapshot, Site) {
    let name = "the_new_contents";
    if site.scratch.dialect() == "mysql" {
        // A test has a server to itself, and a run stops the writes of all of it: the other database is on the same one.
        let other = Site::new(site.scratch.copy(name));
        let ended = other.end(&other.plan(&files()), &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        return (other.snapshot(), other);
    }
    let other = self::site(if site.scratch.dialect() == "postgres" { Scratch::postgres(name) } else { Scratch::sqlite(name) });
    let ended = other.end(&other.plan(&files()), &options(), &Silent);
    assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
    (other.snapshot(), other)
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
    let files = plan_files(&if task == "endless" { endless_files(database.dialect().name()) } else { files() });
    let plan = load(&files, database.dialect(), &cutover::database::dialects(), &Default::default()).unwrap();
    let (task, run) = task.split_once(' ').unwrap_or((&task, ""));
    let run = || RunDirectory::find(&home, run).unwrap();
    let outcome = match task {
        "undo" => undo::undo(&engine, &plan, &run(), &options(), &Rollback::default()).unwrap().outcome,
        "keep" => {
            undo::undo(&engine, &plan, &run(), &options(), &Rollback { keep_new_writes: true, ..Rollback::default() }).unwrap().outcome
        }
        "resume" => match in_place::resume(&engine, &plan, &run(), &options()).unwrap() {
            Finished::Ended(ended) => ended.outcome,
            Finished::NothingToDo { .. } => Outcome::Committed,
        },
        _ => match cutover::run::run(&engine, &files, &plan, &options()).unwrap() {
            Finished::Ended(ended) => ended.outcome,
            nothing => panic!("{nothing:?}"),
        },
    };
    assert!(matches!(outcome, Outcome::Committed | Outcome::Undone), "{outcome:?}");
}

/// The run that is not an undo and started last, and its events.
fn latest(site: &Site) -> (RunDirectory, Vec<EventKind>) {
    let mut runs = RunDirectory::list(&site.home).unwrap();
    runs.retain(|run| run.mode().unwrap() != "undo");
    let run = runs.pop().unwrap();
    let events = run.events().unwrap().into_iter().map(|event| event.kind).collect();
    (run, events)
}

fn no_fence(site: &Site) {
    assert_eq!(site.database.read().unwrap().standing_fence().unwrap(), None);
    if site.scratch.dialect() == "mysql" {
        // The account of the tests may write in any case.
        assert_eq!(site.scratch.query("SELECT @@GLOBAL.read_only")[0][0].as_deref(), Some("0"));
    }
    site.scratch.execute("UPDATE schools SET name = name; UPDATE programs SET name = name;");
}

each_database! {
    fn a_run_in_place_is_verified_and_taken_back(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let plan = site.plan(&files());
        let ended = site.end(&plan, &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        assert!(ended.verdict.as_ref().unwrap().criteria[0].ticked);
        assert_eq!(site.status(&ended.run).0.as_deref(), Some("applied"));
        no_fence(&site);
        assert!(site.verify(&plan.1, &ended.run, &options()).passed);
        assert!(matches!(site.run(&plan, &options(), &Silent), Ok(Finished::NothingToDo { .. })));
        let undone = site.undo(&plan.1, &ended.run, &options(), false).unwrap();
        assert_eq!(undone.outcome, Outcome::Undone, "{undone:?}");
        assert_eq!(site.differences(&old), NOTHING);
        assert_eq!(site.status(&ended.run).0.as_deref(), Some("undone"));
        no_fence(&site);
        // An atomic run of the same plan may follow.
        assert_eq!(site.end(&plan, &plans::options(), &Silent).outcome, Outcome::Committed);
    }

    fn a_failing_step_stops_the_run_where_it_can_be_resumed_or_taken_back(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let mut files = files();
        files.push(("steps/0040_fails.sql", "INSERT INTO schools (name) VALUES ('Law');\nUPDATE nowhere SET a = 1;\n"));
        files.push(("steps/0040_fails.undo.sql", "SELECT 1;\nDELETE FROM schools WHERE name = 'Law';\n"));
        let plan = site.plan(&files);
        let ended = site.end(&plan, &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::Stopped, "{ended:?}");
        assert!(ended.message.contains("statement 1 of the step 0040_fails"), "{}", ended.message);
        assert!(ended.error.as_ref().unwrap().place().is_some());
        assert!(site.status(&ended.run).1.contains("cutover resume"), "{}", site.status(&ended.run).1);
        // Nothing else may be run meanwhile, in neither mode.
        for options in [options(), plans::options()] {
            let refused = site.run(&plan, &options, &Silent).unwrap_err();
            assert!(refused.kind() == ErrorKind::Refused && refused.to_string().contains(&ended.run), "{refused:?}");
        }
        // The same statement fails again, and what was done is not done twice.
        let again = site.resume(&plan.1, &ended.run, &options());
        assert_eq!(again.outcome, Outcome::Stopped, "{again:?}");
        assert_eq!(site.scratch.query("SELECT count(*) FROM schools WHERE name = 'Law'")[0][0].as_deref(), Some("1"));
        let undone = site.undo(&plan.1, &ended.run, &options(), false).unwrap();
        assert_eq!(undone.outcome, Outcome::Undone, "{undone:?}");
        assert_eq!(site.differences(&old), NOTHING);
        no_fence(&site);
    }

    fn what_made_a_step_fail_can_be_mended_and_the_run_resumed(scratch: Scratch) {
        let site = site(scratch);
        let (new, _other) = new_contents(&site);
        site.scratch.execute("INSERT INTO programs (id, name, status) VALUES (9, 'In the way', NULL);");
        let mut files = files();
        files.insert(5, ("steps/0005_look.sql", "SELECT 1;\n"));
        files.push(("steps/0006_passing.sql", "CREATE TABLE passing (id integer);\nDROP TABLE passing;\n"));
        let plan = site.plan(&files);
        let ended = site.end(&plan, &options(), &Silent);
        // A row that the map of names does not know: the verification fails, and the steps stand.
        assert_eq!(ended.outcome, Outcome::VerificationFailed, "{ended:?}");
        assert_eq!(site.recorded(&ended.run).as_deref(), Some("running"));
        let again = site.resume(&plan.1, &ended.run, &options());
        assert_eq!(again.outcome, Outcome::VerificationFailed, "{again:?}");
        let accepted = Options { accept: vec!["cells:programs".to_owned()], ..options() };
        let accepted = site.resume(&plan.1, &ended.run, &accepted);
        assert_eq!(accepted.outcome, Outcome::Committed, "{accepted:?}");
        no_fence(&site);
        site.scratch.execute("DELETE FROM programs WHERE id = 9;");
        assert_eq!(site.differences(&new), NOTHING);
    }

    fn a_definition_that_the_server_refused_is_not_taken_for_done_when_its_cause_is_mended(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let mut files = files();
        // There is an index of this name already: a person drops it, which changes the catalog.
        files.push(("steps/0040_index.sql", "CREATE INDEX programs_by_school ON programs (id, school_id);\n"));
        files.push(("steps/0040_index.undo.sql", "DROP INDEX programs_by_school;\n"));
        files.push(("steps/0040_index.undo.mysql.sql", "DROP INDEX programs_by_school ON programs;\n"));
        let mut manifest = files[0].1.to_owned();
        manifest = manifest.replace("schema = [", "schema = [{ change = \"index programs.programs_by_school\" }, ");
        files[0].1 = &manifest;
        let plan = site.plan(&files);
        let ended = site.end(&plan, &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::Stopped, "{ended:?}");
        assert!(ended.message.contains("0030_ranges"), "the last statement that was done: {}", ended.message);
        let drop = if site.scratch.dialect() == "mysql" { " ON programs" } else { "" };
        site.scratch.execute(&format!("DROP INDEX programs_by_school{drop};"));
        let resumed = site.resume(&plan.1, &ended.run, &options());
        assert_eq!(resumed.outcome, Outcome::Committed, "{resumed:?}");
        assert!(site.database.read().unwrap().catalog().unwrap().objects.keys().any(|object| object.name == "programs.programs_by_school"));
        let undone = site.undo(&plan.1, &ended.run, &options(), false).unwrap();
        // What the person dropped is missing, and nothing else.
        assert_eq!(undone.outcome, Outcome::UndoFailed, "{undone:?}");
        in_place::release(&site.engine(&Silent), Some(&ended.run), &options()).unwrap();
        site.scratch.execute("CREATE INDEX programs_by_school ON programs (school_id);");
        assert_eq!(site.differences(&old), NOTHING);
    }

    fn an_undo_that_is_refused_leaves_no_fence(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let plan = site.plan(&files());
        let run = site.end(&plan, &options(), &Silent).run;
        site.scratch.execute("INSERT INTO schools (name) VALUES ('Law');");
        let refused = site.undo(&plan.1, &run, &options(), false).unwrap();
        assert_eq!(refused.outcome, Outcome::Failed, "{refused:?}");
        assert!(refused.message.contains("before anything was taken back"), "{}", refused.message);
        assert_eq!(site.recorded(&run).as_deref(), Some("applied"));
        no_fence(&site);
        // Stopped after it began, it is finished with the rows that were written since.
        let mut kills = 0;
        for event in 1.. {
            if !killed(child::start(&site, &format!("keep {run}"), event)) {
                break;
            }
            kills += 1;
            if site.recorded(&run).as_deref() == Some("undoing") {
                let undone = site.undo(&plan.1, &run, &options(), true).unwrap();
                assert_eq!(undone.outcome, Outcome::Undone, "after event {event}: {undone:?}");
                break;
            }
        }
        assert!(kills > 3, "{kills} kills");
        assert_eq!(site.recorded(&run).as_deref(), Some("undone"));
        in_place::release(&site.engine(&Silent), None, &options()).unwrap();
        no_fence(&site);
        site.scratch.execute("DELETE FROM schools WHERE name = 'Law';");
        assert_eq!(site.differences(&old), NOTHING);
    }

    fn a_run_that_is_given_up_keeps_what_its_steps_did(scratch: Scratch) {
        let site = site(scratch);
        let (new, _other) = new_contents(&site);
        let mut files = files();
        files.extend(failing().into_iter().filter(|(name, _)| name.contains("z_never")));
        let plan = site.plan(&files);
        let ended = site.end(&plan, &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::VerificationFailed, "{ended:?}");
        let engine = site.engine(&Silent);
        in_place::release(&engine, None, &options()).unwrap_err();
        in_place::release(&engine, Some("another"), &options()).unwrap_err();
        let released = in_place::release(&engine, Some(&ended.run), &options()).unwrap();
        assert_eq!(released.abandoned.as_deref(), Some(ended.run.as_str()));
        no_fence(&site);
        assert_eq!(site.differences(&new), NOTHING);
        assert!(site.status(&ended.run).1.starts_with("given up"));
        site.undo(&plan.1, &ended.run, &options(), false).unwrap_err();
    }

    fn a_run_killed_after_any_event_is_resumed_or_taken_back(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let (new, _other) = new_contents(&site);
        let plan = site.plan(&files());
        let (mut kills, mut seen) = (0, BTreeSet::new());
        for event in events(site.scratch.dialect()) {
            if !killed(child::start(&site, "run", event)) {
                break;
            }
            kills += 1;
            let (run, events) = latest(&site);
            let at = format!("after {:?}", events.last());
            let state = site.recorded(&run.run).unwrap_or_default();
            seen.insert(state.clone());
            match state.as_str() {
                // The database does not know the run: only its fence may stand, and the next run begins anew.
                "" => {
                    let fenced = site.database.read().unwrap().standing_fence().unwrap();
                    assert_eq!(fenced.is_some(), site.status(&run.run).1.contains("its fence still stands"), "{at}");
                    if event % 2 == 0 {
                        in_place::release(&site.engine(&Silent), None, &options()).unwrap();
                    } else {
                        assert_eq!(site.end(&plan, &options(), &Silent).outcome, Outcome::Committed, "{at}");
                        let run = latest(&site).0.run;
                        assert_eq!(site.undo(&plan.1, &run, &options(), false).unwrap().outcome, Outcome::Undone, "{at}");
                    }
                }
                "running" if event % 2 == 0 => {
                    let ended = site.resume(&plan.1, &run.run, &options());
                    assert_eq!(ended.outcome, Outcome::Committed, "{at}: {ended:?}");
                    assert_eq!(site.differences(&new), NOTHING, "{at}");
                    no_fence(&site);
                    let ended = site.undo(&plan.1, &run.run, &options(), false).unwrap();
                    assert_eq!(ended.outcome, Outcome::Undone, "{at}: {ended:?}");
                }
                "running" => match site.undo(&plan.1, &run.run, &options(), false) {
                    Ok(ended) => assert_eq!(ended.outcome, Outcome::Undone, "{at}: {ended:?}"),
                    // It had not come to its snapshot.
                    Err(error) => {
                        assert!(error.hints().iter().any(|hint| hint.contains("clean")), "{at}: {error:?}");
                        in_place::release(&site.engine(&Silent), Some(&run.run), &options()).unwrap();
                    }
                },
                "applied" => {
                    assert_eq!(site.differences(&new), NOTHING, "{at}");
                    // The fence may still stand: taking the run up again takes it down.
                    in_place::resume(&site.engine(&Silent), &plan.1, &run, &options()).unwrap();
                    no_fence(&site);
                    assert_eq!(site.undo(&plan.1, &run.run, &options(), false).unwrap().outcome, Outcome::Undone, "{at}");
                }
                other => panic!("{at}: {other}"),
            }
            assert_eq!(site.differences(&old), NOTHING, "{at}");
            no_fence(&site);
        }
        assert!(kills > share(30), "{kills} kills");
        assert_eq!(seen, ["", "applied", "running"].map(str::to_owned).into());
        assert_eq!(site.differences(&new), NOTHING, "the child that nobody killed");
    }

    fn a_run_that_somebody_works_on_cannot_be_taken_up(scratch: Scratch) {
        let site = site(scratch);
        let mut files = files();
        files.extend(failing().into_iter().filter(|(name, _)| name.contains("z_never")));
        let plan = site.plan(&files);
        let ended = site.end(&plan, &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::VerificationFailed, "{ended:?}");
        let run = site.directory(&ended.run);
        let held = cutover::journal::Journal::open(&run.path, &Silent).unwrap();
        let resumed = in_place::resume(&site.engine(&Silent), &plan.1, &run, &options()).unwrap_err();
        let undone = site.undo(&plan.1, &run.run, &options(), false).unwrap_err();
        for refused in [resumed, undone] {
            assert!(refused.to_string().contains("another process is working on the run"), "{refused:?}");
        }
        drop(held);
        assert_eq!(site.undo(&plan.1, &run.run, &options(), false).unwrap().outcome, Outcome::Undone);
    }

    fn an_undo_killed_after_any_event_ends_in_the_same_place(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let plan = site.plan(&files());
        let mut run = site.end(&plan, &options(), &Silent).run;
        let mut kills = 0;
        for event in events(site.scratch.dialect()) {
            if !killed(child::start(&site, &format!("undo {run}"), event)) {
                break;
            }
            kills += 1;
            match site.recorded(&run).as_deref() {
                Some("undone") => {}
                Some("applied" | "undoing") => {
                    let ended = site.undo(&plan.1, &run, &options(), false).unwrap();
                    assert_eq!(ended.outcome, Outcome::Undone, "after event {event}: {ended:?}");
                }
                other => panic!("after event {event}: {other:?}"),
            }
            assert_eq!(site.differences(&old), NOTHING, "after event {event}");
            in_place::release(&site.engine(&Silent), None, &options()).unwrap();
            no_fence(&site);
            run = site.end(&plan, &options(), &Silent).run;
        }
        assert!(kills > share(15), "{kills} kills");
        assert_eq!(site.differences(&old), NOTHING);
    }
}

each_database! {
    only (postgres, mysql)

    // The server works on after its client was killed; whoever takes the run up ends that session before looking at what it did.
    fn the_session_of_a_run_that_was_killed_is_ended(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let mut child = child::start(&site, "endless", u64::MAX);
        let sleeping = match site.scratch.dialect() {
            "postgres" => "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'",
            _ => "SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND STATE = 'User sleep'",
        };
        child::wait_until("the server works on the statement", || !site.scratch.query(sleeping).is_empty());
        child.kill().unwrap();
        assert!(killed(child));
        let run = latest(&site).0;
        let plan = site.plan(&endless_files(site.scratch.dialect()));
        let impatient = Options { patience: Duration::ZERO, ..options() };
        let undone = site.undo(&plan.1, &run.run, &impatient, false).unwrap();
        assert_eq!(undone.outcome, Outcome::Undone, "{undone:?}");
        assert!(site.scratch.query(sleeping).is_empty());
        assert_eq!(site.differences(&old), NOTHING);
    }
}

/// The guard: other sessions read on, and cannot write what the run is about until it ends.
#[test]
fn the_fence_of_a_run_that_was_stopped_holds_other_sessions_off() {
    let site = site(Scratch::postgres("the_fence_holds_other_sessions_off"));
    let old = site.snapshot();
    let mut files = files();
    files.extend(failing().into_iter().filter(|(name, _)| name.contains("z_never")));
    let plan = site.plan(&files);
    let ended = site.end(&plan, &options(), &Silent);
    assert_eq!(ended.outcome, Outcome::VerificationFailed);
    let mut client = postgres::Client::connect(&site.scratch.url(), postgres::NoTls).unwrap();
    for statement in
        ["UPDATE schools SET name = 'x'", "INSERT INTO programs (name) VALUES ('x')", "DELETE FROM programs", "TRUNCATE programs"]
    {
        let refused = client.batch_execute(statement).unwrap_err();
        assert!(refused.as_db_error().unwrap().message().contains("is being migrated by the run"), "{refused:?}");
    }
    assert_eq!(client.query("SELECT 1 FROM schools", &[]).unwrap().len(), 2);
    assert_eq!(site.undo(&plan.1, &ended.run, &options(), false).unwrap().outcome, Outcome::Undone);
    no_fence(&site);
    assert_eq!(site.differences(&old), NOTHING);
}

/// SQLite holds nobody off between two transactions: that has to be accepted by name.
#[test]
fn a_run_without_a_fence_has_to_be_asked_for() {
    let site = site(Scratch::sqlite("a_run_without_a_fence_has_to_be_asked_for"));
    let old = site.snapshot();
    let ended = site.end(&site.plan(&files()), &Options { unfenced: false, ..options() }, &Silent);
    assert_eq!(ended.outcome, Outcome::Failed);
    assert!(ended.error.unwrap().hints().iter().any(|hint| hint.contains("--unfenced")));
    assert_eq!(site.differences(&old), NOTHING);
    let ended = site.end(&site.plan(&files()), &options(), &Silent);
    assert!(ended.verdict.unwrap().findings.iter().any(|finding| finding.rule == "fence"));
}
