//! Cells as literals, and rows put back as they were.

use super::cells::{base_type, expression, is_utf8};
use super::dialect::MysqlDialect;
use super::literal;
use crate::model::cell::Cell;
use crate::model::dialect::{Dialect, Leeway};
use crate::model::table::{Catalog, Column, ObjectKind, ObjectName, TableName};

/// Without the second, 0 in a column that numbers itself would be the next number.
pub(super) const LEEWAY: Leeway = Leeway {
    statements: &["SET SESSION foreign_key_checks = 0, sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')"],
    any_order: true,
};

/// Stands before what `cells::expression` reads as bytes, and begins no text.
const NO_TEXT: u8 = 0xff;

/// A cell as `cells::expression` has read it.
pub(super) fn cell(table: &TableName, column: &Column, cell: Cell<'_>, catalog: &Catalog) -> Option<String> {
    let (base, bytes) = (base_type(&column.data_type), cell.bytes);
    if cell.is_null() {
        return Some("NULL".to_owned());
    }
    // As a text, the digits would be the bits.
    if base == "bit" {
        return number(bytes);
    }
    if let Some(at) = bytes.iter().rposition(|byte| *byte == NO_TEXT).filter(|_| matches!(base, "enum" | "set")) {
        return if base == "set" { number(&bytes[at + 1..]) } else { Some("0".to_owned()) };
    }
    let text = || std::str::from_utf8(bytes).ok().map(literal::text);
    match character_set(table, column, catalog) {
        Some(set) if bytes.first() == Some(&NO_TEXT) => Some(format!("_{set} x'{}'", hexadecimal(&bytes[1..]))),
        Some(_) => text(),
        None if is_utf8(&column.data_type, None) => text(),
        None => Some(format!("x'{}'", hexadecimal(bytes))),
    }
}

fn number(bytes: &[u8]) -> Option<String> {
    let digits = !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(bytes).ok().filter(|_| digits).map(str::to_owned)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A collation's name begins with its character set's.
fn character_set<'a>(table: &TableName, column: &Column, catalog: &'a Catalog) -> Option<&'a str> {
    property(table, column, "collation", catalog)?.split('_').next()
}

fn property<'a>(table: &TableName, column: &Column, name: &str, catalog: &'a Catalog) -> Option<&'a str> {
    let object = ObjectName { kind: ObjectKind::Column, name: format!("{table}.{}", column.name) };
    catalog.objects.get(&object)?.get(name).map(String::as_str)
}

/// `ON UPDATE CURRENT_TIMESTAMP`.
pub(super) fn renews(table: &TableName, column: &Column, catalog: &Catalog) -> bool {
    property(table, column, "extra", catalog).is_some_and(|extra| extra.to_lowercase().contains("on update"))
}

pub(super) fn delete_some(table: &TableName, condition: &str, count: u64) -> String {
    format!("DELETE FROM {} WHERE {condition} LIMIT {count}", MysqlDialect.quote_table(table))
}

/// What was read is read again, and compared byte by byte.
pub(super) fn is_cell(column: &Column, cell: Cell<'_>) -> String {
    let quoted = MysqlDialect.quote_identifier(&column.name);
    if cell.is_null() {
        return format!("{quoted} IS NULL");
    }
    let of_letters = ["char", "varchar", "tinytext", "text", "mediumtext", "longtext", "json"];
    let read = if of_letters.contains(&base_type(&column.data_type)) {
        format!("CONVERT({quoted} USING utf8mb4)")
    } else {
        expression(&quoted, &column.data_type, None)
    };
    format!("CAST({read} AS BINARY) = x'{}'", hexadecimal(cell.bytes))
}
