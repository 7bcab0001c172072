//! Backups that only the holders of an identity can read: encrypted in the format of age (<https://age-encryption.org/v1>), by its program.
//!
//! A backup is encrypted as a whole, once it is complete and proven where that was asked for: every file in its directory becomes `NAME.age`.
//! Readable are only the sizes and seals of what was encrypted, and what it takes to know which backup this is: `encrypted.json`. It holds
//! no value of a cell.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::{Deserialize, Serialize};

use super::manifest::{Backup, StoredFile, check_file, seal_file};
use super::program::{self, Found, Running};
use super::proof::{Proof, Prove, prove};
use super::room;
use super::scratch::Work;
use super::take::remove;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;
use crate::snapshot::seal::{self, SealedWriter, private_directory, private_file};

/// The version of the description's form.
const FORMAT: u32 = 1;

/// What describes an encrypted backup, and the seal of it.
const DESCRIPTION: &str = "encrypted.json";
const SEAL: &str = "encrypted.sha256";

/// The description's name until everything that it describes is on the disk.
const UNFINISHED: &str = "encrypted.json.unfinished.age";

/// What the names of encrypted files end in.
const ENDING: &str = ".age";

/// The programs that write the format.
const PROGRAMS: [&str; 2] = ["age", "rage"];

/// Who is to be able to read a backup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipients {
    /// Public keys: `age1…`, or those of SSH.
    pub keys: Vec<String>,
    /// Files with one of them in each line.
    pub files: Vec<PathBuf>,
}

/// A program that encrypts for certain recipients, tried out.
pub struct Encryption {
    program: Found,
    arguments: Vec<std::ffi::OsString>,
}

/// What is known of an encrypted backup without being able to read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// The version of this form.
    pub format: u32,
    /// The tool that made the backup.
    pub tool: String,
    /// What encrypted it, by its own name and version.
    pub program: String,
    /// When the backup was begun, RFC 3339, UTC.
    pub taken_at: String,
    /// The word for the database's dialect.
    pub dialect: String,
    /// The database's name.
    pub database: String,
    /// The seal of the backup's manifest.
    pub backup: String,
    /// Whether it was proven before it was encrypted; `None` where nobody had tried.
    pub proven: Option<bool>,
    /// Every encrypted file, with the size and seal of what is stored.
    pub files: Vec<StoredFile>,
}

/// An encrypted backup in its directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encrypted {
    /// The directory.
    pub directory: PathBuf,
    /// What is known of it.
    pub description: Description,
}

impl Encryption {
    /// Finds the program, and makes sure that it can encrypt for these recipients: before anything is backed up for them.
    ///
    /// # Errors
    /// `Input` where there is no recipient, or the program does not take one; `Hook` where there is no program.
    pub fn for_recipients(recipients: &Recipients, interrupt: &Interrupt) -> Result<Self> {
        let option = |name: &str, value: &std::ffi::OsStr| [name.into(), value.to_owned()];
        let keys = recipients.keys.iter().flat_map(|key| option("-r", key.as_ref()));
        let arguments: Vec<_> = keys.chain(recipients.files.iter().flat_map(|file| option("-R", file.as_os_str()))).collect();
        if arguments.is_empty() {
            return Err(Error::new(ErrorKind::Input, "there is nobody to encrypt the backup for"));
        }
        let encryption = Self { program: find()?, arguments };
        let tried = encryption.run(Stdio::null(), Stdio::null(), interrupt);
        tried.map(|()| encryption).map_err(|error| match error.kind() {
            ErrorKind::Interrupted => error,
            _ => error
                .hint("a recipient is a public key: age1…, ssh-ed25519 … or ssh-rsa …; `age-keygen -y IDENTITY` shows that of an identity")
                .hint("nothing was backed up"),
        })
    }

    fn run(&self, from: Stdio, to: Stdio, interrupt: &Interrupt) -> Result<()> {
        let mut command = program::command(&self.program.path, &[]);
        command.args(&self.arguments).stdin(from).stdout(to);
        Running::start(&mut command, interrupt)?.wait(&mut || ())
    }

