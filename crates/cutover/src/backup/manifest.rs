//! What a backup holds, sealed, and read back only where the seals hold.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::encryption::Encrypted;
use crate::database::Session;
use crate::model::error::{Error, ErrorKind, Result};
use crate::snapshot::Snapshot;
use crate::snapshot::seal::{self, SealedWriter, private_file};

/// The version of the directory's layout.
const FORMAT: u32 = 1;

/// The directory of what the program wrote.
pub(super) const DATA: &str = "data";

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the layout.
    pub format: u32,
    /// The tool that made it.
    pub tool: String,
    /// The program that wrote it, by its own name and version.
    pub program: String,
    /// When it was begun, RFC 3339, UTC.
    pub taken_at: String,
    /// What was backed up: the server's version, the database's name and size.
    pub session: Session,
    /// The word for the database's dialect.
    pub dialect: String,
    /// How it is known that backup and snapshot describe the same instant.
    pub instant: SameInstant,
    /// The snapshot of the instant, relative to the backup's directory, and the seal of its manifest.
    pub snapshot: Option<(PathBuf, String)>,
    /// The file that was made elsewhere and stays there; `None` for a backup in `data/`.
    pub elsewhere: Option<PathBuf>,
    /// Every file, sorted by its path.
    pub files: Vec<StoredFile>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// Its path below `data/`; empty for a single file that was made elsewhere.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

/// How it is known that a backup and a snapshot describe the same instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SameInstant {
    /// Both read the exported MVCC snapshot of this name.
    Exported(String),
    /// Nobody else could write from before the first of them began until both had begun.
    Held,
    /// It is not known, because of this.
    Unknown(String),
}

impl std::fmt::Display for SameInstant {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exported(name) => write!(formatter, "backup and snapshot read the same exported MVCC snapshot {name}"),
            Self::Held => formatter.write_str("nobody else could write while backup and snapshot began"),
            Self::Unknown(why) => write!(formatter, "it is not known whether backup and snapshot describe the same instant: {why}"),
        }
    }
}

/// A backup in its directory.
#[derive(Debug, Clone, PartialEq)]
pub struct Backup {
    /// The directory.
    pub directory: PathBuf,
    /// What it holds.
    pub manifest: Manifest,
    /// The SHA-256 of the manifest itself: the backup's identity.
    pub seal: String,
}

impl Manifest {
    /// The manifest of a backup that has just been made, in this version's layout.
    pub(super) fn new(program: String, taken_at: String, session: Session, dialect: &str, instant: SameInstant) -> Self {
        Self {
            format: FORMAT,
            tool: format!("cutover {}", env!("CARGO_PKG_VERSION")),
            program,
            taken_at,
            session,
            dialect: dialect.to_owned(),
            instant,
            snapshot: None,
            elsewhere: None,
            files: Vec::new(),
        }
    }

    /// Says which snapshot describes the same instant.
    pub(super) fn with_snapshot(mut self, backup: &Path, snapshot: &Snapshot) -> Result<Self> {
        self.snapshot = Some((relative(&snapshot.directory, backup), seal_of(&snapshot.directory)?));
        Ok(self)
    }
}

/// A run's snapshot stands beside its backup, a backup's own one within it: both can be moved together.
fn relative(snapshot: &Path, backup: &Path) -> PathBuf {
    if let Ok(within) = snapshot.strip_prefix(backup) {
        return within.to_owned();
    }
    match backup.parent().and_then(|parent| snapshot.strip_prefix(parent).ok()) {
        Some(beside) => Path::new("..").join(beside),
        None => snapshot.to_owned(),
    }
}

/// The seal of a directory's manifest.
fn seal_of(directory: &Path) -> Result<String> {
    let path = directory.join("manifest.sha256");
    let text = std::fs::read_to_string(&path).map_err(|source| Error::file("read", &path, source))?;
    Ok(text.split_whitespace().next().unwrap_or_default().to_owned())
}

impl Backup {
    /// Writes the manifest and its seal; the backup is complete then.
    ///
    /// # Errors
    /// Where the disk is full or fails.
    pub(super) fn write(directory: &Path, manifest: Manifest) -> Result<Self> {
        let text = serde_json::to_vec_pretty(&manifest)
            .map_err(|source| Error::new(ErrorKind::Internal, "the manifest cannot be written as JSON").because(source))?;
        let path = directory.join("manifest.json");
        let mut file = SealedWriter::create(&path)?;
        file.write_all(&text).map_err(|source| Error::file("write", &path, source))?;
        let seal = file.finish()?;
        let path = directory.join("manifest.sha256");
        let mut file = private_file(&path)?;
        file.write_all(format!("{seal}  manifest.json\n").as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|source| Error::file("write", &path, source))?;
        Ok(Self { directory: directory.to_owned(), manifest, seal })
    }

    /// Reads a backup's manifest and checks its seal and version.
    ///
    /// # Errors
    /// Where there is none, or it is not what was written.
    pub fn open(directory: &Path) -> Result<Self> {
        let path = directory.join("manifest.json");
        if Encrypted::is_in(directory) {
            return Err(Error::new(ErrorKind::Refused, format!("the backup in {} is encrypted", directory.display()))
                .hint("cutover backup verify --identity FILE proves it")
                .hint("cutover backup decrypt BACKUP DIR --identity FILE writes it into a directory from which it can be restored"));
        }
        let text = std::fs::read(&path).map_err(|source| {
            Error::file("read", &path, source).hint("a backup is a directory with a manifest.json; an unfinished one has none")
        })?;
        let seal = seal_of(directory)?;
        seal::check(&path, &seal).map_err(|error| damaged(error, &path))?;
        let manifest: Manifest = serde_json::from_slice(&text).map_err(|source| {
            Error::new(ErrorKind::Corrupt, format!("{} is not the manifest of a backup", path.display())).because(source)
        })?;
        if manifest.format != FORMAT {
            let message = format!("{} has format {}; this version reads format {FORMAT}", path.display(), manifest.format);
            return Err(Error::new(ErrorKind::Refused, message).hint(format!("it was written by {}: use that version", manifest.tool)));
        }
        Ok(Self { directory: directory.to_owned(), manifest, seal })
    }

