//! What the tests on a real PostgreSQL share: a database of their own, and sessions of other people.
#![allow(dead_code, reason = "each test program uses its own part")]

pub mod proxy;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use cutover::database::postgres::PostgresDatabase;
use cutover::database::{Database, Fence, Mode, Reader, RunRecord, Writer};
use cutover::model::interrupt::Interrupt;
use cutover::model::table::TableName;
use cutover::model::url::DatabaseUrl;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// The URL of a superuser on the server of the tests.
fn server() -> String {
    std::env::var("CUTOVER_TEST_POSTGRES")
        .expect("CUTOVER_TEST_POSTGRES is not set: run the tests with `cargo xtask test`, which starts a private server")
}

/// The server's URL with another account and database.
fn url(account: Option<&str>, database: &str) -> String {
    let server = server();
    let (scheme, rest) = server.split_once("://").expect("CUTOVER_TEST_POSTGRES is a URL");
    let (address, query) = rest.split_once('?').map_or((rest, String::new()), |(address, query)| (address, format!("?{query}")));
    let (own, host) = address.rsplit_once('@').map_or(("postgres", address), |(own, host)| (own, host));
    let host = host.split('/').next().expect("a host");
    format!("{scheme}://{}@{host}/{database}{query}", account.unwrap_or(own))
}

/// A database of one test's own, dropped when the test has passed and kept when it has failed.
pub struct Scratch {
    pub name: String,
}

impl Scratch {
    pub fn new(setup: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("cutover_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        Other::at(&server()).run(&format!("CREATE DATABASE {name}"));
        let scratch = Self { name };
        scratch.run(setup);
        scratch
    }

    /// Runs SQL in a session of its own.
    pub fn run(&self, sql: &str) {
        if !sql.is_empty() {
            self.other().run(sql);
        }
    }

    /// Another person's session.
    pub fn other(&self) -> Other {
        Other::at(&url(None, &self.name))
    }

    pub fn database(&self) -> PostgresDatabase {
        self.database_with(&Interrupt::new())
    }

    pub fn database_with(&self, interrupt: &Interrupt) -> PostgresDatabase {
        PostgresDatabase::new(&DatabaseUrl::new(url(None, &self.name)).unwrap(), interrupt).unwrap()
    }

    pub fn database_as(&self, account: &str) -> PostgresDatabase {
        PostgresDatabase::new(&DatabaseUrl::new(url(Some(account), &self.name)).unwrap(), &Interrupt::new()).unwrap()
    }

    /// The database as it is seen through a line with a fault.
    pub fn database_behind(&self, fault: proxy::Fault) -> PostgresDatabase {
        let direct = url(None, &self.name);
        let (address, path) = direct.rsplit_once('/').unwrap();
        let (account, host) = address.rsplit_once('@').unwrap();
        let port = proxy::start(host, fault);
        let url = DatabaseUrl::new(format!("{account}@127.0.0.1:{port}/{path}")).unwrap();
        PostgresDatabase::new(&url, &Interrupt::new()).unwrap()
    }

    pub fn reader(&self) -> Box<dyn Reader> {
        self.database().read().unwrap()
    }

    pub fn writer(&self) -> Box<dyn Writer> {
        self.database().lock("test").unwrap()
    }

    /// A name that is unique on the server, for roles.
    pub fn unique(&self, word: &str) -> String {
        format!("{}_{word}", self.name)
    }

    /// Waits until a query finds something, because another session gets there when it can.
    pub fn wait_until(&self, query: &str) {
        let mut other = self.other();
        let since = Instant::now();
        while other.rows(query).is_empty() {
            assert!(since.elapsed() < Duration::from_secs(60), "never true: {query}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until a session that runs `text` waits for a lock.
    pub fn wait_until_blocked(&self, text: &str) {
        self.wait_until(&format!(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '{text}%'"
        ));
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            Other::at(&server()).run(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

/// Another person's session, which pins nothing.
pub struct Other {
    client: Client,
    runtime: Runtime,
}

impl Other {
    fn at(url: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (client, connection) = runtime.block_on(tokio_postgres::connect(url, NoTls)).unwrap();
        runtime.spawn(async { drop(connection.await) });
        Self { client, runtime }
    }

    pub fn run(&mut self, sql: &str) {
        self.try_run(sql).unwrap();
    }

    pub fn try_run(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, tokio_postgres::Error> {
        let messages = self.runtime.block_on(self.client.simple_query(sql))?;
        Ok(messages
            .into_iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|index| row.get(index).map(str::to_owned)).collect()),
                _ => None,
            })
            .collect())
    }

    pub fn rows(&mut self, sql: &str) -> Vec<Vec<Option<String>>> {
        self.try_run(sql).unwrap()
    }

    pub fn value(&mut self, sql: &str) -> String {
        self.rows(sql)[0][0].clone().unwrap_or_else(|| "NULL".to_owned())
    }
}

/// A fence around tables of the default schema.
pub fn fence(tables: &[&str]) -> Fence {
    let tables: Vec<_> = tables.iter().map(|table| TableName::local(*table)).collect();
    Fence {
        strongest: tables.clone(),
        tables,
        lock_timeout: Duration::from_secs(2),
        patience: Duration::from_secs(30),
        terminate_blockers: false,
        mode: Mode::Atomic,
        unfenced: false,
        apart: false,
        volatile: Vec::new(),
        opaque: false,
    }
}

pub fn record(run: &str) -> RunRecord {
    RunRecord {
        run: run.to_owned(),
        plan: "plan".to_owned(),
        plan_hash: "hash".to_owned(),
        state: "applied".to_owned(),
        started_at: "2026-01-19T08:30:00Z".to_owned(),
        tool: "0.1.0".to_owned(),
    }
}

/// All rows of a query as text.
pub fn rows(reader: &mut (impl Reader + ?Sized), sql: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    reader
        .query(sql, &mut |row| {
            found.push(row.cells().map(|cell| cell.to_text()).collect());
            Ok(())
        })
        .unwrap();
    found
}
