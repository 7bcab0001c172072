//! The MariaDB servers for tests, and the databases on them.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use mysql::prelude::Queryable;
use mysql::{Conn, Opts, OptsBuilder, Value};

/// By this name a test has a server for itself.
const LEASE: &str = "cutover test";

/// Between two looks for a server that nobody uses.
const PAUSE: Duration = Duration::from_millis(20);

/// The superuser's URL of the server that tests share. No run may be made on it: a run's fence stops everybody's writes.
///
/// # Panics
/// Where the environment does not name one: a missing server is a failure, never a reason to skip.
pub fn mysql_url() -> String {
    std::env::var("CUTOVER_TEST_MYSQL")
        .expect("CUTOVER_TEST_MYSQL is not set: run the tests with `cargo xtask test`, which starts private servers")
}

/// The superuser's URLs of the servers for runs.
fn servers_for_runs() -> Vec<String> {
    let named = std::env::var("CUTOVER_TEST_MYSQL_SERVERS").unwrap_or_default();
    let urls: Vec<_> = named.split_whitespace().map(str::to_owned).collect();
    if urls.is_empty() { vec![mysql_url()] } else { urls }
}

/// A server that one test has for itself, or that it shares with others.
#[derive(Debug, Clone)]
pub struct Server {
    /// The superuser's URL, which ends in `/`.
    url: String,
    /// The session whose lock keeps other tests away; the server forgets the lock with the session, however the test ends.
    lease: Option<Arc<Lease>>,
}

struct Lease {
    _session: Conn,
}

impl std::fmt::Debug for Lease {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Lease")
    }
}

impl Server {
    /// The server that tests share.
    pub fn shared() -> Self {
        Self { url: mysql_url(), lease: None }
    }

    /// A server that no other test uses meanwhile. Waits until one is free.
    pub fn alone() -> Self {
        loop {
            for url in servers_for_runs() {
                let mut session = connect(&url, None);
                let locked: Option<u8> =
                    session.query_first(format!("SELECT GET_LOCK('{LEASE}', 0)")).expect("a lock can be asked for").flatten();
                if locked == Some(1) {
                    forget_fences(&mut session);
                    return Self { url, lease: Some(Arc::new(Lease { _session: session })) };
                }
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// The URL of a database on it.
    pub fn url_of(&self, database: &str) -> String {
        format!("{}{database}", self.url)
    }

    /// Runs statements, separated by semicolons, in a session of their own.
    ///
    /// # Errors
    /// The server's words.
    pub fn execute(&self, database: Option<&str>, sql: &str) -> Result<(), String> {
        // The server takes nothing for an error.
        if sql.trim().is_empty() {
            return Ok(());
        }
        let mut session = connect(&self.url, database);
        let mut results = session.query_iter(sql).map_err(|error| error.to_string())?;
        // The errors of later statements come with their results.
        while let Some(rows) = results.iter() {
            for row in rows {
                row.map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }

    /// The rows of one query, in a session of its own, as text.
    ///
    /// # Errors
    /// The server's words.
    pub fn query(&self, database: &str, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        let rows: Vec<mysql::Row> = connect(&self.url, Some(database)).query(sql).map_err(|error| error.to_string())?;
        Ok(rows.into_iter().map(|row| row.unwrap().into_iter().map(text).collect()).collect())
    }

    /// Fills a database with the contents of another one on this server, by the product's own programs.
    pub fn copy(&self, from: &str, to: &str) {
        let mut dump = self.client("mariadb-dump");
        dump.args(["--single-transaction", "--routines", "--triggers", "--events", "--hex-blob", from]).stdout(Stdio::piped());
        let mut dump = dump.spawn().expect("mariadb-dump starts");
        let restored = self.client("mariadb").arg(to).stdin(dump.stdout.take().unwrap()).status().expect("mariadb starts");
        let dumped = dump.wait().unwrap();
        assert!(dumped.success() && restored.success(), "{from} could not be copied: mariadb-dump {dumped}, mariadb {restored}");
    }

    /// A program of the server's own version, with the superuser's account and no argument that tells the password.
    fn client(&self, program: &str) -> Command {
        let directories = std::env::var_os("CUTOVER_TEST_MYSQL_BIN").unwrap_or_default();
        let path = std::env::split_paths(&directories).map(|directory| directory.join(program)).find(|path| path.is_file());
        let options = options(&self.url);
        let mut command = Command::new(path.unwrap_or_else(|| PathBuf::from(program)));
        command.arg("--no-defaults");
        command.arg(format!("--host={}", options.get_ip_or_hostname()));
        command.arg(format!("--port={}", options.get_tcp_port()));
        command.arg(format!("--user={}", options.get_user().unwrap_or_default()));
        command.env("MYSQL_PWD", options.get_pass().unwrap_or_default());
        command
    }
}

/// A test that failed may have left its fence, for people to look at; the next test on the server must not find it.
fn forget_fences(session: &mut Conn) {
    let fences = "SELECT table_schema FROM information_schema.tables WHERE table_name = 'cutover_fence'";
    let databases: Vec<String> = session.query(fences).expect("the catalog can be read");
    for database in databases {
        session.query_drop(format!("DELETE FROM `{database}`.cutover_fence")).expect("a fence can be forgotten");
    }
    session.query_drop("SET GLOBAL read_only = OFF").expect("the server can be written");
}

fn options(url: &str) -> Opts {
    Opts::from_url(url).unwrap_or_else(|error| panic!("the URL of the MariaDB server for tests is none: {error}"))
}

#[track_caller]
fn connect(url: &str, database: Option<&str>) -> Conn {
    let options = OptsBuilder::from_opts(options(url)).db_name(database).prefer_socket(false);
    Conn::new(options).unwrap_or_else(|error| panic!("no connection to MariaDB: {error}"))
}

/// MariaDB's own text.
fn text(value: Value) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(
            String::from_utf8(bytes)
                .unwrap_or_else(|error| error.as_bytes().iter().fold(String::from("\\x"), |digits, byte| format!("{digits}{byte:02x}"))),
        ),
        other => panic!("the text protocol gives text: {other:?}"),
    }
}
