//! What differs between the databases: which programs write and read a backup, and what a restore cannot bring along.

use std::path::{Path, PathBuf};

use super::program::Watch;
use super::{mysql, postgres, sqlite};
use crate::database::{Access, Database, Instant, Session};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::Catalog;
use crate::snapshot::Snapshot;

/// The programs that a backup is written and read with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tools {
    /// What writes it; empty where no program is needed.
    pub dump: PathBuf,
    /// What reads it; empty where no program is needed.
    pub restore: PathBuf,
    /// What writes it, by its own name and version, for people.
    pub version: String,
    /// What writes the rows, where that is another program.
    pub rows: Option<PathBuf>,
}

/// Which program writes a backup.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Program {
    /// The database's own.
    #[default]
    Own,
    /// The rows by `mydumper`, several tables side by side; the definitions by the database's own program.
    Mydumper,
}

/// A backup to be written.
pub(super) struct Dump<'a> {
    /// How to reach the database.
    pub access: &'a Access,
    /// With what.
    pub tools: &'a Tools,
    /// Where to: a directory that exists and is empty.
    pub directory: &'a Path,
    /// The instant to join.
    pub instant: &'a Instant,
    /// How many tables are written side by side.
    pub jobs: usize,
    /// By which name the server shows the session.
    pub name: &'a str,
    /// What stops the work, and who is told of it.
    pub watch: &'a Watch<'a>,
}

/// A backup to be restored into an empty database.
pub(super) struct Restore<'a> {
    /// The empty database.
    pub target: &'a dyn Database,
    /// How to reach it.
    pub access: &'a Access,
    /// With what.
    pub tools: &'a Tools,
    /// The backup's data: a directory of our own, or a file made elsewhere.
    pub data: &'a Path,
    /// How many tables are restored side by side.
    pub jobs: usize,
    /// What stops the work, and who is told of it.
    pub watch: &'a Watch<'a>,
}

/// What a file made elsewhere says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Inspected {
    /// What made it, for people.
    pub made_by: String,
    /// The database that it was made of, where it says so.
    pub database: Option<String>,
}

/// How one kind of database is backed up.
pub(super) trait Method: Sync {
    /// The word for the dialect.
    fn dialect(&self) -> &'static str;

    /// Looks for the programs that fit a server.
    ///
    /// # Errors
    /// `Refused` where one is missing or too old, with the package that holds it.
    fn tools(&self, product: &str) -> Result<Tools>;

    /// Bytes on disk that a backup needs at the most, of a database of so many bytes.
    fn room(&self, bytes: u64) -> u64;

    /// Writes a backup. `watch.begun` is called as soon as its instant is fixed.
    ///
    /// # Errors
    /// Where the program fails, with its last words.
    fn dump(&self, dump: &Dump<'_>) -> Result<()>;

    /// Writes beside the dump what its program could not, from the snapshot of the same instant.
    ///
    /// # Errors
    /// Where the snapshot cannot be read, or the disk is full.
    fn complete(&self, _snapshot: &Snapshot, _directory: &Path) -> Result<()> {
        Ok(())
    }

    /// Looks into a backup that was made elsewhere, without restoring it.
    ///
    /// # Errors
    /// `Refused` or `Corrupt` where it is no backup of such a database, or is not whole.
    fn inspect(&self, file: &Path, tools: &Tools) -> Result<Inspected>;

    /// Restores a backup into an empty database.
    ///
    /// # Errors
    /// Where the program fails, with its last words; `Refused` where the backup would reach out of the database.
    fn restore(&self, restore: &Restore<'_>) -> Result<()>;

    /// Takes out of both catalogs what a restore under another name cannot bring along. What that was is returned, for people.
    fn level(&self, before: &mut Catalog, restored: &mut Catalog) -> Vec<String>;
}

/// The method of a dialect.
///
/// # Errors
/// Where there is none.
pub(super) fn of(dialect: &str) -> Result<&'static dyn Method> {
    let all: [&'static dyn Method; 3] = [&postgres::Postgres, &mysql::MySql, &sqlite::Sqlite];
    all.into_iter()
        .find(|method| method.dialect() == dialect)
        .ok_or_else(|| Error::new(ErrorKind::Refused, format!("no way is known to back {dialect} up")))
}

/// A database that can be backed up: its programs have been found.
#[derive(Debug, Clone)]
pub struct Ready {
    pub(super) access: Access,
    pub(super) tools: Tools,
    pub(super) dialect: &'static str,
    /// What is backed up.
    pub session: Session,
}

impl Ready {
    /// What writes the backup, by its own name and version.
    #[must_use]
    pub fn program(&self) -> &str {
        &self.tools.version
    }

    /// Bytes on disk that a backup needs at the most.
    ///
    /// # Errors
    /// Where there is no way to back the database up.
    pub fn room(&self) -> Result<u64> {
        Ok(of(self.dialect)?.room(self.session.bytes))
    }
}

/// Looks whether a database can be backed up.
///
/// # Errors
/// `Refused` where a program is missing or too old, with the package that holds it, or is not for this database.
pub fn ready(database: &dyn Database, program: Program) -> Result<Ready> {
    let mut reader = database.read()?;
    let session = reader.session()?;
    let dialect = database.dialect().name();
    let (own, access) = (of(dialect)?.tools(&session.product)?, database.access()?);
    let tools = match (program, dialect) {
        (Program::Own, _) => own,
        (Program::Mydumper, "mysql") => mysql::mydumper::with(own, &access, reader.as_mut())?,
        (Program::Mydumper, _) => {
            return Err(Error::new(ErrorKind::Refused, format!("mydumper reads MySQL and MariaDB alone, and this is {}", session.product))
                .hint("leave --backup-program out"));
        }
    };
    Ok(Ready { access, tools, dialect, session })
}
