//! What a SQLite session reads, and how it opens and ends.
#![allow(clippy::unwrap_used)]

mod sqlite_support;

use std::collections::BTreeSet;
use std::process::Command;

use cutover::database::Database;
use cutover::database::sqlite::SqliteDatabase;
use cutover::model::cell::CellClass::{Blob, Integer, Null, Real, Text};
use cutover::model::error::{Error, ErrorKind};
use cutover::model::interrupt::Interrupt;
use cutover::model::table::TableName;
use cutover::model::url::DatabaseUrl;
use sqlite_support::{Fixture, fixture, query, scan};

fn at(path: &std::path::Path) -> SqliteDatabase {
    SqliteDatabase::new(&DatabaseUrl::new(path.to_str().unwrap()).unwrap(), &Interrupt::new()).unwrap()
}

#[test]
fn every_storage_class_is_exact_and_none_is_taken_for_another() {
    let fixture = fixture(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v);
         INSERT INTO t (v) VALUES (1), (1.0), ('1'), (NULL), (''), (x''), (12.000001), (12), (-0.0), (9223372036854775807),
            (-9223372036854775808), (x'00ff'), (CAST(x'ff41' AS TEXT)), (1e308 * 10), (0.1), ('é'), ('a' || char(0) || 'b')",
    );
    let mut reader = fixture.database.read().unwrap();
    let cells: Vec<_> = scan(reader.as_mut(), "t", &["v"]).into_iter().map(|mut row| row.remove(0)).collect();
    let expected: Vec<(_, &[u8])> = vec![
        (Integer, b"1"),
        (Real, b"1.0"),
        (Text, b"1"),
        (Null, b""),
        (Text, b""),
        (Blob, b""),
        (Real, b"12.000001"),
        (Integer, b"12"),
        (Real, b"-0.0"),
        (Integer, b"9223372036854775807"),
        (Integer, b"-9223372036854775808"),
        (Blob, b"\x00\xff"),
        (Text, b"\xffA"),
        (Real, b"inf"),
        (Real, b"0.1"),
        (Text, "é".as_bytes()),
        (Text, b"a\0b"),
    ];
    let found: Vec<_> = cells.iter().map(|(class, bytes)| (*class, bytes.as_slice())).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_scan_reads_the_columns_that_are_named_in_their_order_and_none_that_is_not_there() {
    let fixture = fixture("CREATE TABLE \"odd \"\" table\" (\"a b\" INT, c INT); INSERT INTO \"odd \"\" table\" VALUES (1, 2), (3, 4)");
    let mut reader = fixture.database.read().unwrap();
    assert_eq!(scan(reader.as_mut(), "odd \" table", &["c", "a b"])[1], [(Integer, b"4".to_vec()), (Integer, b"3".to_vec())]);
    assert_eq!(scan(reader.as_mut(), "odd \" table", &[]), [[], []]);
    // SQLite would take the quoted name of a missing column for a text.
    let error = reader.scan(&TableName::local("odd \" table"), &["missing".to_owned()], &mut |_| Ok(())).unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
}

#[test]
fn text_of_a_utf16_database_is_read_as_utf8() {
    let fixture = fixture("PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (v TEXT); INSERT INTO t VALUES ('Ωmega')");
    let mut reader = fixture.database.read().unwrap();
    assert_eq!(scan(reader.as_mut(), "t", &["v"]), [[(Text, "Ωmega".as_bytes().to_vec())]]);
}

#[test]
fn a_reader_cannot_write_and_keeps_the_instant_that_it_began_with() {
    for journal in ["DELETE", "WAL"] {
        let fixture = fixture(&format!("PRAGMA journal_mode = {journal}; CREATE TABLE t (v); INSERT INTO t VALUES (1)"));
        let mut reader = fixture.database.read().unwrap();
        let error = reader.query("INSERT INTO t VALUES (2) RETURNING v", &mut |_| Ok(())).unwrap_err();
        assert!(error.to_string().contains("not a query"), "{error}");
        for sql in ["PRAGMA query_only = OFF", "COMMIT", "DELETE FROM t"] {
            reader.query(sql, &mut |_| Ok(())).unwrap_err();
        }
        // A write-ahead log lets others commit meanwhile; with a rollback journal their COMMIT has to wait.
        let written = fixture.application().execute_batch("INSERT INTO t VALUES (3)");
        assert_eq!(written.is_ok(), journal == "WAL");
        assert_eq!(query(reader.as_mut(), "SELECT count(*) FROM t"), ["1"]);
        drop(reader);
        fixture.application().execute_batch("INSERT INTO t VALUES (3)").unwrap();
    }
}

