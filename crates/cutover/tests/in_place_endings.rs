//! An in-place run taken to the endings that need no kill: verified and undone after other sessions have written; interrupted, failed and
//! cut off at every event, and then resumed or taken back.
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
use cutover::run::{Engine, Options, in_place, undo};
use events::{events, share};
use plans::{Site, in_place_options as options, open, told};
use small::{At, PLAN, WRITES, endless, site};
use support::{Scratch, each_database};

const NOTHING: [String; 0] = [];

/// Whoever wants to may write again.
fn no_fence(site: &Site) {
    assert_eq!(site.database.read().unwrap().standing_fence().unwrap(), None);
    site.scratch.execute("UPDATE schools SET name = name;");
}

/// Runs the plan once for every event of a run, and does something at that event. What had not begun must leave nothing; what was stopped
/// part-way is resumed or taken back, by turns; what was committed is taken back.
fn at_every_event(site: &Site, early: Outcome, stopped: Outcome, action: &(dyn Fn() -> Result<()> + Sync)) {
    let plan = site.plan(&PLAN);
    let old = site.snapshot();
    let (mut nothing_done, mut resumed, mut taken_back, mut committed) = (0, 0, 0, 0);
    for number in events(site.scratch.dialect()) {
        let action = |_: &_| action();
        let monitor = At::new(number, &action);
        let ended = site.end(&plan, &options(), &monitor);
        site.interrupt.clear();
        if !monitor.came() {
            break;
        }
        let event = monitor.events().swap_remove(usize::try_from(number).unwrap() - 1);
        match site.recorded(&ended.run).as_deref() {
            None | Some("abandoned") => {
                assert_eq!(ended.outcome, early, "{event:?}: {ended:?}");
                assert!(ended.message.contains("before the fence") || ended.message.contains("no fence stands"), "{}", ended.message);
                nothing_done += 1;
            }
            Some("running") if number % 2 == 0 => {
                assert_eq!(ended.outcome, stopped, "{event:?}: {ended:?}");
                assert_eq!(site.resume(&plan.1, &ended.run, &options()).outcome, Outcome::Committed, "{event:?}");
                no_fence(site);
                assert_eq!(site.undo(&plan.1, &ended.run, &options(), false).unwrap().outcome, Outcome::Undone, "{event:?}");
                resumed += 1;
            }
            Some("running") => {
                assert_eq!(ended.outcome, stopped, "{event:?}: {ended:?}");
                assert_eq!(site.undo(&plan.1, &ended.run, &options(), false).unwrap().outcome, Outcome::Undone, "{event:?}");
                taken_back += 1;
            }
            Some("applied") => {
                assert_eq!(ended.outcome, Outcome::Committed, "{event:?}: {ended:?}");
                assert_eq!(site.undo(&plan.1, &ended.run, &options(), false).unwrap().outcome, Outcome::Undone, "{event:?}");
                committed += 1;
            }
            other => panic!("{event:?}: {other:?}"),
        }
        no_fence(site);
        assert_eq!(site.differences(&old), NOTHING, "{event:?}");
    }
    let enough = nothing_done > share(5) && resumed > share(5) && taken_back > share(5) && committed >= share(2);
    assert!(enough, "{nothing_done} {resumed} {taken_back} {committed}");
}

