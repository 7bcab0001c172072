//! Guards on every database: honest commands pass, harmful ones are named, and whatever a command does, the guard says how the database
//! stands.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/guarded.rs"]
mod guarded;
#[path = "support/plans.rs"]
mod plans;
#[path = "support/small.rs"]
mod small;
mod support;

use cutover::journal::{EventKind, Outcome, Silent};
use cutover::model::error::ErrorKind;
use cutover::run::guard::Contract;
use cutover::run::{BackupAt, Options};
use guarded::{event, failing, guarded, guarding, of_verdict, shell, sql, sql_and, with};
use plans::{Site, options, told};
use support::{Scratch, each_database};

fn site(scratch: Scratch) -> Site {
    let sql = small::before(scratch.dialect());
    Site::filled(scratch, &sql)
}

/// What a guard without a contract is for: a column, a table, an index, a view.
const ADDITIONS: &str = "ALTER TABLE schools ADD COLUMN motto varchar(50); \
    CREATE TABLE teachers (id integer PRIMARY KEY, school_id integer, name varchar(50)); \
    CREATE INDEX teachers_by_school ON teachers (school_id); CREATE INDEX programs_by_name ON programs (id, school_id); \
    CREATE VIEW names AS SELECT name FROM schools";

/// The test that a command is: see `guarded`.
#[test]
fn child() {
    guarded::child();
}

