//! Several sessions on one instant, all of which have ended when the work is done.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant as Clock};

use super::reader::{PostgresReader, Transaction};
use crate::database::{Instant, Reader};
use crate::model::error::{Error, ErrorKind, Result};

/// How long a session that does not answer any more may take to vanish from the server.
const VANISHING: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// What is done on one instant.
pub(super) type Work<'a> = &'a mut dyn FnMut(&mut [&mut dyn Reader], &Instant) -> Result<()>;

/// Runs work with up to `count` sessions on the instant of this one.
///
/// # Errors
/// Where no session can be opened, those of `work`, or where a session cannot be ended: a DDL statement would then wait for it.
pub(super) fn together(reader: &mut PostgresReader, count: usize, work: Work<'_>) -> Result<()> {
    match reader.transaction {
        Transaction::None => {
            return Err(Error::new(ErrorKind::Internal, "there is no instant to share before the fence has been raised"));
        }
        // What the steps wrote is seen by this session alone.
        Transaction::Written => return work(&mut [reader], &Instant::default()),
        Transaction::Reading | Transaction::Fenced => {}
    }
    let exported = reader.connection.value("SELECT pg_export_snapshot()")?;
    let instant = Instant { exported: exported.clone() };
    if count <= 1 {
        return work(&mut [reader], &instant);
    }
    let mut sessions = Vec::with_capacity(count);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        open(reader, count, exported.as_deref(), &mut sessions)?;
        let mut readers: Vec<&mut dyn Reader> = sessions.iter_mut().map(|session| session as &mut dyn Reader).collect();
        work(&mut readers, &instant)
    }));
    let ended = end(reader, sessions, outcome.is_err());
    match outcome {
        Err(panic) => resume_unwind(panic),
        Ok(outcome) => outcome.and(ended),
    }
}

/// Opens the sessions; one is enough where the server has no room for more.
fn open(reader: &PostgresReader, count: usize, exported: Option<&str>, sessions: &mut Vec<PostgresReader>) -> Result<()> {
    for _ in 0..count {
        match PostgresReader::open(&reader.address, &reader.name, reader.connection.interrupt(), exported) {
            Ok(session) => sessions.push(session),
            Err(error) if error.kind() == ErrorKind::Connection && !sessions.is_empty() => break,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Ends every session and makes sure of it: the snapshot that a session holds blocks the first DDL statement.
fn end(reader: &mut PostgresReader, sessions: Vec<PostgresReader>, panicked: bool) -> Result<()> {
    let mut silent = Vec::new();
    for mut session in sessions {
        if panicked {
            session.connection.cancel();
        }
        if session.connection.batch_in_peace("ROLLBACK").is_err() {
            silent.push(session.connection.pid());
        }
    }
    if silent.is_empty() {
        return Ok(());
    }
    let list: Vec<_> = silent.iter().map(i32::to_string).collect();
    let list = list.join(", ");
    let since = Clock::now();
    loop {
        let sql = format!("SELECT pg_stat_clear_snapshot(); SELECT count(*) FROM pg_stat_activity WHERE pid IN ({list})");
        let left = reader.connection.rows(&sql)?;
        if left.last().and_then(|row| row.first()).and_then(Option::as_deref) == Some("0") {
            return Ok(());
        }
        if since.elapsed() > VANISHING {
            return Err(Error::new(ErrorKind::Connection, format!("the reading sessions {list} do not end on the server"))
                .hint(format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid IN ({list});")));
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}
