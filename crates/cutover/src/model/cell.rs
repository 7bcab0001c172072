//! Cells and rows in the exact encoding that every digest is taken over.
//!
//! A cell is one class byte and the bytes of its text; a row is its cells, each preceded by the length of its
//! encoding as a little-endian `u32`. Two rows are equal exactly if their bytes are.

/// What a cell holds. The numbers are part of the digest's definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum CellClass {
    /// NULL: no bytes follow.
    Null = 0,
    /// A value of the column's type, in exact text.
    Value = 1,
    /// SQLite: an integer, in decimal.
    Integer = 2,
    /// SQLite: a real, in the shortest decimal that reads back to the same bits.
    Real = 3,
    /// SQLite: text, as stored.
    Text = 4,
    /// SQLite: a blob, as stored.
    Blob = 5,
}

impl CellClass {
    /// The class of a class byte.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        [Self::Null, Self::Value, Self::Integer, Self::Real, Self::Text, Self::Blob].into_iter().find(|class| *class as u8 == byte)
    }
}

/// A borrowed cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell<'a> {
    /// What the cell holds.
    pub class: CellClass,
    /// Its text; empty where it is NULL.
    pub bytes: &'a [u8],
}

impl Cell<'_> {
    /// Whether the cell is NULL.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.class == CellClass::Null
    }

    /// The cell for people: `NULL`, text, or `x'…'` where the bytes are not text.
    #[must_use]
    pub fn to_text(&self) -> String {
        match (self.class, std::str::from_utf8(self.bytes)) {
            (CellClass::Null, _) => "NULL".to_owned(),
            (CellClass::Blob, _) | (_, Err(_)) => {
                let digits: String = self.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("x'{digits}'")
            }
            (_, Ok(text)) => text.to_owned(),
        }
    }
}

/// A row in its encoding. Readers refill one row again and again, so that a scan allocates nothing per row.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

const LENGTH: usize = size_of::<u32>();

impl Row {
    /// An empty row.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A row of these cells.
    #[must_use]
    pub fn from_cells<'a>(cells: impl IntoIterator<Item = Cell<'a>>) -> Self {
        let mut row = Self::new();
        for cell in cells {
            row.push(cell.class, cell.bytes);
        }
        row
    }

    /// A row from its encoding; `None` where the bytes are no row's.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        let mut ends = Vec::new();
        let mut start = 0;
        while start < bytes.len() {
            let length = bytes.get(start..start + LENGTH)?;
            let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
            let end = start + LENGTH + length;
            if length == 0 || end > bytes.len() {
                return None;
            }
            ends.push(end);
            start = end;
        }
        Some(Self { bytes, ends })
    }

    /// Takes all cells out and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Adds a cell whose bytes are at hand.
    pub fn push(&mut self, class: CellClass, bytes: &[u8]) {
        self.push_with(class, |buffer| buffer.extend_from_slice(bytes));
    }

    /// Adds a NULL.
    pub fn push_null(&mut self) {
        self.push(CellClass::Null, &[]);
    }

    /// Adds a cell whose bytes `write` appends to the buffer; it must not touch what is there already.
    pub fn push_with(&mut self, class: CellClass, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; LENGTH]);
        self.bytes.push(class as u8);
        write(&mut self.bytes);
        // A cell of 4 GiB or more is beyond what any of the databases stores in one value.
        let length = u32::try_from(self.bytes.len() - start - LENGTH).unwrap_or(u32::MAX);
        self.bytes[start..start + LENGTH].copy_from_slice(&length.to_le_bytes());
        self.ends.push(self.bytes.len());
    }

    /// Writes the first `at` cells of this row over one row, and those behind them over another.
    ///
    /// # Panics
    /// Where the row has fewer cells.
    pub fn split_into(&self, at: usize, first: &mut Self, behind: &mut Self) {
        let end = if at == 0 { 0 } else { self.ends[at - 1] };
        first.clear();
        first.bytes.extend_from_slice(&self.bytes[..end]);
        first.ends.extend_from_slice(&self.ends[..at]);
        behind.clear();
        behind.bytes.extend_from_slice(&self.bytes[end..]);
        behind.ends.extend(self.ends[at..].iter().map(|other| other - end));
    }

    /// The number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the row has no cells.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The encoding of the whole row.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The encoding of one cell: class byte and bytes, without the length.
    ///
    /// # Panics
    /// Where the row has no such cell.
    #[must_use]
    pub fn encoded(&self, index: usize) -> &[u8] {
        &self.with_length(index)[LENGTH..]
    }

    /// The encoding of one cell with its length before it, as it stands in the row.
    ///
    /// # Panics
    /// Where the row has no such cell.
    #[must_use]
    pub fn with_length(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }

    /// One cell.
    ///
    /// # Panics
    /// Where the row has no such cell.
    #[must_use]
    pub fn cell(&self, index: usize) -> Cell<'_> {
        let encoded = self.encoded(index);
        // Every encoding begins with a class byte, because only `push_with` writes here.
        let class = CellClass::from_byte(encoded[0]).unwrap_or(CellClass::Value);
        Cell { class, bytes: &encoded[1..] }
    }

    /// All cells in order.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        (0..self.len()).map(|index| self.cell(index))
    }
}
