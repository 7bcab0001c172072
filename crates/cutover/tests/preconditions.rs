//! What operations need of the rows is looked for twice: what other sessions write between the first look and the fence is found before
//! any statement of a step.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/plans.rs"]
mod plans;
#[path = "support/small.rs"]
mod small;
mod support;

use cutover::database::Mode;
use cutover::journal::{EventKind, Outcome, Silent};
use cutover::model::error::Error;
use cutover::run::Options;
use plans::Site;
use small::At;
use support::{Scratch, each_database};

const NOTHING: [String; 0] = [];

const PLAN: [(&str, &str); 4] = [
    ("plan.toml", "format = 1\nname = \"needy\"\ndatabases = [\"postgres\", \"mysql\", \"sqlite\"]\n"),
    ("steps/0010_first.toml", "[add_column]\ntables = [\"programs\"]\ncolumn = \"cms_id\"\ntype = \"integer\"\nfill = \"id\"\n"),
    ("steps/0020_unique.toml", "[add_unique]\ntable = \"programs\"\ncolumns = [\"name\"]\n"),
    ("steps/0030_foreign.toml", "[add_foreign_key]\ntable = \"candidates\"\ncolumns = [\"program_id\"]\nreferences = [\"programs.id\"]\n"),
];

const BEFORE: &str = "CREATE TABLE programs (id integer PRIMARY KEY, name varchar(50) NOT NULL);
    CREATE TABLE candidates (id integer PRIMARY KEY, code varchar(20), program_id integer);
    INSERT INTO programs VALUES (1, 'Welding'), (2, 'Tailoring'); INSERT INTO candidates VALUES (10, '7', 1), (11, NULL, 2);";

/// Each mode that the database has for whole runs.
fn modes(site: &Site) -> Vec<Options> {
    let in_place = Options { mode: Some(Mode::InPlace), unfenced: true, ..plans::options() };
    if site.scratch.dialect() == "mysql" { vec![in_place] } else { vec![in_place, plans::options()] }
}

/// Runs the plan, and lets another session write once everything has been looked at, and nothing held off. What the run found is returned.
fn written_meanwhile(site: &Site, files: &[(&str, &str)], options: &Options, sql: &str) -> Error {
    let plan = site.plan(files);
    let scratch = &site.scratch;
    let write = |kind: &EventKind| {
        assert!(matches!(kind, EventKind::RunStarted { .. }), "{kind:?}");
        scratch.execute(sql);
        Ok(())
    };
    let monitor = At::new(1, &write);
    let ended = site.end(&plan, options, &monitor);
    assert_eq!(ended.outcome, Outcome::Failed, "{ended:?}");
    assert!(!monitor.events().iter().any(|event| matches!(event, EventKind::StepStarted { .. })), "{:?}", monitor.events());
    ended.error.unwrap()
}

each_database! {
    // SQLite's lock is the write transaction itself: there is no time between the two for anybody.
    only (postgres, mysql)

    fn rows_that_come_before_the_fence_are_found_before_the_first_statement(scratch: Scratch) {
        let site = Site::filled(scratch, BEFORE);
        let old = site.snapshot();
        for options in modes(&site) {
            let error = written_meanwhile(
                &site,
                &PLAN,
                &options,
                "INSERT INTO programs VALUES (3, 'Welding'); INSERT INTO candidates VALUES (12, NULL, 99), (13, NULL, 98);",
            );
            assert!(error.to_string().contains("held before the fence, and does not any more"), "{error}");
            let faults: Vec<_> = error.fault_list().iter().map(|fault| (fault.place.file.to_str().unwrap(), fault.message.rsplit(": ").next())).collect();
            assert_eq!(faults, [("steps/0020_unique.toml", Some("1")), ("steps/0030_foreign.toml", Some("2"))], "{error:?}");
            site.scratch.execute("DELETE FROM programs WHERE id = 3; DELETE FROM candidates WHERE id > 11;");
            assert_eq!(site.differences(&old), NOTHING);
            assert_eq!(site.database.read().unwrap().standing_fence().unwrap(), None);
        }
        // Nothing of it stands in the way of the next run.
        assert_eq!(site.end(&site.plan(&PLAN), &modes(&site)[0], &Silent).outcome, Outcome::Committed);
    }

    fn a_value_that_cannot_be_converted_any_more_ends_the_look_alone(scratch: Scratch) {
        let site = Site::filled(scratch, BEFORE);
        let old = site.snapshot();
        let change = ("steps/0005_type.toml", "[change_type]\ntable = \"candidates\"\ncolumn = \"code\"\ntype = \"integer\"\n");
        for options in modes(&site) {
            let files = [&PLAN[..], &[change]].concat();
            let sql = "INSERT INTO candidates VALUES (12, 'seven', 1); INSERT INTO programs VALUES (3, 'Welding');";
            let error = written_meanwhile(&site, &files, &options, sql);
            assert_eq!(error.fault_list()[0].place.file.to_str(), Some("steps/0005_type.toml"), "{error:?}");
            site.scratch.execute("DELETE FROM candidates WHERE id = 12; DELETE FROM programs WHERE id = 3;");
            assert_eq!(site.differences(&old), NOTHING);
        }
    }
}
