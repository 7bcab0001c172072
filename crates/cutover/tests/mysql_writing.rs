//! Writing to a real MySQL or MariaDB: the lock, the fence, units, and every way in which a transaction can end.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod mysql_support;

use std::time::Duration;

use cutover::database::{Commit, Database, Entry, Fence, Mode, RunRecord, Writer};
use cutover::model::error::{Error, ErrorKind, Result};
use cutover::model::interrupt::Interrupt;
use mysql_support::proxy::Fault;
use mysql_support::{Scratch, fence, record, rows};

/// A run that accepts that nothing holds others off sets nothing on the server; so do the tests that are not about the fence. The account
/// has every right but the one for `read_only`.
fn unfenced(scratch: &Scratch) -> Box<dyn Writer> {
    let account = scratch.account("plain", "ALL");
    // To see other accounts' sessions.
    scratch.run(&format!("GRANT PROCESS ON *.* TO {}@'%'", account.split(':').next().unwrap()));
    let mut writer = scratch.database_as(&account).lock("test").unwrap();
    let raised = writer.open(&Fence { unfenced: true, ..fence() }, &mut |_| {}).unwrap();
    assert!(raised.open.is_some(), "{raised:?}");
    writer
}

fn entry(number: u64) -> Entry {
    Entry { run: "test".to_owned(), number, text: format!("{{\"n\": {number}, \"quote\": \"it's \\\\ ä\"}}") }
}

fn unit(writer: &mut dyn Writer, number: u64, statements: &[&str]) -> Result<Commit> {
    writer.unit(&mut |writer| {
        for sql in statements {
            writer.execute(sql)?;
        }
        Ok(entry(number))
    })
}

const TABLE: &str = "CREATE TABLE t (id int PRIMARY KEY, a varchar(5)) ENGINE = InnoDB; INSERT INTO t VALUES (1, 'x')";

#[test]
fn an_atomic_run_is_refused() {
    let scratch = Scratch::new(TABLE);
    let error = scratch.writer().open(&Fence { mode: Mode::Atomic, ..fence() }, &mut |_| {}).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.hints()[0].contains("in-place"), "{error:?}");
    assert_eq!(scratch.reader().entries("test").unwrap(), []);
}

#[test]
fn one_run_per_database_and_the_holder_is_named() {
    let scratch = Scratch::new("");
    let first = scratch.writer();
    let Err(error) = scratch.database().lock("second") else { panic!("two runs") };
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.hints().iter().any(|hint| hint.contains("KILL ")), "{error:?}");
    let elsewhere = Scratch::new("");
    drop(elsewhere.writer());
    drop(first);
    drop(scratch.writer());
}

