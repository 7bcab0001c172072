//! `rollback --method restore` from the command line: exit codes, what was written since, what is kept, and how it goes.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use support::{Output, Place};

/// What an undo says of itself: nothing of the values of cells.
fn run_id(place: &Place) -> String {
    let runs = place.cutover("status --database registry.db --format json");
    let runs: serde_json::Value = serde_json::from_str(&runs.stdout).unwrap();
    runs["runs"][0]["run"].as_str().unwrap().to_owned()
}

fn back(place: &Place, more: &str) -> Output {
    place.cutover(&format!("rollback tiny --database registry.db {more}"))
}

#[test]
fn it_is_refused_for_what_was_written_since_and_then_accepted_and_what_stood_is_kept_until_it_is_dropped() {
    let place = Place::new();
    let done = place.cutover("run tiny --database registry.db --backup fence --prove-backup");
    assert_eq!(done.code, 0, "{}", done.all());
    let run = run_id(&place);
    place.execute("INSERT INTO students VALUES (14, 2, 'Palesa Nthako'); UPDATE students SET name = 'Thabo' WHERE id = 10");

    let refused = back(&place, "--method restore");
    assert_eq!(refused.code, 2, "{}", refused.all());
    assert!(refused.all().contains("2 in students") && refused.all().contains("--export-new-writes"), "{}", refused.all());
    assert!(!refused.all().contains("Palesa"), "values are masked: {}", refused.all());
    assert_eq!(place.number("SELECT count(*) FROM students"), 5);

    let accepted = back(&place, "--export-new-writes since");
    assert_eq!(accepted.code, 0, "{}", accepted.all());
    assert!(accepted.stdout.contains("by restore: rows that were written since may go"), "{}", accepted.stdout);
    // Lines are broken where the terminal ends.
    let words = accepted.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(&format!("cutover clean --kept {run}")), "{}", accepted.stdout);
    assert_eq!(place.number("SELECT count(*) FROM students WHERE name <> 'Thabo'"), 3);
    assert_eq!(place.number("SELECT count(*) FROM pragma_table_info('schools')"), 2);
    let exported = std::fs::read_to_string(place.path().join("since/students.csv")).unwrap();
    assert!(exported.contains("inserted,14,2,Palesa Nthako\n") && exported.contains("changed from,10,1,Thabo Mokoena\n"), "{exported}");

    let status = place.cutover("status --database registry.db");
    assert!(status.stdout.contains(&format!("kept: the state before the rollback of {run}")), "{}", status.stdout);
    assert!(status.stdout.contains("committed, and undone later"), "{}", status.stdout);
    let again = back(&place, "--method restore");
    assert_eq!((again.code, again.stderr.contains("undone already")), (2, true), "{}", again.all());

    let unknown = place.cutover("clean --database registry.db --kept 20010101-000000.000-0000");
    assert_eq!((unknown.code, unknown.stderr.contains(&run)), (2, true), "{}", unknown.all());
    let dropped = place.cutover(&format!("clean --database registry.db --kept {run}"));
    assert_eq!((dropped.code, dropped.stdout.contains("kept.db")), (0, true), "{}", dropped.all());
    assert!(!place.cutover("status --database registry.db").stdout.contains("kept:"));
}

#[test]
fn the_ways_exclude_each_other_where_they_do_not_go_together() {
    let place = Place::new();
    assert_eq!(place.cutover("run tiny --database registry.db").code, 0);
    for (arguments, told) in [
        ("--method restore", "has no backup"),
        ("--method restore --keep-new-writes", "kept by an undo only"),
        ("--method undo --export-new-writes since", "only a restore writes"),
        ("--method restore --keep-new-writes --discard-new-writes", "kept by an undo only"),
        ("--discard-new-writes", "the run has no backup"),
        ("--keep-new-writes --export-new-writes since", "cannot be used with"),
    ] {
        let refused = back(&place, arguments);
        assert_eq!(refused.code, 2, "{arguments}: {}", refused.all());
        assert!(refused.stderr.contains(told), "{arguments}: {}", refused.stderr);
    }
    let undone = back(&place, "");
    assert_eq!(undone.code, 0, "{}", undone.all());
}

#[test]
fn a_trial_restores_and_proves_and_exchanges_nothing() {
    let place = Place::new();
    assert_eq!(place.cutover("run tiny --database registry.db --backup fence").code, 0);
    let tried = back(&place, "--method restore --dry-run");
    assert_eq!(tried.code, 0, "{}", tried.all());
    assert!(tried.stdout.contains("restored beside and proven, and not exchanged as asked"), "{}", tried.stdout);
    assert_eq!(place.number("SELECT count(*) FROM pragma_table_info('schools')"), 3);
}
