//! How much room a disk has.

use std::path::Path;

/// Bytes that this account may still write on the disk of a path; `None` where the system does not tell.
#[cfg(unix)]
#[allow(clippy::useless_conversion, reason = "the numbers are narrower on other systems than Linux")]
#[must_use]
pub fn free(path: &Path) -> Option<u64> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let found = nix::sys::statvfs::statvfs(path).ok()?;
    Some(u64::from(found.blocks_available()).saturating_mul(u64::from(found.fragment_size())))
}

/// Bytes that this account may still write on the disk of a path; `None` where the system does not tell.
#[cfg(not(unix))]
#[must_use]
pub fn free(_: &Path) -> Option<u64> {
    None
}

/// The same of a directory that need not exist yet.
#[must_use]
pub fn free_below(directory: &Path) -> Option<u64> {
    // The last ancestor of a relative path is empty: it is where we are.
    free(directory.ancestors().find(|path| path.as_os_str().is_empty() || path.exists()).unwrap_or(directory))
}
