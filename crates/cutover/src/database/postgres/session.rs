//! One connection: opened with every setting pinned, one statement at a time, each of them interruptible.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::future::{Either, select};
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, CopyOutStream, NoTls, SimpleQueryMessage};

use super::address::Address;
use super::errors::{self, Sent};
use super::tls::Tls;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;

/// The oldest server that is supported, as `server_version_num`.
const OLDEST_VERSION: u32 = 130_000;

/// How long a session has to take its leave before it is simply dropped.
const FAREWELL: Duration = Duration::from_secs(1);

/// How often a statement is asked again to stop, because a request that comes before the statement has no effect.
const CANCEL_AGAIN: Duration = Duration::from_secs(5);

/// How long a request to stop may take to reach the server.
const CANCELLING: Duration = Duration::from_secs(5);

/// How long a cancel request of the protocol may be on its way after it was sent: it would harm the next statement.
const STRAY_CANCEL: Duration = Duration::from_millis(250);

/// How many late requests to stop a statement that must not be stopped survives.
const LATE_CANCELS: usize = 3;

/// How much of a COPY is handed over at a time: enough that handing over costs nothing, little enough for the caches.
const BATCH_ROWS: usize = 1_024;
const BATCH_BYTES: usize = 256 * 1_024;

/// A row of a small query: every value as text, NULL as `None`.
pub(super) type TextRow = Vec<Option<String>>;

/// A connection. Dropping it ends the session, and with it whatever was not committed.
pub(super) struct Connection {
    // Dropped first, which tells the task to take its leave.
    client: Client,
    task: Task,
    identity: Identity,
    interrupt: Interrupt,
    /// `server_version_num`, such as 150018.
    pub version: u32,
    /// The first schema of the session's own search path: its tables have no schema in their names.
    pub default_schema: String,
    /// The session's own search path, as the server writes it.
    pub search_path: String,
}

/// When a session began, in digits that depend on no setting. Together with the process it names a session: the server
/// that is reached a second time may be another one, and numbers of processes are used again.
const STARTED: &str = "to_char(backend_start AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS')";

/// Which session of which server this is, and how to reach it a second time.
struct Identity {
    config: Config,
    tls: Tls,
    pid: i32,
    started: String,
}

/// What drives the connection while a statement runs.
struct Task {
    runtime: Runtime,
    handle: JoinHandle<()>,
}

impl Drop for Task {
    fn drop(&mut self) {
        let farewell = async {
            // Whether the server heard the farewell does not matter: it notices the closed socket too.
            let _ = tokio::time::timeout(FAREWELL, &mut self.handle).await;
        };
        self.runtime.block_on(farewell);
    }
}

