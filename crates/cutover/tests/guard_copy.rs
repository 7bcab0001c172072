//! Guards that try their command on a copy first, and the contracts that they suggest.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/guarded.rs"]
mod guarded;
#[path = "support/plans.rs"]
mod plans;
#[path = "support/small.rs"]
mod small;
mod support;

use cutover::database::{access::scratch_name, dialects};
use cutover::journal::{EventKind, Outcome, Silent};
use cutover::run::Ended;
use cutover::run::guard::{Contract, GuardOptions, guard};
use cutover::verify::verdict::RuleOutcome;
use guarded::{failing, guarded, guarding, shell, sql, sql_and, with};
use plans::{Site, told};
use support::{Scratch, each_database};

fn site(scratch: Scratch) -> Site {
    let sql = small::before(scratch.dialect());
    Site::filled(scratch, &sql)
}

/// The test that a command is: see `guarded`.
#[test]
fn child() {
    guarded::child();
}

fn rehearsed(site: &Site, command: Vec<String>) -> Ended {
    let options = GuardOptions { rehearse: true, ..guarding(site, command) };
    let ended = with(site, &options, &Silent).unwrap_or_else(|error| panic!("{}", told(&error)));
    let left: Vec<_> = site.database.scratches().unwrap().into_iter().filter(|name| *name == scratch_name(&ended.run)).collect();
    assert_eq!(left, Vec::<String>::new(), "the copy is gone, however the guard ended");
    ended
}

/// The databases on which the command was started.
fn places(site: &Site, ended: &Ended) -> Vec<String> {
    let events = site.directory(&ended.run).events().unwrap().into_iter();
    events.filter_map(|event| if let EventKind::CommandStarted { place, .. } = event.kind { Some(place) } else { None }).collect()
}

