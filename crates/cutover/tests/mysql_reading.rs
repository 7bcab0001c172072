//! Reading a real MySQL or MariaDB: cells, the catalog, and several sessions on one instant.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod mysql_support;

use cutover::database::Database;
use cutover::model::error::ErrorKind;
use cutover::model::interrupt::Interrupt;
use cutover::model::table::{ObjectKind, ObjectName, TableName};
use cutover::model::url::DatabaseUrl;
use mysql_support::proxy::Fault;
use mysql_support::{Scratch, rows, scanned};

fn one_row(setup: &str, columns: &[&str]) -> Vec<String> {
    let scratch = Scratch::new(setup);
    let mut found = scanned(&mut *scratch.reader(), "t", columns);
    assert_eq!(found.len(), 1);
    found.remove(0)
}

#[test]
fn numbers_are_exact() {
    let row = one_row(
        "CREATE TABLE t (f float, d double, n decimal(65,30), u bigint unsigned, z int(5) zerofill, b bit(64), w double(10,2), y year); \
         INSERT INTO t VALUES (0.1, 0.1, 12345678901234567890123456789012345.000000000000000000000000000001, 18446744073709551615, 42, \
         b'1000000000000000000000000000000000000000000000000000000000000001', 1.25, 2024)",
        &["f", "d", "n", "u", "z", "b", "w", "y"],
    );
    assert_eq!(
        row,
        [
            "0.10000000149011612",
            "0.1",
            "12345678901234567890123456789012345.000000000000000000000000000001",
            "18446744073709551615",
            "42",
            "9223372036854775809",
            "1.25",
            "2024"
        ]
    );
}

#[test]
fn the_smallest_change_of_a_float_is_seen_by_scans_and_by_queries() {
    let scratch =
        Scratch::new("CREATE TABLE t (id int PRIMARY KEY, f float); INSERT INTO t VALUES (1, 16777215), (2, 16777214), (3, NULL)");
    let mut reader = scratch.reader();
    let values = scanned(&mut *reader, "t", &["f"]);
    assert_eq!(values, [["16777214"], ["16777215"], ["NULL"]]);
    assert_eq!(
        rows(&mut *reader, "SELECT f, id, CAST('2024-02-29 01:02:03' AS datetime) FROM t ORDER BY id"),
        [["16777215", "1", "2024-02-29 01:02:03"], ["16777214", "2", "2024-02-29 01:02:03"], ["NULL", "3", "2024-02-29 01:02:03"]]
    );
}

#[test]
fn dates_and_times_do_not_depend_on_the_servers_settings() {
    let row = one_row(
        "SET sql_mode = ''; SET time_zone = '+05:00'; \
         CREATE TABLE t (zero date, part datetime(6), late time(3), early time, moment timestamp(6) NULL); \
         INSERT INTO t VALUES ('0000-00-00', '2024-02-00 01:02:03.000004', '838:59:59.5', '-838:59:59', '2024-01-01 05:00:00.000001')",
        &["zero", "part", "late", "early", "moment"],
    );
    assert_eq!(row, ["0000-00-00", "2024-02-00 01:02:03.000004", "838:59:59.500", "-838:59:59", "2024-01-01 00:00:00.000001"]);
}

#[test]
fn texts_differ_wherever_their_bytes_do() {
    let scratch = Scratch::new(
        "CREATE TABLE t (id int PRIMARY KEY, c varchar(20) COLLATE utf8mb4_general_ci, n varchar(20) CHARACTER SET latin1, x longtext); \
         INSERT INTO t VALUES (1, 'a', 'ä', ''), (2, 'a ', 'a', NULL), (3, 'A', '€', '😀\\\\\\t\\n'), (4, 'á', '', ' ')",
    );
    assert_eq!(
        scanned(&mut *scratch.reader(), "t", &["id", "c", "n", "x"]),
        [["1", "a", "ä", ""], ["2", "a ", "a", "NULL"], ["3", "A", "€", "😀\\\t\n"], ["4", "á", "", " "]]
    );
}

