//! One connection: how it is opened, how it waits, and how its errors are told.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::types::FromSql;
use rusqlite::{Connection, ErrorCode, OpenFlags, Params, Statement};

use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::{Interrupt, Registration};

use super::fence;

/// How long a reader waits for a COMMIT that is just being written.
const READ_PATIENCE: Duration = Duration::from_secs(10);

/// KiB of pages that a reader keeps: enough for the upper levels of the indexes that a query joins by.
const READ_CACHE: u32 = 16 * 1024;

/// How many instructions of its virtual machine SQLite runs before it asks whether to go on: well below a millisecond's worth.
const STEPS_BETWEEN_CHECKS: i32 = 10_000;

/// Between two attempts to get a lock.
const PAUSE: Duration = Duration::from_millis(20);

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Everything.
    Write,
    /// Reading, by a handle that could recover the file after a crash.
    Read,
    /// Reading, where the operating system allows nothing else.
    ReadOnlyFile,
}

/// A connection and what belongs to it.
#[derive(Debug)]
pub(super) struct Handle {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    pub(super) interrupt: Interrupt,
    _canceller: Registration,
}

impl Handle {
    /// Opens a connection, and prepares its settings; no lock is taken yet.
    ///
    /// # Errors
    /// Where the file cannot be opened.
    pub(super) fn open(path: &Path, access: Access, interrupt: &Interrupt) -> Result<Self> {
        let mode = if access == Access::ReadOnlyFile { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
        let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|error| opening(path, Error::new(ErrorKind::File, error.to_string())))?;
        let canceller = connection.get_interrupt_handle();
        let registration = interrupt.register(move || canceller.interrupt());
        // A cancelled statement that has not begun yet would run all the same, so that the signal is looked at while it runs as well.
        let signal = interrupt.clone();
        let watched = connection.progress_handler(STEPS_BETWEEN_CHECKS, Some(move || signal.reason().is_some()));
        watched.map_err(|error| opening(path, Error::new(ErrorKind::File, error.to_string())))?;
        let handle = Self { connection, path: path.to_owned(), interrupt: interrupt.clone(), _canceller: registration };
        handle.configure(access).map_err(|error| opening(path, error))?;
        Ok(handle)
    }

    fn configure(&self, access: Access) -> Result<()> {
        // SQLite's own waiting cannot be interrupted, and would also wait in the middle of a statement whose pages do not
        // fit the cache; `patiently` waits instead.
        self.told("set the time to wait", self.connection.busy_timeout(Duration::ZERO))?;
        // See the module: with enforcement, rebuilding a table would delete its children.
        self.configured(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
        if access == Access::Write {
            return Ok(());
        }
        // The last connection to close would otherwise write the write-ahead log into the file.
        self.configured(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        self.run("PRAGMA query_only = ON")
    }

    /// Switches one of SQLite's own settings, which works within a transaction too.
    pub(super) fn configured(&self, setting: DbConfig, on: bool) -> Result<()> {
        self.told("configure the connection", self.connection.set_db_config(setting, on)).map(|_| ())
    }

    /// Begins a transaction that only reads, and reads once, because only that fixes what it sees.
    ///
    /// # Errors
    /// Where the file is not a database, or another connection holds it for too long.
    pub(super) fn begin_reading(&self) -> Result<()> {
        self.run("BEGIN")?;
        let first_read =
            self.patiently(READ_PATIENCE, &mut |_| (), || self.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())));
        first_read.map_err(|error| opening(&self.path, error))?;
        self.set_cache(READ_CACHE)
    }

    /// Sets how many KiB of pages the connection keeps. Reads the file, so it must come after the first lock.
    ///
    /// # Errors
    /// SQLite's.
    pub(super) fn set_cache(&self, kibibytes: u32) -> Result<()> {
        self.run(&format!("PRAGMA main.cache_size = -{kibibytes}"))
    }

    /// Tries again as long as another connection holds the database.
    ///
    /// # Errors
    /// `Conflict` where it still does after `patience`; `Interrupted`; every other failure at once.
    pub(super) fn patiently<Value>(
        &self,
        patience: Duration,
        notice: &mut dyn FnMut(String),
        mut attempt: impl FnMut() -> rusqlite::Result<Value>,
    ) -> Result<Value> {
        let started = Instant::now();
        let mut told = String::new();
        loop {
            self.interrupt.check()?;
            match attempt() {
                Err(error) if is_busy(&error) && started.elapsed() < patience => {
                    let holders = fence::holders(&self.path);
                    if holders != told {
                        notice(format!("waiting for {holders}"));
                        told = holders;
                    }
                    std::thread::sleep(PAUSE);
                }
                Err(error) if is_busy(&error) => {
                    let held = format!("{} holds the database {}", fence::holders(&self.path), self.path.display());
                    return Err(Error::new(ErrorKind::Conflict, held)
                        .hint("wait until it has finished, or end it; another run of this tool holds the database in the same way"));
                }
                other => return self.told("read or write the database", other),
            }
        }
    }

