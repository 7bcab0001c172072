//! Writing to a real PostgreSQL: the lock, the transaction, probes, settling, the journal.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod postgres_support;

use std::collections::BTreeSet;

use cutover::database::{Commit, Database, Writer};
use cutover::model::error::ErrorKind;
use cutover::model::operation::{NewColumn, Operation, PortableType};
use cutover::model::table::TableName;
use postgres_support::proxy::Fault;
use postgres_support::{Scratch, fence, record, rows};

fn silent() -> impl FnMut(String) {
    |_| {}
}

fn add_cms_id(table: &str, null: bool) -> Operation {
    let column = NewColumn { null, fill: Some("id".to_owned()), ..NewColumn::plain("cms_id", PortableType::Integer) };
    Operation::AddColumns { table: table.to_owned(), columns: vec![column] }
}

#[test]
fn both_ways_of_adding_a_column_add_exactly_what_they_say_and_can_be_undone() {
    let scratch = Scratch::new(
        "CREATE TABLE plain (id serial PRIMARY KEY, name text); INSERT INTO plain (name) SELECT 'x' || n FROM generate_series(1, 50) n;
         CREATE TABLE parts (id int) PARTITION BY RANGE (id); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100);
         INSERT INTO parts SELECT generate_series(1, 50); CREATE TABLE other (id int) ; INSERT INTO other SELECT generate_series(1, 50);
         CREATE SCHEMA far; CREATE TABLE far.away (id int NOT NULL); INSERT INTO far.away SELECT generate_series(1, 50)",
    );
    let database = scratch.database();
    let mut writer = database.lock("run-1").unwrap();
    for (table, null, rewrites) in [("plain", true, true), ("far.away", false, true), ("other", false, true)] {
        let before = writer.catalog().unwrap();
        let rendered = database.dialect().render(&add_cms_id(table, null), &before).unwrap();
        assert_eq!(rendered.rewrites, rewrites, "{}", rendered.choice);
        writer.open(&fence(&["plain"]), &mut silent()).unwrap();
        for statement in rendered.statements() {
            writer.execute(statement).unwrap();
        }
        writer.settle().unwrap();
        let after = writer.catalog().unwrap();
        let new: BTreeSet<_> = after.objects.keys().filter(|object| !before.objects.contains_key(object)).cloned().collect();
        assert_eq!(new, rendered.adds.iter().cloned().collect::<BTreeSet<_>>(), "{table}");
        assert!(before.objects.iter().all(|(object, properties)| after.objects.get(object) == Some(properties)), "nothing else changed");
        assert_eq!(rows(writer.as_mut(), &format!("SELECT count(*) FROM {table} WHERE cms_id = id")), [["50"]]);
        assert_eq!(after.find(table).unwrap().column("cms_id").unwrap().nullable, null);
        for statement in rendered.undo() {
            writer.execute(statement).unwrap();
        }
        assert_eq!(writer.catalog().unwrap().objects, before.objects);
        writer.rollback().unwrap();
    }
    let catalog = writer.catalog().unwrap();
    let rendered = database.dialect().render(&add_cms_id("parts", true), &catalog).unwrap();
    assert!(!rendered.rewrites && rendered.choice.contains("it is partitioned"), "{}", rendered.choice);
    writer.open(&fence(&["parts"]), &mut silent()).unwrap();
    let touched: u64 = rendered.statements().take(2).map(|statement| writer.execute(statement).unwrap()).sum();
    assert_eq!(touched, 50);
}

