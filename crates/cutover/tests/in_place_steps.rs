//! One step of a plan alone, in place: journaled, verified, resumed and undone like a run, and in nobody's way.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/plans.rs"]
mod plans;
#[path = "support/small.rs"]
mod small;
mod support;

use cutover::journal::{Outcome, Silent};
use cutover::model::error::ErrorKind;
use cutover::plan::{Plan, PlanFiles};
use cutover::run::Finished;
use plans::in_place_options as options;
use small::{PLAN, site};
use support::{Scratch, each_database};

const NOTHING: [String; 0] = [];
const ADDED: &str = "SELECT count(*) FROM schools WHERE cms_id = id";

/// The small plan without the check that wants all of its steps: a step alone is checked by the plan's checks.
fn files() -> Vec<(&'static str, &'static str)> {
    let mut files = PLAN.to_vec();
    files.retain(|(name, _)| *name != "checks/after/statuses.sql");
    files
}

/// A step of a plan, with the files of the whole one.
fn only((files, plan): &(PlanFiles, Plan), step: &str) -> (PlanFiles, Plan) {
    (files.clone(), plan.only(step).unwrap())
}

each_database! {
    fn a_step_is_run_alone_verified_and_undone(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let plan = site.plan(&files());
        let step = only(&plan, "cms-id");
        let ended = site.end(&step, &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        assert_eq!(site.scratch.query(ADDED)[0][0].as_deref(), Some("2"));
        assert_eq!(site.scratch.query("SELECT count(*) FROM programs WHERE status = 'Active'")[0][0].as_deref(), Some("1"), "the other step");
        assert!(site.verify(&step.1, &ended.run, &options()).passed);
        assert!(matches!(site.run(&step, &options(), &Silent), Ok(Finished::NothingToDo { .. })));
        let undone = site.undo(&step.1, &ended.run, &options(), false).unwrap();
        assert_eq!(undone.outcome, Outcome::Undone, "{undone:?}");
        assert_eq!(site.differences(&old), NOTHING);
        // It does not stand for the plan.
        assert_eq!(site.end(&plan, &options(), &Silent).outcome, Outcome::Committed);
    }

    fn a_step_that_was_stopped_is_in_the_way_of_its_plan_until_it_is_finished(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let mut files = files();
        files.push(("steps/0040_fails.sql", "INSERT INTO schools (name) VALUES ('Law');\nUPDATE late SET id = 1;\n"));
        files.push(("steps/0040_fails.undo.sql", "SELECT 1;\nDELETE FROM schools WHERE name = 'Law';\n"));
        let manifest = files[0].1.replace("[relationships]", "rows = [{ table = \"schools\", may = [\"insert\"] }]\n[relationships]");
        files[0].1 = &manifest;
        let plan = site.plan(&files);
        let step = only(&plan, "fails");
        let ended = site.end(&step, &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::Stopped, "{ended:?}");
        for other in [&plan, &only(&plan, "cms-id")] {
            let refused = site.run(other, &options(), &Silent).unwrap_err();
            assert!(refused.kind() == ErrorKind::Refused && refused.to_string().contains(&ended.run), "{refused:?}");
        }
        assert_eq!(site.resume(&step.1, &ended.run, &options()).outcome, Outcome::Stopped);
        let undone = site.undo(&step.1, &ended.run, &options(), false).unwrap();
        assert_eq!(undone.outcome, Outcome::Undone, "{undone:?}");
        assert_eq!(site.differences(&old), NOTHING);
        assert_eq!(site.end(&only(&plan, "cms-id"), &options(), &Silent).outcome, Outcome::Committed);
    }
}