#[test]
fn a_unit_is_all_or_nothing_and_its_entry_is_in_it() {
    let scratch = Scratch::new(TABLE);
    let mut writer = unfenced(&scratch);
    assert_eq!(unit(&mut *writer, 1, &["UPDATE t SET a = 'y'", "INSERT INTO t VALUES (2, 'z')"]).unwrap(), Commit::Committed);
    let error = unit(&mut *writer, 2, &["DELETE FROM t", "INSERT INTO t VALUES (1, 'much too long')"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Statement);
    let taken = unit(&mut *writer, 1, &["DELETE FROM t"]).unwrap_err();
    assert!(taken.to_string().contains("Duplicate entry"), "{taken}");
    assert_eq!(writer.entries("test").unwrap(), [entry(1)]);
    assert_eq!(rows(&mut *scratch.reader(), "SELECT id, a FROM t ORDER BY id"), [["1", "y"], ["2", "z"]]);
    assert_eq!(scratch.reader().entries("test").unwrap(), [entry(1)]);
    assert!(scratch.reader().catalog().unwrap().tables.iter().all(|table| !table.name.name.starts_with("cutover")));
}

#[test]
fn matched_rows_are_counted_even_where_nothing_changes() {
    let scratch = Scratch::new(TABLE);
    let mut writer = unfenced(&scratch);
    assert_eq!(writer.execute("UPDATE t SET a = 'x'").unwrap(), 1);
    assert_eq!(writer.execute("INSERT INTO t VALUES (2, 'y'), (3, 'z')").unwrap(), 2);
    assert_eq!(writer.execute("DELETE FROM t WHERE id = 9").unwrap(), 0);
}

#[test]
fn a_statement_that_commits_by_itself_inside_of_a_unit_is_noticed() {
    let scratch = Scratch::new(TABLE);
    scratch
        .run("CREATE PROCEDURE sly() BEGIN INSERT INTO t VALUES (7, 'p'); COMMIT; START TRANSACTION; INSERT INTO t VALUES (8, 'q'); END");
    let mut writer = unfenced(&scratch);
    for sql in ["CREATE TABLE u (a int)", "CALL sly()"] {
        let error = unit(&mut *writer, 1, &["UPDATE t SET a = 'y'", sql, "UPDATE t SET a = 'never'"]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Escaped, "{sql}: {error:?}");
    }
    assert_eq!(rows(&mut *writer, "SELECT DISTINCT a FROM t ORDER BY a"), [["p"], ["y"]]);
    assert_eq!(writer.entries("test").unwrap(), []);
    assert_eq!(unit(&mut *writer, 1, &["UPDATE t SET a = 'z'"]).unwrap(), Commit::Committed);
}

#[test]
fn what_ignore_would_store_differently_is_an_error() {
    let scratch = Scratch::new(TABLE);
    let mut writer = unfenced(&scratch);
    let error = unit(&mut *writer, 1, &["INSERT IGNORE INTO t VALUES (2, 'much too long')"]).unwrap_err();
    assert!(error.to_string().contains("Data too long") || error.to_string().contains("truncated"), "{error:?}");
    assert_eq!(rows(&mut *writer, "SELECT COUNT(*) FROM t"), [["1"]]);
    assert_eq!(unit(&mut *writer, 1, &["INSERT IGNORE INTO t VALUES (1, 'there')"]).unwrap(), Commit::Committed);
}

#[test]
fn what_strict_mode_lets_pass_is_no_loss() {
    let scratch = Scratch::new(
        "CREATE TABLE t (id int PRIMARY KEY, d decimal(6,2), third decimal(6,1) AS (d / 3) STORED, day date, a varchar(5)); \
         INSERT INTO t (id) VALUES (1)",
    );
    let mut writer = unfenced(&scratch);
    let rounded = ["UPDATE t SET d = 1.23456", "UPDATE t SET day = '2026-01-02 03:04:05'", "UPDATE t SET a = 'abcde  '"];
    assert_eq!(unit(&mut *writer, 1, &rounded).unwrap(), Commit::Committed);
    writer.execute("ALTER TABLE t MODIFY d decimal(6,1)").unwrap();
    // A routine may turn the notes on for its session, and they are no losses then, either.
    scratch.run("CREATE PROCEDURE chatty() BEGIN SET SESSION sql_notes = 1; UPDATE t SET d = 2.3456; END");
    writer.execute("CALL chatty()").unwrap();
    assert_eq!(rows(&mut *writer, "SELECT d, third, day, a FROM t"), [["2.3", "0.8", "2026-01-02", "abcde"]]);
}

#[test]
fn a_loss_is_found_among_many_other_warnings() {
    let scratch = Scratch::new(
        "CREATE TABLE t (id int PRIMARY KEY, a varchar(5), d decimal(4,2)); CREATE TABLE source (id int, a varchar(20), d decimal(6,4)); \
         INSERT INTO source SELECT seq, 'there', 1.2345 FROM seq_1_to_200; INSERT INTO t SELECT * FROM source; \
         INSERT INTO source VALUES (201, 'much too long', 1.2345)",
    );
    let mut writer = unfenced(&scratch);
    let error = unit(&mut *writer, 1, &["INSERT IGNORE INTO t SELECT * FROM source ORDER BY id"]).unwrap_err();
    assert!(error.to_string().contains("column 'a'"), "{error:?}");
    assert_eq!(rows(&mut *writer, "SELECT COUNT(*) FROM t"), [["200"]]);
}

#[test]
fn a_probe_leaves_nothing_behind_alone_and_within_a_transaction() {
    let scratch = Scratch::new(TABLE);
    let mut writer = unfenced(&scratch);
    let probe = |writer: &mut dyn Writer| {
        writer.probe(&mut |writer| {
            writer.execute("DELETE FROM t")?;
            assert!(writer.execute("INSERT INTO t VALUES (2, 'much too long')").is_err());
            assert_eq!(rows(writer, "SELECT COUNT(*) FROM t"), [["0"]]);
            Ok(())
        })
    };
    probe(&mut *writer).unwrap();
    writer.begin().unwrap();
    probe(&mut *writer).unwrap();
    probe(&mut *writer).unwrap();
    assert_eq!(rows(&mut *writer, "SELECT COUNT(*) FROM t"), [["1"]]);
    let error = writer.probe(&mut |writer| writer.execute("DROP TABLE t").map(drop)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Escaped);
    writer.rollback().unwrap();
    let outcome = writer.probe(&mut |_| Err(Error::new(ErrorKind::File, "own")));
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::File);
}

