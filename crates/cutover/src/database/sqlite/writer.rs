//! The session that alone may write.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;

use crate::database::delegation::reads_by_its_reader;
use crate::database::{Commit, Entry, Fence, Instant, Mode, Raised, Reader, RowSink, RunRecord, Session, Writer};
use crate::model::conditions::Conditions;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::footprint::{Footprint, HeldLock};
use crate::model::interrupt::Interrupt;
use crate::model::table::{Catalog, SequencePosition, TableName};

use super::constraints::{Ledger, Watch};
use super::reader::SqliteReader;
use super::session::{Access, Handle};
use super::{catalog, definition, entries, fence, footprint, journal};

/// How long `lock` waits for another connection: longer than an application writes, shorter than a run.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// How long COMMIT waits for readers to finish. With a rollback journal, new ones wait meanwhile.
const COMMIT_PATIENCE: Duration = Duration::from_secs(60);

/// How long a transaction of an in-place run waits for the application's.
const UNIT_PATIENCE: Duration = Duration::from_secs(60);

/// KiB of pages that the writer keeps: an eighth of the 256 MiB that the tool may use; sorting an index may take as much again.
/// With 64 MiB, a run on seven million rows took 263 MiB.
const WRITE_CACHE: u32 = 32 * 1024;

/// What a step may have set, and what `open` had set.
const SETTINGS: &str = "PRAGMA legacy_alter_table = OFF; PRAGMA recursive_triggers = OFF; PRAGMA defer_foreign_keys = OFF; \
     PRAGMA ignore_check_constraints = OFF; PRAGMA writable_schema = OFF; PRAGMA query_only = OFF; \
     PRAGMA reverse_unordered_selects = OFF; PRAGMA case_sensitive_like = OFF";

/// Words that begin a statement which ends the transaction or reaches out of the database.
const REFUSED: [&str; 9] = ["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE", "ATTACH", "DETACH", "VACUUM"];

/// A connection in the one write transaction that the file allows.
#[derive(Debug)]
pub(super) struct SqliteWriter {
    reader: SqliteReader,
    watch: Watch,
    ledger: Ledger,
    /// In-place: what was found out in units that have put their settling off, for the next one.
    carried: Option<Ledger>,
    /// In-place: whether the open unit leaves its settling to a later one.
    postponed: bool,
    /// Whether the transaction has written something, which only this connection sees.
    written: bool,
    mode: Mode,
}

impl SqliteWriter {
    /// Opens the file and begins the write transaction, which is the lock and, from then on, the fence.
    ///
    /// # Errors
    /// `Refused` where another connection is writing, or the file cannot be written.
    pub(super) fn lock(path: &Path, interrupt: &Interrupt) -> Result<Self> {
        let handle = Handle::open(path, Access::Write, interrupt)?;
        if handle.told("look at the file's permissions", handle.connection.is_readonly("main"))? {
            return Err(Error::new(ErrorKind::Refused, format!("{} cannot be written by this account", path.display()))
                .hint("give the account write permission on the file and on its directory, where SQLite keeps its journal"));
        }
        let mut writer = Self {
            reader: SqliteReader::over(handle),
            watch: Watch::default(),
            ledger: Ledger::default(),
            carried: None,
            postponed: false,
            written: false,
            mode: Mode::Atomic,
        };
        match writer.begin_patiently(LOCK_PATIENCE, &mut |_| ()) {
            Err(error) if error.kind() == ErrorKind::Conflict => {
                Err(Error::new(ErrorKind::Refused, format!("the lock of the run cannot be had: {error}"))
                    .hint("another run of this tool, or the application, is writing; start again when it has finished"))
            }
            begun => begun.map(|()| writer),
        }
    }

    fn handle(&self) -> &Handle {
        self.reader.handle()
    }

    fn begin_patiently(&mut self, patience: Duration, notice: &mut dyn FnMut(String)) -> Result<()> {
        fence::raise(self.handle(), patience, notice)?;
        self.handle().set_cache(WRITE_CACHE)?;
        self.handle().run(SETTINGS)?;
        self.ledger = Ledger::begin(self.handle())?;
        self.written = false;
        self.watch.listen(self.handle())
    }