    /// Encrypts a backup where it stands. What could be read before is removed once everything is encrypted and on the disk.
    ///
    /// # Errors
    /// Where the disk is full or the program fails: the backup then stays as it was, and can be read. Where what can be read cannot be
    /// removed: it is then encrypted as well.
    pub fn encrypt(&self, backup: Backup, interrupt: &Interrupt) -> Result<Encrypted> {
        let directory = backup.directory.clone();
        let encrypted = self.try_encrypt(backup, interrupt).map_err(|error| {
            // What was encrypted is of no use without the rest.
            for file in files_below(&directory).unwrap_or_default().iter().filter(|file| is_encrypted(file)) {
                let _ = std::fs::remove_file(file);
            }
            error.hint(format!("the backup is complete, and NOT encrypted: {}", directory.display()))
        })?;
        // Everything is encrypted and on the disk: from here on nothing of that is taken back.
        encrypted
            .remove_readable()
            .map_err(|error| error.hint(format!("the backup is encrypted, and some of it can be read as well: {}", directory.display())))?;
        Ok(encrypted)
    }

    fn try_encrypt(&self, backup: Backup, interrupt: &Interrupt) -> Result<Encrypted> {
        let manifest = &backup.manifest;
        if let Some(file) = &manifest.elsewhere {
            return Err(Error::new(
                ErrorKind::Refused,
                format!("the backup {} was made elsewhere, and is not cutover's to encrypt", file.display()),
            ));
        }
        // What a killed encryption has left is written once more.
        let plain: Vec<_> =
            files_below(&backup.directory)?.into_iter().filter(|file| !is_encrypted(file) && !file.ends_with(SEAL)).collect();
        let sizes = plain.iter().filter_map(|file| std::fs::metadata(file).ok()).map(|file| file.len());
        room::check(&backup.directory, sizes.sum())?;
        let mut files = Vec::new();
        for file in &plain {
            let stored = encrypted_name(file);
            let target = private_file(&stored)?;
            let written = target.try_clone().map_err(|source| Error::file("write", &stored, source))?;
            self.run(opened(file)?.into(), written.into(), interrupt)?;
            target.sync_all().map_err(|source| Error::file("write", &stored, source))?;
            let named = stored.strip_prefix(&backup.directory).unwrap_or(&stored).to_owned();
            files.push(seal_file(&stored, named)?);
        }
        let description = Description {
            format: FORMAT,
            tool: manifest.tool.clone(),
            program: format!("{} {}", self.program.path.file_name().unwrap_or_default().to_string_lossy(), self.program.version),
            taken_at: manifest.taken_at.clone(),
            dialect: manifest.dialect.clone(),
            database: manifest.session.database.clone(),
            backup: backup.seal.clone(),
            proven: Proof::of(&backup)?.map(|proof| proof.is_proven()),
            files,
        };
        let encrypted = Encrypted { directory: backup.directory, description };
        encrypted.write()?;
        Ok(encrypted)
    }
}

impl Encrypted {
    /// Whether a directory holds an encrypted backup.
    #[must_use]
    pub fn is_in(directory: &Path) -> bool {
        directory.join(DESCRIPTION).is_file()
    }

    /// Reads what is known of an encrypted backup. What a killed encryption has left readable beside it is removed.
    ///
    /// # Errors
    /// Where it is not what was written.
    pub fn open(directory: &Path) -> Result<Self> {
        let path = directory.join(DESCRIPTION);
        let read = |path: &Path| std::fs::read_to_string(path).map_err(|source| Error::file("read", path, source));
        seal::check(&path, read(&directory.join(SEAL))?.split_whitespace().next().unwrap_or_default())?;
        let description: Description = serde_json::from_str(&read(&path)?)
            .map_err(|source| Error::new(ErrorKind::Corrupt, format!("{} describes no backup", path.display())).because(source))?;
        if description.format != FORMAT {
            let message = format!("{} has format {}; this version reads format {FORMAT}", path.display(), description.format);
            return Err(Error::new(ErrorKind::Refused, message).hint(format!("it was written by {}: use that version", description.tool)));
        }
        let encrypted = Self { directory: directory.to_owned(), description };
        encrypted.remove_readable()?;
        Ok(encrypted)
    }

