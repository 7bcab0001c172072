//! Who is in the way of a statement.

use std::time::Duration;

use super::session::{Connection, fields, number};
use crate::model::error::Result;

/// A session that is in the way.
pub(super) struct Blocker {
    /// The server's number for it.
    pub id: u64,
    /// Who it is and what it does, for people.
    pub description: String,
}

/// Sessions of this database that have a transaction open: each may hold a lock on a row, and each holds one on the definition of every
/// table that it has touched. The servers do not tell which, unless they are set up to.
///
/// # Errors
/// The server's. An account without the right PROCESS sees its own sessions alone.
pub(super) fn find(connection: &mut Connection) -> Result<Vec<Blocker>> {
    let found = look(connection)?;
    if !found.is_empty() {
        return Ok(found);
    }
    std::thread::sleep(OLDEST_ANSWER);
    look(connection)
}

/// The server answers from a copy of its list as long as it has been asked within a tenth of a second.
const OLDEST_ANSWER: Duration = Duration::from_millis(150);

fn look(connection: &mut Connection) -> Result<Vec<Blocker>> {
    let own = connection.id();
    let rows = connection.rows(&format!(
        "SELECT p.ID, CONCAT('session ', p.ID, ', user ', p.USER, ' from ', p.HOST, ', ', LOWER(p.COMMAND), ' for ', p.TIME, ' s', \
         COALESCE(CONCAT(', transaction open since ', t.trx_started), ''), \
         COALESCE(CONCAT(', ', LEFT(REGEXP_REPLACE(p.INFO, '[[:space:]]+', ' '), 200)), '')) \
         FROM information_schema.PROCESSLIST p JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.ID \
         WHERE p.ID <> {own} AND p.DB = DATABASE() ORDER BY t.trx_started, p.ID"
    ))?;
    rows.iter()
        .map(|row| {
            let [id, description] = fields(row)?;
            Ok(Blocker { id: number(Some(&id))?, description })
        })
        .collect()
}
