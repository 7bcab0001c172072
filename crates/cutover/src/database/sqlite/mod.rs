//! SQLite.
//!
//! A run is one write transaction. `BEGIN IMMEDIATE` is its lock and its fence: other connections read on, none can
//! write. Foreign keys are not enforced while the steps run, because SQLite would otherwise delete the children of every
//! table that is rebuilt; they are checked after every step instead (see `constraints`).
//!
//! Nothing in this process may open the database's file by other means while a session lives: closing such a file would
//! drop every lock that SQLite holds on it (POSIX advisory locks belong to the process, not to the file handle).

use std::path::{Path, PathBuf};

use crate::database::exchange::{Terms, kept_files};
use crate::database::{Access, Capabilities, Database, Exchange, Kept, Reach, Reader, Watcher, Writer};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;
use crate::model::url::DatabaseUrl;

mod build;
mod catalog;
mod cells;
mod conditions;
mod constraints;
mod definition;
mod dialect;
mod entries;
mod exchange;
mod fence;
mod footprint;
mod inputs;
mod journal;
mod pages;
mod put_back;
mod reach;
mod reader;
mod render;
mod scratch;
mod script;
mod session;
mod shapes;
mod values;
mod watch;
mod words;
mod writer;

pub use dialect::SqliteDialect;

use reader::SqliteReader;
use writer::SqliteWriter;

/// A SQLite database: one file.
#[derive(Debug)]
pub struct SqliteDatabase {
    path: PathBuf,
    interrupt: Interrupt,
}

impl SqliteDatabase {
    /// Remembers where the database is; nothing is opened yet. The URL is `sqlite:path`, `sqlite://path`, `file:path` or
    /// a plain path, taken literally (no percent-encoding).
    ///
    /// # Errors
    /// `Input` where the URL names no file, or has parameters.
    pub fn new(url: &DatabaseUrl, interrupt: &Interrupt) -> Result<Self> {
        let path = url.path();
        let path = path.strip_prefix("file:").map_or(path, |rest| rest.strip_prefix("//").unwrap_or(rest));
        let is_url = path.len() != url.dangerous_secret().len();
        if path.is_empty() || path == ":memory:" {
            return Err(Error::new(ErrorKind::Input, format!("`{url}` names no database file"))
                .hint("give the path of a SQLite file; a database in memory belongs to the program that created it"));
        }
        if let Some((file, parameters)) = path.split_once('?').filter(|_| is_url) {
            return Err(Error::new(ErrorKind::Input, format!("the parameters `{parameters}` of a SQLite URL are not supported"))
                .hint(format!("write `{file}` alone, or give a plain path where the question mark is part of the file's name")));
        }
        Ok(Self { path: PathBuf::from(path), interrupt: interrupt.clone() })
    }

    /// The file's absolute path. SQLite takes a name that begins with `file:` for a URI, which an absolute path never is.
    fn existing(&self) -> Result<PathBuf> {
        let path = self.path.canonicalize().map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => Error::new(ErrorKind::Refused, format!("there is no database file {}", self.path.display()))
                .hint("check the path; a database that does not exist is never created"),
            _ => Error::file("open the database", &self.path, source),
        })?;
        if path.is_dir() {
            return Err(Error::new(ErrorKind::Refused, format!("{} is a directory", self.path.display()))
                .hint("give the path of the SQLite file in it"));
        }
        Ok(path)
    }
}

impl Database for SqliteDatabase {
    fn capabilities(&self) -> Capabilities {
        Capabilities { transactional_ddl: true, shared_instant: true, storage_classes: true, free_sequences: false, lock_holds: true }
    }

    fn dialect(&self) -> &'static dyn Dialect {
        &SqliteDialect
    }

    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn read(&self) -> Result<Box<dyn Reader>> {
        Ok(Box::new(SqliteReader::open(&self.existing()?, &self.interrupt)?))
    }

    /// The lock is the write transaction itself, so it is begun here and not only in `open`: from now on no other
    /// connection can write. SQLite has no place where the run's id could be shown.
    fn lock(&self, _run: &str) -> Result<Box<dyn Writer>> {
        Ok(Box::new(SqliteWriter::lock(&self.existing()?, &self.interrupt)?))
    }

    fn build(&self, statements: &[String], each: &mut dyn FnMut(usize)) -> Result<()> {
        build::build(&self.path, &self.interrupt, statements, each)
    }

    fn access(&self) -> Result<Access> {
        Ok(Access { database: self.existing()?.to_string_lossy().into_owned(), ..Access::default() })
    }

    fn reach(&self) -> Result<Reach> {
        Ok(reach::of(&self.existing()?))
    }

    fn watch(&self, _run: &str) -> Result<Box<dyn Watcher>> {
        Ok(Box::new(watch::SqliteWatcher::open(&self.existing()?, &self.interrupt)?))
    }

    fn hold(&self) -> Result<Option<Box<dyn Send>>> {
        scratch::hold(&self.existing()?, &self.interrupt)
    }

    fn create_scratch(&self, name: &str, directory: &Path) -> Result<Box<dyn Database>> {
        Ok(Box::new(Self { path: scratch::create(name, directory)?, interrupt: self.interrupt.clone() }))
    }

    fn copy_to_scratch(&self, name: &str, directory: &Path) -> Result<Box<dyn Database>> {
        let path = scratch::copy(&self.existing()?, name, directory, &self.interrupt)?;
        Ok(Box::new(Self { path, interrupt: self.interrupt.clone() }))
    }

    fn drop_scratch(&self, name: &str, directory: &Path, _force: bool) -> Result<()> {
        scratch::remove(&scratch::file(name, directory))
    }

    fn exchange<'a>(&'a self, terms: &Terms<'a>) -> Result<Box<dyn Exchange + 'a>> {
        Ok(Box::new(exchange::SqliteExchange::new(self.existing()?, terms, &self.interrupt)))
    }

    fn kept(&self, undos: &[(String, PathBuf)]) -> Result<Vec<Kept>> {
        Ok(kept_files(undos))
    }

    fn drop_kept(&self, kept: &Kept) -> Result<()> {
        scratch::remove(Path::new(&kept.name))
    }
}

/// The file's name without its directory, as people call the database.
fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
