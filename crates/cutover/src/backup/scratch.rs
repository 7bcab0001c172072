//! Where a backup is restored beside its database, or the database is copied: a scratch database, and a directory for the files of the work in
//! it. Both go with the work, however it ends; what a killed one has left is named by `cutover status`.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::room;
use super::take::remove;
use crate::database::access::scratch_name;
use crate::database::{Database, Reader};
use crate::model::error::{Error, ErrorKind, Result};
use crate::snapshot::seal::{private_directory, private_file};

/// A scratch database, dropped however the work in it ends.
pub(super) struct Scratch<'a> {
    beside: &'a dyn Database,
    pub target: Box<dyn Database>,
    name: String,
    directory: PathBuf,
    dropped: bool,
    /// A session in it, so that nobody takes it for one that was left behind.
    pub presence: Option<Box<dyn Reader>>,
}

impl<'a> Scratch<'a> {
    /// An empty one, which so many bytes are to be restored into.
    ///
    /// # Errors
    /// `Refused` where it cannot be created, or there is no room for it.
    pub(super) fn create(beside: &'a dyn Database, id: &str, directory: &Path, bytes: u64) -> Result<Self> {
        let name = free_name(beside, id)?;
        let target = beside.create_scratch(&name, directory)?;
        let mut scratch = Self::of(beside, target, name, directory);
        // Where a server keeps its files cannot be seen from here; a database that is a file is restored into the directory.
        if is_file_below(scratch.target.as_ref(), directory)? {
            room::check(directory, bytes)?;
        } else {
            scratch.presence = Some(scratch.target.read()?);
        }
        Ok(scratch)
    }

    /// A copy of the database.
    ///
    /// # Errors
    /// `Refused` where it cannot be copied, or there is no room for it.
    pub(super) fn copy(beside: &'a dyn Database, id: &str, directory: &Path) -> Result<Self> {
        let name = free_name(beside, id)?;
        if beside.capabilities().lock_holds {
            let bytes = beside.read()?.session()?.bytes;
            room::check(directory, bytes)?;
        }
        let target = beside.copy_to_scratch(&name, directory)?;
        Ok(Self::of(beside, target, name, directory))
    }

    fn of(beside: &'a dyn Database, target: Box<dyn Database>, name: String, directory: &Path) -> Self {
        Self { beside, target, name, directory: directory.to_owned(), dropped: false, presence: None }
    }

    /// Drops it, and returns how the work in it ended.
    ///
    /// # Errors
    /// That of the work, and where it cannot be dropped: what is left is named.
    pub(super) fn end_with<Done>(self, outcome: Result<Done>) -> Result<Done> {
        match (outcome, self.end()) {
            (Ok(done), Ok(())) => Ok(done),
            (Err(error), Err(left)) => Err(error.hint(format!("{left}: cutover clean tries again"))),
            (Err(error), Ok(())) | (Ok(_), Err(error)) => Err(error),
        }
    }

    /// Drops it where its failure can be told.
    fn end(mut self) -> Result<()> {
        self.dropped = true;
        self.presence = None;
        self.beside.drop_scratch(&self.name, &self.directory, true).map_err(|error| {
            Error::new(ErrorKind::Refused, format!("the scratch database {} could not be dropped", self.name))
                .because(error)
                .hint("cutover clean tries again")
        })
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        self.presence = None;
        if !self.dropped {
            // After a panic, or where it was refused at once: nobody could be told.
            let _ = self.beside.drop_scratch(&self.name, &self.directory, true);
        }
    }
}

fn free_name(beside: &dyn Database, id: &str) -> Result<String> {
    let name = scratch_name(id);
    if beside.scratches()?.contains(&name) {
        return Err(Error::new(ErrorKind::Refused, format!("the scratch database {name} is there already"))
            .hint("another proof of the same backup goes on, or was killed: cutover clean removes what it left"));
    }
    Ok(name)
}

fn is_file_below(database: &dyn Database, directory: &Path) -> Result<bool> {
    Ok(Path::new(&database.access()?.database).starts_with(directory))
}

/// The directory of one proof, which is removed however the work in it ends; what a killed one has left, the next one removes.
pub(super) struct Work {
    pub directory: PathBuf,
    /// Locked as long as the work goes on: the lock ends with the process, however it ends.
    _lock: File,
}

impl Work {
    /// # Errors
    /// Where it cannot be made.
    pub(super) fn begin(backup: &Path) -> Result<Self> {
        remove_dead(backup)?;
        let directory = backup.join(format!("{WORK}{}", std::process::id()));
        private_directory(&directory)?;
        let path = directory.join(LOCK);
        let lock = private_file(&path)?;
        lock.try_lock().map_err(|error| {
            Error::new(ErrorKind::Refused, format!("the backup in {} is being proven", backup.display()))
                .because(error)
                .hint("wait for that")
        })?;
        Ok(Self { directory, _lock: lock })
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        remove(&self.directory);
    }
}

/// How the directories of proofs begin, and the file that is locked in them.
const WORK: &str = "proof-";
const LOCK: &str = "lock";

/// Removes the directories of proofs whose processes are dead. One without its lock is just being made.
fn remove_dead(backup: &Path) -> Result<()> {
    for entry in std::fs::read_dir(backup).map_err(|source| Error::file("read", backup, source))?.flatten() {
        let path = entry.path();
        if is_of_dead_proof(&path) {
            remove(&path);
        }
    }
    Ok(())
}

/// Whether a directory is that of a proof whose process is dead.
pub(super) fn is_of_dead_proof(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(WORK))
        && File::open(path.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok())
}
