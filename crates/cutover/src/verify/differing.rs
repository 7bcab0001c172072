//! The rows in which tables differ from a snapshot, set aside so that they can be put back.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::added::Besides;
use super::compare::Change;
use super::grants::Grants;
use super::judge::text;
use super::tables::{After, Listener, explain, missing_columns, read_after};
use crate::database::Reader;
use crate::model::cell::Row;
use crate::model::error::{Error, Result};
use crate::model::table::{Catalog, TableName};
use crate::snapshot::digest::RowHasher;
use crate::snapshot::row_file::{self, RowFile};
use crate::snapshot::seal::private_directory;
use crate::snapshot::{Snapshot, TableEntry, file_stem};

/// The key hashes of rows that are left as they stand, by table.
pub type Kept = BTreeMap<TableName, HashSet<u128>>;

/// What to look at, and what to leave.
pub struct Differing<'a> {
    /// What was there before.
    pub before: &'a Snapshot,
    /// The tables; the snapshot's all where `None`.
    pub tables: Option<&'a BTreeSet<TableName>>,
    /// What may differ, and by which names and types the old columns are read.
    pub grants: &'a Grants,
    /// Rows that others have written.
    pub kept: &'a Kept,
    /// Where rows are set aside. What stands there is removed first.
    pub directory: &'a Path,
}

/// The rows of one table that differ, in files.
#[derive(Debug)]
pub struct TableDifference {
    /// The table as the snapshot has it.
    pub entry: TableEntry,
    /// The names that its columns have now, in the same order.
    pub names: Vec<String>,
    /// Rows that are gone.
    pub gone: u64,
    /// Rows that have come.
    pub come: u64,
    /// Rows with other cells.
    pub changed: u64,
    files: PathBuf,
}

impl TableDifference {
    /// Rows that differ in one way or another.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.gone + self.come + self.changed
    }

    /// Hands out the rows that are gone, as they were.
    ///
    /// # Errors
    /// Where the file cannot be read, or those of `each`.
    pub fn each_gone(&self, each: &mut dyn FnMut(&Row) -> Result<()>) -> Result<()> {
        row_file::read(&self.files.join("gone"), each)
    }

    /// Hands out the rows that have come.
    ///
    /// # Errors
    /// Where the file cannot be read, or those of `each`.
    pub fn each_come(&self, each: &mut dyn FnMut(&Row) -> Result<()>) -> Result<()> {
        row_file::read(&self.files.join("come"), each)
    }

    /// Hands out the rows with other cells: as they should be, and as they are. Where they differ, something is to be put back.
    ///
    /// # Errors
    /// Where the file cannot be read, or those of `each`.
    pub fn each_changed(&self, each: &mut dyn FnMut(&Row, &Row) -> Result<()>) -> Result<()> {
        let mut wanted: Option<Row> = None;
        row_file::read(&self.files.join("changed"), &mut |row| match wanted.take() {
            None => {
                wanted = Some(row.clone());
                Ok(())
            }
            Some(wanted) => each(&wanted, row),
        })
    }
}

impl Differing<'_> {
    /// Reads the tables and sets aside what differs in them and is not granted. A table that is gone, or has lost a column, is left out:
    /// rows do not bring that back.
    ///
    /// # Errors
    /// Where something cannot be read, or a file not be written.
    pub fn find(&self, catalog: &Catalog, reader: &mut dyn Reader, listener: &dyn Listener) -> Result<Vec<TableDifference>> {
        match std::fs::remove_dir_all(self.directory) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Error::file("remove", self.directory, error)),
            _ => {}
        }
        private_directory(&self.directory.join("rows"))?;
        let mut found = Vec::new();
        for entry in &self.before.manifest.tables {
            let wanted = self.tables.is_none_or(|wanted| wanted.contains(&entry.table));
            let complete = missing_columns(entry, catalog, self.grants).is_some_and(|missing| missing.is_empty());
            if wanted && complete && !self.grants.volatile_table(&entry.table) {
                found.extend(self.of_table(entry, catalog, reader, listener)?);
            }
        }
        Ok(found)
    }

    fn of_table(
        &self,
        entry: &TableEntry,
        catalog: &Catalog,
        reader: &mut dyn Reader,
        listener: &dyn Listener,
    ) -> Result<Option<TableDifference>> {
        let name = entry.table.to_string();
        let mut after = After::Live(reader, self.directory, Besides::Nothing);
        let mut progress = |rows| listener.rows(&name, rows);
        let read = read_after(entry, catalog, &mut after, self.before.manifest.classes, self.grants, &mut progress)?;
        let Some(contents) = read.map(|found| found.contents).filter(|contents| contents.digest != entry.contents.digest) else {
            return Ok(None);
        };
        let files = self.directory.join(file_stem(&name));
        private_directory(&files)?;
        let create = |name: &str| RowFile::create(&files.join(name));
        let (mut gone, mut come, mut changed) = (create("gone")?, create("come")?, create("changed")?);
        let key: Vec<usize> = entry.key.iter().filter_map(|name| entry.columns.iter().position(|column| column.name == *name)).collect();
        let mut hasher = RowHasher::new((!key.is_empty()).then_some(key));
        let kept = self.kept.get(&entry.table);
        let mut difference = TableDifference {
            entry: entry.clone(),
            names: entry.columns.iter().map(|column| self.grants.name_after(&entry.table, &column.name).to_owned()).collect(),
            gone: 0,
            come: 0,
            changed: 0,
            files: files.clone(),
        };
        explain(self.before, entry, &contents, &mut after, self.grants, &files.join("scratch"), &mut |change| {
            let (Change::Removed(row) | Change::Added(row) | Change::Changed(row, _)) = change;
            if kept.is_some_and(|kept| kept.contains(&hasher.hash(row).key)) {
                return Ok(());
            }
            match change {
                Change::Removed(row) if !self.grants.may_delete(&entry.table) => {
                    difference.gone += 1;
                    gone.add(row)
                }
                Change::Added(row) if !self.grants.may_insert(&entry.table) => {
                    difference.come += 1;
                    come.add(row)
                }
                Change::Changed(before, after) => {
                    let wanted = self.wanted(entry, before, after);
                    if wanted == *after {
                        return Ok(());
                    }
                    difference.changed += 1;
                    changed.add(&wanted)?;
                    changed.add(after)
                }
                _ => Ok(()),
            }
        })?;
        [gone, come, changed].into_iter().try_for_each(RowFile::finish)?;
        Ok((difference.rows() > 0).then_some(difference))
    }

    /// The row as it should be: the old one, with the cells of now where a grant or the contract's volatile columns let them be others.
    fn wanted(&self, entry: &TableEntry, before: &Row, after: &Row) -> Row {
        let mut wanted = Row::new();
        for (position, column) in entry.columns.iter().enumerate() {
            let (old, new) = (before.cell(position), after.cell(position));
            let may_differ = column.generated
                || self.grants.volatile_column(&entry.table, &column.name)
                || self
                    .grants
                    .changes(&entry.table, &column.name)
                    .any(|grant| grant.rule.allows(text(old).as_deref(), text(new).as_deref()));
            let cell = if may_differ { new } else { old };
            wanted.push(cell.class, cell.bytes);
        }
        wanted
    }
}
