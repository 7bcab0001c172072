//! Steps that are undone from the snapshot: the old cells, put back exactly, on every database and in every mode; killed after every event.
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

use child::{Given, killed};
use cutover::database::Mode;
use cutover::journal::{EventKind, Outcome, Silent};
use cutover::model::error::ErrorKind;
use cutover::model::interrupt::Interrupt;
use cutover::plan::load;
use cutover::run::rollback::Rollback;
use cutover::run::{Engine, Finished, Options, RunDirectory, in_place, undo};
use events::{events, share};
use plans::{Site, open, plan_files, told};
use small::At;
use support::{Scratch, each_database};

const NOTHING: [String; 0] = [];

/// Candidates of batches; some of them have none.
const OLD: &str = "
    CREATE TABLE batches (id integer PRIMARY KEY, name varchar(20) NOT NULL UNIQUE);
    CREATE TABLE candidates (id integer PRIMARY KEY, batch_id integer, status varchar(20), note varchar(40), marks decimal(5,2),
        FOREIGN KEY (batch_id) REFERENCES batches (id));
    INSERT INTO batches VALUES (1, 'first'), (2, 'second'), (3, 'third');
    INSERT INTO candidates VALUES (1, NULL, 'New', NULL, 1.50), (2, 1, 'Old', 'it''s here', NULL), (3, 2, 'Older', '', 0),
        (4, NULL, 'New', NULL, -3), (5, 3, NULL, 'x', 100), (6, NULL, 'Closed', NULL, 7), (7, NULL, 'New', NULL, 8), (8, NULL, 'New', '-', 8.25);
";

const MANIFEST: &str = r#"format = 1
name = "put-back"
databases = ["postgres", "mysql", "sqlite"]
[contract]
changes = [
    { column = "candidates.batch_id", from = "null" },
    { column = "candidates.status", map = "maps/status.csv" },
    { column = "candidates.note", from = "null" },
]
rows = [{ table = "batches", may = ["insert", "delete"] }, { table = "candidates", may = ["delete"] }]
"#;

/// Of which value a status was, nobody knows afterwards; nor which notes were NULL.
const STEPS: [(&str, &str); 5] = [
    ("maps/status.csv", "old,new\nNew,open\nOld,open\nOlder,open\nClosed,closed\n"),
    (
        "steps/0010_batch.sql",
        "-- Everybody has a batch\n--! undo = \"snapshot\"\nINSERT INTO batches (id, name) VALUES (7, 'legacy');\n\
         UPDATE candidates SET batch_id = 7 WHERE batch_id IS NULL;\n",
    ),
    (
        "steps/0020_status.sql",
        "--! undo = \"snapshot\"\nUPDATE candidates SET status = CASE status WHEN 'Closed' THEN 'closed' ELSE 'open' END WHERE status IS NOT NULL;\n",
    ),
    ("steps/0030_note.sql", "--! undo = \"snapshot\"\nUPDATE candidates SET note = '-' WHERE note IS NULL;\n"),
    ("steps/0040_gone.sql", "--! undo = \"snapshot\"\nDELETE FROM candidates WHERE id = 5;\nDELETE FROM batches WHERE id = 3;\n"),
];

/// A step before them whose undo is statements.
const COLUMN: (&str, &str) = (
    "steps/0005_cms_id.toml",
    "[add_column]\ntables = [\"candidates\"]\ncolumn = \"cms_id\"\ntype = \"integer\"\nfill = \"id\"\nnull = false\n",
);

fn files() -> Vec<(&'static str, &'static str)> {
    let mut files = vec![("plan.toml", MANIFEST)];
    files.extend(STEPS);
    files
}

fn in_place() -> Options {
    Options { mode: Some(Mode::InPlace), unfenced: true, ..plans::options() }
}

/// The modes that a database has.
fn modes(site: &Site) -> Vec<Options> {
    if site.scratch.dialect() == "mysql" { vec![in_place()] } else { vec![plans::options(), in_place()] }
}

