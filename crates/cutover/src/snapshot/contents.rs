//! Contents as Parquet: every cell in its exact text, one optional byte array a column, readable with DuckDB, Spark or
//! pandas. Where a database mixes storage classes within a column, a second column `NAME#class` holds the class byte.
//!
//! Row groups are closed by bytes, so that writing and reading take the same little memory whatever the table's size. Pages are
//! plain and compressed with LZ4: dictionaries would cost more time than the scan itself.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use bytes::Bytes;
use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType};
use parquet::column::reader::{ColumnReader, get_typed_column_reader};
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::seal::SealedWriter;
use crate::model::cell::{CellClass, Row};
use crate::model::error::{Error, ErrorKind, Result};

/// A row group is closed when its cells have so many bytes. Three groups may be in memory at once: one that is filled, one that
/// waits, one that is written.
const GROUP_BYTES: usize = 8 << 20;
/// Rows that are read at a time.
const BATCH: usize = 1024;

/// A column as the file describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentsColumn {
    /// Its name.
    pub name: String,
    /// Its type in the database's words, for the metadata.
    pub data_type: String,
    /// Whether every value is text in UTF-8.
    pub utf8: bool,
}

/// The cells of one row group, column by column.
#[derive(Default)]
struct Group {
    columns: Vec<GroupColumn>,
    bytes: usize,
}

#[derive(Default)]
struct GroupColumn {
    data: Vec<u8>,
    /// Where each value that is not NULL ends in `data`.
    ends: Vec<usize>,
    /// 1 for a value, 0 for NULL: Parquet's definition levels.
    levels: Vec<i16>,
    classes: Vec<i32>,
}

/// Writes a contents file. Encoding and compression happen on a thread of its own.
pub struct ContentsWriter {
    path: String,
    group: Group,
    columns: usize,
    classes: bool,
    sender: Option<SyncSender<Group>>,
    thread: Option<JoinHandle<Result<String>>>,
}

