//! The session that writes: its lock, its transaction, and every ending.
#![allow(clippy::unwrap_used)]

mod sqlite_support;

use std::time::Duration;

use cutover::database::{Commit, Database, Instant, Reader, Writer};
use cutover::model::error::{ErrorKind, Result};
use cutover::model::operation::{KeyColumns, NewColumn, Operation, PortableType};
use cutover::model::table::TableName;
use sqlite_support::{Fixture, fence, fixture, query, record};

const FAMILY: &str = "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INT REFERENCES parent (id) ON DELETE CASCADE);
    INSERT INTO parent VALUES (1, 'one'), (2, 'two'); INSERT INTO child VALUES (10, 1), (11, 2)";

fn writer(fixture: &Fixture) -> Box<dyn Writer> {
    let mut writer = fixture.database.lock("run-1").unwrap();
    writer.open(&fence(), &mut |_| ()).unwrap();
    writer
}

#[test]
fn a_run_holds_other_writers_off_and_no_readers_until_it_ends() {
    for journal in ["DELETE", "WAL"] {
        let fixture = fixture(&format!("PRAGMA journal_mode = {journal}; {FAMILY}"));
        let mut writer = writer(&fixture);
        let application = fixture.application();
        application.execute_batch("INSERT INTO parent VALUES (3, 'three')").unwrap_err();
        assert_eq!(writer.execute("INSERT INTO parent VALUES (4, 'four'), (5, 'five')").unwrap(), 2);
        assert_eq!(fixture.number("SELECT count(*) FROM parent"), 2, "nobody sees what is not committed");
        assert_eq!(writer.rollback().unwrap(), Vec::<String>::new());
        application.execute_batch("INSERT INTO parent VALUES (3, 'three')").unwrap();
        writer.open(&fence(), &mut |_| ()).unwrap();
        application.execute_batch("INSERT INTO parent VALUES (6, 'six')").unwrap_err();
        drop(writer);
        assert_eq!(fixture.number("SELECT count(*) FROM parent"), 3);
    }
}

#[test]
fn a_second_run_is_refused_and_a_fence_that_cannot_be_had_names_the_reason() {
    let fixture = fixture(FAMILY);
    let mut first = fixture.database.lock("run-1").unwrap();
    let refused = fixture.database.lock("run-2").err().unwrap();
    assert_eq!(refused.kind(), ErrorKind::Refused);
    assert!(refused.to_string().contains("another connection holds the database"), "{refused}");
    first.rollback().unwrap();
    let second = fixture.database.lock("run-2").unwrap();
    let mut notices = Vec::new();
    let patience = Duration::from_millis(100);
    let conflict = first.open(&cutover::database::Fence { patience, ..fence() }, &mut |notice| notices.push(notice)).unwrap_err();
    assert_eq!(conflict.kind(), ErrorKind::Conflict);
    assert_eq!(notices, ["waiting for another connection"]);
    drop(second);
    first.open(&fence(), &mut |_| ()).unwrap();
}

/// How many sessions `together` gives, and whether all of them count the same rows.
fn counts(reader: &mut dyn Reader, wanted: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut work = |readers: &mut [&mut dyn Reader], _: &Instant| -> Result<()> {
        let count = |reader: &mut &mut dyn Reader| query(*reader, "SELECT count(*) FROM parent")[0].clone();
        std::thread::scope(|scope| {
            let threads: Vec<_> = readers.iter_mut().map(|reader| scope.spawn(move || count(reader))).collect();
            found = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        });
        Ok(())
    };
    reader.together(wanted, &mut work).unwrap();
    found
}

#[test]
fn sessions_read_one_instant_together_as_long_as_there_is_one() {
    for journal in ["DELETE", "WAL"] {
        let fixture = fixture(&format!("PRAGMA journal_mode = {journal}; {FAMILY}"));
        let mut reader = fixture.database.read().unwrap();
        assert_eq!(counts(reader.as_mut(), 3).len(), if journal == "WAL" { 1 } else { 3 });
        drop(reader);
        let mut writer = writer(&fixture);
        let mut work = |readers: &mut [&mut dyn Reader], _: &Instant| -> Result<()> {
            assert_eq!(readers.len(), 3);
            for (number, reader) in readers.iter_mut().enumerate() {
                // Nothing that anybody tries in between can be seen by those that read later.
                let written = fixture.application().execute_batch(&format!("INSERT INTO parent VALUES (100 + {number}, 'x')"));
                assert!(written.is_err());
                assert_eq!(query(*reader, "SELECT count(*) FROM parent"), ["2"]);
                reader.query("INSERT INTO parent VALUES (9, 'x') RETURNING id", &mut |_| Ok(())).unwrap_err();
            }
            Ok(())
        };
        writer.together(3, &mut work).unwrap();
        assert_eq!(counts(writer.as_mut(), 3), ["2", "2", "2"]);
        writer.execute("INSERT INTO parent VALUES (3, 'three')").unwrap();
        assert_eq!(counts(writer.as_mut(), 3), ["3"], "only the session itself sees what it has written");
        // Had a session stayed behind, COMMIT would find its lock.
        assert_eq!(writer.commit(&record("run-1", "applied")).unwrap(), Commit::Committed);
        assert_eq!(fixture.number("SELECT count(*) FROM parent"), 3);
    }
}