#[test]
fn tables_that_know_no_savepoints_do_not_stand_in_the_way() {
    let scratch = Scratch::new(&format!("{TABLE}; CREATE TABLE own (a int) ENGINE = Aria TRANSACTIONAL = 1; INSERT INTO own VALUES (1)"));
    let mut writer = unfenced(&scratch);
    writer.begin().unwrap();
    writer.catalog().unwrap();
    assert_eq!(rows(&mut *writer, "SELECT COUNT(*) FROM own"), [["1"]]);
    for _ in 0..2 {
        writer.probe(&mut |writer| writer.execute("DELETE FROM t").map(drop)).unwrap();
        assert_eq!(rows(&mut *writer, "SELECT COUNT(*) FROM t"), [["1"]]);
    }
    writer.rollback().unwrap();
    let update = "UPDATE t SET a = (SELECT a FROM own)";
    assert_eq!(unit(&mut *writer, 1, &[update, update]).unwrap(), Commit::Committed);
    let error = unit(&mut *writer, 2, &[update, "CREATE TABLE u (a int)"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Escaped);
}

#[test]
fn begin_reads_one_instant_and_rollback_ends_it() {
    let scratch = Scratch::new(TABLE);
    let mut writer = unfenced(&scratch);
    writer.begin().unwrap();
    assert_eq!(writer.begin().unwrap_err().kind(), ErrorKind::Internal);
    scratch.run("INSERT INTO t VALUES (2, 'later')");
    assert_eq!(rows(&mut *writer, "SELECT COUNT(*) FROM t"), [["1"]]);
    writer.rollback().unwrap();
    assert_eq!(rows(&mut *writer, "SELECT COUNT(*) FROM t"), [["2"]]);
}

#[test]
fn a_rollback_says_what_it_does_not_reach() {
    let scratch = Scratch::new("CREATE TABLE old (a int) ENGINE = MyISAM");
    let mut writer = unfenced(&scratch);
    writer.begin().unwrap();
    writer.execute("INSERT INTO old VALUES (1)").unwrap();
    assert!(writer.rollback().unwrap()[0].contains("without transactions"));
}

#[test]
fn settings_that_a_step_changed_are_put_back() {
    let scratch = Scratch::new("CREATE TABLE t (a timestamp NULL); SET time_zone = '+00:00'; INSERT INTO t VALUES ('2024-01-01 00:00:00')");
    let mut writer = unfenced(&scratch);
    for setting in ["time_zone = '+03:00'", "sql_mode = 'ANSI_QUOTES'", "foreign_key_checks = 0", "unique_checks = 0"] {
        writer.execute(&format!("SET SESSION {setting}")).unwrap();
    }
    writer.settle().unwrap();
    let now = rows(&mut *writer, "SELECT a, @@foreign_key_checks, @@unique_checks, \"text\" FROM t");
    assert_eq!(now, [["2024-01-01 00:00:00", "1", "1", "text"]]);
}

#[test]
fn the_record_of_a_run_replaces_the_one_before() {
    let scratch = Scratch::new("");
    let mut writer = unfenced(&scratch);
    let running = RunRecord { state: "running".to_owned(), ..record("test") };
    assert_eq!(writer.commit(&running).unwrap(), Commit::Committed);
    assert_eq!(writer.commit(&record("test")).unwrap(), Commit::Committed);
    assert_eq!(scratch.reader().records().unwrap(), [record("test")]);
}

#[test]
fn a_table_of_somebodys_with_the_journals_name_is_refused() {
    for setup in [
        "CREATE TABLE cutover_runs (a int)",
        "CREATE VIEW cutover_entries AS SELECT 1 AS run, 2 AS number, 3 AS entry",
        "CREATE TABLE cutover_entries (run varchar(64), number bigint, entry text) ENGINE = MyISAM",
        "CREATE TABLE cutover_entries (run varchar(64), number bigint, entry text); \
         CREATE TRIGGER acting BEFORE INSERT ON cutover_entries FOR EACH ROW SET NEW.entry = ''",
    ] {
        let scratch = Scratch::new(setup);
        let error = scratch.writer().open(&fence(), &mut |_| {}).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused, "{setup}");
    }
}

