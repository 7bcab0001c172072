//! The journal table: one row a run, written in the transaction that it proves.

use std::sync::Arc;

use tokio_postgres::error::Severity;

use super::address::Address;
use super::catalog::fields;
use super::dialect::PostgresDialect;
use super::entries;
use super::errors::{self, Sent};
use super::session::Connection;
use crate::database::lost_commit::{self, Proof};
use crate::database::{Commit, RunRecord};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;

const COLUMNS: [&str; 6] = ["run", "plan", "plan_hash", "state", "started_at", "tool"];

/// The rows of the journal table, oldest first; none where it does not exist.
///
/// # Errors
/// `Corrupt` where a table of its name has other columns, `Refused` where the account may not read it.
pub(super) fn records(connection: &mut Connection) -> Result<Vec<RunRecord>> {
    if !exists(connection)? {
        return Ok(Vec::new());
    }
    let rows = connection.rows("SELECT run, plan, plan_hash, state, started_at, tool FROM cutover.runs ORDER BY recorded_at, run")?;
    rows.iter()
        .map(|row| {
            let [run, plan, plan_hash, state, started_at, tool] = fields(row)?;
            Ok(RunRecord { run, plan, plan_hash, state, started_at, tool })
        })
        .collect()
}

fn exists(connection: &mut Connection) -> Result<bool> {
    let found = connection.rows(
        "SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'), quote_ident(current_user), \
         (SELECT string_agg(attname, ' ') FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'cutover' AND c.relname = 'runs'",
    )?;
    let Some(row) = found.first() else { return Ok(false) };
    let [readable, account, columns] = fields(row)?;
    let columns: Vec<_> = columns.split(' ').collect();
    if let Some(missing) = COLUMNS.iter().chain(&["transaction", "recorded_at"]).find(|column| !columns.contains(column)) {
        return Err(Error::new(
            ErrorKind::Corrupt,
            format!("the table cutover.runs is not the journal of this tool: it has no column {missing}"),
        )
        .hint("rename the schema cutover if it is an application's own"));
    }
    if readable != "t" {
        return Err(Error::new(ErrorKind::Refused, format!("the account {account} may not read the journal cutover.runs"))
            .hint(format!("GRANT USAGE ON SCHEMA cutover TO {account}; GRANT SELECT ON cutover.runs TO {account};")));
    }
    Ok(true)
}

/// Writes a run's row in the open transaction. What fails is undone, and the transaction goes on.
///
/// # Errors
/// The server's.
pub(super) fn write(connection: &mut Connection, record: &RunRecord) -> Result<()> {
    connection.batch("SAVEPOINT cutover_journal")?;
    match upsert(connection, record) {
        Ok(()) => connection.batch("RELEASE SAVEPOINT cutover_journal"),
        Err(error) => {
            connection.batch_in_peace("ROLLBACK TO SAVEPOINT cutover_journal; RELEASE SAVEPOINT cutover_journal")?;
            Err(error)
        }
    }
}

/// Creates the journal table where it is not there. Called before the verification, so that whatever a trigger on DDL does
/// meanwhile is verified like everything else: between verdict and COMMIT nothing is executed but the row. Whether it was
/// created is returned.
///
/// # Errors
/// The server's.
pub(super) fn ensure(connection: &mut Connection) -> Result<bool> {
    if exists(connection)? {
        return Ok(false);
    }
    // CREATE SCHEMA IF NOT EXISTS wants the right to create one even where it exists.
    if connection.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'cutover'")?.as_deref() == Some("0") {
        connection.batch("CREATE SCHEMA cutover")?;
    }
    connection.batch(
        "CREATE TABLE cutover.runs (run text PRIMARY KEY, plan text NOT NULL, plan_hash text NOT NULL, state text NOT NULL, \
         started_at text NOT NULL, tool text NOT NULL, transaction xid8 NOT NULL, recorded_at timestamptz NOT NULL); \
         COMMENT ON SCHEMA cutover IS 'The journal of cutover: which plans have been applied'",
    )?;
    Ok(true)
}

