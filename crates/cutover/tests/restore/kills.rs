//! A rollback by restore that is killed at any moment can be begun again, and ends in the same place; two at once do not meet.

use std::process::Child;

use cutover::journal::{EventKind, Monitor, Outcome, Silent};
use cutover::model::interrupt::Interrupt;
use cutover::plan::load;
use cutover::run::rollback::rollback;
use cutover::run::{Engine, Finished, RunDirectory, status};
use cutover::snapshot::Snapshot;

use crate::child::{self, Given, killed, wait_until};
use crate::events::{events, is_taken, share};
use crate::plans::{Site, open, options, plan_files, told};
use crate::small::{At, PLAN, failing};
use crate::support::{Scratch, each_database};
use crate::writes::Each;
use crate::{NOTHING, back, by_restore, clean, committed, discarding, in_place, kept, left_over, site};

/// The part of PostgreSQL's exchange before which nobody can connect any more.
const LAST_PART: &str = "both databases get their new names";

/// What a child does: it takes a run back, and dies after an event, or is killed.
pub fn run() {
    let Some(Given { task, event, url, home }) = child::given() else { return };
    let interrupt = Interrupt::new();
    let database = open(&url, &interrupt);
    let die = |_: &_| child::die();
    let monitor = At::new(event, &die);
    let die_in_exchange = |kind: &EventKind| match kind {
        EventKind::Noticed { message } if message.contains(LAST_PART) => child::die(),
        _ => Ok(()),
    };
    let in_exchange = Each(&die_in_exchange);
    let (files, run, monitor): (_, _, &dyn Monitor) = match task.split_once(' ') {
        Some(("failing", run)) => (failing(), run, &monitor),
        Some((_, run)) => (PLAN.to_vec(), run, &in_exchange),
        None => (PLAN.to_vec(), task.as_str(), &monitor),
    };
    let engine = Engine { database: database.as_ref(), monitor, interrupt: &interrupt, home: &home };
    let plan = load(&plan_files(&files), database.dialect(), &cutover::database::dialects(), &Default::default()).unwrap();
    let run = RunDirectory::find(&home, run).unwrap();
    let ended = rollback(&engine, &plan, &run, &options(), &discarding()).unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(ended.outcome, Outcome::Undone, "{ended:?}");
}

fn start(site: &Site, task: &str, event: u64) -> Child {
    child::start(site, task, event)
}

/// The events of the rollback that began last.
fn latest(site: &Site) -> Vec<EventKind> {
    let directory = RunDirectory::list(&site.home).unwrap().pop().unwrap();
    directory.events().unwrap().into_iter().map(|event| event.kind).collect()
}

/// Begins a rollback again that was killed, and looks at everything that it promises.
fn goes_on(site: &Site, plan: &cutover::plan::Plan, run: &str, old: &Snapshot, at: &str) {
    // Whatever stands, everybody can ask.
    status::status(&site.home, Some(&site.engine(&Silent))).unwrap_or_else(|error| panic!("{at}: {error:?}"));
    let ended = rollback(&site.engine(&Silent), plan, &site.directory(run), &options(), &discarding());
    let ended = match ended {
        // It was at its very end.
        Err(error) => {
            assert!(told(&error).contains("undone already"), "{at}: {error:?}");
            None
        }
        Ok(ended) => Some(ended),
    };
    assert!(ended.as_ref().is_none_or(|ended| ended.outcome == Outcome::Undone), "{at}: {ended:?}");
    assert_eq!(site.differences(old), NOTHING, "{at}");
    assert_eq!(site.status(run).0.as_deref(), Some("undone"), "{at}");
    assert_eq!(left_over(site, run), NOTHING, "{at}");
    assert_eq!(kept(site, run).len(), 1, "{at}");
    assert_eq!(site.database.read().unwrap().standing_fence().unwrap(), None, "{at}");
    assert!(site.database.stopped_exchange().unwrap().is_none(), "{at}");
    clean(site, run);
}

/// Whether an event is told before a part of the exchange.
fn is_of_exchange(event: &EventKind) -> bool {
    matches!(event, EventKind::Noticed { message } if message.starts_with("the exchange"))
}