#[test]
fn sessions_have_ended_when_their_work_fails() {
    let fixture = fixture(FAMILY);
    let mut writer = writer(&fixture);
    let failure = |_: &mut [&mut dyn Reader], _: &Instant| Err(cutover::model::error::Error::new(ErrorKind::Internal, "no more"));
    assert_eq!(writer.together(2, &mut { failure }).unwrap_err().to_string(), "no more");
    assert_eq!(writer.commit(&record("run-1", "applied")).unwrap(), Commit::Committed);
}

#[test]
fn a_commit_proves_itself_by_its_row() {
    let fixture = fixture(FAMILY);
    let mut writer = writer(&fixture);
    assert_eq!(writer.records().unwrap(), []);
    assert_eq!(writer.execute("UPDATE parent SET name = upper(name)").unwrap(), 2);
    assert_eq!(writer.execute("CREATE TABLE extra (v)").unwrap(), 0, "the count of the statement before is not repeated");
    assert_eq!(writer.execute("SELECT * FROM parent").unwrap(), 0);
    writer.settle().unwrap();
    assert_eq!(writer.commit(&record("run-1", "applied")).unwrap(), Commit::Committed);
    writer.open(&fence(), &mut |_| ()).unwrap();
    assert_eq!(writer.commit(&record("run-2", "applied")).unwrap(), Commit::Committed);
    writer.open(&fence(), &mut |_| ()).unwrap();
    assert_eq!(writer.commit(&record("run-1", "undone")).unwrap(), Commit::Committed);
    let mut reader = fixture.database.read().unwrap();
    assert_eq!(reader.records().unwrap(), [record("run-1", "undone"), record("run-2", "applied")]);
    assert!(reader.catalog().unwrap().find("cutover_runs").is_none());
    assert_eq!(query(reader.as_mut(), "SELECT group_concat(name) FROM parent"), ["ONE,TWO"]);
}

#[test]
fn nothing_acts_behind_the_journal_row() {
    let fixture = fixture(FAMILY);
    let mut writer = writer(&fixture);
    writer.settle().unwrap();
    assert_eq!(writer.commit(&record("run-1", "applied")).unwrap(), Commit::Committed);
    for kind in ["", "TEMP"] {
        writer.open(&fence(), &mut |_| ()).unwrap();
        writer.execute(&format!("CREATE {kind} TRIGGER late AFTER INSERT ON cutover_runs BEGIN DELETE FROM parent; END")).unwrap();
        writer.settle().unwrap();
        let refused = writer.commit(&record("run-2", "applied")).unwrap_err();
        assert!(refused.to_string().contains("has triggers: late"), "{refused}");
        writer.rollback().unwrap();
    }
}

#[test]
fn a_commit_that_a_reader_holds_up_is_rolled_back_when_it_is_stopped() {
    let fixture = fixture(FAMILY);
    let mut writer = writer(&fixture);
    writer.execute("DELETE FROM child").unwrap();
    let application = fixture.application();
    application.execute_batch("BEGIN; SELECT * FROM parent").unwrap();
    let signal = fixture.interrupt.clone();
    let stop = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        signal.trigger("the fence's time is over");
    });
    let commit = writer.commit(&record("run-1", "applied")).unwrap();
    stop.join().unwrap();
    assert_eq!(commit, Commit::RolledBack("the fence's time is over".to_owned()));
    fixture.interrupt.clear();
    assert_eq!(fixture.number("SELECT count(*) FROM child"), 2);
    assert_eq!(fixture.database.read().unwrap().records().unwrap(), []);
}

