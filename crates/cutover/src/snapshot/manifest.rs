//! A snapshot's directory: what it holds, sealed, and read back only where the seals hold.
//!
//! ```text
//! snapshot/
//!   manifest.json   manifest.sha256
//!   rows/TABLE.rows           contents/TABLE.parquet
//!   rows/NAME.query.rows      contents/NAME.query.parquet
//!   rows/TABLE.added
//! ```

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::contents;
use super::digest::{Digest, KIND, VERSION};
use super::numbers::Numbers;
use super::seal::{self, SealedWriter};
use crate::database::Session;
use crate::model::cell::Row;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::{Catalog, Column, SequencePosition, TableName};

/// The version of the directory's layout.
pub const FORMAT: u32 = 1;

/// What a snapshot holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the layout.
    pub format: u32,
    /// The kind of the digests.
    pub digest_kind: String,
    /// The version of the digests.
    pub digest_version: u32,
    /// The tool that took it.
    pub tool: String,
    /// When, RFC 3339, UTC.
    pub taken_at: String,
    /// What was read.
    pub session: Session,
    /// The word for the database's dialect: only snapshots of one dialect have comparable text.
    pub dialect: String,
    /// Whether the class of every cell was kept.
    pub classes: bool,
    /// The catalog.
    pub catalog: Catalog,
    /// Where sequences stood.
    pub sequences: Vec<SequencePosition>,
    /// Every table.
    pub tables: Vec<TableEntry>,
    /// Of the tables to which a run has added columns, these columns under the keys of the rows. Only what a run left has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<TableEntry>,
    /// Every query whose result was kept: invariants and orphans.
    pub queries: Vec<QueryEntry>,
}

/// A table in a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableEntry {
    /// The table.
    pub table: TableName,
    /// Its columns in the order of the scan.
    pub columns: Vec<Column>,
    /// The columns that identify a row; empty where none do.
    pub key: Vec<String>,
    /// What was read.
    pub contents: Contents,
}

/// A query's result in a snapshot: a multiset of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueryEntry {
    /// The rule that it serves: `invariant:student_school_chain`, `relationship:programs.school_id`.
    pub rule: String,
    /// The query.
    pub sql: String,
    /// The columns that it reads, where that is known: if they are proven identical, so is its result.
    pub inputs: Option<Vec<(TableName, String)>>,
    /// The names of its columns; empty where it was not executed.
    pub columns: Vec<String>,
    /// What was read; `None` where its input columns imply its result.
    pub contents: Option<Contents>,
}

/// What a scan yielded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Contents {
    /// The digest.
    pub digest: Digest,
    /// Bytes of all rows in their encoding.
    pub bytes: u64,
    /// Numeric columns in numbers, by name.
    pub numbers: Vec<(String, Numbers)>,
    /// The rows file, below the snapshot's directory, and its seal.
    pub rows: Option<(String, String)>,
    /// The contents file, below the snapshot's directory, and its seal.
    pub file: Option<(String, String)>,
}

/// A snapshot in its directory.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The directory.
    pub directory: PathBuf,
    /// What it holds.
    pub manifest: Manifest,
}

impl Snapshot {
    /// Writes the manifest and its seal; the snapshot is complete then.
    ///
    /// # Errors
    /// Where the disk is full or fails.
    pub fn write(directory: &Path, manifest: Manifest) -> Result<Self> {
        let path = directory.join("manifest.json");
        let text = serde_json::to_vec_pretty(&manifest)
            .map_err(|source| Error::new(ErrorKind::Internal, "the manifest cannot be written as JSON").because(source))?;
        let mut file = SealedWriter::create(&path)?;
        file.write_all(&text).map_err(|source| Error::file("write", &path, source))?;
        let sum = file.finish()?;
        let path = directory.join("manifest.sha256");
        let mut file = seal::private_file(&path)?;
        file.write_all(format!("{sum}  manifest.json\n").as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|source| Error::file("write", &path, source))?;
        Ok(Self { directory: directory.to_owned(), manifest })
    }

    /// Reads a snapshot's manifest and checks its seal and versions.
    ///
    /// # Errors
    /// Where there is none, or it is not what was written, or another version of the tool wrote what this one does not know.
    pub fn open(directory: &Path) -> Result<Self> {
        let path = directory.join("manifest.json");
        let text = std::fs::read(&path).map_err(|source| {
            Error::file("read", &path, source).hint("a snapshot is a directory with a manifest.json; an unfinished one has none")
        })?;
        let seal_path = directory.join("manifest.sha256");
        let sealed = std::fs::read_to_string(&seal_path).map_err(|source| Error::file("read", &seal_path, source))?;
        seal::check(&path, sealed.split_whitespace().next().unwrap_or_default())?;
        let manifest: Manifest = serde_json::from_slice(&text)
            .map_err(|source| Error::new(ErrorKind::Corrupt, format!("{} is not a manifest", path.display())).because(source))?;
        if manifest.format != FORMAT || manifest.digest_kind != KIND || manifest.digest_version != VERSION {
            return Err(Error::new(
                ErrorKind::Refused,
                format!(
                    "{} has format {} and digest {} {}; this version reads format {FORMAT} and digest {KIND} {VERSION}",
                    path.display(),
                    manifest.format,
                    manifest.digest_kind,
                    manifest.digest_version
                ),
            )
            .hint(format!("it was written by {}: use that version, or take a new snapshot", manifest.tool)));
        }
        Ok(Self { directory: directory.to_owned(), manifest })
    }

    /// A table by name.
    #[must_use]
    pub fn table(&self, name: &TableName) -> Option<&TableEntry> {
        self.manifest.tables.iter().find(|entry| entry.table == *name)
    }

    /// The columns that a run has added to a table, as it left them.
    #[must_use]
    pub fn added(&self, name: &TableName) -> Option<&TableEntry> {
        self.manifest.added.iter().find(|entry| entry.table == *name)
    }

    /// How many rows a table has; `None` where it is not covered.
    #[must_use]
    pub fn rows_of(&self, name: &TableName) -> Option<u64> {
        self.table(name).map(|entry| entry.contents.digest.rows)
    }

    /// A query by its rule.
    #[must_use]
    pub fn query(&self, rule: &str) -> Option<&QueryEntry> {
        self.manifest.queries.iter().find(|entry| entry.rule == rule)
    }

    /// The rows file of what was read, its seal checked.
    ///
    /// # Errors
    /// Where it was not kept, or is not what was sealed.
    pub fn rows_file(&self, contents: &Contents) -> Result<PathBuf> {
        self.sealed(contents.rows.as_ref(), "rows")
    }

    /// Hands out the rows of what was read, the file's seal checked.
    ///
    /// # Errors
    /// Where contents were not kept, or are not what was sealed, or those of `each`.
    pub fn read_contents(&self, contents: &Contents, each: &mut dyn FnMut(&Row) -> Result<()>) -> Result<()> {
        if contents.digest.rows == 0 {
            return Ok(());
        }
        let path = self.sealed(contents.file.as_ref(), "contents")?;
        if contents.digest.columns.is_empty() {
            // Parquet counts rows by their values, and these rows have none.
            return (0..contents.digest.rows).try_for_each(|_| each(&Row::new()));
        }
        contents::read(&path, contents.digest.columns.len(), self.manifest.classes, each)
    }

    fn sealed(&self, file: Option<&(String, String)>, what: &str) -> Result<PathBuf> {
        let (name, sum) = file.ok_or_else(|| Error::new(ErrorKind::Refused, format!("the snapshot was taken without {what}")))?;
        let path = self.directory.join(name);
        seal::check(&path, sum)?;
        Ok(path)
    }
}