    /// Runs a statement of our own that returns no rows that matter.
    ///
    /// # Errors
    /// SQLite's.
    pub(super) fn run(&self, sql: &str) -> Result<()> {
        self.told(sql, self.connection.execute_batch(sql))
    }

    /// The only value of a query of our own.
    ///
    /// # Errors
    /// SQLite's.
    pub(super) fn value<Value: FromSql>(&self, sql: &str, parameters: impl Params) -> Result<Value> {
        self.told(sql, self.connection.query_row(sql, parameters, |row| row.get(0)))
    }

    /// The rows of a query of our own.
    ///
    /// # Errors
    /// SQLite's.
    pub(super) fn rows<Value>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<Value>,
    ) -> Result<Vec<Value>> {
        let rows = self.connection.prepare(sql).and_then(|mut statement| statement.query_map(parameters, read)?.collect());
        self.told(sql, rows)
    }

    /// Prepares one statement of a person's.
    ///
    /// # Errors
    /// `Statement`, with the position that SQLite tells; where there is no statement, or more than one.
    pub(super) fn prepare(&self, sql: &str) -> Result<Statement<'_>> {
        self.interrupt.check()?;
        self.told("prepare the statement", self.connection.prepare(sql))
    }

    /// Whether a transaction is open.
    pub(super) fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// Whether the file keeps a write-ahead log, so that readers and COMMIT do not wait for each other.
    ///
    /// # Errors
    /// SQLite's.
    pub(super) fn has_write_ahead_log(&self) -> Result<bool> {
        Ok(self.value::<String>("PRAGMA main.journal_mode", [])? == "wal")
    }

    /// Gives SQLite's error in our own words. `action` is what was being done, for errors that are not about a statement.
    ///
    /// # Errors
    /// The result's own.
    pub(super) fn told<Value>(&self, action: &str, result: rusqlite::Result<Value>) -> Result<Value> {
        result.map_err(|error| self.explain(action, &error))
    }

    fn explain(&self, action: &str, error: &rusqlite::Error) -> Error {
        let place = self.path.display();
        if let rusqlite::Error::SqlInputError { msg, sql, offset, .. } = error {
            let offset = usize::try_from(*offset).unwrap_or_default().min(sql.len());
            let before = &sql.as_bytes()[..offset];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
            let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
            return Error::new(ErrorKind::Statement, format!("{msg} (line {line}, column {column} of the statement)"));
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => {
                Error::new(ErrorKind::Interrupted, self.interrupt.reason().unwrap_or_else(|| "the statement was interrupted".to_owned()))
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Error::new(ErrorKind::Conflict, format!("{} holds the database {place}: {}", fence::holders(&self.path), message(error)))
                    .hint("wait until it has finished, and try again")
            }
            Some(ErrorCode::NotADatabase) => {
                Error::new(ErrorKind::Refused, format!("{place} is not a SQLite database, or it is encrypted"))
                    .hint("check the path; the file was not changed")
            }
            Some(ErrorCode::DatabaseCorrupt) => Error::new(ErrorKind::Statement, format!("{place} is damaged: {}", message(error)))
                .hint("look at it with `PRAGMA integrity_check`, and restore it from a backup or with `.recover` of the sqlite3 shell"),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                Error::new(ErrorKind::Refused, format!("{place} cannot be written: {}", message(error)))
                    .hint("give this account write permission on the file and on its directory, where SQLite keeps its journal")
            }
            Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
                Error::new(ErrorKind::File, format!("cannot {action} in {place}: {}", message(error)))
                    .hint("look at the disk's free space, and at the permissions of the file and its directory")
            }
            Some(_) => Error::new(ErrorKind::Statement, message(error)),
            None if matches!(error, rusqlite::Error::MultipleStatement) => {
                Error::new(ErrorKind::Statement, "there is more than one statement where one is expected")
                    .hint("give the statements one by one")
            }
            None => Error::new(ErrorKind::Statement, format!("cannot {action}: {error}")),
        }
    }
}

fn message(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}

/// What went wrong in the very first access, whatever SQLite was asked to do in it.
fn opening(path: &Path, error: Error) -> Error {
    if error.kind() == ErrorKind::File {
        return Error::new(ErrorKind::Refused, format!("cannot open the database {}: {error}", path.display()))
            .hint("check that this account may read the file and, for its journal, write to its directory");
    }
    error
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}