#[test]
fn a_step_cannot_end_the_transaction_or_hide_a_second_statement() {
    let fixture = fixture(FAMILY);
    let mut writer = writer(&fixture);
    writer.execute("DELETE FROM child WHERE id = 10").unwrap();
    for sql in ["COMMIT", "/* now */ end", "ROLLBACK", "BEGIN", "SAVEPOINT s", "RELEASE s", "ATTACH 'x.db' AS x", "VACUUM"] {
        assert_eq!(writer.execute(sql).unwrap_err().kind(), ErrorKind::Refused, "{sql}");
    }
    for sql in ["", " -- nothing", "DELETE FROM child; COMMIT"] {
        assert_eq!(writer.execute(sql).unwrap_err().kind(), ErrorKind::Statement, "{sql}");
    }
    assert_eq!(query(writer.as_mut(), "SELECT count(*) FROM child"), ["1"]);
    writer.execute("INSERT OR ROLLBACK INTO parent VALUES (1, 'again')").unwrap_err();
    let ended = writer.execute("DELETE FROM child").unwrap_err();
    assert_eq!(ended.kind(), ErrorKind::Refused);
    assert!(ended.to_string().contains("rolled all of it back"), "{ended}");
    assert_eq!(writer.rollback().unwrap(), ["SQLite had rolled the transaction back by itself"]);
    assert_eq!(fixture.number("SELECT count(*) FROM child"), 2);
}

#[test]
fn an_interrupted_statement_leaves_nothing_behind() {
    let fixture = fixture(FAMILY);
    let mut writer = writer(&fixture);
    writer.execute("DELETE FROM child").unwrap();
    let signal = fixture.interrupt.clone();
    let stop = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        signal.trigger("Ctrl-C");
    });
    let endless = "INSERT INTO parent (name) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
    let error = writer.execute(endless).unwrap_err();
    stop.join().unwrap();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    fixture.interrupt.clear();
    writer.rollback().unwrap();
    assert_eq!(fixture.number("SELECT count(*) FROM child"), 2);
}

#[test]
fn a_probe_is_undone_with_everything_that_it_did() {
    let fixture = fixture(&format!("{FAMILY}; CREATE TABLE numbered (id INTEGER PRIMARY KEY AUTOINCREMENT)"));
    let mut writer = writer(&fixture);
    writer.execute("INSERT INTO parent VALUES (3, 'three')").unwrap();
    let before = (writer.catalog().unwrap(), writer.sequences().unwrap());
    writer
        .probe(&mut |probe| {
            probe.execute("CREATE TABLE extra (v)")?;
            probe.execute("INSERT INTO numbered DEFAULT VALUES")?;
            probe.execute("DROP TABLE numbered")?;
            probe.execute("PRAGMA user_version = 9")?;
            let refused = probe.execute("INSERT INTO child VALUES (12, 99)").unwrap_err();
            assert!(refused.to_string().contains("FOREIGN KEY"), "{refused}");
            probe.execute("DELETE FROM parent WHERE id = 1")?;
            assert_eq!(query(probe, "SELECT group_concat(id) FROM child"), ["11"], "a probe sees what an application would");
            probe.probe(&mut |inner| inner.execute("DELETE FROM child").map(|_| ()))?;
            assert_eq!(query(probe, "SELECT count(*) FROM child"), ["1"]);
            Ok(())
        })
        .unwrap();
    let failed = writer.probe(&mut |probe| probe.execute("INSERT INTO parent VALUES (1, 'again')").map(|_| ())).unwrap_err();
    assert!(failed.to_string().contains("UNIQUE"), "{failed}");
    assert_eq!((writer.catalog().unwrap(), writer.sequences().unwrap()), before);
    assert_eq!(query(writer.as_mut(), "SELECT count(*), (SELECT count(*) FROM child) FROM parent"), ["3|2"]);
    // Enforcement has ended with the probe: this would cascade.
    writer.execute("DELETE FROM parent WHERE id = 3").unwrap();
    writer.settle().unwrap();
    let lost = writer.probe(&mut |probe| probe.execute("INSERT OR ROLLBACK INTO parent VALUES (1, 'x')").map(|_| ())).unwrap_err();
    assert!(lost.hints().iter().any(|hint| hint.contains("rolled the whole transaction back")), "{lost:?}");
}

#[test]
fn a_rebuilt_parent_keeps_its_children() {
    let fixture = fixture(FAMILY);
    let mut writer = writer(&fixture);
    for sql in [
        "CREATE TABLE parent_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL)",
        "INSERT INTO parent_new SELECT id, name FROM parent",
        "DROP TABLE parent",
        "ALTER TABLE parent_new RENAME TO parent",
    ] {
        writer.execute(sql).unwrap();
    }
    writer.settle().unwrap();
    assert_eq!(writer.commit(&record("run-1", "applied")).unwrap(), Commit::Committed);
    assert_eq!(fixture.number("SELECT count(*) FROM child"), 2);
}

