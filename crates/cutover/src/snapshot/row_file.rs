//! Rows set aside in a file, in their encoding: what is too much for memory, and read again soon.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::seal::private_file;
use crate::model::cell::Row;
use crate::model::error::{Error, ErrorKind, Result};

/// Writes such a file: each row preceded by its length as a little-endian `u64`.
pub struct RowFile {
    path: PathBuf,
    file: BufWriter<File>,
}

impl RowFile {
    /// Creates the file; one that stands there is replaced.
    ///
    /// # Errors
    /// Where it cannot be created.
    pub fn create(path: &Path) -> Result<Self> {
        Ok(Self { path: path.to_owned(), file: BufWriter::new(private_file(path)?) })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// Where the disk is full or fails.
    pub fn add(&mut self, row: &Row) -> Result<()> {
        let length = row.bytes().len() as u64;
        self.file
            .write_all(&length.to_le_bytes())
            .and_then(|()| self.file.write_all(row.bytes()))
            .map_err(|source| Error::file("write", &self.path, source))
    }

    /// Closes the file.
    ///
    /// # Errors
    /// Where the disk is full or fails.
    pub fn finish(mut self) -> Result<()> {
        self.file.flush().map_err(|source| Error::file("write", &self.path, source))
    }
}

/// Hands out the rows of a file in the order in which they were added.
///
/// # Errors
/// Where the file cannot be read or is not what was written, or those of `each`.
pub fn read(path: &Path, each: &mut dyn FnMut(&Row) -> Result<()>) -> Result<()> {
    let failed = |source| Error::file("read", path, source);
    let file = File::open(path).map_err(failed)?;
    let mut left = file.metadata().map_err(failed)?.len();
    let mut reader = BufReader::new(file);
    let mut length = [0; 8];
    while left > 0 {
        reader.read_exact(&mut length).map_err(failed)?;
        let size = u64::from_le_bytes(length);
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(usize::MAX)];
        reader.read_exact(&mut bytes).map_err(failed)?;
        left = left.saturating_sub(size + 8);
        let row = Row::from_bytes(bytes)
            .ok_or_else(|| Error::new(ErrorKind::Corrupt, format!("{} holds something that is no row", path.display())))?;
        each(&row)?;
    }
    Ok(())
}
