//! What has been seen to go wrong on a real PostgreSQL, with real sessions beside ours.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod postgres_support;

use std::sync::mpsc::channel;
use std::time::Duration;

use cutover::database::{Commit, Database, Fence, Writer};
use cutover::model::error::ErrorKind;
use cutover::model::interrupt::Interrupt;
use postgres_support::proxy::Fault;
use postgres_support::{Scratch, fence, record, rows};

const TABLE: &str = "CREATE TABLE t (id serial PRIMARY KEY, n int); INSERT INTO t (n) SELECT generate_series(1, 100)";
const REWRITE: &str = "ALTER TABLE t ALTER COLUMN n TYPE bigint";
const SHORT: Duration = Duration::from_millis(300);

fn fenced(scratch: &Scratch) -> Box<dyn Writer> {
    let mut writer = scratch.writer();
    writer.open(&fence(&["t"]), &mut |_| {}).unwrap();
    writer
}

/// Somebody else's transaction with a snapshot, which has not touched the table.
fn older_reader(scratch: &Scratch) -> postgres_support::Other {
    let mut other = scratch.other();
    other.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
    other
}

#[test]
fn an_older_snapshot_sees_a_rewritten_table_empty_and_is_therefore_waited_for() {
    let scratch = Scratch::new(TABLE);
    let mut unprotected = older_reader(&scratch);
    let mut careless = scratch.other();
    careless.run(&format!("BEGIN; {REWRITE}; COMMIT"));
    assert_eq!(unprotected.value("SELECT count(*) FROM t"), "0", "this is what must never happen");
    unprotected.run("ROLLBACK");

    let mut other = older_reader(&scratch);
    let mut writer = fenced(&scratch);
    let pid = other.value("SELECT pg_backend_pid()");
    let conflict = writer.await_older_readers(SHORT, &mut |_| {}).unwrap_err();
    assert_eq!(conflict.kind(), ErrorKind::Conflict);
    assert!(conflict.to_string().contains(&format!("pid {pid}, user postgres")), "{conflict}");
    let (sender, notices) = channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let notice: String = notices.recv().unwrap();
            assert!(notice.contains(&pid), "{notice}");
            assert_eq!(other.value("SELECT count(*) FROM t"), "100");
            other.run("COMMIT");
        });
        writer.await_older_readers(Duration::from_secs(60), &mut |notice| sender.send(notice).unwrap()).unwrap();
    });
    writer.execute(REWRITE).unwrap();
    // One that begins now is seen before the commit, even where nobody asks.
    let mut late = older_reader(&scratch);
    writer.await_older_readers(SHORT, &mut |_| {}).unwrap_err();
    assert_eq!(writer.commit(&record("run")).unwrap_err().kind(), ErrorKind::Conflict, "and never committed over");
    late.run("COMMIT");
    writer.await_older_readers(Duration::from_secs(60), &mut |_| {}).unwrap();
    assert_eq!(writer.commit(&record("run")).unwrap(), Commit::Committed);
    assert_eq!(late.value("SELECT count(*) FROM t"), "100");
}

#[test]
fn a_single_statement_that_waits_for_the_table_that_it_names_sees_the_new_rows() {
    let scratch = Scratch::new(&format!("{TABLE}; CREATE VIEW shown AS SELECT n FROM t"));
    let mut writer = fenced(&scratch);
    writer.execute("ALTER TABLE t ADD COLUMN c int GENERATED ALWAYS AS (id) STORED").unwrap();
    std::thread::scope(|scope| {
        let direct = scope.spawn(|| scratch.other().value("SELECT count(*) AS direct FROM T"));
        let view = scope.spawn(|| scratch.other().value("SELECT count(*) AS by_view FROM shown"));
        scratch.wait_until_blocked("SELECT count(*) AS direct");
        scratch.wait_until_blocked("SELECT count(*) AS by_view");
        writer.await_older_readers(SHORT, &mut |_| {}).unwrap();
        assert_eq!(writer.commit(&record("run")).unwrap(), Commit::Committed);
        assert_eq!(direct.join().unwrap(), "100");
        assert_eq!(view.join().unwrap(), "100");
    });
}

