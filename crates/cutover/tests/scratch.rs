//! The tests' own databases do what the tests rely on.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use mysql::prelude::Queryable;

mod support;
use support::{Scratch, each_database, mysql_url, postgres_url};

each_database! {
    fn statements_run_and_rows_come_back_as_text(database: Scratch) {
        database.execute(
            "CREATE TABLE marks (id integer PRIMARY KEY, grade text, points real);
             INSERT INTO marks VALUES (1, 'A', 1.5), (2, NULL, 2), (3, '', NULL);",
        );
        let text = |value: &str| Some(value.to_owned());
        let expected = vec![
            vec![text("1"), text("A"), text("1.5")],
            vec![text("2"), None, text("2")],
            vec![text("3"), text(""), None],
        ];
        assert_eq!(database.query("SELECT id, grade, points FROM marks ORDER BY id"), expected);
    }

    fn a_second_database_of_one_test_is_another_one(database: Scratch) {
        let other = match database.dialect() {
            "postgres" => Scratch::postgres("a_second_database_of_one_test_is_another_one"),
            "mysql" => Scratch::mysql_without_runs("a_second_database_of_one_test_is_another_one"),
            _ => Scratch::sqlite("a_second_database_of_one_test_is_another_one"),
        };
        database.execute("CREATE TABLE marks (id integer)");
        other.execute("CREATE TABLE marks (id integer)");
        assert_ne!(database.url(), other.url());
        assert_ne!(database.directory(), other.directory());
    }

    fn a_copy_has_the_contents_and_is_another_database(database: Scratch) {
        database.execute("CREATE TABLE marks (id integer PRIMARY KEY, grade varchar(2)); INSERT INTO marks VALUES (1, 'A'), (2, NULL)");
        let copy = database.copy("a_copy_has_the_contents_and_is_another_database");
        database.execute("DELETE FROM marks");
        assert_eq!(copy.query("SELECT grade FROM marks ORDER BY id"), [[Some("A".to_owned())], [None]]);
        assert_ne!(database.url(), copy.url());
    }

    fn a_wrong_statement_fails_the_test(database: Scratch) {
        let wrong = catch_unwind(AssertUnwindSafe(|| database.execute("CREATE TABLE marks (id integer); INSERT INTO nowhere VALUES (1)")));
        let message = *wrong.unwrap_err().downcast::<String>().unwrap();
        assert!(message.contains("nowhere"), "{message}");
    }
}

/// Whether the server for tests has a database.
fn exists(database: &str) -> bool {
    let mut client = postgres::Client::connect(&postgres_url(), postgres::NoTls).unwrap();
    !client.query("SELECT FROM pg_database WHERE datname = $1", &[&database]).unwrap().is_empty()
}

fn exists_on_mysql(database: &str) -> bool {
    let mut session = mysql::Conn::new(mysql::Opts::from_url(&mysql_url()).unwrap()).unwrap();
    let found: Option<u8> = session.exec_first("SELECT 1 FROM information_schema.schemata WHERE schema_name = ?", (database,)).unwrap();
    found.is_some()
}

/// A scratch database that a test has filled, and whose test has then failed: its URL and its directory.
fn kept_by_a_failure(create: fn(&str) -> Scratch) -> (String, PathBuf) {
    let mut kept = None;
    let failed = catch_unwind(AssertUnwindSafe(|| {
        let database = create("kept");
        database.execute("CREATE TABLE marks (id integer)");
        kept = Some((database.url(), database.directory().to_path_buf()));
        panic!("on purpose");
    }));
    assert!(failed.is_err());
    kept.unwrap()
}

fn name_on_the_server(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

#[test]
fn nothing_is_left_of_a_test_that_passes() {
    let database = Scratch::postgres("nothing_is_left_of_a_test_that_passes_even_if_its_name_is_rather_long");
    let (url, directory) = (database.url(), database.directory().to_path_buf());
    assert!(exists(name_on_the_server(&url)) && directory.exists());
    let open_session = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    drop(database);
    assert!(!exists(name_on_the_server(&url)) && !directory.exists());
    drop(open_session);

    let database = Scratch::mysql_without_runs("nothing_is_left_of_a_test_that_passes_even_if_its_name_is_rather_long");
    let (name, directory) = (name_on_the_server(&database.url()).to_owned(), database.directory().to_path_buf());
    assert!(exists_on_mysql(&name) && directory.exists());
    drop(database);
    assert!(!exists_on_mysql(&name) && !directory.exists());

    let database = Scratch::sqlite("nothing_is_left");
    database.execute("CREATE TABLE marks (id integer)");
    let directory = database.directory().to_path_buf();
    drop(database);
    assert!(!directory.exists());
}

#[test]
fn the_database_of_a_test_that_fails_is_kept() {
    let (url, directory) = kept_by_a_failure(Scratch::postgres);
    let name = name_on_the_server(&url);
    assert!(exists(name) && directory.exists());
    let mut client = postgres::Client::connect(&postgres_url(), postgres::NoTls).unwrap();
    client.batch_execute(&format!("DROP DATABASE \"{name}\"")).unwrap();
    std::fs::remove_dir_all(directory).unwrap();

    let (url, directory) = kept_by_a_failure(Scratch::mysql_without_runs);
    let name = name_on_the_server(&url);
    assert!(exists_on_mysql(name) && directory.exists());
    let mut session = mysql::Conn::new(mysql::Opts::from_url(&mysql_url()).unwrap()).unwrap();
    session.query_drop(format!("DROP DATABASE `{name}`")).unwrap();
    std::fs::remove_dir_all(directory).unwrap();

    let (url, directory) = kept_by_a_failure(Scratch::sqlite);
    assert!(PathBuf::from(url.strip_prefix("sqlite://").unwrap()).is_file());
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn a_server_for_runs_belongs_to_one_test_at_a_time() {
    let database = Scratch::mysql("a_server_for_runs_belongs_to_one_test_at_a_time");
    let copy = database.copy("a_server_for_runs_belongs_to_one_test_at_a_time");
    let taken = |scratch: &Scratch| scratch.query("SELECT IS_FREE_LOCK('cutover test')") == [[Some("0".to_owned())]];
    assert!(taken(&database));
    drop(database);
    assert!(taken(&copy), "as long as a copy is there");
}