    fn assert_transaction(&self) -> Result<()> {
        if self.handle().in_transaction() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Refused, "the transaction of the run has ended: SQLite has rolled all of it back")
            .hint("nothing was changed; begin the run again"))
    }

    /// Adds to an error of a statement what it did to the transaction: SQLite ends it where the disk is full, where a
    /// statement that writes is interrupted, and for `ON CONFLICT ROLLBACK`.
    fn with_state(&self, error: Error) -> Error {
        if self.handle().in_transaction() { error } else { error.hint("SQLite has rolled the whole transaction back; nothing was changed") }
    }

    fn step_through(&mut self, sql: &str) -> Result<u64> {
        let handle = self.reader.handle();
        let mut statement = handle.prepare(sql)?;
        self.ledger.announce(handle, &self.watch, sql)?;
        self.written |= !statement.readonly();
        let before = handle.connection.total_changes();
        let mut rows = handle.told("run the statement", statement.query([]))?;
        while handle.told("run the statement", rows.next())?.is_some() {}
        // The count of the statement before stays where one changes no rows.
        let touched = if handle.connection.total_changes() == before { 0 } else { handle.connection.changes() };
        Ok(touched)
    }

    fn try_commit(&self) -> Result<()> {
        self.handle().patiently(COMMIT_PATIENCE, &mut |_| (), || self.handle().connection.execute_batch("COMMIT"))
    }

    /// Commits, and finds out what became of it where that gives an error: what is in the file decides.
    fn finish(&mut self, is_there: &dyn Fn(&mut SqliteReader) -> Result<bool>) -> Commit {
        let commit = match self.try_commit() {
            Ok(()) => Commit::Committed,
            Err(failure) => self.after_failed_commit(is_there, &failure),
        };
        self.written = false;
        commit
    }

    fn after_failed_commit(&self, is_there: &dyn Fn(&mut SqliteReader) -> Result<bool>, failure: &Error) -> Commit {
        if self.handle().in_transaction() && self.handle().run("ROLLBACK").is_ok() {
            return Commit::RolledBack(failure.to_string());
        }
        match SqliteReader::open(&self.handle().path, &Interrupt::new()).and_then(|mut reader| is_there(&mut reader)) {
            Ok(true) => Commit::Committed,
            Ok(false) => Commit::RolledBack(failure.to_string()),
            Err(error) => Commit::Unknown(format!("{failure}; and the database cannot be read: {error}")),
        }
    }
}

/// Why an in-place run on SQLite has no fence.
const UNFENCED: &str = "SQLite holds other connections off within a transaction only, and an in-place run is many of them";

impl SqliteWriter {
    /// What stands is the transaction of the lock. It is ended, with the journal's tables in it.
    fn open_in_place(&mut self, fence: &Fence) -> Result<Raised> {
        if !fence.unfenced {
            return Err(Error::new(ErrorKind::Refused, UNFENCED)
                .hint("run it in atomic mode, SQLite's default, which holds off everybody")
                .hint("or accept by --unfenced that what others write meanwhile is found as a difference"));
        }
        self.mode = Mode::InPlace;
        if !self.handle().in_transaction() {
            self.begin_patiently(fence.patience, &mut |_| ())?;
        }
        journal::ensure(self.handle())?;
        entries::ensure(self.handle())?;
        self.try_commit()?;
        self.written = false;
        Ok(Raised { open: Some(UNFENCED.to_owned()), ..Raised::default() })
    }
}

impl Reader for SqliteWriter {
    reads_by_its_reader!();

    fn inputs(&mut self, sql: &str) -> Result<Option<Vec<(TableName, String)>>> {
        let inputs = self.reader.inputs(sql);
        // Finding them out took the only place where one can listen.
        self.watch.listen(self.handle())?;
        inputs
    }

    /// As long as nothing was written, further connections see exactly what this one sees, in both journal modes: nobody
    /// else can commit. Afterwards only this session sees the changes, and stays alone.
    fn together(&mut self, count: usize, work: &mut dyn FnMut(&mut [&mut dyn Reader], &Instant) -> Result<()>) -> Result<()> {
        let shared = count > 1 && !self.written && self.handle().in_transaction();
        let mut companions = if shared { self.reader.companions(count)? } else { Vec::new() };
        let mut readers: Vec<&mut dyn Reader> = companions.iter_mut().map(|companion| companion as &mut dyn Reader).collect();
        if readers.is_empty() {
            readers.push(self);
        }
        work(&mut readers, &Instant::default())
    }
}

impl Writer for SqliteWriter {
    /// The fence has stood since `lock`; after a `rollback` or a `commit` it is raised again. It holds the whole database,
    /// so that the tables do not matter, and nobody's connection can be ended.
    fn open(&mut self, fence: &Fence, notice: &mut dyn FnMut(String)) -> Result<Raised> {
        if fence.mode == Mode::InPlace {
            return self.open_in_place(fence);
        }
        if !self.handle().in_transaction() {
            self.begin_patiently(fence.patience, notice)?;
        }
        Ok(Raised::default())
    }

