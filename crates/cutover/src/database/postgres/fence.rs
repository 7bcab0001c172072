//! The fence: the locks that keep other sessions' writes out, and the patience with those who are in the way.

use std::time::{Duration, Instant};

use super::catalog::fields;
use super::dialect::PostgresDialect;
use super::reader::quoted;
use super::session::{Connection, TextRow, number, unexpected_answer};
use crate::database::Fence;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;
use crate::model::table::TableName;

/// Between giving up and beginning again: doubled each time, up to the second.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));
/// A deadlock is to be found by its detector before our own time is over: the message is then the true one.
const BEYOND_DETECTION: Duration = Duration::from_millis(500);

/// Begins the transaction and takes the locks, again and again until `fence.patience` is over.
///
/// # Errors
/// `Conflict` naming who holds it up. No transaction and no lock is then left behind.
pub(super) fn raise(connection: &mut Connection, fence: &Fence, notice: &mut dyn FnMut(String)) -> Result<()> {
    let detection: u64 = number(connection.value("SELECT setting FROM pg_settings WHERE name = 'deadlock_timeout'")?.as_deref())?;
    let lock_timeout = fence.lock_timeout.max(Duration::from_millis(detection) + BEYOND_DETECTION);
    let since = Instant::now();
    let mut back_off = BACK_OFF.0;
    loop {
        let conflict = match attempt(connection, fence, lock_timeout) {
            Ok(()) => return Ok(()),
            Err(error) => {
                connection.batch_in_peace("ROLLBACK")?;
                if error.kind() != ErrorKind::Conflict {
                    return Err(error);
                }
                error
            }
        };
        let blockers = blockers(connection, fence)?;
        if fence.terminate_blockers {
            for blocker in &blockers {
                notice(format!("ending the session that holds the fence up: {}", blocker.description));
                terminate(connection, blocker)?;
            }
        }
        if since.elapsed() + back_off >= fence.patience {
            let mut error = Error::new(ErrorKind::Conflict, format!("the fence cannot be had within {:?}: {conflict}", fence.patience));
            for blocker in &blockers {
                error = error.hint(format!("in the way: {}", blocker.description));
            }
            return Err(
                error.hint("nothing has been changed; try again when those sessions have ended, or end them with --terminate-blockers")
            );
        }
        if blockers.is_empty() {
            notice(format!("the fence was not to be had ({conflict}), and nobody holds it up any more; trying again"));
        } else if !fence.terminate_blockers {
            let names: Vec<_> = blockers.iter().map(|blocker| blocker.description.as_str()).collect();
            notice(format!("waiting for the fence: {}", names.join("; ")));
        }
        pause(back_off, connection.interrupt())?;
        back_off = (back_off * 2).min(BACK_OFF.1);
    }
}

