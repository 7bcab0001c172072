//! What the tests on a real MySQL or MariaDB share: a database of their own, and sessions of other people.
#![allow(dead_code, reason = "each test program uses its own part")]

pub mod proxy;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use cutover::database::mysql::MysqlDatabase;
use cutover::database::{Database, Fence, Mode, Reader, RunRecord, Writer};
use cutover::model::interrupt::Interrupt;
use cutover::model::table::TableName;
use cutover::model::url::DatabaseUrl;
use mysql::prelude::Queryable;
use mysql::{Conn, Opts, OptsBuilder, Value};

/// By this name a test has a server for itself.
const LEASE: &str = "cutover test";

/// The superuser's URL of the server that tests share.
fn shared_server() -> String {
    std::env::var("CUTOVER_TEST_MYSQL")
        .expect("CUTOVER_TEST_MYSQL is not set: run the tests with `cargo xtask test`, which starts private servers")
}

/// The superuser's URLs of the servers that a test may set to read-only.
fn servers_for_runs() -> Vec<String> {
    let named = std::env::var("CUTOVER_TEST_MYSQL_SERVERS").unwrap_or_default();
    let urls: Vec<_> = named.split_whitespace().map(str::to_owned).collect();
    if urls.is_empty() { vec![shared_server()] } else { urls }
}

/// The server's URL with a database, and with another account where one is given as `name:password`.
fn url(server: &str, account: Option<&str>, database: &str) -> String {
    let (scheme, rest) = server.split_once("://").expect("CUTOVER_TEST_MYSQL is a URL");
    let (own, host) = rest.rsplit_once('@').expect("CUTOVER_TEST_MYSQL names an account");
    let host = host.split(['/', '?']).next().expect("a host");
    format!("{scheme}://{}@{host}/{database}", account.unwrap_or(own))
}

/// A database of one test's own, dropped when the test has passed and kept when it has failed.
pub struct Scratch {
    pub name: String,
    server: String,
    /// Keeps other tests away from a server that this one sets to read-only.
    lease: Option<Conn>,
}

impl Scratch {
    /// On the server that tests share: nothing may be set on it.
    pub fn new(setup: &str) -> Self {
        Self::on(shared_server(), None, setup)
    }

    /// On a server that no other test uses meanwhile. Waits until one is free.
    pub fn fenced(setup: &str) -> Self {
        loop {
            for server in servers_for_runs() {
                let mut session = connect(&url(&server, None, ""));
                let locked: Option<u8> = session.query_first(format!("SELECT GET_LOCK('{LEASE}', 0)")).unwrap().flatten();
                if locked == Some(1) {
                    session.query_drop("SET GLOBAL read_only = OFF").unwrap();
                    return Self::on(server, Some(session), setup);
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn on(server: String, lease: Option<Conn>, setup: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("cutover_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        connect(&url(&server, None, "")).query_drop(format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")).unwrap();
        let scratch = Self { name, server, lease };
        if !setup.is_empty() {
            scratch.run(setup);
        }
        scratch
    }

    /// Runs SQL in a session of its own.
    pub fn run(&self, sql: &str) {
        self.other().run(sql);
    }

    /// Another person's session.
    pub fn other(&self) -> Other {
        Other { session: connect(&url(&self.server, None, &self.name)) }
    }

    /// The session of another account, given as `name:password`.
    pub fn other_as(&self, account: &str) -> Other {
        Other { session: connect(&url(&self.server, Some(account), &self.name)) }
    }

    pub fn url(&self) -> String {
        url(&self.server, None, &self.name)
    }

    pub fn database(&self) -> MysqlDatabase {
        self.database_with(&Interrupt::new())
    }

    pub fn database_with(&self, interrupt: &Interrupt) -> MysqlDatabase {
        MysqlDatabase::new(&DatabaseUrl::new(self.url()).unwrap(), interrupt).unwrap()
    }

    /// The database as another account sees it, given as `name:password`.
    pub fn database_as(&self, account: &str) -> MysqlDatabase {
        MysqlDatabase::new(&DatabaseUrl::new(url(&self.server, Some(account), &self.name)).unwrap(), &Interrupt::new()).unwrap()
    }

    /// The database as it is seen through a line with a fault.
    pub fn database_behind(&self, fault: proxy::Fault) -> MysqlDatabase {
        let direct = self.url();
        let (address, path) = direct.rsplit_once('/').unwrap();
        let (account, host) = address.rsplit_once('@').unwrap();
        let port = proxy::start(host, fault);
        MysqlDatabase::new(&DatabaseUrl::new(format!("{account}@127.0.0.1:{port}/{path}")).unwrap(), &Interrupt::new()).unwrap()
    }

    pub fn reader(&self) -> Box<dyn Reader> {
        self.database().read().unwrap()
    }

    pub fn writer(&self) -> Box<dyn Writer> {
        self.database().lock("test").unwrap()
    }

    /// An account with some rights on this database and no other, as `name:password`. It lives as long as the server.
    pub fn account(&self, word: &str, rights: &str) -> String {
        let name = format!("{}_{word}", self.name);
        self.run(&format!("CREATE USER {name}@'%' IDENTIFIED BY 'word'"));
        if !rights.is_empty() {
            self.run(&format!("GRANT {rights} ON {}.* TO {name}@'%'", self.name));
        }
        format!("{name}:word")
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
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mut session = connect(&url(&self.server, None, ""));
        if self.lease.is_some() {
            session.query_drop("SET GLOBAL read_only = OFF").unwrap();
        }
        if !std::thread::panicking() {
            session.query_drop(format!("DROP DATABASE {}", self.name)).unwrap();
        }
    }
}

fn connect(url: &str) -> Conn {
    let options = OptsBuilder::from_opts(Opts::from_url(url).unwrap()).prefer_socket(false);
    Conn::new(options).unwrap_or_else(|error| panic!("the server of the tests cannot be reached: {error}"))
}

/// Another person's session, which pins nothing.
pub struct Other {
    session: Conn,
}

impl Other {
    pub fn id(&self) -> u32 {
        self.session.connection_id()
    }

    pub fn run(&mut self, sql: &str) {
        self.try_run(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    /// Runs statements, separated by semicolons, and returns the rows of all of them.
    pub fn try_run(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, mysql::Error> {
        let mut result = self.session.query_iter(sql)?;
        let mut rows = Vec::new();
        while let Some(set) = result.iter() {
            for row in set {
                rows.push(row?.unwrap().into_iter().map(text).collect());
            }
        }
        Ok(rows)
    }

    pub fn rows(&mut self, sql: &str) -> Vec<Vec<Option<String>>> {
        self.try_run(sql).unwrap()
    }

    pub fn value(&mut self, sql: &str) -> String {
        self.rows(sql)[0][0].clone().unwrap_or_else(|| "NULL".to_owned())
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        _ => None,
    }
}

/// An in-place fence.
pub fn fence() -> Fence {
    Fence {
        tables: Vec::new(),
        strongest: Vec::new(),
        lock_timeout: Duration::from_secs(1),
        patience: Duration::from_secs(30),
        terminate_blockers: false,
        mode: Mode::InPlace,
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

/// All rows of some columns of a table as text, sorted.
pub fn scanned(reader: &mut (impl Reader + ?Sized), table: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let columns: Vec<_> = columns.iter().map(|column| (*column).to_owned()).collect();
    let mut found = Vec::new();
    reader
        .scan(&TableName::local(table), &columns, &mut |row| {
            found.push(row.cells().map(|cell| cell.to_text()).collect());
            Ok(())
        })
        .unwrap();
    found.sort();
    found
}