#[test]
fn bytes_that_mean_nothing_in_their_character_set_are_read_as_bytes() {
    let scratch = Scratch::new(
        "CREATE TABLE b (id int PRIMARY KEY, c varbinary(20)); INSERT INTO b VALUES (1, x'82A0'), (2, x'81AD'), (3, x'81AE'), (4, x'FC4C'); \
         CREATE TABLE t (id int PRIMARY KEY, c varchar(20) CHARACTER SET sjis); INSERT INTO t VALUES (1, ''), (2, ''), (3, ''), (4, '')",
    );
    let mut other = scratch.other();
    // No check is made of what a column becomes by ALTER: this is how such values come about.
    other.run("DROP TABLE t; CREATE TABLE t LIKE b; INSERT INTO t SELECT * FROM b");
    drop(other.try_run("SET sql_mode = ''; ALTER TABLE t MODIFY c varchar(20) CHARACTER SET sjis"));
    let values = scanned(&mut *scratch.reader(), "t", &["id", "c"]);
    assert_eq!(values[0], ["1", "あ"]);
    let distinct: std::collections::BTreeSet<_> = values.iter().map(|row| row[1].clone()).collect();
    assert_eq!(distinct.len(), 4, "{values:?}");
}

#[test]
fn bytes_enums_sets_json_and_geometry_are_exact() {
    let scratch = Scratch::new(
        "SET sql_mode = ''; CREATE TABLE t (id int PRIMARY KEY, b binary(4), v varbinary(9), e enum('x',''), o enum('x','y'), \
         s set('p','q'), j json, g point); INSERT INTO t VALUES \
         (1, 'a', x'00FF', '', 'x', 'p,q', '{\"a\": 1.0}', ST_GeomFromText('POINT(1 2)', 4326)), (2, 'b', '', 'wrong', 'wrong', '', NULL, NULL)",
    );
    let found = scanned(&mut *scratch.reader(), "t", &["id", "b", "v", "e", "o", "s", "j", "g"]);
    assert_eq!(
        found,
        [
            ["1", "a\0\0\0", "x'00ff'", "", "x", "p,q", "{\"a\": 1.0}", "x'e61000000101000000000000000000f03f0000000000000040'"],
            ["2", "b\0\0\0", "", "x'ff'", "", "", "NULL", "NULL"]
        ]
    );
}

#[test]
fn generated_invisible_and_versioned_columns_are_read() {
    let scratch = Scratch::new(
        "CREATE TABLE t (a int, b int INVISIBLE DEFAULT 7, v int AS (a + 1) VIRTUAL, s int AS (a + 2) STORED) WITH SYSTEM VERSIONING; \
         INSERT INTO t (a) VALUES (1); UPDATE t SET a = 2",
    );
    let mut reader = scratch.reader();
    assert_eq!(scanned(&mut *reader, "t", &["a", "b", "v", "s"]), [["2", "7", "3", "4"]]);
    let catalog = reader.catalog().unwrap();
    let table = catalog.find("t").unwrap();
    let generated: Vec<_> = table.columns.iter().map(|column| (column.name.as_str(), column.generated)).collect();
    assert_eq!(generated, [("a", false), ("b", false), ("v", true), ("s", true)]);
    assert!(catalog.not_covered[0].reason.contains("history"), "{:?}", catalog.not_covered);
}

#[test]
fn a_scan_of_no_columns_counts_the_rows() {
    let scratch = Scratch::new("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2), (NULL)");
    assert_eq!(scanned(&mut *scratch.reader(), "t", &[]).len(), 3);
}

const SMALL: &str = "CREATE TABLE schools (id int AUTO_INCREMENT PRIMARY KEY, name varchar(100) NOT NULL, code varchar(10), \
    UNIQUE KEY code_key (code), UNIQUE KEY prefix_key (name(10)), KEY by_name (name DESC)) COMMENT = 'all'; \
    CREATE TABLE programs (id int PRIMARY KEY, school_id int NOT NULL, grade decimal(3,2) DEFAULT 1.50 CHECK (grade > 0), \
    CONSTRAINT programs_school FOREIGN KEY (school_id) REFERENCES schools (id) ON DELETE CASCADE, CONSTRAINT id_ok CHECK (id > 0)); \
    CREATE TABLE old (a int) ENGINE = MyISAM; \
    CREATE VIEW names AS SELECT s.name, 'x' AS y FROM schools s; \
    CREATE TRIGGER watch BEFORE UPDATE ON schools FOR EACH ROW SET NEW.name = TRIM(NEW.name); \
    CREATE FUNCTION twice(a int) RETURNS int DETERMINISTIC RETURN a * 2; \
    CREATE PROCEDURE twice(IN a int, OUT b int) SET b = a * 2; \
    CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE DO DELETE FROM programs; \
    CREATE SEQUENCE numbers START WITH 5 INCREMENT BY 3";

