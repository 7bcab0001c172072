//! Writing: the one session that holds the run's lock. DDL commits by itself here, so that a run is many transactions.

use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use super::address::Address;
use super::binlog::Watch;
use super::dialect::MysqlDialect;
use super::errors::{self, code};
use super::journal::{self, LostCommit};
use super::reader::{MysqlReader, Transaction};
use super::session::{Connection, Failure};
use super::{blockers, entries, fence, footprint, hold, lock, replication, scratch, together};
use crate::database::delegation::reads_by_its_reader;
use crate::database::lost_commit::Proof;
use crate::database::{Commit, Entry, Fence, Instant, Mode, Raised, Reader, RowSink, RunRecord, Sampler, Session, Writer};
use crate::model::conditions::Conditions;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::footprint::{Footprint, HeldLock};
use crate::model::interrupt::Interrupt;
use crate::model::table::{Catalog, SequencePosition, TableName};

/// A savepoint that is there as long as the transaction is the one that we began. It moves with every statement.
const MARK: &str = "SAVEPOINT cutover_mark";
const MOVE_MARK: &str = "RELEASE SAVEPOINT cutover_mark; SAVEPOINT cutover_mark";

/// Between two attempts at a statement that waits for a lock: doubled each time, up to the second.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// Warnings that say that a value was stored as another one. In strict mode they are errors, but IGNORE makes warnings of those. That a row
/// was left out is what IGNORE is for.
const LOSSES: [&str; 8] = ["1048", "1263", "1264", "1265", "1292", "1364", "1366", "1406"];

/// The level of what strict mode lets pass, too, under the same numbers: a DECIMAL rounded to the scale of its column (in a generated one for
/// every row), the time of day left out of a DATE, blanks cut from the end of a text. Sessions keep no notes, but a routine may turn them on.
const NOTE: &str = "Note";

/// A transaction could not undo what a table without transactions had been told.
const NOT_ROLLED_BACK: &str = "1196";

/// The session that alone may write.
pub(super) struct MysqlWriter {
    reader: MysqlReader,
    run: String,
    /// Whether the fence holds other sessions' writes off.
    fenced: bool,
    /// Whether it is an exchange that writes, whose fence nothing else may use as its own.
    pub(super) exchanging: bool,
    /// What tells of other sessions' writes, where nothing holds them off.
    watch: Option<Watch>,
    lock_timeout: Duration,
    patience: Duration,
    terminate_blockers: bool,
    /// How deep in probes we are.
    probes: u32,
    /// Whether the transaction has its mark. Not after it has touched a table whose engine knows no savepoints, as those of MariaDB's own
    /// catalog do.
    marked: bool,
    /// The server has rolled the transaction back by itself: what comes next would not belong to it any more.
    broken: bool,
}

impl MysqlWriter {
    /// Connects as the executing session of a run and takes the lock.
    ///
    /// # Errors
    /// `Refused` on a replica and in a cluster, and where another run holds the lock.
    pub(super) fn lock(address: &Arc<Address>, run: &str, interrupt: &Interrupt) -> Result<Self> {
        let name = format!("cutover {run}");
        let mut connection = Connection::open(address, &name, interrupt)?;
        let other = match replication::replica(&mut connection)? {
            None => replication::cluster(&mut connection)?,
            replica => replica,
        };
        if let Some(what) = other {
            return Err(Error::new(ErrorKind::Refused, format!("{} is {what}, where writes come from elsewhere too", address.place))
                .hint("give the address of the primary, or of a server that stands alone"));
        }
        lock::take(&mut connection, &address.database, run)?;
        if address.is_scratch {
            scratch::keep_out_of_binlog(&mut connection)?;
        }
        connection.batch("SET SESSION TRANSACTION READ WRITE")?;
        let reader = MysqlReader { connection, address: Arc::clone(address), name, transaction: Transaction::None };
        Ok(Self {
            reader,
            run: run.to_owned(),
            fenced: false,
            exchanging: false,
            watch: None,
            lock_timeout: Duration::from_secs(10),
            patience: Duration::ZERO,
            terminate_blockers: false,
            probes: 0,
            marked: false,
            broken: false,
        })
    }

    /// The session itself.
    pub(super) fn connection(&mut self) -> &mut Connection {
        &mut self.reader.connection
    }

    fn is_in_transaction(&self) -> bool {
        self.reader.transaction != Transaction::None
    }

    /// What `open` sets for this session.
    fn pin_settings(&mut self) -> Result<()> {
        self.connection().pin_settings()?;
        // The servers count whole seconds.
        let seconds = self.lock_timeout.as_secs().max(1);
        self.connection().batch_in_peace(&format!("SET SESSION lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds}"))
    }

