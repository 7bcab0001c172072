//! CSV steps: what they touch, and what they do not.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects by panicking")]

#[path = "support/plans.rs"]
mod plans;
mod support;

use cutover::database::Mode;
use cutover::journal::{EventKind, Outcome, Silent};
use cutover::model::error::Error;
use cutover::run::{Ended, Options};
use plans::{Site, options};
use support::{Scratch, each_database};

const COUNTRIES: &str = "CREATE TABLE countries (id integer PRIMARY KEY, code varchar(10) NOT NULL UNIQUE, name varchar(60), remark text);
INSERT INTO countries VALUES (1, 'PK', 'Pakistan', 'home'), (2, 'SA', 'Saudi Arabia', NULL);";

const FILE: &str = "id,code,name\n1,PK,Pakistan\n2,SA,Saudi Arabia\n3,OM,Oman\n4,QA,\n";

fn manifest(name: &str, contract: &str) -> String {
    format!(
        "format = 1\nname = \"{name}\"\ndatabases = [\"postgres\", \"mysql\", \"sqlite\"]\n\n[keys]\ncountries = [\"code\"]\n\n[contract]\n{contract}\n"
    )
}

const MAY_COME: &str = "rows = [{ table = \"countries\", may = [\"insert\"] }]";

/// Runs a plan of one CSV file on `countries`, and says how many rows its statements touched.
fn run_file(site: &Site, name: &str, contract: &str, csv: &str) -> (Ended, u64) {
    let manifest = manifest(name, contract);
    let plan = site.plan(&[("plan.toml", &manifest), ("steps/0100_countries.csv", csv)]);
    let ended = site.end(&plan, &options(), &Silent);
    let events = site.directory(&ended.run).events().unwrap();
    let rows = events.iter().map(|event| if let EventKind::StatementFinished { rows, .. } = &event.kind { *rows } else { 0 });
    (ended, rows.sum())
}

fn refused(site: &Site, csv: &str) -> Error {
    let manifest = manifest("refused", MAY_COME);
    let plan = site.plan(&[("plan.toml", &manifest), ("steps/0100_countries.csv", csv)]);
    site.run(&plan, &options(), &Silent).expect_err("the run started")
}

/// An error with its faults and their places.
fn told(error: &Error) -> String {
    let faults = error.fault_list().iter().map(|fault| format!("\n{}: {}", fault.place, fault.message));
    format!("{error}{}", faults.collect::<String>())
}

/// Whether a run on this database is one transaction.
fn is_atomic(site: &Site) -> bool {
    site.database.capabilities().transactional_ddl
}

fn rows(site: &Site) -> Vec<Vec<Option<String>>> {
    site.scratch.query("SELECT id, code, name, remark FROM countries ORDER BY id")
}

fn row(cells: [Option<&str>; 4]) -> Vec<Option<String>> {
    cells.map(|cell| cell.map(str::to_owned)).to_vec()
}

each_database! {
fn a_second_run_touches_nothing_and_a_changed_line_touches_one_row(scratch: Scratch) {
    let site = Site::filled(scratch, COUNTRIES);
    let (first, touched) = run_file(&site, "first", MAY_COME, FILE);
    assert_eq!((first.outcome, touched), (Outcome::Committed, 2));
    let expected = [
        row([Some("1"), Some("PK"), Some("Pakistan"), Some("home")]),
        row([Some("2"), Some("SA"), Some("Saudi Arabia"), None]),
        row([Some("3"), Some("OM"), Some("Oman"), None]),
        row([Some("4"), Some("QA"), None, None]),
    ];
    assert_eq!(rows(&site), expected);

    let (second, touched) = run_file(&site, "second", "", FILE);
    assert_eq!((second.outcome, touched), (Outcome::Committed, 0));
    assert_eq!(rows(&site), expected);

    let changed = FILE.replace("QA,", "QA,\"\"");
    let (third, touched) = run_file(&site, "third", "changes = [{ column = \"countries.name\", from = \"null\" }]", &changed);
    assert_eq!((third.outcome, touched), (Outcome::Committed, 1));
    assert_eq!(rows(&site)[3], row([Some("4"), Some("QA"), Some(""), None]));
}
}

