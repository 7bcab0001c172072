//! The three traits behind which every database stands. To see how two databases differ, open the same file in both
//! of their folders.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::cell::Row;
use crate::model::conditions::Conditions;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::footprint::{Footprint, HeldLock};
use crate::model::interrupt::Interrupt;
use crate::model::table::{Catalog, SequencePosition, TableName};
use crate::model::url::DatabaseUrl;

pub mod access;
mod delegation;
pub mod exchange;
mod lost_commit;
pub mod mysql;
pub mod postgres;
pub mod record;
pub mod sampler;
pub mod sqlite;
mod watch;

pub use access::{Access, Reach};
pub use exchange::{Exchange, Kept};
pub use record::{Commit, Entry, RunRecord};
pub use sampler::Sampler;
pub use watch::{Other, Sight, Watcher};

/// What a database can do, where the engine has to know. The engine asks for a capability, never for a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// DDL belongs to the transaction, so a run can be atomic.
    pub transactional_ddl: bool,
    /// Several sessions can read the instant of one transaction.
    pub shared_instant: bool,
    /// A column may hold values of several storage classes.
    pub storage_classes: bool,
    /// A sequence moves outside of transactions, so that its position must be looked at after a rollback.
    pub free_sequences: bool,
    /// Nobody else can write from the moment in which a run has its lock, not only under the fence.
    pub lock_holds: bool,
}

/// How a run changes a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// One transaction with the verification inside: committed only on a passing verdict.
    Atomic,
    /// Statement by statement, each journaled: what stops on the way is resumed, or undone.
    InPlace,
}

impl std::fmt::Display for Mode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Atomic => "atomic",
            Self::InPlace => "in-place",
        })
    }
}

/// A database that can be opened. Holds no connection by itself.
pub trait Database: Send + Sync {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// How it writes SQL.
    fn dialect(&self) -> &'static dyn Dialect;

    /// Where it is, for people: never with a password.
    fn place(&self) -> String;

    /// Opens a session in which the server refuses writes, on one consistent instant of the contents.
    ///
    /// # Errors
    /// Where the server cannot be reached, is a pooler, or its version is not supported.
    fn read(&self) -> Result<Box<dyn Reader>>;

    /// Opens the session that alone may write, and takes the lock that allows one run per database at a time. `run` is
    /// the run's id, by which the server shows the session. The lock is released when the writer is dropped.
    ///
    /// # Errors
    /// `Refused` where another run holds the lock, naming it.
    fn lock(&self, run: &str) -> Result<Box<dyn Writer>>;

    /// Ends the session of a run that holds the lock, where the run's tool is known to be dead: it works on until its statement has
    /// ended. Whether there was one is returned; a session of which it cannot be seen whose it is stays.
    ///
    /// # Errors
    /// Where the account may not end it.
    fn end_holder(&self, _run: &str) -> Result<bool> {
        Ok(false)
    }

    /// Fills an empty database by statements in one transaction; a database that is a file is created. `each` is told the number
    /// of the statement that comes next. For demos: nothing here is journaled or verified.
    ///
    /// # Errors
    /// `Refused` where the database holds tables already; the failing statement's otherwise, and nothing is left behind.
    fn build(&self, statements: &[String], each: &mut dyn FnMut(usize)) -> Result<()>;

    /// How the database's own programs reach it.
    ///
    /// # Errors
    /// Where a database that is a file does not exist.
    fn access(&self) -> Result<Access>;

    /// How a program of the user's own learns where the database is.
    ///
    /// # Errors
    /// Where a database that is a file does not exist.
    fn reach(&self) -> Result<Reach>;

    /// Opens what looks at other sessions, apart from those of the run of this id. It holds nobody up, and reads no instant.
    ///
    /// # Errors
    /// Where the server cannot be reached.
    fn watch(&self, run: &str) -> Result<Box<dyn Watcher>>;

    /// Keeps everybody from writing until what is returned is dropped: for the moment in which a backup and a snapshot begin. `None` where
    /// sessions join an instant by its name, or the account may not hold others off.
    ///
    /// # Errors
    /// `Conflict` where a session that writes does not end.
    fn hold(&self) -> Result<Option<Box<dyn Send>>>;

    /// Creates an empty database beside this one, with the same encoding and collation, under a name that [`access::scratch_name`] made.
    /// A database that is a file is created in `directory`.
    ///
    /// # Errors
    /// `Refused` where the account may not, with the GRANT that mends it.
    fn create_scratch(&self, name: &str, directory: &Path) -> Result<Box<dyn Database>>;

    /// Creates a copy of this database beside it, by the database's own means and without a backup, under a name that
    /// [`access::scratch_name`] made.
    ///
    /// # Errors
    /// `Refused` where the database has no such means, the account may not, or, on a server that copies only what nobody uses, where other
    /// sessions are in it. Nothing is left then.
    fn copy_to_scratch(&self, name: &str, directory: &Path) -> Result<Box<dyn Database>>;