#[test]
fn a_lost_answer_to_commit_is_looked_up() {
    for (fault, expected) in [(Fault::LosesTheAnswer, true), (Fault::LosesTheCommit, false)] {
        let scratch = Scratch::new(TABLE);
        drop(unfenced(&scratch));
        // The fence is not for these tests: behind the line, the account that may not set it is used again.
        let database = scratch.database_behind(fault);
        let mut writer = database.lock("test").unwrap();
        let outcome = unit(&mut *writer, 1, &["UPDATE t SET a = 'y'"]).unwrap();
        assert_eq!(matches!(outcome, Commit::Committed), expected, "{outcome:?}");
        assert_eq!(matches!(outcome, Commit::RolledBack(_)), !expected, "{outcome:?}");
        assert_eq!(rows(&mut *scratch.reader(), "SELECT a FROM t"), [[if expected { "y" } else { "x" }]]);
    }
}

#[test]
fn ddl_that_waits_is_tried_again_and_names_who_is_in_the_way() {
    let scratch = Scratch::new(TABLE);
    let mut writer = unfenced(&scratch);
    let mut other = scratch.other();
    other.run("START TRANSACTION; SELECT * FROM t");
    std::thread::scope(|scope| {
        let ddl = scope.spawn(|| writer.execute("ALTER TABLE t ADD b int"));
        scratch.wait_until(
            "SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND STATE LIKE '%metadata lock%' AND INFO LIKE 'ALTER TABLE t%'",
        );
        other.run("COMMIT");
        ddl.join().unwrap().unwrap();
    });
    let account = scratch.account("hasty", "ALL");
    scratch.run(&format!("GRANT PROCESS ON *.* TO {}@'%'", account.split(':').next().unwrap()));
    drop(writer);
    let mut writer = scratch.database_as(&account).lock("test").unwrap();
    writer.open(&Fence { unfenced: true, patience: Duration::ZERO, ..fence() }, &mut |_| {}).unwrap();
    other.run("START TRANSACTION; SELECT * FROM t");
    let error = writer.execute("ALTER TABLE t ADD c int").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.hints().iter().any(|hint| hint.contains(&format!("KILL {};", other.id()))), "{error:?}");
}

