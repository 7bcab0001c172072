//! Databases for the integration tests: a new one for each test, so that tests run in parallel; kept where a test fails.

// Each test program uses its own part of this module.
#![allow(dead_code, unused_macros, unused_imports, clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use cutover::model::url::DatabaseUrl;
use postgres::{Client, NoTls, SimpleQueryMessage};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tempfile::TempDir;

mod mariadb;
pub use mariadb::mysql_url;

/// The superuser's URL of the PostgreSQL server for tests.
///
/// # Panics
/// Where the environment does not name one: a missing server is a failure, never a reason to skip.
pub fn postgres_url() -> String {
    std::env::var("CUTOVER_TEST_POSTGRES")
        .expect("CUTOVER_TEST_POSTGRES is not set: run the tests with `cargo xtask test`, which starts private servers")
}

/// A database of one test's own. Dropping it removes the database and its directory, unless the test panics: then both
/// are kept, and stderr says where.
#[derive(Debug)]
pub struct Scratch {
    place: Place,
    /// `None` only while it is dropped.
    directory: Option<TempDir>,
}

#[derive(Debug)]
enum Place {
    Postgres { database: String },
    MySql { server: mariadb::Server, database: String },
    Sqlite { file: PathBuf },
}

impl Scratch {
    /// A new database on the PostgreSQL server for tests.
    pub fn postgres(test_name: &str) -> Self {
        Self::postgres_from("template0", test_name)
    }

    fn postgres_from(template: &str, test_name: &str) -> Self {
        // PostgreSQL cuts longer names in silence.
        let database = new_name(test_name, 63);
        administrate(&format!("CREATE DATABASE \"{database}\" TEMPLATE \"{template}\""));
        Self { place: Place::Postgres { database }, directory: Some(directory(test_name)) }
    }

    /// A new database on a MariaDB server that no other test uses meanwhile: on this one, runs may be made. Waits for such a
    /// server, so that a test has one of them at a time, and its copies.
    pub fn mysql(test_name: &str) -> Self {
        Self::mysql_on(mariadb::Server::alone(), test_name)
    }

    /// A new database on the MariaDB server that all tests share: it may be read, and written by SQL, but no run may be made.
    pub fn mysql_without_runs(test_name: &str) -> Self {
        Self::mysql_on(mariadb::Server::shared(), test_name)
    }

    fn mysql_on(server: mariadb::Server, test_name: &str) -> Self {
        let database = new_name(test_name, 64);
        server.execute(None, &format!("CREATE DATABASE `{database}`")).unwrap_or_else(|error| panic!("{error}"));
        Self { place: Place::MySql { server, database }, directory: Some(directory(test_name)) }
    }

    /// A new database with the same contents. Nobody may be connected to this one meanwhile.
    pub fn copy(&self, test_name: &str) -> Self {
        match &self.place {
            Place::Postgres { database } => Self::postgres_from(database, test_name),
            Place::MySql { server, database } => {
                let copy = Self::mysql_on(server.clone(), test_name);
                let Place::MySql { database: target, .. } = &copy.place else { unreachable!("a MariaDB database is on a server") };
                server.copy(database, target);
                copy
            }
            Place::Sqlite { file } => {
                let copy = Self::sqlite(test_name);
                let Place::Sqlite { file: target } = &copy.place else { unreachable!("a SQLite database is a file") };
                std::fs::copy(file, target).expect("the file can be copied");
                copy
            }
        }
    }

    /// A new SQLite file in a directory of its own; the first statement creates it.
    pub fn sqlite(test_name: &str) -> Self {
        let directory = directory(test_name);
        let file = directory.path().join("scratch.db");
        Self { place: Place::Sqlite { file }, directory: Some(directory) }
    }

    /// The URL that people would give to cutover.
    pub fn url(&self) -> String {
        match &self.place {
            Place::Postgres { database } => url_of(database),
            Place::MySql { server, database } => server.url_of(database),
            Place::Sqlite { file } => format!("sqlite://{}", file.display()),
        }
    }

    /// A directory of the test's own, for plans and runs.
    pub fn directory(&self) -> &Path {
        self.directory.as_ref().expect("there until the drop").path()
    }

