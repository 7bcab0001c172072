//! The digest: order-free sums that stand for a table's contents.
//!
//! Per column, `Σ xxh3_128(encoded cell, seed = low64(key hash)) mod 2^128`, and the row count. The seed ties every cell to
//! its row, so that swapping two cells of one column changes the sum. Without a key the seed is 0, and the sum over the
//! hashes of whole rows decides. Addition does not care for order, so a scan may follow the heap, and memory does not
//! grow with the table.
//!
//! For two different contents the sums are equal by accident with a probability of about 2⁻¹²⁸ a column. The hash is not
//! cryptographic: the digest detects accidents and faults, not a forger who chooses values against it.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_128, xxh3_128_with_seed};

use crate::model::cell::Row;

/// The kind of this digest; digests of unlike kinds or versions are never compared.
pub const KIND: &str = "xxh3-128-sum";
/// The version of the encoding and of the sums.
pub const VERSION: u32 = 1;

/// A 128-bit sum, as 32 hexadecimal digits in files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Sum(pub u128);

impl From<Sum> for String {
    fn from(sum: Sum) -> Self {
        format!("{:032x}", sum.0)
    }
}

impl TryFrom<String> for Sum {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        u128::from_str_radix(&text, 16).map(Self)
    }
}

/// What stands for a table's contents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The number of rows.
    pub rows: u64,
    /// One sum for each column, in the order of the scan.
    pub columns: Vec<Sum>,
    /// The sum over whole rows, where the table has no key.
    pub whole: Option<Sum>,
}

/// The two hashes of a row: what the rows file keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowHashes {
    /// The hash of the key's cells; of the whole row where there is no key.
    pub key: u128,
    /// The hash of the whole row.
    pub row: u128,
}

/// Hashes rows by a key.
#[derive(Debug, Clone)]
pub struct RowHasher {
    key: Option<Vec<usize>>,
    scratch: Vec<u8>,
}

impl RowHasher {
    /// A hasher for rows whose key stands at these positions; `None` where there is no key.
    #[must_use]
    pub fn new(key: Option<Vec<usize>>) -> Self {
        Self { key, scratch: Vec::new() }
    }

    /// Whether rows have a key.
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// The hashes of one row.
    pub fn hash(&mut self, row: &Row) -> RowHashes {
        let whole = xxh3_128(row.bytes());
        let key = match &self.key {
            None => whole,
            Some(positions) => match positions.as_slice() {
                [only] => xxh3_128(row.with_length(*only)),
                several => {
                    self.scratch.clear();
                    for position in several {
                        self.scratch.extend_from_slice(row.with_length(*position));
                    }
                    xxh3_128(&self.scratch)
                }
            },
        };
        RowHashes { key, row: whole }
    }
}

/// Adds rows up to a digest.
#[derive(Debug)]
pub struct Digester {
    hasher: RowHasher,
    digest: Digest,
}

impl Digester {
    /// An empty digest of rows with so many columns.
    #[must_use]
    pub fn new(columns: usize, key: Option<Vec<usize>>) -> Self {
        let whole = key.is_none().then(Sum::default);
        Self { hasher: RowHasher::new(key), digest: Digest { rows: 0, columns: vec![Sum::default(); columns], whole } }
    }

    /// An empty digest of so many further cells of rows that are identified by others of their cells.
    #[must_use]
    pub fn of_further(columns: usize) -> Self {
        let digest = Digest { rows: 0, columns: vec![Sum::default(); columns], whole: Some(Sum::default()) };
        Self { hasher: RowHasher::new(Some(Vec::new())), digest }
    }

    /// Adds one row; its hashes are for the rows file.
    pub fn add(&mut self, row: &Row) -> RowHashes {
        let hashes = self.hasher.hash(row);
        self.sum(row, hashes);
        hashes
    }

    /// Adds further cells of a row whose key has been hashed with its other cells.
    pub fn add_under(&mut self, key: u128, row: &Row) -> RowHashes {
        let hashes = RowHashes { key, row: xxh3_128(row.bytes()) };
        self.sum(row, hashes);
        hashes
    }

    fn sum(&mut self, row: &Row, hashes: RowHashes) {
        // Truncation is meant: the seed is the low half of the key's hash.
        #[allow(clippy::cast_possible_truncation)]
        let seed = if self.hasher.has_key() { hashes.key as u64 } else { 0 };
        self.digest.rows += 1;
        for (position, sum) in self.digest.columns.iter_mut().enumerate() {
            sum.0 = sum.0.wrapping_add(xxh3_128_with_seed(row.encoded(position), seed));
        }
        if let Some(whole) = &mut self.digest.whole {
            whole.0 = whole.0.wrapping_add(hashes.row);
        }
    }

    /// The digest of all rows added.
    #[must_use]
    pub fn finish(self) -> Digest {
        self.digest
    }
}

#[cfg(test)]
mod tests {
    use super::Digester;
    use crate::model::cell::{Cell, CellClass, Row};
    use proptest::prelude::*;

    fn row(id: u32, text: Option<&str>) -> Row {
        let id = id.to_string();
        Row::from_cells([
            Cell { class: CellClass::Value, bytes: id.as_bytes() },
            text.map_or(Cell { class: CellClass::Null, bytes: b"" }, |text| Cell { class: CellClass::Value, bytes: text.as_bytes() }),
        ])
    }

    fn digest(rows: &[Row], key: Option<Vec<usize>>) -> super::Digest {
        let mut digester = Digester::new(2, key);
        for row in rows {
            digester.add(row);
        }
        digester.finish()
    }

    #[test]
    fn null_is_not_the_empty_text_and_swapped_cells_are_seen() {
        for key in [Some(vec![0]), None] {
            assert_ne!(digest(&[row(1, None)], key.clone()), digest(&[row(1, Some(""))], key.clone()));
            let before = [row(1, Some("a")), row(2, Some("b"))];
            let swapped = [row(1, Some("b")), row(2, Some("a"))];
            assert_ne!(digest(&before, key.clone()), digest(&swapped, key));
        }
    }

    #[test]
    fn a_row_twice_is_not_the_row_and_another_one_gone() {
        let before = [row(1, Some("a")), row(2, Some("a"))];
        let after = [row(1, Some("a")), row(1, Some("a"))];
        assert_ne!(digest(&before, None), digest(&after, None));
    }

    proptest! {
        #[test]
        fn order_does_not_matter_and_every_single_change_does(
            cells in proptest::collection::btree_map(0u32..1000, proptest::option::of(".{0,6}"), 1..20),
            seed in any::<u64>(),
            other in proptest::option::of(".{0,6}"),
        ) {
            let rows: Vec<_> = cells.iter().map(|(id, text)| row(*id, text.as_deref())).collect();
            let mut shuffled = rows.clone();
            let length = shuffled.len();
            for position in 0..length {
                shuffled.swap(position, (seed as usize).wrapping_mul(position + 1) % length);
            }
            for key in [Some(vec![0]), None] {
                let sum = digest(&rows, key.clone());
                prop_assert_eq!(&sum, &digest(&shuffled, key.clone()));
                let victim = (seed as usize) % length;
                let (id, text) = cells.iter().nth(victim).unwrap();
                if *text != other {
                    let mut changed = rows.clone();
                    changed[victim] = row(*id, other.as_deref());
                    let after = digest(&changed, key);
                    prop_assert_eq!(sum.columns[0], after.columns[0]);
                    prop_assert_ne!(sum.columns[1], after.columns[1]);
                }
            }
        }
    }
}
