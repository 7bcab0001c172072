//! Files that tell when they have been changed: a SHA-256 taken while they are written.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::model::error::{Error, ErrorKind, Result};

/// Writes a file that only its owner may read (§9: it holds personal data), and seals it.
pub struct SealedWriter {
    path: PathBuf,
    file: BufWriter<File>,
    hash: Sha256,
}

impl SealedWriter {
    /// Creates the file; one that stands there is replaced.
    ///
    /// # Errors
    /// Where it cannot be created.
    pub fn create(path: &Path) -> Result<Self> {
        let file = private_file(path)?;
        Ok(Self { path: path.to_owned(), file: BufWriter::with_capacity(1 << 17, file), hash: Sha256::new() })
    }

    /// Writes everything out to the disk and returns the seal.
    ///
    /// # Errors
    /// Where the disk is full or fails.
    pub fn finish(self) -> Result<String> {
        let file = self.file.into_inner().map_err(|error| Error::file("write", &self.path, error.into_error()))?;
        file.sync_all().map_err(|source| Error::file("write", &self.path, source))?;
        Ok(hexadecimal(&self.hash.finalize()))
    }

    /// The file's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Write for SealedWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Makes sure that a file is still what was sealed.
///
/// # Errors
/// `Corrupt` where it is not, `File` where it cannot be read.
pub fn check(path: &Path, seal: &str) -> Result<()> {
    let found = sum(path)?;
    if found == seal {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Corrupt, format!("{} is not the file that was sealed", path.display()))
        .hint(format!("its SHA-256 is {found}, and was {seal}"))
        .hint("it was changed or damaged after it was written, and proves nothing any more: take a new snapshot"))
}

/// The SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// Where it cannot be read.
pub fn sum(path: &Path) -> Result<String> {
    let mut file = File::open(path).map_err(|source| Error::file("read", path, source))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 17];
    loop {
        let length = file.read(&mut buffer).map_err(|source| Error::file("read", path, source))?;
        if length == 0 {
            break;
        }
        hash.update(&buffer[..length]);
    }
    Ok(hexadecimal(&hash.finalize()))
}

/// Creates a file that only its owner may read.
///
/// # Errors
/// Where it cannot be created.
pub fn private_file(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|source| Error::file("create", path, source))
}

/// Creates a directory, and those above it, that only its owner may look into.
///
/// # Errors
/// Where it cannot be created.
pub fn private_directory(path: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| Error::file("create", path, source))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