#[test]
fn queries_give_their_names_and_their_errors_a_position() {
    let fixture = fixture("CREATE TABLE t (v); INSERT INTO t VALUES ('x')");
    let mut reader = fixture.database.read().unwrap();
    assert_eq!(reader.query("SELECT v AS a, 1 AS b FROM t", &mut |_| Ok(())).unwrap(), ["a", "b"]);
    let error = reader.query("SELECT v,\n  absent FROM t", &mut |_| Ok(())).unwrap_err();
    assert_eq!(error.to_string(), "no such column: absent (line 2, column 3 of the statement)");
    assert_eq!(error.kind(), ErrorKind::Statement);
    let error = reader.query("SELECT 1; SELECT 2", &mut |_| Ok(())).unwrap_err();
    assert!(error.to_string().contains("more than one statement"), "{error}");
    let error = reader.query("SELECT v FROM t", &mut |_| Err(Error::new(ErrorKind::Internal, "the sink's own"))).unwrap_err();
    assert_eq!(error.to_string(), "the sink's own");
}

#[test]
fn what_is_no_database_is_refused_and_never_created() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing.db");
    for error in [at(&missing).read().err().unwrap(), at(&missing).lock("r").err().unwrap()] {
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.to_string().contains("missing.db"), "{error}");
    }
    assert!(!missing.exists());
    let text = directory.path().join("notes.txt");
    std::fs::write(&text, "a text that is long enough to be looked at as the header of a database file, and is none".repeat(20)).unwrap();
    for error in [at(&text).read().err().unwrap(), at(&text).lock("r").err().unwrap()] {
        assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
        assert!(error.to_string().contains("is not a SQLite database"), "{error}");
    }
    let error = at(directory.path()).read().err().unwrap();
    assert!(error.to_string().contains("is a directory"), "{error}");
    for url in [":memory:", "sqlite:///x.db?mode=ro"] {
        let error = SqliteDatabase::new(&DatabaseUrl::new(url).unwrap(), &Interrupt::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
    }
}

#[test]
fn a_url_names_the_same_file_as_its_path() {
    let fixture = fixture("CREATE TABLE t (v)");
    for scheme in ["sqlite:", "sqlite://", "file://"] {
        let url = DatabaseUrl::new(format!("{scheme}{}", fixture.path.display())).unwrap();
        let mut reader = SqliteDatabase::new(&url, &Interrupt::new()).unwrap().read().unwrap();
        let session = reader.session().unwrap();
        assert_eq!(session.database, "registry.db");
        assert!(session.product.starts_with("SQLite 3.") && session.bytes >= 4096, "{session:?}");
    }
}

const CHILD: &str = "CUTOVER_TEST_KILLED_WRITER";

#[test]
fn a_file_whose_writer_was_killed_reads_as_it_was_before() {
    if let Ok(path) = std::env::var(CHILD) {
        // With hardly any cache, SQLite has to write changed pages into the file before it could commit.
        let connection = rusqlite::Connection::open(path).unwrap();
        connection.execute_batch("PRAGMA cache_size = 4; BEGIN IMMEDIATE; UPDATE t SET v = v || 'changed'").unwrap();
        std::process::abort();
    }
    let fixture = fixture(
        "CREATE TABLE t (v); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO t SELECT 'row ' || i FROM n",
    );
    let before = std::fs::read(&fixture.path).unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_file_whose_writer_was_killed_reads_as_it_was_before", "--nocapture"])
        .env(CHILD, &fixture.path)
        // Its own account of its tests would be taken for one of ours.
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(!status.success());
    assert_ne!(std::fs::read(&fixture.path).unwrap(), before, "the killed writer has left a half-written file");
    assert!(fixture.directory.path().join("registry.db-journal").metadata().unwrap().len() > 0);
    let mut reader = fixture.database.read().unwrap();
    assert_eq!(query(reader.as_mut(), "SELECT count(*), sum(v LIKE '%changed') FROM t"), ["20000|0"]);
}

