//! What the server and the driver report, as the engine's one error.

use mysql::{DriverError, MySqlError};

use crate::model::error::{Error, ErrorKind};
use crate::model::interrupt::Interrupt;

/// The server's numbers for what is told apart here ("Server Error Message Reference").
pub(super) mod code {
    /// A lock was not to be had in time: of a row, or of a table's definition.
    pub(in crate::database::mysql) const LOCK_WAIT_TIMEOUT: u16 = 1205;
    /// A deadlock was broken; the transaction is gone.
    pub(in crate::database::mysql) const DEADLOCK: u16 = 1213;
    /// Somebody stopped the statement.
    pub(in crate::database::mysql) const INTERRUPTED: u16 = 1317;
    /// `read_only` forbids the statement.
    pub(in crate::database::mysql) const READ_ONLY: u16 = 1290;
    /// There is no such savepoint.
    pub(in crate::database::mysql) const NO_SAVEPOINT: u16 = 1305;
    /// A table of the transaction has an engine that knows no savepoints.
    pub(in crate::database::mysql) const NO_SAVEPOINTS: u16 = 1178;
    /// The account may do nothing of the sort with the table.
    pub(in crate::database::mysql) const TABLE_DENIED: u16 = 1142;
    /// There is no such table.
    pub(in crate::database::mysql) const NO_TABLE: u16 = 1146;
    /// The protocol for prepared statements does not know this statement.
    pub(in crate::database::mysql) const NOT_PREPARABLE: u16 = 1295;
    /// There is no such database.
    pub(in crate::database::mysql) const NO_DATABASE: u16 = 1049;
}

/// Rows of a lock that NOWAIT did not wait for; a lock of its own by `GET_LOCK`.
const CONFLICTS: [u16; 4] = [code::LOCK_WAIT_TIMEOUT, code::DEADLOCK, 3572, 3058];

/// The server ends the session together with the statement: it shuts down, or somebody ended the session.
const ENDS_OF_SESSION: [u16; 8] = [1053, 1927, 1152, 1153, 1158, 1159, 1160, 1161];

/// Somebody, or a time limit, stopped the statement.
const INTERRUPTIONS: [u16; 3] = [code::INTERRUPTED, 1969, 3024];

/// The account has not the right to do that.
const DENIALS: [u16; 7] = [1044, code::TABLE_DENIED, 1143, 1227, 1370, 1410, 1419];

/// A statement or a conversation that failed. `sql` is the person's text.
pub(super) fn failed(error: &mysql::Error, sql: &str, interrupt: &Interrupt) -> Error {
    match error {
        mysql::Error::MySqlError(refusal) => refused(refusal, sql, interrupt),
        other => disconnected(other),
    }
}

/// The server's number for what went wrong, where it was the server that said it.
pub(super) fn number(error: &mysql::Error) -> Option<u16> {
    match error {
        mysql::Error::MySqlError(refusal) => Some(refusal.code),
        _ => None,
    }
}

/// Whether the session goes on after this.
pub(super) fn leaves_session(error: &mysql::Error) -> bool {
    number(error).is_some_and(|number| !ENDS_OF_SESSION.contains(&number))
}

const GIVE_THE_PASSWORD: &str = "give the password in MYSQL_PWD, in ~/.my.cnf (group [client]), or in the URL";

/// The server could not be reached.
pub(super) fn unreachable(error: &mysql::Error, place: &str) -> Error {
    if let mysql::Error::MySqlError(refusal) = error {
        let failure = Error::new(ErrorKind::Connection, format!("{place} refuses the connection: {}", one_line(&refusal.message)));
        return match refusal.code {
            1045 | 1698 => failure.hint(GIVE_THE_PASSWORD),
            1040 | 1203 | 1226 => {
                failure.hint("the server has no connection left: lower the number of parallel readers, or end idle sessions")
            }
            code::NO_DATABASE => {
                failure.hint("create the database first, or mend its name in the URL: a database that does not exist is never created")
            }
            1129 => failure.hint("the server blocks this host after many failed attempts: FLUSH HOSTS on the server"),
            _ => failure,
        };
    }
    let failure = Error::new(ErrorKind::Connection, format!("cannot connect to {place}"));
    let cause = error.to_string();
    let failure = if matches!(error, mysql::Error::DriverError(DriverError::TlsNotSupported)) {
        failure.hint("the server has no encryption: give it a certificate; or, if nobody can listen in between, ssl-mode=disabled")
    } else if cause.contains("ertificate") || matches!(error, mysql::Error::TlsError(_)) {
        failure.hint("name the authority that signed the server's certificate: ssl-ca=/path/ca.pem, and give the host by a name that is in the certificate; or, if nobody can listen in between, ssl-mode=no-verify")
    } else {
        failure.hint("look whether the server runs, and whether host and port, or the socket, are right")
    };
    failure.because(cause)
}

