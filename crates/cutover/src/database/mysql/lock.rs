//! The lock of the one run per database, on the connection that executes its steps.

use std::time::Duration;

use super::dialect::MysqlDialect;
use super::session::{Connection, fields};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};

/// How long the session of a tool that has just ended may take to give its lock back.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);

/// The longest name that a lock may have, in characters.
const LONGEST_NAME: usize = 64;

/// The lock's name. It is the server's, so the database's name is in it.
fn name(database: &str) -> String {
    let plain = format!("cutover:{database}");
    // The servers fold the case of a lock's name; two databases whose names differ in it alone share a lock, which harms nobody.
    if plain.chars().count() <= LONGEST_NAME {
        return plain;
    }
    format!("cutover:{:032x}", xxhash_rust::xxh3::xxh3_128(database.as_bytes()))
}

/// Takes the lock, which ends with the session.
///
/// # Errors
/// `Refused` where another run holds it, naming its session.
pub(super) fn take(connection: &mut Connection, database: &str) -> Result<()> {
    let name = MysqlDialect.quote_literal(&name(database));
    let taken = connection.value(&format!("SELECT GET_LOCK({name}, {})", LOCK_PATIENCE.as_secs()))?;
    if taken.as_deref() == Some("1") { Ok(()) } else { Err(held(connection, &name)?) }
}

/// Ends the session that holds the lock, if the server can tell that it is that of the run: by the connection's attributes, which it
/// only keeps with its performance schema switched on.
///
/// # Errors
/// Where the account may not.
pub(super) fn end_holder(connection: &mut Connection, database: &str, run: &str) -> Result<bool> {
    let name = MysqlDialect.quote_literal(&name(database));
    let program = MysqlDialect.quote_literal(&format!("cutover {run}"));
    let holder = connection.value(&format!(
        "SELECT MIN(PROCESSLIST_ID) FROM performance_schema.session_account_connect_attrs \
         WHERE PROCESSLIST_ID = IS_USED_LOCK({name}) AND ATTR_NAME = 'program_name' AND ATTR_VALUE = {program}"
    ));
    // Without the right to look, or without anything to look at, nobody is ended.
    match holder {
        Ok(Some(id)) => connection.batch(&format!("KILL {id}")).map(|()| true),
        Ok(None) | Err(_) => Ok(false),
    }
}

/// Who holds the lock, and what can be done about it.
fn held(connection: &mut Connection, name: &str) -> Result<Error> {
    let rows = connection.rows(&format!(
        "SELECT ID, USER, HOST, COMMAND, TIME, COALESCE(STATE, ''), COALESCE(LEFT(INFO, 200), '') \
         FROM information_schema.PROCESSLIST WHERE ID = IS_USED_LOCK({name})"
    ))?;
    let Some(row) = rows.first() else {
        let id = connection.value(&format!("SELECT IS_USED_LOCK({name})"))?;
        let Some(id) = id else {
            return Ok(Error::new(ErrorKind::Refused, "another run held the lock of this database a moment ago").hint("try again"));
        };
        return Ok(Error::new(
            ErrorKind::Refused,
            format!("another run holds the lock of this database, in the session {id} of another account"),
        )
        .hint("one run per database: wait until it has ended"));
    };
    let [id, user, host, command, seconds, state, statement] = fields(row)?;
    let does = [command.to_lowercase(), state.to_lowercase(), statement].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    Ok(Error::new(
        ErrorKind::Refused,
        format!("another run holds the lock of this database: session {id} of {user} from {host}, for {seconds} s: {}", does.join(", ")),
    )
    .hint("one run per database: wait until it has ended")
    .hint(format!(
        "if its tool was killed, its session works on until its statement has ended; to end it now, which rolls back what it has not \
         committed: KILL {id};"
    )))
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn the_name_fits_whatever_the_database_is_called() {
        assert_eq!(name("registry"), "cutover:registry");
        let long = "x".repeat(64);
        assert_eq!(name(&long).len(), 40);
        assert_ne!(name(&long), name(&"y".repeat(64)));
    }
}
