//! What the types of MySQL and MariaDB can hold.

use crate::model::table::{Catalog, Column, ObjectKind, ObjectName, Table};
use crate::model::value::{ValueKind, quoted_words};

/// What a type can hold, by the words of `COLUMN_TYPE`.
pub(super) fn kind(data_type: &str) -> ValueKind {
    let lower = data_type.to_ascii_lowercase();
    let name = lower.split([' ', '(']).next().unwrap_or_default();
    let inside = lower.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')')).map_or("", |(inside, _)| inside);
    let integer = |bits: u32| {
        let (least, most) = if lower.contains("unsigned") { (0, (1 << bits) - 1) } else { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) };
        // There is no boolean type: `boolean` is another word for `tinyint(1)`.
        ValueKind::Integer { least, most, truth: bits == 8 }
    };
    match name {
        "tinyint" => integer(8),
        "smallint" => integer(16),
        "mediumint" => integer(24),
        "int" => integer(32),
        "bigint" => integer(64),
        "bit" if inside == "1" => ValueKind::Integer { least: 0, most: 1, truth: true },
        "year" => ValueKind::Integer { least: 1901, most: 2155, truth: false },
        "decimal" => ValueKind::Decimal { digits: digits(inside) },
        // A `float` is compared as its text: as a number it would differ from the digits that it was written with.
        "double" => ValueKind::Float,
        "char" | "varchar" => ValueKind::Text { longest: inside.parse().ok() },
        "tinytext" | "text" | "mediumtext" | "longtext" => ValueKind::Text { longest: None },
        "date" => ValueKind::Date,
        "datetime" | "timestamp" => ValueKind::Timestamp { fraction: inside.parse().unwrap_or(0), zone: false },
        "uuid" => ValueKind::Uuid,
        "json" => ValueKind::Json,
        "enum" => ValueKind::Enum(quoted_words(data_type)),
        _ => ValueKind::Unknown,
    }
}

/// Whether a new row gets a value: a default, or a number of the table's own.
pub(super) fn gives_value(table: &Table, column: &Column, catalog: &Catalog) -> bool {
    let object = ObjectName { kind: ObjectKind::Column, name: format!("{}.{}", table.name, column.name) };
    let gives = catalog.objects.get(&object).is_some_and(|properties| {
        properties.contains_key("default") || properties.get("extra").is_some_and(|extra| extra.to_lowercase().contains("auto_increment"))
    });
    column.generated || gives
}

/// A value as a literal of its own type: what is a text, is compared as one.
pub(super) fn literal(kind: &ValueKind, text: &str, quote: &dyn Fn(&str) -> String) -> String {
    if let Some(bare) = kind.bare(text) {
        return bare;
    }
    match kind {
        ValueKind::Date if kind.objection(text).is_none() => format!("DATE{}", quote(text)),
        ValueKind::Timestamp { .. } if kind.objection(text).is_none() => format!("TIMESTAMP{}", quote(&text.replacen('T', " ", 1))),
        _ => quote(text),
    }
}

fn digits(arguments: &str) -> Option<(u32, u32)> {
    let (all, scale) = arguments.split_once(',')?;
    Some((all.trim().parse().ok()?, scale.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{kind, literal};
    use crate::model::value::ValueKind;

    #[test]
    fn types_are_read_as_the_server_writes_them() {
        assert_eq!(kind("int(11)"), ValueKind::Integer { least: i32::MIN.into(), most: i32::MAX.into(), truth: false });
        assert_eq!(kind("bigint(20) unsigned"), ValueKind::Integer { least: 0, most: u64::MAX.into(), truth: false });
        assert_eq!(kind("tinyint(1)"), ValueKind::Integer { least: -128, most: 127, truth: true });
        assert_eq!(kind("decimal(10,2) unsigned"), ValueKind::Decimal { digits: Some((10, 2)) });
        assert_eq!(kind("varchar(20)"), ValueKind::Text { longest: Some(20) });
        assert_eq!(kind("datetime(3)"), ValueKind::Timestamp { fraction: 3, zone: false });
        assert_eq!(kind("enum('Open','it''s')"), ValueKind::Enum(vec!["Open".to_owned(), "it's".to_owned()]));
        assert_eq!(kind("float"), ValueKind::Unknown);
    }

    #[test]
    fn numbers_and_times_are_no_texts() {
        let quote = |text: &str| format!("'{text}'");
        assert_eq!(literal(&kind("tinyint(1)"), "true", &quote), "1");
        assert_eq!(literal(&kind("date"), "2026-01-19", &quote), "DATE'2026-01-19'");
        assert_eq!(literal(&kind("datetime"), "2026-01-19T08:30:00", &quote), "TIMESTAMP'2026-01-19 08:30:00'");
        assert_eq!(literal(&kind("varchar(3)"), "12", &quote), "'12'");
    }
}
