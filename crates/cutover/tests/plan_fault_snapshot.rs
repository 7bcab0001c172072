//! A step that is undone from the snapshot changes nothing but rows: what else it holds is told with line and column.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects by panicking")]

mod plan_support;

use plan_support::{MANIFEST, faults_of, files, load_with};

#[test]
fn a_step_that_changes_rows_may_be_undone_from_the_snapshot() {
    let step = "-- Fill\n--! undo = \"snapshot\"\nUPDATE a SET b = 1 WHERE b IS NULL;\nINSERT INTO a SELECT * FROM c;\n\
        WITH old AS (SELECT 1) DELETE FROM a WHERE b IN (SELECT * FROM old);\n(SELECT 1);\n";
    let plan =
        load_with(&files(&[("plan.toml", MANIFEST), ("steps/0010_fill.sql", step), ("steps/0020_other.sql", "SELECT 1;")]), &[]).unwrap();
    assert_eq!(plan.steps.iter().map(|step| step.from_snapshot).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn what_is_more_than_rows_is_told() {
    let told = faults_of(&[
        ("plan.toml", MANIFEST),
        (
            "steps/0010_more.sql",
            "--! undo = \"snapshot\"\nUPDATE a SET b = 1;\n  ALTER TABLE a ADD COLUMN c text;\nTRUNCATE a;\nSELECT * INTO d FROM a;\nCALL refill();\n",
        ),
        ("steps/0020_both.sql", "--! undo = \"snapshot\"\nDELETE FROM a;\n"),
        ("steps/0020_both.undo.sql", "INSERT INTO a VALUES (1);\n"),
        ("steps/0030_other.sql", "--! undo = \"backup\"\nDELETE FROM a;\n"),
        ("steps/0040_undo.sql", "DELETE FROM a;\n"),
        ("steps/0040_undo.undo.sql", "--! undo = \"snapshot\"\nINSERT INTO a VALUES (1);\n"),
        ("checks/after/rows.sql", "--! undo = \"snapshot\"\nSELECT 1 FROM a;\n"),
    ]);
    for expected in [
        "steps/0010_more.sql:3:3: `ALTER TABLE` is more than a change of rows",
        "steps/0010_more.sql:4:1: `TRUNCATE A` is more than a change of rows",
        "steps/0010_more.sql:5:1: `SELECT` is more than a change of rows",
        "steps/0010_more.sql:6:1: `CALL REFILL` is more than a change of rows",
        "steps/0020_both.sql:1:12: the step is undone from the snapshot, and by steps/0020_both.undo.sql as well",
        "steps/0030_other.sql:1:12: `backup` is no way to undo a step",
        "steps/0040_undo.undo.sql:1:12: `undo` belongs to steps",
        "checks/after/rows.sql:1:5: unknown key `undo` in this header",
    ] {
        assert!(told.contains(expected), "{expected}\n{told}");
    }
}
