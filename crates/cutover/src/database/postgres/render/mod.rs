//! Operations in PostgreSQL's words.

use super::dialect::PostgresDialect;
use crate::model::dialect::Dialect;
use crate::model::operation::{ForeignKey, KeyColumns, NewColumn, Operation, PortableType, Rendered, TypeFit};
use crate::model::table::{Catalog, ObjectKind, ObjectName, Table};

mod add_columns;
mod change_type;
mod create_table;
mod enums;
mod keys;

/// PostgreSQL keeps 63 bytes of a name and drops the rest with a notice.
pub(super) const LONGEST_NAME: usize = 63;

/// What an ALTER TABLE locks.
const LOCKS: &str = "locks the table against everybody (ACCESS EXCLUSIVE) until the commit";

/// Renders an operation.
///
/// # Errors
/// Why the table cannot have it, and what can be done.
pub(super) fn render(operation: &Operation, catalog: &Catalog) -> Result<Rendered, String> {
    if let Operation::CreateTable(new) = operation {
        return create_table::create_table(new, catalog);
    }
    let table = catalog.find(operation.table()).ok_or("there is no such table")?;
    match operation {
        Operation::CreateTable(new) => create_table::create_table(new, catalog),
        Operation::AddColumns { columns, .. } => add_columns::add_columns(table, columns, catalog),
        Operation::AddIndex { index, .. } => Ok(keys::add_index(table, index)),
        Operation::AddUnique { key, .. } => Ok(keys::add_unique(table, key)),
        Operation::AddForeignKey { key, .. } => keys::add_foreign_key(table, key, catalog),
        Operation::RenameColumn { from, to, .. } => Ok(change_type::rename(table, from, to)),
        Operation::ChangeType { column, data_type, .. } => change_type::change_type(table, column, data_type, catalog),
        Operation::WidenEnum { column, values, .. } => enums::widen(table, column, values, catalog),
    }
}

pub(super) fn data_type(portable: &PortableType) -> String {
    match portable {
        PortableType::Boolean => "boolean",
        PortableType::Smallint => "smallint",
        PortableType::Integer => "integer",
        PortableType::Bigint | PortableType::UnsignedInteger => "bigint",
        PortableType::UnsignedBigint => "numeric(20,0)",
        PortableType::Real => "real",
        PortableType::Double => "double precision",
        PortableType::Decimal(precision, scale) => return format!("numeric({precision},{scale})"),
        PortableType::Char(length) => return format!("character({length})"),
        PortableType::Varchar(length) => return format!("character varying({length})"),
        PortableType::Text | PortableType::Enum(_) => "text",
        PortableType::Bytes => "bytea",
        PortableType::Date => "date",
        PortableType::Time => "time without time zone",
        PortableType::Timestamp => "timestamp without time zone",
        PortableType::Json => "jsonb",
        PortableType::Uuid => "uuid",
    }
    .to_owned()
}

/// How a column's type compares with a portable one.
pub(super) fn type_fit(wanted: &PortableType, is: &str) -> TypeFit {
    if data_type(wanted) == is {
        return TypeFit::Same;
    }
    let length = |word: &str| is.strip_prefix(word)?.strip_prefix('(')?.strip_suffix(')')?.parse::<u32>().ok();
    let varying = if is == "character varying" { Some(u32::MAX) } else { length("character varying") };
    let holds = match wanted {
        PortableType::Smallint => matches!(is, "integer" | "bigint" | "numeric"),
        PortableType::Integer => matches!(is, "bigint" | "numeric"),
        PortableType::Bigint | PortableType::UnsignedInteger | PortableType::UnsignedBigint | PortableType::Decimal(..) => is == "numeric",
        PortableType::Real => is == "double precision",
        PortableType::Char(wanted) | PortableType::Varchar(wanted) => is == "text" || varying.is_some_and(|length| length >= *wanted),
        PortableType::Text => is == "character varying",
        PortableType::Enum(values) => {
            varying.is_some_and(|length| values.iter().all(|value| value.chars().count() <= usize::try_from(length).unwrap_or(usize::MAX)))
        }
        PortableType::Json => is == "json",
        PortableType::Timestamp => is == "timestamp with time zone",
        _ => false,
    };
    if holds { TypeFit::Holds } else { TypeFit::No }
}

/// A column as it stands in CREATE TABLE and ADD COLUMN, and the name of the check that an enum comes with.
fn definition(table: &str, column: &NewColumn) -> Result<(String, Option<String>), String> {
    let quoted = PostgresDialect.quote_identifier(&column.name);
    let mut text = format!("{quoted} {}", data_type(&column.data_type));
    if let Some(default) = &column.default {
        text.push_str(&format!(" DEFAULT {}", default.to_sql(&PostgresDialect, ["true", "false"])));
    }
    if !column.null {
        text.push_str(" NOT NULL");
    }
    let Some(values) = column.data_type.values() else { return Ok((text, None)) };
    let check = check_name(table, &column.name)?;
    text.push_str(&format!(" CONSTRAINT {} {}", PostgresDialect.quote_identifier(&check), check_of(&column.name, values)));
    Ok((text, Some(check)))
}

/// The check that makes a text an enum. A type of its own could not be given a value and use it in one transaction.
fn check_of(column: &str, values: &[String]) -> String {
    let values: Vec<_> = values.iter().map(|value| PostgresDialect.quote_literal(value)).collect();
    format!("CHECK ({} IN ({}))", PostgresDialect.quote_identifier(column), values.join(", "))
}

fn check_name(table: &str, column: &str) -> Result<String, String> {
    let name = format!("{table}_{column}_check");
    if name.len() > LONGEST_NAME {
        return Err(format!(
            "the name {name} is longer than {LONGEST_NAME} bytes, and PostgreSQL would cut it off: choose a shorter column"
        ));
    }
    Ok(name)
}

/// `CONSTRAINT … FOREIGN KEY … REFERENCES …`.
fn foreign_key(key: &ForeignKey, catalog: &Catalog) -> String {
    let parent = catalog.find(&key.parent).map_or_else(|| key.parent.clone().into(), |table| table.name.clone());
    format!(
        "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({}) ON DELETE {}",
        PostgresDialect.quote_identifier(&key.name),
        PostgresDialect.quote_columns("", &key.columns),
        PostgresDialect.quote_table(&parent),
        PostgresDialect.quote_columns("", &key.parent_columns),
        key.on_delete
    )
}

fn columns_of(key: &KeyColumns) -> String {
    PostgresDialect.quote_columns("", &key.columns)
}

fn object(kind: ObjectKind, table: &Table, name: &str) -> ObjectName {
    ObjectName { kind, name: format!("{}.{name}", table.name) }
}

/// An index's name with its table's schema, in which it stands.
fn beside(table: &Table, name: &str) -> String {
    let mut placed = table.name.clone();
    name.clone_into(&mut placed.name);
    PostgresDialect.quote_table(&placed)
}

/// The key of a table and a column, for rows that are shown.
fn shown(table: &Table, column: &str) -> String {
    let mut shown = table.keys.first().map(|key| key.columns.clone()).unwrap_or_default();
    if !shown.iter().any(|known| known == column) {
        shown.push(column.to_owned());
    }
    PostgresDialect.quote_columns("", &shown)
}