each_database! {
    fn additions_pass_and_are_listed(database: Scratch) {
        let site = site(database);
        let ended = guarded(&site, sql(ADDITIONS), &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        let verdict = ended.verdict.as_ref().unwrap();
        assert_eq!(verdict.findings, [], "an honest migration raises no alarm");
        assert!(verdict.tables.iter().all(|table| table.identical));
        let added = event(&site, &ended, |kind| if let EventKind::ObjectsAdded { objects } = kind { Some(objects) } else { None });
        for object in ["table teachers", "column schools.motto", "index programs.programs_by_name", "view names"] {
            assert!(added.iter().any(|known| known == object), "{object} is missing in {added:?}");
        }
        assert!(!added.iter().any(|object| object.starts_with("column teachers.")), "{added:?}");
        assert!(site.status(&ended.run).1.contains("every table was verified"));

        // A week later: what came then is no addition of the command, and rows written since are told as that.
        let contract = Contract::read(None, site.database.dialect(), &cutover::database::dialects()).unwrap();
        assert_eq!(of_verdict(&site.verify(&contract.plan, &ended.run, &options())), Vec::<String>::new());
        site.scratch.execute("UPDATE schools SET name = 'Later' WHERE id = 1; CREATE TABLE later (id integer PRIMARY KEY)");
        let verdict = site.verify(&contract.plan, &ended.run, &options());
        let found = of_verdict(&verdict);
        assert!(found.len() == 1 && found[0].contains("table later was added"), "{found:?}");
        assert!(verdict.findings.iter().any(|finding| finding.message.contains("written since the run")), "{verdict:?}");
    }

    fn losses_and_changes_of_what_was_there_are_named(database: Scratch) {
        let site = site(database);
        let ended = guarded(&site, sql("UPDATE programs SET status = 'gone'; DELETE FROM schools WHERE id = 2; DROP INDEX programs_by_school_PLACE".replace(
            "_PLACE", if site.scratch.dialect() == "mysql" { " ON programs" } else { "" }).as_str()), &Silent);
        assert_eq!(ended.outcome, Outcome::VerificationFailed, "{ended:?}");
        assert!(ended.message.contains("the database stands as the command left it"), "{}", ended.message);
        let found = failing(&ended);
        for part in ["3 cells of programs.status changed", "1 row of schools is gone", "index programs.programs_by_school is gone"] {
            assert!(found.iter().any(|finding| finding.contains(part)), "{part} is missing in {found:?}");
        }
        assert!(ended.hints.iter().any(|hint| hint.contains("backup")), "{:?}", ended.hints);
        assert!(site.status(&ended.run).1.contains("left as the command had left it"));
    }

    fn rows_that_come_are_shown_and_fail_under_strict(database: Scratch) {
        let site = site(database);
        let insert = "INSERT INTO schools (name) VALUES ('Law')";
        let ended = guarded(&site, sql(insert), &Silent);
        assert_eq!((ended.outcome, failing(&ended)), (Outcome::Committed, Vec::new()), "{ended:?}");
        assert!(ended.verdict.unwrap().findings.iter().any(|finding| finding.message.contains("1 row of schools is new")));
        let strict = guarding(&site, sql(insert));
        let strict = cutover::run::guard::GuardOptions { options: Options { strict: true, ..strict.options.clone() }, ..strict };
        let ended = with(&site, &strict, &Silent).unwrap();
        assert_eq!(ended.outcome, Outcome::VerificationFailed, "{ended:?}");
    }

    fn a_command_that_fails_is_told_with_what_it_left(database: Scratch) {
        let site = site(database);
        let before = site.snapshot();
        let ended = guarded(&site, shell("echo out; echo err >&2; exit 7"), &Silent);
        assert_eq!(ended.outcome, Outcome::Failed, "{ended:?}");
        assert!(ended.message.contains("exit code 7, and the database is as it was"), "{}", ended.message);
        assert_eq!(site.differences(&before), Vec::<String>::new());
        assert_eq!(std::fs::read_to_string(ended.directory.join("command.txt")).unwrap(), "out\nerr\n");

        let half = guarded(&site, sql_and("ALTER TABLE schools ADD COLUMN half integer", "exit 8"), &Silent);
        assert_eq!(half.outcome, Outcome::Stopped, "{half:?}");
        assert!(half.message.contains("exit code 8: what it had done until then stands, and no old cell is lost"), "{}", half.message);
        let (code, seconds) = event(&site, &half, |kind| {
            if let EventKind::CommandFinished { code, seconds, .. } = kind { Some((code, seconds)) } else { None }
        });
        assert!(code == Some(8) && seconds > 0.0);
    }

    fn columns_whose_types_change_are_compared_in_the_old_ones(database: Scratch) {
        if database.dialect() == "sqlite" {
            // Every value has a class of its own there, which is compared.
            return;
        }
        database.execute("CREATE TABLE amounts (id integer PRIMARY KEY, price numeric(10,2), share double precision, code varchar(10)); \
            INSERT INTO amounts VALUES (1, 1.50, 1.1, 'abcdef'), (2, 2.25, 2.5, 'x')");
        let site = site(database);
        let change = |column: &str, data_type: &str| match site.scratch.dialect() {
            "mysql" => format!("ALTER TABLE amounts MODIFY {column} {data_type};"),
            _ => format!("ALTER TABLE amounts ALTER {column} TYPE {data_type};"),
        };
        let wider = guarded(&site, sql(&(change("price", "numeric(12,4)") + &change("code", "varchar(20)"))), &Silent);
        let found = failing(&wider);
        assert!(found.len() == 2 && found.iter().all(|finding| finding.starts_with("catalog: column amounts.")), "{found:?}");
        let (float, cut) = match site.scratch.dialect() {
            "mysql" => ("float", "SET SESSION sql_mode = ''; ALTER TABLE amounts MODIFY code varchar(3)"),
            _ => ("real", "ALTER TABLE amounts ALTER code TYPE varchar(3) USING code::varchar(3)"),
        };
        let narrower = guarded(&site, sql(&(change("share", float) + cut)), &Silent);
        let found = failing(&narrower);
        for part in ["1 cell of amounts.share changed", "1 cell of amounts.code changed"] {
            assert!(found.iter().any(|finding| finding.contains(part)), "{part} is missing in {found:?}");
        }
    }

    fn a_contract_grants_exactly_and_its_faults_have_their_places(database: Scratch) {
        let site = site(database);
        let file = site.scratch.directory().join("contract.toml");
        std::fs::create_dir(file.with_file_name("maps")).unwrap();
        std::fs::write(file.with_file_name("maps").join("statuses.csv"), "old,new\nActive,active\n").unwrap();
        let read = |text: &str| {
            std::fs::write(&file, text).unwrap();
            Contract::read(Some(&file), site.database.dialect(), &cutover::database::dialects())
        };
        let faulty = read("[contract]\nchanges = [\n  { column = \"programs.status\", from = 1, map = \"maps/no.csv\" },\n]\nrows = 1\n").unwrap_err();
        let places: Vec<_> = faulty.fault_list().iter().map(|fault| fault.place.to_string()).collect();
        assert!(places.iter().any(|place| place.ends_with("contract.toml:3:3")), "{places:?}");
        assert!(places.iter().any(|place| place.ends_with("contract.toml:5:8")), "{places:?}");

        let run = |contract: &Contract, command: &str| {
            cutover::run::guard::guard(&site.engine(&Silent), contract, &guarding(&site, sql(command)))
        };
        let unfit = read("[contract]\nrows = [{ table = \"no_such_table\", may = [\"delete\"] }]\n").unwrap();
        let refused = run(&unfit, "SELECT 1").unwrap_err();
        assert!(refused.fault_list()[0].place.to_string().ends_with("contract.toml:2:9"), "{refused:?}");
        assert!(told(&refused).contains("nothing was touched"));

        let contract = read("[contract]\nchanges = [{ column = \"programs.status\", map = \"maps/statuses.csv\" }]\n").unwrap();
        let ended = run(&contract, "UPDATE programs SET status = 'active' WHERE status = 'Active'").unwrap();
        assert_eq!((ended.outcome, failing(&ended)), (Outcome::Committed, Vec::new()), "{ended:?}");
        let ended = run(&contract, "UPDATE programs SET status = 'closed' WHERE status = 'Closed'").unwrap();
        assert_eq!(failing(&ended), ["cells:programs: 1 cell of programs.status changed without a grant"]);
    }

    fn histories_of_migration_tools_are_no_changed_data(database: Scratch) {
        database.execute("CREATE TABLE migrations (id integer PRIMARY KEY, migration varchar(255) NOT NULL, batch integer NOT NULL); \
            INSERT INTO migrations VALUES (1, '2026_01_01_000000_first', 1); \
            CREATE TABLE alembic_version (version_num varchar(32) NOT NULL PRIMARY KEY); INSERT INTO alembic_version VALUES ('aaaa')");
        let site = site(database);
        let ended = guarded(&site, sql("INSERT INTO migrations VALUES (2, '2026_02_01_000000_second', 2); \
            UPDATE alembic_version SET version_num = 'bbbb'; \
            CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description varchar(100), success boolean, checksum varchar(100)); \
            INSERT INTO _sqlx_migrations VALUES (7, 'seventh step', TRUE, '00')"), &Silent);
        assert_eq!((ended.outcome, failing(&ended)), (Outcome::Committed, Vec::new()), "{ended:?}");
        let events = site.directory(&ended.run).events().unwrap();
        let found: Vec<_> = events
            .into_iter()
            .filter_map(|event| match event.kind {
                EventKind::MigrationsFound { tool, applied, withdrawn, .. } => Some((tool, applied, withdrawn)),
                _ => None,
            })
            .collect();
        for (tool, applied) in [("sqlx", "7_seventh_step"), ("alembic", "bbbb (from aaaa)"), ("Laravel", "2026_02_01_000000_second")] {
            let expected = (tool.to_owned(), vec![applied.to_owned()], Vec::new());
            assert!(found.contains(&expected), "{expected:?} is missing in {found:?}");
        }
    }

    fn nothing_is_started_where_the_guard_could_not_hold(database: Scratch) {
        let site = site(database);
        let marker = site.scratch.directory().join("started");
        let command = |word: &str| vec!["touch".to_owned(), marker.display().to_string(), word.to_owned()];
        let refused = with(&site, &guarding(&site, command("{password}")), &Silent).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Input);
        let program = with(&site, &guarding(&site, vec!["no-such-program-anywhere".to_owned()]), &Silent).unwrap_err();
        assert!(told(&program).contains("there is no program"), "{}", told(&program));
        let none = guarding(&site, command("x"));
        let proof = cutover::run::guard::GuardOptions {
            options: Options { backup: BackupAt::Nowhere, prove_backup: true, ..none.options.clone() },
            ..none
        };
        assert!(told(&with(&site, &proof, &Silent).unwrap_err()).contains("no backup to prove"));
        assert!(!marker.exists() && !site.home.exists(), "nothing was started, and nothing is left behind");
    }
}