/// The row is written between verdict and COMMIT, where nothing else may act: a trigger or rule on the table would.
fn refuse_triggers(connection: &mut Connection) -> Result<()> {
    let found = connection.value(
        "SELECT string_agg(quote_ident(name), ', ') FROM (\
         SELECT tgname::text AS name FROM pg_trigger WHERE tgrelid = 'cutover.runs'::regclass AND NOT tgisinternal \
         UNION ALL SELECT rulename::text FROM pg_rewrite WHERE ev_class = 'cutover.runs'::regclass) acting",
    )?;
    match found {
        None => Ok(()),
        Some(names) => Err(Error::new(ErrorKind::Refused, format!("the journal cutover.runs has triggers or rules: {names}"))
            .hint("they would act after the verification; drop them")),
    }
}

fn upsert(connection: &mut Connection, record: &RunRecord) -> Result<()> {
    ensure(connection)?;
    refuse_triggers(connection)?;
    let RunRecord { run, plan, plan_hash, state, started_at, tool } = record;
    let values: Vec<_> = [run, plan, plan_hash, state, started_at, tool].map(|value| PostgresDialect.quote_literal(value)).into();
    let replaced: Vec<_> = COLUMNS.iter().skip(1).map(|column| format!("{column} = excluded.{column}")).collect();
    connection.batch(&format!(
        "INSERT INTO cutover.runs ({}, transaction, recorded_at) VALUES ({}, pg_current_xact_id(), clock_timestamp()) \
         ON CONFLICT (run) DO UPDATE SET {}, transaction = excluded.transaction, recorded_at = excluded.recorded_at",
        COLUMNS.join(", "),
        values.join(", "),
        replaced.join(", ")
    ))
}

/// A COMMIT that the server did not answer with success.
pub(super) struct LostCommit<'a> {
    /// What the driver said.
    pub error: tokio_postgres::Error,
    /// Where to ask.
    pub address: &'a Arc<Address>,
    /// The server's process that was to commit.
    pub pid: i32,
    /// The transaction's number.
    pub transaction: String,
}

impl LostCommit<'_> {
    /// Finds out what became of the transaction. A plain error leaves the session alive and the transaction rolled back;
    /// after anything else a new session looks for the journal row and asks for the transaction's state. A server process
    /// that is still committing is waited for.
    pub(super) fn outcome(&self, proof: &Proof<'_>) -> Commit {
        let told = errors::failed(&self.error, Sent { sql: "COMMIT", before: 0 }, &Interrupt::new());
        let reason = lost_commit::reason(&told);
        if self.error.as_db_error().is_some_and(|refusal| refusal.parsed_severity() == Some(Severity::Error)) {
            return Commit::RolledBack(reason);
        }
        lost_commit::outcome(reason, &format!("process {}", self.pid), || self.ask(proof))
    }

    /// Whether the transaction was committed; `None` while that is not decided.
    fn ask(&self, proof: &Proof<'_>) -> Result<Option<bool>> {
        let mut connection = Connection::open(self.address, "cutover", &Interrupt::new())?;
        let transaction = PostgresDialect.quote_literal(&self.transaction);
        // The state first, then the row: what is decided now shows in a later look.
        let status = connection.value(&format!("SELECT pg_xact_status({transaction}::xid8)"));
        if let Ok(Some(status)) = &status
            && status == "in progress"
        {
            return Ok(None);
        }
        let alive = connection.value(&format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {}", self.pid))?;
        let recorded = match proof {
            Proof::Record(record) => is_recorded(&mut connection, record, &transaction)?,
            Proof::Entry(entry) => entries::is_there(&mut connection, entry)?,
        };
        Ok(match (recorded, status) {
            (true, _) => Some(true),
            (false, Ok(Some(status))) if status == "aborted" => Some(false),
            // Another server than before, after a failover, knows nothing of the transaction's number: the row decides.
            (false, _) if alive.as_deref() == Some("0") => Some(false),
            (false, _) => None,
        })
    }
}

fn is_recorded(connection: &mut Connection, record: &RunRecord, transaction: &str) -> Result<bool> {
    let [run, state] = [&record.run, &record.state].map(|value| PostgresDialect.quote_literal(value));
    let sql = format!("SELECT count(*) FROM cutover.runs WHERE run = {run} AND state = {state} AND transaction = {transaction}::xid8");
    Ok(exists(connection)? && connection.value(&sql)?.as_deref() == Some("1"))
}