    fn begin_transaction(&mut self, statement: &str, state: Transaction) -> Result<()> {
        if self.is_in_transaction() {
            return Err(Error::new(ErrorKind::Internal, "a transaction is open already"));
        }
        self.broken = false;
        // Put right where a request to stop came late: nothing has been done yet.
        self.connection().interrupt().check()?;
        self.connection().batch_in_peace(&format!("{statement}; {MARK}"))?;
        self.marked = true;
        self.reader.transaction = state;
        Ok(())
    }

    /// Makes sure that the transaction is still the one that we began.
    fn assert_same_transaction(&mut self, sql: &str) -> Result<()> {
        if self.is_same_transaction() {
            return Ok(());
        }
        self.reader.transaction = Transaction::None;
        let shown: String = sql.chars().take(200).collect();
        Err(Error::new(ErrorKind::Escaped, format!("a statement ended the transaction that it ran in: {}", shown.trim()))
            .hint("what had been done in this transaction until then stays, and its entry in the journal is missing: compare the database with the snapshot")
            .hint("DDL, LOCK TABLES, and procedures and triggers that contain them or COMMIT, commit by themselves"))
    }

    /// Where the connection is gone, whatever comes next says so.
    fn is_same_transaction(&mut self) -> bool {
        if self.marked {
            match self.connection().in_peace(MOVE_MARK).map_err(|error| errors::number(&error)) {
                Err(Some(code::NO_SAVEPOINT)) => return false,
                Err(Some(code::NO_SAVEPOINTS)) => self.marked = false,
                _ => return true,
            }
        }
        // MySQL has neither this variable nor such tables in its catalog.
        !self.connection().server.mariadb
            || !matches!(self.connection().value("SELECT @@in_transaction"), Ok(Some(answer)) if answer == "0")
    }

    fn execute_inside(&mut self, sql: &str) -> Result<u64> {
        if self.broken {
            return Err(Error::new(ErrorKind::Conflict, "the server has rolled the transaction back, so that nothing can be added to it"));
        }
        self.reader.transaction = Transaction::Open;
        match self.connection().try_execute(sql) {
            Ok(touched) => {
                let losses = self.losses()?;
                self.assert_same_transaction(sql)?;
                losses.map_or(Ok(touched), |losses| Err(losses.hint("the statement is rolled back")))
            }
            Err(Failure::Ours(error)) => Err(error),
            Err(Failure::Drivers(error)) => {
                let told = errors::failed(&error, sql, self.connection().interrupt());
                match errors::number(&error) {
                    // The whole transaction is gone with a deadlock; with a lock that was not to be had, where the server is set up so.
                    Some(code::DEADLOCK) => self.broken = true,
                    Some(code::LOCK_WAIT_TIMEOUT) => self.broken = !self.is_same_transaction(),
                    Some(_) if errors::leaves_session(&error) => self.assert_same_transaction(sql)?,
                    _ => self.broken = true,
                }
                Err(self.with_blockers(told))
            }
        }
    }

    /// A statement that commits by itself. Where it waits for a lock, it has done nothing, and is tried again.
    fn execute_alone(&mut self, sql: &str) -> Result<u64> {
        let since = Clock::now();
        let mut back_off = BACK_OFF.0;
        // A procedure may have done half of its work.
        let first = MysqlDialect.split(sql).ok().and_then(|statements| statements.first().map(|statement| statement.leading_words(1)));
        let again = first.is_some_and(|word| word != "CALL");
        loop {
            let error = match self.connection().try_execute(sql) {
                Ok(touched) => {
                    return match self.losses()? {
                        None => Ok(touched),
                        Some(losses) => Err(losses.hint("the statement has been executed, and nothing takes it back by itself")),
                    };
                }
                Err(Failure::Ours(error)) => return Err(error),
                Err(Failure::Drivers(error)) => errors::failed(&error, sql, self.connection().interrupt()),
            };
            if !again || error.kind() != ErrorKind::Conflict || since.elapsed() + back_off >= self.patience {
                return Err(self.with_blockers(error));
            }
            if self.terminate_blockers {
                for blocker in blockers::find(self.connection())? {
                    self.connection().batch(&format!("KILL {}", blocker.id)).map_err(|source| {
                        Error::new(ErrorKind::Conflict, format!("the account may not end the session in the way: {}", blocker.description))
                            .because(source)
                    })?;
                }
            }
            fence::pause(back_off, &self.connection().interrupt().clone())?;
            back_off = (back_off * 2).min(BACK_OFF.1);
        }
    }

