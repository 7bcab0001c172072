//! What proofs that were killed have left below the directory of all runs: where databases are files, the restored one is in it.

use std::path::{Path, PathBuf};

use super::scratch::is_of_dead_proof;
use crate::model::error::{Error, Result};

/// The directories that killed proofs have left, sorted. Those of proofs that go on are not among them.
///
/// # Errors
/// Where a directory cannot be read.
pub fn left_behind(home: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for parent in directories(home)? {
        for own in directories(&parent)? {
            // A backup by itself, and that of a run.
            for backup in [own.clone(), own.join("backup")] {
                found.extend(directories(&backup)?.into_iter().filter(|path| is_of_dead_proof(path)));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Removes them, and returns what was removed.
///
/// # Errors
/// Where one cannot be found or removed.
pub fn remove_left_behind(home: &Path) -> Result<Vec<PathBuf>> {
    let found = left_behind(home)?;
    for path in &found {
        std::fs::remove_dir_all(path).map_err(|source| Error::file("remove", path, source))?;
    }
    Ok(found)
}

/// The directories in one; none where it is not there.
fn directories(path: &Path) -> Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(path) {
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|source| Error::file("read", path, source))?,
    };
    let paths = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path());
    Ok(paths.collect())
}

#[cfg(test)]
mod tests {
    use super::{left_behind, remove_left_behind};

    #[test]
    fn what_dead_proofs_have_left_is_found_wherever_backups_are() {
        let home = tempfile::tempdir().unwrap();
        let dead = [home.path().join("backups/one/proof-1"), home.path().join("plan/run/backup/proof-2")];
        let alive = home.path().join("plan/other/backup/proof-3");
        for path in dead.iter().chain([&alive, &home.path().join("plan/other/backup/data")]) {
            std::fs::create_dir_all(path).unwrap();
            std::fs::write(path.join("lock"), "").unwrap();
        }
        let lock = std::fs::File::open(alive.join("lock")).unwrap();
        lock.lock().unwrap();
        assert_eq!(left_behind(home.path()).unwrap(), dead);
        assert_eq!(remove_left_behind(home.path()).unwrap(), dead);
        assert!(left_behind(home.path()).unwrap().is_empty() && alive.exists() && !dead[0].exists());
        assert!(left_behind(&home.path().join("nothing")).unwrap().is_empty());
    }
}
