//! FLOAT, of which the dump writes six digits only (*seen* on MariaDB 10.11: 16777215 came back as 16777200): what that loses is written beside
//! the dump, from the snapshot of the same instant, which has every digit.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::database::dialect;
use crate::model::cell::Row;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::{Catalog, Column, ObjectKind, TableName};
use crate::snapshot::seal::SealedWriter;
use crate::snapshot::{Snapshot, TableEntry};

/// The session in which the statements mean what they say.
const HEADER: &str = "SET NAMES utf8mb4;\nSET SESSION time_zone = '+00:00', sql_mode = '', autocommit = 0;\n";

/// Whether a column is a FLOAT, which the dump may cut short.
pub(super) fn is_float(column: &Column) -> bool {
    column.data_type.to_ascii_lowercase().starts_with("float")
}

/// Why lost digits of a table cannot be put back by its key; `None` where they can.
pub(super) fn obstacle(table: &TableName, columns: &[Column], key: &[String], catalog: &Catalog) -> Option<&'static str> {
    if key.is_empty() {
        return Some("the table has no key");
    }
    let plain = |column: &&Column| (column.numeric || column.utf8) && !is_float(column);
    if columns.iter().filter(|column| key.contains(&column.name)).filter(plain).count() < key.len() {
        return Some("its key is not of numbers and texts");
    }
    let name = table.to_string();
    let of_table = |trigger: &str| trigger.strip_prefix(&name).is_some_and(|rest| rest.starts_with('.'));
    let fires = catalog.objects.iter().any(|(object, properties)| {
        let on_update = properties.get("event").is_some_and(|event| event.ends_with("UPDATE"));
        object.kind == ObjectKind::Trigger && of_table(&object.name) && on_update
    });
    fires.then_some("its triggers would fire")
}

/// Writes a statement for every row whose FLOAT the dump has cut short; no file where there is none.
///
/// # Errors
/// Where the snapshot's contents cannot be read, or the disk is full.
pub(super) fn write(snapshot: &Snapshot, path: &Path) -> Result<()> {
    let dialect = dialect(&snapshot.manifest.dialect)
        .ok_or_else(|| Error::new(ErrorKind::Internal, "the snapshot is of no database that is known"))?;
    let mut file: Option<GzEncoder<SealedWriter>> = None;
    for entry in &snapshot.manifest.tables {
        let floats: Vec<_> = entry.columns.iter().enumerate().filter(|(_, column)| is_float(column)).collect();
        if floats.is_empty() || obstacle(&entry.table, &entry.columns, &entry.key, &snapshot.manifest.catalog).is_some() {
            continue;
        }
        snapshot.read_contents(&entry.contents, &mut |row| {
            let lost: Vec<_> = floats.iter().filter(|(position, _)| is_cut_short(row, *position)).collect();
            if lost.is_empty() {
                return Ok(());
            }
            let mut values: Vec<_> = lost.iter().map(|(position, column)| (column.name.clone(), row.cell(*position).to_text())).collect();
            values.sort();
            let failed = |source| Error::file("write", path, source);
            let file = match &mut file {
                Some(file) => file,
                None => {
                    let mut begun = GzEncoder::new(SealedWriter::create(path)?, Compression::fast());
                    begun.write_all(HEADER.as_bytes()).map_err(failed)?;
                    file.insert(begun)
                }
            };
            file.write_all(statement(entry, &values, row, dialect).as_bytes()).map_err(failed)
        })?;
    }
    let Some(mut file) = file else { return Ok(()) };
    let written = file.write_all(b"COMMIT;\n").and_then(|()| file.finish());
    written.map_err(|source| Error::file("write", path, source))?.finish().map(|_| ())
}

/// Whether six digits are another number than the cell's.
fn is_cut_short(row: &Row, position: usize) -> bool {
    let cell = row.cell(position);
    let Some(exact) = (!cell.is_null()).then(|| cell.to_text().parse::<f64>().ok()).flatten() else { return false };
    let written = format!("{exact:.5e}").parse::<f64>().unwrap_or(f64::NAN);
    written as f32 != exact as f32
}

fn statement(entry: &TableEntry, values: &[(String, String)], row: &Row, dialect: &dyn Dialect) -> String {
    let quoted = |name: &str| dialect.quote_identifier(name);
    let mut assignments: Vec<_> = values.iter().map(|(name, value)| format!("{} = {value}", quoted(name))).collect();
    // Said explicitly, a time that follows every UPDATE stays what it is.
    let times = entry.columns.iter().filter(|column| {
        let sort = column.data_type.to_ascii_lowercase();
        (sort.starts_with("timestamp") || sort.starts_with("datetime")) && !column.generated
    });
    assignments.extend(times.map(|column| format!("{0} = {0}", quoted(&column.name))));
    let of_key = entry.columns.iter().enumerate().filter(|(_, column)| entry.key.contains(&column.name));
    let conditions: Vec<_> = of_key
        .map(|(position, column)| {
            let text = row.cell(position).to_text();
            let value = if column.numeric { text } else { dialect.quote_literal(&text) };
            format!("{} = {value}", quoted(&column.name))
        })
        .collect();
    format!("UPDATE {} SET {} WHERE {};\n", dialect.quote_table(&entry.table), assignments.join(", "), conditions.join(" AND "))
}
