//! What a statement weighs, as far as the server tells: metadata locks, the numbers that InnoDB gives to tables, the binlog.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::address::Address;
use super::session::{Connection, TextRow, fields, number};
use crate::database::Sampler;
use crate::model::error::{ErrorKind, Result};
use crate::model::footprint::{Footprint, HeldLock, Sample};
use crate::model::interrupt::Interrupt;

/// From where the metadata locks of sessions are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Locks {
    /// MariaDB's plugin.
    Plugin,
    /// The performance schema, which both servers have.
    PerformanceSchema,
}

impl Locks {
    /// Where the server tells of them; `None` where it does not.
    fn of(connection: &mut Connection) -> Result<Option<Self>> {
        let plugin = "SELECT 1 FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'METADATA_LOCK_INFO' AND PLUGIN_STATUS = 'ACTIVE'";
        if connection.server.mariadb && !connection.rows(plugin)?.is_empty() {
            return Ok(Some(Self::Plugin));
        }
        let watched = told(
            connection,
            "SELECT 1 FROM performance_schema.setup_instruments \
             WHERE NAME = 'wait/lock/metadata/sql/mdl' AND ENABLED = 'YES' AND @@performance_schema = 1",
        )?;
        Ok(watched.is_some_and(|rows| !rows.is_empty()).then_some(Self::PerformanceSchema))
    }

    /// The locks of a session on the tables of the database; `None` where the account may not see them.
    fn held(self, connection: &mut Connection, session: u64) -> Result<Option<Vec<HeldLock>>> {
        let sql = match self {
            Self::Plugin => format!(
                "SELECT TABLE_NAME, LOCK_MODE FROM information_schema.METADATA_LOCK_INFO \
                 WHERE THREAD_ID = {session} AND LOCK_TYPE = 'Table metadata lock' AND TABLE_SCHEMA = DATABASE() \
                 AND TABLE_NAME NOT LIKE 'cutover\\_%' AND TABLE_NAME NOT LIKE '#%' GROUP BY 1, 2 ORDER BY 1, 2"
            ),
            Self::PerformanceSchema => format!(
                "SELECT l.OBJECT_NAME, l.LOCK_TYPE FROM performance_schema.metadata_locks l \
                 JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID \
                 WHERE t.PROCESSLIST_ID = {session} AND l.OBJECT_TYPE = 'TABLE' AND l.LOCK_STATUS = 'GRANTED' \
                 AND l.OBJECT_SCHEMA = DATABASE() AND l.OBJECT_NAME NOT LIKE 'cutover\\_%' AND l.OBJECT_NAME NOT LIKE '#%' \
                 GROUP BY 1, 2 ORDER BY 1, 2"
            ),
        };
        let Some(rows) = told(connection, &sql)? else { return Ok(None) };
        let lock = |row: &TextRow| -> Result<HeldLock> {
            let [on, mode] = fields(row)?;
            Ok(HeldLock { on, mode })
        };
        rows.iter().map(lock).collect::<Result<Vec<_>>>().map(Some)
    }
}

/// The metadata locks of this session's transaction. What commits by itself has given its locks back when it ends.
///
/// # Errors
/// Where the server does not answer.
pub(super) fn held_locks(connection: &mut Connection) -> Result<Option<Vec<HeldLock>>> {
    let session = connection.id();
    Locks::of(connection)?.map_or(Ok(None), |locks| locks.held(connection, session))
}

/// A session that looks at another one, which executes.
pub(super) struct MysqlSampler {
    connection: Connection,
    session: u64,
    locks: Option<Locks>,
}

impl MysqlSampler {
    /// # Errors
    /// Where the server does not answer.
    pub(super) fn open(address: &Arc<Address>, session: u64, interrupt: &Interrupt) -> Result<Self> {
        let mut connection = Connection::open(address, "cutover", interrupt)?;
        let locks = Locks::of(&mut connection)?;
        Ok(Self { connection, session, locks })
    }
}

impl Sampler for MysqlSampler {
    /// A table that is built anew has a name that begins with `#sql` as long as it is built. The files that InnoDB sorts in have no name at all.
    fn look(&mut self) -> Result<Sample> {
        let locks = match self.locks {
            Some(locks) => locks.held(&mut self.connection, self.session)?,
            None => None,
        };
        let prefix = tables_of_innodb(&self.connection);
        let built = told(
            &mut self.connection,
            &format!(
                "SELECT COALESCE(SUM(FILE_SIZE), 0) FROM information_schema.{prefix}TABLESPACES \
                 WHERE LEFT(NAME, CHAR_LENGTH(DATABASE()) + 5) = CONCAT(DATABASE(), '/#sql')"
            ),
        )?;
        let temporary_bytes = built.into_iter().flatten().flatten().flatten().next().map(|bytes| number(Some(&bytes))).transpose()?;
        Ok(Sample { locks, temporary_bytes })
    }
}

/// How the names of InnoDB's own tables begin.
fn tables_of_innodb(connection: &Connection) -> &'static str {
    if connection.server.mariadb { "INNODB_SYS_" } else { "INNODB_" }
}

/// The number of each table, which is another one once the table has been built anew; what this session has written to the binlog, where
/// the server counts that; the sizes of the tables' files.
///
/// # Errors
/// Where the server does not answer.
pub(super) fn look(connection: &mut Connection) -> Result<Footprint> {
    let prefix = tables_of_innodb(connection);
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
