//! A sound plan: its order, variants, parameters, hash, and what it says against a database's catalog.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects by panicking")]

use std::collections::BTreeMap;

use cutover::database::{dialect, dialects};
use cutover::model::operation::Operation;
use cutover::model::table::{Catalog, Column, Key, ObjectKind, ObjectName, Table, TableName};
use cutover::plan::contract::ChangeRule;
use cutover::plan::{LedgerValue, Plan, PlanFiles, RunValues, SchemaGrant, Severity, StepBody, check_against, load};

const MANIFEST: &str = r#"format = 1
name = "cms-id"
title = "cms_id on the registry tables"
databases = ["postgres", "mysql", "sqlite"]
schemas = ["public"]

[parameters]
unique_name = { type = "identifier", default = "{table}_cms_id_unique", help = "an ORM may name it otherwise" }
migration = { type = "text", optional = true }
written = { type = "integer", optional = true }
since = { type = "date", default = 2026-01-19 }
limit = { type = "integer", default = -3 }
strict = { type = "boolean", default = true }
target = { type = "identifier", default = "mod\"ules" }

[contract]
changes = [
    { column = "modules.remark", from = "null" },
    { column = "audit.log.level", from = "old" },
    { column = "modules.status", map = "maps/status.csv" },
]
rows = [{ table = "modules", may = ["insert"] }]
schema = [{ add = "index modules.modules_code_index" }, { drop = "materialized view totals" }]
volatile = ["sessions", "users.last_seen_at", "audit.visits.*"]

[relationships]
"programs.school_id" = "schools.id"
"marks.(a, b)" = "audit.terms.(c, d)"

[criteria]
"Zero loss" = ["rows", "keys", "cells"]
"All filled" = ["value:*.cms_id", "column:*.cms_id", "unique:*.cms_id"]
"A chain" = ["invariant:chain", "check:orphans", "probe:*"]

[export]
before = "pre_migration_cms_id"
after = "post_migration_cms_id"
keys = ["schools", "programs"]

[ledger]
table = "drizzle.__drizzle_migrations"
when = ":migration"
values = { hash = { file_sha256 = ":migration" }, created_at = { run_started_at = "milliseconds" }, tag = "cms", number = 3, at = ":written" }
"#;

const ADD: &str = r#"title = "Add cms_id, filled from id, unique"
[add_column]
tables = ["schools", "programs"]
column = "cms_id"
type = "integer"
fill = "id"
unique = ":unique_name"
"#;

const FILL: &str = r#"-- ============
-- Fill the remarks
-- ============
--! tables = ["audit.log"]
UPDATE :"target" SET remark = :since, n = 3-:limit, ok = :strict, at = ':since' || 'a'||:migration WHERE at > :run_started_at;
/* ; */ INSERT INTO modules (code) VALUES ('x'); -- done
"#;

fn plan_files() -> PlanFiles {
    let files = [
        ("plan.toml", MANIFEST),
        ("README.md", "read me"),
        ("demo/schema.sql", "it's not looked at"),
        ("maps/status.csv", "old,new\nActive,active\n\\N,none\n,\\N\n\"a,b\",c\n"),
        ("steps/1-schema/0010_add_cms_id.toml", ADD),
        ("steps/1-schema/0010_add_cms_id/0001.sql", "SELECT 1;"),
        ("steps/1-schema-late/0001.sql", "SELECT 1;"),
        ("steps/2-transform/0300_fill.sql", FILL),
        ("steps/2-transform/0300_fill.undo.sql", "UPDATE modules SET remark = NULL;"),
        ("steps/2-transform/0400_index.sql", "CREATE INDEX modules_code_index ON modules (code);"),
        ("steps/2-transform/0400_index.postgres.sql", "CREATE INDEX modules_code_index ON modules USING gin (code);"),
        ("steps/2-transform/0400_index.mysql.sql", "this is $not SQL"),
        ("steps/2-transform/0500_only.sqlite.sql", "CREATE INDEX only_here ON modules (code);"),
        ("steps/2-transform/0500_only.undo.sqlite.sql", "DROP INDEX only_here;"),
        ("steps/2-transform/0600_by_chance.sql", "UPDATE modules SET at = now(), r = random();"),
        ("checks/before/orphans.sql", "-- No orphans\n--! severity = \"warning\"\nSELECT * FROM modules WHERE code IS NULL;"),
        ("checks/after/deep/values.sql", "(SELECT 1) UNION (VALUES (2))"),
        ("invariants/chain.sql", "-- The chain\nWITH a AS (SELECT 1 AS x) SELECT replace('a', 'b', 'c'), x FROM a;"),
        ("queries/read.sql", "TABLE modules"),
        (
            "probes/duplicates.sql",
            "-- Twins are refused\nINSERT INTO schools (cms_id) VALUES (1);\n--! refused\nINSERT INTO schools (cms_id) VALUES (1);\nSELECT 1 FROM schools WHERE cms_id = 2;",
        ),
    ];
    let files = files.into_iter().map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    PlanFiles { root: "plans/cms-id".into(), files: files.collect() }
}

