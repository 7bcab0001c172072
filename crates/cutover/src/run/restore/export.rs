//! The rows that were written since a run as CSV files, one a table, before a restore takes them away.
//!
//! A line is one row in one state: `inserted` and `changed` as it is now, `changed from` and `deleted` as the snapshot has it, to which the
//! restore goes back. Values are in the exact text of comparisons; NULL is an empty field, and the empty text a quoted one.

use std::collections::HashSet;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::database::Reader;
use crate::model::cell::{Cell, CellClass, Row};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::{Catalog, TableName};
use crate::run::export::line;
use crate::snapshot::digest::RowHasher;
use crate::snapshot::rows;
use crate::snapshot::seal::{private_directory, private_file};
use crate::snapshot::{Snapshot, TableEntry, file_stem};
use crate::verify::added::Besides;
use crate::verify::grants::Grants;

use super::since::NewWrites;

/// Makes sure that a directory can take the files.
///
/// # Errors
/// `Input` where something is in it.
pub(super) fn is_free(directory: &Path) -> Result<()> {
    let taken = std::fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_some());
    if !taken && (directory.is_dir() || !directory.exists()) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Input, format!("{} is not an empty directory", directory.display()))
        .hint("--export-new-writes writes over nothing: name a new one")
        .hint("nothing was touched"))
}

/// What is written, and where to.
pub(super) struct Export<'a> {
    /// What was there before the run.
    pub before: &'a Snapshot,
    /// What the run left.
    pub left: &'a Snapshot,
    /// By which names and types the old columns are read.
    pub grants: &'a Grants,
    /// The database's dialect.
    pub dialect: &'a dyn Dialect,
    /// Where the rows files of the look are.
    pub folder: &'a Path,
    /// Where to.
    pub directory: &'a Path,
}

impl Export<'_> {
    /// Writes the files, for their owner's eyes only. The reader is at the instant of the look.
    ///
    /// # Errors
    /// Where something cannot be read or written.
    pub(super) fn write(&self, found: &NewWrites, reader: &mut dyn Reader) -> Result<()> {
        private_directory(self.directory)?;
        let catalog = reader.catalog()?;
        for (table, keys) in &found.keys {
            if let Some(entry) = self.before.table(table) {
                self.old_table(entry, keys, &catalog, reader)?;
            }
        }
        for (left, now) in &found.new_tables {
            self.new_table(left.as_ref(), now, reader)?;
        }
        if !found.objects.is_empty() {
            let path = self.directory.join("definitions.txt");
            let text = found.objects.join("\n") + "\n";
            let mut file = private_file(&path)?;
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|source| Error::file("write", &path, source))?;
        }
        Ok(())
    }

    fn old_table(&self, entry: &TableEntry, written: &HashSet<u128>, catalog: &Catalog, reader: &mut dyn Reader) -> Result<()> {
        let old: Vec<String> = entry.columns.iter().map(|column| column.name.clone()).collect();
        let besides = Besides::Added(self.dialect);
        let further = besides.columns(entry, catalog, self.grants);
        let mut names = self.grants.names_after(&entry.table, &old);
        names.extend(further.iter().map(|column| column.name.clone()));
        let mut hasher = hasher(entry, &old);
        let then = keys_in(&self.before.rows_file(&entry.contents)?, written)?;
        let now = keys_in(&self.rows_now(&entry.table), written)?;
        let mut file = Lines::create(self.directory, &entry.table, &names)?;
        self.before.read_contents(&entry.contents, &mut |row| {
            let key = hasher.hash(row).key;
            if !written.contains(&key) {
                return Ok(());
            }
            let nothing = further.iter().map(|_| Cell { class: CellClass::Null, bytes: b"" });
            file.add(if now.contains(&key) { "changed from" } else { "deleted" }, row.cells().chain(nothing))
        })?;
        if catalog.table(&entry.table).is_some() {
            let (mut row, mut behind) = (Row::new(), Row::new());
            besides.read(reader, entry, &further, self.grants, &mut |whole| {
                whole.split_into(old.len(), &mut row, &mut behind);
                let key = hasher.hash(&row).key;
                if !written.contains(&key) {
                    return Ok(());
                }
                file.add(if then.contains(&key) { "changed" } else { "inserted" }, whole.cells())
            })?;
        }
        file.finish()
    }

    fn rows_now(&self, table: &TableName) -> std::path::PathBuf {
        self.folder.join(format!("rows/{}.rows", file_stem(&table.to_string())))
    }

    /// Of a table that came with the run, what is now; of its rows that are gone, nothing but their number is known.
    fn new_table(&self, left: Option<&TableEntry>, now: &TableEntry, reader: &mut dyn Reader) -> Result<()> {
        let names: Vec<String> = now.columns.iter().map(|column| column.name.clone()).collect();
        let (mut rows_then, mut keys_then) = (HashSet::new(), HashSet::new());
        if let Some(left) = left {
            rows::read(&self.left.rows_file(&left.contents)?, &mut |hashes| {
                rows_then.insert(hashes.row);
                keys_then.insert(hashes.key);
                Ok(())
            })?;
        }
        let mut hasher = hasher(now, &names);
        let mut file = Lines::create(self.directory, &now.table, &names)?;
        reader.scan(&now.table, &names, &mut |row| {
            let hashes = hasher.hash(row);
            if rows_then.contains(&hashes.row) {
                return Ok(());
            }
            file.add(if keys_then.contains(&hashes.key) { "changed" } else { "inserted" }, row.cells())
        })?;
        file.finish()
    }
}

fn hasher(entry: &TableEntry, columns: &[String]) -> RowHasher {
    let key: Vec<usize> = entry.key.iter().filter_map(|name| columns.iter().position(|column| column == name)).collect();
    RowHasher::new((!key.is_empty()).then_some(key))
}

/// Those of the keys that a rows file has; none where there is no such file, because the table is gone.
fn keys_in(path: &Path, keys: &HashSet<u128>) -> Result<HashSet<u128>> {
    let mut found = HashSet::new();
    if path.exists() {
        rows::read(path, &mut |hashes| {
            if keys.contains(&hashes.key) {
                found.insert(hashes.key);
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// A CSV file whose first column says what became of the row.
struct Lines {
    file: BufWriter<std::fs::File>,
    path: std::path::PathBuf,
}

impl Lines {
    fn create(directory: &Path, table: &TableName, columns: &[String]) -> Result<Self> {
        let path = directory.join(format!("{}.csv", file_stem(&table.to_string())));
        let mut lines = Self { file: BufWriter::new(private_file(&path)?), path };
        lines.add("what", columns.iter().map(|name| Cell { class: CellClass::Value, bytes: name.as_bytes() }))?;
        Ok(lines)
    }

    fn add<'b>(&mut self, what: &'b str, cells: impl Iterator<Item = Cell<'b>>) -> Result<()> {
        let what = std::iter::once(Cell { class: CellClass::Value, bytes: what.as_bytes() });
        let row = Row::from_cells(what.chain(cells));
        self.file.write_all(&line(&row)).map_err(|source| Error::file("write", &self.path, source))
    }

    fn finish(mut self) -> Result<()> {
        let done = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        done.map_err(|source| Error::file("write", &self.path, source))
    }
}