each_database! {
fn a_csv_step_grants_nothing(scratch: Scratch) {
    let site = Site::filled(scratch, COUNTRIES);
    let (ended, _) = run_file(&site, "ungranted", "", FILE);
    assert_eq!(ended.outcome, Outcome::VerificationFailed);
    // Where nothing can be rolled back, the rows stand until somebody decides.
    assert_eq!(rows(&site).len(), if is_atomic(&site) { 2 } else { 4 });
}
}

each_database! {
fn a_file_of_many_batches_is_brought_in_once(scratch: Scratch) {
    let site = Site::filled(scratch, COUNTRIES);
    let mut file = "id,code,name\n".to_owned();
    for number in 1..=1200 {
        let code = if number == 1 { "PK".to_owned() } else { format!("C{number}") };
        let name = if number == 1 { "Pakistan".to_owned() } else { format!("it's \"\"no. {number}\"\" \\ ; -- :name") };
        file.push_str(&format!("{},{code},\"{name}\"\n", if number == 1 { 1 } else { number + 10 }));
    }
    let (first, touched) = run_file(&site, "many", MAY_COME, &file);
    assert_eq!((first.outcome, touched), (Outcome::Committed, 1199), "{first:?}");
    let (again, touched) = run_file(&site, "again", "", &file);
    assert_eq!((again.outcome, touched), (Outcome::Committed, 0));
    let one = site.scratch.query("SELECT name FROM countries WHERE id = 1210");
    assert_eq!(one, [[Some("it's \"no. 1200\" \\ ; -- :name".to_owned())]]);
}
}

each_database! {
fn rows_that_were_changed_are_put_back_from_the_snapshot(scratch: Scratch) {
    let site = Site::filled(scratch, COUNTRIES);
    let before = site.snapshot();
    let manifest = manifest("changing", "changes = [{ column = \"countries.name\", from = \"Pakistan\" }]");
    let plan = site.plan(&[("plan.toml", &manifest), ("steps/0100_countries.csv", "code,name\nPK,Islamic Republic of Pakistan\n")]);
    let ended = site.end(&plan, &options(), &Silent);
    assert_eq!(ended.outcome, Outcome::Committed);
    let undone = site.undo(&plan.1, &ended.run, &options(), false).unwrap();
    assert_eq!(undone.outcome, Outcome::Undone, "{undone:?}");
    assert!(site.differences(&before).is_empty());
}
}

each_database! {
fn an_undo_file_wins(scratch: Scratch) {
    let site = Site::filled(scratch, COUNTRIES);
    let before = site.snapshot();
    let manifest = manifest("with-undo", "changes = [{ column = \"countries.name\", from = \"Pakistan\" }]");
    let plan = site.plan(&[
        ("plan.toml", &manifest),
        ("steps/0100_countries.csv", "code,name\nPK,Islamic Republic of Pakistan\n"),
        ("steps/0100_countries.undo.sql", "UPDATE countries SET name = 'Pakistan' WHERE code = 'PK';"),
    ]);
    let ended = site.end(&plan, &options(), &Silent);
    assert_eq!(ended.outcome, Outcome::Committed);
    let undone = site.undo(&plan.1, &ended.run, &options(), false).unwrap();
    assert_eq!(undone.outcome, Outcome::Undone, "{undone:?}");
    assert_eq!(site.differences(&before), Vec::<String>::new());
}
}

