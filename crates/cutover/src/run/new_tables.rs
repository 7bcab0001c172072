//! Tables that were not there before a run: what has been written into them since the run ended.

use std::collections::HashSet;
use std::path::Path;

use crate::database::Reader;
use crate::model::error::Result;
use crate::model::table::{Catalog, TableName};
use crate::snapshot::rows;
use crate::snapshot::seal::private_directory;
use crate::snapshot::{Contents, Scanned, Snapshot, TableEntry, Target, file_stem, scan};

/// A table that has come with a run, or after it.
pub(super) struct NewTable {
    /// Its name.
    pub name: TableName,
    /// As the run left it; `None` where it came later.
    pub left: Option<TableEntry>,
    /// As it is now; `None` where columns that the run left it with are gone, so that its rows cannot be compared.
    pub now: Option<TableEntry>,
    /// Rows that have come, changed or gone since.
    pub written: u64,
}

/// Looks at the tables of a catalog that are not in the snapshot of before. Their rows files go into the folder.
///
/// # Errors
/// Where something cannot be read.
pub(super) fn look(before: &Snapshot, left: &Snapshot, catalog: &Catalog, folder: &Path, reader: &mut dyn Reader) -> Result<Vec<NewTable>> {
    let is_old = |name: &TableName| before.manifest.catalog.table(name).is_some();
    let mut found = Vec::new();
    for table in catalog.tables.iter().filter(|table| !is_old(&table.name)) {
        let entry = left.table(&table.name).cloned();
        let columns = entry.as_ref().map_or_else(|| table.columns.clone(), |entry| entry.columns.clone());
        if columns.iter().any(|column| table.column(&column.name).is_none()) {
            found.push(NewTable { name: table.name.clone(), left: entry, now: None, written: 0 });
            continue;
        }
        let key = entry.as_ref().map_or_else(Vec::new, |entry| entry.key.clone());
        let rows = Some(format!("rows/{}.rows", file_stem(&table.name.to_string())));
        let target = Target { directory: folder, rows, file: None, classes: before.manifest.classes };
        let (contents, _) = scan(reader, Scanned::Table(&table.name, &columns, &key), &target, &mut |_| ())?;
        let written = written(left, entry.as_ref(), &contents, folder)?;
        let now = Some(TableEntry { table: table.name.clone(), columns, key, contents });
        found.push(NewTable { name: table.name.clone(), left: entry, now, written });
    }
    Ok(found)
}

/// How many rows differ from what the run left.
fn written(left: &Snapshot, entry: Option<&TableEntry>, now: &Contents, folder: &Path) -> Result<u64> {
    let (Some(entry), Some((file, _))) = (entry, &now.rows) else { return Ok(now.digest.rows) };
    if entry.contents.digest == now.digest {
        return Ok(0);
    }
    let (before, after) = (left.rows_file(&entry.contents)?, folder.join(file));
    let scratch = folder.join("scratch/new");
    private_directory(&scratch)?;
    let mut keys = HashSet::new();
    rows::join(&before, &after, &scratch, rows::parts(&before, &after)?, &mut |_, differences| {
        keys.extend(differences.before.keys().chain(differences.after.keys()).map(|hashes| hashes.key));
        Ok(())
    })?;
    Ok(keys.len() as u64)
}
