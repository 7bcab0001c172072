//! The exchange of a database's contents for those of a file that was restored beside it.
//!
//! The file itself is never replaced: connections that are open would go on with the old one, and even new ones, with the log of the old
//! one (*seen*). SQLite's backup API writes *into* it, in one transaction of its own, which SQLite takes back by itself where it is killed.
//!
//! That transaction has to be the connection's first, so that the one which kept others from writing has to end before. With a rollback journal,
//! a connection in exclusive mode keeps its lock meanwhile (*seen*). With a write-ahead log, it does not as long as others are connected;
//! there a second connection, which reads on, tells whether anybody wrote in between (*seen*), and nothing is copied where somebody did.

use std::path::PathBuf;

use rusqlite::Connection;

use super::pages::{self, private};
use super::reader::SqliteReader;
use super::session::{Access, Handle};
use super::{fence, journal, scratch};
use crate::database::exchange::{Exchange, KEPT_FILE, Part, Stand, Terms, restored_name};
use crate::database::{Raised, Reader, RunRecord};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;

/// One exchange. There is no other lock than that of `hold`.
pub(super) struct SqliteExchange<'a> {
    path: PathBuf,
    terms: Terms<'a>,
    interrupt: Interrupt,
    /// The connection that keeps everybody from writing; after the exchange, that which looks at what was written.
    held: Option<SqliteReader>,
}

impl<'a> SqliteExchange<'a> {
    /// Nothing is opened yet.
    pub(super) fn new(path: PathBuf, terms: &Terms<'a>, interrupt: &Interrupt) -> Self {
        Self { path, terms: *terms, interrupt: interrupt.clone(), held: None }
    }

    fn restored(&self) -> PathBuf {
        scratch::file(&restored_name(self.terms.run), self.terms.directory)
    }

    /// Copies the state of now, by another connection: SQLite copies from none that may write (*seen*), and nobody else writes. It has its
    /// name only when it is complete.
    fn keep(&self) -> Result<PathBuf> {
        let kept = self.terms.directory.join(KEPT_FILE);
        let unfinished = kept.with_extension("unfinished");
        scratch::remove(&unfinished)?;
        let mut target = private(&unfinished)?;
        let source = SqliteReader::open(&self.path, &self.interrupt)?;
        let copied = pages::copy(&source.handle().connection, &mut target, self.terms.patience, &self.interrupt, &mut || Ok(()));
        copied.map_err(|error| error.hint(format!("it was to be kept in {}", kept.display())))?;
        target.close().map_err(|(_, source)| Error::new(ErrorKind::File, format!("cannot write {}: {source}", unfinished.display())))?;
        std::fs::File::open(&unfinished)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(&unfinished, &kept))
            .map_err(|source| Error::file("write", &kept, source))?;
        Ok(kept)
    }

    /// Brings the earlier runs, and this one's end, into the restored file.
    fn journal(&self, held: &SqliteReader, record: &RunRecord) -> Result<()> {
        let earlier = journal::records(held.handle())?;
        let handle = Handle::open(&self.restored(), Access::Write, &self.interrupt)?;
        fence::raise(&handle, self.terms.patience, &mut |_| ())?;
        for record in earlier.iter().filter(|earlier| earlier.run != record.run).chain([record]) {
            journal::write(&handle, record)?;
        }
        handle.run("COMMIT")
    }

    /// With a rollback journal: the connection that holds the lock keeps it between its two transactions.
    fn copy_in_place(&self, held: SqliteReader, source: &Connection) -> Result<SqliteReader> {
        let mut handle = held.into_handle();
        handle.run("ROLLBACK")?;
        pages::copy(source, &mut handle.connection, self.terms.patience, &self.interrupt, &mut || Ok(()))?;
        handle.run("BEGIN")?;
        Ok(SqliteReader::over(handle))
    }

    /// With a write-ahead log: the lock is handed over to another connection, and what is copied is kept only if nobody came in between. `None`
    /// where somebody wrote as soon as the copy was there.
    fn copy_by_another(&self, held: SqliteReader, source: &Connection) -> Result<Option<SqliteReader>> {
        let mut handle = Handle::open(&self.path, Access::Write, &self.interrupt)?;
        let ours = version(&handle)?;
        let watching = held.into_handle();
        let before = version(&watching)?;
        watching.run("ROLLBACK")?;
        pages::copy(source, &mut handle.connection, self.terms.patience, &self.interrupt, &mut || match version(&watching)? == before {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Conflict, "somebody wrote in the moment in which the lock changed hands")
                .hint("nothing was copied, and the database is as it was; try again")),
        })?;
        drop(watching);
        fence::raise(&handle, self.terms.patience, &mut |_| ())?;
        if version(&handle)? != ours {
            return Ok(None);
        }
        Ok(Some(SqliteReader::over(handle)))
    }
}