each_database! {
fn new_rows_must_give_every_column_that_needs_a_value(scratch: Scratch) {
    let site = Site::filled(
        scratch,
        "CREATE TABLE countries (id integer PRIMARY KEY, code text NOT NULL, name text NOT NULL, rank integer NOT NULL DEFAULT 1);
        INSERT INTO countries VALUES (1, 'PK', 'Pakistan', 1);",
    );
    let manifest = manifest("half", "");
    let plan = site.plan(&[("plan.toml", &manifest), ("steps/0100_countries.csv", "id,code\n1,PK\n")]);
    let ended = site.end(&plan, &options(), &Silent);
    assert_eq!(ended.outcome, Outcome::Committed, "no row is new: {ended:?}");
    let error = refused(&site, "id,code\n1,PK\n2,SA\n");
    assert!(
        told(&error).contains("0100_countries.csv:3:3: the row would be new, and the file does not give `countries`.`name`"),
        "{}",
        told(&error)
    );
    assert!(!told(&error).contains("`rank`"), "{}", told(&error));
}
}

each_database! {
fn a_key_of_several_rows_is_refused(scratch: Scratch) {
    let site = Site::filled(
        scratch,
        "CREATE TABLE countries (id integer PRIMARY KEY, code text, name text);
        INSERT INTO countries VALUES (1, 'PK', 'Pakistan'), (2, 'PK', 'Pakistan');",
    );
    let error = refused(&site, "code,name\nPK,Pakistan\n");
    assert!(told(&error).contains("0100_countries.csv:2:1: 2 rows of `countries` have this key"), "{}", told(&error));
}
}

each_database! {
fn null_in_a_key_is_a_value_like_others(scratch: Scratch) {
    let site = Site::filled(
        scratch,
        "CREATE TABLE countries (id integer PRIMARY KEY, code text, name text, remark text); INSERT INTO countries VALUES (1, NULL, 'nowhere', NULL);",
    );
    let (ended, touched) =
        run_file(&site, "null-key", "changes = [{ column = \"countries.name\", from = \"nowhere\" }]", "id,code,name\n1,,elsewhere\n");
    assert_eq!((ended.outcome, touched), (Outcome::Committed, 1), "{ended:?}");
}
}

each_database! {
fn a_trigger_that_changes_what_is_written_is_noticed(scratch: Scratch) {
    let site = Site::filled(scratch, COUNTRIES);
    site.scratch.execute(&upper_case_trigger(&site));
    let (ended, _) = run_file(&site, "triggered", MAY_COME, FILE);
    assert_eq!(ended.outcome, if is_atomic(&site) { Outcome::Failed } else { Outcome::Stopped });
    let error = ended.error.unwrap();
    assert!(error.to_string().contains("the table does not hold what the file says on line 4"), "{error}");
    assert_eq!(rows(&site).len(), if is_atomic(&site) { 2 } else { 4 });
}
}

/// Writes every new name in capitals.
fn upper_case_trigger(site: &Site) -> String {
    match site.database.dialect().name() {
        "postgres" => {
            "CREATE FUNCTION capitals() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$;
            CREATE TRIGGER capitals BEFORE INSERT OR UPDATE ON countries FOR EACH ROW EXECUTE FUNCTION capitals();"
                .to_owned()
        }
        "mysql" => "CREATE TRIGGER inserted BEFORE INSERT ON countries FOR EACH ROW SET NEW.name = upper(NEW.name);
            CREATE TRIGGER updated BEFORE UPDATE ON countries FOR EACH ROW SET NEW.name = upper(NEW.name);"
            .to_owned(),
        _ => "CREATE TRIGGER inserted AFTER INSERT ON countries BEGIN UPDATE countries SET name = upper(NEW.name) WHERE id = NEW.id; END;
            CREATE TRIGGER updated AFTER UPDATE ON countries BEGIN UPDATE countries SET name = upper(NEW.name) WHERE id = NEW.id; END;"
            .to_owned(),
    }
}

