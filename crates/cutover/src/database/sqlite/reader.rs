//! The session that reads.

use std::path::Path;

use crate::database::{Entry, Fence, Instant, Reader, RowSink, RunRecord, Session};
use crate::model::cell::Row;
use crate::model::conditions::Conditions;
use crate::model::dialect::Dialect as _;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;
use crate::model::table::{Catalog, SequencePosition, TableName};

use super::dialect::SqliteDialect;
use super::session::{Access, Handle};
use super::{catalog, cells, conditions, entries, file_name, inputs, journal};

/// A connection in which SQLite refuses writes, in one read transaction.
#[derive(Debug)]
pub(super) struct SqliteReader {
    handle: Handle,
}

impl SqliteReader {
    /// Opens the file and fixes what is read from now on.
    ///
    /// The handle could write, because only such a handle can recover a file whose writer was killed; where the system
    /// does not allow that, the file is opened for reading only.
    ///
    /// # Errors
    /// `Refused` where the file cannot be opened or is no database; `Conflict` where another connection holds it.
    pub(super) fn open(path: &Path, interrupt: &Interrupt) -> Result<Self> {
        let open = |access| -> Result<Self> {
            let handle = Handle::open(path, access, interrupt)?;
            handle.begin_reading()?;
            Ok(Self { handle })
        };
        match open(Access::Read) {
            Err(error) if error.kind() == ErrorKind::Refused => open(Access::ReadOnlyFile).map_err(|_| error),
            opened => opened,
        }
    }

    /// A reader over a connection of another kind, for what all sessions read in the same way.
    pub(super) fn over(handle: Handle) -> Self {
        Self { handle }
    }

    /// The connection, for those who go on with it in another way.
    pub(super) fn into_handle(self) -> Handle {
        self.handle
    }

    /// The connection.
    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Up to `count` further readers. They read what this session reads only if the caller knows that nothing can be
    /// committed meanwhile. A database that is just being held by someone gives fewer of them.
    pub(super) fn companions(&self, count: usize) -> Result<Vec<Self>> {
        let mut companions = Vec::new();
        while companions.len() < count {
            match Self::open(&self.handle.path, &self.handle.interrupt) {
                Ok(companion) => companions.push(companion),
                Err(error) if error.kind() == ErrorKind::Conflict => break,
                Err(error) => return Err(error),
            }
        }
        Ok(companions)
    }

    fn push_rows(&self, statement: &mut rusqlite::Statement<'_>, width: usize, sink: RowSink<'_>) -> Result<()> {
        let mut rows = self.handle.told("read", statement.query([]))?;
        let mut row = Row::new();
        let mut until_check = ROWS_BETWEEN_CHECKS;
        while let Some(values) = self.handle.told("read the next row", rows.next())? {
            row.clear();
            for index in 0..width {
                cells::push(&mut row, self.handle.told("read a cell", values.get_ref(index))?);
            }
            sink(&row)?;
            until_check -= 1;
            if until_check == 0 {
                self.handle.interrupt.check()?;
                until_check = ROWS_BETWEEN_CHECKS;
            }
        }
        Ok(())
    }
}

/// How many rows may pass before the stop signal is looked at: some milliseconds' worth.
const ROWS_BETWEEN_CHECKS: u32 = 4096;

impl Reader for SqliteReader {
    fn session(&mut self) -> Result<Session> {
        let bytes: i64 = self.handle.value("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", [])?;
        Ok(Session {
            product: format!("SQLite {}", rusqlite::version()),
            database: file_name(&self.handle.path),
            account: String::new(),
            bytes: u64::try_from(bytes).unwrap_or_default(),
            replica: false,
        })
    }

    fn catalog(&mut self) -> Result<Catalog> {
        catalog::read(&self.handle)
    }

    /// Rows come in the order of the table itself. Indexes are not used even where they hold every column: what is
    /// compared must be what the table says.
    fn scan(&mut self, table: &TableName, columns: &[String], sink: RowSink<'_>) -> Result<()> {
        // A bare name in double quotes would be taken for a text where there is no such column; one behind an alias is not.
        let selected = if columns.is_empty() { "NULL".to_owned() } else { SqliteDialect.quote_columns("scanned.", columns) };
        let sql = format!("SELECT {selected} FROM {} AS scanned NOT INDEXED", SqliteDialect.quote_table(table));
        let mut statement = self.handle.prepare(&sql)?;
        self.push_rows(&mut statement, columns.len(), sink)
    }

    fn query(&mut self, sql: &str, sink: RowSink<'_>) -> Result<Vec<String>> {
        let mut statement = self.handle.prepare(sql)?;
        if statement.column_count() == 0 || !statement.readonly() {
            return Err(Error::new(ErrorKind::Statement, "the statement is not a query: it returns no rows, or it writes")
                .hint("write a SELECT here; what changes the database belongs into a step"));
        }
        let names: Vec<_> = statement.column_names().into_iter().map(str::to_owned).collect();
        self.push_rows(&mut statement, names.len(), sink)?;
        Ok(names)
    }

    fn inputs(&mut self, sql: &str) -> Result<Option<Vec<(TableName, String)>>> {
        inputs::of(&self.handle, sql)
    }

    fn conditions(&mut self, fence: &Fence) -> Result<Conditions> {
        Ok(conditions::look(&self.handle, fence))
    }

    /// One position for each AUTOINCREMENT table that SQLite has numbered; it keeps their largest numbers. A table without AUTOINCREMENT needs none.
    fn sequences(&mut self) -> Result<Vec<SequencePosition>> {
        catalog::sequences(&self.handle)
    }

    fn records(&mut self) -> Result<Vec<RunRecord>> {
        journal::records(&self.handle)
    }

    fn entries(&mut self, run: &str) -> Result<Vec<Entry>> {
        entries::read(&self.handle, run)
    }

    fn integrity(&mut self) -> Result<Option<Vec<String>>> {
        let mut faults = Vec::new();
        self.query("SELECT integrity_check FROM pragma_integrity_check", &mut |row| {
            faults.push(row.cell(0).to_text());
            Ok(())
        })?;
        faults.retain(|line| line != "ok");
        Ok(Some(faults))
    }

    /// With a rollback journal, further sessions can be opened: this session's shared lock makes every COMMIT wait, so that they
    /// see what it sees. With a write-ahead log, somebody may have committed since, and the session stays alone.
    fn together(&mut self, count: usize, work: &mut dyn FnMut(&mut [&mut dyn Reader], &Instant) -> Result<()>) -> Result<()> {
        let alone = count < 2 || self.handle.has_write_ahead_log()?;
        let mut companions = if alone { Vec::new() } else { self.companions(count - 1)? };
        let mut readers: Vec<&mut dyn Reader> = vec![self];
        readers.extend(companions.iter_mut().map(|companion| companion as &mut dyn Reader));
        work(&mut readers, &Instant::default())
    }
}
