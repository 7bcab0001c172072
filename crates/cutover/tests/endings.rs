//! A small plan, taken to every ending: committed, verified later, undone; failed, interrupted, stopped, cut off at every event.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/events.rs"]
mod events;
#[path = "support/plans.rs"]
mod plans;
#[path = "support/small.rs"]
mod small;
mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cutover::journal::{Outcome, Silent};
use cutover::model::error::{Error, ErrorKind, Result};
use cutover::model::interrupt::Interrupt;
use cutover::run::rollback::{Method, Rollback};
use cutover::run::{Ended, Engine, Finished, Options, undo};
use events::{events, share};
use plans::{Site, open, options, told};
use small::{At, PLAN, WRITES, endless, failing, site};
use support::{Scratch, each_database};

const NOTHING: [String; 0] = [];

/// Files and directories of a run that anybody but their owner may look into.
fn seen_by_others(path: &std::path::Path) -> Vec<String> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path).unwrap();
    let mut seen = Vec::new();
    if metadata.permissions().mode() & 0o077 != 0 {
        seen.push(path.display().to_string());
    }
    if metadata.is_dir() {
        seen.extend(std::fs::read_dir(path).unwrap().flat_map(|entry| seen_by_others(&entry.unwrap().path())));
    }
    seen
}

fn text(rows: Vec<Vec<Option<String>>>) -> Vec<String> {
    rows.into_iter()
        .map(|row| row.into_iter().map(|cell| cell.unwrap_or_else(|| "NULL".to_owned())).collect::<Vec<_>>().join("|"))
        .collect()
}

/// Runs the plan once for every event of a run, and does something at that event: before the commit it must end the run in
/// `outcome` and leave the database as it was; later it must not turn the commit into anything else.
fn at_every_event(site: &Site, outcome: Outcome, action: &(dyn Fn() -> Result<()> + Sync)) {
    let plan = site.plan(&PLAN);
    let before = site.snapshot();
    let (mut ended_early, mut committed) = (0, 0);
    for number in events(site.scratch.dialect()) {
        let action = |_: &_| action();
        let monitor = At::new(number, &action);
        let ended = site.end(&plan, &options(), &monitor);
        site.interrupt.clear();
        if !monitor.came() {
            break;
        }
        let event = monitor.events().swap_remove(usize::try_from(number).unwrap() - 1);
        if monitor.came_after_commit() {
            assert_eq!(ended.outcome, Outcome::Committed, "{event:?}: {ended:?}");
            assert_eq!(site.status(&ended.run).0.as_deref(), Some("applied"), "{event:?}");
            assert_eq!(site.leftovers(true), NOTHING, "{event:?}");
            committed += 1;
            assert_eq!(site.undo(&plan.1, &ended.run, &options(), false).unwrap().outcome, Outcome::Undone);
        } else {
            assert_eq!(ended.outcome, outcome, "{event:?}: {ended:?}");
            assert!(ended.message.contains("rolled back") || ended.message.contains("rolls the transaction back"), "{}", ended.message);
            assert!(site.status(&ended.run).1.contains("rolled back"), "{event:?}: {}", site.status(&ended.run).1);
            assert_eq!(site.leftovers(committed > 0), NOTHING, "{event:?}");
            ended_early += 1;
        }
        assert_eq!(site.differences(&before), NOTHING, "{event:?}");
    }
    // From the start to the last look before COMMIT; the end of the commit, the maintenance after it, and the end of the run.
    assert!(ended_early > share(30) && committed >= share(4), "{ended_early} and {committed} events");
}