each_database! {
    fn a_run_in_place_is_written_to_verified_and_undone(scratch: Scratch) {
        let site = site(scratch);
        let plan = site.plan(&PLAN);
        let old = site.snapshot();
        let ended = site.end(&plan, &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        site.scratch.execute(WRITES);
        let later = site.verify(&plan.1, &ended.run, &options());
        let since: Vec<_> = later.findings.iter().map(|finding| finding.message.as_str()).collect();
        assert!(later.passed && since.contains(&"3 rows of programs written since the run"), "{later:?}");
        let refused = site.undo(&plan.1, &ended.run, &options(), false).unwrap();
        assert_eq!(refused.outcome, Outcome::Failed, "{refused:?}");
        let reason = told(refused.error.as_ref().unwrap());
        assert!(reason.contains("rows were written since the run: 3 in programs"), "{reason}");
        no_fence(&site);
        let undone = site.undo(&plan.1, &ended.run, &options(), true).unwrap();
        assert_eq!(undone.outcome, Outcome::Undone, "{undone:?}");
        let names = site.scratch.query("SELECT name FROM programs ORDER BY id").concat();
        assert_eq!(names.iter().map(|name| name.as_deref().unwrap()).collect::<Vec<_>>(), ["Physics", "Dance", "Law"]);
        assert!(site.differences(&old).iter().all(|difference| difference.contains("programs")));
        let again = site.undo(&plan.1, &ended.run, &options(), true).unwrap_err();
        assert!(again.kind() == ErrorKind::Refused && again.to_string().contains("there is nothing to take back"), "{again:?}");
        assert_eq!(site.end(&plan, &options(), &Silent).outcome, Outcome::Committed);
    }

    fn what_nothing_explains_fails_a_later_verification_and_an_undo(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let plan = site.plan(&PLAN);
        let ended = site.end(&plan, &options(), &Silent);
        let on = if site.scratch.dialect() == "mysql" { " ON programs" } else { "" };
        site.scratch.execute(&format!("DROP INDEX programs_by_school{on}; UPDATE schools SET cms_id = NULL WHERE id = 1;"));
        let later = site.verify(&plan.1, &ended.run, &options());
        let failed: Vec<_> = later.rules.iter().filter(|rule| !rule.outcome.holds()).map(|rule| rule.rule.as_str()).collect();
        assert_eq!(failed, ["catalog", "value:schools.cms_id"]);
        // With the index gone, what the undo leaves is not what was before: it says so, and a person mends it.
        let how = Rollback { method: Method::Undo, keep_new_writes: true, discard_new_writes: true, ..Rollback::default() };
        let undone = undo::undo(&site.engine(&Silent), &plan.1, &site.directory(&ended.run), &options(), &how).unwrap();
        assert_eq!(undone.outcome, Outcome::UndoFailed, "{undone:?}");
        in_place::release(&site.engine(&Silent), Some(&ended.run), &options()).unwrap();
        site.scratch.execute("CREATE INDEX programs_by_school ON programs (school_id);");
        assert_eq!(site.differences(&old), NOTHING);
        no_fence(&site);
    }

    fn an_interruption_at_any_event_can_be_resumed_or_taken_back(scratch: Scratch) {
        let site = site(scratch);
        let interrupt = site.interrupt.clone();
        at_every_event(&site, Outcome::Interrupted, Outcome::Interrupted, &|| {
            interrupt.trigger("Ctrl-C");
            Ok(())
        });
    }

    fn a_monitor_that_fails_at_any_event_stops_the_run_where_it_can_be_resumed(scratch: Scratch) {
        let site = site(scratch);
        at_every_event(&site, Outcome::Failed, Outcome::Stopped, &|| Err(Error::new(ErrorKind::Internal, "the monitor has had enough")));
    }

    fn a_statement_that_takes_too_long_is_interrupted_and_taken_back(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let plan = site.plan(&endless(site.scratch.dialect()));
        let limited = Options { max_fence: Some(Duration::from_secs(5)), ..options() };
        let ended = site.end(&plan, &limited, &Silent);
        assert_eq!(ended.outcome, Outcome::Interrupted, "{ended:?}");
        assert!(ended.message.contains("the fence was up for 5 s, which --max-fence allows at the most"), "{}", ended.message);
        // On a machine with much else to do, the run may not have come to its steps by then.
        if site.recorded(&ended.run).as_deref() == Some("running") {
            assert_eq!(site.undo(&plan.1, &ended.run, &options(), false).unwrap().outcome, Outcome::Undone);
        }
        assert_eq!(site.differences(&old), NOTHING);
        no_fence(&site);
        assert_eq!(site.end(&site.plan(&PLAN), &options(), &Silent).outcome, Outcome::Committed);
    }

    fn a_second_run_waits_its_turn(scratch: Scratch) {
        let site = site(scratch);
        let plan = site.plan(&PLAN);
        let refused = AtomicBool::new(false);
        let impatient = Options { patience: Duration::ZERO, ..options() };
        let (url, home) = (site.scratch.url(), site.scratch.directory().join("another-home"));
        let second = |_: &_| {
            let interrupt = Interrupt::new();
            let database = open(&url, &interrupt);
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
