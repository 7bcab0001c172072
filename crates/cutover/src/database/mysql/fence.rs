//! The fence of an in-place run: the server's `read_only`, which stands until `lower` takes it down, through the death of the tool.
//!
//! It is the server's and not this database's, and lets accounts pass that hold the right to write all the same; both are told. What
//! was set before is kept in a table of the journal before anything is set, so that whoever comes later can put it back.

use std::time::{Duration, Instant};

use super::binlog::{self, Watch};
use super::dialect::MysqlDialect;
use super::errors::{self, code};
use super::hold;
use super::journal::{self, JournalTable};
use super::session::{Connection, Failure, fields};
use crate::database::access::SCRATCH;
use crate::database::{Fence, Raised};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;

/// What runs have set on the server, and what was set before.
pub(super) const SETTINGS: JournalTable = JournalTable {
    name: "cutover_fence",
    columns: &["run", "setting", "value"],
    definition: "run varchar(64) NOT NULL, setting varchar(64) NOT NULL, value varchar(64) NOT NULL, PRIMARY KEY (run, setting)",
    what: "the table of what runs have set on the server",
};

/// The setting that is the fence.
const READ_ONLY: &str = "read_only";

/// Between two attempts: doubled each time, up to the second.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// The rights that let an account write in spite of `read_only`. Since MariaDB 10.11, SUPER is none of them.
fn passing_rights(connection: &Connection) -> &'static str {
    match (connection.server.mariadb, connection.server.version >= (10, 11, 0)) {
        (true, true) => "'READ_ONLY ADMIN'",
        (true, false) => "'READ_ONLY ADMIN', 'SUPER'",
        (false, _) => "'CONNECTION_ADMIN', 'SUPER'",
    }
}

/// Raises the fence for a run, or finds it standing. Where the account may not set `read_only`, the binlog is watched instead.
///
/// # Errors
/// `Refused` where the account may not set `read_only` or cannot write in spite of it, the binlog does not tell of all writes, and
/// `fence.unfenced` does not accept that; where an unfinished run has left its own fence up. `Conflict` where the server does not come to
/// rest. What was set is then put back.
pub(super) fn raise(
    connection: &mut Connection,
    run: &str,
    fence: &Fence,
    notice: &mut dyn FnMut(String),
) -> Result<(Raised, Option<Watch>)> {
    let mut raised = Raised::default();
    be_alone_on_the_server(connection)?;
    adopt(connection, run)?;
    let known = known_value(connection, run)?;
    let standing = is_read_only(connection)?;
    match known {
        Some(_) if standing => {}
        Some(_) => {
            raised.interrupted =
                Some("read_only had been switched off since the run raised it, by a restart of the server or by somebody".to_owned());
            if let Err(refusal) = set(connection, "ON", fence, notice) {
                return unfenced(connection, run, fence, refusal, raised);
            }
        }
        None => {
            remember(connection, run, if standing { "ON" } else { "OFF" })?;
            if !standing && let Err(refusal) = set(connection, "ON", fence, notice) {
                return unfenced(connection, run, fence, refusal, raised);
            }
        }
    }
    if let Err(refusal) = try_to_write(connection, run) {
        return unfenced(connection, run, fence, refusal, raised);
    }
    binlog::forget(connection)?;
    raised.notes = notes(connection)?;
    Ok((raised, None))
}

/// Takes down whatever fence any run has left, and puts back what had been set before.
///
/// # Errors
/// Where the server refuses; what is still set is then still known.
pub(super) fn lower(connection: &mut Connection) -> Result<Vec<String>> {
    if !SETTINGS.exists(connection)? {
        return Ok(Vec::new());
    }
    binlog::forget(connection)?;
    let mut told = hold::end(connection)?;
    for row in connection.rows(&format!("SELECT run, value FROM {} WHERE setting = '{READ_ONLY}'", SETTINGS.name))? {
        let [run, value] = fields(&row)?;
        put_back(connection, &run, &value)?;
        told.push(match value.as_str() {
            "ON" => "the fence is given up: the server had been read-only before, and stays so".to_owned(),
            _ => "the fence is down: read_only is off again, and the server can be written".to_owned(),
        });
    }
    Ok(told)
}

fn put_back(connection: &mut Connection, run: &str, value: &str) -> Result<()> {
    // A server that is found writable is never closed: somebody has opened it since.
    if value != "ON" && is_read_only(connection)? {
        connection.batch_in_peace(&format!("SET GLOBAL {READ_ONLY} = OFF"))?;
    }
    forget(connection, run)
}

fn forget(connection: &mut Connection, run: &str) -> Result<()> {
    let run = MysqlDialect.quote_literal(run);
    connection.batch_in_peace(&format!("DELETE FROM {} WHERE run = {run} AND setting = '{READ_ONLY}'", SETTINGS.name))
}

