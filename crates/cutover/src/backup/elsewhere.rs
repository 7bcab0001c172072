//! A backup that was made elsewhere: looked into, sealed where it stands, and compared when that is asked for.

use std::path::{Path, PathBuf};

use chrono::{SecondsFormat, Utc};

use super::manifest::{Backup, Manifest, SameInstant, seal_file, seal_files};
use super::method::{self, Ready};
use crate::model::error::{Error, ErrorKind, Result};
use crate::snapshot::seal::private_directory;

/// Records a backup that was made elsewhere, in a directory of its own. The file stays where it is.
///
/// # Errors
/// Where it cannot be read; `Refused` or `Corrupt` where it is no backup of such a database, is one of another database, or is not whole.
pub fn adopt(file: &Path, directory: &Path, ready: &Ready) -> Result<Backup> {
    let method = method::of(ready.dialect)?;
    let path = file.canonicalize().map_err(|source| Error::file("read", file, source))?;
    let inspected = method.inspect(&path, &ready.tools)?;
    if let Some(name) = inspected.database.filter(|name| *name != ready.session.database) {
        let message = format!("{} is a backup of the database {name}, and this is {}", file.display(), ready.session.database);
        return Err(Error::new(ErrorKind::Refused, message).hint("give the backup of this database, or make one with --backup fence"));
    }
    // Somebody else's files are sealed as they stand: their permissions are not ours to change.
    let files = if path.is_dir() { seal_files(&path, false)? } else { vec![seal_file(&path, PathBuf::new())?] };
    let instant = SameInstant::Unknown("the backup was made elsewhere".to_owned());
    let now = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
    private_directory(directory)?;
    let mut manifest = Manifest::new(inspected.made_by, now, ready.session.clone(), ready.dialect, instant);
    manifest.elsewhere = Some(path);
    manifest.files = files;
    Backup::write(directory, manifest)
}