/// Runs a plan and takes it back, in every mode; the contents must be the old ones each time.
fn there_and_back(site: &Site, files: &[(&str, &str)], accept: &[&str]) {
    let old = site.snapshot();
    for options in modes(site) {
        let plan = site.plan(files);
        let accepting = Options { accept: accept.iter().map(|rule| (*rule).to_owned()).collect(), ..options.clone() };
        let ended = site.end(&plan, &accepting, &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        assert_ne!(site.differences(&old), NOTHING, "the plan changes something");
        let undone = site.undo(&plan.1, &ended.run, &options, false).unwrap();
        assert_eq!(undone.outcome, Outcome::Undone, "{undone:?}");
        assert_eq!(site.differences(&old), NOTHING);
        assert_eq!(site.status(&ended.run).0.as_deref(), Some("undone"));
        assert_eq!(site.leftovers(true), NOTHING);
    }
}

fn rows(site: &Site, sql: &str) -> Vec<String> {
    let rows = site.scratch.query(sql).into_iter();
    rows.map(|row| row.into_iter().map(|cell| cell.unwrap_or_else(|| "NULL".to_owned())).collect::<Vec<_>>().join("|")).collect()
}

/// Not a test by itself: the program that a test below starts, and whose death it looks at.
#[test]
fn child() {
    let Some(Given { task, event, url, home }) = child::given() else { return };
    let interrupt = Interrupt::new();
    let database = open(&url, &interrupt);
    let die = |_: &_| child::die();
    let monitor = At::new(event, &die);
    let engine = Engine { database: database.as_ref(), monitor: &monitor, interrupt: &interrupt, home: &home };
    let mut files = files();
    files.push(COLUMN);
    let files = plan_files(&files);
    let plan = load(&files, database.dialect(), &cutover::database::dialects(), &Default::default()).unwrap();
    let outcome = match task.split_once(' ') {
        Some(("keep", run)) => {
            undo::undo(
                &engine,
                &plan,
                &RunDirectory::find(&home, run).unwrap(),
                &in_place(),
                &Rollback { keep_new_writes: true, ..Rollback::default() },
            )
            .unwrap()
            .outcome
        }
        Some((_, run)) => {
            undo::undo(&engine, &plan, &RunDirectory::find(&home, run).unwrap(), &in_place(), &Rollback::default()).unwrap().outcome
        }
        None => match cutover::run::run(&engine, &files, &plan, &in_place()).unwrap() {
            Finished::Ended(ended) => ended.outcome,
            nothing => panic!("{nothing:?}"),
        },
    };
    assert!(matches!(outcome, Outcome::Committed | Outcome::Undone), "{outcome:?}");
}

each_database! {
    fn changed_inserted_and_deleted_rows_are_put_back(scratch: Scratch) {
        let site = Site::filled(scratch, OLD);
        there_and_back(&site, &files(), &[]);
        // With a step that is undone by statements before them, in whose way the rows could be.
        let mut files = files();
        files.push(COLUMN);
        there_and_back(&site, &files, &[]);
    }

    fn many_rows_are_put_back_in_batches(scratch: Scratch) {
        let site = Site::filled(scratch, OLD);
        let values: Vec<_> = (10..3000).map(|id| format!("({id}, {}, '{}', NULL, {}.25)", id % 2 + 1, if id % 3 == 0 { "Old" } else { "Older" }, id % 900)).collect();
        site.scratch.execute(&format!("INSERT INTO candidates VALUES {};", values.join(", ")));
        let mut files = files();
        let text = if site.scratch.dialect() == "mysql" { "CONCAT('n', marks)" } else { "'n' || marks" };
        let different = format!("--! undo = \"snapshot\"\nUPDATE candidates SET note = {text} WHERE id > 1000;\nDELETE FROM candidates WHERE id > 2500;\n");
        files.push(("steps/0025_different.sql", &different));
        there_and_back(&site, &files, &[]);
    }

    fn an_undo_shows_what_was_put_back(scratch: Scratch) {
        let site = Site::filled(scratch, OLD);
        let plan = site.plan(&files());
        let options = modes(&site).remove(0);
        let run = site.end(&plan, &options, &Silent).run;
        let undone = site.undo(&plan.1, &run, &options, false).unwrap();
        let events = site.directory(&undone.run).events().unwrap();
        let told: Vec<_> = events.into_iter().filter_map(|event| match event.kind {
            EventKind::StatementFinished { sql, rows, .. } => Some((sql, rows)),
            _ => None,
        }).collect();
        assert_eq!(told, [
            ("-- batches: rows put back from the snapshot: 1 inserted again, 1 deleted".to_owned(), 2),
            ("-- candidates: rows put back from the snapshot: 7 changed back, 1 inserted again".to_owned(), 8),
        ]);
    }

    fn rows_that_others_wrote_since_stay_as_they_are(scratch: Scratch) {
        let site = Site::filled(scratch, OLD);
        for options in modes(&site) {
            let plan = site.plan(&files());
            let run = site.end(&plan, &options, &Silent).run;
            site.scratch.execute("UPDATE candidates SET marks = 9 WHERE id = 1; INSERT INTO candidates VALUES (20, 2, 'open', 'since', NULL); \
                DELETE FROM candidates WHERE id = 8;");
            let written = site.snapshot();
            let refused = site.undo(&plan.1, &run, &options, false).unwrap();
            assert!(refused.outcome == Outcome::Failed && told(refused.error.as_ref().unwrap()).contains("3 in candidates"), "{refused:?}");
            assert_eq!(site.differences(&written), NOTHING);
            // The first candidate refers to a batch that the run has brought in: it cannot be taken away under it.
            let refused = site.undo(&plan.1, &run, &options, true).unwrap();
            assert!(refused.outcome == Outcome::Failed && told(refused.error.as_ref().unwrap()).contains("refer to 1 rows of batches"), "{refused:?}");
            assert_eq!(site.differences(&written), NOTHING);
            site.scratch.execute("UPDATE candidates SET batch_id = 1 WHERE id = 1;");
            let undone = site.undo(&plan.1, &run, &options, true).unwrap();
            assert_eq!(undone.outcome, Outcome::Undone, "{undone:?}");
            assert_eq!(rows(&site, "SELECT id, batch_id, status, note FROM candidates ORDER BY id"), [
                "1|1|open|-", "2|1|Old|it's here", "3|2|Older|", "4|NULL|New|NULL", "5|3|NULL|x", "6|NULL|Closed|NULL", "7|NULL|New|NULL",
                "20|2|open|since",
            ]);
            assert_eq!(rows(&site, "SELECT id FROM batches ORDER BY id"), ["1", "2", "3"]);
            site.scratch.execute("UPDATE candidates SET batch_id = NULL, status = 'New', note = NULL, marks = 1.5 WHERE id = 1; \
                DELETE FROM candidates WHERE id = 20; INSERT INTO candidates VALUES (8, NULL, 'New', '-', 8.25);");
        }
    }

    fn keys_that_refer_in_a_circle_and_to_their_own_table_are_put_back(scratch: Scratch) {
        let site = Site::filled(scratch, "
            CREATE TABLE teams (id integer PRIMARY KEY, captain_id integer);
            CREATE TABLE players (id integer PRIMARY KEY, team_id integer NOT NULL, mentor_id integer,
                FOREIGN KEY (team_id) REFERENCES teams (id), FOREIGN KEY (mentor_id) REFERENCES players (id));
            INSERT INTO teams VALUES (1, NULL), (2, NULL);
            INSERT INTO players VALUES (1, 1, NULL), (2, 1, 1), (3, 2, NULL);");
        if site.scratch.dialect() != "sqlite" {
            site.scratch.execute("ALTER TABLE teams ADD CONSTRAINT captains FOREIGN KEY (captain_id) REFERENCES players (id);");
        }
        site.scratch.execute("UPDATE players SET mentor_id = 3 WHERE id = 1; UPDATE teams SET captain_id = 2 WHERE id = 1; UPDATE teams SET captain_id = 3 WHERE id = 2;");
        let gone = "--! undo = \"snapshot\"\nUPDATE teams SET captain_id = NULL;\nUPDATE players SET mentor_id = NULL;\nDELETE FROM players WHERE id IS NOT NULL;\n\
            DELETE FROM teams;\nINSERT INTO teams VALUES (9, NULL);\nINSERT INTO players VALUES (9, 9, NULL);\n\
            UPDATE teams SET captain_id = 9;\nUPDATE players SET mentor_id = 9;\n";
        let manifest = "format = 1\nname = \"circle\"\ndatabases = [\"postgres\", \"mysql\", \"sqlite\"]\n[contract]\n\
            rows = [{ table = \"teams\", may = [\"insert\", \"delete\"] }, { table = \"players\", may = [\"insert\", \"delete\"] }]\n";
        let rows = ["rows:teams", "keys:teams", "cells:teams", "rows:players", "keys:players", "cells:players"];
        there_and_back(&site, &[("plan.toml", manifest), ("steps/0010_gone.sql", gone)], &rows);
    }

    fn unique_values_that_rows_have_exchanged_are_put_back(scratch: Scratch) {
        let site = Site::filled(scratch, "CREATE TABLE codes (id integer PRIMARY KEY, code varchar(10) UNIQUE);
            INSERT INTO codes VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, NULL);");
        let manifest = "format = 1\nname = \"codes\"\ndatabases = [\"postgres\", \"mysql\", \"sqlite\"]\n";
        let exchange = "--! undo = \"snapshot\"\nUPDATE codes SET code = NULL WHERE id = 1;\nUPDATE codes SET code = 'a' WHERE id = 2;\n\
            UPDATE codes SET code = 'b' WHERE id = 1;\nDELETE FROM codes WHERE id = 3;\nINSERT INTO codes VALUES (5, 'c');\n";
        there_and_back(&site, &[("plan.toml", manifest), ("steps/0010_exchange.sql", exchange)], &["cells:codes", "keys:codes"]);
    }

    fn rows_without_a_key_are_put_back_one_by_one(scratch: Scratch) {
        let site = Site::filled(scratch, "CREATE TABLE notes (day date, text varchar(20), number integer);
            INSERT INTO notes VALUES ('2026-01-19', 'a', 1), ('2026-01-19', 'a', 1), ('2026-01-20', 'A', 1), (NULL, '', NULL), (NULL, 'a ', 1);");
        let manifest = "format = 1\nname = \"notes\"\ndatabases = [\"postgres\", \"mysql\", \"sqlite\"]\n";
        let files = [("plan.toml", manifest), ("steps/0010_notes.sql", "--! undo = \"snapshot\"\nUPDATE notes SET number = 2, text = 'a' WHERE number = 1;\n")];
        there_and_back(&site, &files, &["cells:notes"]);
        // Once others have written into it, nobody can tell which rows are whose.
        let options = modes(&site).remove(0);
        let plan = site.plan(&files);
        let run = site.end(&plan, &Options { accept: vec!["cells:notes".to_owned()], ..options.clone() }, &Silent).run;
        site.scratch.execute("INSERT INTO notes VALUES (NULL, 'since', 5);");
        let refused = site.undo(&plan.1, &run, &options, true).unwrap();
        assert_eq!(refused.outcome, Outcome::Failed, "{refused:?}");
        assert!(told(refused.error.as_ref().unwrap()).contains("no key"), "{refused:?}");
    }

    fn what_triggers_write_is_put_back_too(scratch: Scratch) {
        let trigger = match scratch.dialect() {
            "postgres" => "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    INSERT INTO log (id) SELECT coalesce(max(id), 0) + 1 FROM log; NEW.changes := OLD.changes + 1; RETURN NEW; END $$;
                CREATE TRIGGER tell BEFORE UPDATE OF status ON items FOR EACH ROW EXECUTE FUNCTION tell();",
            "mysql" => "CREATE TRIGGER tell AFTER UPDATE ON items FOR EACH ROW INSERT INTO log (id) SELECT coalesce(max(id), 0) + 1 FROM log;",
            _ => "CREATE TRIGGER tell AFTER UPDATE OF status ON items BEGIN INSERT INTO log (id) SELECT coalesce(max(id), 0) + 1 FROM log;
                    UPDATE items SET changes = OLD.changes + 1 WHERE id = NEW.id; END;",
        };
        let site = Site::filled(scratch, &format!("CREATE TABLE log (id integer PRIMARY KEY); INSERT INTO log VALUES (1);
            CREATE TABLE items (id integer PRIMARY KEY, status varchar(9), changes integer); INSERT INTO items VALUES (1, 'a', 0), (2, 'b', 5); {trigger}"));
        let manifest = "format = 1\nname = \"items\"\ndatabases = [\"postgres\", \"mysql\", \"sqlite\"]\n";
        let step = "--! undo = \"snapshot\"\n--! tables = [\"log\"]\nUPDATE items SET status = 'c';\n";
        there_and_back(&site, &[("plan.toml", manifest), ("steps/0010_items.sql", step)], &["cells:items", "keys:log", "rows:log"]);
    }

    fn a_csv_step_that_changed_rows_is_taken_back(scratch: Scratch) {
        let site = Site::filled(scratch, OLD);
        let manifest = "format = 1\nname = \"csv\"\ndatabases = [\"postgres\", \"mysql\", \"sqlite\"]\n[keys]\nbatches = [\"id\"]\n[contract]\n\
            changes = [{ column = \"batches.name\", from = \"first\" }]\nrows = [{ table = \"batches\", may = [\"insert\"] }]\n";
        there_and_back(&site, &[("plan.toml", manifest), ("steps/0010_batches.csv", "id,name\n1,primus\n8,octavus\n")], &[]);
    }

    fn a_rollback_killed_after_any_event_ends_in_the_same_place(scratch: Scratch) {
        let site = Site::filled(scratch, OLD);
        let old = site.snapshot();
        let mut files = files();
        files.push(COLUMN);
        let plan = site.plan(&files);
        let mut run = site.end(&plan, &in_place(), &Silent).run;
        let mut kills = 0;
        for event in events(site.scratch.dialect()) {
            if !killed(child::start(&site, &format!("undo {run}"), event)) {
                break;
            }
            kills += 1;
            if site.status(&run).0.as_deref() != Some("undone") {
                let ended = site.undo(&plan.1, &run, &in_place(), false).unwrap();
                assert_eq!(ended.outcome, Outcome::Undone, "after event {event}: {ended:?}");
            }
            assert_eq!(site.differences(&old), NOTHING, "after event {event}");
            in_place::release(&site.engine(&Silent), None, &in_place()).unwrap();
            run = site.end(&plan, &in_place(), &Silent).run;
        }
        assert!(kills > share(20), "{kills} kills");
        assert_eq!(site.differences(&old), NOTHING);
    }

    fn a_run_killed_after_any_event_is_taken_back(scratch: Scratch) {
        let site = Site::filled(scratch, OLD);
        let old = site.snapshot();
        let mut files = files();
        files.push(COLUMN);
        let plan = site.plan(&files);
        let mut undone = 0;
        for event in events(site.scratch.dialect()) {
            if !killed(child::start(&site, "run", event)) {
                break;
            }
            let mut runs = RunDirectory::list(&site.home).unwrap();
            runs.retain(|run| run.mode().unwrap() != "undo");
            let run = runs.pop().unwrap().run;
            match site.undo(&plan.1, &run, &in_place(), false) {
                Ok(ended) => {
                    assert_eq!(ended.outcome, Outcome::Undone, "after event {event}: {ended:?}");
                    undone += 1;
                }
                // It had not come to its snapshot.
                Err(error) if error.kind() != ErrorKind::Corrupt => {
                    let abandoned = (site.status(&run).0.as_deref() == Some("running")).then_some(run.as_str());
                    in_place::release(&site.engine(&Silent), abandoned, &in_place()).unwrap();
                }
                Err(error) => panic!("after event {event}: {error:?}"),
            }
            assert_eq!(site.differences(&old), NOTHING, "after event {event}");
        }
        assert!(undone > share(10), "{undone} taken back");
    }

    fn rows_written_since_stay_also_where_the_rollback_is_killed(scratch: Scratch) {
        let site = Site::filled(scratch, OLD);
        let mut files = files();
        files.push(COLUMN);
        let plan = site.plan(&files);
        let mut kills = 0;
        for event in events(site.scratch.dialect()) {
            let run = site.end(&plan, &in_place(), &Silent).run;
            site.scratch.execute("UPDATE candidates SET marks = 9 WHERE id = 2;");
            let was_killed = killed(child::start(&site, &format!("keep {run}"), event));
            if site.status(&run).0.as_deref() != Some("undone") {
                kills += 1;
                let ended = site.undo(&plan.1, &run, &in_place(), true).unwrap();
                assert_eq!(ended.outcome, Outcome::Undone, "after event {event}: {ended:?}");
            }
            assert_eq!(rows(&site, "SELECT id, status, marks FROM candidates WHERE id IN (2, 3) ORDER BY id")[0],
                if site.scratch.dialect() == "sqlite" { "2|open|9" } else { "2|open|9.00" }, "after event {event}");
            assert_eq!(rows(&site, "SELECT status FROM candidates WHERE id = 3"), ["Older"], "after event {event}");
            in_place::release(&site.engine(&Silent), None, &in_place()).unwrap();
            site.scratch.execute("UPDATE candidates SET marks = NULL, status = 'Old' WHERE id = 2;");
            if !was_killed {
                break;
            }
        }
        assert!(kills > share(10), "{kills} kills");
    }
}
