//! What a statement weighs, as far as the server tells: metadata locks, the numbers that InnoDB gives to tables, the binlog.

use std::collections::BTreeMap;

use super::session::{Connection, TextRow, fields, number};
use crate::model::error::{ErrorKind, Result};
use crate::model::footprint::{Footprint, HeldLock};

/// The metadata locks of this session's transaction. MariaDB tells of them where a plugin is loaded, and both servers where their
/// performance schema watches them; elsewhere they are not known. What commits by itself has given its locks back when it ends.
///
/// # Errors
/// Where the server does not answer.
pub(super) fn held_locks(connection: &mut Connection) -> Result<Option<Vec<HeldLock>>> {
    let plugin = "SELECT 1 FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'METADATA_LOCK_INFO' AND PLUGIN_STATUS = 'ACTIVE'";
    let of_plugin = connection.server.mariadb && !connection.rows(plugin)?.is_empty();
    let sql = if of_plugin {
        "SELECT TABLE_NAME, LOCK_MODE FROM information_schema.METADATA_LOCK_INFO \
         WHERE THREAD_ID = CONNECTION_ID() AND LOCK_TYPE = 'Table metadata lock' AND TABLE_SCHEMA = DATABASE() \
         AND TABLE_NAME NOT LIKE 'cutover\\_%' GROUP BY 1, 2 ORDER BY 1, 2"
    } else {
        let watched = told(
            connection,
            "SELECT 1 FROM performance_schema.setup_instruments \
             WHERE NAME = 'wait/lock/metadata/sql/mdl' AND ENABLED = 'YES' AND @@performance_schema = 1",
        )?;
        if watched.is_none_or(|rows| rows.is_empty()) {
            return Ok(None);
        }
        "SELECT l.OBJECT_NAME, l.LOCK_TYPE FROM performance_schema.metadata_locks l \
         JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID \
         WHERE t.PROCESSLIST_ID = CONNECTION_ID() AND l.OBJECT_TYPE = 'TABLE' AND l.LOCK_STATUS = 'GRANTED' \
         AND l.OBJECT_SCHEMA = DATABASE() AND l.OBJECT_NAME NOT LIKE 'cutover\\_%' GROUP BY 1, 2 ORDER BY 1, 2"
    };
    let Some(rows) = told(connection, sql)? else { return Ok(None) };
    let lock = |row: &TextRow| -> Result<HeldLock> {
        let [on, mode] = fields(row)?;
        Ok(HeldLock { on, mode })
    };
    rows.iter().map(lock).collect::<Result<Vec<_>>>().map(Some)
}

/// The number of each table, which is another one once the table has been built anew; what this session has written to the binlog, where
/// the server counts that; the sizes of the tables' files.
///
/// # Errors
/// Where the server does not answer.
pub(super) fn look(connection: &mut Connection) -> Result<Footprint> {
    let prefix = if connection.server.mariadb { "INNODB_SYS_" } else { "INNODB_" };
    let of_database = "LEFT(NAME, CHAR_LENGTH(DATABASE()) + 1) = CONCAT(DATABASE(), '/')";
    let tables = told(connection, &format!("SELECT NAME, TABLE_ID FROM information_schema.{prefix}TABLES WHERE {of_database}"))?;
    let mut storage = BTreeMap::new();
    for row in tables.iter().flatten() {
        let [name, id] = fields(row)?;
        let table = name.split_once('/').map_or(name.as_str(), |(_, table)| table);
        // What belongs to full-text indexes, to a table that is being built, or to this program.
        if !["FTS_", "#", "cutover_"].iter().any(|own| table.starts_with(own)) {
            storage.insert(table.to_owned(), id);
        }
    }
    let disk = told(connection, &format!("SELECT SUM(FILE_SIZE) FROM information_schema.{prefix}TABLESPACES WHERE {of_database}"))?;
    let disk_bytes = disk.into_iter().flatten().flatten().flatten().next().map(|bytes| number(Some(&bytes))).transpose()?;
    let log_bytes = if connection.value("SELECT @@log_bin AND @@sql_log_bin")?.as_deref() == Some("1") {
        let counted = told(connection, "SHOW SESSION STATUS LIKE 'Binlog_bytes_written'")?;
        counted.into_iter().flatten().flatten().flatten().nth(1).map(|bytes| number(Some(&bytes))).transpose()?
    } else {
        None
    };
    // A name that InnoDB writes in another way than the server has no rows here, and says nothing.
    Ok(Footprint { storage: (!storage.is_empty()).then_some(storage), log_bytes, disk_bytes })
}

/// The rows of a query that the account may not be allowed, or the server not know: `None` then.
pub(super) fn told(connection: &mut Connection, sql: &str) -> Result<Option<Vec<TextRow>>> {
    match connection.rows(sql) {
        Ok(rows) => Ok(Some(rows)),
        Err(error) if matches!(error.kind(), ErrorKind::Statement | ErrorKind::Refused) => Ok(None),
        Err(error) => Err(error),
    }
}