    /// The size of all files in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.description.files.iter().map(|file| file.bytes).sum()
    }

    /// Writes the backup as it was before it was encrypted into a directory that is not there yet.
    ///
    /// # Errors
    /// `Corrupt` where a file is not what was written, `Hook` where the identity cannot read it; nothing is left then.
    pub fn decrypt(&self, identity: &Path, into: &Path, interrupt: &Interrupt) -> Result<Backup> {
        if into.exists() {
            return Err(Error::new(ErrorKind::Input, format!("{} exists already", into.display())).hint("name a new directory"));
        }
        let readable = self.readable(identity, into, interrupt);
        readable.inspect_err(|_| remove(into))
    }

    fn readable(&self, identity: &Path, into: &Path, interrupt: &Interrupt) -> Result<Backup> {
        if !identity.is_file() {
            return Err(Error::new(ErrorKind::Input, format!("there is no identity {}", identity.display()))
                .hint("an identity is a file that age-keygen has written, or a private key of SSH"));
        }
        let program = find()?;
        for file in &self.description.files {
            check_file(&self.directory.join(&file.path), file)?;
        }
        room::check(into, self.bytes())?;
        for file in &self.description.files {
            let target = into.join(readable_name(&file.path));
            private_directory(target.parent().unwrap_or(into))?;
            let mut command = program::command(&program.path, &[]);
            command.arg("-d").arg("-i").arg(identity);
            command.stdin(opened(&self.directory.join(&file.path))?).stdout(private_file(&target)?);
            Running::start(&mut command, interrupt)?.wait(&mut || ()).map_err(|error| match error.kind() {
                ErrorKind::Interrupted => error,
                _ => error.hint(format!("{} could not be decrypted with the identity {}", file.path.display(), identity.display())),
            })?;
        }
        let backup = Backup::open(into)?;
        if backup.seal == self.description.backup {
            return Ok(backup);
        }
        Err(Error::new(
            ErrorKind::Corrupt,
            format!("what is encrypted in {} is another backup than the one that it says", self.directory.display()),
        ))
    }

    /// Proves the backup, from a copy that can be read and that is removed again however this ends.
    ///
    /// # Errors
    /// As of [`Self::decrypt`] and [`prove`].
    pub fn prove(&self, identity: &Path, how: &Prove<'_>) -> Result<(Backup, Proof)> {
        let work = Work::begin(&self.directory)?;
        let backup = self.decrypt(identity, &work.directory.join("readable"), how.interrupt)?;
        let proof = prove(&backup, how)?;
        Ok((backup, proof))
    }

    /// Writes the description, which has its name only when everything else is there.
    fn write(&self) -> Result<()> {
        let text = serde_json::to_vec_pretty(&self.description)
            .map_err(|source| Error::new(ErrorKind::Internal, "what is known of the backup cannot be written as JSON").because(source))?;
        let (path, unfinished) = (self.directory.join(DESCRIPTION), self.directory.join(UNFINISHED));
        let mut file = SealedWriter::create(&unfinished)?;
        file.write_all(&text).map_err(|source| Error::file("write", &unfinished, source))?;
        let seal = file.finish()?;
        let sealed = self.directory.join(SEAL);
        let mut file = private_file(&sealed)?;
        file.write_all(format!("{seal}  {DESCRIPTION}\n").as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|source| Error::file("write", &sealed, source))?;
        std::fs::rename(&unfinished, &path).map_err(|source| Error::file("write", &path, source))
    }

    /// Removes every file whose encrypted form is there.
    fn remove_readable(&self) -> Result<()> {
        for file in &self.description.files {
            let path = self.directory.join(readable_name(&file.path));
            match std::fs::remove_file(&path) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => return Err(Error::file("remove", &path, source)),
                _ => {}
            }
        }
        Ok(())
    }
}

fn find() -> Result<Found> {
    program::find(&PROGRAMS, &[]).into_iter().next().ok_or_else(|| {
        Error::new(ErrorKind::Hook, "neither age nor rage is installed, which encrypt backups")
            .hint("install one: apt-get install age (Debian, Ubuntu), dnf install age (Fedora), brew install age")
    })
}

/// Every file below a directory, sorted.
fn files_below(directory: &Path) -> Result<Vec<PathBuf>> {
    let failed = |source| Error::file("read", directory, source);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() { files.extend(files_below(&path)?) } else { files.push(path) }
    }
    files.sort();
    Ok(files)
}

fn opened(path: &Path) -> Result<File> {
    File::open(path).map_err(|source| Error::file("read", path, source))
}

fn is_encrypted(path: &Path) -> bool {
    path.to_string_lossy().ends_with(ENDING)
}

fn encrypted_name(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ENDING);
    PathBuf::from(name)
}

fn readable_name(path: &Path) -> PathBuf {
    path.with_extension("")
}