    /// The word for this database in plans and file names: `postgres`, `mysql`, `sqlite`.
    pub fn dialect(&self) -> &'static str {
        match self.place {
            Place::Postgres { .. } => "postgres",
            Place::MySql { .. } => "mysql",
            Place::Sqlite { .. } => "sqlite",
        }
    }

    /// Runs statements, separated by semicolons, in a session of their own.
    #[track_caller]
    pub fn execute(&self, sql: &str) {
        let result = match &self.place {
            Place::MySql { server, database } => server.execute(Some(database), sql),
            Place::Postgres { database } => connect(database).batch_execute(sql).map_err(|error| explain(&error)),
            Place::Sqlite { file } => open(file).execute_batch(sql).map_err(|error| error.to_string()),
        };
        if let Err(error) = result {
            panic!("{error}\n{sql}");
        }
    }

    /// The rows of one query, in a session of its own, as text; `None` is NULL.
    ///
    /// PostgreSQL's and MariaDB's own text. SQLite has only numbers, texts and blobs; whole floating numbers have no fraction here
    /// (as in PostgreSQL), and blobs are `\x` and hexadecimal digits.
    #[track_caller]
    pub fn query(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        let result = match &self.place {
            Place::MySql { server, database } => server.query(database, sql),
            Place::Postgres { database } => postgres_rows(&mut connect(database), sql).map_err(|error| explain(&error)),
            Place::Sqlite { file } => sqlite_rows(&open(file), sql).map_err(|error| error.to_string()),
        };
        result.unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            if let Some(directory) = self.directory.take() {
                let place = DatabaseUrl::new(self.url()).expect("there is a URL");
                eprintln!("kept for a look: {place} and the directory {}", directory.keep().display());
            }
            return;
        }
        match &self.place {
            Place::Postgres { database } => administrate(&format!("DROP DATABASE \"{database}\" WITH (FORCE)")),
            Place::MySql { server, database } => {
                server.execute(None, &format!("DROP DATABASE `{database}`")).unwrap_or_else(|error| panic!("{error}"));
            }
            Place::Sqlite { .. } => {}
        }
    }
}

/// Writes one body as a test on every database.
///
/// ```ignore
/// each_database! {
///     fn rows_are_counted(database: Scratch) {
///         database.execute("CREATE TABLE schools (id integer PRIMARY KEY)");
///     }
/// }
/// ```
/// becomes the tests `rows_are_counted::postgres`, `rows_are_counted::mysql` and `rows_are_counted::sqlite`. Where a promise does
/// not hold on every database, `only (postgres, sqlite)` before the first function names those where it does.
macro_rules! each_database {
    (@tests ($($place:ident),+) $name:ident) => {
        $(
            #[test]
            fn $place() {
                body(Scratch::$place(stringify!($name)));
            }
        )+
    };
    (only $places:tt $($(#[$attribute:meta])* fn $name:ident($database:ident: Scratch) $body:block)+) => {
        $(
            $(#[$attribute])*
            mod $name {
                use super::*;

                fn body($database: Scratch) $body

                $crate::support::each_database!(@tests $places $name);
            }
        )+
    };
    ($($functions:tt)+) => {
        $crate::support::each_database! { only (postgres, mysql, sqlite) $($functions)+ }
    };
}
pub(crate) use each_database;

fn directory(test_name: &str) -> TempDir {
    tempfile::Builder::new().prefix(&format!("cutover-{test_name}-")).tempdir().expect("a temporary directory can be created")
}

/// A name that no other test's database has, with at most as many bytes.
fn new_name(test_name: &str, longest: usize) -> String {
    static CREATED: AtomicU32 = AtomicU32::new(0);
    let number = CREATED.fetch_add(1, Ordering::Relaxed);
    let suffix = format!("_{}_{number}", std::process::id());
    let mut name = format!("test_{}", test_name.to_lowercase());
    // The suffix is what makes it unique.
    name.truncate(longest - suffix.len());
    name.push_str(&suffix);
    name
}

/// The PostgreSQL server's URL with another database.
fn url_of(database: &str) -> String {
    let url = postgres_url();
    let (address, options) =
        url.split_once('?').map_or((url.as_str(), String::new()), |(address, options)| (address, format!("?{options}")));
    let server = address.rfind('/').filter(|slash| !address[..*slash].ends_with('/')).map_or(address, |slash| &address[..slash]);
    format!("{server}/{database}{options}")
}

#[track_caller]
fn connect(database: &str) -> Client {
    let url = url_of(database);
    Client::connect(&url, NoTls).unwrap_or_else(|error| panic!("no connection to {database}: {}", explain(&error)))
}

/// Runs one statement in the server's own database.
#[track_caller]
fn administrate(sql: &str) {
    let mut client = Client::connect(&postgres_url(), NoTls).unwrap_or_else(|error| panic!("no server for tests: {}", explain(&error)));
    client.batch_execute(sql).unwrap_or_else(|error| panic!("{}\n{sql}", explain(&error)));
}

/// The server's own words, which the driver's `Display` leaves out.
fn explain(error: &postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string)
}

fn postgres_rows(client: &mut Client, sql: &str) -> Result<Vec<Vec<Option<String>>>, postgres::Error> {
    let messages = client.simple_query(sql)?;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|column| row.get(column).map(str::to_owned)).collect()),
        _ => None,
    });
    Ok(rows.collect())
}

fn open(file: &Path) -> Connection {
    Connection::open(file).unwrap_or_else(|error| panic!("{} cannot be opened: {error}", file.display()))
}

fn sqlite_rows(connection: &Connection, sql: &str) -> Result<Vec<Vec<Option<String>>>, rusqlite::Error> {
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|column| row.get_ref(column).map(text)).collect())?;
    rows.collect()
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Some(bytes.iter().fold(String::from("\\x"), |digits, byte| format!("{digits}{byte:02x}"))),
    }
}