each_database! {
    only (postgres, sqlite)

    fn a_run_is_committed_verified_written_to_and_undone(scratch: Scratch) {
        let site = site(scratch);
        let plan = site.plan(&PLAN);
        let before = site.snapshot();
        let ended = site.end(&plan, &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        assert_eq!(site.status(&ended.run), (Some("applied".to_owned()), "committed".to_owned()));
        assert_eq!(site.leftovers(true), NOTHING);
        assert_eq!(seen_by_others(&ended.directory), NOTHING);

        let untouched = site.verify(&plan.1, &ended.run, &options());
        assert!(untouched.passed && untouched.findings.is_empty(), "{untouched:?}");
        assert!(untouched.criteria[0].ticked);

        site.scratch.execute(WRITES);
        let later = site.verify(&plan.1, &ended.run, &options());
        let since: Vec<_> = later.findings.iter().map(|finding| finding.message.as_str()).collect();
        assert!(later.passed, "{later:?}");
        assert!(since.contains(&"3 rows of programs written since the run"), "{since:?}");
        assert_eq!(site.leftovers(true), NOTHING);

        let written = site.snapshot();
        let refused = site.undo(&plan.1, &ended.run, &options(), false).unwrap();
        assert_eq!(refused.outcome, Outcome::Failed);
        let reason = told(refused.error.as_ref().unwrap());
        assert!(reason.contains("rows were written since the run: 3 in programs") && reason.contains("--keep-new-writes"), "{reason}");
        assert_eq!(site.differences(&written), NOTHING);

        let undone = site.undo(&plan.1, &ended.run, &options(), true).unwrap();
        assert_eq!(undone.outcome, Outcome::Undone, "{undone:?}");
        assert_eq!(
            text(site.scratch.query("SELECT school_id, name, status FROM programs ORDER BY id")),
            ["1|Physics|Active", "2|Dance|Closed", "NULL|Law|Active"]
        );
        let differences = site.differences(&before);
        assert!(differences.iter().all(|difference| difference.contains("programs")), "{differences:?}");
        assert_eq!(site.leftovers(true), NOTHING);

        assert_eq!(site.status(&ended.run), (Some("undone".to_owned()), "committed, and undone later".to_owned()));
        assert_eq!(site.status(&undone.run).1, "undid a committed run");
        let again = site.undo(&plan.1, &ended.run, &options(), true).unwrap_err();
        assert_eq!((again.kind(), again.to_string()), (ErrorKind::Refused, format!("the run {} has been undone already", ended.run)));

        let second = site.end(&plan, &options(), &Silent);
        assert_eq!(second.outcome, Outcome::Committed, "{second:?}");
    }

    fn an_undone_plan_runs_again(scratch: Scratch) {
        let site = site(scratch);
        let plan = site.plan(&PLAN);
        let before = site.snapshot();
        for _ in 0..2 {
            let ended = site.end(&plan, &options(), &Silent);
            assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
            assert!(matches!(site.run(&plan, &options(), &Silent), Ok(Finished::NothingToDo { run, .. }) if run == ended.run));
            let dry = site.undo(&plan.1, &ended.run, &Options { dry_run: true, ..options() }, false).unwrap();
            assert_eq!(dry.outcome, Outcome::DryRun);
            assert!(matches!(site.run(&plan, &options(), &Silent), Ok(Finished::NothingToDo { .. })));
            assert_eq!(site.undo(&plan.1, &ended.run, &options(), false).unwrap().outcome, Outcome::Undone);
            assert_eq!(site.differences(&before), NOTHING);
        }
    }

    fn what_nothing_explains_fails_a_later_verification(scratch: Scratch) {
        let site = site(scratch);
        let plan = site.plan(&PLAN);
        let ended = site.end(&plan, &options(), &Silent);
        site.scratch.execute("DROP INDEX programs_by_school; UPDATE schools SET cms_id = NULL WHERE id = 1;");
        let later = site.verify(&plan.1, &ended.run, &options());
        let failed: Vec<_> = later.rules.iter().filter(|rule| !rule.outcome.holds()).map(|rule| rule.rule.as_str()).collect();
        assert_eq!(failed, ["catalog", "value:schools.cms_id"]);
        // An undo proves that the old contents stand again: with the index gone, they do not. What stands in a column that goes is given up first.
        let how = Rollback { method: Method::Undo, discard_new_writes: true, ..Rollback::default() };
        let undone = undo::undo(&site.engine(&Silent), &plan.1, &site.directory(&ended.run), &options(), &how).unwrap();
        assert_eq!(undone.outcome, Outcome::VerificationFailed, "{undone:?}");
        assert_eq!(site.status(&ended.run).0.as_deref(), Some("applied"));
    }

    fn a_run_that_was_not_committed_cannot_be_undone(scratch: Scratch) {
        let site = site(scratch);
        let plan = site.plan(&PLAN);
        let before = site.snapshot();
        let ended = site.end(&plan, &Options { dry_run: true, ..options() }, &Silent);
        assert_eq!(ended.outcome, Outcome::DryRun);
        assert_eq!(site.status(&ended.run), (None, "verified, and rolled back as asked".to_owned()));
        let refused = site.undo(&plan.1, &ended.run, &options(), false).unwrap_err();
        assert!(refused.to_string().contains("does not know a committed run"), "{refused}");
        assert_eq!(site.differences(&before), NOTHING);
        assert_eq!(site.leftovers(false), NOTHING);
    }

    fn a_failed_verification_leaves_nothing_behind(scratch: Scratch) {
        let site = site(scratch);
        let before = site.snapshot();
        let ended = site.end(&site.plan(&failing()), &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::VerificationFailed);
        let failed: Vec<_> = ended.verdict.unwrap().findings.into_iter().map(|finding| finding.message).collect();
        assert_eq!(failed, ["This never holds: 1 row"]);
        assert_eq!(site.differences(&before), NOTHING);
        assert_eq!(site.leftovers(false), NOTHING);
        assert_eq!(site.status(&ended.run), (None, "the verification failed; rolled back".to_owned()));
    }

    fn an_interruption_at_any_event_ends_the_run(scratch: Scratch) {
        let site = site(scratch);
        at_every_event(&site, Outcome::Interrupted, &|| {
            site.interrupt.trigger("Ctrl-C");
            Ok(())
        });
    }

    fn a_monitor_that_fails_at_any_event_ends_the_run(scratch: Scratch) {
        let site = site(scratch);
        at_every_event(&site, Outcome::Failed, &|| Err(Error::new(ErrorKind::Internal, "the monitor has had enough")));
    }

    fn a_statement_that_takes_too_long_is_interrupted(scratch: Scratch) {
        let site = site(scratch);
        let before = site.snapshot();
        let plan = site.plan(&endless(site.scratch.dialect()));
        let limited = Options { max_fence: Some(Duration::from_secs(1)), ..options() };
        let ended = site.end(&plan, &limited, &Silent);
        assert_eq!(ended.outcome, Outcome::Interrupted, "{ended:?}");
        assert!(ended.message.contains("the fence was up for 1 s, which --max-fence allows at the most"), "{}", ended.message);
        assert_eq!(site.differences(&before), NOTHING);
        assert_eq!(site.leftovers(false), NOTHING);
        // The signal has been taken back: the next run is not stopped by it.
        assert_eq!(site.end(&site.plan(&PLAN), &options(), &Silent).outcome, Outcome::Committed);
    }

    fn a_second_run_waits_its_turn(scratch: Scratch) {
        let site = site(scratch);
        let plan = site.plan(&PLAN);
        let refused = AtomicBool::new(false);
        let impatient = Options { patience: Duration::ZERO, ..options() };
        let second = |_: &_| {
            let interrupt = Interrupt::new();
            let database = open(&site.scratch.url(), &interrupt);
            let home = site.scratch.directory().join("snapshot-home");
            let engine = Engine { database: database.as_ref(), monitor: &Silent, interrupt: &interrupt, home: &home };
            let error = cutover::run::run(&engine, &plan.0, &plan.1, &impatient).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Refused | ErrorKind::Conflict), "{error:?}");
            assert!(!home.exists(), "a run that did not start leaves no directory");
            refused.store(true, Ordering::Relaxed);
            Ok(())
        };
        let ended = site.end(&plan, &options(), &At::new(12, &second));
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        assert!(refused.load(Ordering::Relaxed));
    }
}

