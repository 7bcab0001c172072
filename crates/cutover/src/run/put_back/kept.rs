//! Which rows others have written since a run: they stay as they are, also where the undo is stopped and begun again, and its own work has
//! blurred what the run had left.

use std::collections::HashSet;
use std::path::Path;

use crate::database::Reader;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::Relationship;
use crate::snapshot::digest::{RowHasher, RowHashes};
use crate::snapshot::rows::{self, RowsWriter};
use crate::snapshot::seal::private_directory;
use crate::snapshot::{Snapshot, TableEntry, file_stem};
use crate::verify::differing::Kept;
use crate::verify::grants::Grants;

/// Keeps the rows' key hashes below a directory. What an earlier attempt left there is removed first.
///
/// # Errors
/// Where a file cannot be written.
pub(crate) fn keep(kept: &Kept, directory: &Path) -> Result<()> {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Error::file("remove", directory, error)),
        _ => {}
    }
    private_directory(&directory.join("rows"))?;
    for (table, keys) in kept {
        let mut file = RowsWriter::create(&directory.join(format!("rows/{}.rows", file_stem(&table.to_string()))))?;
        for key in keys {
            file.add(RowHashes { key: *key, row: 0 })?;
        }
        file.finish()?;
    }
    Ok(())
}

/// The rows that were kept; none where nothing was.
///
/// # Errors
/// Where a file cannot be read.
pub(crate) fn kept(before: &Snapshot, directory: &Path) -> Result<Kept> {
    let mut kept = Kept::default();
    for entry in &before.manifest.tables {
        let path = directory.join(format!("rows/{}.rows", file_stem(&entry.table.to_string())));
        if path.exists() {
            let keys = kept.entry(entry.table.clone()).or_default();
            rows::read(&path, &mut |hashes| {
                keys.insert(hashes.key);
                Ok(())
            })?;
        }
    }
    Ok(kept)
}

/// Makes sure that no kept row refers to a row that the run has brought in, and that its undo takes away. `left` is what the run left, and
/// `grants` say by which names the old columns are read.
///
/// # Errors
/// `Refused` where one does; or where something cannot be read.
pub(crate) fn refer_to_what_stays<R: Reader + ?Sized>(
    kept: &Kept,
    before: &Snapshot,
    left: Option<&Snapshot>,
    grants: &Grants,
    reader: &mut R,
) -> Result<()> {
    for relationship in before.manifest.catalog.relationships.iter().filter(|relationship| relationship.declared) {
        let entries =
            (before.table(&relationship.child), before.table(&relationship.parent), left.and_then(|left| left.table(&relationship.parent)));
        let (Some(child), Some(parent), Some(end), Some(left)) = (entries.0, entries.1, entries.2, left) else { continue };
        if parent.contents.digest == end.contents.digest || parent.key != relationship.parent_columns || child.key.is_empty() {
            continue;
        }
        let mut wanted = references(relationship, child, kept, grants, reader)?;
        if wanted.is_empty() {
            continue;
        }
        let mut brought_in = HashSet::new();
        rows::read(&left.rows_file(&end.contents)?, &mut |hashes| {
            if wanted.remove(&hashes.key) {
                brought_in.insert(hashes.key);
            }
            Ok(())
        })?;
        rows::read(&before.rows_file(&parent.contents)?, &mut |hashes| {
            brought_in.remove(&hashes.key);
            Ok(())
        })?;
        if let Some(kept) = kept.get(&relationship.parent) {
            brought_in.retain(|key| !kept.contains(key));
        }
        if !brought_in.is_empty() {
            return Err(Error::new(
                ErrorKind::Refused,
                format!(
                    "rows of {} that were written since the run refer to {} rows of {} that it has brought in",
                    relationship.child,
                    brought_in.len(),
                    relationship.parent
                ),
            )
            .hint(format!("change {} in them, or delete them, and roll back again", relationship.columns.join(", "))));
        }
    }
    Ok(())
}

/// The key hashes of what kept rows refer to.
fn references<R: Reader + ?Sized>(
    relationship: &Relationship,
    child: &TableEntry,
    kept: &Kept,
    grants: &Grants,
    reader: &mut R,
) -> Result<HashSet<u128>> {
    let mut wanted = HashSet::new();
    let Some(kept) = kept.get(&relationship.child) else { return Ok(wanted) };
    let columns = grants.names_after(&child.table, &[child.key.as_slice(), &relationship.columns].concat());
    let of_key = child.key.len();
    let mut key = RowHasher::new(Some((0..of_key).collect()));
    let mut reference = RowHasher::new(Some((of_key..columns.len()).collect()));
    reader.scan(&child.table, &columns, &mut |row| {
        if kept.contains(&key.hash(row).key) && !row.cells().skip(of_key).any(|cell| cell.is_null()) {
            wanted.insert(reference.hash(row).key);
        }
        Ok(())
    })?;
    Ok(wanted)
}
