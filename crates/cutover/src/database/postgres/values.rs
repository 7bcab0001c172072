//! What PostgreSQL's types can hold.

use crate::model::table::{Catalog, ObjectKind, ObjectName};
use crate::model::value::{ValueKind, quoted_words};

/// The digits of a second's fraction that times have where their type says nothing.
const FRACTION: usize = 6;

/// What a type can hold, by the name that `format_type` gives it.
pub(super) fn kind(data_type: &str, catalog: &Catalog) -> ValueKind {
    let integer = |bits: u32| ValueKind::Integer { least: -(1 << (bits - 1)), most: (1 << (bits - 1)) - 1, truth: false };
    let (name, arguments, behind) = parts(data_type);
    match (name, behind) {
        ("smallint", "") => integer(16),
        ("integer", "") => integer(32),
        ("bigint", "") => integer(64),
        ("numeric", "") => ValueKind::Decimal { digits: digits(arguments) },
        ("real" | "double precision", "") => ValueKind::Float,
        ("boolean", "") => ValueKind::Boolean,
        ("text", "") => ValueKind::Text { longest: None },
        ("character varying" | "character", "") => ValueKind::Text { longest: arguments.parse().ok() },
        ("date", "") => ValueKind::Date,
        ("timestamp", _) => ValueKind::Timestamp { fraction: arguments.parse().unwrap_or(FRACTION), zone: behind == "with time zone" },
        ("timestamp without time zone", _) => ValueKind::Timestamp { fraction: FRACTION, zone: false },
        ("timestamp with time zone", _) => ValueKind::Timestamp { fraction: FRACTION, zone: true },
        ("uuid", "") => ValueKind::Uuid,
        ("json" | "jsonb", "") => ValueKind::Json,
        _ => declared(data_type, catalog),
    }
}

/// `timestamp(3) without time zone`: the name, what stands in parentheses, and what stands behind them.
fn parts(data_type: &str) -> (&str, &str, &str) {
    match data_type.split_once('(').and_then(|(name, rest)| rest.split_once(')').map(|(inside, behind)| (name, inside, behind))) {
        Some((name, inside, behind)) => (name, inside, behind.trim()),
        None => (data_type, "", ""),
    }
}

/// `10,2`; a scale that is negative or larger than all digits is left to the database.
fn digits(arguments: &str) -> Option<(u32, u32)> {
    let (all, scale) = arguments.split_once(',')?;
    let (all, scale): (u32, u32) = (all.trim().parse().ok()?, scale.trim().parse().ok()?);
    (scale <= all).then_some((all, scale))
}

/// An enum's labels, or what a domain's base type can hold.
fn declared(data_type: &str, catalog: &Catalog) -> ValueKind {
    let object = ObjectName { kind: ObjectKind::Type, name: data_type.replace('"', "") };
    let Some(properties) = catalog.objects.get(&object) else { return ValueKind::Unknown };
    match (properties.get("labels"), properties.get("base type")) {
        (Some(labels), _) => ValueKind::Enum(quoted_words(labels)),
        (None, Some(base)) if base != data_type => kind(base, catalog),
        _ => ValueKind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::kind;
    use crate::model::table::{Catalog, ObjectKind, ObjectName, Properties};
    use crate::model::value::ValueKind;

    #[test]
    fn types_are_read_as_the_catalog_writes_them() {
        let mut catalog = Catalog::default();
        let mut add = |name: &str, property: &str, value: &str| {
            let object = ObjectName { kind: ObjectKind::Type, name: name.to_owned() };
            catalog.objects.insert(object, Properties::from([(property.to_owned(), value.to_owned())]));
        };
        add("mood", "labels", "'sad', 'it''s fine'");
        add("short", "base type", "character varying(3)");
        assert_eq!(kind("smallint", &catalog), ValueKind::Integer { least: -32768, most: 32767, truth: false });
        assert_eq!(kind("numeric(10,2)", &catalog), ValueKind::Decimal { digits: Some((10, 2)) });
        assert_eq!(kind("numeric", &catalog), ValueKind::Decimal { digits: None });
        assert_eq!(kind("character varying(20)", &catalog), ValueKind::Text { longest: Some(20) });
        assert_eq!(kind("timestamp(3) without time zone", &catalog), ValueKind::Timestamp { fraction: 3, zone: false });
        assert_eq!(kind("timestamp with time zone", &catalog), ValueKind::Timestamp { fraction: 6, zone: true });
        assert_eq!(kind("mood", &catalog), ValueKind::Enum(vec!["sad".to_owned(), "it's fine".to_owned()]));
        assert_eq!(kind("short", &catalog), ValueKind::Text { longest: Some(3) });
        assert_eq!(kind("integer[]", &catalog), ValueKind::Unknown);
    }
}
