//! Where auto-increments and sequences stand.

use super::catalog::TABLES_WITH_COUNTERS;
use super::dialect::MysqlDialect;
use super::session::{Connection, fields, number};
use super::{journal, objects};
use crate::model::dialect::Dialect;
use crate::model::error::Result;
use crate::model::table::{SequencePosition, TableName};

/// Reads all positions: one for each table with an auto-increment, by the table's name, and one for each sequence.
///
/// # Errors
/// The server's.
pub(super) fn read(connection: &mut Connection) -> Result<Vec<SequencePosition>> {
    let mut positions = Vec::new();
    for row in connection.rows(TABLES_WITH_COUNTERS)? {
        let [table, column, next] = fields(&row)?;
        if journal::is_our_name(&table) {
            continue;
        }
        let numbers = Some((TableName::local(&table), column));
        positions.push(SequencePosition { sequence: table, numbers, next: number(Some(&next))?, increment: 1 });
    }
    for name in objects::sequence_names(connection)? {
        let sql = format!("SELECT next_not_cached_value, increment FROM {}", MysqlDialect.quote_identifier(&name));
        let [next, increment] = fields(&connection.row(&sql)?)?;
        positions.push(SequencePosition {
            sequence: name,
            numbers: None,
            next: number(Some(&next))?,
            increment: number::<i128>(Some(&increment))?,
        });
    }
    positions.sort();
    Ok(positions)
}