#[test]
fn only_new_rows_that_refer_to_nothing_fail() {
    let old = "INSERT INTO child VALUES (12, 99); CREATE TABLE loose (code TEXT); CREATE TABLE mismatched (code REFERENCES loose (code));
        CREATE TABLE pairs (a INT REFERENCES parent, b INT, PRIMARY KEY (a, b)) WITHOUT ROWID; INSERT INTO pairs VALUES (99, 1)";
    for (sql, fails) in [
        ("UPDATE child SET id = id + 100 WHERE id < 12", None),
        ("INSERT INTO parent VALUES (99, 'healed')", None),
        ("INSERT INTO child VALUES (13, 98)", Some("rowid 13 of child refers by (parent_id) to no row of parent")),
        ("UPDATE child SET parent_id = 98 WHERE id = 10", Some("rowid 10 of child")),
        ("DELETE FROM parent WHERE id = 2", Some("rowid 11 of child")),
        ("UPDATE parent SET id = 5 WHERE id = 2", Some("rowid 11 of child")),
        ("INSERT OR REPLACE INTO parent (rowid, name) VALUES (2, 'two again')", None),
        ("DROP TABLE parent", Some("; 2 rows in all")),
        ("ALTER TABLE child ADD COLUMN other INT DEFAULT 7 REFERENCES parent (id)", Some("refers by (other)")),
        ("INSERT INTO mismatched VALUES ('x')", None),
        ("CREATE UNIQUE INDEX mended ON loose (code)", None),
        ("DELETE FROM loose", None),
        ("INSERT INTO pairs VALUES (1, 1)", None),
        ("INSERT INTO pairs VALUES (98, 1)", Some("a row of pairs refers by (a) to no row of parent")),
        ("ALTER TABLE parent RENAME TO guardian", None),
    ] {
        let fixture = fixture(&format!("{FAMILY}; {old}"));
        let mut writer = writer(&fixture);
        writer.execute(sql).unwrap();
        let settled = writer.settle();
        match fails {
            None => settled.unwrap_or_else(|error| panic!("{sql}: {error}")),
            Some(part) => {
                let error = settled.err().unwrap_or_else(|| panic!("{sql}: nothing was noticed"));
                assert!(error.to_string().contains(part), "{sql}: {error}");
                assert_eq!(error.kind(), ErrorKind::Statement);
            }
        }
    }
}

#[test]
fn what_a_trigger_breaks_is_noticed_and_so_is_a_row_that_a_replace_drops() {
    let trigger = "CREATE TRIGGER chain AFTER UPDATE ON child BEGIN DELETE FROM parent WHERE id = old.parent_id; END";
    let unique = "CREATE UNIQUE INDEX by_name ON parent (name)";
    for (sql, statement) in
        [(trigger, "UPDATE child SET id = 20 WHERE id = 10"), (unique, "UPDATE OR REPLACE parent SET name = 'two' WHERE id = 1")]
    {
        let fixture = fixture(&format!("{FAMILY}; {sql}"));
        let mut writer = writer(&fixture);
        writer.execute(&statement.replace("OR REPLACE ", "").replace("'two'", "'new'")).unwrap();
        writer.execute(statement).unwrap();
        let error = writer.settle().unwrap_err();
        assert!(error.to_string().contains("FOREIGN KEY constraint failed"), "{error}");
    }
}

#[test]
fn a_table_that_its_own_constraints_forbid_is_not_sound() {
    let fixture = fixture("CREATE TABLE t (v INT CHECK (v > 0))");
    let mut writer = writer(&fixture);
    writer.execute("PRAGMA ignore_check_constraints = ON").unwrap();
    writer.execute("INSERT INTO t VALUES (-1)").unwrap();
    let error = writer.settle().unwrap_err();
    assert!(error.to_string().contains("the table t is not sound: CHECK constraint failed"), "{error}");
}