#[test]
fn the_catalog_has_what_belongs_to_a_database() {
    let scratch = Scratch::new(SMALL);
    scratch.run("INSERT INTO schools (name) VALUES ('a'), ('b')");
    let mut reader = scratch.reader();
    let catalog = reader.catalog().unwrap();
    let names: Vec<_> = catalog.tables.iter().map(|table| table.name.to_string()).collect();
    assert_eq!(names, ["old", "programs", "schools"]);
    let schools = catalog.find("schools").unwrap();
    let keys: Vec<_> = schools.keys.iter().map(|key| (key.name.as_str(), key.primary, key.not_null)).collect();
    assert_eq!(keys, [("PRIMARY", true, true), ("code_key", false, false)]);
    assert_eq!(schools.columns[0].data_type, "int");
    assert!(schools.unit_obstacles.is_empty());
    assert!(catalog.find("old").unwrap().unit_obstacles[0].contains("MyISAM"));
    let relationships: Vec<_> = catalog.relationships.iter().map(ToString::to_string).collect();
    assert_eq!(relationships, ["programs.school_id → schools.id"]);

    let objects: Vec<_> = catalog.objects.keys().filter(|name| name.kind != ObjectKind::Grant).map(ToString::to_string).collect();
    insta::assert_snapshot!(objects.join("\n"));
    let property = |kind, name: &str, property: &str| {
        let object = ObjectName { kind, name: name.to_owned() };
        catalog.objects[&object].get(property).cloned().unwrap_or_default()
    };
    assert_eq!(property(ObjectKind::View, "names", "definition"), "select `s`.`name` AS `name`,'x' AS `y` from `schools` `s`");
    assert_eq!(property(ObjectKind::Index, "schools.prefix_key", "columns"), "name(10)");
    assert_eq!(property(ObjectKind::Index, "schools.by_name", "columns"), "name DESC");
    assert_eq!(property(ObjectKind::Routine, "twice", "procedure parameters"), "IN a int(11), OUT b int(11)");
    assert_eq!(property(ObjectKind::Routine, "twice", "function definition"), "RETURN a * 2");
    assert_eq!(property(ObjectKind::Constraint, "programs.programs_school", "on_delete"), "CASCADE");
    assert_eq!(property(ObjectKind::Table, "schools", "comment"), "all");
    assert_eq!(property(ObjectKind::Sequence, "numbers", "increment"), "3");

    let positions: Vec<_> = reader.sequences().unwrap().into_iter().map(|position| (position.sequence, position.next)).collect();
    assert_eq!(positions, [("numbers".to_owned(), 5), ("schools".to_owned(), 3)]);
}

#[test]
fn a_copy_of_another_name_has_the_same_catalog() {
    let [first, second] = [Scratch::new(SMALL), Scratch::new(SMALL)];
    let [mut first, mut second] = [first.reader().catalog().unwrap(), second.reader().catalog().unwrap()];
    for catalog in [&mut first, &mut second] {
        catalog.tables.iter_mut().for_each(|table| (table.bytes, table.estimated_rows) = (None, None));
    }
    assert_eq!(first, second);
}

#[test]
fn every_change_of_the_schema_shows() {
    for change in [
        "ALTER TABLE schools ALTER COLUMN name SET DEFAULT 'x'",
        "ALTER TABLE schools MODIFY name varchar(100) COLLATE utf8mb4_bin NOT NULL",
        "ALTER TABLE schools MODIFY name varchar(101) NOT NULL",
        "ALTER TABLE schools MODIFY name varchar(100)",
        "ALTER TABLE schools MODIFY name varchar(100) NOT NULL COMMENT 'new'",
        "ALTER TABLE schools MODIFY name varchar(100) NOT NULL INVISIBLE DEFAULT ''",
        "ALTER TABLE schools DROP INDEX by_name",
        "ALTER TABLE schools DROP INDEX by_name, ADD INDEX by_name (name)",
        "ALTER TABLE schools ALTER INDEX by_name IGNORED",
        "ALTER TABLE schools ROW_FORMAT = COMPRESSED",
        "ALTER TABLE old ENGINE = Aria",
        "ALTER TABLE schools COMMENT = ''",
        "ALTER TABLE programs DROP CONSTRAINT id_ok",
        "ALTER TABLE programs DROP FOREIGN KEY programs_school",
        "ALTER TABLE programs DROP FOREIGN KEY programs_school; ALTER TABLE programs ADD CONSTRAINT programs_school FOREIGN KEY (school_id) REFERENCES schools (id)",
        "ALTER TABLE old PARTITION BY HASH (a) PARTITIONS 2",
        "DROP TRIGGER watch",
        "SET sql_mode = ''; DROP TRIGGER watch; CREATE TRIGGER watch BEFORE UPDATE ON schools FOR EACH ROW SET NEW.name = TRIM(NEW.name)",
        "DROP VIEW names; CREATE SQL SECURITY INVOKER VIEW names AS SELECT s.name, 'x' AS y FROM schools s",
        "ALTER PROCEDURE twice COMMENT 'new'",
        "DROP FUNCTION twice",
        "ALTER EVENT nightly ENABLE",
        "ALTER SEQUENCE numbers INCREMENT BY 4",
        "ALTER DATABASE COLLATE utf8mb4_bin",
    ] {
        let scratch = Scratch::new(SMALL);
        let before = scratch.reader().catalog().unwrap();
        scratch.run(change);
        assert_ne!(scratch.reader().catalog().unwrap().objects, before.objects, "{change}");
    }
}

