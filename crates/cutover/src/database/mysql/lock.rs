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
pub(super) fn name(database: &str) -> String {
    fitting(format!("cutover:{database}"))
}

/// The name of the lock that tells whose session it is that works: the server keeps it as long as the session lives, and shows everybody who
/// holds it. A connection's attributes would tell it, too, but only with the performance schema, which MariaDB comes without.
fn name_of_run(run: &str) -> String {
    fitting(format!("cutover run:{run}"))
}

/// The servers fold the case of a lock's name; two databases whose names differ in it alone share a lock, which harms nobody.
fn fitting(name: String) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name;
    }
    format!("cutover:{:032x}", xxhash_rust::xxh3::xxh3_128(name.as_bytes()))
}

/// Takes the lock, which ends with the session.
///
/// # Errors
/// `Refused` where another run holds it, naming its session.
pub(super) fn take(connection: &mut Connection, database: &str, run: &str) -> Result<()> {
    let name = MysqlDialect.quote_literal(&name(database));
    let taken = connection.value(&format!("SELECT GET_LOCK({name}, {})", LOCK_PATIENCE.as_secs()))?;
    if taken.as_deref() != Some("1") {
        return Err(held(connection, &name)?);
    }
    // Nobody else takes this one while the database's is held. Were it not to be had, a later command could only not end this session.
    connection.value(&format!("SELECT GET_LOCK({}, 0)", MysqlDialect.quote_literal(&name_of_run(run)))).map(drop)
}

/// Ends the session that holds the lock, if it is that of the run.
///
/// # Errors
/// Where the account may not.
pub(super) fn end_holder(connection: &mut Connection, database: &str, run: &str) -> Result<bool> {
    let [of_database, of_run] = [name(database), name_of_run(run)].map(|name| MysqlDialect.quote_literal(&name));
    let holder =
        connection.value(&format!("SELECT IF(IS_USED_LOCK({of_database}) = IS_USED_LOCK({of_run}), IS_USED_LOCK({of_run}), NULL)"))?;
    let Some(id) = holder else { return Ok(false) };
    match connection.batch(&format!("KILL {id}")) {
        Err(_) if connection.value(&format!("SELECT IS_USED_LOCK({of_run})"))?.is_none() => Ok(true),
        ended => ended.map(|()| true),
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
    use super::{name, name_of_run};

    #[test]
    fn the_name_fits_whatever_the_database_is_called() {
        assert_eq!(name("registry"), "cutover:registry");
        let long = "x".repeat(64);
        assert_eq!(name(&long).len(), 40);
        assert_ne!(name(&long), name(&"y".repeat(64)));
        assert_ne!(name("x"), name_of_run("x"));
    }
}