    /// Drops a scratch database, whether or not the work on this one was interrupted. `force` ends the sessions in it; without it, one that
    /// is in use stays. That there is none is no error.
    ///
    /// # Errors
    /// Where it cannot be dropped.
    fn drop_scratch(&self, name: &str, directory: &Path, force: bool) -> Result<()>;

    /// The scratch databases on the server, whoever created them; none where databases are files.
    ///
    /// # Errors
    /// Where the server does not answer.
    fn scratches(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// Begins the exchange of this database for one that was restored beside it, or takes up one that was stopped: also where the database
    /// cannot be connected to by its name. No other exchange, and where the lock is not a transaction no run, goes on beside it.
    ///
    /// # Errors
    /// `Refused` where another one goes on, or a run.
    fn exchange<'a>(&'a self, terms: &exchange::Terms<'a>) -> Result<Box<dyn Exchange + 'a>>;

    /// An exchange that was stopped so that the database cannot be used by its name, found without connecting to it.
    ///
    /// # Errors
    /// Where the server does not answer.
    fn stopped_exchange(&self) -> Result<Option<exchange::Stopped>> {
        Ok(None)
    }

    /// The states that rollbacks have kept on the server, of whatever database; where databases are files, those in the directories of
    /// undos, each given with the run that it took back.
    ///
    /// # Errors
    /// Where the server does not answer.
    fn kept(&self, undos: &[(String, PathBuf)]) -> Result<Vec<Kept>>;

    /// Drops a kept state. That it is gone already is no error.
    ///
    /// # Errors
    /// Where somebody uses it, or it cannot be dropped.
    fn drop_kept(&self, kept: &Kept) -> Result<()>;
}

/// Rows, one by one, in an encoding that is refilled: a sink keeps what it needs.
pub type RowSink<'a> = &'a mut dyn FnMut(&Row) -> Result<()>;

/// Work of several sessions on one instant.
pub type Together<'a> = &'a mut dyn FnMut(&mut [&mut dyn Reader], &Instant) -> Result<()>;

/// A session that reads.
pub trait Reader: Send {
    /// Who we are and what we talk to.
    ///
    /// # Errors
    /// Where the server does not answer.
    fn session(&mut self) -> Result<Session>;

    /// Everything that the catalog says now.
    ///
    /// # Errors
    /// Where the server does not answer, or a table may not be read (with the GRANT that mends it).
    fn catalog(&mut self) -> Result<Catalog>;

