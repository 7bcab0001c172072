//! Whether another connection has written. SQLite has no sessions that could be listed.

use std::path::Path;

use super::session::{Access, Handle};
use crate::database::{Sight, Watcher};
use crate::model::error::{ErrorKind, Result};
use crate::model::interrupt::Interrupt;

/// A connection that holds no lock. It counts what others commit as long as it lives, so that only its own looks can be compared.
pub(super) struct SqliteWatcher {
    handle: Handle,
}

impl SqliteWatcher {
    pub(super) fn open(path: &Path, interrupt: &Interrupt) -> Result<Self> {
        match Handle::open(path, Access::Read, interrupt) {
            Err(error) if error.kind() == ErrorKind::Refused => Ok(Self { handle: Handle::open(path, Access::ReadOnlyFile, interrupt)? }),
            opened => Ok(Self { handle: opened? }),
        }
    }
}

impl Watcher for SqliteWatcher {
    fn look(&mut self) -> Result<Sight> {
        let version: i64 = self.handle.value("PRAGMA data_version", [])?;
        Ok(Sight { others: Vec::new(), writes: Some(u64::try_from(version).unwrap_or_default()), whole_server: false })
    }
}