#[test]
fn a_deadlock_ends_the_unit_and_nothing_is_added_behind_it() {
    let scratch = Scratch::new("CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 0), (2, 0)");
    let mut writer = unfenced(&scratch);
    let mut other = scratch.other();
    // The server ends the transaction that has changed less.
    other.run(
        "CREATE TABLE heavy (a int); START TRANSACTION; INSERT INTO heavy SELECT seq FROM seq_1_to_1000; UPDATE t SET a = 1 WHERE id = 2",
    );
    let mut ended = None;
    let outcome = std::thread::scope(|scope| {
        let mut waiting = None;
        writer.unit(&mut |writer| {
            writer.execute("UPDATE t SET a = 2 WHERE id = 1")?;
            let mut second = scratch.other();
            std::mem::swap(&mut second, &mut other);
            waiting = Some(scope.spawn(move || {
                second.run("UPDATE t SET a = 1 WHERE id = 1");
                second.run("COMMIT");
            }));
            scratch.wait_until(
                "SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO = 'UPDATE t SET a = 1 WHERE id = 1'",
            );
            let error = writer.execute("UPDATE t SET a = 2 WHERE id = 2").unwrap_err();
            ended = Some(error.kind());
            assert!(writer.execute("INSERT INTO t VALUES (3, 3)").is_err());
            Err(error)
        })
    });
    assert_eq!(ended, Some(ErrorKind::Conflict));
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(rows(&mut *scratch.reader(), "SELECT * FROM t ORDER BY id"), [["1", "1"], ["2", "1"]]);
}

#[test]
fn a_person_stops_a_running_statement_and_the_session_goes_on() {
    let scratch = Scratch::new("CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
    let interrupt = Interrupt::new();
    let mut writer = scratch.database_with(&interrupt).lock("test").unwrap();
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            scratch.wait_until("SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO LIKE 'UPDATE t SET a%'");
            interrupt.trigger("stopped by the test");
        });
        writer.execute("UPDATE t SET a = (SELECT COUNT(*) FROM seq_1_to_100000 x, seq_1_to_100000 y WHERE x.seq + y.seq < 0)")
    });
    assert_eq!(outcome.unwrap_err().to_string(), "stopped by the test");
    interrupt.clear();
    assert_eq!(writer.execute("UPDATE t SET a = 2").unwrap(), 1);
}

#[test]
fn maintenance_passes_over_tables_that_are_gone() {
    let scratch = Scratch::new(TABLE);
    let mut writer = unfenced(&scratch);
    writer.maintain(&["t", "gone"].map(cutover::model::table::TableName::local)).unwrap();
}

#[test]
fn a_demo_is_built_or_nothing_is_left() {
    let scratch = Scratch::new("");
    let statements = |last: &str| {
        [
            "CREATE TABLE a (id int PRIMARY KEY)",
            "CREATE TABLE b (a_id int, FOREIGN KEY (a_id) REFERENCES a (id))",
            "INSERT INTO a VALUES (1)",
            last,
        ]
        .map(str::to_owned)
    };
    let mut steps = Vec::new();
    assert!(scratch.database().build(&statements("INSERT INTO b VALUES (2)"), &mut |step| steps.push(step)).is_err());
    assert_eq!(steps, [0, 1, 2, 3]);
    assert_eq!(scratch.reader().catalog().unwrap().tables.len(), 0);
    scratch.database().build(&statements("INSERT INTO b VALUES (1)"), &mut |_| {}).unwrap();
    assert_eq!(rows(&mut *scratch.reader(), "SELECT COUNT(*) FROM b"), [["1"]]);
    assert_eq!(scratch.database().build(&statements(""), &mut |_| {}).unwrap_err().kind(), ErrorKind::Refused);
}

#[test]
fn the_fence_holds_others_off_and_lets_us_write() {
    let scratch = Scratch::fenced(TABLE);
    let plain = scratch.account("plain", "ALL");
    let mut other = scratch.other_as(&plain);
    other.run("START TRANSACTION; INSERT INTO t VALUES (5, 'late')");
    let mut writer = scratch.writer();
    let raised = writer.open(&fence(), &mut |_| {}).unwrap();
    assert_eq!((raised.open, raised.interrupted), (None, None));
    assert!(other.try_run("COMMIT").is_err(), "what had begun before the fence cannot be committed under it");
    let refused = scratch.other_as(&plain).try_run("INSERT INTO t VALUES (6, 'no')").unwrap_err();
    assert!(refused.to_string().contains("read-only"), "{refused}");
    assert_eq!(scratch.other_as(&plain).value("SELECT COUNT(*) FROM t"), "1");
    writer
        .together(3, &mut |readers, _| {
            assert_eq!(readers.len(), 3);
            Ok(())
        })
        .unwrap();
    assert_eq!(unit(&mut *writer, 1, &["INSERT INTO t VALUES (2, 'ours')"]).unwrap(), Commit::Committed);
    writer.execute("ALTER TABLE t ADD b int").unwrap();
    drop(writer);
    assert_eq!(scratch.other().value("SELECT @@GLOBAL.read_only"), "1", "the fence outlives the session");

    let mut writer = scratch.writer();
    assert_eq!(writer.open(&fence(), &mut |_| {}).unwrap().interrupted, None);
    assert_eq!(writer.lower().unwrap().len(), 1);
    assert_eq!(writer.lower().unwrap(), Vec::<String>::new());
    scratch.other_as(&plain).run("INSERT INTO t (id, a) VALUES (6, 'yes')");
}

