//! What the plan's own names stand for in SQL: value maps, subqueries.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects by panicking")]

use std::collections::BTreeMap;

use cutover::database::{dialect, dialects};
use cutover::model::error::Result;
use cutover::plan::{Plan, PlanFiles, RunValues, StepBody, load};

const MANIFEST: &str = "format = 1\nname = \"names\"\ndatabases = [\"postgres\", \"mysql\", \"sqlite\"]\n[parameters]\nall = { type = \"boolean\", default = false }\n";

fn read(database: &str, files: &[(&str, &str)]) -> Result<Plan> {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    let mut files: BTreeMap<String, Vec<u8>> = files.collect();
    files.entry("plan.toml".to_owned()).or_insert_with(|| MANIFEST.as_bytes().to_vec());
    let files = PlanFiles { root: "names".into(), files };
    load(&files, dialect(database).unwrap(), &dialects(), &BTreeMap::new())
}

/// The statements of the first step, as they are executed.
fn executed(database: &str, files: &[(&str, &str)]) -> Vec<String> {
    let plan = read(database, files).unwrap_or_else(|error| panic!("{error:?}"));
    let values = RunValues { run_started_at: "2026-01-19 08:30:00".to_owned(), run_date: "2026-01-19".to_owned() };
    let StepBody::Script { statements, .. } = &plan.steps[0].body else { panic!("{:?}", plan.steps) };
    statements.iter().map(|statement| plan.sql(statement, dialect(database).unwrap(), &values)).collect()
}

/// Each fault: where, and what.
fn faults(files: &[(&str, &str)]) -> Vec<String> {
    let error = read("sqlite", files).expect_err("the plan has faults");
    error.fault_list().iter().map(|fault| format!("{}: {}", fault.place, fault.message)).collect()
}

#[test]
fn a_value_map_is_a_case_that_compares_byte_by_byte() {
    let files = [
        ("maps/status.csv", "old,new\nnew,listed\nit's,\\N\n"),
        ("steps/0010_map.sql", "UPDATE people SET status = :status(LOWER(TRIM(status))) WHERE :status( status ) IS NOT NULL;"),
    ];
    assert_eq!(
        executed("sqlite", &files),
        ["UPDATE people SET status = (CASE (LOWER(TRIM(status))) COLLATE BINARY WHEN 'it''s' THEN NULL WHEN 'new' THEN 'listed' END) \
          WHERE (CASE (status) COLLATE BINARY WHEN 'it''s' THEN NULL WHEN 'new' THEN 'listed' END) IS NOT NULL"]
    );
    assert_eq!(
        executed("mysql", &files)[0].split(" WHERE ").next().unwrap(),
        "UPDATE people SET status = (CASE CAST(CONVERT((LOWER(TRIM(status))) USING utf8mb4) AS BINARY) WHEN 'it''s' THEN NULL WHEN 'new' THEN 'listed' END)"
    );
    assert!(executed("postgres", &files)[0].contains("CASE CAST((LOWER(TRIM(status))) AS text) WHEN"));
}

#[test]
fn a_map_may_say_what_null_becomes() {
    let files = [
        ("maps/outcome.csv", "old,new\n\\N,pending\n\"\",pending\n"),
        ("steps/0010_map.sql", "UPDATE screenings SET status = :outcome(outcome);"),
    ];
    assert_eq!(
        executed("sqlite", &files),
        [
            "UPDATE screenings SET status = (CASE WHEN (outcome) IS NULL THEN 'pending' ELSE CASE (outcome) COLLATE BINARY WHEN '' THEN 'pending' END END)"
        ]
    );
}

#[test]
fn a_subquery_stands_in_parentheses_with_what_it_uses_itself() {
    let files = [
        ("subqueries/left_out.sql", "-- Who is left out\nSELECT id FROM people WHERE deleted AND NOT :all"),
        // Named before what it uses.
        ("subqueries/in_order.sql", "SELECT id FROM people WHERE id NOT IN :left_out AND since < :run_date -- the rest\n"),
        ("subqueries/in_order.mysql.sql", "SELECT id FROM people WHERE id NOT IN :left_out"),
        ("steps/0010_mark.sql", "UPDATE people SET seen = 1 WHERE id IN :in_order;"),
    ];
    assert_eq!(
        executed("sqlite", &files),
        [
            "UPDATE people SET seen = 1 WHERE id IN (\nSELECT id FROM people WHERE id NOT IN (\nSELECT id FROM people WHERE deleted AND NOT false\n) \
          AND since < '2026-01-19'\n)"
        ]
    );
    assert!(!executed("mysql", &files)[0].contains("since"));
}

#[test]
fn what_a_name_cannot_mean_is_told_with_its_place() {
    let told = faults(&[
        ("maps/all.csv", "old,new\na,b\n"),
        ("maps/status.csv", "old,new\na,b\n"),
        ("maps/Odd name.csv", "old,new\na,b\n"),
        ("subqueries/status.sql", "SELECT 1"),
        ("subqueries/round.sql", "SELECT 1 WHERE 1 IN :about"),
        ("subqueries/about.sql", "SELECT 1 WHERE 1 IN :round"),
        ("subqueries/two.sql", "SELECT 1;\nSELECT 2"),
        ("subqueries/writes.sql", "DELETE FROM people"),
        ("steps/0010_map.sql", "UPDATE people\nSET status = :status WHERE id IN :twice;"),
    ]);
    for expected in [
        "maps/all.csv: `:all` is a parameter of this plan already",
        "maps/Odd name.csv: this file cannot be a value map",
        "subqueries/status.sql: `:status` is a value map of this plan already",
        "subqueries/about.sql: the subquery `about` uses itself, perhaps by way of others",
        "subqueries/two.sql:2:1: a subquery is one query",
        "subqueries/writes.sql:1:1: this is not a query that only reads",
        "steps/0010_map.sql:2:34: `:twice` is not a parameter of this plan",
    ] {
        assert!(told.iter().any(|fault| fault == expected), "{expected}\n{told:#?}");
    }
    let told = faults(&[("maps/status.csv", "old,new\na,b\n"), ("steps/0010_map.sql", "UPDATE people\nSET status = :status WHERE 1 = 1;")]);
    assert_eq!(told, ["steps/0010_map.sql:2:14: `status` is a value map, and nothing is given to it"]);
}

#[test]
fn a_subquery_that_nothing_uses_is_a_warning() {
    let plan = read("sqlite", &[("subqueries/idle.sql", "SELECT 1"), ("steps/0010_map.sql", "UPDATE people SET seen = 1;")]).unwrap();
    assert!(plan.warnings.iter().any(|fault| fault.message == "nothing uses the subquery `idle`"), "{:?}", plan.warnings);
}