    /// Reads some columns of all rows of a table, in whatever order is cheapest, as exact text that does not depend on
    /// the session's settings. The row handed to the sink has the cells in the order of `columns`.
    ///
    /// # Errors
    /// The server's, or the sink's own, which ends the scan.
    fn scan(&mut self, table: &TableName, columns: &[String], sink: RowSink<'_>) -> Result<()>;

    /// Runs one query (without a semicolon) and reads its rows in the same exact form. The names of its columns are returned.
    ///
    /// # Errors
    /// The server's, with its position in the query where it tells, or the sink's own.
    fn query(&mut self, sql: &str, sink: RowSink<'_>) -> Result<Vec<String>>;

    /// The columns that a query reads, as the database itself understands it, where it can tell; `None` where it cannot
    /// (functions whose insides it does not know, a session that may not create what it takes to know).
    ///
    /// # Errors
    /// Where the query is not valid.
    fn inputs(&mut self, sql: &str) -> Result<Option<Vec<(TableName, String)>>>;

    /// What a run with this fence meets here: what is left of disk and sessions, who else works here, what the account lacks.
    ///
    /// # Errors
    /// Where the server does not answer. What the account may not look at is told, and is no error.
    fn conditions(&mut self, fence: &Fence) -> Result<Conditions>;

    /// Where sequences and auto-increments stand.
    ///
    /// # Errors
    /// Where the server does not answer.
    fn sequences(&mut self) -> Result<Vec<SequencePosition>>;

    /// The rows of the journal table, oldest first; none where the table does not exist.
    ///
    /// # Errors
    /// Where the table exists and is not ours.
    fn records(&mut self) -> Result<Vec<RunRecord>>;

    /// The in-place journal of a run, in order; none where the run has none.
    ///
    /// # Errors
    /// Where the journal's table exists and is not ours.
    fn entries(&mut self, run: &str) -> Result<Vec<Entry>>;

    /// In-place: the run whose fence stands on the server, whether or not it goes on; `None` where none does.
    ///
    /// # Errors
    /// Where the server does not answer.
    fn standing_fence(&mut self) -> Result<Option<String>> {
        Ok(None)
    }

    /// How many statements of other sessions the server is working on; `None` where that cannot be known.
    ///
    /// # Errors
    /// Where the server does not answer.
    fn load(&mut self) -> Result<Option<u64>> {
        Ok(None)
    }

    /// What the database's own check of its file finds, each line a fault: indexes that do not hold what their tables hold,
    /// pages that belong to nothing. `None` where the database has no such check.
    ///
    /// # Errors
    /// Where the check could not be made.
    fn integrity(&mut self) -> Result<Option<Vec<String>>> {
        Ok(None)
    }

    /// Lets up to `count` sessions read the instant that this session reads (or, of a writer, that `open` fixed), side by
    /// side. `Instant` says by which name other programs can join them. All of them have ended when this returns, however it returns.
    /// Where the database cannot share an instant, the session itself is the only one.
    ///
    /// # Errors
    /// Where a session cannot be opened, or those of `work`.
    fn together(&mut self, count: usize, work: Together<'_>) -> Result<()>;
}

/// The session that alone may write.
///
/// In atomic mode everything between `open` and `commit` or `rollback` is one transaction. In in-place mode every `unit` is
/// one, a statement outside of a unit is one by itself, and the fence outlives the session: `lower` takes it down.
pub trait Writer: Reader {
    /// Raises the fence: other sessions' writes wait or are refused, reads go on. Fixes the instant that is read from now on.
    /// Tries again with back-off where it would deadlock with another session; `notice` is told for whom it waits.
    ///
    /// In-place, the journal's tables are created first, what is about to be set on the server is kept there before it is set, and
    /// a fence that the same run raised before it was stopped is found standing, or is raised again.
    ///
    /// # Errors
    /// `Conflict` where the fence cannot be had within `fence.patience`, naming who holds it up. `Refused` in-place where nothing can
    /// hold other sessions' writes off and `fence.unfenced` does not accept that. Nothing is then left behind.
    fn open(&mut self, fence: &Fence, notice: &mut dyn FnMut(String)) -> Result<Raised>;

    /// In-place: begins a transaction on one instant of the contents, for what reads and for probes; `rollback` ends it. In atomic mode
    /// `open` has begun it.
    ///
    /// # Errors
    /// Where a transaction is open already, or the server's.
    fn begin(&mut self) -> Result<()>;

    /// In-place, where the fence only watches: what other sessions have written into the database since the last look, for people; nothing
    /// where nobody has, or where the fence holds them off. Not in a transaction.
    ///
    /// # Errors
    /// `Conflict` where what they did cannot be seen any more.
    fn intrusions(&mut self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// In-place: takes down whatever fence any in-place run has left on this database, and puts back what had been set. What was put
    /// back is returned for people; nothing where no fence stands. In atomic mode the fence ends with the transaction.
    ///
    /// # Errors
    /// Where the server refuses; what is still set is then still known to the journal.
    fn lower(&mut self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// In-place: work that is one transaction, with the journal's entry last: all of it or nothing. `work` returns the entry.
    ///
    /// # Errors
    /// Those of `work`, or where the entry cannot be written: the transaction was then rolled back. Everything from COMMIT on is told
    /// by `Commit`.
    fn unit(&mut self, work: &mut dyn FnMut(&mut dyn Writer) -> Result<Entry>) -> Result<Commit>;

    /// In-place, within a unit: what [`Writer::settle`] would look at is looked at in a later unit, where the database leaves that to us.
    fn postpone(&mut self) {}

    /// Runs one statement: in the open transaction, and asserts that it is still the same one; in-place outside of a unit, by itself.
    /// Returns the rows that it touched.
    ///
    /// # Errors
    /// The server's, with its position in the statement where it tells; `Escaped` where the statement ended the transaction.
    fn execute(&mut self, sql: &str) -> Result<u64>;

    /// Runs work whose every effect is undone, whatever happens: rows, DDL and, where they are not transactional, sequences.
    ///
    /// # Errors
    /// Those of `work`, or where it could not be undone (the transaction is then of no use any more).
    fn probe(&mut self, work: &mut dyn FnMut(&mut dyn Writer) -> Result<()>) -> Result<()>;

    /// Fires everything that would otherwise fire at COMMIT (deferred constraints and triggers), and puts the session's settings back to what `open` had set.
    ///
    /// # Errors
    /// The constraint that fails.
    fn settle(&mut self) -> Result<()>;

    /// Waits until no other session lives that would see a rewritten table as empty. Called before the first rewriting
    /// statement and again before `commit`, where one was executed.
    ///
    /// # Errors
    /// `Conflict` where one still lives after `patience`, naming it.
    fn await_older_readers(&mut self, patience: Duration, notice: &mut dyn FnMut(String)) -> Result<()>;

    /// Writes the journal row and commits; in-place, the row alone is what is committed. Where the connection is lost in between, finds out from a new one what became of it.
    ///
    /// # Errors
    /// Only where the row could not be written: the transaction is then still open. Everything from COMMIT on is told by `Commit`.
    fn commit(&mut self, record: &RunRecord) -> Result<Commit>;

    /// Gives the transaction up, and in atomic mode the fence with it. Sequences that stand behind where `open` found them are put forward
    /// again. What was noticed is returned for people.
    ///
    /// # Errors
    /// Where the server does not answer: it then rolls back by itself when it notices that the connection has ended.
    fn rollback(&mut self) -> Result<Vec<String>>;

    /// The locks that this session's transaction holds on what belongs to the database's users, sorted; `None` where the server does not tell.
    ///
    /// # Errors
    /// Where the server does not answer.
    fn held_locks(&mut self) -> Result<Option<Vec<HeldLock>>>;

    /// Where tables are stored, and how much has been written until now: two of them tell what a statement weighed.
    ///
    /// # Errors
    /// Where the server does not answer.
    fn footprint(&mut self) -> Result<Footprint>;

    /// A session that looks at this one while it executes; `None` where there is nothing that could be seen from another session.
    ///
    /// # Errors
    /// Where it cannot be opened.
    fn sampler(&mut self) -> Result<Option<Box<dyn Sampler>>> {
        Ok(None)
    }

    /// After a commit: what keeps a rewritten table fast (statistics, visibility map). Outside of any transaction.
    ///
    /// # Errors
    /// The server's; the run is committed all the same.
    fn maintain(&mut self, tables: &[TableName]) -> Result<()>;
}

/// What a session talks to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The product and its version, as the server says: `PostgreSQL 15.8`.
    pub product: String,
    /// The database's name, or the file's.
    pub database: String,
    /// The account; empty where there are none.
    pub account: String,
    /// Size on disk in bytes.
    pub bytes: u64,
    /// Whether the server is a replica that cannot be written.
    pub replica: bool,
}

/// By which name other programs join an instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Instant {
    /// The name of an exported MVCC snapshot.
    pub exported: Option<String>,
}

/// What the fence has to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The tables that the steps touch, and their foreign-key partners. Not used where the fence holds the whole database.
    pub tables: Vec<TableName>,
    /// Those among them for which the steps need the strongest lock, tried once before anything is read.
    pub strongest: Vec<TableName>,
    /// How long to wait for one lock before giving everything up and beginning again.
    pub lock_timeout: Duration,
    /// How long to go on beginning again.
    pub patience: Duration,
    /// Whether sessions that hold the fence up are ended instead of waited for.
    pub terminate_blockers: bool,
    /// How the run changes the database.
    pub mode: Mode,
    /// In-place: whether to go on where nothing can hold off other sessions' writes.
    pub unfenced: bool,
    /// Whether the database is a copy that nobody else uses: nothing is then set on its server, which others may be using.
    pub apart: bool,
    /// Tables that others may write all the time.
    pub volatile: Vec<TableName>,
    /// Whether a statement of the steps, or of their undo, commits by itself and may write rows: nobody could tell these from those of others.
    pub opaque: bool,
}

/// How the fence stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Raised {
    /// Why other sessions can write all the same, where nothing holds them off.
    pub open: Option<String>,
    /// How one sees it where others write all the same, where nothing holds them off and [`Writer::intrusions`] tells.
    pub watched: Option<String>,
    /// Why the fence that this run had raised before was found down, where it was: others may have written meanwhile.
    pub interrupted: Option<String>,
    /// What people should know: other databases that it stops, accounts that it does not.
    pub notes: Vec<String>,
}

/// Opens what a URL names.
///
/// # Errors
/// Where no supported database has such a URL.
pub fn open(url: &DatabaseUrl, interrupt: &Interrupt) -> Result<Box<dyn Database>> {
    match url.scheme().as_str() {
        "postgres" | "postgresql" => Ok(Box::new(postgres::PostgresDatabase::new(url, interrupt)?)),
        "mysql" | "mariadb" => Ok(Box::new(mysql::MysqlDatabase::new(url, interrupt)?)),
        "sqlite" | "file" => Ok(Box::new(sqlite::SqliteDatabase::new(url, interrupt)?)),
        other => Err(Error::new(ErrorKind::Input, format!("no database is called `{other}`"))
            .hint("use postgres://user@host/name, mysql://user@host/name, or the path of a SQLite file")),
    }
}

/// The dialects of all supported databases.
#[must_use]
pub fn dialects() -> [&'static dyn Dialect; 3] {
    [&postgres::PostgresDialect, &mysql::MysqlDialect, &sqlite::SqliteDialect]
}

/// The dialect of one database by its word in plans.
#[must_use]
pub fn dialect(name: &str) -> Option<&'static dyn Dialect> {
    dialects().into_iter().find(|dialect| dialect.name() == name)
}
