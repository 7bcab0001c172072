//! One scan: digest, numbers, rows file and contents of a table or query, in one pass and in constant memory.

use std::path::Path;

use super::contents::{ContentsColumn, ContentsWriter};
use super::digest::{Digester, RowHashes};
use super::manifest::Contents;
use super::numbers::Numbers;
use super::rows::RowsWriter;
use crate::database::{Reader, RowSink};
use crate::model::cell::Row;
use crate::model::error::Result;
use crate::model::table::{Column, TableName};

/// Rows between two ticks of progress.
pub(crate) const TICK: u64 = 4096;

/// What a scan reads.
#[derive(Debug, Clone, Copy)]
pub enum Scanned<'a> {
    /// These columns of all rows of a table, identified by a key (empty: none).
    Table(&'a TableName, &'a [Column], &'a [String]),
    /// The rows of a query, which have no key.
    Query(&'a str),
}

/// Where a scan writes to.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// The directory below which the files stand.
    pub directory: &'a Path,
    /// The rows file, if one is written.
    pub rows: Option<String>,
    /// The contents file, if one is written.
    pub file: Option<String>,
    /// Whether classes are kept in it.
    pub classes: bool,
}

/// Reads a table or query once. `progress` is told how many more rows were read. The names of the columns are returned too.
///
/// # Errors
/// The server's, or where a file cannot be written.
pub fn scan(
    reader: &mut dyn Reader,
    what: Scanned<'_>,
    target: &Target<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<(Contents, Vec<String>)> {
    let mut collector = match what {
        Scanned::Table(_, columns, key) => Some(Collector::of_table(columns, key, target)?),
        // How many columns a query has is known with its first row.
        Scanned::Query(_) => None,
    };
    let mut count = 0_u64;
    let mut each = |row: &Row| {
        let collector = match &mut collector {
            Some(collector) => collector,
            none => none.insert(Collector::of_query(row.len(), target)?),
        };
        collector.add(row)?;
        count += 1;
        if count.is_multiple_of(TICK) {
            progress(TICK);
        }
        Ok(())
    };
    let names = match what {
        Scanned::Table(table, columns, _) => {
            let names: Vec<_> = columns.iter().map(|column| column.name.clone()).collect();
            reader.scan(table, &names, &mut each)?;
            names
        }
        Scanned::Query(sql) => reader.query(sql, &mut each)?,
    };
    progress(count % TICK);
    let collector = match collector {
        Some(collector) => collector,
        None => Collector::of_query(names.len(), target)?,
    };
    Ok((collector.finish(target)?, names))
}

/// Hands out rows from wherever they are, in any order.
pub type Rows<'a> = &'a mut dyn FnMut(RowSink<'_>) -> Result<()>;

/// Yields what a scan of a table would yield, of rows that come from elsewhere and have these columns.
///
/// # Errors
/// Those of `rows`, or where a file cannot be written.
pub fn collect(columns: &[Column], key: &[String], target: &Target<'_>, rows: Rows<'_>) -> Result<Contents> {
    let mut collector = Collector::of_table(columns, key, target)?;
    rows(&mut |row| collector.add(row).map(|_| ()))?;
    collector.finish(target)
}

/// What is yielded of the columns that stand behind those of a scan.
pub struct Further<'a> {
    /// The columns.
    pub columns: &'a [Column],
    /// Their rows file, below the directory of the scan: the key hashes are those of the same rows in the scan's own rows file.
    pub rows: String,
}

/// Yields what [`collect`] does, of rows that have further cells behind those columns, and the same of the further cells.
///
/// # Errors
/// Those of `rows`, or where a file cannot be written.
pub fn collect_further(
    columns: &[Column],
    key: &[String],
    target: &Target<'_>,
    further: Further<'_>,
    rows: Rows<'_>,
) -> Result<(Contents, Contents)> {
    let mut collector = Collector::of_table(columns, key, target)?;
    let mut digester = Digester::of_further(further.columns.len());
    let mut file = RowsWriter::create(&target.directory.join(&further.rows))?;
    let (mut row, mut behind, mut bytes) = (Row::new(), Row::new(), 0);
    rows(&mut |whole| {
        whole.split_into(columns.len(), &mut row, &mut behind);
        let hashes = collector.add(&row)?;
        bytes += behind.bytes().len() as u64;
        file.add(digester.add_under(hashes.key, &behind))
    })?;
    let further =
        Contents { digest: digester.finish(), bytes, numbers: Vec::new(), rows: Some((further.rows, file.finish()?)), file: None };
    Ok((collector.finish(target)?, further))
}

/// Everything that a scan yields, row by row.
struct Collector {
    digester: Digester,
    rows: Option<RowsWriter>,
    file: Option<ContentsWriter>,
    numbers: Vec<(usize, String, Numbers)>,
    bytes: u64,
}

impl Collector {
    fn of_table(columns: &[Column], key: &[String], target: &Target<'_>) -> Result<Self> {
        let positions: Vec<usize> = key.iter().filter_map(|name| columns.iter().position(|column| column.name == *name)).collect();
        let described: Vec<_> = columns
            .iter()
            .map(|column| ContentsColumn { name: column.name.clone(), data_type: column.data_type.clone(), utf8: column.utf8 })
            .collect();
        let mut collector = Self::new(&described, (!positions.is_empty()).then_some(positions), target)?;
        let numeric = columns.iter().enumerate().filter(|(_, column)| column.numeric);
        collector.numbers = numeric.map(|(position, column)| (position, column.name.clone(), Numbers::new())).collect();
        Ok(collector)
    }

    fn of_query(columns: usize, target: &Target<'_>) -> Result<Self> {
        let described: Vec<_> =
            (1..=columns).map(|number| ContentsColumn { name: format!("column{number}"), data_type: String::new(), utf8: false }).collect();
        Self::new(&described, None, target)
    }

    fn new(columns: &[ContentsColumn], key: Option<Vec<usize>>, target: &Target<'_>) -> Result<Self> {
        let path = |name: &String| target.directory.join(name);
        Ok(Self {
            digester: Digester::new(columns.len(), key),
            rows: target.rows.as_ref().map(|name| RowsWriter::create(&path(name))).transpose()?,
            file: target.file.as_ref().map(|name| ContentsWriter::create(&path(name), columns, target.classes)).transpose()?,
            numbers: Vec::new(),
            bytes: 0,
        })
    }

    fn add(&mut self, row: &Row) -> Result<RowHashes> {
        let hashes = self.digester.add(row);
        if let Some(rows) = &mut self.rows {
            rows.add(hashes)?;
        }
        if let Some(file) = &mut self.file {
            file.add(row)?;
        }
        for (position, _, numbers) in &mut self.numbers {
            numbers.add(row.cell(*position));
        }
        self.bytes += row.bytes().len() as u64;
        Ok(hashes)
    }

    fn finish(self, target: &Target<'_>) -> Result<Contents> {
        Ok(Contents {
            digest: self.digester.finish(),
            bytes: self.bytes,
            numbers: self.numbers.into_iter().map(|(_, name, numbers)| (name, numbers)).collect(),
            rows: target.rows.clone().zip(self.rows.map(RowsWriter::finish).transpose()?),
            file: target.file.clone().zip(self.file.map(ContentsWriter::finish).transpose()?),
        })
    }
}

/// A name as a file's: everything but letters, digits, `_`, `-` and `.` is written as its bytes in hexadecimal, so that two
/// names never share a file, not even where file names do not distinguish case.
#[must_use]
pub fn file_stem(name: &str) -> String {
    let mut stem = String::new();
    for character in name.chars() {
        if character.is_ascii_lowercase() || character.is_ascii_digit() || matches!(character, '_' | '-' | '.') {
            stem.push(character);
        } else {
            let mut buffer = [0; 4];
            for byte in character.encode_utf8(&mut buffer).bytes() {
                stem.push_str(&format!("%{byte:02x}"));
            }
        }
    }
    stem
}
