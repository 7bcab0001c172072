//! The exchange of a database for one that was restored beside it.
//!
//! Both renames, and everything that belongs to the database itself, are one transaction of a session in another database of the server
//! (*seen*): whoever connects meanwhile waits, and finds either the one or the other. So there is no moment in which the name leads nowhere.
//! Nobody may be in a database that is renamed, so that new connections are refused shortly before, and old ones ended. That alone is left
//! where the tool is killed in between.

use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use super::PostgresDatabase;
use super::address::Address;
use super::belongings::Belongings;
use super::catalog::fields;
use super::dialect::PostgresDialect;
use super::session::Connection;
use super::writer::PostgresWriter;
use super::{fence, guard, journal};
use crate::database::exchange::{Exchange, Part, Stand, Stopped, Terms, kept_name, restored_name};
use crate::database::{Fence, Mode, Raised, Reader, RunRecord, Writer};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;

/// The databases from which others can be renamed, in the order in which they are tried.
const MAINTENANCE: [&str; 2] = ["postgres", "template1"];

/// How long the session of a tool that has just ended may take to give its lock back.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);

/// How long sessions that were told to end may take, and between two looks at them.
const ENDING: Duration = Duration::from_secs(30);
const AGAIN: Duration = Duration::from_millis(50);

/// How the comment of a restored database begins while it waits for its exchange; the name that it is to have follows.
const MARK: &str = "cutover: restored to take the place of ";

/// One exchange, and the lock that allows one a database.
pub(super) struct PostgresExchange<'a> {
    database: &'a PostgresDatabase,
    terms: Terms<'a>,
    names: Names,
    /// A session in another database.
    server: Connection,
    /// The session that holds the run's lock, and the fence; none where the database cannot be connected to.
    writer: Option<PostgresWriter>,
    held: bool,
}

struct Names {
    live: String,
    restored: String,
    kept: String,
}

/// What the server says of the three databases.
struct Found {
    live: Option<bool>,
    restored: bool,
    kept: bool,
}

impl<'a> PostgresExchange<'a> {
    /// Takes the lock, and that of the run where nothing was exchanged yet.
    ///
    /// # Errors
    /// `Refused` where another exchange goes on, or a run.
    pub(super) fn begin(database: &'a PostgresDatabase, terms: &Terms<'a>) -> Result<Self> {
        let live = name_of(&database.address);
        let names = Names { restored: restored_name(terms.run), kept: kept_name(terms.run), live };
        let server = locked(&database.address, &names, &database.interrupt)?;
        let mut exchange = Self { database, terms: *terms, names, server, writer: None, held: false };
        if exchange.stand()? == Stand::Untouched {
            exchange.writer = Some(PostgresWriter::lock(&database.address, terms.run, &database.interrupt)?);
        }
        Ok(exchange)
    }

    fn found(&mut self) -> Result<Found> {
        let (live, restored, kept) = (literal(&self.names.live), literal(&self.names.restored), literal(&self.names.kept));
        let sql = format!(
            "SELECT (SELECT datallowconn FROM pg_database WHERE datname = {live}), \
             EXISTS (SELECT FROM pg_database WHERE datname = {restored}), EXISTS (SELECT FROM pg_database WHERE datname = {kept})"
        );
        let row = match self.server.row(&sql) {
            Err(error) if error.kind() == ErrorKind::Connection => {
                // Until the session that was lost has ended, it holds the lock: what it was doing is decided then.
                self.server = locked(&self.database.address, &self.names, &self.database.interrupt)?;
                self.server.row(&sql)?
            }
            other => other?,
        };
        let is = |position: usize| row.get(position).cloned().flatten().map(|value: String| value == "t");
        Ok(Found { live: is(0), restored: is(1) == Some(true), kept: is(2) == Some(true) })
    }

    fn writer(&mut self) -> Result<&mut PostgresWriter> {
        self.writer.as_mut().ok_or_else(|| Error::new(ErrorKind::Internal, "the database is not held"))
    }