#[test]
fn a_commit_leaves_its_proof_and_a_rollback_nothing() {
    let scratch = Scratch::new("CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
    let mut writer = scratch.database().lock("run-1").unwrap();
    assert_eq!(writer.records().unwrap(), []);
    writer.open(&fence(&["t"]), &mut silent()).unwrap();
    writer.execute("UPDATE t SET id = 2").unwrap();
    assert_eq!(writer.rollback().unwrap(), Vec::<String>::new());
    assert_eq!(scratch.other().value("SELECT id FROM t"), "1");

    writer.open(&fence(&["t"]), &mut silent()).unwrap();
    writer.execute("UPDATE t SET id = 3").unwrap();
    assert_eq!(writer.commit(&record("run-1")).unwrap(), Commit::Committed);
    writer.maintain(&[TableName::local("t")]).unwrap();
    writer.open(&fence(&["t"]), &mut silent()).unwrap();
    let mut undone = record("run-1");
    undone.state = "it's undone \\".to_owned();
    assert_eq!(writer.commit(&undone).unwrap(), Commit::Committed);
    assert_eq!(scratch.reader().records().unwrap(), [undone]);
    assert_eq!(scratch.other().value("SELECT id FROM t"), "3");
    assert!(scratch.reader().catalog().unwrap().find("cutover.runs").is_none());
}

#[test]
fn a_journal_that_is_somebody_elses_stops_the_commit_and_leaves_the_transaction_open() {
    let scratch = Scratch::new("CREATE TABLE t (id int); CREATE SCHEMA cutover; CREATE TABLE cutover.runs (run text)");
    let mut writer = scratch.writer();
    assert_eq!(writer.records().unwrap_err().kind(), ErrorKind::Corrupt);
    writer.open(&fence(&["t"]), &mut silent()).unwrap();
    writer.execute("INSERT INTO t VALUES (1)").unwrap();
    assert_eq!(writer.commit(&record("run")).unwrap_err().kind(), ErrorKind::Corrupt);
    assert_eq!(writer.execute("UPDATE t SET id = 2").unwrap(), 1);
    writer.rollback().unwrap();
    assert_eq!(scratch.other().value("SELECT count(*) FROM t"), "0");
}

#[test]
fn one_run_at_a_time_and_the_other_is_named() {
    let scratch = Scratch::new("");
    let database = scratch.database();
    let first = database.lock("first-run").unwrap();
    let refused = database.lock("second-run").err().unwrap();
    assert_eq!(refused.kind(), ErrorKind::Refused);
    assert!(refused.to_string().contains("cutover first-run"), "{refused}");
    assert!(refused.hints().iter().any(|hint| hint.contains("pg_terminate_backend(")), "{refused:?}");
    drop(first);
    database.lock("second-run").unwrap();
}

#[test]
fn nothing_is_executed_outside_of_the_fence() {
    let scratch = Scratch::new("CREATE TABLE t (id int)");
    let mut writer = scratch.writer();
    assert_eq!(writer.execute("INSERT INTO t VALUES (1)").unwrap_err().kind(), ErrorKind::Internal);
    assert_eq!(writer.together(2, &mut |_, _| Ok(())).unwrap_err().kind(), ErrorKind::Internal);
    assert_eq!(writer.catalog().unwrap().tables.len(), 1, "but reading is allowed");
    assert_eq!(rows(writer.as_mut(), "SELECT count(*) FROM t"), [["0"]]);
}

#[test]
fn settling_fires_what_would_fire_at_commit_and_puts_the_session_back() {
    let scratch = Scratch::new(
        "CREATE TABLE parent (id int PRIMARY KEY);
         CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED); CREATE SCHEMA elsewhere",
    );
    let role = scratch.unique("role");
    scratch.run(&format!("CREATE ROLE {role}; GRANT ALL ON parent TO {role}"));
    let mut writer = scratch.writer();
    writer.open(&fence(&["parent", "child"]), &mut silent()).unwrap();
    writer
        .execute(&format!(
            "SET search_path = elsewhere; SET TIME ZONE 'Asia/Karachi'; SET datestyle = 'German'; SET LOCAL row_security = on;
             SET session_replication_role = replica; SET ROLE {role}"
        ))
        .unwrap();
    writer.settle().unwrap();
    assert_eq!(
        rows(
            writer.as_mut(),
            "SELECT current_setting('search_path'), current_setting('timezone'), current_setting('datestyle'),
             current_setting('row_security'), current_setting('session_replication_role'), current_user = session_user"
        ),
        [["\"$user\", public", "UTC", "ISO, MDY", "off", "origin", "t"]]
    );
    writer.execute("INSERT INTO child VALUES (1)").unwrap();
    writer.execute("INSERT INTO parent VALUES (1)").unwrap();
    writer.settle().unwrap();
    writer.execute("INSERT INTO child VALUES (2)").unwrap();
    let broken = writer.settle().unwrap_err();
    assert!(broken.to_string().contains("child_id_fkey"), "{broken}");
    writer.rollback().unwrap();
    scratch.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn nothing_acts_behind_the_journal_row() {
    let scratch = Scratch::new("CREATE TABLE t (id int)");
    let mut writer = scratch.writer();
    writer.open(&fence(&["t"]), &mut silent()).unwrap();
    assert_eq!(writer.commit(&record("run-1")).unwrap(), Commit::Committed);
    writer.open(&fence(&["t"]), &mut silent()).unwrap();
    writer.execute("CREATE RULE late AS ON INSERT TO cutover.runs DO ALSO DELETE FROM t").unwrap();
    let refused = writer.commit(&record("run-2")).unwrap_err();
    assert!(refused.to_string().contains("has triggers or rules: late"), "{refused}");
    writer.rollback().unwrap();
}

#[test]
fn a_commit_within_a_step_is_noticed() {
    let scratch = Scratch::new("CREATE TABLE t (id int)");
    for ending in ["COMMIT", "ROLLBACK", "COMMIT AND CHAIN", "INSERT INTO t VALUES (7); COMMIT; SELECT 1 / 0", "COMMIT; BEGIN"] {
        let mut writer = scratch.writer();
        writer.open(&fence(&["t"]), &mut silent()).unwrap();
        writer.execute("INSERT INTO t VALUES (1)").unwrap();
        let noticed = writer.execute(ending).unwrap_err();
        assert_eq!(noticed.kind(), ErrorKind::Escaped, "{ending}: {noticed:?}");
        assert!(noticed.to_string().contains("ended the transaction"), "{noticed}");
        writer.rollback().unwrap();
    }
    let mut writer = scratch.writer();
    writer.open(&fence(&["t"]), &mut silent()).unwrap();
    writer.execute("RESET ALL").unwrap();
    writer.execute("SAVEPOINT own; INSERT INTO t VALUES (2); ROLLBACK TO own").unwrap();
}

#[test]
fn a_statement_that_fails_tells_where() {
    let scratch = Scratch::new("CREATE TABLE t (id int UNIQUE); INSERT INTO t VALUES (1)");
    let mut writer = scratch.writer();
    writer.open(&fence(&["t"]), &mut silent()).unwrap();
    let twice = writer.execute("INSERT INTO t VALUES (1)").unwrap_err();
    assert_eq!(twice.kind(), ErrorKind::Statement);
    assert!(twice.hints().iter().any(|hint| hint == "detail: Key (id)=(1) already exists."), "{twice:?}");
    writer.rollback().unwrap();
    writer.open(&fence(&["t"]), &mut silent()).unwrap();
    let unknown = writer.execute("UPDATE t\n   SET ide = 1").unwrap_err();
    assert!(unknown.hints().iter().any(|hint| hint == "line 2, column 8 of the statement: SET ide = 1"), "{unknown:?}");
}

#[test]
fn a_probe_is_undone_with_what_no_rollback_undoes() {
    let scratch = Scratch::new(
        "CREATE TABLE t (id serial PRIMARY KEY, n int CHECK (n > 0)); INSERT INTO t (n) VALUES (1), (2), (3);
         CREATE FUNCTION set_back() RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM setval(''t_id_seq'', 1); END'",
    );
    let mut writer = scratch.writer();
    writer.open(&fence(&["t"]), &mut silent()).unwrap();
    writer
        .probe(&mut |writer: &mut dyn Writer| {
            assert!(writer.execute("INSERT INTO t (n) VALUES (-1)").is_err(), "the database must refuse it");
            writer.execute("DELETE FROM t WHERE id = 1")?;
            writer.execute("ALTER TABLE t ADD COLUMN x int")?;
            writer.execute("SELECT set_back()")?;
            assert_eq!(rows(writer, "SELECT count(*), max(x) FROM t"), [["2", "NULL"]]);
            Ok(())
        })
        .unwrap();
    assert_eq!(rows(writer.as_mut(), "SELECT count(*) FROM t"), [["3"]]);
    assert!(writer.catalog().unwrap().find("t").unwrap().column("x").is_none());
    assert!(writer.sequences().unwrap()[0].next >= 4, "{:?}", writer.sequences());
    let lost = writer.probe(&mut |writer: &mut dyn Writer| writer.execute("COMMIT").map(drop)).unwrap_err();
    assert_eq!(lost.kind(), ErrorKind::Escaped);
}

#[test]
fn a_pooler_is_refused() {
    let scratch = Scratch::new("");
    let refused = scratch.database_behind(Fault::SwallowsOptions).read().err().unwrap();
    assert_eq!(refused.kind(), ErrorKind::Refused);
    assert!(refused.to_string().contains("pooler"), "{refused}");
}

#[test]
fn the_server_shows_the_run_and_ends_none_of_its_sessions_by_a_time_limit() {
    let scratch = Scratch::new("");
    let mut writer = scratch.database().lock("20260119-cms-id").unwrap();
    assert_eq!(
        rows(
            writer.as_mut(),
            "SELECT current_setting('application_name'), current_setting('idle_in_transaction_session_timeout'),
             current_setting('statement_timeout'), current_setting('idle_session_timeout')"
        ),
        [["cutover 20260119-cms-id", "0", "0", "0"]]
    );
    let session = writer.session().unwrap();
    assert_eq!((session.database.as_str(), session.replica), (scratch.name.as_str(), false));
    assert!(session.product.starts_with("PostgreSQL ") && session.bytes > 1_000_000);
}
