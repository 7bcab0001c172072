//! What SQLite's columns are meant to hold, by the words of their declaration.

use crate::model::table::{Catalog, Column, ObjectKind, ObjectName, Table};
use crate::model::value::ValueKind;

/// What a declared type is meant to hold. SQLite itself refuses little, and would keep a word in a column of numbers.
pub(super) fn kind(data_type: &str) -> ValueKind {
    let declared = data_type.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
    // The order is that of SQLite's rules of affinity.
    if has(&["INT"]) {
        ValueKind::Integer { least: i64::MIN.into(), most: i64::MAX.into(), truth: true }
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        // A length is a remark to SQLite, not a limit.
        ValueKind::Text { longest: None }
    } else if has(&["REAL", "FLOA", "DOUB"]) {
        ValueKind::Float
    } else if has(&["BOOL"]) {
        ValueKind::Boolean
    } else if has(&["DEC", "NUM"]) {
        ValueKind::Decimal { digits: None }
    } else {
        // Days and times among them: applications write them as texts, seconds or Julian days.
        ValueKind::Unknown
    }
}

/// Whether a new row gets a value: a default, or the row's number.
pub(super) fn gives_value(table: &Table, column: &Column, catalog: &Catalog) -> bool {
    let object = ObjectName { kind: ObjectKind::Column, name: format!("{}.{}", table.name, column.name) };
    let by_default = catalog.objects.get(&object).is_some_and(|properties| properties.contains_key("default"));
    let key = table.keys.iter().find(|key| key.primary);
    let row_number = column.data_type.eq_ignore_ascii_case("INTEGER") && key.is_some_and(|key| key.columns == [column.name.clone()]);
    column.generated || by_default || row_number
}

#[cfg(test)]
mod tests {
    use super::kind;
    use crate::database::sqlite::SqliteDialect;
    use crate::model::dialect::Dialect as _;
    use crate::model::value::ValueKind;

    #[test]
    fn declarations_are_read_by_the_rules_of_affinity() {
        assert!(matches!(kind("TINYINT(1)"), ValueKind::Integer { truth: true, .. }));
        assert_eq!(kind("varchar(20)"), ValueKind::Text { longest: None });
        assert_eq!(kind("DECIMAL(10,2)"), ValueKind::Decimal { digits: None });
        assert_eq!(kind("boolean"), ValueKind::Boolean);
        assert_eq!(kind("DATETIME"), ValueKind::Unknown);
        assert_eq!(kind(""), ValueKind::Unknown);
    }

    #[test]
    fn numbers_and_truth_values_are_literals_without_quotes() {
        assert_eq!(SqliteDialect.value_literal(&kind("INTEGER"), "12"), "12");
        assert_eq!(SqliteDialect.value_literal(&kind("BOOLEAN"), "true"), "1");
        assert_eq!(SqliteDialect.value_literal(&kind("TEXT"), "12"), "'12'");
        assert_eq!(SqliteDialect.value_literal(&kind("INTEGER"), "1; DROP"), "'1; DROP'");
    }
}
