//! Scratch databases, created beside the one that is backed up and dropped again, and the moment in which nobody writes.

use std::sync::Arc;

use super::address::Address;
use super::dialect::MysqlDialect;
use super::session::{Connection, fields};
use crate::database::access::SCRATCH;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;

/// Seconds that the lock on all tables may wait for running statements: everybody else's writes wait behind it.
const LOCK_SECONDS: u32 = 2;

/// Creates an empty database with the character set and collation of the address's one.
///
/// # Errors
/// `Refused` where the account may not.
pub(super) fn create(address: &Arc<Address>, interrupt: &Interrupt, name: &str) -> Result<()> {
    let mut connection = without_binlog(address, interrupt)?;
    let rows = connection.rows(
        "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = DATABASE()",
    )?;
    let row = rows.first().ok_or_else(|| Error::new(ErrorKind::Refused, format!("{} cannot be seen by the account", address.place)))?;
    let [set, collation] = fields(row)?;
    connection.batch(&format!("CREATE DATABASE {} CHARACTER SET {set} COLLATE {collation}", MysqlDialect.quote_identifier(name))).map_err(
        |error| match error.kind() {
            ErrorKind::Statement => Error::new(ErrorKind::Refused, format!("no scratch database can be created beside {}", address.place))
                .because(error)
                .hint(format!(
                    "GRANT ALL ON `{}%`.* TO the account; or give an empty database with --staging URL",
                    SCRATCH.replace('_', "\\_")
                )),
            _ => error,
        },
    )
}

/// A session whose statements go into no binlog: replicas are not to build what is dropped again at once.
fn without_binlog(address: &Arc<Address>, interrupt: &Interrupt) -> Result<Connection> {
    let mut connection = Connection::open(address, "cutover", interrupt)?;
    keep_out_of_binlog(&mut connection)?;
    Ok(connection)
}

/// Lets nothing that a session writes go into a binlog.
///
/// # Errors
/// `Refused` where the account may not.
pub(super) fn keep_out_of_binlog(connection: &mut Connection) -> Result<()> {
    if connection.value("SELECT @@log_bin")?.as_deref() == Some("1") {
        connection.batch("SET SESSION sql_log_bin = 0").map_err(|error| {
            Error::new(ErrorKind::Refused, "the account may not keep a scratch database out of the binlog").because(error).hint(
                "GRANT BINLOG ADMIN ON *.* TO it (MySQL: SYSTEM_VARIABLES_ADMIN); or give an empty database of a server without replicas with --staging URL",
            )
        })?;
    }
    Ok(())
}

/// Lets what a session writes go into the binlog again.
///
/// # Errors
/// The server's.
pub(super) fn go_on_with_binlog(connection: &mut Connection) -> Result<()> {
    if connection.value("SELECT @@log_bin")?.as_deref() == Some("1") {
        connection.batch_in_peace("SET SESSION sql_log_bin = 1")?;
    }
    Ok(())
}

/// Drops a scratch database. What interrupted the work in it does not stop this.
///
/// # Errors
/// Where it is in use and `force` does not end its sessions, or the account may not.
pub(super) fn drop(address: &Arc<Address>, name: &str, force: bool) -> Result<()> {
    let mut connection = without_binlog(address, &Interrupt::new())?;
    let literal = MysqlDialect.quote_literal(name);
    let sessions = connection.rows(&format!("SELECT ID FROM information_schema.PROCESSLIST WHERE DB = {literal}"))?;
    for session in sessions.into_iter().flatten().flatten() {
        if !force {
            return Err(Error::new(ErrorKind::Refused, format!("the scratch database {name} is in use by the session {session}"))
                .hint("wait until it has ended; a session whose tool was killed ends with its statement"));
        }
        // That it has ended by itself meanwhile is what was wanted.
        let _ = connection.batch(&format!("KILL {session}"));
    }
    connection.batch(&format!("DROP DATABASE IF EXISTS {}", MysqlDialect.quote_identifier(name)))
}

/// The scratch databases of the server that the account can see.
///
/// # Errors
/// The server's.
pub(super) fn list(address: &Arc<Address>, interrupt: &Interrupt) -> Result<Vec<String>> {
    let mut connection = Connection::open(address, "cutover", interrupt)?;
    let rows = connection.rows(&format!(
        "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE LEFT(SCHEMA_NAME, {}) = {} ORDER BY SCHEMA_NAME",
        SCRATCH.len(),
        MysqlDialect.quote_literal(SCRATCH)
    ))?;
    Ok(rows.into_iter().flatten().flatten().collect())
}

/// Locks all tables of the server for reading, until what is returned is dropped. `None` where the account may not.
///
/// # Errors
/// Where the server does not answer.
pub(super) fn hold(address: &Arc<Address>, interrupt: &Interrupt) -> Result<Option<Box<dyn Send>>> {
    let mut connection = Connection::open(address, "cutover", interrupt)?;
    match connection.batch(&format!("SET SESSION lock_wait_timeout = {LOCK_SECONDS}; FLUSH TABLES WITH READ LOCK")) {
        Ok(()) => Ok(Some(Box::new(connection))),
        Err(error) if matches!(error.kind(), ErrorKind::Statement | ErrorKind::Conflict) => Ok(None),
        Err(error) => Err(error),
    }
}
