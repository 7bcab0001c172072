//! The columns that a run has added: what stands in them at its end, and what others have written into them since.
//!
//! They are read in the scan that compares the old columns, and kept under the same key hashes, so that a row is known by either.

use std::collections::HashSet;
use std::path::Path;

use super::grants::Grants;
use super::judge::{SHOWN_ROWS, identity};
use super::verdict::{Finding, RowEvidence};
use crate::database::{Reader, RowSink};
use crate::model::dialect::Dialect;
use crate::model::error::Result;
use crate::model::table::{Catalog, Column, TableName};
use crate::plan::Severity;
use crate::snapshot::digest::RowHasher;
use crate::snapshot::rows;
use crate::snapshot::seal::private_directory;
use crate::snapshot::{Snapshot, TableEntry};

/// What is read of a table besides its old columns.
#[derive(Clone, Copy)]
pub enum Besides<'a> {
    /// Nothing.
    Nothing,
    /// The columns that have come, so that it is known later what was written into them.
    Added(&'a dyn Dialect),
    /// Those that an earlier run had added. What has been written since its end, into them or into the others, is excused.
    Since(&'a Snapshot, &'a dyn Dialect),
}

impl<'a> Besides<'a> {
    /// What an earlier run left.
    pub(super) fn since(self) -> Option<&'a Snapshot> {
        match self {
            Besides::Since(left, _) => Some(left),
            _ => None,
        }
    }

    /// The columns that are read besides the old ones; none where an earlier run's are no longer all there, which is a change of definitions.
    pub fn columns(self, entry: &TableEntry, catalog: &Catalog, grants: &Grants) -> Vec<Column> {
        let Some(table) = catalog.table(&entry.table) else { return Vec::new() };
        match self {
            Besides::Nothing => Vec::new(),
            Besides::Added(_) => {
                let is_old = |column: &Column| entry.columns.iter().any(|old| grants.name_after(&entry.table, &old.name) == column.name);
                table.columns.iter().filter(|column| !is_old(column)).cloned().collect()
            }
            Besides::Since(left, _) => {
                let added = left.added(&entry.table).map_or(&[][..], |added| &added.columns);
                let now: Vec<Column> = added.iter().filter_map(|column| table.column(&column.name)).cloned().collect();
                if now.len() == added.len() { now } else { Vec::new() }
            }
        }
    }

    /// Hands out the rows of a table: its old columns, and these behind them.
    ///
    /// # Errors
    /// Those of the reader or the sink.
    pub fn read(self, reader: &mut dyn Reader, entry: &TableEntry, columns: &[Column], grants: &Grants, sink: RowSink<'_>) -> Result<()> {
        match (grants.read_by.get(&entry.table), self) {
            (None, _) => {
                let names: Vec<String> = entry.columns.iter().chain(columns).map(|column| column.name.clone()).collect();
                reader.scan(&entry.table, &names, sink)
            }
            (Some(read_by), Besides::Nothing) => reader.query(&read_by.sql(), sink).map(|_| ()),
            (Some(read_by), Besides::Added(dialect) | Besides::Since(_, dialect)) => {
                reader.query(&read_by.with(columns, dialect), sink).map(|_| ())
            }
        }
    }
}

/// What others have written into the columns that a run added to a table, in rows that are otherwise as the run left them.
#[derive(Debug)]
pub struct IntoAdded {
    /// The table.
    pub table: TableName,
    /// The columns that the run has added.
    pub columns: Vec<String>,
    /// How many rows.
    pub rows: u64,
    /// Their key hashes.
    pub keys: HashSet<u128>,
    /// Some of them; none where the table has no key.
    pub sample: Vec<RowEvidence>,
}

impl IntoAdded {
    /// In words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let rows = if self.rows == 1 { "1 row".to_owned() } else { format!("{} rows", self.rows) };
        format!("{rows} of {} in what the run has added to it ({})", self.table, self.columns.join(", "))
    }

    /// As a finding.
    #[must_use]
    pub fn finding(&self, rule: String, severity: Severity) -> Finding {
        Finding {
            rule,
            severity,
            subject: self.table.to_string(),
            message: format!("{}, written since the run", self.in_words()),
            count: self.rows,
            rows: self.sample.clone(),
            hint: None,
            revealed: false,
        }
    }

    /// Finds it, but for the rows that are known to be written already; `None` where there is nothing. Rows files of `now` are below the directory.
    ///
    /// # Errors
    /// Where a rows file cannot be read.
    pub(super) fn find(left: &Snapshot, now: &TableEntry, directory: &Path, known: &HashSet<u128>, scratch: &Path) -> Result<Option<Self>> {
        let (Some(then), Some((file, _))) = (left.added(&now.table), &now.contents.rows) else { return Ok(None) };
        if then.contents.digest == now.contents.digest {
            return Ok(None);
        }
        private_directory(scratch)?;
        let (before, after) = (left.rows_file(&then.contents)?, directory.join(file));
        let mut found = Self {
            table: now.table.clone(),
            columns: now.columns.iter().map(|column| column.name.clone()).collect(),
            rows: 0,
            keys: HashSet::new(),
            sample: Vec::new(),
        };
        rows::join(&before, &after, scratch, rows::parts(&before, &after)?, &mut |_, differences| {
            // Rows that have come or gone, or are others, too, in their old columns, are told by these.
            let then: HashSet<u128> = differences.before.keys().map(|hashes| hashes.key).collect();
            for (hashes, count) in differences.after.iter().filter(|(hashes, _)| then.contains(&hashes.key) && !known.contains(&hashes.key))
            {
                found.rows += u64::from(*count);
                found.keys.insert(hashes.key);
            }
            Ok(())
        })?;
        Ok((found.rows > 0).then_some(found))
    }

    /// Reads the old columns again, for the keys of some of the rows.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub(super) fn look_up(&mut self, reader: &mut dyn Reader, entry: &TableEntry, grants: &Grants) -> Result<()> {
        let key: Vec<usize> = entry.key.iter().filter_map(|name| entry.columns.iter().position(|column| column.name == *name)).collect();
        if key.is_empty() {
            return Ok(());
        }
        let mut hasher = RowHasher::new(Some(key.clone()));
        Besides::Nothing.read(reader, entry, &[], grants, &mut |row| {
            if self.sample.len() < SHOWN_ROWS && self.keys.contains(&hasher.hash(row).key) {
                self.sample.push(RowEvidence { key: identity(&key, &entry.columns, row), cells: Vec::new() });
            }
            Ok(())
        })
    }
}