    /// What stands in the way whatever the account may do.
    fn refuse_replication(&mut self) -> Result<()> {
        let live = literal(&self.names.live);
        for (sql, what, remedy) in [
            (
                format!("SELECT string_agg(slot_name::text, ', ') FROM pg_replication_slots WHERE database = {live}"),
                "logical replication slots decode it",
                "they would follow the contents that are kept, not those that are restored: drop them, and set their consumers up again afterwards",
            ),
            (
                format!(
                    "SELECT string_agg(subname::text, ', ') FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = {live}"
                ),
                "subscriptions write into it",
                "a restored database has none, and theirs would go on in the one that is kept: drop them, and create them again afterwards",
            ),
            (
                format!("SELECT string_agg(gid, ', ') FROM pg_prepared_xacts WHERE database = {live}"),
                "prepared transactions are open in it",
                "COMMIT PREPARED or ROLLBACK PREPARED them first",
            ),
        ] {
            if let Some(names) = self.server.value(&sql)? {
                return Err(Error::new(
                    ErrorKind::Refused,
                    format!("the database {} cannot be exchanged, because {what}: {names}", self.names.live),
                )
                .hint(remedy));
            }
        }
        Ok(())
    }

    fn refuse_without_rights(&mut self) -> Result<()> {
        let row = self.server.row(&format!(
            "SELECT quote_ident(current_user), r.rolsuper, r.rolcreatedb, r.rolcreaterole, pg_has_role(d.datdba, 'USAGE'), \
             quote_ident(pg_get_userbyid(d.datdba)), \
             EXISTS (SELECT FROM pg_db_role_setting s WHERE s.setdatabase = d.oid AND s.setrole NOT IN (0, r.oid)), \
             pg_has_role('pg_signal_backend', 'USAGE') \
             FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = {}",
            literal(&self.names.live)
        ))?;
        let [account, superuser, creates, roles, owns, owner, settings, signals] = fields(&row)?;
        if superuser == "t" {
            return Ok(());
        }
        let refused = |what: &str, remedy: String| {
            Error::new(ErrorKind::Refused, format!("the account {account} may not exchange the database {}: {what}", self.names.live))
                .hint(remedy)
        };
        if creates != "t" {
            return Err(refused("it may not create databases", format!("ALTER ROLE {account} CREATEDB;")));
        }
        if owns != "t" {
            return Err(refused(&format!("it belongs to {owner}"), format!("GRANT {owner} TO {account};")));
        }
        if settings == "t" && roles != "t" {
            let remedy = format!("ALTER ROLE {account} CREATEROLE; or give the address with a superuser");
            return Err(refused("there are settings of other roles in it", remedy));
        }
        if signals != "t" {
            return Err(refused("it may not end other accounts' sessions", format!("GRANT pg_signal_backend TO {account};")));
        }
        Ok(())
    }

    /// Brings the earlier runs, this one's end, and nothing of its fence into the restored database.
    fn journal(&mut self, record: &RunRecord) -> Result<()> {
        let records = self.writer()?.records()?;
        let mut restored =
            Connection::open(&self.database.address.of_scratch(&self.names.restored), "cutover exchange", &self.database.interrupt)?;
        restored.batch("SET SESSION default_transaction_read_only = off")?;
        guard::lower(&mut restored)?;
        restored.batch("BEGIN")?;
        for earlier in records.iter().filter(|earlier| earlier.run != record.run).chain([record]) {
            journal::write(&mut restored, earlier)?;
        }
        restored.batch("COMMIT")
    }

    /// Refuses new connections, and ends those that are there.
    fn clear(&mut self) -> Result<String> {
        let (live, restored) = (identifier(&self.names.live), identifier(&self.names.restored));
        let mark = literal(&format!("{MARK}{}", self.names.live));
        let ours = match &mut self.writer {
            Some(writer) => writer.pid(),
            None => 0,
        };
        self.server.batch(&format!("COMMENT ON DATABASE {restored} IS {mark}"))?;
        self.server.batch(&format!("ALTER DATABASE {live} ALLOW_CONNECTIONS false"))?;
        let others = format!("FROM pg_stat_activity WHERE datname = {} AND pid <> {ours}", literal(&self.names.live));
        let since = Clock::now();
        let mut ended = 0;
        loop {
            // Only the first look counts whom it met: the rest are those that had not yet gone.
            let count = self.server.rows(&format!("SELECT pg_terminate_backend(pid) {others}"))?.len();
            ended = ended.max(count);
            if count == 0 {
                break;
            }
            if since.elapsed() > ENDING {
                let who = self.server.value(&format!(
                    "SELECT string_agg(format('%s (pid %s, %s)', usename, pid, coalesce(NULLIF(application_name, ''), backend_type)), '; ') {others}"
                ))?;
                return Err(Error::new(ErrorKind::Conflict, format!("sessions do not end: {}", who.unwrap_or_default())));
            }
            fence::pause(AGAIN, self.server.interrupt())?;
        }
        Ok(match ended {
            0 => format!("nobody else was connected to {}", self.names.live),
            1 => format!("one session of {} was ended", self.names.live),
            several => format!("{several} sessions of {} were ended", self.names.live),
        })
    }

