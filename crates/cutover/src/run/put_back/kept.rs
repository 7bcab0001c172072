//! Which rows others have written since a run: they stay as they are, also where the undo is stopped and begun again, and its own work has
//! blurred what the run had left.

use std::path::Path;

use crate::model::error::{Error, Result};
use crate::snapshot::digest::RowHashes;
use crate::snapshot::rows::{self, RowsWriter};
use crate::snapshot::seal::private_directory;
use crate::snapshot::{Snapshot, file_stem};
use crate::verify::differing::Kept;

/// Keeps the rows' key hashes below a directory. What an earlier attempt left there is removed first.
///
/// # Errors
/// Where a file cannot be written.
pub(crate) fn keep(kept: &Kept, directory: &Path) -> Result<()> {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Error::file("remove", directory, error)),
        _ => {}
    }
    private_directory(&directory.join("rows"))?;
    for (table, keys) in kept {
        let mut file = RowsWriter::create(&directory.join(format!("rows/{}.rows", file_stem(&table.to_string()))))?;
        for key in keys {
            file.add(RowHashes { key: *key, row: 0 })?;
        }
        file.finish()?;
    }
    Ok(())
}

/// The rows that were kept; none where nothing was.
///
/// # Errors
/// Where a file cannot be read.
pub(crate) fn kept(before: &Snapshot, directory: &Path) -> Result<Kept> {
    let mut kept = Kept::default();
    for entry in &before.manifest.tables {
        let path = directory.join(format!("rows/{}.rows", file_stem(&entry.table.to_string())));
        if path.exists() {
            let keys = kept.entry(entry.table.clone()).or_default();
            rows::read(&path, &mut |hashes| {
                keys.insert(hashes.key);
                Ok(())
            })?;
        }
    }
    Ok(kept)
}