fn load_for(database: &str, files: &PlanFiles, arguments: &[(&str, &str)]) -> Plan {
    let arguments: BTreeMap<_, _> = arguments.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    load(files, dialect(database).unwrap(), &dialects(), &arguments).unwrap_or_else(|error| panic!("{error:#?}"))
}

fn script<'a>(plan: &'a Plan, name: &str) -> (Vec<&'a str>, Option<usize>) {
    let step = plan.steps.iter().find(|step| step.name == name).unwrap();
    let StepBody::Script { statements, undo } = &step.body else { panic!("{name} is no script") };
    (statements.iter().map(|statement| statement.statement.text.as_str()).collect(), undo.as_ref().map(Vec::len))
}

#[test]
fn steps_come_in_the_order_of_their_paths_component_by_component() {
    let plan = load_for("postgres", &plan_files(), &[]);
    let steps: Vec<_> = plan.steps.iter().map(|step| (step.phase.as_str(), step.name.as_str(), step.title.as_str())).collect();
    assert_eq!(
        steps,
        [
            ("1-schema", "1-schema/0010_add_cms_id", "Add cms_id, filled from id, unique"),
            ("1-schema/0010_add_cms_id", "1-schema/0010_add_cms_id/0001", "0001"),
            ("1-schema-late", "1-schema-late/0001", "0001"),
            ("2-transform", "2-transform/0300_fill", "Fill the remarks"),
            ("2-transform", "2-transform/0400_index", "0400_index"),
            ("2-transform", "2-transform/0600_by_chance", "0600_by_chance"),
        ]
    );
    assert_eq!(plan.steps[3].tables, ["audit.log"]);
}

#[test]
fn a_file_for_one_database_wins_over_the_portable_one() {
    let (files, index) = (plan_files(), "2-transform/0400_index");
    let (postgres, sqlite) = (load_for("postgres", &files, &[]), load_for("sqlite", &files, &[]));
    assert_eq!(script(&postgres, index).0, ["CREATE INDEX modules_code_index ON modules USING gin (code)"]);
    assert_eq!(script(&sqlite, index).0, ["CREATE INDEX modules_code_index ON modules (code)"]);
    assert_eq!(script(&sqlite, "2-transform/0500_only").1, Some(1));
    assert!(!postgres.steps.iter().any(|step| step.name.ends_with("0500_only")));
    assert_eq!(script(&postgres, "2-transform/0300_fill").1, Some(1));
    assert_eq!(script(&postgres, index).1, None);
}