/// There is a pooler in between.
pub(super) fn pooler(place: &str) -> Error {
    Error::new(
        ErrorKind::Refused,
        format!("{place} is a proxy, not the server itself: locks, snapshots and settings of a session do not survive it"),
    )
    .hint("give the server's own address and port, not that of ProxySQL, MaxScale or another proxy")
}

fn disconnected(error: &mysql::Error) -> Error {
    Error::new(ErrorKind::Connection, "the connection to the server ended")
        .because(error.to_string())
        .hint("the server rolls back by itself what was not committed, as soon as it notices that the connection has ended; DDL that it had begun goes on")
}

fn refused(refusal: &MySqlError, sql: &str, interrupt: &Interrupt) -> Error {
    let number = refusal.code;
    if INTERRUPTIONS.contains(&number)
        && let Some(reason) = interrupt.reason()
    {
        return Error::new(ErrorKind::Interrupted, reason);
    }
    let kind = if CONFLICTS.contains(&number) {
        ErrorKind::Conflict
    } else if ENDS_OF_SESSION.contains(&number) {
        ErrorKind::Connection
    } else {
        ErrorKind::Statement
    };
    let (message, near) = without_excerpt(&refusal.message);
    let mut error = Error::new(kind, format!("{} (error {number}, SQLSTATE {})", one_line(message), refusal.state));
    if let Some(near) = near {
        error = error.hint(place(sql, &near));
    }
    if DENIALS.contains(&number) {
        error = error.hint("the account lacks a right: grant it what the message names, or use another account");
    }
    if number == 1153 {
        error =
            error.hint("a row is larger than the server's max_allowed_packet: raise it on the server (SET GLOBAL max_allowed_packet = …)");
    }
    error
}

/// What the server says of the place of a fault: the text that follows it, and its line.
#[derive(Debug, PartialEq, Eq)]
struct Near {
    text: String,
    line: usize,
}

/// Takes `… the right syntax to use near 'FORM t' at line 1` apart: the excerpt may hold anything and end anywhere.
fn without_excerpt(message: &str) -> (&str, Option<Near>) {
    let Some((before, rest)) = message.split_once(" near '") else { return (message, None) };
    let Some((text, line)) = rest.rsplit_once("' at line ") else { return (message, None) };
    let Ok(line) = line.trim().parse() else { return (message, None) };
    let before = before.rsplit_once(';').map_or(before, |(fault, _)| fault);
    // Newer servers say that they have cut it off.
    let text = text.strip_suffix("...").unwrap_or(text).to_owned();
    (before, Some(Near { text, line }))
}

/// `line 2, column 8 of the statement: SELECT nme FROM …`. What the server shows begins on the line that it tells, as a rule.
fn place(sql: &str, near: &Near) -> String {
    let line_of = |offset: usize| sql[..offset].matches('\n').count() + 1;
    let offset = match near.text.is_empty() {
        true => Some(sql.len()),
        false => sql.match_indices(near.text.as_str()).map(|(offset, _)| offset).min_by_key(|offset| line_of(*offset).abs_diff(near.line)),
    };
    let Some(offset) = offset else { return format!("line {} of the statement, near: {}", near.line, one_line(&near.text)) };
    let start = sql[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let end = sql[offset..].find('\n').map_or(sql.len(), |newline| offset + newline);
    let column = sql[start..offset].chars().count() + 1;
    format!("line {}, column {column} of the statement: {}", line_of(offset), sql[start..end].trim())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_by_what_the_server_shows() {
        let message = "You have an error in your SQL syntax; check the manual that corresponds to your server version for the right syntax to use near 'FORM t\nWHERE a = 'b'' at line 2";
        let (what, near) = without_excerpt(message);
        assert_eq!(what, "You have an error in your SQL syntax");
        let near = near.unwrap();
        assert_eq!(place("SELECT 'ä',\n  x FORM t\nWHERE a = 'b'", &near), "line 2, column 5 of the statement: x FORM t");
        assert_eq!(place("SELECT (", &Near { text: String::new(), line: 1 }), "line 1, column 9 of the statement: SELECT (");
        assert_eq!(without_excerpt("Unknown column 'a near' in 'field list'").1, None);
    }
}
