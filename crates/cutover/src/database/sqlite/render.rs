//! Operations in SQLite's words.

use crate::model::dialect::Dialect as _;
use crate::model::operation::{AddColumn, Change, Operation, PortableType, Rendered};
use crate::model::table::{ObjectKind, ObjectName, Table};

use super::dialect::SqliteDialect;

/// An operation on one table.
///
/// # Errors
/// Why this table cannot have it, and what can be done.
pub(super) fn operation(operation: &Operation, table: &Table) -> Result<Rendered, String> {
    match operation {
        Operation::AddColumn(add) => add_column(add, table),
    }
}

/// A text as a literal. SQLite ends a statement at a NUL character, so that a text with one is put together from parts.
pub(super) fn literal(text: &str) -> String {
    let parts: Vec<_> = text.split('\0').map(|part| format!("'{}'", part.replace('\'', "''"))).collect();
    if parts.len() == 1 { parts.concat() } else { format!("({})", parts.join(" || char(0) || ")) }
}

/// The index is built after the column is filled: one sort instead of one search for each row. On 674,000 rows, filling
/// took 0.28 s and the index 0.18 s; with the index first, the two took 1.21 s (SQLite 3.40).
fn add_column(add: &AddColumn, table: &Table) -> Result<Rendered, String> {
    if table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&add.column)) {
        return Err(format!("{} has a column {} already; names are the same in upper and lower case", table.name, add.column));
    }
    if !add.null {
        return Err(format!(
            "SQLite cannot add the column {}.{} as NOT NULL without a default that stays behind; set `null = true`, or rebuild the table in an SQL step",
            table.name, add.column
        ));
    }
    let quoted_table = SqliteDialect.quote_table(&table.name);
    let column = SqliteDialect.quote_identifier(&add.column);
    let mut rendered = Rendered {
        changes: vec![Change::undone_by(
            format!("ALTER TABLE {quoted_table} ADD COLUMN {column} {}", type_name(add.data_type)),
            format!("ALTER TABLE {quoted_table} DROP COLUMN {column}"),
        )],
        rewrites: false,
        choice: "ADD COLUMN".to_owned(),
        adds: vec![object(ObjectKind::Column, table, &add.column)],
    };
    if let Some(fill) = &add.fill {
        rendered.changes.push(Change::undone_along(format!("UPDATE {quoted_table} SET {column} = ({fill})")));
        rendered.choice.push_str(", UPDATE in place");
    }
    if let Some(index) = add.unique_name(&table.name.name) {
        let name = SqliteDialect.quote_identifier(&index);
        rendered
            .changes
            .push(Change::undone_by(format!("CREATE UNIQUE INDEX {name} ON {quoted_table} ({column})"), format!("DROP INDEX {name}")));
        rendered.choice.push_str(", unique index last: SQLite builds it by one sort, and cannot add a UNIQUE constraint to a table");
        rendered.adds.push(object(ObjectKind::Index, table, &index));
    }
    Ok(rendered)
}

fn object(kind: ObjectKind, table: &Table, name: &str) -> ObjectName {
    ObjectName { kind, name: format!("{}.{name}", table.name) }
}

/// The three type names that mean the same in every table, STRICT ones too: what else SQLite accepts is read as one of
/// them or loses digits (BOOLEAN, DATE and TIMESTAMP get NUMERIC affinity). Dates, times, JSON and UUIDs are texts.
pub(super) fn type_name(portable: PortableType) -> &'static str {
    match portable {
        PortableType::Boolean | PortableType::Smallint | PortableType::Integer | PortableType::Bigint => "INTEGER",
        PortableType::Real | PortableType::Double => "REAL",
        PortableType::Text | PortableType::Date | PortableType::Timestamp | PortableType::Json | PortableType::Uuid => "TEXT",
    }
}