#[test]
fn an_operation_takes_its_parameters() {
    let plan = load_for("postgres", &plan_files(), &[("unique_name", "{table}_cmsId_unique")]);
    let StepBody::Operations(operations) = &plan.steps[0].body else { panic!("no operations") };
    let added: Vec<_> = operations
        .iter()
        .map(|planned| match &planned.operation {
            Operation::AddColumns { table, columns } => {
                (table.as_str(), columns[0].name.as_str(), columns[0].fill.as_deref(), columns[0].null, columns[0].unique.as_deref())
            }
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(
        added,
        [
            ("schools", "cms_id", Some("id"), true, Some("schools_cmsId_unique")),
            ("programs", "cms_id", Some("id"), true, Some("programs_cmsId_unique")),
        ]
    );
    assert!(plan.parameters["unique_name"].given && !plan.parameters["limit"].given);
}

#[test]
fn parameters_are_put_in_as_their_types_want() {
    let plan = load_for("postgres", &plan_files(), &[]);
    let StepBody::Script { statements, .. } = &plan.steps[3].body else { panic!("no script") };
    let values = RunValues { run_started_at: "2026-01-19 08:30:00".to_owned(), run_date: "2026-01-19".to_owned() };
    assert_eq!(
        plan.sql(&statements[0], dialect("postgres").unwrap(), &values),
        "UPDATE \"mod\"\"ules\" SET remark = '2026-01-19', n = 3- (-3), ok = true, at = ':since' || 'a'|| NULL WHERE at > '2026-01-19 08:30:00'"
    );
    assert_eq!(plan.sql(&statements[1], dialect("postgres").unwrap(), &values), "INSERT INTO modules (code) VALUES ('x')");
    assert!(plan.mentions(&statements[0], "Mod\"ules") && !plan.mentions(&statements[0], "schools"));
}

#[test]
fn checks_invariants_and_probes_are_read() {
    let plan = load_for("sqlite", &plan_files(), &[]);
    assert_eq!((plan.checks_before[0].name.as_str(), plan.checks_before[0].title.as_str()), ("orphans", "No orphans"));
    assert_eq!((plan.checks_before[0].severity, plan.checks_after[0].severity), (Severity::Warning, Severity::Error));
    assert_eq!(plan.checks_after[0].name, "deep/values");
    assert_eq!((plan.invariants.len(), plan.queries.len()), (1, 1));
    let probe: Vec<_> = plan.probes[0].statements.iter().map(|statement| (statement.refused, statement.check)).collect();
    assert_eq!(probe, [(false, false), (true, false), (false, true)]);
}

#[test]
fn the_contract_is_read() {
    let plan = load_for("postgres", &plan_files(), &[]);
    let [null, value, map] = plan.contract.changes.as_slice() else { panic!("three changes") };
    assert_eq!(null.rule, ChangeRule::FromNull);
    assert_eq!(
        (value.table.clone(), value.column.as_str(), value.rule.clone()),
        (TableName::in_schema("audit", "log"), "level", ChangeRule::From("old".into()))
    );
    assert!(map.rule.allows(Some("Active"), Some("active")) && !map.rule.allows(Some("Active"), Some("Active")));
    assert!(map.rule.allows(None, Some("none")) && map.rule.allows(Some(""), None) && map.rule.allows(Some("a,b"), Some("c")));
    assert!(plan.contract.rows[0].insert && !plan.contract.rows[0].delete);
    assert_eq!(
        plan.contract.schema.iter().map(|(grant, _)| grant.clone()).collect::<Vec<_>>(),
        [
            SchemaGrant::Add(ObjectName { kind: ObjectKind::Index, name: "modules.modules_code_index".into() }),
            SchemaGrant::Drop(ObjectName { kind: ObjectKind::MaterializedView, name: "totals".into() }),
        ]
    );
    let volatile: Vec<_> = plan.contract.volatile.iter().map(|volatile| (volatile.table.to_string(), volatile.column.clone())).collect();
    assert_eq!(volatile, [("sessions".into(), None), ("users".into(), Some("last_seen_at".into())), ("audit.visits".into(), None)]);
    let relationships: Vec<_> = plan.relationships.iter().map(ToString::to_string).collect();
    assert_eq!(relationships, ["programs.school_id → schools.id", "marks.a+b → audit.terms.c+d"]);
    let sentences: Vec<_> = plan.criteria.iter().map(|criterion| criterion.sentence.as_str()).collect();
    assert_eq!(sentences, ["Zero loss", "All filled", "A chain"]);
    assert_eq!((plan.export.before.as_str(), plan.export.keys.len()), ("pre_migration_cms_id", 2));
}

#[test]
fn the_ledger_waits_for_its_parameter() {
    let files = plan_files();
    assert_eq!(load_for("postgres", &files, &[]).ledger, None);
    let directory = tempfile::tempdir().unwrap();
    let migration = directory.path().join("0001.sql");
    std::fs::write(&migration, "abc").unwrap();
    let ledger = load_for("postgres", &files, &[("migration", migration.to_str().unwrap()), ("written", "1768811400000")]).ledger.unwrap();
    assert_eq!(ledger.table, TableName::in_schema("drizzle", "__drizzle_migrations"));
    let sha256_of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(ledger.values["hash"], LedgerValue::FileHash(sha256_of_abc.to_owned()));
    assert_eq!(ledger.values["created_at"], LedgerValue::StartedMilliseconds);
    assert_eq!((&ledger.values["tag"], &ledger.values["number"]), (&LedgerValue::Text("cms".into()), &LedgerValue::Integer(3)));
    assert_eq!(ledger.values["at"], LedgerValue::Integer(1_768_811_400_000));
    let missing = BTreeMap::from([("migration".to_owned(), "/nowhere/0001.sql".to_owned())]);
    let error = load(&files, dialect("postgres").unwrap(), &dialects(), &missing).unwrap_err();
    let told: Vec<_> = error.fault_list().iter().map(|fault| fault.message.as_str()).collect();
    assert!(told.len() == 2 && told[0].contains("/nowhere/0001.sql") && told[1].starts_with("`:written` has no value"), "{told:?}");
}

#[test]
fn chance_is_a_warning_with_its_place() {
    let plan = load_for("postgres", &plan_files(), &[]);
    let warned: Vec<_> = plan.warnings.iter().map(|warning| (warning.place.to_string(), warning.message.clone())).collect();
    assert_eq!(warned.len(), 2, "{warned:?}");
    assert_eq!(warned[0].0, "steps/2-transform/0600_by_chance.sql:1:25");
    assert!(warned[0].1.starts_with("`now`") && warned[1].1.starts_with("`random`"));
}

#[test]
fn the_hash_depends_on_what_a_run_does_and_on_nothing_else() {
    let files = plan_files();
    let hash = |files: &PlanFiles, arguments: &[(&str, &str)]| load_for("sqlite", files, arguments).hash;
    let first = hash(&files, &[]);
    assert_eq!(first.len(), 64);
    assert_eq!(first, load_for("postgres", &files, &[]).hash);
    for unread in ["README.md", "docs/why.md", "demo/schema.sql"] {
        let mut files = files.clone();
        files.files.insert(unread.to_owned(), b"another text".to_vec());
        assert_eq!(hash(&files, &[]), first, "{unread}");
    }
    for path in files.files.keys().filter(|path| !(path.starts_with("demo/") || *path == "README.md" || *path == "plan.toml")) {
        let mut changed = files.clone();
        changed.files.get_mut(path).unwrap().push(b'\n');
        assert_ne!(changed.hash(&BTreeMap::new()), files.hash(&BTreeMap::new()), "{path}");
    }
    assert_ne!(hash(&files, &[("limit", "4")]), first);
    assert_eq!(hash(&files, &[("limit", "-3")]), first);
}

#[test]
fn a_directory_is_read_without_what_is_hidden() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    for (path, contents) in &plan_files().files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
    }
    std::fs::create_dir(root.join(".git")).unwrap();
    std::fs::write(root.join(".git/config"), "x").unwrap();
    std::fs::write(root.join("steps/.swp"), "x").unwrap();
    assert_eq!(PlanFiles::read(root).unwrap().files, plan_files().files);

    let nothing = PlanFiles::read(&root.join("steps")).unwrap_err();
    assert!(nothing.to_string().contains("has no plan.toml") && !nothing.hints().is_empty());
    assert!(!PlanFiles::read(&root.join("nowhere")).unwrap_err().hints().is_empty());
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_followed_within_the_plan_only() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("plan");
    std::fs::create_dir_all(root.join("steps")).unwrap();
    std::fs::write(root.join("plan.toml"), MANIFEST).unwrap();
    std::os::unix::fs::symlink(root.join("plan.toml"), root.join("steps/inside.sql")).unwrap();
    assert_eq!(PlanFiles::read(&root).unwrap().files["steps/inside.sql"], MANIFEST.as_bytes());
    std::fs::write(directory.path().join("outside.sql"), "SELECT 1").unwrap();
    std::os::unix::fs::symlink(directory.path().join("outside.sql"), root.join("steps/outside.sql")).unwrap();
    assert!(PlanFiles::read(&root).unwrap_err().to_string().contains("outside.sql"));
    std::fs::remove_file(root.join("steps/outside.sql")).unwrap();
    std::os::unix::fs::symlink(&root, root.join("steps/loop")).unwrap();
    assert!(PlanFiles::read(&root).unwrap_err().to_string().contains("loop"));
}