#[test]
fn postgres_types_are_compared_as_they_are_stored() {
    let site = Site::filled(
        Scratch::postgres("master_data_types"),
        "CREATE TYPE mood AS ENUM ('good', 'bad');
         CREATE DOMAIN short AS varchar(5);
         CREATE TABLE countries (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, code char(5) NOT NULL, price numeric(8,2), data json, more jsonb,
            mood mood, at timestamptz, tags text[], flag boolean, bits bit(3), raw bytea, short short, updated_at timestamp DEFAULT now());
         INSERT INTO countries (code, price) VALUES ('PK', 1.5);",
    );
    let file = "code,price,data,more,mood,at,tags,flag,bits,raw,short\n\
                PK,1.5,,,,,,,,,\n\
                SA,7,\"{\"\"a\"\":  1}\",\"{\"\"a\"\":  1}\",bad,2026-01-19 08:30:00+05,\"{a,\"\"b c\"\"}\",true,101,\\x00ff,abcde\n";
    let (first, touched) = run_file(&site, "types", MAY_COME, file);
    assert_eq!((first.outcome, touched), (Outcome::Committed, 1), "{first:?}");
    let (again, touched) = run_file(&site, "types-again", "", file);
    assert_eq!((again.outcome, touched), (Outcome::Committed, 0), "{again:?}");
    let row = site.scratch.query("SELECT id, price::text, data::text, tags[2], flag::text, short::text FROM countries WHERE code = 'SA'");
    let expected = ["2", "7.00", "{\"a\":  1}", "b c", "true", "abcde"].map(|cell| Some(cell.to_owned()));
    assert_eq!(row, [expected.to_vec()], "no number of the identity was lost");

    let error = refused(&site, "code,mood,price,short,flag,at\nOM,ugly,1234567.00,abcdef,yes,yesterday\n");
    let text = told(&error);
    for part in [
        "2:4: `mood` takes one of good, bad: `ugly` does not fit",
        "2:9: `price` takes a number of at most 6 digits before the point and 2 behind it",
        "2:20: `short` takes a text of at most 5 characters",
        "2:27: `flag` takes true or false",
        "2:31: `at` takes a time such as",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn postgres_tells_keys_apart_by_their_own_collation() {
    let site = Site::filled(
        Scratch::postgres("master_data_collation"),
        "CREATE COLLATION careless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
         CREATE TABLE countries (id integer PRIMARY KEY, code text COLLATE careless NOT NULL UNIQUE, name text COLLATE careless);
         INSERT INTO countries VALUES (1, 'PK', 'Pakistan');",
    );
    let error = refused(&site, "id,code\n2,sa\n3,SA\n");
    assert!(told(&error).contains("0100_countries.csv:3:3: the database calls this key equal to the one on line 2"), "{}", told(&error));
    let change = "changes = [{ column = \"countries.name\", from = \"Pakistan\" }]";
    let (ended, touched) = run_file(&site, "capitals", change, "code,name\npk,PAKISTAN\n");
    assert_eq!((ended.outcome, touched), (Outcome::Committed, 1), "another spelling is another value: {ended:?}");
}

each_database! {
    fn an_undo_deletes_exactly_what_was_inserted(scratch: Scratch) {
        let site = Site::filled(scratch, COUNTRIES);
        let before = site.snapshot();
        let manifest = manifest("undone", MAY_COME);
        let plan = site.plan(&[("plan.toml", &manifest), ("steps/0100_countries.csv", FILE)]);
        for mode in [None, Some(Mode::InPlace)] {
            let ended = site.end(&plan, &Options { mode, unfenced: true, ..options() }, &Silent);
            assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
            assert_eq!(rows(&site).len(), 4);
            let undone = site.undo(&plan.1, &ended.run, &Options { unfenced: true, ..options() }, false).unwrap();
            assert_eq!(undone.outcome, Outcome::Undone, "{undone:?}");
            assert_eq!(site.differences(&before), Vec::<String>::new());
        }
    }

    fn a_table_that_the_plan_makes_is_filled_and_goes_with_it(scratch: Scratch) {
        let site = Site::filled(scratch, COUNTRIES);
        let before = site.snapshot();
        let manifest = "format = 1\nname = \"made\"\ndatabases = [\"postgres\", \"mysql\", \"sqlite\"]\n\n\
                        [keys]\ncourses = [\"country_id\", \"code\"]\n\n[relationships]\n\"courses.country_id\" = \"countries.id\"\n\n\
                        [contract]\nschema = [{ add = \"table courses\" }]\n";
        let table = "CREATE TABLE courses (id integer PRIMARY KEY, country_id integer NOT NULL, code varchar(10) NOT NULL,\n\
                     price decimal(8,2), since date, at timestamp NULL, remark text);\n";
        let file = "id,country_id>countries.code,code,price,since,at,remark\n\
                    1,PK,A,1.5,2026-01-19,2026-01-19 08:30:00,\"\"\n2,SA,A,20,,,\n3,PK,B,,,,\"it's \\ 'so'\"\n";
        let plan = site.plan(&[
            ("plan.toml", manifest),
            ("steps/0010_courses.sql", table),
            ("steps/0010_courses.undo.sql", "DROP TABLE courses;\n"),
            ("steps/0100_courses.csv", file),
        ]);
        let ended = site.end(&plan, &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        let undone = site.undo(&plan.1, &ended.run, &options(), false).unwrap();
        assert_eq!(undone.outcome, Outcome::Undone, "{undone:?}");
        assert_eq!(site.differences(&before), Vec::<String>::new());
    }
}

#[test]
fn mysql_types_are_compared_as_they_are_stored() {
    let site = Site::filled(
        Scratch::mysql("master_data_types"),
        "CREATE TABLE countries (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, code char(5) NOT NULL, price decimal(8,2), ratio float,
            share double, data json, mood enum('good','bad'), at datetime(3), day date, flag tinyint(1), year year, raw varbinary(9),
            old varchar(20) CHARACTER SET latin1, updated_at timestamp NOT NULL DEFAULT current_timestamp ON UPDATE current_timestamp);
         INSERT INTO countries (code, price) VALUES ('PK', 1.5);",
    );
    let file = "code,price,ratio,share,data,mood,at,day,flag,year,raw,old\n\
                PK,1.5,,,,,,,,,,\n\
                SA,7,1.1,0.1,\"{\"\"a\"\":  1}\",bad,2026-01-19T08:30:00.5,2026-01-19,true,2026,xyz,é\n";
    let (first, touched) = run_file(&site, "types", MAY_COME, file);
    assert_eq!((first.outcome, touched), (Outcome::Committed, 1), "{first:?}");
    let (again, touched) = run_file(&site, "types-again", "", file);
    assert_eq!((again.outcome, touched), (Outcome::Committed, 0), "{again:?}");
    let row = site.scratch.query("SELECT price, ratio, flag, at, old FROM countries WHERE code = 'SA'");
    let expected = ["7.00", "1.1", "1", "2026-01-19 08:30:00.500", "é"].map(|cell| Some(cell.to_owned()));
    assert_eq!(row, [expected.to_vec()]);

    let change = "changes = [{ column = \"countries.old\", from = \"é\" }]\nvolatile = [\"countries.updated_at\"]";
    let (capital, touched) = run_file(&site, "capital", change, "code,old\nsa,É\n");
    assert_eq!((capital.outcome, touched), (Outcome::Committed, 1), "another spelling is another value: {capital:?}");
    let error = refused(&site, "code,mood,price\nOM,Bad,1234567\nom,,\n");
    assert!(told(&error).contains("2:4: `mood` takes one of good, bad: `Bad` does not fit"), "{}", told(&error));
    let error = refused(&site, "code,price\nOM,1\nom,2\n");
    assert!(told(&error).contains("3:1: the database calls this key equal to the one on line 2"), "{}", told(&error));
}
