//! The tests' own databases do what the tests rely on.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

mod support;
use support::{Scratch, each_database, postgres_url};

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
            _ => Scratch::sqlite("a_second_database_of_one_test_is_another_one"),
        };
        database.execute("CREATE TABLE marks (id integer)");
        other.execute("CREATE TABLE marks (id integer)");
        assert_ne!(database.url(), other.url());
        assert_ne!(database.directory(), other.directory());
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

    let (url, directory) = kept_by_a_failure(Scratch::sqlite);
    assert!(PathBuf::from(url.strip_prefix("sqlite://").unwrap()).is_file());
    std::fs::remove_dir_all(directory).unwrap();
}
