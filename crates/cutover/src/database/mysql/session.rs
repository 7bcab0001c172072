//! One connection: opened with every setting pinned, one statement at a time, each of them interruptible.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mysql::prelude::{Protocol, Queryable};
use mysql::{Column, Conn, DriverError, QueryResult, Row, Value};

use super::address::Address;
use super::errors::{self, code};
use super::settings;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::{Interrupt, Registration};

/// How often a statement is asked again to stop, because a request that comes before the statement has no effect.
const STOP_AGAIN: Duration = Duration::from_secs(1);

/// How many late requests to stop a statement that must not be stopped survives.
const LATE_STOPS: usize = 3;

/// How many rows may pass before the stop signal is looked at.
const ROWS_BETWEEN_CHECKS: u32 = 4_096;

/// A row of a small query: every value as text, NULL as `None`.
pub(super) type TextRow = Vec<Option<String>>;

/// Is told the columns of a result before its rows.
pub(super) type Begin<'a> = &'a mut dyn FnMut(&[Column]) -> Result<()>;

/// Takes rows of the driver, one by one.
pub(super) type Sink<'a> = &'a mut dyn FnMut(&Row) -> Result<()>;

/// Which server it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    /// Whether it is MariaDB; else it is MySQL.
    pub mariadb: bool,
    /// Major, minor and patch version.
    pub version: (u16, u16, u16),
}

impl Server {
    /// From what `VERSION()` says, such as `10.11.6-MariaDB-log` or `8.0.36`.
    ///
    /// # Errors
    /// Why it is not supported.
    fn new(text: &str) -> std::result::Result<Self, String> {
        let mariadb = text.contains("MariaDB");
        let mut numbers = text.split(|letter: char| !letter.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
        let mut next = || numbers.next().unwrap_or(0);
        let server = Self { mariadb, version: (next(), next(), next()) };
        if ["TiDB", "Vitess", "SingleStore"].iter().any(|other| text.contains(other)) {
            return Err(format!("`{text}` speaks the protocol of MySQL and is another product"));
        }
        let oldest = if mariadb { (10, 6, 0) } else { (8, 0, 17) };
        if server.version < oldest { Err(format!("{server} is too old")) } else { Ok(server) }
    }
}

impl std::fmt::Display for Server {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (major, minor, patch) = self.version;
        write!(formatter, "{} {major}.{minor}.{patch}", if self.mariadb { "MariaDB" } else { "MySQL" })
    }
}

/// A connection. Dropping it ends the session, and with it whatever was not committed.
pub(super) struct Connection {
    driver: Conn,
    handle: Arc<Handle>,
    interrupt: Interrupt,
    /// Since when the session lives.
    pub since: Instant,
    /// Which server it is.
    pub server: Server,
}

/// What it takes to stop the running statement from another connection.
struct Handle {
    address: Arc<Address>,
    /// The server's number for the session.
    id: u64,
    running: Mutex<Running>,
}

/// Which statement is running. Whoever stops it holds this, so that a statement has not ended while a request for it is on its way.
#[derive(Debug, Default)]
struct Running {
    /// Counts the statements of the session.
    number: u64,
    active: bool,
    /// Whether a request to stop was sent. It may have come too late, and would hit the next statement.
    asked: bool,
}

impl Handle {
    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the server to stop a statement, if it is still that one that runs. Whether it was.
    fn stop(&self, number: u64) -> bool {
        let mut running = self.running();
        if !running.active || running.number != number {
            return false;
        }
        // Whether it worked is told by the statement. There may be no room for a second session now, and later there is.
        if let Ok(mut second) = connect(&self.address, "cutover")
            && second.query_drop(format!("KILL QUERY {}", self.id)).is_ok()
        {
            running.asked = true;
        }
        true
    }
}

