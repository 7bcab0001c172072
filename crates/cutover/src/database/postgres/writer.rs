//! Writing: the one session that holds the run's lock, and its one transaction.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use tokio_postgres::error::SqlState;

use super::PostgresDialect;
use super::address::Address;
use super::catalog::fields;
use super::journal::{self, LostCommit};
use super::reader::{PostgresReader, Transaction};
use super::sequences::{self, SequenceState};
use super::session::{Connection, text_rows, unexpected_answer};
use super::{entries, fence, footprint, guard, together};
use crate::database::delegation::reads_by_its_reader;
use crate::database::lost_commit::Proof;
use crate::database::{Commit, Entry, Fence, Instant, Mode, Raised, Reader, RowSink, RunRecord, Sampler, Session, Writer};
use crate::model::conditions::Conditions;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::footprint::{Footprint, HeldLock};
use crate::model::interrupt::Interrupt;
use crate::model::table::{Catalog, SequencePosition, TableName};

/// The advisory lock of the one run per database: the words "cuto" and "ver1" as numbers.
const LOCK: (u32, u32) = (u32::from_be_bytes(*b"cuto"), u32::from_be_bytes(*b"ver1"));

/// How long the session of a tool that has just ended may take to give its lock back.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);
const LOCK_AGAIN: Duration = Duration::from_millis(100);

/// Settings that say what the transaction is, not how the session behaves.
const NOT_SETTINGS: &str = "'transaction_isolation', 'transaction_read_only', 'transaction_deferrable', 'is_superuser', 'seed', \
    'session_authorization', 'role', 'in_hot_standby'";

/// The session that alone may write.
pub(super) struct PostgresWriter {
    reader: PostgresReader,
    run: String,
    mode: Mode,
    /// The number of the transaction, once something has been executed.
    transaction: Option<String>,
    /// Where the sequences stood when the fence had been raised.
    sequences: Vec<SequenceState>,
    /// The session's settings when the fence had been raised.
    settings: BTreeMap<String, String>,
    /// How deep in probes we are: there, a statement that fails takes back nothing but itself.
    probes: u32,
    terminate_blockers: bool,
    /// How long `commit` may wait for older snapshots, if the steps rewrite tables.
    rewrite_patience: Option<Duration>,
}

impl PostgresWriter {
    /// Connects as the executing session of a run and takes the lock.
    ///
    /// # Errors
    /// `Refused` on a replica, and where another run holds the lock.
    pub(super) fn lock(address: &Arc<Address>, run: &str, interrupt: &Interrupt) -> Result<Self> {
        let name = format!("cutover {run}");
        let mut connection = Connection::open(address, &name, interrupt)?;
        if connection.value("SELECT pg_is_in_recovery()")?.as_deref() != Some("f") {
            return Err(Error::new(ErrorKind::Refused, format!("{} is a replica, which cannot be written", address.place))
                .hint("give the address of the primary"));
        }
        connection.batch("SET SESSION default_transaction_read_only = off")?;
        take_lock(&mut connection)?;
        let reader = PostgresReader { connection, address: Arc::clone(address), name, transaction: Transaction::None };
        Ok(Self {
            reader,
            run: run.to_owned(),
            mode: Mode::Atomic,
            transaction: None,
            sequences: Vec::new(),
            settings: BTreeMap::new(),
            probes: 0,
            terminate_blockers: false,
            rewrite_patience: None,
        })
    }

    /// The server's process.
    pub(super) fn pid(&mut self) -> i32 {
        self.connection().pid()
    }

    fn connection(&mut self) -> &mut Connection {
        &mut self.reader.connection
    }

    fn require_transaction(&self) -> Result<()> {
        match self.reader.transaction {
            Transaction::Fenced | Transaction::Written => Ok(()),
            Transaction::None | Transaction::Reading => {
                Err(Error::new(ErrorKind::Internal, "the fence has not been raised, so there is no transaction to work in"))
            }
        }
    }

    /// The transaction's number; from the first time on, this is the transaction that every statement must leave standing.
    fn number(&mut self) -> Result<String> {
        if let Some(number) = &self.transaction {
            return Ok(number.clone());
        }
        let number = self.connection().value("SELECT pg_current_xact_id()")?.ok_or_else(unexpected_answer)?;
        self.transaction = Some(number.clone());
        self.reader.transaction = Transaction::Written;
        Ok(number)
    }

