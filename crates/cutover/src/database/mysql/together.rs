//! Several sessions on one instant, all of which have ended when the work is done.
//!
//! The server knows no name by which a session could join another's instant. But sessions whose transactions begin while nobody can
//! write begin on the same one: under the fence, or under a lock on all tables that is held for as long as that takes and no longer.

use super::reader::{BEGIN_READING, MysqlReader, Transaction};
use super::session::Connection;
use crate::database::{Instant, Reader};
use crate::model::error::{Error, ErrorKind, Result};

/// What is done on one instant.
pub(super) type Work<'a> = &'a mut dyn FnMut(&mut [&mut dyn Reader], &Instant) -> Result<()>;

/// Seconds that the lock on all tables may wait for running statements: everybody else's writes wait behind it.
const LOCK_SECONDS: u32 = 2;

/// Runs work with up to `count` sessions on the instant of a session that reads. One that has read rows already stays alone, and so does
/// one whose account may not lock.
///
/// # Errors
/// Where a session cannot be opened, or those of `work`.
pub(super) fn of_reader(reader: &mut MysqlReader, count: usize, work: Work<'_>) -> Result<()> {
    let mut companions = Vec::new();
    if count > 1 && reader.transaction == Transaction::Fresh {
        companions = companions_under_lock(reader, count - 1)?;
        if !companions.is_empty() {
            reader.transaction = Transaction::Reading;
        }
    }
    let mut readers: Vec<&mut dyn Reader> = vec![reader];
    readers.extend(companions.iter_mut().map(|companion| companion as &mut dyn Reader));
    let outcome = work(&mut readers, &Instant::default());
    outcome.and(end(companions))
}

/// Runs work with up to `count` sessions on what the executing session sees. `fenced` says that nobody else can write.
///
/// # Errors
/// Where a session cannot be opened, or those of `work`.
pub(super) fn of_writer(reader: &mut MysqlReader, fenced: bool, count: usize, work: Work<'_>) -> Result<()> {
    // What was written in the open transaction is seen by this session alone.
    if count < 2 || reader.transaction == Transaction::Open {
        return work(&mut [reader], &Instant::default());
    }
    let mut companions = match (fenced, reader.transaction) {
        (true, _) => open(reader, count)?,
        (false, Transaction::None) => companions_under_lock(reader, count)?,
        (false, _) => Vec::new(),
    };
    if companions.is_empty() {
        return work(&mut [reader], &Instant::default());
    }
    let mut readers: Vec<&mut dyn Reader> = companions.iter_mut().map(|companion| companion as &mut dyn Reader).collect();
    let outcome = work(&mut readers, &Instant::default());
    outcome.and(end(companions))
}

/// Opens further sessions; fewer where the server has no room for more.
fn open(reader: &MysqlReader, count: usize) -> Result<Vec<MysqlReader>> {
    let mut companions = Vec::new();
    while companions.len() < count {
        match MysqlReader::open(&reader.address, &reader.name, reader.connection.interrupt()) {
            Ok(companion) => companions.push(companion),
            Err(error) if error.kind() == ErrorKind::Connection && !companions.is_empty() => break,
            Err(error) => return Err(error),
        }
    }
    Ok(companions)
}

/// Opens sessions, and lets their transactions, and that of the session itself where it has one, begin on one instant. None where
/// the lock is not to be had.
fn companions_under_lock(reader: &mut MysqlReader, count: usize) -> Result<Vec<MysqlReader>> {
    // Connecting takes time: nothing of it happens under the lock.
    let mut companions = open(reader, count)?;
    let mut locker = Connection::open(&reader.address, &reader.name, reader.connection.interrupt())?;
    let locked = locker.batch(&format!("SET SESSION lock_wait_timeout = {LOCK_SECONDS}; FLUSH TABLES WITH READ LOCK"));
    if let Err(error) = locked {
        return match error.kind() {
            ErrorKind::Statement | ErrorKind::Conflict => Ok(Vec::new()),
            _ => Err(error),
        };
    }
    let mut begun = Ok(());
    let own = (reader.transaction != Transaction::None).then_some(&mut reader.connection);
    for connection in companions.iter_mut().map(|companion| &mut companion.connection).chain(own) {
        begun = begun.and_then(|()| connection.batch(&format!("ROLLBACK; {BEGIN_READING}")));
    }
    // The lock ends with its session in any case.
    let unlocked = locker.batch_in_peace("UNLOCK TABLES");
    drop(locker);
    begun.and(unlocked).map(|()| companions)
}

/// Ends every transaction before its session: a lock on a table's definition that a session still holds would keep the first DDL waiting.
fn end(companions: Vec<MysqlReader>) -> Result<()> {
    let mut ended = Ok(());
    for mut companion in companions {
        let outcome = companion.connection.batch_in_peace("ROLLBACK");
        ended = ended.and(outcome);
    }
    ended.map_err(|error| Error::new(ErrorKind::Connection, "a reading session could not be ended").because(error))
}