impl ContentsWriter {
    /// Creates the file. With `classes`, the class of every cell is kept.
    ///
    /// # Errors
    /// Where it cannot be created.
    pub fn create(path: &Path, columns: &[ContentsColumn], classes: bool) -> Result<Self> {
        let sink = SealedWriter::create(path)?;
        let (schema, properties) = describe(columns, classes).map_err(|source| failed("write", path, source))?;
        let (sender, receiver) = sync_channel::<Group>(1);
        let shown = path.to_owned();
        let thread = std::thread::spawn(move || {
            let written = (|| {
                let mut writer = SerializedFileWriter::new(sink, schema, properties)?;
                for group in receiver {
                    write_group(&mut writer, group, classes)?;
                }
                writer.into_inner()
            })();
            written.map_err(|source| failed("write", &shown, source))?.finish()
        });
        let mut writer = Self {
            path: path.display().to_string(),
            group: Group::default(),
            columns: columns.len(),
            classes,
            sender: Some(sender),
            thread: Some(thread),
        };
        writer.group.columns.resize_with(columns.len(), GroupColumn::default);
        Ok(writer)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// Where the disk is full or fails; perhaps only some rows later.
    pub fn add(&mut self, row: &Row) -> Result<()> {
        for (position, column) in self.group.columns.iter_mut().enumerate() {
            let cell = row.cell(position);
            if self.classes {
                column.classes.push(cell.class as i32);
            }
            if cell.is_null() {
                column.levels.push(0);
            } else {
                column.levels.push(1);
                column.data.extend_from_slice(cell.bytes);
                column.ends.push(column.data.len());
            }
        }
        // Levels, ends and classes count too, so that a table of NULLs is divided as well.
        self.group.bytes += row.bytes().len() + 8 * self.columns;
        if self.group.bytes >= GROUP_BYTES { self.send() } else { Ok(()) }
    }

    fn send(&mut self) -> Result<()> {
        let mut next = Group::default();
        next.columns.resize_with(self.columns, GroupColumn::default);
        for (new, old) in next.columns.iter_mut().zip(&self.group.columns) {
            new.data.reserve(old.data.len());
            new.ends.reserve(old.ends.len());
            new.levels.reserve(old.levels.len());
        }
        let full = std::mem::replace(&mut self.group, next);
        let sent = self.sender.as_ref().is_some_and(|sender| sender.send(full).is_ok());
        // The thread ends early only where writing failed: its own error says how.
        if sent { Ok(()) } else { self.join().map(|_| ()) }
    }

    fn join(&mut self) -> Result<String> {
        drop(self.sender.take());
        let ended = self.thread.take().map(JoinHandle::join);
        match ended {
            Some(Ok(result)) => result,
            _ => Err(Error::new(ErrorKind::Internal, format!("the thread that writes {} has ended too early", self.path))),
        }
    }

    /// Closes the file and returns its seal.
    ///
    /// # Errors
    /// Where the disk is full or fails.
    pub fn finish(mut self) -> Result<String> {
        if self.group.bytes > 0 {
            self.send()?;
        }
        self.join()
    }
}

fn failed(action: &str, path: &Path, source: ParquetError) -> Error {
    Error::new(ErrorKind::File, format!("cannot {action} {}", path.display())).because(source)
}

/// The schema and the metadata. Parquet wants distinct names: a query may return one name twice.
fn describe(columns: &[ContentsColumn], classes: bool) -> Result<(Arc<Type>, Arc<WriterProperties>), ParquetError> {
    let mut fields = Vec::new();
    let mut metadata = Vec::new();
    for (position, column) in columns.iter().enumerate() {
        let earlier = columns[..position].iter().filter(|other| other.name == column.name).count();
        let name = if earlier == 0 { column.name.clone() } else { format!("{}#{}", column.name, earlier + 1) };
        metadata.push(KeyValue::new(format!("cutover.type.{name}"), column.data_type.clone()));
        let text = (column.utf8 && !classes).then_some(LogicalType::String);
        let field = Type::primitive_type_builder(&name, PhysicalType::BYTE_ARRAY)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(text)
            .build()?;
        fields.push(Arc::new(field));
        if classes {
            let field = Type::primitive_type_builder(&format!("{name}#class"), PhysicalType::INT32)
                .with_repetition(Repetition::REQUIRED)
                .build()?;
            fields.push(Arc::new(field));
        }
    }
    let schema = Type::group_type_builder("table").with_fields(fields).build()?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_max_row_group_row_count(None)
        .set_key_value_metadata(Some(metadata))
        .set_created_by(format!("cutover {}", env!("CARGO_PKG_VERSION")))
        .build();
    Ok((Arc::new(schema), Arc::new(properties)))
}

fn write_group<W: std::io::Write + Send>(writer: &mut SerializedFileWriter<W>, group: Group, classes: bool) -> Result<(), ParquetError> {
    let mut row_group = writer.next_row_group()?;
    for column in group.columns {
        let data = Bytes::from(column.data);
        let mut start = 0;
        let values: Vec<_> = column
            .ends
            .into_iter()
            .map(|end| {
                let value = ByteArray::from(data.slice(start..end));
                start = end;
                value
            })
            .collect();
        if let Some(mut target) = row_group.next_column()? {
            target.typed::<ByteArrayType>().write_batch(&values, Some(&column.levels), None)?;
            target.close()?;
        }
        if classes && let Some(mut target) = row_group.next_column()? {
            target.typed::<Int32Type>().write_batch(&column.classes, None, None)?;
            target.close()?;
        }
    }
    row_group.close()?;
    Ok(())
}

/// Hands out the rows of a contents file in the order in which they were written, in their exact encoding. `columns` is the
/// number of columns, `classes` whether their classes were kept.
///
/// # Errors
/// Where the file cannot be read or is not what was written, or those of `each`.
pub fn read(path: &Path, columns: usize, classes: bool, each: &mut dyn FnMut(&Row) -> Result<()>) -> Result<()> {
    let broken = |source| Error::new(ErrorKind::Corrupt, format!("{} cannot be read as Parquet", path.display())).because(source);
    let file = File::open(path).map_err(|source| Error::file("read", path, source))?;
    let reader = SerializedFileReader::new(file).map_err(broken)?;
    let width = if classes { 2 } else { 1 };
    let found = reader.metadata().file_metadata().schema_descr().num_columns();
    if found != columns * width {
        return Err(Error::new(ErrorKind::Corrupt, format!("{} has {found} columns, and should have {}", path.display(), columns * width)));
    }
    for number in 0..reader.num_row_groups() {
        let group = reader.get_row_group(number).map_err(broken)?;
        let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let mut readers = Vec::new();
        for position in 0..columns {
            let values = group.get_column_reader(position * width).map_err(broken)?;
            let kinds = if classes { Some(group.get_column_reader(position * width + 1).map_err(broken)?) } else { None };
            readers.push(Batch::new(values, kinds));
        }
        let mut row = Row::new();
        let mut done = 0;
        while done < rows {
            let count = BATCH.min(rows - done);
            for column in &mut readers {
                column.fill(count).map_err(broken)?;
            }
            for index in 0..count {
                row.clear();
                for column in &mut readers {
                    column.push(index, &mut row);
                }
                each(&row)?;
            }
            done += count;
        }
    }
    Ok(())
}

/// One column of a row group, read some rows at a time.
struct Batch {
    values: parquet::column::reader::ColumnReaderImpl<ByteArrayType>,
    kinds: Option<parquet::column::reader::ColumnReaderImpl<Int32Type>>,
    buffer: Vec<ByteArray>,
    levels: Vec<i16>,
    classes: Vec<i32>,
    next: usize,
}

impl Batch {
    fn new(values: ColumnReader, kinds: Option<ColumnReader>) -> Self {
        Self {
            values: get_typed_column_reader(values),
            kinds: kinds.map(get_typed_column_reader),
            buffer: Vec::new(),
            levels: Vec::new(),
            classes: Vec::new(),
            next: 0,
        }
    }

