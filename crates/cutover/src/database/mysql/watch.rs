//! Other sessions in the database, and the rows that have been written on its server.

use std::sync::Arc;
use std::time::Duration;

use super::address::Address;
use super::dialect::MysqlDialect;
use super::lock;
use super::session::{Connection, TextRow, fields, number};
use crate::database::{Other, Sight, Watcher};
use crate::model::dialect::Dialect as _;
use crate::model::error::Result;
use crate::model::interrupt::Interrupt;

/// A session that only looks.
pub(super) struct MysqlWatcher {
    connection: Connection,
    /// The name of the lock of runs, quoted: whoever holds it is a run of this program.
    lock: String,
}

impl MysqlWatcher {
    pub(super) fn open(address: &Arc<Address>, interrupt: &Interrupt) -> Result<Self> {
        Ok(Self {
            connection: Connection::open(address, "cutover", interrupt)?,
            lock: MysqlDialect.quote_literal(&lock::name(&address.database)),
        })
    }
}

/// The server answers from a copy of its list as long as it has been asked within a tenth of a second.
const OLDEST_ANSWER: Duration = Duration::from_millis(150);

impl Watcher for MysqlWatcher {
    /// An account without the right PROCESS sees its own sessions alone.
    fn look(&mut self) -> Result<Sight> {
        std::thread::sleep(OLDEST_ANSWER);
        let own = self.connection.id();
        let rows = self.connection.rows(&format!(
            "SELECT ID, CONCAT('session ', ID, ', user ', USER, ' from ', HOST), IF(COMMAND = 'Sleep', TIME, 0) \
             FROM information_schema.PROCESSLIST \
             WHERE DB = DATABASE() AND ID <> {own} AND COMMAND NOT IN ('Daemon', 'Binlog Dump', 'Binlog Dump GTID') \
             AND ID <> COALESCE(IS_USED_LOCK({}), 0) ORDER BY ID",
            self.lock
        ))?;
        let other = |row: &TextRow| -> Result<Other> {
            let [id, description, idle] = fields(row)?;
            let idle: i64 = number(Some(&idle))?;
            Ok(Other { id, description, idle: Some(Duration::from_secs(u64::try_from(idle).unwrap_or_default())) })
        };
        let others = rows.iter().map(other).collect::<Result<Vec<_>>>()?;
        // Of the whole server: its other databases count as well. MariaDB has given the counters of InnoDB up, and does not count tables that it
        // makes for itself among the others (*seen* on 10.11); MySQL does.
        let counters = match self.connection.server.mariadb {
            true => "'Handler_write', 'Handler_update', 'Handler_delete'",
            false => "'Innodb_rows_inserted', 'Innodb_rows_updated', 'Innodb_rows_deleted'",
        };
        let counted = self.connection.rows(&format!("SHOW GLOBAL STATUS WHERE Variable_name IN ({counters})"))?;
        let mut writes = None;
        for row in &counted {
            let [_, value] = fields(row)?;
            *writes.get_or_insert(0) += number::<u64>(Some(&value))?;
        }
        Ok(Sight { others, writes, whole_server: true })
    }
}
