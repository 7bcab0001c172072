//! What a statement weighs: `pg_locks`, the files of tables, the position in the write-ahead log.

use std::collections::BTreeMap;

use super::PostgresDialect;
use super::catalog::fields;
use super::reader::PostgresReader;
use super::session::number;
use crate::model::dialect::Dialect;
use crate::model::error::Result;
use crate::model::footprint::{Footprint, HeldLock};

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