#[test]
fn a_session_that_waits_for_us_with_an_older_snapshot_ends_the_wait_at_once() {
    let scratch = Scratch::new(&format!(
        "{TABLE}; CREATE FUNCTION counted() RETURNS bigint LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT count(*) FROM t); END'"
    ));
    for statement in ["SELECT count(*) FROM t", "SELECT counted()"] {
        let mut writer = fenced(&scratch);
        writer.execute("ALTER TABLE t ALTER COLUMN n TYPE bigint USING n").unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut other = scratch.other();
                if !statement.contains("counted") {
                    other.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
                }
                assert_eq!(other.value(statement), "100");
            });
            scratch.wait_until_blocked(statement);
            // The patience is longer than any test: only the reason can end this.
            let conflict = writer.await_older_readers(Duration::from_secs(86_400), &mut |_| {}).unwrap_err();
            assert_eq!(conflict.kind(), ErrorKind::Conflict);
            assert!(conflict.to_string().contains("waits for this run"), "{conflict}");
            writer.rollback().unwrap();
        });
    }
}

#[test]
fn an_account_that_may_not_look_still_waits_for_other_peoples_snapshots() {
    let scratch = Scratch::new(TABLE);
    let account = scratch.unique("owner");
    scratch.run(&format!(
        "CREATE ROLE {account} LOGIN; ALTER TABLE t OWNER TO {account}; GRANT CREATE ON DATABASE {} TO {account}",
        scratch.name
    ));
    let mut other = older_reader(&scratch);
    let mut writer = scratch.database_as(&account).lock("run").unwrap();
    writer.open(&fence(&["t"]), &mut |_| {}).unwrap();
    let conflict = writer.await_older_readers(SHORT, &mut |_| {}).unwrap_err();
    assert!(conflict.hints().iter().any(|hint| hint.contains("pg_read_all_stats")), "{conflict:?}");
    other.run("COMMIT");
    writer.execute(REWRITE).unwrap();
    assert_eq!(writer.commit(&record("run")).unwrap(), Commit::Committed, "the journal needs CREATE on the database, no more");
    drop(writer);
    scratch.run(&format!("DROP OWNED BY {account} CASCADE; DROP ROLE {account}"));
}

#[test]
fn the_fence_waits_for_whoever_has_read_and_names_him() {
    let scratch = Scratch::new(TABLE);
    let mut other = scratch.other();
    other.run("BEGIN; SELECT count(*) FROM t");
    let impatient = Fence { lock_timeout: SHORT, patience: SHORT, ..fence(&["t"]) };
    let mut writer = scratch.writer();
    let conflict = writer.open(&impatient, &mut |_| {}).unwrap_err();
    assert_eq!(conflict.kind(), ErrorKind::Conflict);
    assert!(conflict.hints().iter().any(|hint| hint.contains("last statement: BEGIN; SELECT count(*) FROM t")), "{conflict:?}");
    // Nothing was left behind: he can write, although he would wait for a fence.
    other.run("UPDATE t SET n = 0 WHERE id = 1");

    let (sender, notices) = channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let notice: String = notices.recv().unwrap();
            assert!(notice.contains("UPDATE t SET n = 0"), "{notice}");
            other.run("COMMIT");
        });
        writer.open(&Fence { lock_timeout: SHORT, ..fence(&["t"]) }, &mut |notice| drop(sender.send(notice))).unwrap();
    });
    assert_eq!(rows(writer.as_mut(), "SELECT n FROM t WHERE id = 1"), [["0"]], "what he wrote belongs to the instant");
}

#[test]
fn whoever_holds_the_fence_up_is_ended_if_that_is_wanted() {
    let scratch = Scratch::new(TABLE);
    let mut other = scratch.other();
    other.run("BEGIN; SELECT count(*) FROM t");
    let mut writer = scratch.writer();
    let mut notices = Vec::new();
    let fence = Fence { lock_timeout: SHORT, terminate_blockers: true, ..fence(&["t"]) };
    writer.open(&fence, &mut |notice| notices.push(notice)).unwrap();
    assert!(notices[0].contains("ending the session"), "{notices:?}");
    assert!(other.try_run("SELECT 1").is_err());
    // The same goes for older snapshots.
    let mut reading = older_reader(&scratch);
    writer.execute(REWRITE).unwrap();
    writer.await_older_readers(Duration::from_secs(60), &mut |_| {}).unwrap();
    assert!(reading.try_run("SELECT 1").is_err());
}