#[test]
fn a_fence_that_was_switched_off_is_raised_again_and_said_so() {
    let scratch = Scratch::fenced(TABLE);
    let mut writer = scratch.writer();
    writer.open(&fence(), &mut |_| {}).unwrap();
    drop(writer);
    scratch.run("SET GLOBAL read_only = OFF");
    let mut writer = scratch.writer();
    let raised = writer.open(&fence(), &mut |_| {}).unwrap();
    assert!(raised.interrupted.is_some() && raised.open.is_none(), "{raised:?}");
    assert_eq!(scratch.other().value("SELECT @@GLOBAL.read_only"), "1");
    writer.lower().unwrap();
    assert_eq!(scratch.other().value("SELECT @@GLOBAL.read_only"), "0");
}

#[test]
fn what_was_read_only_before_stays_so() {
    let scratch = Scratch::fenced(TABLE);
    scratch.run("SET GLOBAL read_only = ON");
    let mut writer = scratch.writer();
    writer.open(&fence(), &mut |_| {}).unwrap();
    writer.lower().unwrap();
    assert_eq!(scratch.other().value("SELECT @@GLOBAL.read_only"), "1");
}

#[test]
fn the_fence_of_an_unfinished_run_is_not_taken_over_and_that_of_a_finished_one_is() {
    let scratch = Scratch::fenced(TABLE);
    let mut writer = scratch.database().lock("first").unwrap();
    writer.open(&fence(), &mut |_| {}).unwrap();
    let running = RunRecord { state: "running".to_owned(), ..record("first") };
    writer.commit(&running).unwrap();
    drop(writer);
    let mut writer = scratch.database().lock("second").unwrap();
    let error = writer.open(&fence(), &mut |_| {}).unwrap_err();
    assert!(error.kind() == ErrorKind::Refused && error.to_string().contains("first"), "{error}");
    writer.commit(&record("first")).unwrap();
    writer.open(&fence(), &mut |_| {}).unwrap();
    writer.lower().unwrap();
    assert_eq!(scratch.other().value("SELECT @@GLOBAL.read_only"), "0");
}

#[test]
fn an_account_without_the_right_is_refused_and_leaves_nothing_set() {
    let scratch = Scratch::fenced(TABLE);
    let plain = scratch.account("plain", "ALL");
    let error = scratch.database_as(&plain).lock("test").unwrap().open(&fence(), &mut |_| {}).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.hints()[0].starts_with("GRANT "), "{error:?}");
    assert!(error.hints().iter().any(|hint| hint.contains("--unfenced")));
    assert_eq!(scratch.other().value("SELECT @@GLOBAL.read_only"), "0");
    assert_eq!(scratch.other().value("SELECT COUNT(*) FROM cutover_fence"), "0");
}

#[test]
fn what_the_fence_also_stops_and_what_it_does_not_is_told() {
    let scratch = Scratch::fenced(TABLE);
    let elsewhere = Scratch::new("");
    let admin = scratch.account("admin", "SELECT");
    scratch.run(&format!("GRANT READ_ONLY ADMIN ON *.* TO {}@'%'", admin.split(':').next().unwrap()));
    let mut writer = scratch.writer();
    let raised = writer.open(&fence(), &mut |_| {}).unwrap();
    let notes = raised.notes.join("\n");
    assert!(notes.contains("accounts that may write"), "{notes}");
    drop(elsewhere);
    writer.lower().unwrap();
}
