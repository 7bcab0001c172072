//! Runs that are killed around their backup: run again or resumed, and what was left on the server can be told and removed.

use cutover::backup::{Backup, Proof};
use cutover::database::access::scratch_name;
use cutover::journal::{EventKind, Outcome, Silent, Stage};
use cutover::model::interrupt::Interrupt;
use cutover::plan::load;
use cutover::run::{Engine, Finished, RunDirectory, in_place};

use crate::child::{self, Given, killed};
use crate::plans::{open, options, plan_files};
use crate::runs::{never, site, with};
use crate::small::{At, PLAN};
use crate::support::{Scratch, each_database};
use cutover::run::BackupAt;

/// What the child does: it runs the small plan with a backup, and dies at an event.
pub fn run() {
    let Some(Given { event, url, home, .. }) = child::given() else { return };
    let interrupt = Interrupt::new();
    let database = open(&url, &interrupt);
    let die = |_: &_| child::die();
    let monitor = At::new(event, &die);
    let engine = Engine { database: database.as_ref(), monitor: &monitor, interrupt: &interrupt, home: &home };
    let files = plan_files(&PLAN);
    let plan = load(&files, database.dialect(), &cutover::database::dialects(), &Default::default()).unwrap();
    match cutover::run::run(&engine, &files, &plan, &with(BackupAt::Fence)).unwrap() {
        Finished::Ended(ended) => assert_eq!(ended.outcome, Outcome::Committed),
        nothing => panic!("{nothing:?}"),
    }
}

each_database! {
    fn a_run_killed_around_its_backup_ends_with_a_proven_one_the_next_time(database: Scratch) {
        let in_place = database.dialect() == "mysql";
        let site = site(database);
        let plan = site.plan(&PLAN);
        let all = At::new(u64::MAX, &never);
        let ended = site.end(&plan, &with(BackupAt::Fence), &all);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        assert_eq!(site.undo(&plan.1, &ended.run, &options(), false).unwrap().outcome, Outcome::Undone);
        let wanted = |event: &EventKind| {
            matches!(event, EventKind::StageStarted { stage: Stage::Backup | Stage::Proof } | EventKind::BackupProven { .. })
        };
        let numbers: Vec<_> = (1..).zip(all.events()).filter(|(_, event)| wanted(event)).map(|(number, _)| number).collect();
        assert_eq!(numbers.len(), 3);
        let old = site.snapshot();
        for number in numbers {
            assert!(killed(child::start(&site, "run", number)), "{number}");
            let dead = RunDirectory::list(&site.home).unwrap().pop().unwrap();
            let ended = if in_place {
                match in_place::resume(&site.engine(&Silent), &plan.1, &dead, &options()).unwrap() {
                    Finished::Ended(ended) => *ended,
                    nothing => panic!("{nothing:?}"),
                }
            } else {
                site.end(&plan, &with(BackupAt::Fence), &Silent)
            };
            assert_eq!(ended.outcome, Outcome::Committed, "{number}: {ended:?}");
            let made = Backup::open(&ended.directory.join("backup")).unwrap();
            assert!(Proof::of(&made).unwrap().unwrap().verdict.passed, "{number}");
            // The scratch database of a dead run may stay; it is known by its name, and nobody holds it.
            let left = scratch_name(&dead.run);
            while site.database.scratches().unwrap().contains(&left) {
                drop(site.database.drop_scratch(&left, &site.home, false));
            }
            assert_eq!(site.undo(&plan.1, &ended.run, &options(), false).unwrap().outcome, Outcome::Undone);
            assert_eq!(site.differences(&old), Vec::<String>::new(), "{number}");
        }
    }
}
