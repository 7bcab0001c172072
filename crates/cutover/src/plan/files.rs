//! The files of a plan, from a directory or from inside the program.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind::NotFound;
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::ParameterValue;
use crate::model::error::{Error, ErrorKind, Result};

/// The largest file that a plan may hold, in bytes; plans are written by people, and read into memory.
const LARGEST_FILE: u64 = 64 << 20;

/// How many files a plan may hold: more means that the directory is not a plan.
const MOST_FILES: usize = 10_000;

/// Every file of a plan that counts, by its path with `/` below the plan's directory. Read once; nothing else is read
/// later, so that what was checked is what runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanFiles {
    /// What people call the plan's place: its directory, or `built-in`.
    pub root: PathBuf,
    /// Path → contents.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl PlanFiles {
    /// Reads a plan's directory. Names that begin with a dot are left out. A symbolic link is read where it leads to a
    /// file of the same directory.
    ///
    /// # Errors
    /// Where it is not a directory with a `plan.toml`, a file cannot be read, a symbolic link leads anywhere else, or
    /// there are more and larger files than any plan has.
    pub fn read(directory: &Path) -> Result<Self> {
        let root = directory.canonicalize().map_err(|source| {
            Error::file("open the plan", directory, source).hint("give the directory that holds plan.toml, or the name of a built-in plan")
        })?;
        if !root.join("plan.toml").is_file() {
            let hint = match root.is_file() {
                true => "a plan is a directory: give the one that the file stands in",
                false => "give the directory that holds plan.toml; `cutover init` writes a new one",
            };
            return Err(Error::new(ErrorKind::Input, format!("{} is not a plan: it has no plan.toml", directory.display())).hint(hint));
        }
        let mut files = BTreeMap::new();
        collect(&root, &root, &mut files)?;
        Ok(Self { root: directory.to_owned(), files })
    }

    /// Writes the files into a directory that does not exist or is empty.
    ///
    /// # Errors
    /// Where it is not empty, or no directory: nothing was written then. Where a file cannot be written, those before it stay.
    pub fn write(&self, directory: &Path) -> Result<()> {
        match std::fs::read_dir(directory).map(|mut entries| entries.next().is_none()) {
            Ok(true) => {}
            Ok(false) => {
                return Err(Error::new(ErrorKind::Input, format!("{} is not empty", directory.display()))
                    .hint("nothing was written; give a directory that does not exist yet"));
            }
            Err(source) if source.kind() == NotFound => {}
            Err(source) => {
                return Err(
                    Error::file("look into", directory, source).hint("nothing was written; give a directory that does not exist yet")
                );
            }
        }
        for (name, contents) in &self.files {
            let path = directory.join(name);
            let parent = path.parent().unwrap_or(directory);
            std::fs::create_dir_all(parent).map_err(|source| Error::file("create", parent, source))?;
            // Never over a file that somebody else has written there meanwhile.
            let written = File::create_new(&path).and_then(|mut file| file.write_all(contents));
            written.map_err(|source| {
                let hint = format!("the plan in {} is not complete: delete it, and begin again", directory.display());
                Error::file("write", &path, source).hint(hint)
            })?;
        }
        Ok(())
    }

    /// The SHA-256, in hexadecimal, of everything that decides what a run does: each counted file's path, length and
    /// bytes, and each parameter's value. What is below `demo/` and `docs/` and the plan's `README.md` are left out:
    /// they can change nothing in a run.
    #[must_use]
    pub fn hash(&self, parameters: &BTreeMap<String, ParameterValue>) -> String {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            // Every part stands behind its length, so that no two lists of parts hash the same bytes.
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        for (path, contents) in self.files.iter().filter(|(path, _)| counts(path)) {
            part(path.as_bytes());
            part(contents);
        }
        part(b"parameters");
        for (name, parameter) in parameters {
            part(name.as_bytes());
            part(&[u8::from(parameter.value.is_some())]);
            part(parameter.value.as_deref().unwrap_or_default().as_bytes());
        }
        hexadecimal(&hash.finalize())
    }
}

/// Whether a file can change anything in a run.
pub(super) fn counts(path: &str) -> bool {
    !(path.starts_with("demo/") || path.starts_with("docs/") || path == "README.md")
}

/// The SHA-256 of a file's contents, in hexadecimal.
pub(super) fn sha256(contents: &[u8]) -> String {
    hexadecimal(&Sha256::digest(contents))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn collect(root: &Path, directory: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    let entries = std::fs::read_dir(directory).map_err(|source| Error::file("read", directory, source))?;
    for entry in entries {
        let entry = entry.map_err(|source| Error::file("read", directory, source))?;
        let path = entry.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(Error::new(ErrorKind::Input, format!("the name of {} is not UTF-8", path.display())).hint("rename the file"));
        };
        if name.starts_with('.') {
            continue;
        }
        let mut kind = entry.file_type().map_err(|source| Error::file("read", &path, source))?;
        if kind.is_symlink() {
            kind = followed(root, &path)?;
        }
        if kind.is_dir() {
            collect(root, &path, files)?;
        } else if kind.is_file() {
            files.insert(below(root, &path), contents(&path)?);
            if files.len() > MOST_FILES {
                return Err(Error::new(ErrorKind::Input, format!("{} holds more than {MOST_FILES} files", root.display()))
                    .hint("a plan's directory holds the plan alone"));
            }
        }
    }
    Ok(())
}

/// What a symbolic link leads to. Outside of the plan's directory, its contents could change without the plan's hash
/// being looked at by anyone who reviews the directory; a directory could lead back to itself.
fn followed(root: &Path, link: &Path) -> Result<std::fs::FileType> {
    let target = link.canonicalize().map_err(|source| Error::file("follow the symbolic link", link, source))?;
    if !target.starts_with(root) || !target.is_file() {
        let message = format!("the symbolic link {} leads to {}", link.display(), target.display());
        return Err(Error::new(ErrorKind::Input, message)
            .hint("copy what it leads to into the plan's directory: only links to its own files are followed"));
    }
    Ok(std::fs::metadata(&target).map_err(|source| Error::file("read", &target, source))?.file_type())
}

fn contents(path: &Path) -> Result<Vec<u8>> {
    let size = std::fs::metadata(path).map_err(|source| Error::file("read", path, source))?.len();
    if size > LARGEST_FILE {
        let message = format!("{} has {size} bytes; a file of a plan has at most {LARGEST_FILE}", path.display());
        return Err(Error::new(ErrorKind::Input, message).hint("divide it, or keep it outside of the plan"));
    }
    std::fs::read(path).map_err(|source| Error::file("read", path, source))
}

fn below(root: &Path, path: &Path) -> String {
    let components = path.strip_prefix(root).unwrap_or(path).components();
    let components: Vec<_> = components.map(|component| component.as_os_str().to_string_lossy()).collect();
    components.join("/")
}
