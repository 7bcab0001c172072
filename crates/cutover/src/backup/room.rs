//! Whether there is room on the disk, looked at before anything is written.

use std::path::Path;

use crate::model::error::{Error, ErrorKind, Result};
use crate::model::{disk, size};

/// Makes sure that so many bytes can be written below a directory, which need not exist yet.
///
/// # Errors
/// `Refused` where there is less room.
pub(crate) fn check(directory: &Path, needed: u64) -> Result<()> {
    let Some(free) = disk::free_below(directory) else { return Ok(()) };
    if free >= needed {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Refused, format!("there is no room for a backup in {}", directory.display()))
        .hint(format!("it may need {}, and {} are free", size::in_words(needed), size::in_words(free)))
        .hint("free some, or put the runs on another disk with --home DIR"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_that_has_no_room_is_refused_before_it_is_begun() {
        let directory = tempfile::tempdir().unwrap();
        let below = directory.path().join("not/there/yet");
        check(&below, 1).unwrap();
        let error = check(&below, u64::MAX).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.hints()[0].contains("are free"), "{error:?}");
        assert!(!below.exists());
    }
}
