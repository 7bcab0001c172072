//! A plan's demo is built and run; the dirty one stops the run, and is mended by what the run says.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use support::Place;

/// The plan `tiny` with a demo, and a check that its students have names.
fn place() -> Place {
    let place = Place::new();
    place.plan_file(
        "demo/sqlite.sql",
        "-- Schools: the table\n\
         CREATE TABLE schools (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE);\n\
         -- Schools: 2\n\
         INSERT INTO schools WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2 * :scale) SELECT n, 'S' || n FROM n;\n\
         CREATE TABLE students (id INTEGER PRIMARY KEY, school_id INTEGER NOT NULL REFERENCES schools (id), name TEXT);\n\
         INSERT INTO students SELECT id, id, 'Student ' || id FROM schools;\n",
    );
    place.plan_file("checks/before/names.sql", "-- Every student has a name\nSELECT id FROM students WHERE name IS NULL;\n");
    place
}

const DATABASE: &str = ".cutover/demo/tiny.db";

fn number(place: &Place, database: &str, sql: &str) -> i64 {
    rusqlite::Connection::open(place.path().join(database)).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_demo_is_built_and_the_plan_is_run_on_it() {
    let place = place();
    let demo = place.cutover("demo tiny/ --scale 3");
    assert_eq!(demo.code, 0, "{demo:?}");
    assert!(demo.stderr.contains("built 2 tables with 12 rows"), "{demo:?}");
    assert_eq!(number(&place, DATABASE, "SELECT COUNT(*) FROM schools WHERE old_id = id"), 6);
}

#[test]
fn a_dirty_demo_stops_the_run_and_is_mended_by_what_it_says() {
    let place = place();
    place.plan_file("demo/dirty.sql", "-- Students without a name\nUPDATE students SET name = NULL WHERE id <= 2 * :scale;\n");
    let demo = place.cutover("demo tiny/ --dirty --scale 2");
    assert_eq!(demo.code, 2, "{demo:?}");
    assert!(demo.stderr.contains("Every student has a name"), "{demo:?}");
    assert!(demo.stderr.contains("nothing was touched"), "{demo:?}");
    let next = demo.stderr.split("then: cutover ").nth(1).expect("the next command").trim();
    assert_eq!(next, format!("run tiny/ --database {DATABASE}"));
    assert_eq!(number(&place, DATABASE, "SELECT COUNT(*) FROM students WHERE name IS NULL"), 4);

    let database = rusqlite::Connection::open(place.path().join(DATABASE)).unwrap();
    database.execute("UPDATE students SET name = 'mended' WHERE name IS NULL", []).unwrap();
    drop(database);
    let run = place.cutover(next);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn the_dirt_of_one_database_wins_over_that_of_all() {
    let place = place();
    place.plan_file("demo/dirty.sql", "UPDATE students SET name = NULL;\n");
    place.plan_file("demo/dirty.sqlite.sql", "UPDATE students SET name = NULL WHERE id = 1;\n");
    let demo = place.cutover("demo tiny/ --dirty --database new.db");
    assert_eq!(demo.code, 0, "{demo:?}");
    assert_eq!(number(&place, "new.db", "SELECT COUNT(*) FROM students WHERE name IS NULL"), 1);
}

#[test]
fn a_plan_without_a_dirty_demo_says_so_before_anything_is_built() {
    let place = place();
    let demo = place.cutover("demo tiny/ --dirty --database new.db");
    assert_eq!(demo.code, 2, "{demo:?}");
    assert!(demo.stderr.contains("has no dirty demo here: no demo/dirty.sqlite.sql and no demo/dirty.sql"), "{demo:?}");
    assert!(demo.stderr.contains("it has demo/sqlite.sql"), "{demo:?}");
    assert!(!place.path().join("new.db").exists());
}
