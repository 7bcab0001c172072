//! What people and programs read.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;
use support::{FILTERS, PASSWORD, Place};

#[test]
fn faults_are_told_all_at_once_with_place_and_remedy() {
    let place = Place::new();
    place.plan_file(
        "plan.toml",
        "format = 1\nname = \"tiny\"\ndatabases = [\"sqlite\"]\n\n[contarct]\n\n[criteria]\n\"Every name is there\" = [\"chek:names\"]\n",
    );
    place.plan_file("steps/2-data/0020_end.sql", "-- Ends the transaction\n\tUPDATE students SET name = 'x'; COMMIT;\n");
    let run = place.cutover("run ./tiny --database registry.db");
    assert_eq!(run.code, 2);
    assert_eq!(run.stdout, "");
    insta::with_settings!({ filters => FILTERS }, {
        insta::assert_snapshot!(run.stderr, @r#"
        error: the plan ./tiny has 3 faults
          plan.toml:5:2: unknown key `contarct`
              5 | [contarct]
                |  ^^^^^^^^
              remedy: did you mean `contract`?
          plan.toml:8:26: `chek` is not a class of rules
              8 | "Every name is there" = ["chek:names"]
                |                          ^
              remedy: did you mean `check`?
          steps/2-data/0020_end.sql:2:34: COMMIT ends or divides the transaction of the run
              2 |  UPDATE students SET name = 'x'; COMMIT;
                |                                  ^^^^^^
              remedy: take it out: the engine alone begins transactions, and commits them or rolls them back
        hint: nothing was touched
        "#);
    });
}

#[test]
fn a_run_is_told_calmly() {
    let place = Place::new();
    place.plan_file("steps/2-data/0020_names.sql", "-- Names in capitals\nUPDATE students SET name = upper(name);\n");
    let run = place.cutover("run tiny/ --database registry.db");
    insta::with_settings!({ filters => FILTERS }, {
        insta::assert_snapshot!(run.stdout, @r"
        tiny · A small change
        → registry.db · SQLite [version]
          run [run] · [time] · cutover 0.1.0

        Criteria  1 of 2
          ✗ No row is lost
            cells:students: 12 cells compared, 3 differ
          ✓ Every code is copied
            2 rows equal id

        Steps
          ✓ Add old_id · 2 rows · [seconds]
          ✓ Names in capitals · 4 rows · [seconds]

        Tables
          table      rows before   after   cells
          ──────────────────────────────────────────────────────
          students             4       4      12   ✗ different
          schools              2       2       4   ✓ identical

        Findings  1
          ✗ 3 cells of students.name changed without a grant
            cells:students
              id = 10  name: ••• (13 characters) → ••• (13 characters)
              id = 11  name: ••• (13 characters) → ••• (13 characters)
              id = 13  name: ••• (10 characters) → ••• (10 characters)
          values are masked: --reveal shows them

        Totals
          1 of 2 tables identical · 6 rows · 16 cells compared · 1 of 18 rules do not hold
          preflight [seconds] · fence [seconds] · snapshot [seconds] · steps [seconds] · verify [seconds] · all [seconds]

        ✗ the verification failed: the transaction was rolled back: the database is as it was

          files   .cutover/tiny/[run]
          report  cutover report [run]
        ");
    });
    insta::with_settings!({ filters => FILTERS }, {
        insta::assert_snapshot!(run.stderr.lines().map(|line| line.trim_start()).collect::<Vec<_>>().join("\n"), @r"
        [seconds]  run [run]: A small change, on registry.db (SQLite [version])
        [seconds]  preflight: begins
        [seconds]  needs: disk here: up to 16.0 KiB in .cutover for the snapshot; [bytes] are free
        needs: disk of the database: up to 16.0 KiB for tables that may be written anew: schools; [bytes] are free
        [seconds]  preflight: ended after [seconds]
        [seconds]  fence: begins
        [seconds]  fence: other sessions' writes to 2 tables are held off, raised in [seconds]
        [seconds]  fence: ended after [seconds]
        [seconds]  snapshot: begins
        [seconds]  snapshot: schools, 2 rows, [seconds]
        [seconds]  snapshot: students, 4 rows, [seconds]
        [seconds]  snapshot: relationship:students.school_id, 0 rows, [seconds]
        [seconds]  snapshot: 2 tables, 6 rows, 16 cells
        [seconds]  snapshot: ended after [seconds]
        [seconds]  steps: begins
        [seconds]  step 1/2: 1-schema/0010_old_id: Add old_id
        [seconds]  step 1-schema/0010_old_id: schools: ADD COLUMN, UPDATE in place; other connections can read, and none can write
        [seconds]  step 1-schema/0010_old_id: done, 2 rows, [seconds]
        [seconds]  step 2/2: 2-data/0020_names: Names in capitals
        [seconds]  step 2-data/0020_names: done, 4 rows, [seconds]
        [seconds]  steps: ended after [seconds]
        [seconds]  verify: begins
        [seconds]  verify: schools, 2 rows, identical, [seconds]
        [seconds]  verify: students, 4 rows, changed, [seconds]
        [seconds]  verify: ended after [seconds]
        [seconds]  verify: cells:students does not hold: 12 cells compared, 3 differ
        [seconds]  verdict: FAILED: 18 rules, 1 finding, 16 cells compared
        [seconds]  the verification failed: the transaction was rolled back: the database is as it was
        ");
    });
}

#[test]
fn values_are_masked_until_they_are_asked_for() {
    let place = Place::new();
    place.plan_file("steps/2-data/0020_names.sql", "-- Names in capitals\nUPDATE students SET name = upper(name);\n");
    for arguments in
        ["run tiny/ --database registry.db", "run tiny/ --database registry.db --format json", "report tiny", "report tiny --format json"]
    {
        let masked = place.cutover(arguments).all();
        assert!(masked.contains("••• (13 characters)") && !masked.contains("Thabo"), "{arguments}: {masked}");
        assert!(masked.contains("10"), "keys are shown: {arguments}: {masked}");
        let revealed = place.cutover(&format!("{arguments} --reveal")).all();
        assert!(revealed.contains("Thabo Mokoena") && revealed.contains("THABO MOKOENA"), "{arguments}: {revealed}");
    }
}

#[test]
fn no_output_shows_a_password() {
    let place = Place::new();
    // Nothing listens on the discard port.
    let url = format!("postgres://registrar:{PASSWORD}@127.0.0.1:9/registry");
    for arguments in [
        format!("run tiny/ --database {url}"),
        format!("explain tiny/ --database {url}"),
        format!("snapshot taken --database {url}"),
        format!("diff {url} {url}"),
        format!("status --database {url}"),
        format!("demo --database {url}"),
        format!("run tiny/ {url}"),
        format!("run tiny/ --databse={url}"),
        format!("run {url} --database registry.db"),
        format!("snapshot taken --database host=h;password={PASSWORD}"),
        format!("report {url}"),
    ] {
        let output = place.cutover(&arguments);
        assert_eq!(output.code, 2, "{arguments}: {output:?}");
        assert!(!output.all().contains(PASSWORD), "{arguments}: {output:?}");
    }
    for arguments in ["run --help", "status", "run tiny/"] {
        let output = place.command().env("DATABASE_URL", &url).args(arguments.split(' ')).output().unwrap();
        let all = [output.stdout, output.stderr].concat();
        assert!(!String::from_utf8(all).unwrap().contains(PASSWORD), "{arguments}");
    }
}

#[test]
fn results_are_json_for_programs() {
    let place = Place::new();
    let parsed = |arguments: &str| -> serde_json::Value {
        let output = place.cutover(arguments);
        serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{arguments}: {error}: {output:?}"))
    };
    let explained = parsed("explain tiny/ --database registry.db --format json");
    assert_eq!(explained["ready"], "ready");
    let run = parsed("run tiny/ --database registry.db --format json --quiet");
    assert_eq!(run["format"], 1);
    assert_eq!(run["ending"]["outcome"], "committed");
    assert_eq!(run["totals"]["rows"], 6);
    assert!(place.path().join(run["directory"].as_str().unwrap()).join("events.jsonl").is_file());
    let report = parsed("report tiny --format json");
    assert_eq!(report["run"]["plan"], "tiny");
    assert_eq!(report["criteria"][0]["ticked"], true);
    assert_eq!(report["steps"][0]["statements"].as_array().unwrap().len(), 2);
    assert_eq!(parsed("run tiny/ --database registry.db --format json")["outcome"], "nothing_to_do");
    assert_eq!(parsed("verify tiny --database registry.db --format json")["passed"], true);
    let id = run["run"]["run"].as_str().unwrap();
    assert_eq!(parsed(&format!("diff {id} registry.db --format json"))["passed"], false);
    assert_eq!(parsed("status --database registry.db --format json")["runs"][0]["recorded"], "applied");
    assert_eq!(parsed("rollback tiny --database registry.db --format json")["ending"]["outcome"], "undone");
}

#[test]
fn colours_are_for_those_who_ask() {
    let place = Place::new();
    let colours = |arguments: &str| place.cutover(arguments).stdout.contains('\x1b');
    assert!(!colours("explain tiny/"));
    assert!(colours("explain tiny/ --color always"));
    assert!(!colours("explain tiny/ --color never"));
}

#[test]
fn a_plan_whose_name_is_built_in_is_never_guessed() {
    let place = Place::new();
    std::fs::rename(place.path().join("tiny"), place.path().join("cms-id")).unwrap();
    let refused = place.cutover("explain cms-id");
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("write ./cms-id for the directory"), "{refused:?}");
    assert!(place.cutover("explain ./cms-id").stdout.starts_with("tiny · A small change"));
}