impl Connection {
    /// Connects, makes sure that it is a server that is supported and no pooler, and pins the session's settings.
    /// `name` is the program's name that the server shows.
    ///
    /// # Errors
    /// Where the server cannot be reached, is a pooler, or is too old.
    pub(super) fn open(address: &Arc<Address>, name: &str, interrupt: &Interrupt) -> Result<Self> {
        interrupt.check()?;
        let mut driver = connect(address, name).map_err(|source| errors::unreachable(&source, &address.place))?;
        let greeting: Option<(String, String, u64)> = driver
            .query_first("SELECT VERSION(), @@version_comment, CONNECTION_ID() + 0")
            .map_err(|source| errors::failed(&source, "", interrupt))?;
        let (version, comment, id) = greeting.ok_or_else(unexpected_answer)?;
        // A proxy shakes hands itself, and numbers its sessions in its own way. The protocol has 32 bits for the number.
        if u64::from(driver.connection_id()) != id & u64::from(u32::MAX) || comment.contains("ProxySQL") {
            return Err(errors::pooler(&address.place));
        }
        let server = Server::new(&version).map_err(|why| {
            Error::new(ErrorKind::Refused, format!("{}: {why}", address.place))
                .hint("MySQL 8.0.17 or later, or MariaDB 10.6 or later, is needed")
        })?;
        let handle = Arc::new(Handle { address: Arc::clone(address), id, running: Mutex::default() });
        let mut connection = Self { driver, handle, interrupt: interrupt.clone(), since: Instant::now(), server };
        connection.pin_settings()?;
        Ok(connection)
    }

    /// Sets what every session sets; also what a step may have changed is put back by it.
    ///
    /// # Errors
    /// The server's.
    pub(super) fn pin_settings(&mut self) -> Result<()> {
        let sql = settings::pinned(&self.server);
        self.batch_in_peace(&sql)
    }

    /// Runs statements of the engine's own, separated by semicolons, without looking at their rows.
    ///
    /// # Errors
    /// The server's.
    pub(super) fn batch(&mut self, sql: &str) -> Result<()> {
        self.run(sql, |driver| drain(driver, sql)).map(drop)
    }

    /// Runs statements that must not be interrupted, because they put things right.
    ///
    /// # Errors
    /// The server's.
    pub(super) fn batch_in_peace(&mut self, sql: &str) -> Result<()> {
        self.in_peace(sql).map_err(|source| errors::failed(&source, sql, &Interrupt::new()))
    }

    /// The same; the driver's own error is for those who must know what it means.
    pub(super) fn in_peace(&mut self, sql: &str) -> mysql::Result<()> {
        let mut outcome = drain(&mut self.driver, sql);
        for _ in 0..LATE_STOPS {
            match &outcome {
                Err(error) if errors::number(error) == Some(code::INTERRUPTED) => outcome = drain(&mut self.driver, sql),
                _ => break,
            }
        }
        outcome.map(drop)
    }

    /// Runs one statement of a person's and returns how many rows it touched: for an UPDATE, those that it found.
    ///
    /// # Errors
    /// The server's, with the place in the statement where it tells.
    pub(super) fn execute(&mut self, sql: &str) -> Result<u64> {
        self.try_execute(sql).map_err(|source| match source {
            Failure::Ours(error) => error,
            Failure::Drivers(source) => errors::failed(&source, sql, &self.interrupt),
        })
    }

    /// The same; the driver's own error is for those who must know what it means.
    pub(super) fn try_execute(&mut self, sql: &str) -> std::result::Result<u64, Failure> {
        let outcome = self.watched(|driver| drain(driver, sql))?;
        outcome.map_err(Failure::Drivers)
    }

    /// How many warnings the last statement had.
    pub(super) fn warnings(&self) -> u16 {
        self.driver.warnings()
    }

    /// Commits, once: a second attempt would succeed with nothing to commit.
    pub(super) fn commit(&mut self) -> mysql::Result<()> {
        drain(&mut self.driver, "COMMIT").map(drop)
    }