fn remember(connection: &mut Connection, run: &str, value: &str) -> Result<()> {
    let run = MysqlDialect.quote_literal(run);
    let sql = format!("INSERT INTO {} (run, setting, value) VALUES ({run}, '{READ_ONLY}', '{value}')", SETTINGS.name);
    connection
        .batch(&sql)
        .map_err(|error| error.hint("where the server is read-only already, the account needs the right to write all the same"))
}

/// The fence is the server's, so one run at a time may raise it there: a second one, of another database, would remember the first
/// one's fence as what had been set before, and lose its own when the first one ends.
fn be_alone_on_the_server(connection: &mut Connection) -> Result<()> {
    let refused = |database: &str| {
        Error::new(ErrorKind::Refused, format!("a run on {database} of this server has set read_only, and the fence is the server's"))
            .hint("wait until it has ended; one that was stopped is resumed, rolled back, or its fence taken down by `cutover clean`")
    };
    if connection.value("SELECT GET_LOCK('cutover:read_only', 2)")?.as_deref() != Some("1") {
        return Err(refused("another database"));
    }
    // A fence outlives the session that raised it. What a backup has brought along is none.
    let others = connection.rows(&format!(
        "SELECT TABLE_SCHEMA FROM information_schema.TABLES WHERE TABLE_NAME = '{}' AND TABLE_SCHEMA <> DATABASE() \
         AND LEFT(TABLE_SCHEMA, {}) <> {}",
        SETTINGS.name,
        SCRATCH.len(),
        MysqlDialect.quote_literal(SCRATCH)
    ))?;
    for row in &others {
        let [database] = fields(row)?;
        let table = format!("{}.{}", MysqlDialect.quote_identifier(&database), SETTINGS.name);
        // Where the account may not look, nothing is known of that database.
        if let Ok(Some(_)) = connection.value(&format!("SELECT MIN(run) FROM {table}")) {
            return Err(refused(&database));
        }
    }
    Ok(())
}

/// The run whose fence stands, or was left: what it has set is remembered.
///
/// # Errors
/// The server's.
pub(super) fn standing(connection: &mut Connection) -> Result<Option<String>> {
    if !SETTINGS.exists(connection)? {
        return Ok(None);
    }
    connection.value(&format!("SELECT MIN(run) FROM {}", SETTINGS.name))
}

/// Takes over what another run has left that is finished, or was killed before the journal knew it: what it had found set is what has
/// to be put back in the end.
fn adopt(connection: &mut Connection, run: &str) -> Result<()> {
    let Some(other) = standing(connection)?.filter(|other| other != run) else { return Ok(()) };
    let state = journal::records(connection)?.into_iter().find(|record| record.run == other).map(|record| record.state);
    if state.is_some_and(|state| state == "running" || state == "undoing") {
        return Err(Error::new(ErrorKind::Refused, format!("the run {other} was stopped and has left its fence up"))
            .hint("resume it or roll it back first; `cutover clean` takes its fence down"));
    }
    binlog::forget(connection)?;
    let run = MysqlDialect.quote_literal(run);
    connection.batch(&format!("UPDATE {} SET run = {run}", SETTINGS.name))
}

/// What the run has found set before it raised the fence; `None` where it has not.
///
/// # Errors
/// The server's.
pub(super) fn known_value(connection: &mut Connection, run: &str) -> Result<Option<String>> {
    let run = MysqlDialect.quote_literal(run);
    connection.value(&format!("SELECT MIN(value) FROM {} WHERE run = {run} AND setting = '{READ_ONLY}'", SETTINGS.name))
}

/// Whether the server refuses writes of ordinary accounts.
///
/// # Errors
/// The server's.
pub(super) fn is_read_only(connection: &mut Connection) -> Result<bool> {
    // Newer servers know more values than two, and every one of them but the first refuses writes.
    Ok(!matches!(connection.value(&format!("SELECT @@GLOBAL.{READ_ONLY}"))?.as_deref(), Some("0" | "OFF")))
}

/// Sets it as soon as nobody holds locks that are in its way.
fn set(connection: &mut Connection, value: &str, fence: &Fence, notice: &mut dyn FnMut(String)) -> Result<()> {
    let since = Instant::now();
    let mut back_off = BACK_OFF.0;
    loop {
        let refusal = match connection.try_execute(&format!("SET GLOBAL {READ_ONLY} = {value}")) {
            Ok(_) => return Ok(()),
            Err(Failure::Ours(error)) => return Err(error),
            Err(Failure::Drivers(error)) => errors::failed(&error, "", connection.interrupt()),
        };
        if refusal.kind() != ErrorKind::Conflict || since.elapsed() + back_off >= fence.patience {
            return Err(refusal);
        }
        notice(format!("waiting for the fence, because a session holds a lock on a table: {refusal}"));
        pause(back_off, connection.interrupt())?;
        back_off = (back_off * 2).min(BACK_OFF.1);
    }
}