#[test]
fn a_signal_ends_a_statement_that_would_never_end_and_a_scan_between_two_rows() {
    let fixture = fixture("CREATE TABLE t (v)");
    let mut reader = fixture.database.read().unwrap();
    let signal = fixture.interrupt.clone();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(50));
        signal.trigger("Ctrl-C");
    });
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT";
    let error = reader.query(&format!("{endless} count(*) FROM n"), &mut |_| Ok(())).unwrap_err();
    thread.join().unwrap();
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Interrupted, "Ctrl-C"));
    fixture.interrupt.clear();
    let mut rows = 0;
    let error = reader
        .query(&format!("{endless} i FROM n"), &mut |_| {
            rows += 1;
            if rows == 10 {
                fixture.interrupt.trigger("the time is over");
            }
            Ok(())
        })
        .unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Interrupted, "the time is over"));
    fixture.interrupt.clear();
    assert_eq!(query(reader.as_mut(), "SELECT 1"), ["1"]);
}

fn inputs(fixture: &Fixture, sql: &str) -> Option<BTreeSet<String>> {
    let found = fixture.database.read().unwrap().inputs(sql).unwrap();
    found.map(|columns| columns.into_iter().map(|(table, column)| format!("{table}.{column}")).collect())
}

#[test]
fn the_inputs_of_a_query_are_the_columns_that_it_reads() {
    let fixture = fixture(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, x, y); CREATE TABLE b (a_id, z); CREATE TABLE Mixed (Id INTEGER PRIMARY KEY, Name);
         CREATE VIEW v AS SELECT x, count(*) AS n FROM a GROUP BY x; CREATE VIEW joined AS SELECT a.x FROM a JOIN b ON b.a_id = a.id;
         CREATE VIEW natural_one AS SELECT x FROM a NATURAL JOIN b; CREATE VIEW firsts AS SELECT x FROM a LIMIT 1",
    );
    for (sql, expected) in [
        ("SELECT x FROM a WHERE y > 1", vec!["a.x", "a.y"]),
        ("SELECT count(*) FROM a", vec!["a.id"]),
        ("SELECT count(*) FROM b", vec!["b.a_id", "b.z"]),
        ("SELECT a.x, b.z FROM a JOIN b ON b.a_id = a.id", vec!["a.id", "a.x", "b.a_id", "b.z"]),
        ("SELECT n FROM v", vec!["a.x"]),
        ("SELECT x FROM JOINED", vec!["a.id", "a.x", "b.a_id"]),
        ("SELECT rowid FROM a", vec!["a.id"]),
        ("WITH c AS (SELECT y FROM a) SELECT sum(y) FROM c", vec!["a.y"]),
        ("SELECT (SELECT max(z) FROM b WHERE a_id = a.id) FROM a", vec!["a.id", "b.a_id", "b.z"]),
        ("SELECT name FROM mixed", vec!["Mixed.Name"]),
        ("SELECT upper(x), coalesce(y, 0) FROM a", vec!["a.x", "a.y"]),
        ("SELECT e.value FROM a, json_each(a.x) e", vec!["a.x"]),
    ] {
        let found = inputs(&fixture, sql).unwrap_or_else(|| panic!("{sql}: nothing"));
        assert!(expected.iter().all(|column| found.contains(*column)), "{sql}: {found:?} lacks one of {expected:?}");
        assert!(found.len() <= expected.len() + 1, "{sql}: {found:?} has more than {expected:?}");
    }
    for sql in [
        "SELECT x, random() FROM a",
        "SELECT x FROM a WHERE y > date('now')",
        "SELECT date(x) FROM a",
        "SELECT current_timestamp, x FROM a",
        "SELECT changes() FROM a",
        "SELECT group_concat(x) FROM a",
        "SELECT row_number() OVER () FROM a",
        "SELECT rowid FROM b",
        "SELECT a.x FROM a NATURAL JOIN b",
        "SELECT a.x FROM a JOIN a AS other USING (y)",
        "SELECT x FROM natural_one",
        "SELECT x FROM Firsts",
        "SELECT x FROM a LIMIT 3",
        "SELECT name FROM sqlite_schema",
        "SELECT name FROM pragma_table_info('a')",
    ] {
        assert_eq!(inputs(&fixture, sql), None, "{sql}");
    }
    fixture.database.read().unwrap().inputs("SELECT absent FROM a").unwrap_err();
}