/// Ends the engine's sessions as an administrator, or a crash of the server, would.
#[test]
fn a_connection_lost_at_any_event_ends_the_run() {
    let site = site(Scratch::postgres("a_connection_lost_at_any_event_ends_the_run"));
    at_every_event(&site, Outcome::Failed, &|| {
        site.scratch.query(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'cutover%'",
        );
        Ok(())
    });
}

/// Sequences are not transactional: what a run that failed took from them is a gap, and nothing else.
#[test]
fn a_sequence_keeps_its_place_through_failures() {
    let site = site(Scratch::postgres("a_sequence_keeps_its_place_through_failures"));
    let position = || text(site.scratch.query("SELECT last_value, is_called FROM programs_id_seq"));
    assert_eq!(position(), ["3|t"]);
    let mut files = failing();
    files.push(("steps/0040_back.sql", "ALTER TABLE programs ALTER COLUMN id RESTART WITH 1;\n"));
    let ended: Ended = site.end(&site.plan(&files), &options(), &Silent);
    assert_eq!(ended.outcome, Outcome::VerificationFailed);
    assert!(ended.verdict.unwrap().rules.iter().any(|rule| rule.rule == "sequences" && !rule.outcome.holds()));
    let after = position();
    assert!(after == ["3|t"] || after == ["4|t"], "the probe's number may be a gap: {after:?}");
}

each_database! {
    fn rows_in_a_table_that_the_run_brought_in_are_given_up_only_when_told(database: Scratch) {
        let site = site(database);
        let plan = site.plan(&PLAN);
        let before = site.snapshot();
        let ended = site.end(&plan, &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        site.scratch.execute("INSERT INTO statuses VALUES ('dormant'); DELETE FROM statuses WHERE code = 'closed'");
        let written = site.snapshot();
        let undo = |how: &Rollback| undo::undo(&site.engine(&Silent), &plan.1, &site.directory(&ended.run), &options(), how);
        for keep_new_writes in [false, true] {
            let refused = undo(&Rollback { method: Method::Undo, keep_new_writes, ..Rollback::default() });
            let error = refused.map_or_else(|error| error, |ended| ended.error.unwrap());
            let reason = told(&error);
            assert!(reason.contains("which the undo drops: 2 in statuses") && reason.contains("--discard-new-writes"), "{reason}");
            assert_eq!(site.differences(&written), NOTHING);
        }
        let undone = undo(&Rollback { method: Method::Undo, discard_new_writes: true, ..Rollback::default() }).unwrap();
        assert_eq!(undone.outcome, Outcome::Undone, "{undone:?}");
        assert_eq!(site.differences(&before), NOTHING);
        assert_eq!(site.leftovers(true), NOTHING);
    }
}
