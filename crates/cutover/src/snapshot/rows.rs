//! The rows file: the two hashes of every row, and the join that tells which rows differ.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::digest::RowHashes;
use super::seal::{SealedWriter, private_file};
use crate::model::error::{Error, ErrorKind, Result};

/// Bytes of one row in a rows file: the key's hash and the row's, each 128 bits, little-endian.
pub const RECORD: usize = 32;
/// The most bytes of one side that the join holds in memory at once.
const PART: u64 = 32 << 20;

/// Writes a rows file.
pub struct RowsWriter(SealedWriter);

impl RowsWriter {
    /// Creates the file.
    ///
    /// # Errors
    /// Where it cannot be created.
    pub fn create(path: &Path) -> Result<Self> {
        SealedWriter::create(path).map(Self)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// Where the disk is full or fails.
    pub fn add(&mut self, hashes: RowHashes) -> Result<()> {
        self.0.write_all(&encode(hashes)).map_err(|source| Error::file("write", self.0.path(), source))
    }

    /// Closes the file and returns its seal.
    ///
    /// # Errors
    /// Where the disk is full or fails.
    pub fn finish(self) -> Result<String> {
        self.0.finish()
    }
}

/// The rows that stand on one side only, with how often. A row that changed stands on both sides, under one key.
#[derive(Debug, Default)]
pub struct Differences {
    /// Rows of before that are not there after.
    pub before: HashMap<RowHashes, u32>,
    /// Rows of after that were not there before.
    pub after: HashMap<RowHashes, u32>,
}

impl Differences {
    /// Rows on either side.
    #[must_use]
    pub fn len(&self) -> usize {
        self.before.len() + self.after.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// In how many parts two rows files have to be joined, so that one part of either side is at most 32 MiB.
///
/// # Errors
/// Where a file cannot be read.
pub fn parts(before: &Path, after: &Path) -> Result<u32> {
    let length = |path: &Path| std::fs::metadata(path).map(|metadata| metadata.len()).map_err(|source| Error::file("read", path, source));
    let parts = length(before)?.max(length(after)?).div_ceil(PART).max(1);
    u32::try_from(parts).map_err(|_| Error::new(ErrorKind::Internal, "a rows file is too large to be divided"))
}

/// Joins two rows files and hands out their differences part by part: a part holds all rows of the keys whose hashes fall
/// into it. `scratch` is a directory for the parts.
///
/// # Errors
/// Where a file cannot be read or written, or those of `each`.
pub fn join(before: &Path, after: &Path, scratch: &Path, parts: u32, each: &mut dyn FnMut(Part, Differences) -> Result<()>) -> Result<()> {
    if parts == 1 {
        return each(Part { number: 0, of: 1 }, differences(load(before)?, load(after)?));
    }
    let before = split(before, &scratch.join("before"), parts)?;
    let after = split(after, &scratch.join("after"), parts)?;
    for (number, (before, after)) in before.into_iter().zip(after).enumerate() {
        let part = Part { number: u32::try_from(number).unwrap_or(u32::MAX), of: parts };
        each(part, differences(load(&before)?, load(&after)?))?;
        for path in [before, after] {
            std::fs::remove_file(&path).map_err(|source| Error::file("remove", &path, source))?;
        }
    }
    Ok(())
}

/// One part of a division by the key's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 0.
    pub number: u32,
    /// The number of parts.
    pub of: u32,
}

impl Part {
    /// Whether a key belongs to the part.
    #[must_use]
    pub fn holds(&self, key: u128) -> bool {
        part_of(key, self.of) == self.number
    }
}

impl Part {
    /// The part that a key belongs to, of so many.
    #[must_use]
    pub fn of_key(key: u128, of: u32) -> Self {
        Self { number: part_of(key, of), of }
    }
}

/// The part of a key: by the high half of its hash, because the low half seeds the cells.
fn part_of(key: u128, parts: u32) -> u32 {
    // The remainder of a division by a u32 is a u32.
    #[allow(clippy::cast_possible_truncation)]
    let part = ((key >> 64) as u64 % u64::from(parts)) as u32;
    part
}

/// What stands on one side only: what both sides have cancels out, as often as both have it.
fn differences(mut before: Vec<RowHashes>, mut after: Vec<RowHashes>) -> Differences {
    before.sort_unstable();
    after.sort_unstable();
    let mut found = Differences::default();
    let (mut left, mut right) = (before.into_iter().peekable(), after.into_iter().peekable());
    loop {
        match (left.peek(), right.peek()) {
            (Some(one), Some(other)) if one == other => {
                left.next();
                right.next();
            }
            (Some(one), other) if other.is_none_or(|other| one < other) => {
                *found.before.entry(*one).or_default() += 1;
                left.next();
            }
            (_, Some(other)) => {
                *found.after.entry(*other).or_default() += 1;
                right.next();
            }
            (_, None) => return found,
        }
    }
}

fn encode(hashes: RowHashes) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    record[..16].copy_from_slice(&hashes.key.to_le_bytes());
    record[16..].copy_from_slice(&hashes.row.to_le_bytes());
    record
}

fn decode(record: &[u8; RECORD]) -> RowHashes {
    let half = |start: usize| u128::from_le_bytes(std::array::from_fn(|index| record[start + index]));
    RowHashes { key: half(0), row: half(16) }
}

/// Hands out the rows of a file one by one.
///
/// # Errors
/// Where the file cannot be read or ends within a row, or those of `each`.
pub fn read(path: &Path, each: &mut dyn FnMut(RowHashes) -> Result<()>) -> Result<()> {
    let file = File::open(path).map_err(|source| Error::file("read", path, source))?;
    let length = file.metadata().map_err(|source| Error::file("read", path, source))?.len();
    if length % RECORD as u64 != 0 {
        return Err(Error::new(ErrorKind::Corrupt, format!("{} ends within a row", path.display())));
    }
    let mut reader = BufReader::with_capacity(1 << 17, file);
    let mut record = [0; RECORD];
    for _ in 0..length / RECORD as u64 {
        reader.read_exact(&mut record).map_err(|source| Error::file("read", path, source))?;
        each(decode(&record))?;
    }
    Ok(())
}

fn load(path: &Path) -> Result<Vec<RowHashes>> {
    let mut rows = Vec::new();
    read(path, &mut |hashes| {
        rows.push(hashes);
        Ok(())
    })?;
    Ok(rows)
}

fn split(path: &Path, prefix: &Path, parts: u32) -> Result<Vec<PathBuf>> {
    let paths: Vec<_> = (0..parts).map(|number| prefix.with_extension(format!("{number}.rows"))).collect();
    let mut files = Vec::new();
    for path in &paths {
        files.push(BufWriter::new(private_file(path)?));
    }
    read(path, &mut |hashes| {
        let part = part_of(hashes.key, parts) as usize;
        files[part].write_all(&encode(hashes)).map_err(|source| Error::file("write", &paths[part], source))
    })?;
    for (file, path) in files.iter_mut().zip(&paths) {
        file.flush().map_err(|source| Error::file("write", path, source))?;
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::{Part, RowHashes, differences, join};
    use std::collections::BTreeMap;

    fn hashes(key: u128, row: u128) -> RowHashes {
        RowHashes { key, row }
    }

    #[test]
    fn what_both_sides_have_cancels_out_as_often_as_both_have_it() {
        let found = differences(
            vec![hashes(1, 1), hashes(2, 2), hashes(3, 3), hashes(3, 3)],
            vec![hashes(3, 3), hashes(2, 9), hashes(4, 4), hashes(1, 1)],
        );
        let sorted = |map: std::collections::HashMap<RowHashes, u32>| map.into_iter().collect::<BTreeMap<_, _>>();
        assert_eq!(sorted(found.before), [(hashes(2, 2), 1), (hashes(3, 3), 1)].into());
        assert_eq!(sorted(found.after), [(hashes(2, 9), 1), (hashes(4, 4), 1)].into());
    }

    #[test]
    fn a_file_of_many_parts_gives_the_same_differences() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, rows: u128, changed: u128| {
            let path = directory.path().join(name);
            let mut writer = super::RowsWriter::create(&path).unwrap();
            for number in 0..rows {
                let row = if number == changed { 7 } else { number };
                writer.add(hashes(number << 64, row)).unwrap();
            }
            writer.finish().unwrap();
            path
        };
        // More than 32 MiB, so that the file is divided.
        let rows = (super::PART as u128 / super::RECORD as u128) + 1000;
        let before = write("a.rows", rows, u128::MAX);
        let after = write("b.rows", rows - 1, 500_000);
        let (mut gone, mut come, mut parts) = (Vec::new(), Vec::new(), 0);
        let wanted = super::parts(&before, &after).unwrap();
        join(&before, &after, directory.path(), wanted, &mut |part: Part, found| {
            parts = part.of;
            assert!(found.before.keys().all(|hashes| part.holds(hashes.key)));
            gone.extend(found.before.into_keys());
            come.extend(found.after.into_keys());
            Ok(())
        })
        .unwrap();
        gone.sort();
        assert_eq!(parts, 2);
        assert_eq!(gone, [hashes(500_000 << 64, 500_000), hashes((rows - 1) << 64, rows - 1)]);
        assert_eq!(come, [hashes(500_000 << 64, 7)]);
    }
}
