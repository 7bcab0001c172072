//! The rows in which two states of a table differ: the rows files say which, and only those are fetched.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::model::cell::Row;
use crate::model::error::{Error, ErrorKind, Result};
use crate::snapshot::digest::RowHasher;
use crate::snapshot::row_file::{self, RowFile};
use crate::snapshot::rows::{self, Differences, Part};
use crate::snapshot::scan::Rows;
use crate::snapshot::seal::private_directory;

/// A row that differs.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    /// It was there before.
    Removed(&'a Row),
    /// It is there after.
    Added(&'a Row),
    /// It is there under the same key, with other cells: before and after.
    Changed(&'a Row, &'a Row),
}

/// One side of a comparison.
pub struct Side<'a> {
    /// Its rows file.
    pub file: PathBuf,
    /// Bytes of all its rows in their encoding.
    pub bytes: u64,
    /// All its rows again, in any order, with the columns of the rows file.
    pub rows: Rows<'a>,
}

/// The most rows, and the most bytes of rows, that are held in memory at once.
const HELD_ROWS: usize = 400_000;
const HELD_BYTES: u64 = 32 << 20;

/// Hands out every row that differs. Memory stays the same however many there are: where they are too many to be held, both
/// sides are first divided by key into files below `scratch`.
///
/// # Errors
/// Where a side cannot be read again, or no longer is what its rows file says; or those of `each`.
pub fn differences(
    before: Side<'_>,
    after: Side<'_>,
    hasher: &mut RowHasher,
    scratch: &Path,
    each: &mut dyn FnMut(Change<'_>) -> Result<()>,
) -> Result<()> {
    private_directory(scratch)?;
    let parts = rows::parts(&before.file, &after.file)?;
    let rows = |path: &Path| std::fs::metadata(path).map(|metadata| metadata.len() / rows::RECORD as u64);
    let count = rows(&before.file).and_then(|one| rows(&after.file).map(|other| one + other));
    let count = count.map_err(|source| Error::file("read", &before.file, source))?.max(1);
    let average = (before.bytes + after.bytes) / count + 1;
    let mut all = Differences::default();
    let mut too_many = false;
    rows::join(&before.file, &after.file, scratch, parts, &mut |_, found| {
        too_many |= all.len() + found.len() > HELD_ROWS || (all.len() + found.len()) as u64 * average > HELD_BYTES;
        if !too_many {
            all.before.extend(found.before);
            all.after.extend(found.after);
        }
        Ok(())
    })?;
    let result = if too_many {
        drop(all);
        let parts = parts.max(u32::try_from(before.bytes.max(after.bytes) / HELD_BYTES + 1).unwrap_or(u32::MAX));
        by_parts(before, after, hasher, scratch, parts, each)
    } else {
        fetch(all, before.rows, after.rows, hasher, each)
    };
    // What is left in `scratch` is of no use to anybody; a failure to remove it must not hide the result.
    let _ = std::fs::remove_dir_all(scratch);
    result
}

fn by_parts(
    before: Side<'_>,
    after: Side<'_>,
    hasher: &mut RowHasher,
    scratch: &Path,
    parts: u32,
    each: &mut dyn FnMut(Change<'_>) -> Result<()>,
) -> Result<()> {
    let one = spill(before.rows, hasher, &scratch.join("rows-before"), parts)?;
    let other = spill(after.rows, hasher, &scratch.join("rows-after"), parts)?;
    rows::join(&before.file, &after.file, scratch, parts, &mut |part: Part, found| {
        let (one, other) = (&one[part.number as usize], &other[part.number as usize]);
        fetch(found, &mut |sink| row_file::read(one, sink), &mut |sink| row_file::read(other, sink), hasher, each)?;
        for path in [one, other] {
            std::fs::remove_file(path).map_err(|source| Error::file("remove", path, source))?;
        }
        Ok(())
    })
}

/// Divides rows by key into files.
fn spill(rows: Rows<'_>, hasher: &mut RowHasher, prefix: &Path, parts: u32) -> Result<Vec<PathBuf>> {
    let paths: Vec<_> = (0..parts).map(|number| prefix.with_extension(number.to_string())).collect();
    let mut files = paths.iter().map(|path| RowFile::create(path)).collect::<Result<Vec<_>>>()?;
    rows(&mut |row| files[Part::of_key(hasher.hash(row).key, parts).number as usize].add(row))?;
    files.into_iter().try_for_each(RowFile::finish)?;
    Ok(paths)
}

/// Fetches the rows that differ and pairs them by key.
fn fetch(
    mut found: Differences,
    before: Rows<'_>,
    after: Rows<'_>,
    hasher: &mut RowHasher,
    each: &mut dyn FnMut(Change<'_>) -> Result<()>,
) -> Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    let come: HashSet<u128> = found.after.keys().map(|hashes| hashes.key).collect();
    let mut held: HashMap<u128, Vec<Row>> = HashMap::new();
    let mut missing: u64 = found.before.values().chain(found.after.values()).map(|count| u64::from(*count)).sum();
    if !found.before.is_empty() {
        before(&mut |row| {
            let hashes = hasher.hash(row);
            if take(&mut found.before, hashes) {
                missing -= 1;
                if come.contains(&hashes.key) {
                    held.entry(hashes.key).or_default().push(row.clone());
                } else {
                    each(Change::Removed(row))?;
                }
            }
            Ok(())
        })?;
    }
    if !found.after.is_empty() {
        after(&mut |row| {
            let hashes = hasher.hash(row);
            if take(&mut found.after, hashes) {
                missing -= 1;
                match held.get_mut(&hashes.key).and_then(Vec::pop) {
                    Some(old) => each(Change::Changed(&old, row))?,
                    None => each(Change::Added(row))?,
                }
            }
            Ok(())
        })?;
    }
    for row in held.into_values().flatten() {
        each(Change::Removed(&row))?;
    }
    if missing == 0 {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Corrupt, format!("{missing} differing rows were not found when they were fetched"))
        .hint("the contents changed between the scan and the fetch, or a file of the snapshot is damaged"))
}

fn take(counts: &mut HashMap<crate::snapshot::digest::RowHashes, u32>, hashes: crate::snapshot::digest::RowHashes) -> bool {
    match counts.get_mut(&hashes) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Side, differences};
    use crate::model::cell::{Cell, CellClass, Row};
    use crate::snapshot::digest::RowHasher;
    use crate::snapshot::rows::RowsWriter;
    use std::path::Path;

    fn row(id: u32, text: &str) -> Row {
        let id = id.to_string();
        let cell = |bytes| Cell { class: CellClass::Value, bytes };
        Row::from_cells([cell(id.as_bytes()), cell(text.as_bytes())])
    }

    fn compare(before: &[Row], after: &[Row], key: Option<Vec<usize>>, bytes: u64) -> Vec<String> {
        let directory = tempfile::tempdir().unwrap();
        let mut hasher = RowHasher::new(key);
        let mut write = |path: &Path, rows: &[Row]| {
            let mut writer = RowsWriter::create(path).unwrap();
            rows.iter().for_each(|row| writer.add(hasher.hash(row)).unwrap());
            writer.finish().unwrap();
        };
        let (one, other) = (directory.path().join("1.rows"), directory.path().join("2.rows"));
        write(&one, before);
        write(&other, after);
        let show = |row: &Row| row.cells().map(|cell| cell.to_text()).collect::<Vec<_>>().join(",");
        let mut found = Vec::new();
        differences(
            Side { file: one, bytes, rows: &mut |sink| before.iter().try_for_each(&mut *sink) },
            Side { file: other, bytes, rows: &mut |sink| after.iter().try_for_each(&mut *sink) },
            &mut hasher,
            &directory.path().join("scratch"),
            &mut |change| {
                found.push(match change {
                    Change::Removed(row) => format!("-{}", show(row)),
                    Change::Added(row) => format!("+{}", show(row)),
                    Change::Changed(old, new) => format!("{} > {}", show(old), show(new)),
                });
                Ok(())
            },
        )
        .unwrap();
        found.sort();
        found
    }

    #[test]
    fn rows_are_paired_by_key_in_memory_and_on_disk() {
        let before = [row(1, "a"), row(2, "b"), row(3, "c"), row(4, "d")];
        let after = [row(5, "e"), row(4, "d"), row(2, "B"), row(1, "a")];
        // Sides that claim a gigabyte are divided into files.
        for bytes in [100, 1 << 30] {
            assert_eq!(compare(&before, &after, Some(vec![0]), bytes), ["+5,e", "-3,c", "2,b > 2,B"]);
        }
    }

    #[test]
    fn without_a_key_a_changed_row_is_one_gone_and_one_come_and_copies_count() {
        let before = [row(1, "a"), row(1, "a"), row(2, "b")];
        let after = [row(1, "a"), row(2, "B"), row(2, "b")];
        assert_eq!(compare(&before, &after, None, 100), ["+2,B", "-1,a"]);
    }

    #[test]
    fn a_key_that_stands_twice_afterwards_is_seen() {
        let found = compare(&[row(1, "a")], &[row(1, "a"), row(1, "b")], Some(vec![0]), 100);
        assert_eq!(found, ["+1,b"]);
    }
}
