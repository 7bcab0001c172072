//! The files of the checkout, as the checks read them.

use std::fs;
use std::path::{Path, PathBuf};

/// Directories that hold nothing of ours.
const FOREIGN: [&str; 4] = [".git", "target", ".cutover", "node_modules"];

/// What people write by hand. Anything else (databases, archives, images) is not read.
const WRITTEN: [&str; 10] = ["rs", "toml", "sql", "csv", "md", "sh", "yml", "yaml", "txt", "html"];

/// A file: its path from the top of the checkout, with `/` between components, and its text.
#[derive(Debug)]
pub struct SourceFile {
    /// `crates/cutover/src/plan/mod.rs`.
    pub path: String,
    /// Its contents.
    pub text: String,
}

impl SourceFile {
    /// Whether it is written in Rust.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The line, from 1, of a byte offset.
    pub fn line_at(&self, offset: usize) -> usize {
        1 + self.text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count()
    }
}

/// A place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The file, from the top of the checkout.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
    /// What to do instead.
    pub remedy: String,
}

/// Every written file below the top of the checkout, in the order of paths.
///
/// # Errors
/// Where a directory or a file cannot be read as UTF-8.
pub fn read_all(root: &Path) -> Result<Vec<SourceFile>, String> {
    let mut files = Vec::new();
    let mut directories = vec![root.to_path_buf()];
    while let Some(directory) = directories.pop() {
        let entries = directory.read_dir().map_err(|error| format!("{} cannot be read: {error}", directory.display()))?;
        for entry in entries {
            let entry = entry.map_err(|error| format!("{} cannot be read: {error}", directory.display()))?;
            let kind = entry.file_type().map_err(|error| format!("{} cannot be read: {error}", entry.path().display()))?;
            let name = entry.file_name();
            if kind.is_dir() && !FOREIGN.iter().any(|foreign| name == *foreign) {
                directories.push(entry.path());
            } else if kind.is_file() && is_written(&entry.path()) {
                files.push(read(root, entry.path())?);
            }
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// By its extension; a file without one in a hidden directory is a script (`.ci/run`).
fn is_written(path: &Path) -> bool {
    match path.extension() {
        Some(extension) => WRITTEN.iter().any(|written| extension == *written),
        None => path.parent().and_then(Path::file_name).is_some_and(|parent| parent == ".ci"),
    }
}

fn read(root: &Path, path: PathBuf) -> Result<SourceFile, String> {
    let text = fs::read_to_string(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let below = path.strip_prefix(root).unwrap_or(&path);
    let components: Vec<_> = below.components().map(|component| component.as_os_str().to_string_lossy()).collect();
    Ok(SourceFile { path: components.join("/"), text })
}
