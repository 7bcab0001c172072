//! A new database file for each test.
#![allow(dead_code, reason = "not every test file needs all of it")]

use std::path::PathBuf;
use std::time::Duration;

use cutover::database::sqlite::SqliteDatabase;
use cutover::database::{Fence, Mode, Reader, RunRecord};
use cutover::model::cell::CellClass;
use cutover::model::interrupt::Interrupt;
use cutover::model::table::TableName;
use cutover::model::url::DatabaseUrl;

/// A database file that lives as long as its test.
pub struct Fixture {
    pub directory: tempfile::TempDir,
    pub path: PathBuf,
    pub database: SqliteDatabase,
    pub interrupt: Interrupt,
}

/// A database with these contents.
pub fn fixture(sql: &str) -> Fixture {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("registry.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
    let interrupt = Interrupt::new();
    let database = SqliteDatabase::new(&DatabaseUrl::new(path.to_str().unwrap()).unwrap(), &interrupt).unwrap();
    Fixture { directory, path, database, interrupt }
}

impl Fixture {
    /// The application's own connection, as its driver opens it.
    pub fn application(&self) -> rusqlite::Connection {
        let connection = rusqlite::Connection::open(&self.path).unwrap();
        connection.busy_timeout(Duration::ZERO).unwrap();
        connection
    }

    /// A number that the application reads.
    pub fn number(&self, sql: &str) -> i64 {
        self.application().query_row(sql, [], |row| row.get(0)).unwrap()
    }
}

/// A fence that waits for nobody.
pub fn fence() -> Fence {
    Fence {
        tables: Vec::new(),
        strongest: Vec::new(),
        lock_timeout: Duration::ZERO,
        patience: Duration::ZERO,
        terminate_blockers: false,
        mode: Mode::Atomic,
        unfenced: false,
        apart: false,
        volatile: Vec::new(),
        opaque: false,
    }
}

/// A run's record.
pub fn record(run: &str, state: &str) -> RunRecord {
    RunRecord {
        run: run.to_owned(),
        plan: "cms-id".to_owned(),
        plan_hash: "00".to_owned(),
        state: state.to_owned(),
        started_at: "2026-01-19T08:30:00Z".to_owned(),
        tool: "0.1.0".to_owned(),
    }
}

/// The rows of a scan as class and bytes.
pub fn scan(reader: &mut dyn Reader, table: &str, columns: &[&str]) -> Vec<Vec<(CellClass, Vec<u8>)>> {
    let columns: Vec<_> = columns.iter().map(|column| (*column).to_owned()).collect();
    let mut rows = Vec::new();
    reader
        .scan(&TableName::local(table), &columns, &mut |row| {
            rows.push(row.cells().map(|cell| (cell.class, cell.bytes.to_vec())).collect());
            Ok(())
        })
        .unwrap();
    rows
}

/// The rows of a query as text for people.
pub fn query(reader: &mut dyn Reader, sql: &str) -> Vec<String> {
    let mut rows = Vec::new();
    reader
        .query(sql, &mut |row| {
            let cells: Vec<_> = row.cells().map(|cell| cell.to_text()).collect();
            rows.push(cells.join("|"));
            Ok(())
        })
        .unwrap();
    rows
}
