//! Portable types in the words of MySQL and MariaDB.

use crate::model::operation::{PortableType, TypeFit, quoted_texts};

use super::cells::base_type;
use super::literal;

/// Exactly as the catalog of this tool shows them, on both servers: MariaDB's JSON is a text held to the form by a constraint, and its
/// type for UUIDs is unknown to MySQL.
pub(super) fn data_type(portable: &PortableType) -> String {
    match portable {
        PortableType::Boolean => "tinyint(1)",
        PortableType::Smallint => "smallint",
        PortableType::Integer => "int",
        PortableType::Bigint => "bigint",
        PortableType::UnsignedInteger => "int unsigned",
        PortableType::UnsignedBigint => "bigint unsigned",
        PortableType::Real => "float",
        PortableType::Double => "double",
        PortableType::Decimal(precision, scale) => return format!("decimal({precision},{scale})"),
        PortableType::Char(length) => return format!("char({length})"),
        PortableType::Varchar(length) => return format!("varchar({length})"),
        PortableType::Text => "longtext",
        PortableType::Bytes => "longblob",
        PortableType::Date => "date",
        PortableType::Time => "time(6)",
        PortableType::Timestamp => "datetime(6)",
        PortableType::Json => "json",
        PortableType::Uuid => "char(36)",
        PortableType::Enum(values) => return enumeration(values.iter()),
    }
    .to_owned()
}

/// `enum('a','b')`, as the servers show it.
pub(super) fn enumeration<'a>(values: impl Iterator<Item = &'a String>) -> String {
    let values: Vec<_> = values.map(|value| literal::text(value)).collect();
    format!("enum({})", values.join(","))
}

/// How a column's type compares with a portable one. What people call a text or a time in a plan is any of the server's: their limits
/// differ, and a value beyond them is refused, not cut.
pub(super) fn type_fit(wanted: &PortableType, is: &str) -> TypeFit {
    if data_type(wanted) == is {
        return TypeFit::Same;
    }
    let base = base_type(is);
    let text = matches!(base, "text" | "mediumtext" | "longtext");
    let numbers = parameters(is);
    let long = |length: u32| text || (matches!(base, "varchar" | "char") && numbers.first().is_some_and(|most| *most >= length));
    let holds = match wanted {
        whole if whole.is_whole() => {
            range(&data_type(whole)).zip(range(is)).is_some_and(|(wanted, is)| is.0 <= wanted.0 && is.1 >= wanted.1)
        }
        PortableType::Boolean => range(is).is_some_and(|range| range.1 >= 1),
        PortableType::Real => matches!(base, "float" | "double"),
        PortableType::Double => base == "double",
        PortableType::Decimal(precision, scale) => {
            let (precision, scale) = (u32::from(*precision), u32::from(*scale));
            base == "decimal" && matches!(numbers.as_slice(), [all, behind] if *behind >= scale && all - behind >= precision - scale)
        }
        PortableType::Char(length) | PortableType::Varchar(length) => long(*length),
        PortableType::Text => text,
        PortableType::Bytes => matches!(base, "blob" | "mediumblob" | "longblob"),
        PortableType::Time => base == "time",
        PortableType::Timestamp => matches!(base, "datetime" | "timestamp"),
        PortableType::Json => base == "longtext",
        PortableType::Uuid => base == "uuid" || long(36),
        PortableType::Enum(values) if base == "enum" => {
            let held = quoted_texts(is);
            values.iter().all(|value| held.contains(value))
        }
        PortableType::Enum(values) => {
            long(values.iter().map(|value| value.chars().count()).max().and_then(|most| u32::try_from(most).ok()).unwrap_or(0))
        }
        _ => false,
    };
    if holds { TypeFit::Holds } else { TypeFit::No }
}

/// The numbers in a type's parentheses.
fn parameters(column_type: &str) -> Vec<u32> {
    let inside = column_type.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(inside, _)| inside);
    inside.split(',').filter_map(|part| part.trim().parse().ok()).collect()
}

/// The smallest and the largest whole number of a type; `None` where it holds others.
pub(super) fn range(column_type: &str) -> Option<(i128, i128)> {
    let bits = match base_type(column_type) {
        "tinyint" => 8,
        "smallint" => 16,
        "mediumint" => 24,
        "int" => 32,
        "bigint" => 64,
        _ => return None,
    };
    if column_type.contains("unsigned") { Some((0, (1 << bits) - 1)) } else { Some((-(1 << (bits - 1)), (1 << (bits - 1)) - 1)) }
}

/// An expression read as a type: CAST knows fewer types than columns have.
pub(super) fn read_as(expression: &str, column_type: &str) -> String {
    let target = match base_type(column_type) {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" if column_type.contains("unsigned") => "UNSIGNED".to_owned(),
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" => "SIGNED".to_owned(),
        "decimal" => column_type.trim_end_matches(" unsigned").to_owned(),
        "float" | "double" => "DOUBLE".to_owned(),
        "date" | "time" | "datetime" => column_type.to_owned(),
        "timestamp" => column_type.replacen("timestamp", "datetime", 1),
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => "BINARY".to_owned(),
        _ => "CHAR".to_owned(),
    };
    format!("CAST({expression} AS {target})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_fits_where_it_holds_every_value() {
        let values = |words: &[&str]| PortableType::Enum(words.iter().map(|word| (*word).to_owned()).collect());
        for (wanted, is, fit) in [
            (PortableType::UnsignedBigint, "bigint unsigned", TypeFit::Same),
            (PortableType::Integer, "bigint", TypeFit::Holds),
            (PortableType::Integer, "bigint unsigned", TypeFit::No),
            (PortableType::UnsignedInteger, "bigint", TypeFit::Holds),
            (PortableType::Varchar(50), "varchar(255)", TypeFit::Holds),
            (PortableType::Varchar(500), "varchar(255)", TypeFit::No),
            (PortableType::Text, "text", TypeFit::Holds),
            (PortableType::Decimal(12, 2), "decimal(10,2)", TypeFit::No),
            (PortableType::Decimal(12, 2), "decimal(15,4)", TypeFit::Holds),
            (PortableType::Timestamp, "timestamp", TypeFit::Holds),
            (values(&["a", "b"]), "enum('b','c','a')", TypeFit::Holds),
            (values(&["a", "b"]), "enum('a')", TypeFit::No),
            (values(&["a", "it's"]), "enum('a','it''s')", TypeFit::Same),
            (PortableType::Boolean, "varchar(5)", TypeFit::No),
        ] {
            assert_eq!(type_fit(&wanted, is), fit, "{wanted} {is}");
        }
    }
}
