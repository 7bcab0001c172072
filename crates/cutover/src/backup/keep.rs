//! The backups of a home directory: `backups/ID/`, one directory each, of which the latest are kept.

use std::path::{Path, PathBuf};

use super::encryption::Encrypted;
use super::manifest::Backup;
use crate::model::error::{Error, ErrorKind, Result};

/// The directory of all backups that belong to no run.
const BACKUPS: &str = "backups";

/// The directory of a new backup.
#[must_use]
pub fn directory(home: &Path, id: &str) -> PathBuf {
    home.join(BACKUPS).join(id)
}

/// Every backup that belongs to no run, complete or not, oldest first.
fn list(home: &Path) -> Result<Vec<PathBuf>> {
    let parent = home.join(BACKUPS);
    let entries = match std::fs::read_dir(&parent) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(Error::file("read", &parent, source)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|source| Error::file("read", &parent, source))?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// A backup that was found.
#[derive(Debug, Clone, PartialEq)]
pub enum Kept {
    /// One that can be read.
    Readable(Backup),
    /// One that only the holders of an identity can read.
    Encrypted(Encrypted),
}

impl Kept {
    /// Opens what is in a directory; `None` where no backup is, or none that is complete.
    fn open(directory: &Path) -> Option<Result<Self>> {
        if Encrypted::is_in(directory) {
            return Some(Encrypted::open(directory).map(Self::Encrypted));
        }
        directory.join("manifest.json").is_file().then(|| Backup::open(directory).map(Self::Readable))
    }

    /// The dialect and the name of the database.
    fn database(&self) -> (&str, &str) {
        match self {
            Self::Readable(backup) => (&backup.manifest.dialect, &backup.manifest.session.database),
            Self::Encrypted(encrypted) => (&encrypted.description.dialect, &encrypted.description.database),
        }
    }
}

/// Finds a backup by its directory, by its id, or as `latest`; a run's directory stands for the backup in it.
///
/// # Errors
/// Where there is none.
pub fn find(home: &Path, name: &str) -> Result<Kept> {
    let given = Path::new(name);
    for candidate in [given.to_owned(), given.join("backup"), directory(home, name)] {
        if let Some(found) = Kept::open(&candidate) {
            return found;
        }
    }
    let is_complete = |path: &PathBuf| Encrypted::is_in(path) || path.join("manifest.json").is_file();
    let complete: Vec<_> = list(home)?.into_iter().filter(is_complete).collect();
    if name == "latest"
        && let Some(found) = complete.last().and_then(|last| Kept::open(last))
    {
        return found;
    }
    let known: Vec<_> = complete.iter().rev().take(5).map(|path| path.display().to_string()).collect();
    let hint = if known.is_empty() { "`cutover backup` makes one".to_owned() } else { format!("the latest are {}", known.join(", ")) };
    Err(Error::new(ErrorKind::Input, format!("there is no backup `{name}`")).hint(hint))
}

/// Removes the oldest backups of the same database as the one given, so that as many as said are left. What was removed is returned.
/// Backups that belong to runs are never removed.
///
/// # Errors
/// Where one cannot be removed.
pub fn keep(home: &Path, of: &Kept, count: usize) -> Result<Vec<PathBuf>> {
    let mut same = Vec::new();
    for path in list(home)? {
        // One that is not complete may be one that is being made; one that is damaged is for a person to look at.
        let Some(Ok(kept)) = Kept::open(&path) else { continue };
        if kept.database() == of.database() {
            same.push(path);
        }
    }
    let surplus = same.len().saturating_sub(count.max(1));
    same.truncate(surplus);
    for path in &same {
        std::fs::remove_dir_all(path).map_err(|source| Error::file("remove", path, source))?;
    }
    Ok(same)
}
