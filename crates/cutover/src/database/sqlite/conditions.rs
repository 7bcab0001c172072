//! What a run meets on the machine that has the file.

use super::session::Handle;
use crate::database::{Fence, Mode};
use crate::model::conditions::{Conditions, Lack};
use crate::model::disk;

/// Looks at everything: the file's disk, and whether the file and its directory may be written.
pub(super) fn look(handle: &Handle, fence: &Fence) -> Conditions {
    let directory = handle.path.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."));
    let mut lacking = Vec::new();
    for (path, why) in [(handle.path.as_path(), "is the database"), (directory, "has its journal beside it")] {
        if !may_write(path) {
            lacking.push(Lack {
                what: format!("this account may not write {}, which {why}", path.display()),
                remedy: format!("run as the owner, or: chmod u+w {}", path.display()),
            });
        }
    }
    Conditions {
        free_disk: disk::free(directory),
        fence: if fence.mode == Mode::InPlace {
            "nothing: other processes can write between two statements".to_owned()
        } else {
            String::new()
        },
        lacking,
        ..Conditions::default()
    }
}

/// Asks, and does not open: closing the file would drop our own locks on it.
#[cfg(unix)]
fn may_write(path: &std::path::Path) -> bool {
    nix::unistd::access(path, nix::unistd::AccessFlags::W_OK).is_ok()
}

#[cfg(not(unix))]
fn may_write(path: &std::path::Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| !metadata.permissions().readonly())
}
