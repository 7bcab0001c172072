//! What keeps others off while tables are exchanged, beyond `read_only`: that it is for an exchange, which nothing else may use as its own
//! fence, and that no event runs, because events have the rights of their definers.

use std::time::{Duration, Instant};

use super::dialect::MysqlDialect;
use super::fence::{self, SETTINGS};
use super::kept;
use super::session::{Connection, fields};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::{Catalog, ObjectKind};

/// The row that says for which run an exchange holds others off, and what is said then of the fence.
const EXCHANGE: &str = "exchange";
const FOUND: &str = "found";
const RAISED: &str = "raised";

/// The setting that lets events run.
const SCHEDULER: &str = "event_scheduler";

/// Between two looks whether an event is at its end.
const PAUSE: Duration = Duration::from_millis(250);

/// For which run an exchange holds others off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// The run that is taken back.
    pub run: String,
    /// Whether the run's own fence was standing already: then it is not the exchange's to take down.
    pub found_standing: bool,
}

/// The mark, where there is one.
///
/// # Errors
/// The server's.
pub(super) fn marked(connection: &mut Connection) -> Result<Option<Mark>> {
    if !SETTINGS.exists(connection)? {
        return Ok(None);
    }
    let rows = connection.rows(&format!("SELECT run, value FROM {} WHERE setting = '{EXCHANGE}'", SETTINGS.name))?;
    rows.first()
        .map(|row| {
            let [run, value] = fields(row)?;
            Ok(Mark { run, found_standing: value == FOUND })
        })
        .transpose()
}

/// Says that an exchange is about to hold others off.
///
/// # Errors
/// The server's.
pub(super) fn mark(connection: &mut Connection, run: &str) -> Result<()> {
    SETTINGS.ensure(connection)?;
    let value = if fence::known_value(connection, run)?.is_some() { FOUND } else { RAISED };
    let run = MysqlDialect.quote_literal(run);
    connection.batch(&format!("INSERT IGNORE INTO {} (run, setting, value) VALUES ({run}, '{EXCHANGE}', '{value}')", SETTINGS.name))
}

/// Refuses what would take the fence of an exchange for its own, or take it down.
///
/// # Errors
/// `Refused` where an exchange was stopped half-way, or one of another run than `run` holds others off.
pub(super) fn is_nobodys(connection: &mut Connection, run: Option<&str>) -> Result<()> {
    if let Some((kept, _)) = kept::unfinished(connection)? {
        return Err(Error::new(ErrorKind::Refused, format!("a rollback was stopped half-way, and what it keeps is in {}", kept.name()))
            .hint("cutover rollback with --method restore goes on with it"));
    }
    match marked(connection)? {
        Some(mark) if run.is_some_and(|run| run != mark.run) => {
            Err(Error::new(ErrorKind::Refused, format!("a rollback of the run {} was stopped and has left its fence up", mark.run))
                .hint("roll that run back; or `cutover clean` takes the fence down"))
        }
        _ => Ok(()),
    }
}

/// Lets no event begin, and waits for those that run. What people should know is returned.
///
/// # Errors
/// `Refused` where the account may not; `Conflict` where an event does not end within the patience.
pub(super) fn stop_events(
    connection: &mut Connection,
    run: &str,
    patience: Duration,
    before: &Catalog,
    notice: &mut dyn FnMut(String),
) -> Result<Vec<String>> {
    let enabled = "SELECT 1 FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() AND STATUS = 'ENABLED' LIMIT 1";
    // Those that come back must not run either, before everything is in its place.
    let will_be = before
        .objects
        .iter()
        .any(|(name, properties)| name.kind == ObjectKind::Event && properties.get("status").is_some_and(|status| status == "ENABLED"));
    let is_on = connection.value(&format!("SELECT @@GLOBAL.{SCHEDULER}"))?.as_deref() == Some("ON");
    if !is_on || (!will_be && connection.rows(enabled)?.is_empty()) {
        return Ok(Vec::new());
    }
    let quoted = MysqlDialect.quote_literal(run);
    connection.batch(&format!("INSERT IGNORE INTO {} (run, setting, value) VALUES ({quoted}, '{SCHEDULER}', 'ON')", SETTINGS.name))?;
    if let Err(error) = connection.batch(&format!("SET GLOBAL {SCHEDULER} = OFF")) {
        let account = super::catalog::account(connection)?;
        let right = if connection.server.mariadb { "SUPER" } else { "SYSTEM_VARIABLES_ADMIN" };
        return Err(Error::new(
            ErrorKind::Refused,
            "the database has events that run, and the account may not stop the server's scheduler",
        )
        .because(error)
        .hint(format!("GRANT {right} ON *.* TO {account};")));
    }
    let since = Instant::now();
    let running = "SELECT COALESCE(INFO, '') FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND COMMAND = 'Connect' AND USER <> 'system user'";
    let mut told = false;
    while let Some(statement) = connection.rows(running)?.into_iter().flatten().flatten().next() {
        if since.elapsed() >= patience {
            return Err(Error::new(ErrorKind::Conflict, format!("an event of the database does not come to its end: {statement}")));
        }
        if !std::mem::replace(&mut told, true) {
            notice(format!("waiting for an event of the database: {statement}"));
        }
        fence::pause(PAUSE, &connection.interrupt().clone())?;
    }
    Ok(vec!["no event of the server runs meanwhile: event_scheduler is off".to_owned()])
}

/// Lets events run again, and forgets the mark. What was put back is returned.
///
/// # Errors
/// The server's; what is still set is then still known.
pub(super) fn end(connection: &mut Connection) -> Result<Vec<String>> {
    let mut told = Vec::new();
    if !connection.rows(&format!("SELECT 1 FROM {} WHERE setting = '{SCHEDULER}'", SETTINGS.name))?.is_empty() {
        if connection.value(&format!("SELECT @@GLOBAL.{SCHEDULER}"))?.as_deref() == Some("OFF") {
            connection.batch_in_peace(&format!("SET GLOBAL {SCHEDULER} = ON"))?;
            told.push("events run again: event_scheduler is on".to_owned());
        }
        connection.batch_in_peace(&format!("DELETE FROM {} WHERE setting = '{SCHEDULER}'", SETTINGS.name))?;
    }
    connection.batch_in_peace(&format!("DELETE FROM {} WHERE setting = '{EXCHANGE}'", SETTINGS.name))?;
    Ok(told)
}
