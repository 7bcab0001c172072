//! Faults of parameters, of arguments and of files that belong together.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects by panicking")]

mod plan_support;

use plan_support::{MANIFEST, faults_of, files, load_with, told};

#[test]
fn parameters_are_told_where_they_stand_wrong() {
    let manifest = format!(
        "{MANIFEST}[parameters]\ntable = {{ type = \"identifier\", optional = true }}\nday = {{ type = \"date\", default = \"2026-02-30\" }}\nsum = {{ type = \"integer\", default = 3 }}\n"
    );
    let step = "UPDATE :\"table\" SET a = :table, b = :\"sum\", c = :\"run_date\", d = 'é' || :summ;\n";
    insta::assert_snapshot!(faults_of(&[("plan.toml", &manifest), ("steps/1.sql", step)]), @r##"
    the plan plans/example has 6 faults

    plan.toml:6:34: the default of `day` must be a date such as 2026-01-19
        day = { type = "date", default = "2026-02-30" }
                                         ^
        change the default or the type

    steps/1.sql:1:8: `table` has no value, and NULL is not an identifier
        UPDATE :"table" SET a = :table, b = :"sum", c = :"run_date", d = 'é' || :summ;
               ^
        give it one, or declare a default

    steps/1.sql:1:25: `table` is an identifier, not a value
        UPDATE :"table" SET a = :table, b = :"sum", c = :"run_date", d = 'é' || :summ;
                                ^
        write :"table"

    steps/1.sql:1:37: `sum` is a value, not an identifier
        UPDATE :"table" SET a = :table, b = :"sum", c = :"run_date", d = 'é' || :summ;
                                            ^
        write :sum, or declare it with type = "identifier"

    steps/1.sql:1:49: `run_date` is a value, not an identifier
        UPDATE :"table" SET a = :table, b = :"sum", c = :"run_date", d = 'é' || :summ;
                                                        ^
        write :run_date

    steps/1.sql:1:73: `:summ` is not a parameter of this plan
        UPDATE :"table" SET a = :table, b = :"sum", c = :"run_date", d = 'é' || :summ;
                                                                                ^
        did you mean `sum`? Otherwise declare it under [parameters] in plan.toml
    "##);
}

#[test]
fn arguments_are_checked_against_their_types() {
    let manifest = format!(
        "{MANIFEST}[parameters]\nday = {{ type = \"date\" }}\nsum = {{ type = \"integer\" }}\nyes = {{ type = \"boolean\" }}\nname = {{ type = \"identifier\" }}\n"
    );
    let plan = files(&[("plan.toml", &manifest)]);
    let error = load_with(&plan, &[("day", "19.1.2026"), ("sum", "1.5"), ("yes", "yes"), ("name", "")]).unwrap_err();
    insta::assert_snapshot!(told(&error), @r##"
    the plan plans/example has 4 faults

    arguments: `day` must be a date such as 2026-01-19, but is `19.1.2026`
        give another value

    arguments: `name` must be a name of one character at least, without control characters, but is ``
        give another value

    arguments: `sum` must be a whole number between -9223372036854775808 and 9223372036854775807, but is `1.5`
        give another value

    arguments: `yes` must be true or false, but is `yes`
        give another value
    "##);
}

#[test]
fn a_plan_for_another_database_is_refused() {
    let plan = files(&[("plan.toml", "format = 1\nname = \"example\"\ndatabases = [\"mysql\"]\n")]);
    insta::assert_snapshot!(told(&load_with(&plan, &[]).unwrap_err()), @r##"
    the plan plans/example has a fault

    plan.toml:3:13: the plan is not written for postgres
        databases = ["mysql"]
                    ^
        add "postgres" to `databases` and check its files, or give another --database
    "##);
}

#[test]
fn a_file_of_the_other_database_is_checked_too() {
    let plan = [("plan.toml", MANIFEST), ("steps/1.sql", "UPDATE a SET b = 1;\n"), ("steps/1.sqlite.sql", "PRAGMA foreign_keys = OFF;\n")];
    insta::assert_snapshot!(faults_of(&plan), @r##"
    the plan plans/example has a fault

    steps/1.sqlite.sql:1:1: PRAGMA foreign_keys changes the session or the file's way of writing, or does nothing inside of a transaction
        PRAGMA foreign_keys = OFF;
        ^
        take it out: the engine sets foreign_keys before the transaction and checks every foreign key before the commit
    "##);
}

#[test]
fn a_new_enum_value_cannot_be_used_in_the_same_run() {
    let plan = [
        ("plan.toml", "format = 1\nname = \"example\"\ndatabases = [\"postgres\"]\n"),
        ("steps/1.sql", "ALTER TYPE grade ADD VALUE IF NOT EXISTS 'NM';\nALTER TYPE grade ADD VALUE 'unused';\n"),
        ("steps/2.sql", "UPDATE student_modules SET grade = 'NM' WHERE marks = '';\n"),
        ("steps/3.sql", "CREATE TYPE fresh AS ENUM ();\nALTER TYPE fresh ADD VALUE 'a';\nSELECT 'a'::fresh;\n"),
    ];
    insta::assert_snapshot!(faults_of(&plan), @r##"
    the plan plans/example has a fault

    steps/2.sql:1:1: 'NM' cannot be used in the transaction that adds it (steps/1.sql:1:1)
        UPDATE student_modules SET grade = 'NM' WHERE marks = '';
        ^
        add the value in a plan of its own, and run it before; or give the column a new type that the plan creates with CREATE TYPE
    "##);
}

#[test]
fn bytes_that_are_not_text_are_told_with_their_place() {
    let mut plan = files(&[("plan.toml", MANIFEST)]);
    plan.files.insert("steps/1.sql".to_owned(), b"-- Gr\xfc\xdfe\nSELECT 1;".to_vec());
    insta::assert_snapshot!(told(&load_with(&plan, &[]).unwrap_err()), @r##"
    the plan plans/example has a fault

    steps/1.sql:1:6: the file is not UTF-8 from here on
        -- Gr
             ^
        save it as UTF-8
    "##);
}

#[test]
fn faults_of_ranges_are_told_where_they_stand() {
    let plan = [
        ("plan.toml", MANIFEST),
        ("steps/1.sql", "--! batch = \"a 10\"\nUPDATE a SET b = 1 WHERE id BETWEEN :batch_first AND :batch_last;\n"),
        ("steps/2.sql", "--! batch = \"a.id 10\"\nUPDATE a SET b = 1 WHERE id >= :batch_first;\n"),
        ("steps/3.sql", "--! batch = \"a.id 10\"\nUPDATE a SET b = 1;\n"),
        ("steps/4.sql", "UPDATE a SET b = 1 WHERE id BETWEEN :batch_first AND 3;\n"),
        (
            "checks/after/5.sql",
            "--! batch = \"a.id 10\"\n--! done_when = \"SELECT 1\"\nSELECT 1 WHERE 1 BETWEEN :batch_first AND :batch_last;\n",
        ),
    ];
    insta::assert_snapshot!(faults_of(&plan), @r##"
    the plan plans/example has 8 faults

    checks/after/5.sql:1:13: `batch` belongs to steps
        --! batch = "a.id 10"
                    ^
        take it out: this file is executed as a whole

    checks/after/5.sql:2:17: `done_when` belongs to steps
        --! done_when = "SELECT 1"
                        ^
        take it out: this file is never resumed

    steps/1.sql:1:13: `a 10` does not say in which ranges the statements are executed
        --! batch = "a 10"
                    ^
        write the table and the column that is walked along, and the rows of one range: "candidates.id 10000"

    steps/1.sql:2:37: `:batch_first` is only known in a step that is executed in ranges
        UPDATE a SET b = 1 WHERE id BETWEEN :batch_first AND :batch_last;
                                            ^
        add to the header of a step: --! batch = "table.column 10000"

    steps/1.sql:2:54: `:batch_last` is only known in a step that is executed in ranges
        UPDATE a SET b = 1 WHERE id BETWEEN :batch_first AND :batch_last;
                                                             ^
        add to the header of a step: --! batch = "table.column 10000"

    steps/2.sql:2:1: the statement holds one bound of its range only: `:batch_last` is missing
        UPDATE a SET b = 1 WHERE id >= :batch_first;
        ^
        write: WHERE id BETWEEN :batch_first AND :batch_last

    steps/3.sql:1:13: no statement of this file is executed in ranges
        --! batch = "a.id 10"
                    ^
        write: WHERE id BETWEEN :batch_first AND :batch_last

    steps/4.sql:1:37: `:batch_first` is only known in a step that is executed in ranges
        UPDATE a SET b = 1 WHERE id BETWEEN :batch_first AND 3;
                                            ^
        add to the header of a step: --! batch = "table.column 10000"
    "##);
}

#[test]
fn faults_of_done_when_are_told_where_they_stand() {
    let plan = [
        ("plan.toml", MANIFEST),
        (
            "steps/1.sql",
            "--! done_when = \"DELETE FROM a\"\nUPDATE a SET b = 1;\n--! done_when = \"SELECT 1; SELECT 2\"\nUPDATE a SET b = 2;\n",
        ),
        ("steps/2.sql", "--! done_when = 3\nUPDATE a SET b = :c;\n"),
        ("steps/3.sql", "--! done_when = \"SELECT 1 FROM a WHERE b = :nothing\"\nUPDATE a SET b = 1;\n"),
    ];
    insta::assert_snapshot!(faults_of(&plan), @r##"
    the plan plans/example has 5 faults

    steps/1.sql:1:17: `done_when` must only read
        --! done_when = "DELETE FROM a"
                        ^
        write one SELECT that returns a row where the statement has been done

    steps/1.sql:3:17: `done_when` must be one query
        --! done_when = "SELECT 1; SELECT 2"
                        ^
        write one SELECT that returns a row where the statement has been done

    steps/2.sql:1:17: `done_when` must be a text in quotes, but is a whole number
        --! done_when = 3
                        ^
        write for example "…"

    steps/2.sql:2:18: `:c` is not a parameter of this plan
        UPDATE a SET b = :c;
                         ^
        known: `run_date`, `run_started_at`; or declare it under [parameters] in plan.toml

    steps/3.sql:1:17: `:nothing` is not a parameter of this plan
        --! done_when = "SELECT 1 FROM a WHERE b = :nothing"
                        ^
        known: `run_date`, `run_started_at`; or declare it under [parameters] in plan.toml
    "##);
}
