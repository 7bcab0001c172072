//! Every ending has its exit code, and leaves the database as it says.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;
use support::Place;

const OLD_ID: &str = "SELECT COUNT(*) FROM pragma_table_info('schools') WHERE name = 'old_id'";

#[test]
fn a_run_that_is_verified_is_committed() {
    let place = Place::new();
    let run = place.cutover("run tiny/ --database registry.db");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("✓ committed: every table was verified"), "{run:?}");
    assert_eq!(place.number(OLD_ID), 1);

    let again = place.cutover("run tiny/ --database registry.db");
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.stdout.starts_with("nothing to do: tiny was applied by the run"), "{again:?}");

    let verified = place.cutover("verify tiny --database registry.db");
    assert_eq!(verified.code, 0, "{verified:?}");
    let status = place.cutover("status --database registry.db");
    assert_eq!(status.code, 0);
    assert!(status.stdout.contains("  committed\n"), "{status:?}");
}

#[test]
fn a_dry_run_is_rolled_back() {
    let place = Place::new();
    let run = place.cutover("run tiny/ --database registry.db --dry-run");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("verified, and not committed as asked"), "{run:?}");
    assert_eq!(place.number(OLD_ID), 0);
}

#[test]
fn a_verdict_that_fails_is_1_and_a_waiver_makes_it_0() {
    let place = Place::new();
    place.plan_file("steps/2-data/0020_names.sql", "-- Names in capitals\nUPDATE students SET name = upper(name) WHERE id = 10;\n");
    let run = place.cutover("run tiny/ --database registry.db");
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("✗ the verification failed"), "{run:?}");
    assert!(run.stdout.contains("database is as it was"), "{run:?}");
    assert_eq!(place.number(OLD_ID), 0);
    assert_eq!(place.number("SELECT COUNT(*) FROM students WHERE name = 'Thabo Mokoena'"), 1);

    let waived = place.cutover("run tiny/ --database registry.db --accept cells:students");
    assert_eq!(waived.code, 0, "{waived:?}");
    // As the run itself says how its report is asked for.
    let command = waived.stdout.lines().find_map(|line| line.trim().strip_prefix("report  cutover ")).unwrap();
    let report = place.cutover(command);
    assert!(report.stdout.contains("! cells:students · waived: "), "{report:?}");
}

#[test]
fn a_step_that_fails_is_1_and_everything_is_rolled_back() {
    let place = Place::new();
    place.plan_file("steps/2-data/0020_code.sql", "-- A code twice\nUPDATE schools SET code = 'A' WHERE id = 2;\n");
    let run = place.cutover("run tiny/ --database registry.db");
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("at steps/2-data/0020_code.sql:2:1"), "{run:?}");
    assert!(run.stderr.contains("failed: the transaction was rolled back: the database is as it was"), "{run:?}");
    assert_eq!(place.number(OLD_ID), 0);
    assert!(place.cutover("status").stdout.contains("failed; rolled back"));
}

#[test]
fn what_could_not_start_is_2_and_says_that_nothing_was_touched() {
    let place = Place::new();
    place.execute("CREATE TABLE old_id (id INTEGER); ALTER TABLE schools ADD COLUMN old_id TEXT;");
    let run = place.cutover("run tiny/ --database registry.db");
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("hint: nothing was touched"), "{run:?}");
    for arguments in [
        "run no-such-plan --database registry.db",
        "run tiny/ --database no-such.db",
        "run tiny/ --database oracle://host/name",
        "run tiny/ --database registry.db --set a=1 --set a=2",
        "run tiny/",
        "report no-such-run",
        "diff registry.db no-such.db",
        "no-such-command",
    ] {
        let refused = place.cutover(arguments);
        assert_eq!(refused.code, 2, "{arguments}: {refused:?}");
        assert!(refused.stderr.starts_with("error: ") && refused.stdout.is_empty(), "{arguments}: {refused:?}");
    }
    assert_eq!(place.cutover("--help").code, 0);
}

