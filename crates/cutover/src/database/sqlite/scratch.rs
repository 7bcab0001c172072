//! Scratch databases, which are files, and the moment in which nobody writes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::error::{Error, Result};
use crate::model::interrupt::Interrupt;

use super::reader::SqliteReader;
use super::session::{Access, Handle};
use super::{fence, pages};

/// How long to wait for a connection that is writing.
const PATIENCE: Duration = Duration::from_secs(10);

/// What SQLite keeps beside a database.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The file of a scratch database.
pub(super) fn file(name: &str, directory: &Path) -> PathBuf {
    directory.join(format!("{name}.db"))
}

/// Creates the file of a scratch database: one without a byte is an empty database.
///
/// # Errors
/// Where it cannot be created, or is there already.
pub(super) fn create(name: &str, directory: &Path) -> Result<PathBuf> {
    let path = file(name, directory);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    // For its owner's eyes only: it is to hold personal data.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&path).map(|_| path.clone()).map_err(|source| Error::file("create", &path, source))
}

/// Copies a database as it is at one instant; others go on reading and writing.
///
/// # Errors
/// Where it cannot be read or the copy cannot be written; nothing is left then.
pub(super) fn copy(source: &Path, name: &str, directory: &Path, interrupt: &Interrupt) -> Result<PathBuf> {
    let path = create(name, directory)?;
    let copied = || -> Result<()> {
        let source = SqliteReader::open(source, interrupt)?;
        let mut target = pages::private(&path)?;
        pages::copy(&source.handle().connection, &mut target, PATIENCE, interrupt, &mut || Ok(()))
    };
    copied().map(|()| path.clone()).inspect_err(|_| {
        // What went wrong before is told.
        let _ = remove(&path);
    })
}

/// Removes a scratch database with everything that belongs to it. That it is not there is no error.
///
/// # Errors
/// Where a file cannot be removed.
pub(super) fn remove(file: &Path) -> Result<()> {
    let beside = BESIDE.iter().map(|ending| {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    });
    for path in beside.chain([file.to_owned()]) {
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => return Err(Error::file("remove", &path, source)),
            _ => {}
        }
    }
    Ok(())
}

/// Begins the transaction that alone may write, and writes nothing in it.
///
/// # Errors
/// `Conflict` where another connection goes on writing.
pub(super) fn hold(path: &Path, interrupt: &Interrupt) -> Result<Option<Box<dyn Send>>> {
    let handle = Handle::open(path, Access::Write, interrupt)?;
    if handle.told("look at the file's permissions", handle.connection.is_readonly("main"))? {
        return Ok(None);
    }
    fence::raise(&handle, PATIENCE, &mut |_| ())?;
    Ok(Some(Box::new(handle)))
}