/// Changes where another connection has committed.
fn version(handle: &Handle) -> Result<i64> {
    handle.value("PRAGMA main.data_version", [])
}

impl Exchange for SqliteExchange<'_> {
    /// The restored contents bring the record of the undone run with them, and there is nothing in between.
    fn stand(&mut self) -> Result<Stand> {
        let records = SqliteReader::open(&self.path, &self.interrupt)?.records()?;
        let is_undone = |record: &RunRecord| record.run == self.terms.run && record.state == "undone";
        Ok(if records.iter().any(is_undone) { Stand::Exchanged } else { Stand::Untouched })
    }

    fn look(&mut self) -> Result<Vec<String>> {
        let handle = Handle::open(&self.path, Access::Write, &self.interrupt)?;
        if handle.told("look at the file's permissions", handle.connection.is_readonly("main"))? {
            return Err(Error::new(ErrorKind::Refused, format!("{} cannot be written by this account", self.path.display()))
                .hint("give the account write permission on the file and on its directory, where SQLite keeps its journal"));
        }
        Ok(vec!["nobody can write from the last look at the rows written since until the exchange has ended".to_owned()])
    }

    fn hold(&mut self, notice: &mut dyn FnMut(String)) -> Result<Raised> {
        let handle = Handle::open(&self.path, Access::Write, &self.interrupt)?;
        if !handle.has_write_ahead_log()? {
            handle.run("PRAGMA main.locking_mode = EXCLUSIVE")?;
        }
        fence::raise(&handle, self.terms.patience, notice)?;
        self.held = Some(SqliteReader::over(handle));
        Ok(Raised::default())
    }

    fn live(&mut self) -> Result<&mut dyn Reader> {
        match &mut self.held {
            Some(held) => Ok(held),
            None => Err(Error::new(ErrorKind::Internal, "the database is not held")),
        }
    }

    fn exchange(&mut self, record: &RunRecord, part: Part<'_>) -> Result<Vec<String>> {
        if self.held.is_none() && self.stand()? == Stand::Exchanged {
            scratch::remove(&self.restored())?;
            return Ok(Vec::new());
        }
        let held = self.held.take().ok_or_else(|| Error::new(ErrorKind::Internal, "the database is not held"))?;
        part("the state of now is kept in a file of its own")?;
        let kept = self.keep()?;
        part("the journal of the restored file")?;
        self.journal(&held, record)?;
        part("the restored contents are written into the file, in one transaction")?;
        {
            let source = Handle::open(&self.restored(), Access::Write, &self.interrupt)?;
            self.held = match held.handle().has_write_ahead_log()? {
                true => self.copy_by_another(held, &source.connection)?,
                false => Some(self.copy_in_place(held, &source.connection)?),
            };
        }
        scratch::remove(&self.restored())?;
        Ok(vec![format!("the state before is kept in {}", kept.display())])
    }

    fn exchanged(&mut self) -> Option<&mut dyn Reader> {
        self.held.as_mut().map(|held| held as &mut dyn Reader)
    }

    fn release(&mut self) -> Result<Vec<String>> {
        // Closing the connection takes back what is open, and gives the lock back.
        self.held = None;
        if self.stand()? == Stand::Untouched {
            // Nothing was exchanged, so that this is no state before anything.
            scratch::remove(&self.terms.directory.join(KEPT_FILE))?;
        }
        Ok(Vec::new())
    }
}
