//! Cells as literals, and rows put back as they were.

use super::SqliteDialect;
use super::render;
use crate::model::cell::{Cell, CellClass};
use crate::model::dialect::{Dialect, Leeway};
use crate::model::table::{Column, TableName};

/// The writer does not enforce foreign keys: it looks at what a step has changed about them when it is settled.
pub(super) const LEEWAY: Leeway = Leeway { statements: &[], any_order: true };

/// A cell of the same class and value.
pub(super) fn literal(cell: Cell<'_>) -> Option<String> {
    let text = std::str::from_utf8(cell.bytes).ok();
    match cell.class {
        CellClass::Null => Some("NULL".to_owned()),
        CellClass::Integer => text.map(str::to_owned),
        CellClass::Real => text.and_then(real),
        CellClass::Blob => Some(format!("x'{}'", hexadecimal(cell.bytes))),
        CellClass::Text | CellClass::Value => {
            Some(text.map_or_else(|| format!("CAST(x'{}' AS TEXT)", hexadecimal(cell.bytes)), render::literal))
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SQLite may read the last of seventeen digits wrongly. A number that has more than it reads for certain is built from its bits: a
/// whole number, multiplied or divided by powers of two, which loses nothing.
fn real(text: &str) -> Option<String> {
    const CERTAIN_DIGITS: usize = 15;
    let number: f64 = text.parse().ok()?;
    if number.is_infinite() {
        return Some(if number > 0.0 { "9e999" } else { "-9e999" }.to_owned());
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if digits <= CERTAIN_DIGITS && !text.contains('e') {
        return Some(text.to_owned());
    }
    let bits = number.to_bits();
    let (exponent, fraction) = ((bits >> 52) & 0x7ff, bits & ((1 << 52) - 1));
    let (mut whole, mut power) = if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, i64::try_from(exponent).ok()? - 1075) };
    while whole != 0 && whole.is_multiple_of(2) {
        whole /= 2;
        power += 1;
    }
    // Multiplied first and divided last, or the other way round, no step leaves what a real can hold exactly.
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let mut built = format!("{sign}CAST({whole} AS REAL)");
    let operator = if power < 0 { '/' } else { '*' };
    let mut left = power.unsigned_abs();
    while left > 0 {
        let step = left.min(30);
        built.push_str(&format!(" {operator} {}.0", 1_u64 << step));
        left -= step;
    }
    Some(format!("({built})"))
}

pub(super) fn delete_some(table: &TableName, condition: &str, count: u64) -> String {
    let table = SqliteDialect.quote_table(table);
    // A table without a key is never one without row numbers.
    format!("DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE {condition} LIMIT {count})")
}

/// Numbers of different classes are equal, and texts may be by a collation.
pub(super) fn is_cell(column: &Column, cell: Cell<'_>, literal: &str) -> String {
    let quoted = SqliteDialect.quote_identifier(&column.name);
    let class = match cell.class {
        CellClass::Null => return format!("{quoted} IS NULL"),
        CellClass::Integer => "integer",
        CellClass::Real => "real",
        CellClass::Blob => "blob",
        CellClass::Text | CellClass::Value => "text",
    };
    format!("(typeof({quoted}) = '{class}' AND {quoted} = {literal} COLLATE BINARY)")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::Connection;

    use super::literal;
    use crate::model::cell::{Cell, CellClass};

    fn read_back(cell: Cell<'_>) -> rusqlite::types::Value {
        let sql = format!("SELECT {}", literal(cell).unwrap());
        Connection::open_in_memory().unwrap().query_row(&sql, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn texts_and_blobs_are_read_back_to_the_same_bytes() {
        use rusqlite::types::Value;
        let text = |text: &str| read_back(Cell { class: CellClass::Text, bytes: text.as_bytes() });
        for sample in ["", "it's", "a\0b", "ü\\n"] {
            assert_eq!(text(sample), Value::Text(sample.to_owned()));
        }
        assert_eq!(read_back(Cell { class: CellClass::Blob, bytes: &[0, 255] }), Value::Blob(vec![0, 255]));
        assert_eq!(read_back(Cell { class: CellClass::Integer, bytes: b"-9223372036854775808" }), Value::Integer(i64::MIN));
        assert_eq!(read_back(Cell { class: CellClass::Real, bytes: b"-inf" }), Value::Real(f64::NEG_INFINITY));
    }

    proptest! {
        #[test]
        fn every_real_is_read_back_to_the_same_bits(bits in any::<u64>()) {
            let number = f64::from_bits(bits);
            prop_assume!(number.is_finite());
            let text = format!("{number:?}");
            match read_back(Cell { class: CellClass::Real, bytes: text.as_bytes() }) {
                rusqlite::types::Value::Real(read) => prop_assert_eq!(read.to_bits(), bits),
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }
}