each_database! {
    fn killed_after_any_event_it_goes_on(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let begun = || {
            let (plan, run) = committed(&site);
            site.scratch.execute("INSERT INTO schools (name) VALUES ('Law')");
            (plan, run)
        };
        let run = begun().1;
        assert!(!killed(start(&site, &run, u64::MAX)));
        clean(&site, &run);
        // The moments that matter most are all taken.
        let exchange: Vec<_> = (1..).zip(latest(&site)).filter(|(_, event)| is_of_exchange(event)).map(|(number, _)| number).collect();
        let (mut kills, mut in_exchange) = (0, 0);
        for event in (1..).filter(|event| exchange.contains(event) || is_taken(site.scratch.dialect(), *event, 3)) {
            let (plan, run) = begun();
            if !killed(start(&site, &run, event)) {
                assert_eq!(site.differences(&old), NOTHING, "the child that nobody killed");
                clean(&site, &run);
                break;
            }
            kills += 1;
            let events = latest(&site);
            in_exchange += usize::from(events.last().is_some_and(is_of_exchange));
            goes_on(&site, &plan.1, &run, &old, &format!("after event {event}, {:?}", events.last()));
        }
        assert!(kills > share(20) && in_exchange >= 3, "{kills} kills, {in_exchange} of them in the exchange");
    }

    fn killed_after_any_event_of_the_exchange_a_half_done_run_comes_back_too(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let mut in_exchange = 0;
        for event in events(site.scratch.dialect()).filter(|event| *event >= 5) {
            let plan = site.plan(&failing());
            let run = match site.run(&plan, &in_place(&site), &Silent).unwrap() {
                Finished::Ended(ended) => ended.run,
                nothing => panic!("{nothing:?}"),
            };
            if !killed(start(&site, &format!("failing {run}"), event)) {
                assert_eq!(site.differences(&old), NOTHING, "the child that nobody killed");
                clean(&site, &run);
                break;
            }
            let events = latest(&site);
            in_exchange += usize::from(events.last().is_some_and(is_of_exchange));
            goes_on(&site, &plan.1, &run, &old, &format!("after event {event}, {:?}", events.last()));
        }
        assert!(in_exchange >= share(3), "{in_exchange} kills in the exchange");
    }

    fn a_monitor_that_fails_at_any_event_leaves_one_state_or_the_other(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let (plan, mut run) = committed(&site);
        let mut new = site.snapshot();
        for event in events(site.scratch.dialect()).filter(|event| *event >= 4) {
            let fail = |_: &_| Err(cutover::model::error::Error::new(cutover::model::error::ErrorKind::File, "the disk of the journal is full"));
            let monitor = At::new(event, &fail);
            let ended = rollback(&site.engine(&monitor), &plan.1, &site.directory(&run), &options(), &by_restore()).unwrap();
            if !monitor.came() || ended.outcome == Outcome::Undone {
                assert_eq!(site.differences(&old), NOTHING);
                clean(&site, &run);
                break;
            }
            let at = format!("at event {event}, {:?}: {ended:?}", monitor.events().last());
            match ended.outcome {
                Outcome::NotStarted => {
                    assert_eq!(site.differences(&new), NOTHING, "{at}");
                    assert_eq!((left_over(&site, &run), kept(&site, &run)), (Vec::new(), Vec::new()), "{at}");
                }
                Outcome::UndoFailed => {
                    assert_eq!(site.differences(&old), NOTHING, "{at}");
                    assert_eq!(back(&site, &plan.1, &run, &by_restore()).outcome, Outcome::Undone, "{at}");
                    clean(&site, &run);
                    run = committed(&site).1;
                    new = site.snapshot();
                }
                other => panic!("{other:?}: {at}"),
            }
        }
    }

    fn of_two_at_once_one_is_refused(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let (plan, run) = committed(&site);
        // While the first one is about to exchange, another one begins, here and on another machine.
        let elsewhere = site.scratch.directory().join("elsewhere");
        copy(&site.home, &elsewhere);
        let second = std::sync::Mutex::new(Vec::new());
        let begin = |kind: &EventKind| {
            if matches!(kind, EventKind::FenceRaised { .. }) {
                for home in [&site.home, &elsewhere] {
                    let interrupt = Interrupt::new();
                    let database = open(&site.scratch.url(), &interrupt);
                    let engine = Engine { database: database.as_ref(), monitor: &Silent, interrupt: &interrupt, home };
                    let of = RunDirectory::find(home, &run).unwrap();
                    let options = cutover::run::Options { patience: std::time::Duration::from_millis(300), ..options() };
                    let outcome = rollback(&engine, &plan.1, &of, &options, &by_restore());
                    second.lock().unwrap().push(match outcome {
                        Ok(ended) => format!("{:?}: {}", ended.outcome, ended.error.as_ref().map(told).unwrap_or_default()),
                        Err(error) => told(&error),
                    });
                }
            }
            Ok(())
        };
        let monitor = Each(&begin);
        let ended = rollback(&site.engine(&monitor), &plan.1, &site.directory(&run), &options(), &by_restore()).unwrap();
        assert_eq!(ended.outcome, Outcome::Undone, "{ended:?}");
        let second = second.into_inner().unwrap();
        assert!(second[0].contains("another process"), "{second:?}");
        let refusal = match site.scratch.dialect() {
            "postgres" => "another rollback",
            "mysql" => "holds the lock of this database",
            _ => "holds the database",
        };
        assert!(second[1].contains(refusal), "{second:?}");
        assert_eq!(site.differences(&old), NOTHING);
        clean(&site, &run);
    }
}

/// The file holds half of the old and half of the new contents when the process dies.
#[test]
fn killed_while_the_file_is_written_it_is_what_it_was_or_what_it_is_to_be() {
    let site = site(Scratch::sqlite("killed_while_the_file_is_written"));
    site.scratch.execute(
        "WITH RECURSIVE numbers (n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM numbers WHERE n < 60000)
         INSERT INTO programs (id, name, status) SELECT n, 'a name that takes up a good part of a page: ' || hex(zeroblob(500)), 'Active' FROM numbers;",
    );
    let old = site.snapshot();
    let (plan, run) = committed(&site);
    let new = site.snapshot();
    let journal = site.scratch.directory().join("scratch.db-journal");
    let mut child = start(&site, &run, u64::MAX);
    wait_until("the file is being written", || std::fs::metadata(&journal).is_ok_and(|file| file.len() > 1 << 20));
    child.kill().unwrap();
    assert!(killed(child));
    // The next reader recovers it.
    assert_eq!(site.differences(&new), NOTHING);
    goes_on(&site, &plan.1, &run, &old, "in the middle of the file");
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
