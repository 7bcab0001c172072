//! Every fault of a plan is found before a database is touched, all at once, each with its place and remedy.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects by panicking")]

mod plan_support;

use plan_support::{MANIFEST, faults_of, files, load_with, told};

#[test]
fn all_faults_of_a_plan_are_told_at_once() {
    let plan = files(&[
        (
            "plan.toml",
            r#"format = 2
name = "cms id"
databases = ["postgres", "sqllite"]
titel = "cms_id"

[parameters]
unique_name = { type = "identifer", default = "x" }
limit = { type = "integer", default = "many" }
wanted = { type = "text" }
Bad = { type = "text" }

[contract]
changes = [
    { column = "candidates.batch_id" },
    { column = "candidates", from = "null" },
    { column = "candidates.status", map = "maps/statos.csv" },
    { column = "candidates.grade", map = "maps/grade.csv" },
]
rows = [{ table = "batches", may = ["insert", "update", "remove"] }]
schema = [{ add = "idx a.b" }, { rename = "modules.remark", to = "modules.remarks" }]
volatile = "sessions"

[relationships]
"programs.school_id" = "schools"
programs.other_id = "schools.id"

[criteria]
"Rows match" = ["row", "catalog:*", "value:*.cmsid", "check:no_orphans"]
"Nothing" = []

[export]
before = "../elsewhere"
"#,
        ),
        ("maps/grade.csv", "old,new\nA,1\nA,2\nB\n"),
        (
            "steps/1-schema/0010_add.toml",
            r#"[add_column]
tables = ["schools", "schools"]
column = "cms_id"
type = "int"
nul = true
fill = "id; DROP TABLE x"
unique = ":unique_nam"
"#,
        ),
        (
            "steps/2-data/0100_fill.sql",
            "-- Fill\n--! batch = 1000\n--! tmeout = \"5s\"\nUPDATE a SET b = :vlaue;\nCOMMIT;\nSELECT setval('a_id_seq', 1);\n",
        ),
        ("steps/2-data/0200_open.sql", "UPDATE a SET b = 'it;\n"),
        ("steps/2-data/0300_rows.csv", "id\n1\n"),
        ("steps/2-data/0400_gone.undo.sql", "DELETE FROM a;\n"),
        ("steps/2-data/0500_x.postgress.sql", "SELECT 1;\n"),
        ("checks/before/no_orphan.sql", "--! severity = \"warn\"\nDELETE FROM a;\nSELECT 1;\n"),
        ("check/after/x.sql", "SELECT 1;\n"),
        ("probes/insert.sql", "--! refuse\nINSERT INTO a VALUES (1);\n--! refused\n"),
    ]);
    let error = load_with(&plan, &[("wnated", "x")]).unwrap_err();
    insta::assert_snapshot!(told(&error), @r##"
    the plan plans/example has 46 faults

    arguments: the plan has no parameter `wnated`
        did you mean `wanted`?

    check/after/x.sql: nothing reads this file
        did you mean `checks/after/`?

    checks/before/no_orphan.sql:1:16: `warn` is not a severity
        --! severity = "warn"
                       ^
        did you mean `warning`?

    checks/before/no_orphan.sql:2:1: this is not a query that only reads
        DELETE FROM a;
        ^
        write one SELECT, WITH … SELECT, VALUES or TABLE, without INTO

    checks/before/no_orphan.sql:3:1: the file holds more than one statement
        SELECT 1;
        ^
        write one query a file

    maps/grade.csv:3:1: `A` is mapped twice
        A,2
        ^
        keep one of the two lines

    maps/grade.csv:4:1: this line has 1 values, not 2
        B
        ^
        write old,new; put texts with commas into quotes

    plan.toml:1:10: this version reads plans of format 1, not 2
        format = 2
                 ^
        use the version that the plan was written for

    plan.toml:2:8: `cms id` cannot be a plan's name
        name = "cms id"
               ^
        use letters, digits, - and _: runs and directories are called by it

    plan.toml:3:26: `sqllite` is not a database that plans are written for
        databases = ["postgres", "sqllite"]
                                 ^
        did you mean `sqlite`?

    plan.toml:4:1: unknown key `titel`
        titel = "cms_id"
        ^
        did you mean `title`?

    plan.toml:7:24: `identifer` is not a type of parameters
        unique_name = { type = "identifer", default = "x" }
                               ^
        did you mean `identifier`?

    plan.toml:8:39: the default of `limit` must be a whole number between -9223372036854775808 and 9223372036854775807
        limit = { type = "integer", default = "many" }
                                              ^
        change the default or the type

    plan.toml:9:1: the parameter `wanted` has no value
        wanted = { type = "text" }
        ^
        give wanted=… when you run the plan, or add a default; optional = true makes it NULL where nobody gives one

    plan.toml:10:1: `Bad` cannot be a parameter's name
        Bad = { type = "text" }
        ^
        use a-z, 0-9 and _, beginning with a letter

    plan.toml:14:5: a granted change says from what it starts, once
            { column = "candidates.batch_id" },
            ^
        write from = "null", from = "an old value", map = "maps/name.csv", or any = true

    plan.toml:15:16: `candidates` does not name a column
            { column = "candidates", from = "null" },
                       ^
        write table.column, schema.table.column, or table.(a, b)

    plan.toml:16:43: there is no value map `maps/statos.csv`
            { column = "candidates.status", map = "maps/statos.csv" },
                                                  ^
        did you mean `maps/grade.csv`?

    plan.toml:19:47: changes of cells are granted column by column
        rows = [{ table = "batches", may = ["insert", "update", "remove"] }]
                                                      ^
        add an entry to `changes`

    plan.toml:19:57: rows may not `remove`
        rows = [{ table = "batches", may = ["insert", "update", "remove"] }]
                                                                ^
        known: `delete`, `insert`

    plan.toml:20:19: `idx a.b` is not a sort of object and its name, such as `index schools.schools_code_index`
        schema = [{ add = "idx a.b" }, { rename = "modules.remark", to = "modules.remarks" }]
                          ^
        known: `column`, `constraint`, `database`, `default privileges`, `event`, `extension`, `foreign table`, `grant`, `index`, `materialized view`, `object`, `policy`, and 10 more

    plan.toml:21:12: `volatile` must be a list, but is a text
        volatile = "sessions"
                   ^
        write for example ["…", "…"]

    plan.toml:24:24: `schools` does not name a column
        "programs.school_id" = "schools"
                               ^
        write table.column, schema.table.column, or table.(a, b)

    plan.toml:25:1: a relationship is written "child.column" = "parent.column"
        programs.other_id = "schools.id"
        ^
        put both sides into quotes

    plan.toml:28:17: `row` is not a class of rules
        "Rows match" = ["row", "catalog:*", "value:*.cmsid", "check:no_orphans"]
                        ^
        did you mean `rows`?

    plan.toml:28:24: `catalog:*` selects no rule
        "Rows match" = ["row", "catalog:*", "value:*.cmsid", "check:no_orphans"]
                               ^
        write `catalog`: it is one rule for the whole database

    plan.toml:28:37: `value:*.cmsid` selects no rule
        "Rows match" = ["row", "catalog:*", "value:*.cmsid", "check:no_orphans"]
                                            ^
        there are none; take it out

    plan.toml:28:54: `check:no_orphans` selects no rule
        "Rows match" = ["row", "catalog:*", "value:*.cmsid", "check:no_orphans"]
                                                             ^
        did you mean `no_orphan`?

    plan.toml:29:13: a criterion that names no rule proves nothing
        "Nothing" = []
                    ^
        name the rules: ["rows", "cells"]

    plan.toml:32:10: `../elsewhere` is not the name of a folder
        before = "../elsewhere"
                 ^
        write one name, without slashes

    probes/insert.sql:1:5: `--! refuse` means nothing in this file
        --! refuse
            ^
        take it out; keys are written `--! key = value`, and `--! refused` belongs to probes

    probes/insert.sql:3:5: no statement follows `--! refused`
        --! refused
            ^
        put it directly before the statement that is meant

    steps/1-schema/0010_add.toml:2:22: `schools` stands twice in `tables`
        tables = ["schools", "schools"]
                             ^
        take one of them out

    steps/1-schema/0010_add.toml:4:8: `int` is not a portable type
        type = "int"
               ^
        did you mean `integer`?

    steps/1-schema/0010_add.toml:5:1: unknown key `nul` in `add_column`
        nul = true
        ^
        did you mean `null`?

    steps/1-schema/0010_add.toml:6:8: `fill` must be one expression
        fill = "id; DROP TABLE x"
               ^
        write for example fill = "id"

    steps/1-schema/0010_add.toml:7:10: `:unique_nam` is not a parameter of this plan
        unique = ":unique_nam"
                 ^
        did you mean `unique_name`? Otherwise declare it under [parameters] in plan.toml

    steps/2-data/0100_fill.sql:2:13: `batch` must be a text in quotes, but is a whole number
        --! batch = 1000
                    ^
        write for example "…"

    steps/2-data/0100_fill.sql:3:5: unknown key `tmeout` in this header
        --! tmeout = "5s"
            ^
        known: `batch`, `repeatable`, `tables`, `undo`

    steps/2-data/0100_fill.sql:4:18: `:vlaue` is not a parameter of this plan
        UPDATE a SET b = :vlaue;
                         ^
        known: `limit`, `run_date`, `run_started_at`, `unique_name`, `wanted`; or declare it under [parameters] in plan.toml

    steps/2-data/0100_fill.sql:5:1: COMMIT ends or divides the transaction of the run
        COMMIT;
        ^
        take it out: the engine alone begins transactions, and commits them or rolls them back

    steps/2-data/0100_fill.sql:6:1: setval is not transactional: a rollback leaves the sequence where setval put it
        SELECT setval('a_id_seq', 1);
        ^
        use ALTER SEQUENCE … RESTART WITH …, or ALTER TABLE … ALTER COLUMN … RESTART WITH … for an identity column

    steps/2-data/0200_open.sql:1:18: this string does not end: its closing ' is missing
        UPDATE a SET b = 'it;
                         ^
        close it with '; inside of it, write ' twice

    steps/2-data/0300_rows.csv: the natural key of `rows` is not known
        add to plan.toml: [keys] rows = ["…"], the columns that tell rows apart

    steps/2-data/0400_gone.undo.sql: this file undoes a step that is not there
        write steps/2-data/0400_gone.sql, or delete this file

    steps/2-data/0500_x.postgress.sql: `postgress` is neither a database nor `undo`
        did you mean `postgres`? Otherwise rename the file: a name itself has no dots
    "##);
}

#[test]
fn what_is_not_toml_is_told_with_its_place() {
    insta::assert_snapshot!(faults_of(&[("plan.toml", "format = 1\nname = \"example\ndatabases = []\nx = = 1\n")]), @r##"
    the plan plans/example has 3 faults

    plan.toml:2:16: this is not TOML: invalid basic string, expected `"`
        name = "example
                       ^
        see https://toml.io

    plan.toml:4:5: this is not TOML: extra `=`, expected nothing
        x = = 1
            ^
        see https://toml.io

    plan.toml:4:7: this is not TOML: unexpected key or value, expected newline, `#`
        x = = 1
              ^
        see https://toml.io
    "##);
}

#[test]
fn a_header_is_told_with_line_and_column() {
    let step = "-- Title\n--! tables = [1, \"a\"]\n--!   severity = \"error\"\n--! tables = []\n--! refused\nUPDATE a\n--! refused\nSET b = 1;\n--! x = 1\nSELECT 1;\n";
    insta::assert_snapshot!(faults_of(&[("plan.toml", MANIFEST), ("steps/1.sql", step)]), @r##"
    the plan plans/example has 6 faults

    steps/1.sql:2:15: this must be a text in quotes, but is a whole number
        --! tables = [1, "a"]
                      ^
        write for example "…"

    steps/1.sql:3:7: `severity` belongs to checks
        --!   severity = "error"
              ^
        take it out

    steps/1.sql:4:5: `tables` stands twice in this header
        --! tables = []
            ^
        keep one of the two lines

    steps/1.sql:5:5: `--! refused` means nothing in this file
        --! refused
            ^
        take it out; keys are written `--! key = value`, and `--! refused` belongs to probes

    steps/1.sql:7:3: `--!` in the middle of a statement means nothing
        --! refused
          ^
        put the line before the statement, behind the semicolon of the one before

    steps/1.sql:9:5: a header stands before the first statement
        --! x = 1
            ^
        move the line to the top of the file, under its title
    "##);
}
