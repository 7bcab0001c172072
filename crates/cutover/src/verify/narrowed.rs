//! A table that has lost columns by a grant: what is left of it is compared all the same, because the snapshot holds its contents.

use std::path::Path;

use super::grants::Grants;
use crate::model::cell::Row;
use crate::model::error::Result;
use crate::model::table::{Column, ObjectKind, ObjectName};
use crate::snapshot::seal::private_directory;
use crate::snapshot::{Snapshot, TableEntry, Target, collect, file_stem};

/// A snapshot of one table in a directory of its own, which goes when this is dropped.
pub(super) struct Narrowed(Snapshot);

impl std::ops::Deref for Narrowed {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        &self.0
    }
}

impl Drop for Narrowed {
    fn drop(&mut self) {
        // What is left is of no use to anybody; a failure to remove it must not hide the result.
        let _ = std::fs::remove_dir_all(&self.0.directory);
    }
}

/// Whether all these columns of a table may go.
pub(super) fn granted(entry: &TableEntry, missing: &[String], grants: &Grants) -> bool {
    let object = |column: &String| ObjectName { kind: ObjectKind::Column, name: format!("{}.{column}", entry.table) };
    missing.iter().all(|column| grants.may_drop(&object(column)))
}

/// The snapshot of the one table without the columns that it has lost, made of its contents; `None` where these were not kept, or where its
/// other columns have to be read in another way than by their names. A key that has lost a column is none.
///
/// # Errors
/// Where the contents cannot be read, or the disk is full.
pub(super) fn without(
    before: &Snapshot,
    entry: &TableEntry,
    missing: &[String],
    grants: &Grants,
    scratch: &Path,
) -> Result<Option<Narrowed>> {
    if grants.read_by.contains_key(&entry.table) || (entry.contents.file.is_none() && entry.contents.digest.rows > 0) {
        return Ok(None);
    }
    let directory = scratch.join("narrowed");
    for folder in ["rows", "contents"] {
        private_directory(&directory.join(folder))?;
    }
    let kept = |column: &&Column| !missing.contains(&column.name);
    let columns: Vec<Column> = entry.columns.iter().filter(kept).cloned().collect();
    let key = if entry.key.iter().any(|column| missing.contains(column)) { Vec::new() } else { entry.key.clone() };
    let positions: Vec<usize> = entry.columns.iter().enumerate().filter(|(_, column)| kept(column)).map(|(position, _)| position).collect();
    let stem = file_stem(&entry.table.to_string());
    let target = Target {
        directory: &directory,
        rows: Some(format!("rows/{stem}.rows")),
        file: Some(format!("contents/{stem}.parquet")),
        classes: before.manifest.classes,
    };
    let contents = collect(&columns, &key, &target, &mut |sink| {
        let mut row = Row::new();
        before.read_contents(&entry.contents, &mut |whole| {
            row.clear();
            for position in &positions {
                let cell = whole.cell(*position);
                row.push(cell.class, cell.bytes);
            }
            sink(&row)
        })
    })?;
    let mut manifest = before.manifest.clone();
    manifest.tables = vec![TableEntry { table: entry.table.clone(), columns, key, contents }];
    Ok(Some(Narrowed(Snapshot { directory, manifest })))
}
