//! Pages copied from one database file into another, by SQLite's backup API.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;

/// Pages that are copied between two looks at the stop signal: some milliseconds' worth.
const PAGES: i32 = 1024;
/// Between two attempts to have a lock.
const PAUSE: Duration = Duration::from_millis(20);

/// Creates a database file for its owner's eyes only. What is lost in a power cut is no kept state: it is written out in the end.
///
/// # Errors
/// Where it cannot be created.
pub(super) fn private(path: &Path) -> Result<Connection> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|source| Error::file("create", path, source))?;
    let failed = |source: rusqlite::Error| Error::new(ErrorKind::File, format!("cannot write {}: {source}", path.display()));
    let connection = Connection::open(path).map_err(failed)?;
    connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF").map_err(failed)?;
    Ok(connection)
}

/// Copies all pages. `locked` is called once the target is locked, and before the first page is written; where it fails, nothing is.
///
/// # Errors
/// `Conflict` where a lock is not to be had within the patience.
pub(super) fn copy(
    source: &Connection,
    target: &mut Connection,
    patience: Duration,
    interrupt: &Interrupt,
    locked: &mut dyn FnMut() -> Result<()>,
) -> Result<()> {
    let failed = |error: rusqlite::Error| Error::new(ErrorKind::File, format!("the contents cannot be copied: {error}"));
    let backup = Backup::new(source, target).map_err(failed)?;
    let since = Instant::now();
    // No page at first: only the locks are taken.
    let mut pages = 0;
    loop {
        interrupt.check()?;
        match backup.step(pages).map_err(failed)? {
            StepResult::Done => return Ok(()),
            StepResult::Busy | StepResult::Locked if since.elapsed() < patience => std::thread::sleep(PAUSE),
            StepResult::Busy | StepResult::Locked => {
                return Err(Error::new(ErrorKind::Conflict, format!("other connections read on for more than {} s", patience.as_secs()))
                    .hint("end them, or give them more time with --patience; nothing was copied"));
            }
            _ if pages == 0 => {
                locked()?;
                pages = PAGES;
            }
            _ => {}
        }
    }
}