    /// The one transaction.
    fn rename(&mut self, part: Part<'_>) -> Result<()> {
        let belongings = Belongings::read(&mut self.server, &self.names.live)?;
        let (live, restored, kept) = (identifier(&self.names.live), identifier(&self.names.restored), identifier(&self.names.kept));
        self.server.batch(&format!("BEGIN; ALTER DATABASE {live} RENAME TO {kept}"))?;
        let rest = part("the restored database takes the name").and_then(|()| {
            self.server.batch(&format!("ALTER DATABASE {restored} RENAME TO {live}"))?;
            self.server.batch(&belongings.statements(&live))?;
            self.server.batch(&format!("ALTER DATABASE {kept} ALLOW_CONNECTIONS true; COMMIT"))
        });
        rest.inspect_err(|_| {
            // What was not committed is gone in any case; this only frees the session for what comes next.
            let _ = self.server.batch_in_peace("ROLLBACK");
        })
    }
}

impl Exchange for PostgresExchange<'_> {
    fn stand(&mut self) -> Result<Stand> {
        let live = self.names.live.clone();
        match self.found()? {
            Found { live: Some(_), kept: true, .. } => Ok(Stand::Exchanged),
            Found { live: Some(true), .. } => Ok(Stand::Untouched),
            Found { live: Some(false), restored: true, .. } => Ok(Stand::Held(format!("the database {live} accepts no connections"))),
            Found { live: Some(false), .. } => {
                Err(Error::new(ErrorKind::Refused, format!("the database {live} accepts no connections, and no rollback has seen to that"))
                    .hint(format!("ALTER DATABASE {} ALLOW_CONNECTIONS true;", identifier(&live))))
            }
            Found { live: None, .. } => Err(Error::new(ErrorKind::Refused, format!("the server has no database {live}"))),
        }
    }

    fn look(&mut self) -> Result<Vec<String>> {
        self.refuse_replication()?;
        self.refuse_without_rights()?;
        let live = literal(&self.names.live);
        let bytes = self.server.value(&format!("SELECT pg_size_pretty(pg_database_size({live}))"))?.unwrap_or_default();
        let belongings = Belongings::read(&mut self.server, &self.names.live)?;
        let mut notes = vec![
            format!(
                "the server needs room for the database a second time ({bytes} in the tablespace {}), until what is kept is dropped",
                belongings.tablespace
            ),
            "in the moment of the exchange every session of the database is ended".to_owned(),
        ];
        notes.extend(belongings.notes());
        Ok(notes)
    }

    /// Every table is locked in the session that holds the run's lock: others read on. The locks end with the session, however that ends.
    fn hold(&mut self, notice: &mut dyn FnMut(String)) -> Result<Raised> {
        let Terms { lock_timeout, patience, terminate_blockers, .. } = self.terms;
        let writer = self.writer()?;
        let tables = writer.catalog()?.tables.into_iter().map(|table| table.name).collect();
        let fence = Fence {
            tables,
            strongest: Vec::new(),
            lock_timeout,
            patience,
            terminate_blockers,
            mode: Mode::Atomic,
            unfenced: false,
            apart: false,
            volatile: Vec::new(),
            opaque: false,
        };
        let raised = writer.open(&fence, notice)?;
        self.held = true;
        Ok(raised)
    }

    fn live(&mut self) -> Result<&mut dyn Reader> {
        if !self.held {
            return Err(Error::new(ErrorKind::Internal, "the database is not held"));
        }
        Ok(self.writer()?)
    }

    fn exchange(&mut self, record: &RunRecord, part: Part<'_>) -> Result<Vec<String>> {
        if self.stand()? == Stand::Exchanged {
            return Ok(Vec::new());
        }
        part("the journal of the restored database")?;
        self.journal(record)?;
        part("new connections are refused, and every session of the database is ended")?;
        let ended = self.clear()?;
        // Last of all our own: until now it has kept everybody from writing.
        self.writer = None;
        self.held = false;
        part("both databases get their new names, in one transaction")?;
        match self.rename(part) {
            Ok(()) => {}
            // Its answer may have been lost.
            Err(_) if matches!(self.stand(), Ok(Stand::Exchanged)) => {}
            Err(error) => return Err(error),
        }
        Ok(vec![ended])
    }

    fn release(&mut self) -> Result<Vec<String>> {
        let mut notes = Vec::new();
        if self.held {
            self.held = false;
            notes.extend(self.writer()?.rollback()?);
        }
        if let Stand::Held(_) = self.stand()? {
            self.server.batch_in_peace(&format!("ALTER DATABASE {} ALLOW_CONNECTIONS true", identifier(&self.names.live)))?;
            notes.push(format!("the database {} accepts connections again", self.names.live));
        }
        Ok(notes)
    }
}