    /// Makes sure that a query is valid, without executing it, and returns its columns; none for one that cannot be prepared.
    ///
    /// # Errors
    /// The server's, with the place in the query where it tells.
    pub(super) fn describe(&mut self, sql: &str) -> Result<Vec<Column>> {
        self.run(sql, |driver| match driver.prep(sql) {
            Ok(statement) => {
                let columns = statement.columns().to_vec();
                driver.close(statement).map(|()| columns)
            }
            Err(error) if errors::number(&error) == Some(code::NOT_PREPARABLE) => Ok(Vec::new()),
            Err(error) => Err(error),
        })
    }

    /// Runs one small query and returns its rows.
    ///
    /// # Errors
    /// The server's.
    pub(super) fn rows(&mut self, sql: &str) -> Result<Vec<TextRow>> {
        let mut rows = Vec::new();
        self.stream(sql, &mut |_| Ok(()), &mut |row| {
            rows.push((0..row.len()).map(|index| text(row.as_ref(index))).collect());
            Ok(())
        })?;
        Ok(rows)
    }

    /// Runs one query for its first row.
    ///
    /// # Errors
    /// The server's, or where there is no row.
    pub(super) fn row(&mut self, sql: &str) -> Result<TextRow> {
        self.rows(sql)?.into_iter().next().ok_or_else(unexpected_answer)
    }

    /// Runs one query for its first value.
    ///
    /// # Errors
    /// The server's, or where there is no row.
    pub(super) fn value(&mut self, sql: &str) -> Result<Option<String>> {
        Ok(self.row(sql)?.into_iter().next().flatten())
    }

    /// Runs one query, tells its columns first, and hands over its rows as they come. An error of the sink stops the server too.
    ///
    /// # Errors
    /// The server's, with the place in the query where it tells, or the sink's.
    pub(super) fn stream(&mut self, sql: &str, begin: Begin<'_>, sink: Sink<'_>) -> Result<()> {
        let interrupt = self.interrupt.clone();
        let handle = Arc::clone(&self.handle);
        let outcome = self.watched(|driver| {
            let result = driver.query_iter(sql).map_err(|source| errors::failed(&source, sql, &interrupt))?;
            hand_over(result, sql, &interrupt, &handle, begin, sink)
        });
        outcome.map_err(Failure::into_ours)?
    }

    /// The same by the protocol for prepared statements, whose values are numbers and not their texts.
    ///
    /// # Errors
    /// As those of `stream`.
    pub(super) fn stream_values(&mut self, sql: &str, begin: Begin<'_>, sink: Sink<'_>) -> Result<()> {
        let interrupt = self.interrupt.clone();
        let handle = Arc::clone(&self.handle);
        let outcome = self.watched(|driver| {
            let result = driver.exec_iter(sql, ()).map_err(|source| errors::failed(&source, sql, &interrupt))?;
            hand_over(result, sql, &interrupt, &handle, begin, sink)
        });
        outcome.map_err(Failure::into_ours)?
    }

    /// The signal that stops this session's work.
    pub(super) fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    /// The server's number for the session.
    pub(super) fn id(&self) -> u64 {
        self.handle.id
    }

    fn run<T>(&mut self, sql: &str, work: impl FnOnce(&mut Conn) -> mysql::Result<T>) -> Result<T> {
        let outcome = self.watched(work).map_err(Failure::into_ours)?;
        outcome.map_err(|source| errors::failed(&source, sql, &self.interrupt))
    }

    /// Lets the person stop the work.
    fn watched<T>(&mut self, work: impl FnOnce(&mut Conn) -> T) -> std::result::Result<T, Failure> {
        let registration = self.begin();
        // Looked at after registering: a signal given in between is seen here or there.
        let outcome = self.interrupt.check().map(|()| work(&mut self.driver));
        drop(registration);
        let mut running = self.handle.running();
        running.active = false;
        let asked = std::mem::take(&mut running.asked);
        drop(running);
        if asked {
            // A request that came too late hits this statement instead of the next one that matters.
            let _ = self.driver.query_drop("DO 0");
        }
        outcome.map_err(Failure::Ours)
    }