impl Connection {
    /// Connects, makes sure that it is a PostgreSQL that is supported and no pooler, and pins the session's settings.
    /// `name` is the application name that the server shows.
    ///
    /// # Errors
    /// Where the server cannot be reached, is a pooler, or is too old.
    pub(super) fn open(address: &Address, name: &str, interrupt: &Interrupt) -> Result<Self> {
        interrupt.check()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|source| Error::new(ErrorKind::Internal, "the connection's event loop cannot be started").because(source))?;
        let token = format!("{}-{}", std::process::id(), name.len());
        let mut config = address.config.clone();
        // A setting given in the startup packet reaches the server only if nobody stands in between. The time limit is lifted
        // there, because the database's own might already end the first query.
        let options = config.get_options().unwrap_or_default().to_owned();
        config.options(format!("{options} -c statement_timeout=0 -c cutover.session={token}").trim_start().to_owned());
        config.application_name(name);
        let (client, handle) =
            runtime.block_on(connect(&config, &address.tls)).map_err(|source| errors::unreachable(&source, &address.place))?;
        let mut connection = Self {
            client,
            task: Task { runtime, handle },
            identity: Identity { config, tls: address.tls.clone(), pid: 0, started: String::new() },
            interrupt: interrupt.clone(),
            version: 0,
            default_schema: String::new(),
            search_path: String::new(),
        };
        connection.greet(address, &token)?;
        Ok(connection)
    }

    fn greet(&mut self, address: &Address, token: &str) -> Result<()> {
        let answer = self.row(&format!(
            "SELECT version(), current_setting('server_version_num'), pg_backend_pid(), current_setting('cutover.session', true), \
             current_schema(), current_setting('search_path'), \
             (SELECT {STARTED} FROM pg_stat_activity WHERE pid = pg_backend_pid())",
        ))?;
        let [product, version, pid, session, schema, path, started] = answer.as_slice() else { return Err(unexpected_answer()) };
        let product = product.clone().unwrap_or_default();
        if !product.starts_with("PostgreSQL") {
            return Err(Error::new(ErrorKind::Refused, format!("{} is not PostgreSQL but `{product}`", address.place))
                .hint("only PostgreSQL itself, version 13 or later, is supported"));
        }
        if session.as_deref() != Some(token) {
            return Err(errors::pooler(&address.place));
        }
        self.version = number(version.as_deref())?;
        self.identity.pid = number(pid.as_deref())?;
        self.identity.started = started.clone().unwrap_or_default();
        if self.version < OLDEST_VERSION {
            return Err(Error::new(ErrorKind::Refused, format!("{} is {product}, which is too old", address.place))
                .hint("PostgreSQL 13 or later is needed"));
        }
        self.default_schema = schema.clone().unwrap_or_default();
        self.search_path = path.clone().unwrap_or_default();
        self.batch(&pinned_settings(self.version))?;
        if self.version >= 140_000 {
            // A killed tool leaves a statement running: this is how soon the server notices. Not every server's system can,
            // and the session is good without it.
            match self.batch("SET SESSION client_connection_check_interval = '10s'") {
                Err(error) if error.kind() == ErrorKind::Statement => {}
                other => other?,
            }
        }
        Ok(())
    }

    /// Runs statements of the engine's own, separated by semicolons, without looking at their rows.
    ///
    /// # Errors
    /// The server's.
    pub(super) fn batch(&mut self, sql: &str) -> Result<()> {
        self.rows(sql).map(drop)
    }

    /// Runs statements that must not be interrupted, because they put things right. They must have no effect when they are
    /// begun a second time: a request to stop the statement before may reach the server late, and hit them.
    ///
    /// # Errors
    /// The server's.
    pub(super) fn batch_in_peace(&mut self, sql: &str) -> Result<()> {
        let mut outcome = self.in_peace(sql);
        for _ in 0..LATE_CANCELS {
            match &outcome {
                Err(error) if error.code() == Some(&SqlState::QUERY_CANCELED) => outcome = self.in_peace(sql),
                _ => break,
            }
        }
        outcome.map(drop).map_err(|source| errors::failed(&source, Sent { sql, before: 0 }, &Interrupt::new()))
    }

    /// The server's process.
    pub(super) fn pid(&self) -> i32 {
        self.identity.pid
    }

    /// Asks the server to stop whatever this session is doing.
    pub(super) fn cancel(&mut self) {
        self.task.runtime.block_on(cancel(&self.client, &self.identity));
    }

    /// Runs statements that must not be interrupted; the driver's own error is for those who must know what it means.
    pub(super) fn in_peace(&mut self, sql: &str) -> std::result::Result<Vec<SimpleQueryMessage>, tokio_postgres::Error> {
        self.task.runtime.block_on(self.client.simple_query(sql))
    }

    /// Runs one small query and returns its rows.
    ///
    /// # Errors
    /// The server's.
    pub(super) fn rows(&mut self, sql: &str) -> Result<Vec<TextRow>> {
        let messages = self.wait(self.client.simple_query(sql), Sent { sql, before: 0 })?;
        Ok(text_rows(&messages))
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

    /// Runs one statement of a person's and returns how many rows it touched or found.
    ///
    /// # Errors
    /// The server's, with the position in the statement.
    pub(super) fn execute(&mut self, sql: &str) -> Result<u64> {
        let messages = self.wait(self.client.simple_query(sql), Sent { sql, before: 0 })?;
        let counts = messages.iter().map(|message| match message {
            SimpleQueryMessage::CommandComplete(count) => *count,
            _ => 0,
        });
        Ok(counts.sum())
    }

    /// The names of a query's columns; also whether it is one valid statement at all.
    ///
    /// # Errors
    /// The server's, with the position in the query.
    pub(super) fn names(&mut self, sql: &str) -> Result<Vec<String>> {
        let statement = self.wait(self.client.prepare(sql), Sent { sql, before: 0 })?;
        Ok(statement.columns().iter().map(|column| column.name().to_owned()).collect())
    }

    /// Sends `before`, `sql` and `after` together as one COPY … TO STDOUT and hands over its lines. An error of the sink
    /// stops the server too.
    ///
    /// # Errors
    /// The server's, with the position in `sql`, or the sink's.
    pub(super) fn copy(&mut self, before: &str, sql: &str, after: &str, mut sink: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let sent = Sent { sql, before: before.chars().count() };
        let text = format!("{before}{sql}{after}");
        let stream = self.wait(self.client.copy_out(&text), sent)?;
        let mut stream = Box::pin(stream);
        let mut batch = VecDeque::with_capacity(BATCH_ROWS);
        loop {
            let more = match self.wait(fill(stream.as_mut(), &mut batch), sent) {
                Ok(more) => more,
                Err(error) => {
                    // The signal may have been seen between two batches: the server knows nothing of it then.
                    if error.kind() == ErrorKind::Interrupted {
                        self.stop(stream.as_mut(), &mut batch);
                    }
                    return Err(error);
                }
            };
            // The sink runs outside of the event loop: it may speak to other sessions.
            while let Some(line) = batch.pop_front() {
                if let Err(error) = sink(&line) {
                    batch.clear();
                    self.stop(stream.as_mut(), &mut batch);
                    return Err(error);
                }
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// Makes the server stop a COPY that nobody wants to read to its end, and reads what is still on its way.
    fn stop(&mut self, mut stream: Pin<&mut CopyOutStream>, batch: &mut VecDeque<Bytes>) {
        let Self { client, task, identity, .. } = self;
        task.runtime.block_on(async {
            cancel(client, identity).await;
            // The COPY ends in the server's word that it was cancelled, which is what was wanted, or in a lost connection,
            // which the next statement tells.
            while let Ok(true) = fill(stream.as_mut(), batch).await {
                batch.clear();
            }
        });
    }

    /// Waits for the server, and asks it to stop when the person wants that.
    fn wait<T>(&self, work: impl Future<Output = std::result::Result<T, tokio_postgres::Error>>, sent: Sent<'_>) -> Result<T> {
        let stop = Arc::new(Notify::new());
        let signal = Arc::clone(&stop);
        let _registration = self.interrupt.register(move || signal.notify_one());
        // Looked at after registering: a signal given in between is seen here or there.
        self.interrupt.check()?;
        let outcome = self.task.runtime.block_on(async {
            let mut work = pin!(work);
            let mut signal = pin!(stop.notified());
            if let Either::Left((outcome, _)) = select(work.as_mut(), signal.as_mut()).await {
                return outcome;
            }
            loop {
                cancel(&self.client, &self.identity).await;
                if let Ok(outcome) = tokio::time::timeout(CANCEL_AGAIN, work.as_mut()).await {
                    return outcome;
                }
            }
        });
        outcome.map_err(|source| {
            if errors::is_out_of_step(&source) {
                // Server and driver wait for each other from now on, so the next statement would wait for ever.
                self.task.handle.abort();
                return errors::out_of_step();
            }
            errors::failed(&source, sent, &self.interrupt)
        })
    }

    /// The signal that stops this session's work.
    pub(super) fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }
}

async fn connect(config: &Config, tls: &Tls) -> std::result::Result<(Client, JoinHandle<()>), tokio_postgres::Error> {
    // How the task ends is told by the statements that it leaves unanswered.
    Ok(match &tls.0 {
        None => {
            let (client, connection) = config.connect(NoTls).await?;
            (client, tokio::spawn(async { drop(connection.await) }))
        }
        Some(tls) => {
            let (client, connection) = config.connect(tls.clone()).await?;
            (client, tokio::spawn(async { drop(connection.await) }))
        }
    })
}

/// Asks the server to stop what a session is doing.
///
/// Not by the protocol's own cancel request: the server answers that one with *two* signals, of which the second has been
/// seen, on a busy machine, to hit the statement after. `pg_cancel_backend` sends one, and has sent it when it answers.
async fn cancel(client: &Client, identity: &Identity) {
    let Identity { config, tls, pid, started } = identity;
    let target = format!("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = {pid} AND {STARTED} = '{started}'");
    let exact = async {
        let (second, handle) = connect(config, tls).await?;
        let outcome = second.simple_query(&target).await;
        drop(second);
        // Whether it says farewell does not matter.
        drop(tokio::time::timeout(FAREWELL, handle).await);
        outcome.map(drop)
    };
    if matches!(tokio::time::timeout(CANCELLING, exact).await, Ok(Ok(()))) {
        return;
    }
    // There may be no room for a second session.
    let token = client.cancel_token();
    let request = async {
        match &tls.0 {
            None => token.cancel_query(NoTls).await,
            Some(tls) => token.cancel_query(tls.clone()).await,
        }
    };
    // A request that does not get through is made again.
    drop(tokio::time::timeout(CANCELLING, request).await);
    tokio::time::sleep(STRAY_CANCEL).await;
}

/// Takes what has arrived, at least one line, at most a batch. Whether more may come.
async fn fill(mut stream: Pin<&mut CopyOutStream>, batch: &mut VecDeque<Bytes>) -> std::result::Result<bool, tokio_postgres::Error> {
    let mut bytes = 0;
    std::future::poll_fn(|context| {
        loop {
            match stream.as_mut().poll_next(context) {
                Poll::Ready(Some(Ok(line))) => {
                    bytes += line.len();
                    batch.push_back(line);
                    if batch.len() >= BATCH_ROWS || bytes >= BATCH_BYTES {
                        return Poll::Ready(Ok(true));
                    }
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error)),
                Poll::Ready(None) => return Poll::Ready(Ok(false)),
                Poll::Pending if batch.is_empty() => return Poll::Pending,
                Poll::Pending => return Poll::Ready(Ok(true)),
            }
        }
    })
    .await
}

/// What the driver returned, as rows of text.
pub(super) fn text_rows(messages: &[SimpleQueryMessage]) -> Vec<TextRow> {
    messages
        .iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|index| row.get(index).map(str::to_owned)).collect()),
            _ => None,
        })
        .collect()
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

/// What every session sets, so that the same value is always the same text, nothing is cut short by a time limit, and
/// no row is hidden. `DateStyle` keeps its order of day and month: only how dates are written is pinned.
fn pinned_settings(version: u32) -> String {
    let mut settings = vec![
        ("client_encoding", "'UTF8'"),
        ("datestyle", "'ISO'"),
        ("intervalstyle", "'postgres'"),
        ("timezone", "'UTC'"),
        ("extra_float_digits", "3"),
        ("bytea_output", "'hex'"),
        ("xmloption", "'content'"),
        ("lc_monetary", "'C'"),
        ("standard_conforming_strings", "on"),
        ("row_security", "off"),
        ("statement_timeout", "0"),
        ("lock_timeout", "0"),
        ("idle_in_transaction_session_timeout", "0"),
        ("client_min_messages", "'warning'"),
    ];
    if version >= 140_000 {
        settings.push(("idle_session_timeout", "0"));
    }
    if version >= 170_000 {
        settings.push(("transaction_timeout", "0"));
    }
    settings.iter().map(|(name, value)| format!("SET SESSION {name} = {value};")).collect()
}
