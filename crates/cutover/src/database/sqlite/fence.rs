//! The fence: `BEGIN IMMEDIATE`. It holds off every other writer of the file and no reader.

use std::path::Path;
use std::time::Duration;

use crate::model::error::Result;

use super::session::Handle;

/// Begins the transaction that alone may write.
///
/// # Errors
/// `Conflict` where another connection still writes after `patience`, naming its process where the system tells.
pub(super) fn raise(handle: &Handle, patience: Duration, notice: &mut dyn FnMut(String)) -> Result<()> {
    handle.patiently(patience, notice, || handle.connection.execute_batch("BEGIN IMMEDIATE"))
}

/// Who holds locks on a database, for people: `process 4711 (rails)`, or `another connection` where nobody can tell.
pub(super) fn holders(path: &Path) -> String {
    let mut found = lock_owners(path);
    found.sort();
    found.dedup();
    if found.is_empty() { "another connection".to_owned() } else { found.join(" and ") }
}

#[cfg(target_os = "linux")]
fn lock_owners(path: &Path) -> Vec<String> {
    use std::os::unix::fs::MetadataExt as _;

    // Only looks, never opens: closing the file would drop our own locks on it.
    let inode = |path: &Path| std::fs::metadata(path).ok().map(|metadata| metadata.ino());
    let shared_memory = inode(&beside(path, "-shm"));
    let Some(inode) = inode(path) else { return Vec::new() };
    let table = std::fs::read_to_string("/proc/locks").unwrap_or_default();
    table.lines().filter_map(|line| owner(line, inode, shared_memory)).map(describe).collect()
}

#[cfg(not(target_os = "linux"))]
fn lock_owners(_path: &Path) -> Vec<String> {
    Vec::new()
}

/// A file that SQLite keeps beside the database.
#[cfg(target_os = "linux")]
fn beside(path: &Path, ending: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The bytes that SQLite locks in a database file (PENDING, RESERVED, SHARED: "File Format", section 1.2.1), and in the shared
/// memory of a write-ahead log (the writer's).
#[cfg(target_os = "linux")]
const DATABASE_LOCKS: std::ops::RangeInclusive<u64> = 0x4000_0000..=0x4000_01FF;
#[cfg(target_os = "linux")]
const LOG_WRITER_LOCK: u64 = 120;

/// The process of one line of `/proc/locks`, such as `1: POSIX  ADVISORY  WRITE 4711 08:01:131 1073741825 1073741825`, where it
/// is about the database and not our own.
#[cfg(target_os = "linux")]
fn owner(line: &str, database: u64, shared_memory: Option<u64>) -> Option<u32> {
    let words: Vec<_> = line.split_whitespace().collect();
    let &[_, _, _, mode, process, file, start, _] = words.as_slice() else { return None };
    let (process, start): (u32, u64) = (process.parse().ok()?, start.parse().ok()?);
    let inode: u64 = file.rsplit(':').next()?.parse().ok()?;
    let ours = inode == database && DATABASE_LOCKS.contains(&start);
    let log = Some(inode) == shared_memory && mode == "WRITE" && start == LOG_WRITER_LOCK;
    (ours || log).then_some(process).filter(|process| *process != std::process::id())
}

#[cfg(target_os = "linux")]
fn describe(process: u32) -> String {
    match std::fs::read_to_string(format!("/proc/{process}/comm")) {
        Ok(name) => format!("process {process} ({})", name.trim()),
        Err(_) => format!("process {process}"),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_lock_names_its_process_only_where_it_is_about_the_database() {
        let line = "1: POSIX  ADVISORY  WRITE 4711 08:01:131 1073741825 1073741825";
        assert_eq!(owner(line, 131, None), Some(4711));
        assert_eq!(owner(line, 132, None), None);
        assert_eq!(owner("2: POSIX  ADVISORY  READ 4711 08:01:131 0 EOF", 131, None), None);
        assert_eq!(owner("3: POSIX  ADVISORY  WRITE 4711 08:01:99 120 120", 131, Some(99)), Some(4711));
        assert_eq!(owner("4: POSIX  ADVISORY  READ 4711 08:01:99 123 123", 131, Some(99)), None);
        assert_eq!(owner("5: -> POSIX  ADVISORY  WRITE 4711 08:01:131 1073741825 1073741825", 131, None), None);
    }
}
