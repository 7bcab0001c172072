//! Rehearsals from the command line: what they tell, what a run makes of them, and that the database itself is untouched.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use support::Place;

/// Columns that the plan adds, in the database itself.
fn added(place: &Place) -> i64 {
    place.number("SELECT count(*) FROM pragma_table_info('schools') WHERE name = 'old_id'")
}

#[test]
fn a_rehearsal_tells_what_to_expect_and_the_run_tells_what_became_of_it() {
    let place = Place::new();
    let required = place.cutover("run tiny --database registry.db --require-rehearsal");
    assert_eq!(required.code, 2, "{}", required.all());
    assert!(required.stderr.contains("was not rehearsed as it is now") && required.stderr.contains("nothing was touched"));

    let rehearsal = place.cutover("rehearse tiny --database registry.db");
    assert_eq!(rehearsal.code, 0, "{}", rehearsal.all());
    for part in [
        "Rehearsal of tiny",
        "proven by restore, 16 cells compared",
        "ALTER TABLE \"schools\" ADD COLUMN \"old_id\"",
        "RESERVED: the whole file",
        "steps: 1-schema",
        "other sessions' writes will wait for",
        "an allowance, not a measurement",
        "the copy is dropped, and the database itself is untouched",
    ] {
        let told = rehearsal.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(part), "{part} is missing in\n{}", rehearsal.stdout);
    }
    assert_eq!(added(&place), 0);
    // What ran on the copy is no run of the database: there is nothing to verify or to take back.
    let nothing = place.cutover("rollback tiny --database registry.db");
    assert_eq!(nothing.code, 2, "{}", nothing.all());
    assert!(place.cutover("status").stdout.contains("a rehearsal on a copy of"));

    let run = place.cutover("run tiny --database registry.db --require-rehearsal");
    assert_eq!(run.code, 0, "{}", run.all());
    assert!(run.stderr.contains("rehearsed by"), "{}", run.stderr);
    assert!(run.stdout.contains("Planned against real") && run.stdout.contains("steps: 1-schema"), "{}", run.stdout);
    assert_eq!(added(&place), 1);
    assert!(place.cutover("rehearse tiny --database registry.db").stdout.contains("nothing to do"));
    assert_eq!(place.cutover("rollback tiny --database registry.db").code, 0);
}

#[test]
fn a_plan_that_changed_since_its_rehearsal_says_so_and_one_that_fails_has_code_1() {
    let place = Place::new();
    place.plan_file("checks/after/never.sql", "-- This never holds\nSELECT 1 AS one;\n");
    let failed = place.cutover("rehearse tiny --database registry.db");
    assert_eq!(failed.code, 1, "{}", failed.all());
    assert!(failed.stdout.contains("the rehearsal failed on the copy") && failed.stdout.contains("This never holds"), "{}", failed.stdout);
    assert_eq!(added(&place), 0);
    place.plan_file("checks/after/never.sql", "-- This always holds\nSELECT 1 AS one WHERE 1 = 0;\n");
    let refused = place.cutover("run tiny --database registry.db --require-rehearsal");
    assert_eq!(refused.code, 2, "{}", refused.all());
    assert!(refused.stderr.contains("the plan has changed since its rehearsal"), "{}", refused.stderr);
    let run = place.cutover("run tiny --database registry.db");
    assert_eq!(run.code, 0, "{}", run.all());
    assert!(run.stdout.contains("the plan has changed since its rehearsal"), "{}", run.stdout);
}

#[test]
fn a_backup_and_a_staging_database_can_be_given_and_the_rest_is_for_programs() {
    let place = Place::new();
    assert_eq!(place.cutover("backup --database registry.db copy").code, 0);
    std::fs::write(place.path().join("staging.db"), "").unwrap();
    let told = place.cutover("rehearse tiny --database registry.db --backup-file copy --staging staging.db --format json");
    assert_eq!(told.code, 0, "{}", told.all());
    for part in ["\"proven\": true", "\"kept\": true", "\"rewritten\": []", "\"rows_now\": 6", "\"least\":"] {
        assert!(told.stdout.contains(part), "{part} is missing in\n{}", told.stdout);
    }
    let again = place.cutover("rehearse tiny --database registry.db --backup-file copy --staging staging.db");
    assert_eq!(again.code, 2, "{}", again.all());
    assert!(again.stderr.contains("empty database"), "{}", again.stderr);
    // A file that was made elsewhere is restored and cannot be proven: nothing tells what it should hold.
    std::fs::copy(place.path().join("copy/data/backup.db"), place.path().join("registry-copy.db")).unwrap();
    let elsewhere = place.cutover("rehearse tiny --database registry.db --backup-file registry-copy.db");
    assert_eq!(elsewhere.code, 0, "{}", elsewhere.all());
    assert!(elsewhere.stdout.contains("no snapshot of its instant"), "{}", elsewhere.stdout);
    assert_eq!(added(&place), 0);
}

#[test]
fn a_copy_of_the_database_s_own_proves_no_backup_and_says_so() {
    let place = Place::new();
    let rehearsal = place.cutover("rehearse tiny --database registry.db --copy");
    assert_eq!(rehearsal.code, 0, "{}", rehearsal.all());
    assert!(rehearsal.stdout.contains("no backup was taken or proven") && !rehearsal.stdout.contains("Backup"), "{}", rehearsal.stdout);
    assert_eq!(added(&place), 0);
    let both = place.cutover("rehearse tiny --database registry.db --copy --staging staging.db");
    assert!(both.code == 2 && both.stderr.contains("cannot be used with"), "{}", both.all());
    let run = place.cutover("run tiny --database registry.db --require-rehearsal --backup fence --prove-backup");
    assert_eq!(run.code, 0, "{}", run.all());
    assert!(run.stdout.contains("Planned against real"), "{}", run.stdout);
}