/// Whether we may write in spite of the fence is tried and not guessed: the rights for it differ between versions.
fn try_to_write(connection: &mut Connection, run: &str) -> Result<()> {
    let run = MysqlDialect.quote_literal(run);
    let sql = format!("UPDATE {} SET value = value WHERE run = {run}", SETTINGS.name);
    match connection.try_execute(&sql) {
        Ok(_) => Ok(()),
        Err(Failure::Ours(error)) => Err(error),
        Err(Failure::Drivers(error)) if errors::number(&error) == Some(code::READ_ONLY) => {
            Err(Error::new(ErrorKind::Statement, "the account itself cannot write while read_only is set"))
        }
        Err(Failure::Drivers(error)) => Err(errors::failed(&error, "", connection.interrupt())),
    }
}

/// Puts back what was set, and goes on by watching the binlog, or without a fence if that is accepted.
fn unfenced(connection: &mut Connection, run: &str, fence: &Fence, refusal: Error, mut raised: Raised) -> Result<(Raised, Option<Watch>)> {
    let before = known_value(connection, run)?;
    if before.as_deref() == Some("OFF") && is_read_only(connection)? {
        connection.batch_in_peace(&format!("SET GLOBAL {READ_ONLY} = OFF"))?;
    }
    if refusal.kind() != ErrorKind::Statement {
        forget(connection, run)?;
        return Err(refusal);
    }
    forget(connection, run)?;
    let reason = format!("the server's read_only cannot hold other sessions' writes off: {refusal}");
    if fence.unfenced {
        binlog::forget(connection)?;
        raised.open = Some(reason);
        return Ok((raised, None));
    }
    let known = Watch::resume(connection, run, fence)?;
    let unseen = match known {
        Some(mut watch) => {
            let since = watch.position().to_string();
            // What cannot be read any more is as if somebody had written: one begins anew, and the verdict tells.
            match watch.look(connection) {
                Ok(seen) if seen.is_empty() => {}
                Ok(seen) => raised.interrupted = Some(written(&since, &seen)),
                Err(error) if error.kind() == ErrorKind::Conflict => raised.interrupted = Some(error.to_string()),
                Err(error) => return Err(error),
            }
            if raised.interrupted.is_none() { Ok(watch) } else { Watch::begin(connection, run, fence)? }
        }
        None => Watch::begin(connection, run, fence)?,
    };
    let unseen = match unseen {
        Ok(watch) => {
            raised.watched = Some(format!(
                "nothing holds other sessions off ({refusal}), but the binlog is watched from {} on: what they write into this database stops \
                 the run",
                watch.position()
            ));
            return Ok((raised, Some(watch)));
        }
        Err(why) => why,
    };
    Err(Error::new(ErrorKind::Refused, reason)
        .hint(remedy(connection)?)
        .hint(format!("the binlog cannot be watched instead: {unseen}"))
        .hint("or accept by --unfenced that what others write meanwhile is found as a difference")
        .hint("nothing has been changed"))
}

/// The statement that lets the account raise this fence.
///
/// # Errors
/// The server's.
pub(super) fn remedy(connection: &mut Connection) -> Result<String> {
    let account = super::catalog::account(connection)?;
    let rights = if connection.server.mariadb { "READ_ONLY ADMIN" } else { "SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN" };
    Ok(format!("GRANT {rights} ON *.* TO {account};"))
}

/// What others have written, for people.
pub(super) fn written(since: &str, seen: &[String]) -> String {
    format!("other sessions have written, as the binlog tells from {since} on: {}", seen.join("; "))
}

/// What people should know of a fence that is the server's.
fn notes(connection: &mut Connection) -> Result<Vec<String>> {
    let mut notes = Vec::new();
    let list = |connection: &mut Connection, sql: &str| -> Result<Vec<String>> {
        Ok(connection.rows(sql)?.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
    };
    let others = list(
        connection,
        "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME <> DATABASE() \
         AND SCHEMA_NAME NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema') ORDER BY 1",
    )?;
    if !others.is_empty() {
        notes.push(format!("read_only stops writes into the other databases of the server too: {}", shortened(&others)));
    }
    let rights = passing_rights(connection);
    let passing = list(
        connection,
        &format!(
            "SELECT DISTINCT GRANTEE FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE IN ({rights}) \
             AND GRANTEE <> CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''') ORDER BY 1"
        ),
    )?;
    if !passing.is_empty() {
        notes.push(format!("accounts that may write in spite of the fence: {}", shortened(&passing)));
    }
    let events = "SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() AND STATUS = 'ENABLED' \
                  AND @@GLOBAL.event_scheduler = 'ON' ORDER BY 1";
    let events = list(connection, events)?;
    if !events.is_empty() {
        notes.push(format!("events of this database run on during the fence, with their definers' rights: {}", shortened(&events)));
    }
    Ok(notes)
}

/// The first few of a list.
fn shortened(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let rest = names.len().saturating_sub(SHOWN);
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if rest == 0 { shown } else { format!("{shown} and {rest} more") }
}

/// Waits, and lets the person stop that.
///
/// # Errors
/// Where the work was stopped.
pub(super) fn pause(duration: Duration, interrupt: &Interrupt) -> Result<()> {
    let until = Instant::now() + duration;
    loop {
        interrupt.check()?;
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(Duration::from_millis(50)));
    }
}