fn table(name: TableName, columns: &[&str]) -> Table {
    let columns = columns.iter().map(|column| Column {
        name: (*column).to_owned(),
        data_type: "integer".to_owned(),
        nullable: true,
        generated: false,
        numeric: true,
        utf8: true,
    });
    let key = Key { name: "key".to_owned(), columns: vec!["id".to_owned()], primary: true, not_null: true };
    Table {
        name,
        columns: columns.collect(),
        keys: vec![key],
        bytes: None,
        estimated_rows: None,
        rewrite_obstacles: Vec::new(),
        unit_obstacles: Vec::new(),
        shape: Default::default(),
    }
}

fn registry() -> Catalog {
    let tables = vec![
        table(TableName::local("schools"), &["id", "code"]),
        table(TableName::local("programs"), &["id", "school_id"]),
        table(TableName::local("modules"), &["id", "remark", "status", "code"]),
        table(TableName::local("marks"), &["id", "a", "b"]),
        table(TableName::local("sessions"), &["id"]),
        table(TableName::local("users"), &["id", "last_seen_at"]),
        table(TableName::in_schema("audit", "log"), &["id", "level"]),
        table(TableName::in_schema("audit", "visits"), &["id"]),
        table(TableName::in_schema("audit", "terms"), &["id", "c", "d"]),
    ];
    let objects = [(ObjectKind::Schema, "public"), (ObjectKind::Schema, "audit"), (ObjectKind::MaterializedView, "totals")];
    let objects = objects.into_iter().map(|(kind, name)| (ObjectName { kind, name: name.to_owned() }, BTreeMap::new()));
    Catalog { tables, objects: objects.collect(), ..Catalog::default() }
}

