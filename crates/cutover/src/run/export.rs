//! `--csv DIR`: the keys of tables and the results of invariants as CSV files, before and after, under the names that a plan
//! gives them, so that people can compare them with tools of their own.

use std::io::{BufWriter, Write};
use std::path::Path;

use crate::database::Writer;
use crate::model::cell::{Cell, CellClass, Row};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, Result};
use crate::plan::{Plan, RunValues};
use crate::snapshot::seal::{private_directory, private_file};
use crate::snapshot::{Snapshot, file_stem};

use super::options::Options;

/// Writes the files of before, if they are wanted.
///
/// # Errors
/// Where a query fails or a file cannot be written.
pub fn before(
    plan: &Plan,
    options: &Options,
    dialect: &dyn Dialect,
    values: &RunValues,
    snapshot: &Snapshot,
    writer: &mut dyn Writer,
) -> Result<()> {
    write(plan, options, dialect, values, snapshot, &plan.export.before, "before", writer)
}

/// Writes the files of after, if they are wanted.
///
/// # Errors
/// Where a query fails or a file cannot be written.
pub fn after(
    plan: &Plan,
    options: &Options,
    dialect: &dyn Dialect,
    values: &RunValues,
    snapshot: &Snapshot,
    writer: &mut dyn Writer,
) -> Result<()> {
    write(plan, options, dialect, values, snapshot, &plan.export.after, "after", writer)
}

#[allow(clippy::too_many_arguments, reason = "both sides share everything but their folder")]
fn write(
    plan: &Plan,
    options: &Options,
    dialect: &dyn Dialect,
    values: &RunValues,
    snapshot: &Snapshot,
    folder: &str,
    default: &str,
    writer: &mut dyn Writer,
) -> Result<()> {
    let Some(directory) = &options.csv else { return Ok(()) };
    let folder = directory.join(if folder.is_empty() { default } else { folder });
    private_directory(&folder)?;
    for name in &plan.export.keys {
        let Some(entry) = snapshot.manifest.tables.iter().find(|entry| entry.table.to_string() == *name) else { continue };
        if entry.key.is_empty() {
            continue;
        }
        let columns = dialect.quote_columns("", &entry.key);
        let sql = format!("SELECT {columns} FROM {} ORDER BY {columns}", dialect.quote_table(&entry.table));
        query(&sql, &folder.join(format!("{}_ids.csv", file_stem(name))), writer)?;
    }
    for invariant in &plan.invariants {
        let sql = plan.sql(&invariant.statement, dialect, values);
        query(&sql, &folder.join(format!("{}.csv", file_stem(&invariant.name))), writer)?;
    }
    Ok(())
}

/// Writes a query's result as CSV with a header. As in COPY … CSV, NULL is an empty field and the empty text a quoted one,
/// which the csv crate cannot tell apart: so fields are quoted here.
fn query(sql: &str, path: &Path, writer: &mut dyn Writer) -> Result<()> {
    let failed = |source: std::io::Error| Error::file("write", path, source);
    let mut file = BufWriter::new(private_file(path)?);
    let columns = writer.query(&format!("SELECT * FROM ({sql}) AS header WHERE 1 = 0"), &mut |_| Ok(()))?;
    let header = Row::from_cells(columns.iter().map(|name| Cell { class: CellClass::Value, bytes: name.as_bytes() }));
    file.write_all(&line(&header)).map_err(failed)?;
    // In the order of all columns, so that the files of before and after can be compared line by line.
    let order: Vec<_> = (1..=columns.len()).map(|number| number.to_string()).collect();
    let sql = format!("SELECT * FROM ({sql}) AS result ORDER BY {}", order.join(", "));
    writer.query(&sql, &mut |row| file.write_all(&line(row)).map_err(failed))?;
    file.flush().map_err(failed)
}

/// One line of CSV.
pub(super) fn line(row: &Row) -> Vec<u8> {
    let mut line = Vec::new();
    for (position, cell) in row.cells().enumerate() {
        if position > 0 {
            line.push(b',');
        }
        let text = if cell.class == CellClass::Blob { cell.to_text().into_bytes() } else { cell.bytes.to_vec() };
        let special = text.is_empty() || text.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
        if cell.is_null() {
            continue;
        }
        if special {
            line.push(b'"');
        }
        for byte in text {
            if byte == b'"' {
                line.push(b'"');
            }
            line.push(byte);
        }
        if special {
            line.push(b'"');
        }
    }
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use super::line;
    use crate::model::cell::{Cell, CellClass, Row};

    #[test]
    fn null_and_the_empty_text_are_told_apart_and_quotes_doubled() {
        let value = |text: &'static str| Cell { class: CellClass::Value, bytes: text.as_bytes() };
        let row = Row::from_cells([Cell { class: CellClass::Null, bytes: b"" }, value(""), value("a\"b"), value("c,d"), value("e")]);
        assert_eq!(String::from_utf8(line(&row)).unwrap(), ",\"\",\"a\"\"b\",\"c,d\",e\n");
    }
}