each_database! {
    fn a_command_that_passes_on_a_copy_is_run_on_the_database(database: Scratch) {
        let site = site(database);
        let ended = rehearsed(&site, sql("ALTER TABLE schools ADD COLUMN motto varchar(50); CREATE TABLE added (id integer PRIMARY KEY)"));
        assert_eq!((ended.outcome, failing(&ended)), (Outcome::Committed, Vec::new()), "{ended:?}");
        let rule = ended.verdict.as_ref().unwrap().rules.iter().find(|rule| rule.rule == "rehearsal").unwrap();
        assert!(rule.outcome == RuleOutcome::Passed && rule.evidence.contains("restored from the backup"), "{rule:?}");
        assert_eq!(places(&site, &ended).len(), 2);
        let proven = guarded::event(&site, &ended, |kind| if let EventKind::BackupProven { passed, .. } = kind { Some(passed) } else { None });
        assert!(proven);
        assert_eq!(site.scratch.query("SELECT count(motto) FROM schools"), [[Some("0".to_owned())]]);
    }

    fn a_command_that_does_not_pass_on_a_copy_never_sees_the_database(database: Scratch) {
        let site = site(database);
        let before = site.snapshot();
        for (command, part) in [
            (sql("UPDATE programs SET status = 'gone'"), "3 cells of programs.status changed"),
            (sql_and("CREATE TABLE added (id integer PRIMARY KEY)", "exit 5"), "exit code 5"),
        ] {
            let ended = rehearsed(&site, command);
            assert_eq!(ended.outcome, Outcome::Failed, "{ended:?}");
            assert!(ended.message.contains("on a copy") && ended.message.contains("the database itself is untouched"), "{}", ended.message);
            assert!(failing(&ended).iter().any(|finding| finding.contains(part)), "{:?}", failing(&ended));
            assert_eq!(places(&site, &ended).len(), 1);
            assert!(site.status(&ended.run).1.contains("the database was as before it"));
        }
        assert_eq!(site.differences(&before), Vec::<String>::new());
    }

    fn a_command_that_does_not_go_where_it_is_told_is_noticed(database: Scratch) {
        let site = site(database);
        // As a tool does that has its database in a configuration file.
        let fixed = sql("CREATE TABLE astray (id integer PRIMARY KEY); INSERT INTO astray VALUES (1)");
        let line = format!("DATABASE_URL='{}' exec \"$@\"", site.scratch.url());
        let command = ["sh", "-c", &line, "fixed"].map(str::to_owned).into_iter().chain(fixed).collect();
        let ended = rehearsed(&site, command);
        assert_eq!(ended.outcome, Outcome::Stopped, "{ended:?}");
        assert!(ended.message.contains("the database itself changed while the command was to work on a copy"), "{}", ended.message);
        assert_eq!(places(&site, &ended).len(), 1);
    }

    fn a_suggested_contract_lets_the_same_command_pass(database: Scratch) {
        let site = site(database);
        let harm = "UPDATE programs SET status = 'Done' WHERE status = 'Active'; UPDATE programs SET name = 'Named' WHERE id = 2; \
            DELETE FROM schools WHERE id = 1; ALTER TABLE programs DROP COLUMN school_id; ALTER TABLE schools ADD COLUMN motto varchar(50)";
        let harm = match site.scratch.dialect() {
            // What an index needs cannot be dropped under it there.
            "sqlite" => format!("DROP INDEX programs_by_school; {harm}"),
            _ => harm.to_owned(),
        };
        let copy = Site::new(site.scratch.copy("suggested"));
        let file = site.scratch.directory().join("contract.toml");
        let ended = with(&site, &GuardOptions { suggest: Some(file.clone()), ..guarding(&site, sql(&harm)) }, &Silent).unwrap();
        assert_eq!(ended.outcome, Outcome::VerificationFailed, "{ended:?}");
        assert!(ended.hints.iter().any(|hint| hint.contains("give it with --contract")), "{:?}", ended.hints);
        let text = std::fs::read_to_string(&file).unwrap();
        for part in ["programs.status\", map =", "table = \"schools\", may = [\"delete\"]", "drop = \"column programs.school_id\""] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        let again = with(&site, &GuardOptions { suggest: Some(file.clone()), ..guarding(&site, shell("true")) }, &Silent).unwrap_err();
        assert!(told(&again).contains("exists already") && told(&again).contains("nothing was touched"), "{}", told(&again));

        let contract = Contract::read(Some(&file), copy.database.dialect(), &dialects()).unwrap_or_else(|error| panic!("{error:?}\n{text}"));
        let ended = guard(&copy.engine(&Silent), &contract, &guarding(&copy, sql(&harm))).unwrap();
        assert_eq!((ended.outcome, failing(&ended)), (Outcome::Committed, Vec::new()), "{text}\n{ended:?}");
        // The column that went takes nothing else with it: its table is compared all the same.
        let notes: Vec<_> = ended.verdict.unwrap().findings.into_iter().map(|finding| finding.message).collect();
        assert!(notes.iter().any(|note| note.contains("all others were compared")), "{notes:?}");
    }

    fn what_needs_no_contract_gets_none(database: Scratch) {
        let site = site(database);
        let file = site.scratch.directory().join("contract.toml");
        let options = GuardOptions { suggest: Some(file.clone()), ..guarding(&site, sql("CREATE TABLE added (id integer PRIMARY KEY)")) };
        let ended = with(&site, &options, &Silent).unwrap();
        assert!(ended.hints.iter().any(|hint| hint.contains("no contract is needed")) && !file.exists(), "{:?}", ended.hints);
    }

    fn tables_and_references_that_go_are_told_and_stop_nothing_else(database: Scratch) {
        database.execute("CREATE TABLE parents (id integer PRIMARY KEY); CREATE TABLE children (id integer PRIMARY KEY, parent_id integer, \
            FOREIGN KEY (parent_id) REFERENCES parents (id)); INSERT INTO parents VALUES (1); INSERT INTO children VALUES (1, 1)");
        let site = site(database);
        let ended = guarded(&site, sql("DROP TABLE children; DROP TABLE parents"), &Silent);
        let found = failing(&ended);
        assert_eq!(ended.outcome, Outcome::VerificationFailed, "{ended:?}");
        for part in ["children is gone with its 1 rows", "parents is gone with its 1 rows", "catalog: table children is gone"] {
            assert!(found.iter().any(|finding| finding.contains(part)), "{part} is missing in {found:?}");
        }
    }
}