#[test]
fn what_is_no_change_of_the_schema_does_not_show() {
    let scratch = Scratch::new(SMALL);
    let before = scratch.reader().catalog().unwrap();
    scratch.run(
        "INSERT INTO schools (name) VALUES ('a'); ALTER TABLE schools AUTO_INCREMENT = 50; ANALYZE TABLE schools; SELECT NEXTVAL(numbers); \
         ALTER TABLE programs ADD INDEX explicit (school_id)",
    );
    let mut after = scratch.reader().catalog().unwrap();
    // The implicit index of the foreign key has silently gone, and only the new one is to be granted.
    assert!(after.objects.remove(&ObjectName { kind: ObjectKind::Index, name: "programs.explicit".to_owned() }).is_some());
    assert_eq!(after.objects, before.objects);
}

#[test]
fn an_account_that_may_not_read_everything_is_told_the_grant() {
    let scratch = Scratch::new(SMALL);
    let blind = scratch.account("blind", "INSERT");
    let error = scratch.database_as(&blind).read().unwrap().catalog().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.hints()[0].starts_with(&format!("GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON `{}`.* TO '", scratch.name)), "{error:?}");
}

#[test]
fn what_an_account_may_not_see_is_not_covered() {
    let scratch = Scratch::new(SMALL);
    let half = scratch.account("half", "SELECT, EXECUTE");
    let catalog = scratch.database_as(&half).read().unwrap().catalog().unwrap();
    let hidden: Vec<_> = catalog.not_covered.iter().map(|entry| entry.object.to_string()).collect();
    assert_eq!(hidden, ["trigger triggers", "view names", "routine twice", "event events"]);
    let full = scratch.account("full", "SELECT, EXECUTE, SHOW VIEW, TRIGGER, EVENT");
    let catalog = scratch.database_as(&full).read().unwrap().catalog().unwrap();
    let hidden: Vec<_> = catalog.not_covered.iter().map(|entry| entry.object.to_string()).collect();
    assert_eq!(hidden, ["routine twice"]);
}

