//! Cells in exact text: how each column is asked for, and how the driver's values become cells.

use mysql::Value;
use mysql::consts::ColumnType;

use crate::model::cell::{CellClass, Row};

/// How a column's values are asked for, so that two different values are never the same text, and none fails to be one.
///
/// - The text of a FLOAT has six digits, too few to tell all of them apart; as a DOUBLE it has all.
/// - The widths of DOUBLE(M,D) and ZEROFILL change how a value is shown, not the value.
/// - A text of an older character set is converted. Where converting it back does not give the same bytes, because they mean nothing in
///   that set, the bytes themselves are read, behind a byte that begins no UTF-8 text.
/// - An ENUM that may hold '' also has an error value whose text is ''; only its number tells them apart. The same is true of a SET.
///
/// `quoted` is the column's quoted name, `column_type` its full type and `character_set` the name of its set, if it has one.
pub(super) fn expression(quoted: &str, column_type: &str, character_set: Option<&str>) -> String {
    let base = base_type(column_type);
    match base {
        "float" => format!("CAST({quoted} AS DOUBLE)"),
        "double" if column_type.contains('(') => format!("CAST({quoted} AS DOUBLE)"),
        "bit" => format!("{quoted} + 0"),
        _ if column_type.ends_with("zerofill") => format!("{quoted} + 0"),
        "enum" if may_be_empty(column_type) => {
            format!("IF({quoted} + 0 = 0, x'FF', CAST({} AS BINARY))", converted(quoted, character_set))
        }
        "set" if may_be_empty(column_type) => {
            format!("CONCAT(CAST({} AS BINARY), x'FF', CAST({quoted} + 0 AS CHAR))", converted(quoted, character_set))
        }
        _ => converted(quoted, character_set),
    }
}

fn converted(quoted: &str, character_set: Option<&str>) -> String {
    match character_set {
        None | Some("utf8mb4" | "binary") => quoted.to_owned(),
        // Their bytes are UTF-8 already, and no conversion can lose one.
        Some("utf8" | "utf8mb3" | "ascii") => format!("CAST({quoted} AS BINARY)"),
        // The server gives each of its 256 bytes a letter of its own.
        Some("latin1") => format!("CONVERT({quoted} USING utf8mb4)"),
        Some(other) => format!(
            "IF(CAST(CONVERT(CONVERT({quoted} USING utf8mb4) USING {other}) AS BINARY) <=> CAST({quoted} AS BINARY), \
             CAST(CONVERT({quoted} USING utf8mb4) AS BINARY), CONCAT(x'FF', CAST({quoted} AS BINARY)))"
        ),
    }
}

/// The type without its parameters: `varchar` of `varchar(20)`.
pub(super) fn base_type(column_type: &str) -> &str {
    column_type.split(['(', ' ']).next().unwrap_or(column_type)
}

/// Whether '' is one of the values of an ENUM or SET.
fn may_be_empty(column_type: &str) -> bool {
    let values = column_type.split_once('(').map_or("", |(_, values)| values);
    // Within a value, a quote is doubled and so never stands alone between commas.
    values.starts_with("'',") || values.starts_with("'')") || values.contains(",'',") || values.ends_with(",'')")
}

/// Whether every value of a column is text in UTF-8 as `expression` reads it.
pub(super) fn is_utf8(column_type: &str, character_set: Option<&str>) -> bool {
    const BYTES: [&str; 17] = [
        "binary",
        "varbinary",
        "tinyblob",
        "blob",
        "mediumblob",
        "longblob",
        "geometry",
        "point",
        "linestring",
        "polygon",
        "multipoint",
        "multilinestring",
        "multipolygon",
        "geometrycollection",
        "geomcollection",
        "vector",
        "bytes",
    ];
    let base = base_type(column_type);
    let escaped = ["enum", "set"].contains(&base) && may_be_empty(column_type);
    !BYTES.contains(&base) && !escaped && matches!(character_set, None | Some("utf8mb4" | "utf8" | "utf8mb3" | "ascii" | "latin1"))
}

/// Whether a column's values are numbers that can be added up.
pub(super) fn is_numeric(column_type: &str) -> bool {
    ["tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double"].contains(&base_type(column_type))
}

/// Whether the text of a result's column loses digits, so that the values themselves must be asked for.
pub(super) fn loses_digits(column_type: ColumnType) -> bool {
    column_type == ColumnType::MYSQL_TYPE_FLOAT
}

/// Adds a value to a row. Text goes as it came.
pub(super) fn push(row: &mut Row, value: Option<&Value>) {
    match value {
        None | Some(Value::NULL) => row.push_null(),
        Some(Value::Bytes(bytes)) => row.push(CellClass::Value, bytes),
        Some(other) => row.push(CellClass::Value, written(other).as_bytes()),
    }
}

/// A value of the binary protocol, in the text that the server itself would write.
fn written(value: &Value) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => format!("{}", f64::from(*number)),
        Value::Double(number) => format!("{number}"),
        Value::Date(year, month, day, hour, minute, second, micro) => {
            let time = format!("{hour:02}:{minute:02}:{second:02}{}", fraction(*micro));
            format!("{year:04}-{month:02}-{day:02} {time}")
        }
        Value::Time(negative, days, hours, minutes, seconds, micro) => {
            let sign = if *negative { "-" } else { "" };
            let hours = days * 24 + u32::from(*hours);
            format!("{sign}{hours:02}:{minutes:02}:{seconds:02}{}", fraction(*micro))
        }
        Value::NULL | Value::Bytes(_) => String::new(),
    }
}

fn fraction(micro: u32) -> String {
    if micro == 0 { String::new() } else { format!(".{micro:06}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_lose_something_is_asked_for_in_another_form() {
        assert_eq!(expression("`a`", "int", None), "`a`");
        assert_eq!(expression("`a`", "varchar(20)", Some("utf8mb4")), "`a`");
        assert_eq!(expression("`a`", "float unsigned", None), "CAST(`a` AS DOUBLE)");
        assert_eq!(expression("`a`", "double", None), "`a`");
        assert_eq!(expression("`a`", "double(10,2)", None), "CAST(`a` AS DOUBLE)");
        assert_eq!(expression("`a`", "int(5) unsigned zerofill", None), "`a` + 0");
        assert_eq!(expression("`a`", "enum('x','y')", Some("utf8mb4")), "`a`");
        assert!(expression("`a`", "enum('x','')", Some("utf8mb4")).contains("x'FF'"));
        assert!(expression("`a`", "varchar(9)", Some("sjis")).contains("USING sjis"));
    }

    #[test]
    fn empty_values_of_an_enum_are_seen() {
        for (column_type, expected) in
            [("enum('')", true), ("enum('','a')", true), ("enum('a','','b')", true), ("enum('a'',''b')", false), ("enum('a','b')", false)]
        {
            assert_eq!(may_be_empty(column_type), expected, "{column_type}");
        }
    }

    #[test]
    fn values_are_written_as_the_server_writes_them() {
        assert_eq!(written(&Value::Time(true, 34, 22, 59, 59, 0)), "-838:59:59");
        assert_eq!(written(&Value::Date(2024, 2, 29, 1, 2, 3, 40)), "2024-02-29 01:02:03.000040");
        assert_eq!(written(&Value::Float(0.1)), "0.10000000149011612");
    }
}