    /// Makes sure that the transaction is still the one that the fence began. A transaction that has failed is.
    fn assert_same_transaction(&mut self, number: &str, sql: &str) -> Result<()> {
        let answer = match self.connection().in_peace("SELECT pg_current_xact_id_if_assigned()") {
            Ok(messages) => text_rows(&messages).into_iter().next().and_then(|row| row.into_iter().next().flatten()),
            Err(error) if error.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION) => return Ok(()),
            // The connection is gone: whatever comes next says so.
            Err(_) => return Ok(()),
        };
        if answer.as_deref() == Some(number) {
            return Ok(());
        }
        self.transaction = None;
        self.reader.transaction = Transaction::None;
        let shown: String = sql.chars().take(200).collect();
        Err(Error::new(ErrorKind::Escaped, format!("a statement ended the transaction of the run: {}", shown.trim()))
            .hint("after a COMMIT everything that the steps had done so far stays, unverified, and nothing is rolled back; after a ROLLBACK all of it is gone: compare the database with the snapshot")
            .hint("take transaction control (COMMIT, ROLLBACK, END, PREPARE TRANSACTION) out of the step"))
    }

    fn current_settings(&mut self) -> Result<BTreeMap<String, String>> {
        let sql = format!(
            "SELECT name, setting FROM pg_settings WHERE context IN ('user', 'superuser') AND name NOT IN ({NOT_SETTINGS}) \
             AND setting IS NOT NULL"
        );
        self.connection()
            .rows(&sql)?
            .iter()
            .map(|row| {
                let [name, setting] = fields(row)?;
                Ok((name, setting))
            })
            .collect()
    }

    /// Puts back whatever the steps changed of the session: who it is, and its settings.
    fn restore_settings(&mut self) -> Result<()> {
        self.connection().batch("SET SESSION AUTHORIZATION DEFAULT; RESET ROLE")?;
        let now = self.current_settings()?;
        let changed: Vec<_> = self
            .settings
            .iter()
            .filter(|(name, setting)| now.get(*name) != Some(setting))
            .map(|(name, setting)| {
                format!("SELECT set_config({}, {}, false)", PostgresDialect.quote_literal(name), PostgresDialect.quote_literal(setting))
            })
            .collect();
        if changed.is_empty() { Ok(()) } else { self.connection().batch(&changed.join("; ")) }
    }

    /// Lets the constraints that are initially deferred be so again: the next step may insert a child before its parent.
    fn defer_again(&mut self) -> Result<()> {
        // The command names constraints by schema alone, and fails where another table has one of that name that cannot wait.
        let names = self.connection().value(
            "SELECT string_agg(DISTINCT quote_ident(n.nspname) || '.' || quote_ident(c.conname), ', ') \
             FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace WHERE c.condeferred AND NOT EXISTS (\
             SELECT FROM pg_constraint o WHERE o.connamespace = c.connamespace AND o.conname = c.conname AND NOT o.condeferrable)",
        )?;
        names.map_or(Ok(()), |names| self.connection().batch(&format!("SET CONSTRAINTS {names} DEFERRED")))
    }

    fn prepare_open(&mut self) -> Result<()> {
        self.sequences = sequences::read(self.connection())?;
        self.settings = self.current_settings()?;
        Ok(())
    }

    /// What begins with every transaction: nothing has been executed in it, and sequences and settings are remembered.
    fn begun(&mut self) -> Result<()> {
        self.reader.transaction = Transaction::Fenced;
        self.transaction = None;
        self.rewrite_patience = None;
        let outcome = self.prepare_open();
        if outcome.is_err() {
            self.reader.transaction = Transaction::None;
            self.connection().batch_in_peace("ROLLBACK")?;
        }
        outcome
    }

    fn open_in_place(&mut self, fence: &Fence) -> Result<Raised> {
        self.mode = Mode::InPlace;
        self.connection().batch("BEGIN")?;
        let created = journal::ensure(self.connection()).and_then(|_| entries::ensure(self.connection()));
        self.connection().batch_in_peace(if created.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        created?;
        let run = self.run.clone();
        guard::raise(self.connection(), &run, fence)?;
        let notes = vec![
            "subscriptions, and sessions that disable or drop triggers or call themselves the run (cutover.run), can pass the fence"
                .to_owned(),
        ];
        Ok(Raised { notes, ..Raised::default() })
    }

    /// Commits what is open, and finds out what became of it where the answer is lost.
    fn finish(&mut self, proof: &Proof<'_>) -> Result<Commit> {
        let number = self.number()?;
        if let Some(patience) = self.rewrite_patience {
            // A session may have begun while the proof was written. What is waited for has been told before.
            let terminate = self.terminate_blockers;
            fence::await_older_readers(self.connection(), patience, terminate, &mut |_| {})?;
        }
        let pid = self.connection().pid();
        let answer = self.connection().in_peace("COMMIT");
        self.reader.transaction = Transaction::None;
        self.transaction = None;
        Ok(match answer {
            Ok(_) => Commit::Committed,
            Err(error) => LostCommit { error, address: &self.reader.address, pid, transaction: number }.outcome(proof),
        })
    }
}