    fn fill(&mut self, rows: usize) -> Result<(), ParquetError> {
        self.buffer.clear();
        self.levels.clear();
        self.classes.clear();
        self.next = 0;
        while self.levels.len() < rows {
            let missing = rows - self.levels.len();
            let (records, _, _) = self.values.read_records(missing, Some(&mut self.levels), None, &mut self.buffer)?;
            if records == 0 {
                return Err(ParquetError::EOF("a row group ends before its last row".to_owned()));
            }
        }
        if let Some(kinds) = &mut self.kinds {
            while self.classes.len() < rows {
                let missing = rows - self.classes.len();
                if kinds.read_records(missing, None, None, &mut self.classes)?.0 == 0 {
                    return Err(ParquetError::EOF("a row group ends before its last row".to_owned()));
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, index: usize, row: &mut Row) {
        if self.levels[index] == 0 {
            row.push_null();
            return;
        }
        let class = self.classes.get(index).and_then(|class| CellClass::from_byte(u8::try_from(*class).ok()?));
        row.push(class.unwrap_or(CellClass::Value), self.buffer[self.next].data());
        self.next += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{ContentsColumn, ContentsWriter, read};
    use crate::model::cell::{CellClass, Row};

    #[test]
    fn what_is_read_back_is_what_was_written() {
        for classes in [false, true] {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("t.parquet");
            let column = |name: &str| ContentsColumn { name: name.to_owned(), data_type: "text".to_owned(), utf8: name == "id" };
            let mut writer = ContentsWriter::create(&path, &[column("id"), column("x"), column("x")], classes).unwrap();
            let mut rows = Vec::new();
            for number in 0..5000_u32 {
                let mut row = Row::new();
                row.push(if classes { CellClass::Integer } else { CellClass::Value }, number.to_string().as_bytes());
                match number % 4 {
                    0 => row.push_null(),
                    1 => row.push(if classes { CellClass::Blob } else { CellClass::Value }, &[0xff, 0x00]),
                    _ => row.push(if classes { CellClass::Text } else { CellClass::Value }, "ü".repeat(number as usize).as_bytes()),
                }
                row.push(if classes { CellClass::Text } else { CellClass::Value }, b"");
                writer.add(&row).unwrap();
                rows.push(row);
            }
            let seal = writer.finish().unwrap();
            crate::snapshot::seal::check(&path, &seal).unwrap();
            let mut found = Vec::new();
            read(&path, 3, classes, &mut |row| {
                found.push(row.clone());
                Ok(())
            })
            .unwrap();
            assert!(rows == found);
        }
    }
}
