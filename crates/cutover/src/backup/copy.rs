//! A copy of a database beside it, by its own means and without a backup.

use std::path::Path;

use super::scratch::{Scratch, Work};
use crate::database::Database;
use crate::model::error::{Error, Result};
use crate::snapshot::seal::private_directory;

/// Copies the database, works in the copy, and drops it however the work ends. `id` is what its name carries; `directory` is where files of
/// the work are, and is removed again where nothing else is in it.
///
/// # Errors
/// Where the database cannot be copied, and those of `work`; what could not be dropped is named.
pub fn copy_and<Done>(
    database: &dyn Database,
    id: &str,
    directory: &Path,
    work: impl FnOnce(&dyn Database) -> Result<Done>,
) -> Result<Done> {
    private_directory(directory)?;
    let outcome = Work::begin(directory).and_then(|working| {
        let scratch = Scratch::copy(database, id, &working.directory)?;
        let done = work(scratch.target.as_ref());
        scratch.end_with(done)
    });
    match std::fs::remove_dir(directory) {
        Err(source) if source.kind() != std::io::ErrorKind::DirectoryNotEmpty && outcome.is_ok() => {
            Err(Error::file("remove", directory, source))
        }
        _ => outcome,
    }
}