fn take_lock(connection: &mut Connection) -> Result<()> {
    let since = Clock::now();
    loop {
        let taken = connection.value(&format!("SELECT pg_try_advisory_lock({}, {})", LOCK.0, LOCK.1))?;
        if taken.as_deref() == Some("t") {
            return Ok(());
        }
        if since.elapsed() > LOCK_PATIENCE {
            return Err(held(connection)?);
        }
        fence::pause(LOCK_AGAIN, connection.interrupt())?;
    }
}

/// Ends the session that holds the lock, if it is that of the run.
///
/// # Errors
/// Where the account may not.
pub(super) fn end_holder(connection: &mut Connection, run: &str) -> Result<bool> {
    let name = PostgresDialect.quote_literal(&format!("cutover {run}"));
    let ended = connection.value(&format!(
        "SELECT bool_or(pg_terminate_backend(l.pid)) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid = {} AND l.objid = {} \
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND a.application_name = {name}",
        LOCK.0, LOCK.1
    ))?;
    Ok(ended.as_deref() == Some("t"))
}

/// Who holds the lock, and what can be done about it.
fn held(connection: &mut Connection) -> Result<Error> {
    let rows = connection.rows(&format!(
        "SELECT a.pid, coalesce(a.application_name, '?'), coalesce(a.state, 'state not visible to this account'), \
         coalesce(host(a.client_addr), 'this host'), coalesce(a.backend_start::text, '?'), \
         coalesce(left(regexp_replace(a.query, '\\s+', ' ', 'g'), 200), '?') \
         FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 \
         AND l.classid = {} AND l.objid = {} AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        LOCK.0, LOCK.1
    ))?;
    let Some(row) = rows.first() else {
        return Ok(Error::new(ErrorKind::Refused, "another run held the lock of this database a moment ago").hint("try again"));
    };
    let [pid, name, state, host, start, query] = fields(row)?;
    Ok(Error::new(
        ErrorKind::Refused,
        format!("another run holds the lock of this database: `{name}`, pid {pid}, from {host} since {start}, {state}: {query}"),
    )
    .hint("one run per database: wait until it has ended")
    .hint(format!(
        "if its tool was killed, its session still works on the server and ends by itself within seconds of noticing that (when \
         client_connection_check_interval can be set) or after its statement; to end it now, which rolls back what it has not \
         committed: SELECT pg_terminate_backend({pid});"
    )))
}

impl Reader for PostgresWriter {
    reads_by_its_reader!();

    fn inputs(&mut self, sql: &str) -> Result<Option<Vec<(TableName, String)>>> {
        self.reader.inputs(sql)
    }

    fn together(&mut self, count: usize, work: &mut dyn FnMut(&mut [&mut dyn Reader], &Instant) -> Result<()>) -> Result<()> {
        together::together(&mut self.reader, count, work)
    }
}

impl Writer for PostgresWriter {
    fn open(&mut self, fence: &Fence, notice: &mut dyn FnMut(String)) -> Result<Raised> {
        if self.reader.transaction != Transaction::None {
            return Err(Error::new(ErrorKind::Internal, "the fence has already been raised"));
        }
        self.terminate_blockers = fence.terminate_blockers;
        if fence.mode == Mode::InPlace {
            return self.open_in_place(fence);
        }
        fence::raise(self.connection(), fence, notice)?;
        self.begun()?;
        Ok(Raised::default())
    }

    fn begin(&mut self) -> Result<()> {
        if self.reader.transaction != Transaction::None {
            return Err(Error::new(ErrorKind::Internal, "a transaction is open already"));
        }
        self.connection().batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE")?;
        self.begun()
    }

    fn lower(&mut self) -> Result<Vec<String>> {
        guard::lower(self.connection())
    }

