//! What the server and the driver report, as the engine's one error.

use tokio_postgres::error::{DbError, ErrorPosition, SqlState};

use crate::model::error::{Error, ErrorKind};
use crate::model::interrupt::Interrupt;

/// A statement as the server saw it: what the engine put before the person's own text does not count for positions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent<'a> {
    /// The person's text.
    pub sql: &'a str,
    /// How many characters the engine put before it.
    pub before: usize,
}

/// A statement or a conversation that failed.
pub(super) fn failed(error: &tokio_postgres::Error, sent: Sent<'_>, interrupt: &Interrupt) -> Error {
    match error.as_db_error() {
        Some(refusal) => refused(refusal, sent, interrupt),
        None => disconnected(error),
    }
}

const GIVE_THE_PASSWORD: &str = "give the password in PGPASSWORD, in ~/.pgpass (PGPASSFILE, mode 0600), or in the URL";

/// The server could not be reached.
pub(super) fn unreachable(error: &tokio_postgres::Error, place: &str) -> Error {
    let Some(refusal) = error.as_db_error() else {
        let cause = chain(error);
        let failure = Error::new(ErrorKind::Connection, format!("cannot connect to {place}"));
        let failure = if cause.contains("certificate") {
            failure.hint("name the authority that signed the server's certificate: sslrootcert=/path/root.crt; or, if nobody can listen in between, sslmode=no-verify")
        } else if cause.contains("password missing") {
            failure.hint(GIVE_THE_PASSWORD)
        } else {
            failure.hint("look whether the server runs, and whether host and port are right")
        };
        return failure.because(cause);
    };
    let failure = Error::new(ErrorKind::Connection, format!("{place} refuses the connection: {}", refusal.message()));
    let code = refusal.code();
    if *code == SqlState::INVALID_PASSWORD || *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
        failure.hint(
            "give the password in PGPASSWORD, in ~/.pgpass (PGPASSFILE), or in the URL; sslmode=require where the server wants encryption",
        )
    } else if *code == SqlState::TOO_MANY_CONNECTIONS {
        failure.hint("the server has no connection left: lower the number of parallel readers, or end idle sessions")
    } else if refusal.message().contains("startup parameter") {
        pooler(place)
    } else {
        failure
    }
}

/// There is a pooler in between.
pub(super) fn pooler(place: &str) -> Error {
    Error::new(
        ErrorKind::Refused,
        format!("{place} is a connection pooler, not the server itself: locks, snapshots and settings of a session do not survive it"),
    )
    .hint("give the server's own address and port, not that of PgBouncer or another pooler")
}

fn disconnected(error: &tokio_postgres::Error) -> Error {
    Error::new(ErrorKind::Connection, "the connection to the server ended")
        .because(chain(error))
        .hint("the server rolls back by itself what was not committed, as soon as it notices that the connection has ended")
}

/// Whether the server spoke of something that the driver did not expect.
pub(super) fn is_out_of_step(error: &tokio_postgres::Error) -> bool {
    // The driver tells this kind by its words alone.
    error.as_db_error().is_none() && error.to_string() == "unexpected message from server"
}

/// The server wants to exchange a table's rows with the client.
pub(super) fn out_of_step() -> Error {
    Error::new(ErrorKind::Statement, "the statement wants to exchange rows with the client (COPY … FROM STDIN or TO STDOUT)")
        .hint("use INSERT, or a CSV file as a step")
        .hint("the session had to be closed, so the server rolls back what was not committed")
}

/// The driver's error and its causes on one line; its own Display tells only the outermost.
fn chain(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

fn refused(refusal: &DbError, sent: Sent<'_>, interrupt: &Interrupt) -> Error {
    let code = refusal.code();
    if *code == SqlState::QUERY_CANCELED
        && let Some(reason) = interrupt.reason()
    {
        return Error::new(ErrorKind::Interrupted, reason);
    }
    let conflict =
        [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::T_R_SERIALIZATION_FAILURE, SqlState::OBJECT_IN_USE];
    let kind = if conflict.contains(code) {
        ErrorKind::Conflict
    } else if is_end_of_session(code) {
        ErrorKind::Connection
    } else {
        ErrorKind::Statement
    };
    let mut error = Error::new(kind, format!("{} (SQLSTATE {})", one_line(refusal.message()), code.code()));
    if let Some(detail) = refusal.detail() {
        error = error.hint(format!("detail: {detail}"));
    }
    match refusal.position() {
        Some(ErrorPosition::Original(position)) => error = error.hint(place(sent, *position as usize)),
        Some(ErrorPosition::Internal { position, query }) => {
            error = error.hint(format!("inside a function, {}", place(Sent { sql: query, before: 0 }, *position as usize)));
        }
        None => {}
    }
    if let Some(context) = refusal.where_() {
        error = error.hint(format!("context: {}", one_line(context)));
    }
    if let Some(hint) = refusal.hint() {
        error = error.hint(format!("the server's hint: {hint}"));
    }
    error
}

/// Whether the server ends the session together with the statement.
pub(super) fn is_end_of_session(code: &SqlState) -> bool {
    [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW, SqlState::DATABASE_DROPPED].contains(code)
        || code.code().starts_with("08")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `line 2, column 8 of the statement: SELECT nme FROM …`. The server counts characters from 1.
fn place(sent: Sent<'_>, position: usize) -> String {
    let index = position.saturating_sub(1).saturating_sub(sent.before);
    let offset = sent.sql.char_indices().nth(index).map_or(sent.sql.len(), |(offset, _)| offset);
    let start = sent.sql[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let end = sent.sql[offset..].find('\n').map_or(sent.sql.len(), |newline| offset + newline);
    let line = sent.sql[..offset].matches('\n').count() + 1;
    let column = sent.sql[start..offset].chars().count() + 1;
    format!("line {line}, column {column} of the statement: {}", sent.sql[start..end].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_in_the_persons_own_text() {
        let sql = "SELECT 'ä',\n  nme\nFROM t";
        let position = "COPY (".chars().count() + sql.chars().position(|letter| letter == 'm').unwrap() + 1;
        assert_eq!(place(Sent { sql, before: 6 }, position), "line 2, column 4 of the statement: nme");
        assert_eq!(place(Sent { sql, before: 6 }, 9_999), "line 3, column 7 of the statement: FROM t");
    }
}