#[test]
fn an_added_column_is_exactly_what_it_says_and_its_undo_takes_it_back() {
    let fixture = fixture(&format!("{FAMILY}; CREATE TABLE exact (id INT PRIMARY KEY, v ANY) STRICT; INSERT INTO exact VALUES (7, 1)"));
    let mut writer = writer(&fixture);
    let original = writer.catalog().unwrap();
    for table in ["parent", "exact"] {
        for data_type in [PortableType::Boolean, PortableType::Integer, PortableType::Double, PortableType::Timestamp, PortableType::Uuid] {
            let column = NewColumn { fill: Some("id".to_owned()), ..NewColumn::plain("cms id", data_type) };
            let key = KeyColumns { name: format!("{table}_cms_id_unique"), columns: vec!["cms id".to_owned()] };
            let operations = [
                Operation::AddColumns { table: table.to_owned(), columns: vec![column] },
                Operation::AddUnique { table: table.to_owned(), key },
            ];
            let before = writer.catalog().unwrap();
            let dialect = fixture.database.dialect();
            let rendered = operations.map(|operation| dialect.render(&operation, &before).unwrap());
            for sql in rendered.iter().flat_map(|rendered| rendered.statements()) {
                writer.execute(sql).unwrap();
            }
            writer.settle().unwrap();
            let after = writer.catalog().unwrap();
            let added: Vec<_> = after.objects.keys().filter(|name| !before.objects.contains_key(name)).cloned().collect();
            assert_eq!(added, rendered.iter().flat_map(|rendered| rendered.adds.clone()).collect::<Vec<_>>());
            assert!(before.objects.iter().all(|(name, properties)| after.objects.get(name) == Some(properties)));
            assert_eq!(query(writer.as_mut(), &format!("SELECT count(*) FROM {table} WHERE \"cms id\" IS NULL")), ["0"]);
            for sql in rendered.iter().rev().flat_map(|rendered| rendered.undo()) {
                writer.execute(sql).unwrap();
            }
            assert_eq!(writer.catalog().unwrap(), original);
        }
    }
    let needed = NewColumn { null: false, ..NewColumn::plain("needed", PortableType::Text) };
    let needed = Operation::AddColumns { table: "parent".to_owned(), columns: vec![needed] };
    let refused = fixture.database.dialect().render(&needed, &original).unwrap_err();
    assert!(refused.contains("parent.needed may not be NULL but has no value"), "{refused}");
}

#[test]
fn literals_and_names_are_read_back_to_what_they_were() {
    let fixture = fixture("CREATE TABLE t (v)");
    let mut reader = fixture.database.read().unwrap();
    let dialect = fixture.database.dialect();
    for text in ["", "it's", "a\0b", "\0", "\\", "é\n--", "'; DROP TABLE t"] {
        let mut found = Vec::new();
        let sql = format!("SELECT {} AS {}", dialect.quote_literal(text), dialect.quote_identifier("na\"me"));
        let names = reader.query(&sql, &mut |row| {
            found.push(row.cell(0).bytes.to_vec());
            Ok(())
        });
        assert_eq!((names.unwrap(), found), (vec!["na\"me".to_owned()], vec![text.as_bytes().to_vec()]));
    }
}

#[test]
fn statistics_are_renewed_where_there_are_some_and_never_begun() {
    for (journal, analyzed) in [("DELETE", true), ("WAL", true), ("DELETE", false)] {
        let analyze = if analyzed { "CREATE INDEX i ON child (parent_id); ANALYZE" } else { "" };
        let fixture = fixture(&format!("PRAGMA journal_mode = {journal}; {FAMILY}; {analyze}"));
        let mut writer = writer(&fixture);
        writer.execute("INSERT INTO child VALUES (12, 1), (13, 1)").unwrap();
        writer.commit(&record("run-1", "applied")).unwrap();
        writer.maintain(&[TableName::local("child"), TableName::local("cutover_runs")]).unwrap();
        let rows = writer.catalog().unwrap().find("child").unwrap().estimated_rows;
        assert_eq!(rows, analyzed.then_some(4));
        assert_eq!(fixture.number("SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'"), i64::from(analyzed));
    }
}

#[test]
fn a_file_that_may_not_be_written_can_be_read_and_not_locked() {
    let fixture = fixture(FAMILY);
    let mut permissions = std::fs::metadata(&fixture.path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&fixture.path, permissions).unwrap();
    let mut reader = fixture.database.read().unwrap();
    assert_eq!(query(reader.as_mut(), "SELECT count(*) FROM parent"), ["2"]);
    drop(reader);
    // The superuser may write whatever the permissions say.
    if std::fs::OpenOptions::new().append(true).open(&fixture.path).is_err() {
        assert_eq!(fixture.database.lock("run-1").err().unwrap().kind(), ErrorKind::Refused);
    }
}