#[test]
fn a_reading_session_cannot_write_and_stays_on_its_instant() {
    let scratch = Scratch::new("CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
    let mut reader = scratch.reader();
    scratch.run("INSERT INTO t VALUES (2)");
    assert_eq!(rows(&mut *reader, "SELECT COUNT(*) FROM t"), [["1"]]);
    for sql in [
        "DELETE FROM t",
        "SELECT 1; DELETE FROM t",
        "SELECT 1 INTO OUTFILE '/tmp/cutover'",
        "WITH x AS (SELECT 1) DELETE FROM t",
        "SET @a = 1",
    ] {
        assert_eq!(reader.query(sql, &mut |_| Ok(())).unwrap_err().kind(), ErrorKind::Statement, "{sql}");
    }
    scratch.run("CREATE FUNCTION f() RETURNS int DETERMINISTIC BEGIN DELETE FROM t; RETURN 1; END");
    let error = reader.query("SELECT f()", &mut |_| Ok(())).unwrap_err();
    assert!(error.to_string().contains("READ ONLY"), "{error:?}");
}

#[test]
fn a_fault_in_a_query_is_told_with_its_place() {
    let scratch = Scratch::new("CREATE TABLE t (a int)");
    let error = scratch.reader().query("SELECT a\nFORM t", &mut |_| Ok(())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Statement);
    assert!(error.hints()[0].starts_with("line 2, column 6 of the statement: FORM t"), "{error:?}");
    assert!(scratch.reader().inputs("SELECT nothing FROM t").is_err());
    assert_eq!(scratch.reader().inputs("SELECT a FROM t").unwrap(), None);
}

#[test]
fn several_sessions_read_one_instant_and_have_ended_afterwards() {
    let scratch = Scratch::new("CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
    let mut reader = scratch.reader();
    reader
        .together(3, &mut |readers, _| {
            assert_eq!(readers.len(), 3);
            scratch.run("INSERT INTO t VALUES (2)");
            for reader in readers.iter_mut() {
                assert_eq!(rows(*reader, "SELECT COUNT(*) FROM t"), [["1"]]);
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(rows(&mut *reader, "SELECT COUNT(*) FROM t"), [["1"]]);
    drop(reader);
    // A lock on the table's definition would keep this waiting.
    scratch.run("SET lock_wait_timeout = 5; ALTER TABLE t ADD b int");
}

#[test]
fn a_session_that_has_read_stays_alone_on_its_instant() {
    let scratch = Scratch::new("CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
    let mut reader = scratch.reader();
    assert_eq!(rows(&mut *reader, "SELECT COUNT(*) FROM t"), [["1"]]);
    scratch.run("INSERT INTO t VALUES (2)");
    reader
        .together(3, &mut |readers, _| {
            assert_eq!(readers.len(), 1);
            assert_eq!(rows(readers[0], "SELECT COUNT(*) FROM t"), [["1"]]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_person_stops_a_running_query() {
    let scratch = Scratch::new("");
    let interrupt = Interrupt::new();
    let mut reader = scratch.database_with(&interrupt).read().unwrap();
    let signal = interrupt.clone();
    let watcher = std::thread::scope(|scope| {
        let stopper = scope.spawn(|| {
            scratch.wait_until("SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO = 'SELECT SLEEP(1000)'");
            signal.trigger("stopped by the test");
        });
        let outcome = reader.query("SELECT SLEEP(1000)", &mut |_| Ok(()));
        stopper.join().unwrap();
        outcome
    });
    // SLEEP itself answers 1 when it is interrupted, and no error.
    if let Err(error) = watcher {
        assert_eq!(error.kind(), ErrorKind::Interrupted);
    }
    assert_eq!(reader.query("SELECT 1", &mut |_| Ok(())).unwrap_err().to_string(), "stopped by the test");
    interrupt.clear();
    assert_eq!(rows(&mut *reader, "SELECT 1"), [["1"]]);
}

#[test]
fn a_sink_that_fails_stops_the_server_and_leaves_the_session_of_use() {
    let scratch = Scratch::new("CREATE TABLE t (a int); INSERT INTO t SELECT seq FROM seq_1_to_200000");
    let mut reader = scratch.reader();
    let mut seen = 0;
    let error = reader
        .scan(&TableName::local("t"), &["a".to_owned()], &mut |_| {
            seen += 1;
            if seen == 10 { Err(cutover::model::error::Error::new(ErrorKind::File, "the disk is full")) } else { Ok(()) }
        })
        .unwrap_err();
    assert_eq!((error.kind(), seen), (ErrorKind::File, 10));
    assert_eq!(rows(&mut *reader, "SELECT COUNT(*) FROM t"), [["200000"]]);
}

#[test]
fn a_proxy_is_refused() {
    let scratch = Scratch::new("");
    let Err(error) = scratch.database_behind(Fault::NumbersSessions).read() else { panic!("the proxy was not noticed") };
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.to_string().contains("is a proxy"), "{error}");
}

#[test]
fn a_database_that_is_not_there_is_told_and_not_created() {
    let scratch = Scratch::new("");
    let url = scratch.url().replace(&scratch.name, "cutover_test_no_such_database");
    let database = cutover::database::open(&DatabaseUrl::new(url).unwrap(), &Interrupt::new()).unwrap();
    let Err(error) = database.read() else { panic!("it was opened") };
    assert!(error.to_string().contains("Unknown database"), "{error}");
    assert!(!error.to_string().contains("secret"));
}

#[test]
fn the_session_says_what_it_talks_to() {
    let scratch = Scratch::new("");
    let session = scratch.reader().session().unwrap();
    assert!(session.product.starts_with("MariaDB 1") || session.product.starts_with("MySQL 8"), "{}", session.product);
    assert_eq!((session.database, session.replica), (scratch.name.clone(), false));
    assert!(scratch.reader().load().unwrap().is_some());
}

#[test]
fn rights_by_a_role_are_rights() {
    let scratch = Scratch::new(SMALL);
    let account = scratch.account("member", "");
    let name = account.split(':').next().unwrap();
    scratch.run(&format!(
        "CREATE ROLE {name}_role; GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON {}.* TO {name}_role; GRANT {name}_role TO {name}@'%'; \
         SET DEFAULT ROLE {name}_role FOR {name}@'%'",
        scratch.name
    ));
    let catalog = scratch.database_as(&account).read().unwrap().catalog().unwrap();
    // Without EXECUTE, an account does not even see that there are routines.
    let hidden: Vec<_> = catalog.not_covered.iter().map(|entry| entry.object.to_string()).collect();
    assert_eq!(hidden, ["routine routines"]);
}