#[test]
fn a_deadlock_at_the_fence_is_survived() {
    let scratch = Scratch::new(&format!("{TABLE}; CREATE TABLE a (id int); INSERT INTO a VALUES (1)"));
    let mut other = scratch.other();
    // He reads t, which the fence wants second, and then writes a, which it wants first.
    other.run("BEGIN; SELECT count(*) FROM t");
    let mut writer = scratch.writer();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            scratch.wait_until_blocked("LOCK TABLE");
            // Either side may be the one whom the server sends away.
            drop(other.try_run("UPDATE a SET id = 2; COMMIT"));
            drop(other.try_run("ROLLBACK"));
        });
        let fence = Fence { lock_timeout: Duration::from_secs(20), ..fence(&["a", "t"]) };
        writer.open(&fence, &mut |_| {}).unwrap();
    });
    writer.execute(REWRITE).unwrap();
}

#[test]
fn foreign_writes_wait_for_the_fence_and_foreign_reads_do_not() {
    let scratch = Scratch::new(TABLE);
    let mut writer = fenced(&scratch);
    assert_eq!(scratch.other().value("SELECT count(*) FROM t"), "100");
    let refused = scratch.other().try_run("SET lock_timeout = '100ms'; UPDATE t SET n = 0").unwrap_err();
    assert_eq!(refused.code().unwrap().code(), "55P03");
    writer.rollback().unwrap();
    scratch.other().run("SET lock_timeout = '10s'; UPDATE t SET n = 0");
}

#[test]
fn a_row_written_elsewhere_since_the_fence_is_a_conflict() {
    let scratch = Scratch::new(&format!("{TABLE}; CREATE TABLE elsewhere (id int); INSERT INTO elsewhere VALUES (1)"));
    let mut writer = fenced(&scratch);
    scratch.run("UPDATE elsewhere SET id = 2");
    assert_eq!(rows(writer.as_mut(), "SELECT id FROM elsewhere"), [["1"]], "it is invisible here");
    assert_eq!(writer.execute("UPDATE elsewhere SET id = 3").unwrap_err().kind(), ErrorKind::Conflict);
}

#[test]
fn a_sequence_that_was_set_back_is_put_forward_after_the_rollback() {
    let scratch = Scratch::new(&format!(
        "{TABLE}; CREATE SEQUENCE used; CREATE FUNCTION hidden() RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM setval(''t_id_seq'', 5); END'"
    ));
    let mut writer = fenced(&scratch);
    writer.execute("SELECT hidden(), nextval('used'), nextval('used')").unwrap();
    let notices = writer.rollback().unwrap();
    assert!(notices.iter().any(|notice| notice.contains("t_id_seq had been set back to 6")), "{notices:?}");
    assert!(notices.iter().any(|notice| notice.contains("used went on from 1 to 3")), "{notices:?}");
    assert_eq!(scratch.other().value("SELECT nextval('t_id_seq')"), "101");
}

#[test]
fn an_interrupted_statement_can_be_rolled_back() {
    let scratch = Scratch::new(TABLE);
    let interrupt = Interrupt::new();
    let mut writer = scratch.database_with(&interrupt).lock("run").unwrap();
    writer.open(&fence(&["t"]), &mut |_| {}).unwrap();
    writer.execute("UPDATE t SET n = 0").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            scratch.wait_until("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'DO $$ BEGIN PERFORM pg_sleep%' AND state = 'active'");
            interrupt.trigger("interrupted by the person");
        });
        let stopped = writer.execute("DO $$ BEGIN PERFORM pg_sleep(600); END $$").unwrap_err();
        assert_eq!((stopped.kind(), stopped.to_string().as_str()), (ErrorKind::Interrupted, "interrupted by the person"));
    });
    interrupt.clear();
    writer.rollback().unwrap();
    assert_eq!(scratch.other().value("SELECT count(*) FROM t WHERE n = 0"), "0");
}

#[test]
fn a_commit_whose_answer_is_lost_is_found_committed() {
    let scratch = Scratch::new(TABLE);
    let mut writer = scratch.database_behind(Fault::LosesTheAnswer).lock("run").unwrap();
    writer.open(&fence(&["t"]), &mut |_| {}).unwrap();
    writer.execute("UPDATE t SET n = 0").unwrap();
    assert_eq!(writer.commit(&record("run")).unwrap(), Commit::Committed);
    assert_eq!(scratch.other().value("SELECT count(*) FROM t WHERE n = 0"), "100");
}