    fn unit(&mut self, work: &mut dyn FnMut(&mut dyn Writer) -> Result<Entry>) -> Result<Commit> {
        self.begin()?;
        let written = work(self).and_then(|entry| {
            self.settle()?;
            self.number()?;
            entries::write(self.connection(), &entry)?;
            Ok(entry)
        });
        match written.and_then(|entry| self.finish(&Proof::Entry(&entry))) {
            Ok(commit) => Ok(commit),
            Err(error) => {
                if error.kind() != ErrorKind::Escaped {
                    self.rollback()?;
                }
                Err(error)
            }
        }
    }

    fn execute(&mut self, sql: &str) -> Result<u64> {
        self.require_transaction()?;
        let number = self.number()?;
        if self.probes > 0 {
            self.connection().batch("SAVEPOINT cutover_statement")?;
        }
        let outcome = self.connection().execute(sql);
        if self.probes > 0 {
            let undo = if outcome.is_err() { "ROLLBACK TO SAVEPOINT cutover_statement; " } else { "" };
            let ended = self.connection().batch_in_peace(&format!("{undo}RELEASE SAVEPOINT cutover_statement"));
            self.assert_same_transaction(&number, sql)?;
            if outcome.is_ok() {
                ended?;
            }
        } else {
            self.assert_same_transaction(&number, sql)?;
        }
        outcome
    }

    fn probe(&mut self, work: &mut dyn FnMut(&mut dyn Writer) -> Result<()>) -> Result<()> {
        self.require_transaction()?;
        let before = sequences::read(self.connection())?;
        let number = self.number()?;
        self.connection().batch("SAVEPOINT cutover_probe")?;
        self.probes += 1;
        let outcome = work(self);
        self.probes -= 1;
        self.assert_same_transaction(&number, "a statement of a probe")?;
        self.connection().batch_in_peace("ROLLBACK TO SAVEPOINT cutover_probe; RELEASE SAVEPOINT cutover_probe")?;
        sequences::restore(self.connection(), &before)?;
        outcome
    }

    fn settle(&mut self) -> Result<()> {
        self.require_transaction()?;
        self.connection().batch("SET CONSTRAINTS ALL IMMEDIATE")?;
        self.restore_settings()?;
        if journal::ensure(self.connection())? {
            self.connection().batch("SET CONSTRAINTS ALL IMMEDIATE")?;
            self.restore_settings()?;
        }
        self.defer_again()
    }

    fn await_older_readers(&mut self, patience: Duration, notice: &mut dyn FnMut(String)) -> Result<()> {
        self.require_transaction()?;
        self.rewrite_patience = Some(patience);
        let terminate = self.terminate_blockers;
        fence::await_older_readers(self.connection(), patience, terminate, notice)
    }

    fn commit(&mut self, record: &RunRecord) -> Result<Commit> {
        if self.mode == Mode::InPlace {
            self.begin()?;
        }
        self.require_transaction()?;
        self.number()?;
        journal::write(self.connection(), record)?;
        self.finish(&Proof::Record(record))
    }

    fn rollback(&mut self) -> Result<Vec<String>> {
        self.reader.transaction = Transaction::None;
        self.transaction = None;
        self.probes = 0;
        let earlier = std::mem::take(&mut self.sequences);
        self.connection().batch_in_peace("ROLLBACK")?;
        sequences::restore(self.connection(), &earlier)
    }

    fn held_locks(&mut self) -> Result<Option<Vec<HeldLock>>> {
        footprint::held_locks(&mut self.reader)
    }

    fn footprint(&mut self) -> Result<Footprint> {
        footprint::look(&mut self.reader)
    }

    fn sampler(&mut self) -> Result<Option<Box<dyn Sampler>>> {
        let (address, session) = (Arc::clone(&self.reader.address), self.connection().pid());
        Ok(Some(Box::new(footprint::PostgresSampler::open(&address, session, &Interrupt::new())?)))
    }

    fn maintain(&mut self, tables: &[TableName]) -> Result<()> {
        for table in tables {
            let name = self.reader.quoted(table);
            // A step may have dropped it.
            let there = self.connection().value(&format!("SELECT to_regclass({})", super::PostgresDialect.quote_literal(&name)))?;
            if there.is_some() {
                self.connection().batch(&format!("VACUUM (ANALYZE) {name}"))?;
            }
        }
        Ok(())
    }
}
