//! What a statement weighs: `pg_locks`, the files of tables, the position in the write-ahead log.

use std::collections::BTreeMap;

use super::PostgresDialect;
use super::address::Address;
use super::catalog::fields;
use super::reader::PostgresReader;
use super::session::{Connection, number};
use crate::database::Sampler;
use crate::model::dialect::Dialect;
use crate::model::error::Result;
use crate::model::footprint::{Footprint, HeldLock, Sample};
use crate::model::interrupt::Interrupt;

/// Schemas that belong to nobody's data.
const OWN_SCHEMAS: &str = "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'cutover')";

/// The locks of this session's transaction on tables, views and sequences. That a sequence is read, as this program does with all of them, is in
/// nobody's way.
///
/// # Errors
/// Where the server does not answer.
pub(super) fn held_locks(reader: &mut PostgresReader) -> Result<Option<Vec<HeldLock>>> {
    reader.reading(|connection| {
        let schema = PostgresDialect.quote_literal(&connection.default_schema);
        let rows = connection.rows(&format!(
            "SELECT CASE WHEN n.nspname = {schema} THEN '' ELSE n.nspname || '.' END || c.relname, l.mode \
             FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE l.locktype = 'relation' AND l.pid = pg_backend_pid() AND l.granted \
             AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
             AND c.relkind IN ('r', 'p', 'm', 'v', 'f', 'S') AND NOT (c.relkind = 'S' AND l.mode = 'AccessShareLock') AND {OWN_SCHEMAS} ORDER BY 1, 2"
        ))?;
        let lock = |row: &_| -> Result<HeldLock> {
            let [on, mode] = fields(row)?;
            Ok(HeldLock { on, mode })
        };
        rows.iter().map(lock).collect::<Result<Vec<_>>>().map(Some)
    })
}

/// The file of each table, the position in the write-ahead log, which is the whole server's, and the size of the database.
///
/// # Errors
/// Where the server does not answer.
pub(super) fn look(reader: &mut PostgresReader) -> Result<Footprint> {
    reader.reading(|connection| {
        let schema = PostgresDialect.quote_literal(&connection.default_schema);
        let files = connection.rows(&format!(
            "SELECT CASE WHEN n.nspname = {schema} THEN '' ELSE n.nspname || '.' END || c.relname, pg_relation_filenode(c.oid) \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND {OWN_SCHEMAS}"
        ))?;
        let mut storage = BTreeMap::new();
        for row in &files {
            let [table, file] = fields(row)?;
            storage.insert(table, file);
        }
        let row =
            connection.row("SELECT trunc(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')), pg_database_size(current_database())")?;
        let [log, disk] = fields(&row)?;
        Ok(Footprint { storage: Some(storage), log_bytes: Some(number(Some(&log))?), disk_bytes: Some(number(Some(&disk))?) })
    })
}

/// Where a session keeps its temporary files, in the default tablespace.
const TEMPORARY: &str = "base/pgsql_tmp";

/// A session that looks at the temporary files of another one, which executes.
pub(super) struct PostgresSampler {
    connection: Connection,
    /// What is asked; `None` where the account may not look at files.
    sql: Option<String>,
}

impl PostgresSampler {
    /// # Errors
    /// Where the server does not answer.
    pub(super) fn open(address: &Address, session: i32, interrupt: &Interrupt) -> Result<Self> {
        let mut connection = Connection::open(address, "cutover", interrupt)?;
        let may = connection.value(
            "SELECT has_function_privilege('pg_ls_dir(text, boolean, boolean)', 'EXECUTE') \
             AND has_function_privilege('pg_stat_file(text, boolean)', 'EXECUTE')",
        )?;
        // A session's own files stand in the directory; those that it shares with its parallel workers, in one of its own below it.
        let sql = format!(
            "WITH own AS (SELECT '{TEMPORARY}/' || name AS path FROM pg_ls_dir('{TEMPORARY}', true, false) name WHERE name ~ '^pgsql_tmp{session}\\.'), \
             files AS (SELECT path FROM own WHERE path !~ 'fileset$' \
             UNION ALL SELECT path || '/' || name FROM own, pg_ls_dir(path, true, false) name WHERE path ~ 'fileset$') \
             SELECT coalesce(sum((pg_stat_file(path, true)).size), 0) FROM files"
        );
        Ok(Self { connection, sql: (may.as_deref() == Some("t")).then_some(sql) })
    }
}

impl Sampler for PostgresSampler {
    /// Locks are known to the transaction itself, and are held to its end.
    fn look(&mut self) -> Result<Sample> {
        let Some(sql) = &self.sql else { return Ok(Sample::default()) };
        let bytes = self.connection.value(sql)?;
        Ok(Sample { locks: None, temporary_bytes: Some(number(bytes.as_deref())?) })
    }
}