#[test]
fn a_commit_that_never_arrived_is_found_rolled_back() {
    let scratch = Scratch::new(TABLE);
    let mut writer = scratch.database_behind(Fault::LosesTheCommit).lock("run").unwrap();
    writer.open(&fence(&["t"]), &mut |_| {}).unwrap();
    writer.execute("UPDATE t SET n = 0").unwrap();
    let outcome = writer.commit(&record("run")).unwrap();
    assert!(matches!(outcome, Commit::RolledBack(_)), "{outcome:?}");
    assert_eq!(scratch.other().value("SELECT count(*) FROM t WHERE n = 0"), "0");
}

#[test]
fn a_session_that_is_ended_while_it_commits_is_told_truthfully() {
    let scratch = Scratch::new(&format!(
        "{TABLE}; CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NULL; END';
         CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()"
    ));
    let mut writer = fenced(&scratch);
    writer.execute("UPDATE t SET n = 0 WHERE id = 1").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            scratch
                .wait_until("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query = 'COMMIT' AND state = 'active'");
            scratch.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query = 'COMMIT'");
        });
        let outcome = writer.commit(&record("run")).unwrap();
        let Commit::RolledBack(why) = outcome else { panic!("{outcome:?}") };
        assert!(why.contains("57P01"), "{why}");
    });
    assert_eq!(writer.execute("SELECT 1").unwrap_err().kind(), ErrorKind::Internal);
    assert_eq!(writer.rollback().unwrap_err().kind(), ErrorKind::Connection);
    assert_eq!(scratch.other().value("SELECT count(*) FROM t WHERE n = 0"), "0");
}

#[test]
fn a_deferred_constraint_that_fails_at_commit_is_a_rollback() {
    let scratch = Scratch::new(&format!("{TABLE}; CREATE TABLE c (t int REFERENCES t DEFERRABLE INITIALLY DEFERRED)"));
    let mut writer = fenced(&scratch);
    writer.execute("INSERT INTO c VALUES (4711)").unwrap();
    let outcome = writer.commit(&record("run")).unwrap();
    let Commit::RolledBack(why) = outcome else { panic!("{outcome:?}") };
    assert!(why.contains("c_t_fkey"), "{why}");
    assert_eq!(scratch.reader().records().unwrap(), []);
}

#[test]
fn a_prepared_transaction_is_named_and_waited_for() {
    let scratch = Scratch::new(TABLE);
    let name = format!("it''s {}", scratch.name);
    scratch.run(&format!("BEGIN; INSERT INTO t VALUES (1000, 1); PREPARE TRANSACTION '{name}'"));
    let mut writer = scratch.writer();
    let impatient = Fence { lock_timeout: SHORT, patience: SHORT, ..fence(&["t"]) };
    let conflict = writer.open(&impatient, &mut |_| {}).unwrap_err();
    assert!(conflict.hints().iter().any(|hint| hint.contains(&format!("prepared transaction '{name}'"))), "{conflict:?}");
    writer.open(&fence(&[]), &mut |_| {}).unwrap();
    let conflict = writer.await_older_readers(SHORT, &mut |_| {}).unwrap_err();
    assert!(conflict.to_string().contains(&format!("prepared transaction '{name}'")), "{conflict:?}");
    scratch.run(&format!("ROLLBACK PREPARED '{name}'"));
    writer.await_older_readers(SHORT, &mut |_| {}).unwrap();
}

#[test]
fn a_statement_that_wants_rows_from_the_client_hangs_nobody() {
    let scratch = Scratch::new(TABLE);
    for statement in ["COPY t FROM STDIN", "COPY t TO STDOUT"] {
        let mut writer = fenced(&scratch);
        writer.execute("UPDATE t SET n = 0").unwrap();
        let refused = writer.execute(statement).unwrap_err();
        assert!(refused.kind() == ErrorKind::Statement && refused.to_string().contains("COPY"), "{refused}");
        assert_eq!(writer.rollback().unwrap_err().kind(), ErrorKind::Connection);
        drop(writer);
        scratch.run("SET lock_timeout = '10s'; UPDATE t SET n = 1");
    }
}
