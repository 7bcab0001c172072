//! The journal table: one row for each run, and what all tables of the journal have in common.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::address::Address;
use super::dialect::MysqlDialect;
use super::errors;
use super::session::{Connection, fields, number};
use super::{entries, fence};
use crate::database::lost_commit::{self, Proof};
use crate::database::{Commit, RunRecord};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;

/// How much less than it is the server's age may be told, which it counts in whole seconds.
const WHOLE_SECONDS: Duration = Duration::from_secs(2);

/// A table of the journal. None is ever part of a comparison.
#[derive(Debug)]
pub(super) struct JournalTable {
    /// Its name.
    pub name: &'static str,
    /// Its columns in order.
    pub columns: &'static [&'static str],
    /// The columns' definitions.
    pub definition: &'static str,
    /// What people call it.
    pub what: &'static str,
}

/// One row for each run.
pub(super) const RUNS: JournalTable = JournalTable {
    name: "cutover_runs",
    columns: &["run", "plan", "plan_hash", "state", "started_at", "tool"],
    definition: "run varchar(64) NOT NULL PRIMARY KEY, plan varchar(255) NOT NULL, plan_hash varchar(128) NOT NULL, \
         state varchar(32) NOT NULL, started_at varchar(64) NOT NULL, tool varchar(64) NOT NULL",
    what: "the journal table",
};

/// Whether a table has the name of one of the journal's.
pub(super) fn is_our_name(name: &str) -> bool {
    [RUNS.name, entries::ENTRIES.name, fence::SETTINGS.name].contains(&name)
}

impl JournalTable {
    /// Whether the table exists and is ours.
    ///
    /// # Errors
    /// `Refused` where something else has its name, or it has triggers: they would act after the verification.
    pub(super) fn exists(&self, connection: &mut Connection) -> Result<bool> {
        let name = self.name;
        let found = connection.rows(&format!(
            "SELECT TABLE_TYPE, COALESCE(ENGINE, ''), (SELECT GROUP_CONCAT(COLUMN_NAME ORDER BY ORDINAL_POSITION) \
             FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '{name}'), \
             (SELECT GROUP_CONCAT(TRIGGER_NAME SEPARATOR ', ') FROM information_schema.TRIGGERS \
             WHERE EVENT_OBJECT_SCHEMA = DATABASE() AND EVENT_OBJECT_TABLE = '{name}') \
             FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '{name}'"
        ))?;
        let Some(row) = found.first() else { return Ok(false) };
        let [kind, engine, columns, triggers] = fields(row)?;
        if kind != "BASE TABLE" || !engine.eq_ignore_ascii_case("InnoDB") || columns != self.columns.join(",") {
            return Err(Error::new(ErrorKind::Refused, format!("the database has a table or view {name} that is not {}", self.what))
                .hint(format!("rename it; {} is an InnoDB table with the columns {}", self.what, self.columns.join(", "))));
        }
        if !triggers.is_empty() {
            return Err(Error::new(ErrorKind::Refused, format!("{} {name} has triggers: {triggers}", self.what))
                .hint("they would act after the verification; drop them"));
        }
        Ok(true)
    }

    /// Creates the table where it is not there.
    ///
    /// # Errors
    /// The server's, or `Refused` where something else has its name.
    pub(super) fn ensure(&self, connection: &mut Connection) -> Result<()> {
        if self.exists(connection)? {
            return Ok(());
        }
        connection.batch(&format!(
            "CREATE TABLE {} ({}) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            self.name, self.definition
        ))
    }
}

/// All records, oldest first; none where there is no journal table.
///
/// # Errors
/// `Refused` where something else has its name.
pub(super) fn records(connection: &mut Connection) -> Result<Vec<RunRecord>> {
    if !RUNS.exists(connection)? {
        return Ok(Vec::new());
    }
    let rows = connection.rows(&format!("SELECT {} FROM {} ORDER BY started_at, run", RUNS.columns.join(", "), RUNS.name))?;
    rows.iter()
        .map(|row| {
            let [run, plan, plan_hash, state, started_at, tool] = fields(row)?;
            Ok(RunRecord { run, plan, plan_hash, state, started_at, tool })
        })
        .collect()
}

/// Writes a run's record in the open transaction, in place of one that it may have.
///
/// # Errors
/// The server's.
pub(super) fn write(connection: &mut Connection, record: &RunRecord) -> Result<()> {
    let RunRecord { run, plan, plan_hash, state, started_at, tool } = record;
    let values: Vec<_> = [run, plan, plan_hash, state, started_at, tool].map(|value| MysqlDialect.quote_literal(value)).into();
    let replaced: Vec<_> = RUNS.columns.iter().skip(1).map(|column| format!("{column} = VALUES({column})")).collect();
    connection.batch(&format!(
        "INSERT INTO {} ({}) VALUES ({}) ON DUPLICATE KEY UPDATE {}",
        RUNS.name,
        RUNS.columns.join(", "),
        values.join(", "),
        replaced.join(", ")
    ))
}

/// Whether what shows that a transaction was committed is there now.
///
/// # Errors
/// The server's.
pub(super) fn is_there(proof: &Proof<'_>, connection: &mut Connection) -> Result<bool> {
    match proof {
        Proof::Record(record) => Ok(records(connection)?.contains(record)),
        Proof::Entry(entry) => Ok(entries::read(connection, &entry.run)?.contains(entry)),
    }
}

/// A COMMIT that the server did not answer with success.
pub(super) struct LostCommit<'a> {
    /// What the driver said.
    pub error: mysql::Error,
    /// Where to ask.
    pub address: &'a Arc<Address>,
    /// The server's number for the session that was to commit.
    pub session: u64,
    /// Since when that session had lived: a server that was started later numbers its sessions anew.
    pub since: Instant,
}

impl LostCommit<'_> {
    /// Finds out what became of the transaction from a new session. A session that is still committing is waited for.
    pub(super) fn outcome(&self, proof: &Proof<'_>) -> Commit {
        let told = errors::failed(&self.error, "COMMIT", &Interrupt::new());
        lost_commit::outcome(lost_commit::reason(&told), &format!("session {}", self.session), || self.ask(proof))
    }

    /// Whether the transaction was committed; `None` while that is not decided.
    fn ask(&self, proof: &Proof<'_>) -> Result<Option<bool>> {
        let mut connection = Connection::open(self.address, "cutover", &Interrupt::new())?;
        // The session first, then the proof: what is decided now shows in a later look.
        let uptime = connection.row("SHOW GLOBAL STATUS LIKE 'Uptime'")?;
        let uptime = Duration::from_secs(number(uptime.get(1).and_then(Option::as_deref))?);
        let restarted = uptime + WHOLE_SECONDS < self.since.elapsed();
        let alive = format!("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = {}", self.session);
        let alive = connection.value(&alive)?.as_deref() != Some("0") && !restarted;
        Ok(match is_there(proof, &mut connection)? {
            true => Some(true),
            false if alive => None,
            false => Some(false),
        })
    }
}