    /// Names the snapshot that a backup made elsewhere is to be compared with. They are equal only where nobody has written since it was made.
    ///
    /// # Errors
    /// Where the manifest cannot be written.
    pub fn compared_with(self, snapshot: &Snapshot) -> Result<Self> {
        let manifest = self.manifest.with_snapshot(&self.directory, snapshot)?;
        Self::write(&self.directory, manifest)
    }

    /// The same backup, to be compared with another snapshot, such as that of the run which made it; nothing is written.
    ///
    /// # Errors
    /// Where the snapshot's seal cannot be read.
    pub(crate) fn against(self, snapshot: &Snapshot) -> Result<Self> {
        let manifest = self.manifest.with_snapshot(&self.directory, snapshot)?;
        Ok(Self { manifest, ..self })
    }

    /// Where the data is: a directory, or a file that was made elsewhere.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.manifest.elsewhere.clone().unwrap_or_else(|| self.directory.join(DATA))
    }

    /// The size of all files in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.manifest.files.iter().map(|file| file.bytes).sum()
    }

    /// The snapshot of the same instant.
    ///
    /// # Errors
    /// Where there is none, or it is not the one that the backup was made with.
    pub fn snapshot(&self) -> Result<Snapshot> {
        let (path, sealed) = self.manifest.snapshot.as_ref().ok_or_else(|| {
            Error::new(ErrorKind::Refused, format!("the backup in {} has no snapshot to be compared with", self.directory.display()))
        })?;
        let directory = self.directory.join(path);
        let snapshot = Snapshot::open(&directory)?;
        if seal_of(&directory)? == *sealed {
            return Ok(snapshot);
        }
        Err(Error::new(ErrorKind::Corrupt, format!("{} is another snapshot than the one of this backup", directory.display()))
            .hint("the snapshot's directory was replaced after the backup had been made"))
    }

    /// Makes sure that every file is there and is what was written.
    ///
    /// # Errors
    /// `Corrupt` for the first one that is missing, shorter, longer or changed.
    pub fn check(&self) -> Result<()> {
        let data = self.data();
        for file in &self.manifest.files {
            let path = if file.path.as_os_str().is_empty() { data.clone() } else { data.join(&file.path) };
            check_file(&path, file)?;
        }
        Ok(())
    }
}

/// Makes sure that a file is what was written.
///
/// # Errors
/// `Corrupt` where it is missing, shorter, longer or changed.
pub(super) fn check_file(path: &Path, file: &StoredFile) -> Result<()> {
    let found = std::fs::metadata(path)
        .map_err(|source| Error::new(ErrorKind::Corrupt, format!("the backup's file {} is gone", path.display())).because(source))?;
    if found.len() != file.bytes {
        let how = if found.len() < file.bytes { "was cut off" } else { "has grown" };
        return Err(Error::new(ErrorKind::Corrupt, format!("the backup's file {} {how}", path.display()))
            .hint(format!("it has {} bytes, and {} were written", found.len(), file.bytes))
            .hint("it is not restored: what is left of it proves nothing"));
    }
    seal::check(path, &file.sha256).map_err(|error| damaged(error, path))
}

fn damaged(error: Error, path: &Path) -> Error {
    if error.kind() != ErrorKind::Corrupt {
        return error;
    }
    let sums = error.hints().first().cloned().unwrap_or_default();
    Error::new(ErrorKind::Corrupt, format!("the backup's file {} is not what was written", path.display()))
        .hint(sums)
        .hint("it is not restored: make a new backup, and look at the disk that this one was on")
}

/// Seals every file below a directory, and, where they are our own, takes them from everybody but their owner.
///
/// # Errors
/// Where a file cannot be read.
pub(super) fn seal_files(directory: &Path, own: bool) -> Result<Vec<StoredFile>> {
    let mut files = Vec::new();
    collect(directory, Path::new(""), own, &mut files)?;
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}

fn collect(directory: &Path, below: &Path, own: bool, files: &mut Vec<StoredFile>) -> Result<()> {
    let failed = |source| Error::file("read", directory, source);
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = below.join(entry.file_name());
        if entry.path().is_dir() {
            collect(&entry.path(), &path, own, files)?;
        } else {
            if own {
                keep_private(&entry.path())?;
            }
            files.push(seal_file(&entry.path(), path)?);
        }
    }
    Ok(())
}

/// Seals one file, under the path that the manifest gives it.
///
/// # Errors
/// Where it cannot be read.
pub(super) fn seal_file(path: &Path, named: PathBuf) -> Result<StoredFile> {
    let bytes = std::fs::metadata(path).map_err(|source| Error::file("read", path, source))?.len();
    Ok(StoredFile { path: named, bytes, sha256: seal::sum(path)? })
}

#[cfg(unix)]
fn keep_private(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(|source| Error::file("change", path, source))
}

#[cfg(not(unix))]
fn keep_private(_: &Path) -> Result<()> {
    Ok(())
}