    /// Names who may be in the way, where a lock was not to be had.
    fn with_blockers(&mut self, error: Error) -> Error {
        if error.kind() != ErrorKind::Conflict {
            return error;
        }
        // Without the right to see them the conflict is told all the same.
        let found = blockers::find(self.connection()).unwrap_or_default();
        found.iter().fold(error, |error, blocker| {
            error.hint(format!("in the way may be: {}; to end it: KILL {};", blocker.description, blocker.id))
        })
    }

    /// What the last statement stored differently from what it was given.
    fn losses(&mut self) -> Result<Option<Error>> {
        if self.connection().warnings() == 0 {
            return Ok(None);
        }
        let warnings = self.connection().rows("SHOW WARNINGS")?;
        let lost: Vec<_> = warnings
            .iter()
            .filter(|row| row.first().and_then(Option::as_deref) != Some(NOTE))
            .filter(|row| row.get(1).and_then(Option::as_deref).is_some_and(|number| LOSSES.contains(&number)))
            .filter_map(|row| row.get(2).and_then(Option::as_deref))
            .collect();
        let Some(first) = lost.first() else { return Ok(None) };
        let rest = if lost.len() > 1 { format!(", and {} more warnings of the sort", lost.len() - 1) } else { String::new() };
        Ok(Some(
            Error::new(ErrorKind::Statement, format!("the statement stored values that it was not given: {first}{rest}"))
                .hint("take IGNORE out, and write what is to be stored instead"),
        ))
    }

    /// Commits what is open, and finds out what became of it where the answer is lost.
    fn finish(&mut self, proof: &Proof<'_>) -> Result<Commit> {
        let answer = self.connection().commit();
        self.reader.transaction = Transaction::None;
        let Err(error) = answer else { return Ok(Commit::Committed) };
        if errors::leaves_session(&error) {
            let told = errors::failed(&error, "COMMIT", &Interrupt::new());
            if self.connection().batch_in_peace("ROLLBACK").is_ok() && !journal::is_there(proof, self.connection())? {
                return Ok(Commit::RolledBack(told.to_string()));
            }
        }
        let (session, since) = (self.connection().id(), self.connection().since);
        Ok(LostCommit { error, address: &self.reader.address, session, since }.outcome(proof))
    }
}

impl Reader for MysqlWriter {
    reads_by_its_reader!();

    fn inputs(&mut self, sql: &str) -> Result<Option<Vec<(TableName, String)>>> {
        self.reader.inputs(sql)
    }

    fn together(&mut self, count: usize, work: &mut dyn FnMut(&mut [&mut dyn Reader], &Instant) -> Result<()>) -> Result<()> {
        together::of_writer(&mut self.reader, self.fenced, count, work)
    }
}

impl Writer for MysqlWriter {
    fn open(&mut self, fence: &Fence, notice: &mut dyn FnMut(String)) -> Result<Raised> {
        if fence.mode == Mode::Atomic {
            return Err(Error::new(ErrorKind::Refused, "a run cannot be atomic here: DDL commits by itself, and everything before it")
                .hint("use --mode in-place, which journals every statement, and can be resumed and rolled back"));
        }
        self.lock_timeout = fence.lock_timeout;
        self.patience = fence.patience;
        self.terminate_blockers = fence.terminate_blockers;
        self.pin_settings()?;
        for table in [&journal::RUNS, &entries::ENTRIES, &fence::SETTINGS] {
            table.ensure(self.connection())?;
        }
        // The fence is the server's, and the server of a copy is often that of the original.
        if fence.apart {
            self.fenced = true;
            return Ok(Raised::default());
        }
        let run = self.run.clone();
        if !self.exchanging {
            hold::is_nobodys(self.connection(), Some(&run))?;
        }
        let (raised, watch) = fence::raise(self.connection(), &run, fence, notice)?;
        self.fenced = raised.open.is_none() && watch.is_none();
        self.watch = watch;
        Ok(raised)
    }

    fn begin(&mut self) -> Result<()> {
        self.begin_transaction("START TRANSACTION WITH CONSISTENT SNAPSHOT", Transaction::Fresh)
    }

    fn intrusions(&mut self) -> Result<Vec<String>> {
        let Some(watch) = &mut self.watch else { return Ok(Vec::new()) };
        let since = watch.position().to_string();
        let seen = watch.look(&mut self.reader.connection)?;
        Ok(if seen.is_empty() { seen } else { vec![fence::written(&since, &seen)] })
    }

    fn lower(&mut self) -> Result<Vec<String>> {
        if !self.exchanging {
            hold::is_nobodys(self.connection(), None)?;
        }
        self.fenced = false;
        self.watch = None;
        fence::lower(self.connection())
    }