    /// A transaction that writes, even for what only reads: nobody else can write before it ends.
    fn begin(&mut self) -> Result<()> {
        if self.handle().in_transaction() {
            return Err(Error::new(ErrorKind::Internal, "a transaction is open already"));
        }
        self.begin_patiently(UNIT_PATIENCE, &mut |_| ())
    }

    fn unit(&mut self, work: &mut dyn FnMut(&mut dyn Writer) -> Result<Entry>) -> Result<Commit> {
        let carried = self.carried.take();
        self.begin()?;
        if let Some(ledger) = carried {
            self.ledger = ledger;
        }
        self.postponed = false;
        let written = work(self).and_then(|entry| {
            if self.postponed {
                self.ledger.put_off(&self.watch)
            } else {
                self.settle()?
            }
            entries::write(self.handle(), &entry)?;
            Ok(entry)
        });
        match written {
            Ok(entry) => {
                self.carried = self.postponed.then(|| std::mem::take(&mut self.ledger));
                Ok(self.finish(&|reader| Ok(reader.entries(&entry.run)?.contains(&entry))))
            }
            Err(error) => {
                let error = self.with_state(error);
                self.rollback()?;
                Err(error)
            }
        }
    }

    fn postpone(&mut self) {
        self.postponed = true;
    }

    fn execute(&mut self, sql: &str) -> Result<u64> {
        self.assert_transaction()?;
        let word = definition::first_word(sql);
        if word.is_empty() {
            return Err(Error::new(ErrorKind::Statement, "the statement is empty"));
        }
        if REFUSED.contains(&word.as_str()) {
            return Err(Error::new(
                ErrorKind::Refused,
                format!("{word} must not stand in a step: it would end the run's transaction or leave the database"),
            )
            .hint("leave it out; the run is one transaction, which the tool begins and ends"));
        }
        let touched = self.step_through(sql).map_err(|error| self.with_state(error))?;
        self.assert_transaction()?;
        Ok(touched)
    }

    /// Within a probe, foreign keys are enforced and their actions fire, as they do for an application that switches them on.
    fn probe(&mut self, work: &mut dyn FnMut(&mut dyn Writer) -> Result<()>) -> Result<()> {
        self.assert_transaction()?;
        let ledger = self.ledger.clone();
        self.handle().run("SAVEPOINT cutover_probe")?;
        self.handle().configured(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
        let outcome = work(self);
        self.handle().configured(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
        if let Err(ended) = self.assert_transaction() {
            return Err(outcome.err().map_or(ended, |error| self.with_state(error)));
        }
        self.handle().run("ROLLBACK TO cutover_probe; RELEASE cutover_probe")?;
        self.handle().run(SETTINGS)?;
        self.watch.listen(self.handle())?;
        self.ledger = ledger;
        outcome
    }

    fn settle(&mut self) -> Result<()> {
        self.assert_transaction()?;
        self.handle().run(SETTINGS)?;
        self.ledger.settle(self.reader.handle(), &self.watch)
    }

    /// SQLite has nothing to wait for: a reader keeps the contents that it began with, or makes COMMIT wait.
    fn await_older_readers(&mut self, _patience: Duration, _notice: &mut dyn FnMut(String)) -> Result<()> {
        Ok(())
    }

    fn commit(&mut self, record: &RunRecord) -> Result<Commit> {
        if self.mode == Mode::InPlace {
            self.begin()?;
        }
        // Nothing to do where the last statement has been settled, as it should be: the verdict comes after it.
        self.settle()?;
        journal::write(self.handle(), record).map_err(|error| self.with_state(error))?;
        Ok(self.finish(&|reader| Ok(reader.records()?.contains(record))))
    }

    fn rollback(&mut self) -> Result<Vec<String>> {
        let mut notes = Vec::new();
        if self.handle().in_transaction() {
            self.handle().run("ROLLBACK")?;
        } else if self.written {
            notes.push("SQLite had rolled the transaction back by itself".to_owned());
        }
        self.written = false;
        Ok(notes)
    }

    fn held_locks(&mut self) -> Result<Option<Vec<HeldLock>>> {
        footprint::held_locks(self.handle())
    }

    fn footprint(&mut self) -> Result<Footprint> {
        footprint::look(self.handle())
    }

    /// Statistics are renewed only for tables that have some: ANALYZE would otherwise add a table to the database.
    fn maintain(&mut self, tables: &[TableName]) -> Result<()> {
        let handle = self.handle();
        if catalog::has_statistics(handle)? {
            for table in tables {
                handle.run(&catalog::analyze(handle, &table.name)?)?;
            }
        }
        if handle.has_write_ahead_log()? { handle.run("PRAGMA main.wal_checkpoint(PASSIVE)") } else { Ok(()) }
    }
}
