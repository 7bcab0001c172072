//! Reading: one session on one instant.

use std::sync::Arc;

use super::address::Address;
use super::cells::decode;
use super::dialect::PostgresDialect;
use super::session::{Connection, number, unexpected_answer};
use super::{catalog, conditions, entries, guard, inputs, journal, sequences, together};
use crate::database::{Entry, Fence, Instant, Reader, RowSink, RunRecord, Session};
use crate::model::cell::Row;
use crate::model::conditions::Conditions;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;
use crate::model::table::{Catalog, SequencePosition, TableName};

/// In which transaction a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transaction {
    /// In none: every reading is an instant of its own.
    None,
    /// In one that cannot write.
    Reading,
    /// In the one that the fence began; nothing has been written yet.
    Fenced,
    /// In the one that the fence began; steps have written, which only this session can see.
    Written,
}

/// A session that reads.
pub(super) struct PostgresReader {
    pub connection: Connection,
    pub address: Arc<Address>,
    /// The application name.
    pub name: String,
    pub transaction: Transaction,
}

impl PostgresReader {
    /// Opens a session in which the server refuses writes, on the instant of now, or on an exported one.
    ///
    /// # Errors
    /// Where the server cannot be reached, or the exported instant is gone.
    pub(super) fn open(address: &Arc<Address>, name: &str, interrupt: &Interrupt, exported: Option<&str>) -> Result<Self> {
        let mut connection = Connection::open(address, name, interrupt)?;
        connection.batch("SET SESSION default_transaction_read_only = on")?;
        let join = exported.map(|name| format!("SET TRANSACTION SNAPSHOT {};", PostgresDialect.quote_literal(name))).unwrap_or_default();
        // The first query fixes the instant.
        connection.batch(&format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {join} SELECT 1"))?;
        Ok(Self { connection, address: Arc::clone(address), name: name.to_owned(), transaction: Transaction::Reading })
    }

    /// Runs work that reads and leaves nothing behind: neither writes nor, where it fails, a transaction that is of no use
    /// any more.
    ///
    /// # Errors
    /// Those of `work`, or where its traces cannot be removed.
    pub(super) fn reading<T>(&mut self, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        let (begin, end) = match self.transaction {
            Transaction::None => ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "ROLLBACK"),
            Transaction::Reading => ("SAVEPOINT cutover_query", "ROLLBACK TO SAVEPOINT cutover_query; RELEASE SAVEPOINT cutover_query"),
            Transaction::Fenced | Transaction::Written => (
                "SAVEPOINT cutover_query; SET LOCAL transaction_read_only = on",
                "ROLLBACK TO SAVEPOINT cutover_query; RELEASE SAVEPOINT cutover_query",
            ),
        };
        self.connection.batch(begin)?;
        let outcome = work(&mut self.connection);
        let ended = self.connection.batch_in_peace(end);
        let value = outcome?;
        ended?;
        Ok(value)
    }

    /// A table's quoted name with its schema, so that nothing earlier in the search path can stand for it.
    pub(super) fn quoted(&self, table: &TableName) -> String {
        quoted(&self.connection, table)
    }
}

/// A table's quoted name with its schema.
pub(super) fn quoted(connection: &Connection, table: &TableName) -> String {
    let schema = if table.schema.is_empty() { &connection.default_schema } else { &table.schema };
    PostgresDialect.quote_table(&TableName::in_schema(schema, &table.name))
}

impl Reader for PostgresReader {
    fn session(&mut self) -> Result<Session> {
        self.reading(|connection| {
            let row = connection.row(
                "SELECT current_setting('server_version'), current_database(), current_user, \
                 pg_database_size(current_database()), pg_is_in_recovery()",
            )?;
            let [version, database, account, bytes, replica] = row.as_slice() else { return Err(unexpected_answer()) };
            Ok(Session {
                product: format!("PostgreSQL {}", version.as_deref().unwrap_or_default()),
                database: database.clone().unwrap_or_default(),
                account: account.clone().unwrap_or_default(),
                bytes: number(bytes.as_deref())?,
                replica: replica.as_deref() == Some("t"),
            })
        })
    }

    fn catalog(&mut self) -> Result<Catalog> {
        self.reading(catalog::read)
    }

    fn scan(&mut self, table: &TableName, columns: &[String], sink: RowSink<'_>) -> Result<()> {
        let name = self.quoted(table);
        self.reading(|connection| {
            let statement = scan_statement(connection, table, &name, columns)?;
            let mut row = Row::new();
            connection.copy("", &statement, "", |line| {
                decode(line, columns.len(), &mut row)?;
                sink(&row)
            })
        })
    }

    fn query(&mut self, sql: &str, sink: RowSink<'_>) -> Result<Vec<String>> {
        self.reading(|connection| {
            let names = connection.names(sql)?;
            let mut row = Row::new();
            // The line break ends a comment in the query's last line.
            connection.copy("COPY (", sql, "\n) TO STDOUT", |line| {
                decode(line, names.len(), &mut row)?;
                sink(&row)
            })?;
            Ok(names)
        })
    }

    fn inputs(&mut self, sql: &str) -> Result<Option<Vec<(TableName, String)>>> {
        inputs::inputs(self, sql)
    }

    fn conditions(&mut self, fence: &Fence) -> Result<Conditions> {
        self.reading(|connection| conditions::look(connection, fence))
    }

    fn sequences(&mut self) -> Result<Vec<SequencePosition>> {
        self.reading(|connection| Ok(sequences::read(connection)?.into_iter().map(|state| state.position()).collect()))
    }

    fn records(&mut self) -> Result<Vec<RunRecord>> {
        self.reading(journal::records)
    }

    fn entries(&mut self, run: &str) -> Result<Vec<Entry>> {
        self.reading(|connection| entries::read(connection, run))
    }

    fn standing_fence(&mut self) -> Result<Option<String>> {
        self.reading(guard::standing)
    }

    fn load(&mut self) -> Result<Option<u64>> {
        let active = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND backend_type = 'client backend' \
                      AND application_name NOT LIKE 'cutover%'";
        self.reading(|connection| Ok(Some(number(connection.value(active)?.as_deref())?)))
    }

    fn together(&mut self, count: usize, work: &mut dyn FnMut(&mut [&mut dyn Reader], &Instant) -> Result<()>) -> Result<()> {
        together::together(self, count, work)
    }
}

/// The cheapest statement that copies all rows of a table.
fn scan_statement(connection: &mut Connection, table: &TableName, quoted: &str, columns: &[String]) -> Result<String> {
    let literal = PostgresDialect.quote_literal(quoted);
    let sql = format!(
        "SELECT c.relkind, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attgenerated <> '' AND NOT a.attisdropped) \
         FROM pg_class c WHERE c.oid = to_regclass({literal})"
    );
    let Some(found) = connection.rows(&sql)?.into_iter().next() else {
        return Err(Error::new(ErrorKind::Statement, format!("the table {table} does not exist")));
    };
    let list = PostgresDialect.quote_columns("", columns);
    Ok(match (found.first().and_then(Option::as_deref), found.get(1).and_then(Option::as_deref)) {
        // COPY of a table by name reads it without a plan, but knows no generated columns.
        (Some("r"), Some("f")) if !columns.is_empty() => format!("COPY {quoted} ({list}) TO STDOUT"),
        (Some("r"), _) => format!("COPY (SELECT {list} FROM ONLY {quoted}) TO STDOUT"),
        _ => format!("COPY (SELECT {list} FROM {quoted}) TO STDOUT"),
    })
}