/// LOCK takes no MVCC snapshot, so that what is read first, afterwards, is the instant from which on nobody else writes.
fn attempt(connection: &mut Connection, fence: &Fence, lock_timeout: Duration) -> Result<()> {
    connection
        .batch(&format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE; SET LOCAL lock_timeout = '{}ms'", lock_timeout.as_millis()))?;
    let strongest = lock_list(connection, &fence.strongest);
    if !strongest.is_empty() {
        // Once it is had, nobody holds even a reader's lock: sessions that read first and want to write later, and would
        // deadlock with our DDL, have ended.
        connection.batch("SAVEPOINT cutover_fence")?;
        connection.batch(&format!("LOCK TABLE {strongest} IN ACCESS EXCLUSIVE MODE"))?;
        connection.batch("ROLLBACK TO SAVEPOINT cutover_fence; RELEASE SAVEPOINT cutover_fence")?;
    }
    let tables = lock_list(connection, &fence.tables);
    if !tables.is_empty() {
        connection.batch(&format!("LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))?;
    }
    connection.batch("SELECT 1")
}

/// Every run takes its locks in the same order.
fn lock_list(connection: &Connection, tables: &[TableName]) -> String {
    let mut names: Vec<_> = tables.iter().map(|table| quoted(connection, table)).collect();
    names.sort();
    names.dedup();
    names.join(", ")
}

pub(super) fn pause(duration: Duration, interrupt: &Interrupt) -> Result<()> {
    let until = Instant::now() + duration;
    loop {
        interrupt.check()?;
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(Duration::from_millis(50)));
    }
}

/// A session, or a prepared transaction, that is in the way.
struct Blocker {
    /// The server's process; 0 for a prepared transaction.
    pid: i32,
    /// Who it is and what it does, for people.
    description: String,
}

fn terminate(connection: &mut Connection, blocker: &Blocker) -> Result<()> {
    if blocker.pid == 0 {
        return Ok(());
    }
    connection.batch(&format!("SELECT pg_terminate_backend({})", blocker.pid)).map_err(|error| {
        Error::new(ErrorKind::Conflict, format!("the account may not end the session in the way: {}", blocker.description))
            .because(error)
            .hint("GRANT pg_signal_backend TO the account, or ask a superuser to end it")
    })
}

/// Who a row of `pg_stat_activity` is, in one line: `DESCRIPTION` is its SQL.
const DESCRIPTION: &str = "'pid ' || a.pid || ', user ' || coalesce(a.usename, '?') || \
    coalesce(', application ' || NULLIF(a.application_name, ''), '') || coalesce(', ' || a.state, '') || \
    coalesce(', transaction open for ' || extract(epoch FROM clock_timestamp() - a.xact_start)::int || ' s', '') || \
    coalesce(', last statement: ' || left(regexp_replace(a.query, '\\s+', ' ', 'g'), 200), '')";

/// Who holds locks that the fence cannot stand beside.
fn blockers(connection: &mut Connection, fence: &Fence) -> Result<Vec<Blocker>> {
    let list = |connection: &Connection, tables: &[TableName]| {
        let names: Vec<_> = tables.iter().map(|table| PostgresDialect.quote_literal(&quoted(connection, table))).collect();
        format!("ARRAY[{}]::text[]", names.join(", "))
    };
    let sql = format!(
        "WITH named AS (SELECT to_regclass(name) AS relation, false AS strongest FROM unnest({}) name \
         UNION ALL SELECT to_regclass(name), true FROM unnest({}) name), \
         wanted AS (SELECT relation, strongest FROM named UNION SELECT part.relid, strongest FROM named \
         CROSS JOIN LATERAL pg_partition_tree(relation) part), \
         holding AS (SELECT DISTINCT l.pid, l.virtualtransaction FROM pg_locks l JOIN wanted w ON w.relation = l.relation \
         WHERE l.locktype = 'relation' AND l.granted AND l.pid IS DISTINCT FROM pg_backend_pid() \
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
         AND (w.strongest OR l.mode NOT IN ('AccessShareLock', 'RowShareLock'))) \
         SELECT a.pid, {DESCRIPTION} FROM holding JOIN pg_stat_activity a ON a.pid = holding.pid \
         UNION ALL SELECT 0, 'the prepared transaction ' || quote_literal(p.gid) || ' of ' || p.owner \
         FROM holding JOIN pg_locks own ON own.pid IS NULL AND own.virtualtransaction = holding.virtualtransaction \
         AND own.locktype = 'transactionid' JOIN pg_prepared_xacts p ON p.transaction = own.transactionid \
         WHERE holding.pid IS NULL ORDER BY 1",
        list(connection, &fence.tables),
        list(connection, &fence.strongest)
    );
    connection.rows(&sql)?.iter().map(blocker).collect()
}

fn blocker(row: &TextRow) -> Result<Blocker> {
    let [pid, description] = fields(row)?;
    Ok(Blocker { pid: number(Some(&pid))?, description })
}

/// Waits for every session that would see a rewritten table as empty.
///
/// # Errors
/// `Conflict` where one still lives after `patience`, or can never end because it waits for us.
pub(super) fn await_older_readers(
    connection: &mut Connection,
    patience: Duration,
    terminate_blockers: bool,
    notice: &mut dyn FnMut(String),
) -> Result<()> {
    let since = Instant::now();
    let began = connection.value("SELECT clock_timestamp()")?.ok_or_else(unexpected_answer)?;
    let mut delay = Duration::from_millis(50);
    let mut told = String::new();
    loop {
        let holders = holders(connection, &began)?;
        if holders.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = holders.iter().map(|holder| holder.blocker.description.as_str()).collect();
        let names = names.join("; ");
        if terminate_blockers {
            for holder in &holders {
                if told != names {
                    notice(format!("ending a session with an older snapshot: {}", holder.blocker.description));
                }
                terminate(connection, &holder.blocker)?;
            }
        } else if let Some(stuck) = holders.iter().find(|holder| holder.waits_for_us) {
            return Err(in_the_way(
                &holders,
                format!("a session with an older snapshot waits for this run, so neither would ever end: {}", stuck.blocker.description),
            ));
        } else if told != names {
            notice(format!("waiting for older snapshots, which would see a rewritten table as empty: {names}"));
        }
        if since.elapsed() >= patience {
            return Err(in_the_way(&holders, format!("an older snapshot still lives after {patience:?}: {names}")));
        }
        told = names;
        pause(delay.min(patience.saturating_sub(since.elapsed())), connection.interrupt())?;
        delay = (delay * 2).min(Duration::from_secs(1));
    }
}

fn in_the_way(holders: &[Holder], message: String) -> Error {
    let mut error = Error::new(ErrorKind::Conflict, message)
        .hint("a transaction with an older snapshot would see a rewritten table as empty after the commit; try again when it has ended, or end it with --terminate-blockers");
    if holders.iter().any(|holder| holder.hidden) {
        error = error.hint("the account may not see what other users' sessions do: GRANT pg_read_all_stats TO it");
    }
    error
}

/// A session that holds a snapshot of before our commit.
struct Holder {
    blocker: Blocker,
    /// Whether it waits for a lock of ours, itself or through others.
    waits_for_us: bool,
    /// Whether the account may not see what it does.
    hidden: bool,
}

/// Who holds an older snapshot and could use it on a rewritten table.
///
/// Not counted is a session of which all that is true: its transaction is one statement under READ COMMITTED, and either
/// it began after we began to wait, or it waits for the lock of a table that its text names. Such a wait is part of
/// parsing: the statement takes its snapshot when it has the lock, and sees the table as we leave it. (A function that
/// the statement calls would read with the snapshot from before; then the table is not in the text.)
fn holders(connection: &mut Connection, began: &str) -> Result<Vec<Holder>> {
    // Within a transaction the server shows what it showed first, until it is told to look again.
    connection.batch("SELECT pg_stat_clear_snapshot()")?;
    let sql = format!(
        "WITH RECURSIVE activity AS MATERIALIZED (SELECT a.* FROM pg_stat_activity a \
         WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()), \
         edges AS MATERIALIZED (SELECT pid, unnest(pg_blocking_pids(pid)) AS blocker FROM activity WHERE wait_event_type = 'Lock' \
         OR wait_event_type IS NULL), \
         behind (pid) AS (SELECT pid FROM edges WHERE blocker = pg_backend_pid() \
         UNION SELECT edges.pid FROM edges JOIN behind ON behind.pid = edges.blocker), \
         committed AS (SELECT (SELECT setting FROM pg_settings WHERE name = 'default_transaction_isolation') = 'read committed' \
         AND NOT EXISTS (SELECT FROM pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) setting \
         WHERE setting LIKE 'default_transaction_isolation=%' AND setting NOT LIKE '%=read committed' \
         AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))) AS always), \
         waiting AS (SELECT pid, relation FROM pg_locks WHERE NOT granted AND locktype = 'relation' \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())), \
         readable (root, relation) AS (SELECT DISTINCT relation, relation FROM waiting \
         UNION SELECT readable.root, r.ev_class FROM readable JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass \
         AND d.refobjid = readable.relation AND d.classid = 'pg_rewrite'::regclass JOIN pg_rewrite r ON r.oid = d.objid), \
         judged AS (SELECT a.*, \
         coalesce((SELECT always FROM committed) AND a.state = 'active' AND a.xact_start = a.query_start \
         AND a.query !~* '^\\s*(begin|start)\\M', false) AS single, \
         EXISTS (SELECT FROM behind WHERE behind.pid = a.pid) AS behind, \
         EXISTS (SELECT FROM waiting JOIN readable ON readable.root = waiting.relation JOIN pg_class c ON c.oid = readable.relation \
         WHERE waiting.pid = a.pid AND (a.query ~* ('\\m' || regexp_replace(c.relname, '([^[:alnum:]_])', '\\\\\\1', 'g') || '\\M') \
         OR octet_length(a.query) >= pg_size_bytes(current_setting('track_activity_query_size')) - 1)) AS parsing \
         FROM activity a WHERE a.backend_xmin IS NOT NULL \
         AND coalesce(a.backend_type NOT IN ('autovacuum worker', 'walsender', 'logical replication worker'), true)) \
         SELECT a.pid, {DESCRIPTION}, a.behind, a.xact_start IS NULL FROM judged a \
         WHERE NOT coalesce(a.single AND CASE WHEN a.behind THEN a.parsing ELSE a.xact_start > {}::timestamptz END, false) \
         UNION ALL SELECT 0, 'the prepared transaction ' || quote_literal(p.gid) || ' of ' || p.owner, false, false \
         FROM pg_prepared_xacts p WHERE p.database = current_database()",
        PostgresDialect.quote_literal(began)
    );
    let mut holders = Vec::new();
    for row in connection.rows(&sql)? {
        let [pid, description, behind, hidden] = fields(&row)?;
        let blocker = Blocker { pid: number(Some(&pid))?, description };
        holders.push(Holder { blocker, waits_for_us: behind == "t", hidden: hidden == "t" });
    }
    Ok(holders)
}
