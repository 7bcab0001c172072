//! Whether the server takes part in a replication that forbids to change it here.

use super::session::{Connection, Failure};
use crate::model::error::Result;

/// Of which sort of replica the server is, if it is one.
///
/// # Errors
/// Where the server does not answer. What the account may not see is looked for in another way.
pub(super) fn replica(connection: &mut Connection) -> Result<Option<String>> {
    let mariadb = connection.server.mariadb;
    let statement =
        if mariadb { "SHOW ALL SLAVES STATUS" } else { "SELECT 1 FROM performance_schema.replication_connection_configuration" };
    if permitted(connection, statement)? && !connection.rows(statement)?.is_empty() {
        return Ok(Some("a replica of another server".to_owned()));
    }
    let running = connection.rows("SHOW GLOBAL STATUS LIKE 'Slaves_running'")?;
    let running = running.first().and_then(|row| row.get(1)).and_then(Option::as_deref).unwrap_or("0");
    Ok((running != "0").then(|| "a replica of another server".to_owned()))
}

/// Of which cluster with several writers the server is a member, if of one.
///
/// # Errors
/// Where the server does not answer.
pub(super) fn cluster(connection: &mut Connection) -> Result<Option<String>> {
    let variable = connection.rows("SHOW GLOBAL VARIABLES LIKE 'wsrep_on'")?;
    if variable.first().and_then(|row| row.get(1)).and_then(Option::as_deref) == Some("ON") {
        return Ok(Some("a member of a Galera cluster".to_owned()));
    }
    let members = "SELECT 1 FROM performance_schema.replication_group_members WHERE MEMBER_STATE <> 'OFFLINE'";
    let member = !connection.server.mariadb && permitted(connection, members)? && !connection.rows(members)?.is_empty();
    Ok(member.then(|| "a member of a replication group".to_owned()))
}

/// Whether the account may ask that.
fn permitted(connection: &mut Connection, sql: &str) -> Result<bool> {
    match connection.try_execute(sql) {
        Ok(_) => Ok(true),
        Err(Failure::Drivers(mysql::Error::MySqlError(_))) => Ok(false),
        Err(Failure::Drivers(error)) => Err(super::errors::failed(&error, sql, connection.interrupt())),
        Err(Failure::Ours(error)) => Err(error),
    }
}