#[test]
fn a_run_is_undone_and_only_the_committed_one() {
    let place = Place::new();
    assert_eq!(place.cutover("run tiny/ --database registry.db").code, 0);
    // A later failure must not hide the run that stands.
    place.plan_file("steps/2-data/0020_code.sql", "-- A code twice\nUPDATE schools SET code = 'A' WHERE id = 2;\n");
    assert_eq!(place.cutover("run tiny/ --database registry.db").code, 2, "a plan that has changed since is refused");
    place.execute("UPDATE students SET name = 'Neo M.' WHERE id = 13");
    let refused = place.cutover("rollback tiny --database registry.db");
    assert_eq!(refused.code, 1, "{refused:?}");
    assert_eq!(place.number(OLD_ID), 1);
    let undone = place.cutover("rollback tiny --database registry.db --keep-new-writes");
    assert_eq!(undone.code, 0, "{undone:?}");
    assert!(undone.stdout.contains("✓ undone: the contents are proven equal to the snapshot"), "{undone:?}");
    assert_eq!(place.number(OLD_ID), 0);
    assert_eq!(place.number("SELECT COUNT(*) FROM students WHERE name = 'Neo M.'"), 1);
    let again = place.cutover("rollback tiny --database registry.db");
    assert_eq!(again.code, 2, "{again:?}");
}

#[test]
fn databases_and_snapshots_are_compared() {
    let place = Place::new();
    let taken = place.cutover("snapshot before --database registry.db");
    assert_eq!(taken.code, 0, "{taken:?}");
    assert!(taken.stdout.contains("before: 2 tables and 6 rows of registry.db"), "{taken:?}");
    assert_eq!(place.cutover("snapshot before --database registry.db").code, 2, "a snapshot is never written over");
    let same = place.cutover("diff before registry.db");
    assert_eq!(same.code, 0, "{same:?}");
    place.execute("UPDATE students SET name = 'X' WHERE id = 12");
    let different = place.cutover("diff before registry.db");
    assert_eq!(different.code, 1, "{different:?}");
    assert!(different.stdout.contains("id = 12  name: NULL → ••• (1 character)"), "{different:?}");
    let left: Vec<_> = std::fs::read_dir(place.path().join(".cutover")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_changed_database_fails_a_later_verification() {
    let place = Place::new();
    assert_eq!(place.cutover("run tiny/ --database registry.db").code, 0);
    place.execute("UPDATE schools SET old_id = 99 WHERE id = 1; ALTER TABLE students ADD COLUMN stray TEXT;");
    let verified = place.cutover("verify tiny --database registry.db");
    assert_eq!(verified.code, 1, "{verified:?}");
    assert!(verified.stdout.contains("registry.db differs from what the run"), "{verified:?}");
    assert!(verified.stdout.contains("students.stray"), "{verified:?}");
}

#[test]
fn the_demo_is_built_anew_run_and_verified() {
    let place = Place::new();
    let before = place.path().join(".cutover/demo");
    std::fs::create_dir_all(&before).unwrap();
    for name in ["cms-id.db", "cms-id.db-wal", "cms-id.db-shm", "cms-id.db-journal"] {
        std::fs::write(before.join(name), "what a demo before left").unwrap();
    }
    let demo = place.cutover("demo --quiet");
    assert_eq!(demo.code, 0, "{demo:?}");
    assert!(demo.stdout.contains("✓ Row counts EXACTLY match pre-migration (ZERO data loss)"), "{demo:?}");
    assert!(demo.stdout.contains("✓ committed"), "{demo:?}");
    assert!(demo.stderr.is_empty(), "{demo:?}");

    let refused = place.cutover("demo --quiet --database registry.db");
    assert_eq!(refused.code, 2, "a database that holds something is not built over: {refused:?}");
}
