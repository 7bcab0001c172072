//! Other sessions of the database, and the rows that have been written in it.

use std::time::Duration;

use super::address::Address;
use super::catalog::fields;
use super::session::{Connection, TextRow, number};
use crate::database::{Other, Sight, Watcher};
use crate::model::error::Result;
use crate::model::interrupt::Interrupt;

/// A session outside of any transaction, because within one the server shows the sessions of its beginning.
pub(super) struct PostgresWatcher {
    connection: Connection,
    run: String,
}

impl PostgresWatcher {
    pub(super) fn open(address: &Address, run: &str, interrupt: &Interrupt) -> Result<Self> {
        let connection = Connection::open(address, "cutover", interrupt)?;
        Ok(Self { connection, run: run.replace('\'', "''") })
    }
}

impl Watcher for PostgresWatcher {
    /// An account without `pg_read_all_stats` sees of other accounts' sessions that they are there, and nothing of what they do.
    fn look(&mut self) -> Result<Sight> {
        let rows = self.connection.rows(&format!(
            "SELECT pid || ' ' || COALESCE(to_char(backend_start AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'), ''), \
             concat_ws(', ', 'process ' || pid, 'user ' || usename, NULLIF(application_name, ''), host(client_addr)), \
             COALESCE(CASE WHEN state LIKE 'idle%' THEN \
             greatest(0, floor(1000 * extract(epoch FROM clock_timestamp() - state_change)))::bigint::text \
             WHEN state IS NOT NULL THEN '0' END, '') \
             FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' \
             AND pid <> pg_backend_pid() AND application_name NOT IN ('cutover', 'cutover {}') ORDER BY backend_start, pid",
            self.run
        ))?;
        let other = |row: &TextRow| -> Result<Other> {
            let [id, description, idle] = fields(row)?;
            Ok(Other { id, description, idle: idle.parse().ok().map(Duration::from_millis) })
        };
        let others = rows.iter().map(other).collect::<Result<Vec<_>>>()?;
        // A session hands its numbers in when it ends, and before that once a second at the most.
        let writes = self.connection.value(
            "SELECT COALESCE(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables WHERE schemaname <> 'cutover'",
        )?;
        Ok(Sight { others, writes: Some(number(writes.as_deref())?), whole_server: false })
    }
}