/// An exchange that was stopped while nobody may connect.
///
/// # Errors
/// The server's.
pub(super) fn stopped(address: &Address, interrupt: &Interrupt) -> Result<Option<Stopped>> {
    let live = name_of(address);
    let mut server = maintenance(address, &live, interrupt)?;
    let mark = literal(&format!("{MARK}{live}"));
    let restored = server.rows(&format!(
        "SELECT r.datname FROM pg_database d, pg_database r WHERE d.datname = {} AND NOT d.datallowconn \
         AND shobj_description(r.oid, 'pg_database') = {mark} ORDER BY r.datname",
        literal(&live)
    ))?;
    let run = restored.into_iter().flatten().flatten().find_map(|name| name.strip_prefix(&restored_name("")).map(str::to_owned));
    Ok(run.map(|run| Stopped { run, message: format!("the database {live} accepts no connections") }))
}

/// The database's own name.
fn name_of(address: &Address) -> String {
    address.access().database
}

/// A session in another database of the server.
fn maintenance(address: &Address, live: &str, interrupt: &Interrupt) -> Result<Connection> {
    let mut failed = None;
    for name in MAINTENANCE.into_iter().filter(|name| *name != live) {
        match Connection::open(&address.of_maintenance(name), "cutover exchange", interrupt) {
            Ok(connection) => return Ok(connection),
            Err(error) if error.kind() == ErrorKind::Interrupted => return Err(error),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    let error = Error::new(
        ErrorKind::Refused,
        format!("a database is renamed from another one of its server, and {} cannot be reached", MAINTENANCE.join(" or ")),
    );
    let error = failed.into_iter().fold(error, Error::because);
    Err(error.hint("GRANT CONNECT ON DATABASE postgres TO the account"))
}

/// A session in another database, which holds the lock of the exchange.
fn locked(address: &Arc<Address>, names: &Names, interrupt: &Interrupt) -> Result<Connection> {
    let mut server = maintenance(address, &names.live, interrupt)?;
    server.batch("SET SESSION default_transaction_read_only = off")?;
    let since = Clock::now();
    loop {
        let sql = format!("SELECT pg_try_advisory_lock(hashtext('cutover exchange'), hashtext({}))", literal(&names.live));
        if server.value(&sql)?.as_deref() == Some("t") {
            return Ok(server);
        }
        if since.elapsed() > LOCK_PATIENCE {
            return Err(Error::new(ErrorKind::Conflict, format!("another rollback of the database {} goes on", names.live))
                .hint("wait until it has ended; the session of one that was killed ends within seconds"));
        }
        fence::pause(AGAIN, interrupt)?;
    }
}

pub(super) fn literal(text: &str) -> String {
    PostgresDialect.quote_literal(text)
}

pub(super) fn identifier(text: &str) -> String {
    PostgresDialect.quote_identifier(text)
}
