//! A statement that is executed once for each range of a key: long transforms stay short transactions.

use crate::database::Reader;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::plan::{ParameterValue, put_in};

use super::prepare::{Batch, PreparedStatement};

/// One range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The statement with the bounds of the range put in, both inclusive.
    pub sql: String,
    /// The last key of the range; the next one begins behind it.
    pub last: String,
    /// How many rows the table has in it.
    pub rows: u64,
}

/// The range behind a key (the first one for `None`); `None` where the table has no rows there.
///
/// # Errors
/// Where the keys cannot be read.
pub fn next(
    statement: &PreparedStatement,
    batch: &Batch,
    after: Option<&str>,
    dialect: &dyn Dialect,
    reader: &mut dyn Reader,
) -> Result<Option<Range>> {
    let column = dialect.quote_identifier(&batch.column);
    let behind = after.map(|key| format!(" WHERE {column} > {}", dialect.quote_literal(key))).unwrap_or_default();
    let sql = format!(
        "WITH part AS (SELECT {column} AS k FROM {}{behind} ORDER BY {column} LIMIT {}) SELECT \
         (SELECT k FROM part ORDER BY k LIMIT 1) AS first, (SELECT k FROM part ORDER BY k DESC LIMIT 1) AS last, \
         (SELECT COUNT(*) FROM part) AS number",
        dialect.quote_table(&batch.table),
        batch.rows
    );
    let mut bounds = None;
    reader.query(&sql, &mut |row| {
        let [first, last, number] = [0, 1, 2].map(|index| row.cell(index).to_text());
        bounds = Some((first, last, number.parse::<u64>().unwrap_or(0)));
        Ok(())
    })?;
    let Some((first, last, rows)) = bounds.filter(|(_, _, rows)| *rows > 0) else { return Ok(None) };
    let parts = dialect.split(&statement.sql).map_err(|error| Error::new(ErrorKind::Internal, error.message))?;
    let Some(template) = parts.first() else { return Ok(None) };
    let sql = put_in(template, dialect, &|name| match name {
        "batch_first" => Some(ParameterValue::text(&first)),
        "batch_last" => Some(ParameterValue::text(&last)),
        _ => None,
    });
    Ok(Some(Range { sql, last, rows }))
}
