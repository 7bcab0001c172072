//! Cells as literals, and rows put back as they were.

use super::dialect::PostgresDialect;
use crate::model::cell::Cell;
use crate::model::dialect::{Dialect, Leeway};
use crate::model::put_back::{self, KeyedRow};
use crate::model::table::{Column, TableName};

/// Foreign keys whose checks can wait are checked when the transaction is settled. The others are checked by each statement, which only a
/// superuser could turn off.
pub(super) const LEEWAY: Leeway = Leeway { statements: &["SET CONSTRAINTS ALL DEFERRED"], any_order: false };

/// The text of a value, in quotes: where the column is known, the server reads it as it reads a dump. `None` for bytes that are no text,
/// which an old database without an encoding may hold.
pub(super) fn literal(cell: Cell<'_>) -> Option<String> {
    if cell.is_null() {
        return Some("NULL".to_owned());
    }
    std::str::from_utf8(cell.bytes).ok().map(|text| PostgresDialect.quote_literal(text))
}

/// Numbers of an identity column are those that are given, also where the column says ALWAYS.
pub(super) fn insert(table: &TableName, columns: &[String], rows: &[Vec<String>]) -> String {
    let (table, columns) = (PostgresDialect.quote_table(table), PostgresDialect.quote_columns("", columns));
    put_back::insert(table, columns, " OVERRIDING SYSTEM VALUE", rows)
}

/// In a CASE, literals would be texts; in rows, the columns that they are like give them their types.
pub(super) fn update(table: &TableName, key: &[String], columns: &[String], rows: &[KeyedRow]) -> String {
    let like: Vec<_> = key.iter().chain(columns).map(|column| (table.clone(), column.clone())).collect();
    let literals: Vec<_> = rows.iter().enumerate().map(|(line, row)| (line + 1, [row.key.as_slice(), &row.values].concat())).collect();
    let assignments: Vec<_> =
        columns.iter().enumerate().map(|(index, column)| (column.clone(), format!("file.c{}", key.len() + index))).collect();
    let same: Vec<_> = key
        .iter()
        .enumerate()
        .map(|(index, column)| format!("target.{} = file.c{index}", PostgresDialect.quote_identifier(column)))
        .collect();
    let query = PostgresDialect.literal_rows(&like, &literals);
    PostgresDialect.update_from(table, &assignments, &query, &same.join(" AND "))
}

/// A row without a key is found by its place.
pub(super) fn delete_some(table: &TableName, condition: &str, count: u64) -> String {
    let table = PostgresDialect.quote_table(table);
    // In partitions, a place alone is not enough.
    format!("DELETE FROM {table} WHERE (tableoid, ctid) IN (SELECT tableoid, ctid FROM {table} WHERE {condition} LIMIT {count})")
}

/// Not every type can be compared; the text that it is written as can.
pub(super) fn is_cell(column: &Column, cell: Cell<'_>, literal: &str) -> String {
    let quoted = PostgresDialect.quote_identifier(&column.name);
    if cell.is_null() {
        return format!("{quoted} IS NULL");
    }
    // Cast to a text, a truth value is written in full, and trailing blanks are cut off.
    let name = column.data_type.split('(').next().unwrap_or_default();
    if matches!(name, "boolean" | "character" | "\"char\"") {
        return format!("{quoted} = {literal}");
    }
    format!("CAST({quoted} AS text) COLLATE \"C\" = {literal}")
}