    fn begin(&self) -> Registration {
        let mut running = self.handle.running();
        running.number += 1;
        running.active = true;
        let number = running.number;
        drop(running);
        let handle = Arc::clone(&self.handle);
        self.interrupt.register(move || {
            let handle = Arc::clone(&handle);
            std::thread::spawn(move || {
                while handle.stop(number) {
                    std::thread::sleep(STOP_AGAIN);
                }
            });
        })
    }
}

/// Why a statement was not executed: the driver's word, or our own.
pub(super) enum Failure {
    Ours(Error),
    Drivers(mysql::Error),
}

impl Failure {
    fn into_ours(self) -> Error {
        match self {
            Self::Ours(error) => error,
            Self::Drivers(source) => errors::failed(&source, "", &Interrupt::new()),
        }
    }
}

/// Hands the rows of a result over.
fn hand_over<P: Protocol>(
    result: QueryResult<'_, '_, '_, P>,
    sql: &str,
    interrupt: &Interrupt,
    handle: &Handle,
    begin: Begin<'_>,
    sink: Sink<'_>,
) -> Result<()> {
    begin(result.columns().as_ref())?;
    let mut until_check = ROWS_BETWEEN_CHECKS;
    for row in result {
        let row = row.map_err(|source| errors::failed(&source, sql, interrupt))?;
        until_check -= 1;
        let go_on = if until_check == 0 {
            until_check = ROWS_BETWEEN_CHECKS;
            interrupt.check()
        } else {
            Ok(())
        };
        if let Err(error) = go_on.and_then(|()| sink(&row)) {
            // What is still on its way is read when the result is dropped; without this, that would be the whole table.
            let number = handle.running().number;
            handle.stop(number);
            return Err(error);
        }
    }
    Ok(())
}

fn connect(address: &Address, name: &str) -> mysql::Result<Conn> {
    match Conn::new(address.options(name)) {
        Err(mysql::Error::DriverError(DriverError::TlsNotSupported)) if address.encryption.may_be_left_out() => {
            Conn::new(address.unencrypted(name))
        }
        outcome => outcome,
    }
}

/// Runs statements to their very end: the driver tells of no error that it meets while it drops a result.
fn drain(driver: &mut Conn, sql: &str) -> mysql::Result<u64> {
    let mut result = driver.query_iter(sql)?;
    let mut touched = 0;
    while let Some(set) = result.iter() {
        touched += set.affected_rows();
        for row in set {
            row?;
        }
    }
    Ok(touched)
}

fn text(value: Option<&Value>) -> Option<String> {
    match value {
        Some(Value::Bytes(bytes)) => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    }
}

/// The values of a row in which no NULL is expected.
pub(super) fn fields<const COUNT: usize>(row: &TextRow) -> Result<[String; COUNT]> {
    let values: Vec<_> = row.iter().map(|value| value.clone().unwrap_or_default()).collect();
    values.try_into().map_err(|_| unexpected_answer())
}

/// A number in one of the engine's own queries.
///
/// # Errors
/// Where it is none, which only a fault of the engine can bring about.
pub(super) fn number<T: std::str::FromStr>(text: Option<&str>) -> Result<T> {
    text.and_then(|text| text.parse().ok()).ok_or_else(unexpected_answer)
}

/// The server answered one of the engine's own queries in an unknown way.
pub(super) fn unexpected_answer() -> Error {
    Error::new(ErrorKind::Internal, "the server answered a query of the engine in a way that it does not know")
}

#[cfg(test)]
mod tests {
    use super::Server;

    #[test]
    fn servers_are_known_by_their_version() {
        let mariadb = Server::new("10.11.19-MariaDB-0+deb12u1-log").unwrap();
        assert_eq!((mariadb.mariadb, mariadb.version), (true, (10, 11, 19)));
        assert_eq!(Server::new("8.0.36").unwrap().to_string(), "MySQL 8.0.36");
        for refused in ["5.7.44-log", "10.5.23-MariaDB", "8.0.11-TiDB-v7.5.0"] {
            assert!(Server::new(refused).is_err(), "{refused}");
        }
    }
}