#[test]
fn a_plan_that_fits_the_database_has_no_faults() {
    let plan = load_for("postgres", &plan_files(), &[]);
    assert_eq!(check_against(&plan, &registry(), dialect("postgres").unwrap()), []);
}

#[test]
fn what_the_database_contradicts_is_told_with_its_place() {
    let mut files = plan_files();
    let manifest = MANIFEST
        .replace("\"public\"", "\"pubic\"")
        .replace("modules.remark", "modules.remarks")
        .replace("schools.id", "public.schools.id")
        .replace("{ table = \"modules\"", "{ table = \"module\"")
        .replace("audit.visits.*", "audit.visits")
        .replace("view totals", "view total")
        .replace("keys = [\"schools\"", "keys = [\"skools\"")
        .replace("\"rows\"", "\"rows:student*\"");
    files.files.insert("plan.toml".to_owned(), manifest.into_bytes());
    files.files.insert(
        "steps/1-schema/0010_add_cms_id.toml".to_owned(),
        ADD.replace("\"schools\"", "\"school\", \"modules\"").replace("\"id\"", "\"idd\"").into_bytes(),
    );
    let mut catalog = registry();
    catalog.tables[1].columns[1].name = "CMS_ID".to_owned();
    let plan = load_for("postgres", &files, &[]);
    let faults = check_against(&plan, &catalog, dialect("postgres").unwrap());
    let told: Vec<_> = faults.iter().map(|fault| format!("{}: {}\n    {}", fault.place, fault.message, fault.remedy)).collect();
    insta::assert_snapshot!(told.join("\n"), @r##"
    plan.toml:5:12: the database has no schema `pubic`
        did you mean `public`?
    plan.toml:18:16: the table `modules` has no column `remarks`
        did you mean `remark`?
    plan.toml:22:9: the database has no table `module`
        did you mean `modules`?
    plan.toml:23:66: the database has no materialized view total
        did you mean `totals`?
    plan.toml:24:47: `audit.visits` names a column, and the database has a table of this name
        write "audit.visits.*" for the whole table
    plan.toml:27:1: the database has no table `public.schools`
        did you mean `schools`? the default schema is not named
    plan.toml:27:1: the table `programs` has no column `school_id`
        known: `CMS_ID`, `id`
    plan.toml:31:16: `rows:student*` selects no rule of this database
        known: `audit.log`, `audit.terms`, `audit.visits`, `marks`, `modules`, `programs`, `schools`, `sessions`, `users`
    plan.toml:38:9: the database has no table `skools`
        did you mean `schools`?
    steps/1-schema/0010_add_cms_id.toml:3:11: the database has no table `school`
        did you mean `schools`?
    steps/1-schema/0010_add_cms_id.toml:3:32: `programs` already has a column `CMS_ID`, of type integer
        a column that is there is adopted where it fits: change the plan's, change the column, or take the table out
    steps/1-schema/0010_add_cms_id.toml:6:8: `fill` reads `idd`, which the table `modules` does not have
        did you mean `id`?
    steps/1-schema/0010_add_cms_id.toml:6:8: `fill` reads `idd`, which the table `programs` does not have
        did you mean `id`?
    "##);
}
