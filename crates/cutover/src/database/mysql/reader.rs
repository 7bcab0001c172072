//! Reading: one session on one instant.

use std::sync::Arc;

use super::address::Address;
use super::catalog;
use super::cells;
use super::conditions;
use super::dialect::MysqlDialect;
use super::script;
use super::session::{Connection, fields, number};
use super::{entries, fence, journal, replication, sequences, together};
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
    /// In one that cannot write. No row has been read yet: nobody would notice if its instant became a later one.
    Fresh,
    /// In one that cannot write, and rows have been read.
    Reading,
    /// In one that may write.
    Open,
}

/// How a transaction begins that reads one instant.
pub(super) const BEGIN_READING: &str = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";

/// A session that reads.
pub(super) struct MysqlReader {
    pub connection: Connection,
    pub address: Arc<Address>,
    /// The program's name.
    pub name: String,
    pub transaction: Transaction,
}

impl MysqlReader {
    /// Opens a session in which the server refuses writes, on the instant of now.
    ///
    /// # Errors
    /// Where the server cannot be reached.
    pub(super) fn open(address: &Arc<Address>, name: &str, interrupt: &Interrupt) -> Result<Self> {
        let mut connection = Connection::open(address, name, interrupt)?;
        connection.batch(&format!("SET SESSION TRANSACTION READ ONLY; {BEGIN_READING}"))?;
        Ok(Self { connection, address: Arc::clone(address), name: name.to_owned(), transaction: Transaction::Fresh })
    }

    /// From now on, what was read is what the instant holds.
    fn settle_instant(&mut self) {
        if self.transaction == Transaction::Fresh {
            self.transaction = Transaction::Reading;
        }
    }
}

impl Reader for MysqlReader {
    fn session(&mut self) -> Result<Session> {
        let product = self.connection.server.to_string();
        let row = self.connection.row(
            "SELECT DATABASE(), CURRENT_USER(), (SELECT COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0) FROM information_schema.TABLES \
             WHERE TABLE_SCHEMA = DATABASE())",
        )?;
        let [database, account, bytes] = fields(&row)?;
        let replica = replication::replica(&mut self.connection)?.is_some();
        Ok(Session { product, database, account, bytes: number(Some(&bytes))?, replica })
    }

    fn catalog(&mut self) -> Result<Catalog> {
        catalog::read(&mut self.connection, &self.address.database)
    }

    /// Rows come in the order of the table itself. Other indexes are not used even where they hold every column: what is
    /// compared must be what the table says.
    fn scan(&mut self, table: &TableName, columns: &[String], sink: RowSink<'_>) -> Result<()> {
        self.settle_instant();
        let stored = catalog::stored_columns(&mut self.connection, &table.name)?;
        let mut expressions = Vec::with_capacity(columns.len());
        for column in columns {
            let Some(known) = stored.get(column) else {
                return Err(Error::new(ErrorKind::Statement, format!("the table {table} does not exist, or has no column {column}")));
            };
            let quoted = MysqlDialect.quote_identifier(column);
            expressions.push(cells::expression(&quoted, &known.column_type, known.character_set.as_deref()));
        }
        let list = if expressions.is_empty() { "NULL".to_owned() } else { expressions.join(", ") };
        let sql = format!("SELECT {list} FROM {} USE INDEX ()", MysqlDialect.quote_table(&TableName::local(&table.name)));
        let mut row = Row::new();
        self.connection.stream(&sql, &mut |_| Ok(()), &mut |values| {
            row.clear();
            for index in 0..columns.len() {
                cells::push(&mut row, values.as_ref(index));
            }
            sink(&row)
        })
    }

    fn query(&mut self, sql: &str, sink: RowSink<'_>) -> Result<Vec<String>> {
        let statements = MysqlDialect.split(sql).map_err(|error| Error::new(ErrorKind::Statement, error.message).hint(error.remedy))?;
        if let Some(why) = script::writes(&statements) {
            return Err(Error::new(ErrorKind::Statement, format!("the statement is not a query: {why}"))
                .hint("write a SELECT here; what changes the database belongs into a step"));
        }
        self.settle_instant();
        // The text of some values loses digits, which is to be known before the query is executed.
        let described = self.connection.describe(sql)?;
        let loses_digits = described.iter().any(|column| cells::loses_digits(column.column_type()));
        let mut names = Vec::new();
        let mut begin = |columns: &[mysql::Column]| {
            names = columns.iter().map(|column| column.name_str().into_owned()).collect();
            Ok(())
        };
        let mut row = Row::new();
        let mut each = |values: &mysql::Row| {
            row.clear();
            for index in 0..values.len() {
                cells::push(&mut row, values.as_ref(index));
            }
            sink(&row)
        };
        if loses_digits {
            self.connection.stream_values(sql, &mut begin, &mut each)?;
        } else {
            self.connection.stream(sql, &mut begin, &mut each)?;
        }
        Ok(names)
    }

    /// The server does not tell which columns a query reads.
    fn inputs(&mut self, sql: &str) -> Result<Option<Vec<(TableName, String)>>> {
        self.connection.describe(sql)?;
        Ok(None)
    }

    fn conditions(&mut self, fence: &Fence) -> Result<Conditions> {
        conditions::look(&mut self.connection, &self.address.database, fence)
    }

    fn sequences(&mut self) -> Result<Vec<SequencePosition>> {
        sequences::read(&mut self.connection)
    }

    fn records(&mut self) -> Result<Vec<RunRecord>> {
        self.settle_instant();
        journal::records(&mut self.connection)
    }

    fn entries(&mut self, run: &str) -> Result<Vec<Entry>> {
        self.settle_instant();
        entries::read(&mut self.connection, run)
    }

    fn standing_fence(&mut self) -> Result<Option<String>> {
        self.settle_instant();
        fence::standing(&mut self.connection)
    }

    fn load(&mut self) -> Result<Option<u64>> {
        // Ours wait for their client, or are the one that asks.
        let sql = "SELECT VARIABLE_VALUE FROM {schema}.{table} WHERE VARIABLE_NAME = 'Threads_running'";
        let (schema, table) =
            if self.connection.server.mariadb { ("information_schema", "GLOBAL_STATUS") } else { ("performance_schema", "global_status") };
        let running: u64 = number(self.connection.value(&sql.replace("{schema}", schema).replace("{table}", table))?.as_deref())?;
        Ok(Some(running.saturating_sub(1)))
    }

    fn together(&mut self, count: usize, work: &mut dyn FnMut(&mut [&mut dyn Reader], &Instant) -> Result<()>) -> Result<()> {
        together::of_reader(self, count, work)
    }
}