    fn unit(&mut self, work: &mut dyn FnMut(&mut dyn Writer) -> Result<Entry>) -> Result<Commit> {
        self.begin_transaction("START TRANSACTION", Transaction::Open)?;
        let written = work(self).and_then(|entry| {
            self.settle()?;
            entries::write(self.connection(), &entry)?;
            self.assert_same_transaction("the entry of the journal")?;
            Ok(entry)
        });
        match written.and_then(|entry| self.finish(&Proof::Entry(&entry))) {
            Ok(commit) => Ok(commit),
            Err(error) => {
                self.rollback()?;
                Err(error)
            }
        }
    }

    fn execute(&mut self, sql: &str) -> Result<u64> {
        if self.is_in_transaction() {
            return self.execute_inside(sql);
        }
        let outcome = self.execute_alone(sql);
        // Also of one that failed, a part may be in the binlog.
        if let Some(watch) = &mut self.watch {
            let defined = watch.defined(&mut self.reader.connection);
            return outcome.and_then(|touched| defined.map(|()| touched));
        }
        outcome
    }

    fn probe(&mut self, work: &mut dyn FnMut(&mut dyn Writer) -> Result<()>) -> Result<()> {
        if matches!(self.reader.transaction, Transaction::Fresh | Transaction::Reading) {
            // Seen on MariaDB 10.11 with a binary log: such a transaction has savepoints, and cannot be rolled back to one. Nothing has
            // been written in it, so that it ends here and another one begins on what is, behind the fence, the same instant.
            self.rollback()?;
            let outcome = self.probe(work);
            let begun = self.begin();
            return outcome.and(begun);
        }
        let within = self.is_in_transaction();
        let savepoint = format!("SAVEPOINT cutover_probe_{}", self.probes);
        if within {
            self.connection().batch_in_peace(&format!("{savepoint}; {MARK}"))?;
            self.marked = true;
        } else {
            self.begin_transaction("START TRANSACTION", Transaction::Open)?;
        }
        self.probes += 1;
        let outcome = work(self);
        self.probes = self.probes.saturating_sub(1);
        if self.is_in_transaction() && !self.broken {
            self.assert_same_transaction("a statement of a probe")?;
        }
        if within && self.is_in_transaction() && !self.broken {
            self.connection().batch_in_peace(&format!("ROLLBACK TO {savepoint}; RELEASE {savepoint}"))?;
            self.marked = self.connection().in_peace(MARK).is_ok();
        } else {
            self.rollback()?;
        }
        self.pin_settings()?;
        outcome
    }

    fn settle(&mut self) -> Result<()> {
        self.pin_settings()
    }

    /// There is nothing to wait for: DDL waits for every transaction that has touched the table, and a transaction with an older snapshot is
    /// refused the table instead of shown an empty one.
    fn await_older_readers(&mut self, _patience: Duration, _notice: &mut dyn FnMut(String)) -> Result<()> {
        Ok(())
    }

    fn commit(&mut self, record: &RunRecord) -> Result<Commit> {
        journal::RUNS.ensure(self.connection())?;
        self.begin_transaction("START TRANSACTION", Transaction::Open)?;
        match journal::write(self.connection(), record) {
            Ok(()) => self.finish(&Proof::Record(record)),
            Err(error) => {
                self.rollback()?;
                Err(error)
            }
        }
    }

    fn rollback(&mut self) -> Result<Vec<String>> {
        let was_open = self.is_in_transaction();
        self.reader.transaction = Transaction::None;
        self.broken = false;
        self.probes = 0;
        self.connection().batch_in_peace("ROLLBACK")?;
        let mut notes = Vec::new();
        if was_open && self.connection().warnings() > 0 {
            let warnings = self.connection().rows("SHOW WARNINGS")?;
            if warnings.iter().any(|row| row.get(1).and_then(Option::as_deref) == Some(NOT_ROLLED_BACK)) {
                notes.push("tables without transactions keep what was written into them: a rollback does not reach them".to_owned());
            }
        }
        Ok(notes)
    }

    fn held_locks(&mut self) -> Result<Option<Vec<HeldLock>>> {
        footprint::held_locks(self.connection())
    }

    fn footprint(&mut self) -> Result<Footprint> {
        footprint::look(self.connection())
    }

    fn sampler(&mut self) -> Result<Option<Box<dyn Sampler>>> {
        let (address, session) = (Arc::clone(&self.reader.address), self.connection().id());
        Ok(Some(Box::new(footprint::MysqlSampler::open(&address, session, &Interrupt::new())?)))
    }

    fn maintain(&mut self, tables: &[TableName]) -> Result<()> {
        for table in tables {
            let name = MysqlDialect.quote_identifier(&table.name);
            // A table that a step has dropped is told in a row of the answer, and is no failure.
            self.connection().batch(&format!("ANALYZE TABLE {name}"))?;
        }
        Ok(())
    }
}
