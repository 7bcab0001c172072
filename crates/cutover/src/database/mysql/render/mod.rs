//! Operations in the words of MySQL and MariaDB. Every statement commits by itself, and is done as a whole or not at all.

use super::dialect::MysqlDialect;
use super::types::data_type;
use crate::model::dialect::Dialect;
use crate::model::operation::{DefaultValue, ForeignKey, KeyColumns, NewColumn, Operation, PortableType, Rendered};
use crate::model::table::{Catalog, ObjectKind, ObjectName, Table};

mod add_columns;
mod changes;
mod create_table;
mod keys;

/// The longest name that the servers take: in characters, of which each has a byte at least.
pub(super) const LONGEST_NAME: usize = 64;

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
        Operation::AddIndex { index, .. } => keys::add_index(table, index),
        Operation::AddUnique { key, .. } => keys::add_unique(table, key),
        Operation::AddForeignKey { key, .. } => keys::add_foreign_key(table, key, catalog),
        Operation::RenameColumn { from, to, .. } => changes::rename(table, from, to, catalog),
        Operation::ChangeType { column, data_type, .. } => changes::change_type(table, column, data_type),
        Operation::WidenEnum { column, values, .. } => changes::widen_enum(table, column, values, catalog),
    }
}

/// A column as it stands in CREATE TABLE and ADD COLUMN.
fn definition(column: &NewColumn) -> String {
    let quoted = MysqlDialect.quote_identifier(&column.name);
    let null = if column.null { "NULL" } else { "NOT NULL" };
    let mut text = format!("{quoted} {} {null}", data_type(&column.data_type));
    match &column.default {
        None => {}
        // The precision must be that of the column.
        Some(DefaultValue::Now) => text.push_str(" DEFAULT CURRENT_TIMESTAMP(6)"),
        Some(default) => {
            let value = default.to_sql(&MysqlDialect, ["1", "0"]);
            // Of long texts the servers take an expression only.
            let long = matches!(column.data_type, PortableType::Text | PortableType::Json | PortableType::Bytes);
            text.push_str(&if long { format!(" DEFAULT ({value})") } else { format!(" DEFAULT {value}") });
        }
    }
    if column.auto {
        text.push_str(" AUTO_INCREMENT");
    }
    text
}

/// `CONSTRAINT … FOREIGN KEY … REFERENCES …`.
fn foreign_key(key: &ForeignKey) -> String {
    format!(
        "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({}) ON DELETE {}",
        MysqlDialect.quote_identifier(&key.name),
        MysqlDialect.quote_columns("", &key.columns),
        MysqlDialect.quote_identifier(&key.parent),
        MysqlDialect.quote_columns("", &key.parent_columns),
        key.on_delete
    )
}

/// The servers refuse a foreign key between two types in words that name neither.
fn check_types(key: &ForeignKey, data_type_of: &dyn Fn(&str) -> Option<String>, catalog: &Catalog) -> Result<(), String> {
    let Some(parent) = catalog.find(&key.parent) else { return Ok(()) };
    for (child, referred) in key.columns.iter().zip(&key.parent_columns) {
        let (Some(own), Some(other)) = (data_type_of(child), parent.column(referred)) else { continue };
        let comparable = |data_type: &str| data_type.split('(').next().unwrap_or_default().replace("varchar", "char");
        if comparable(&own) != comparable(&other.data_type) {
            return Err(format!(
                "{child} is {own} and {}.{referred} is {}: the two sides of a foreign key have one type",
                key.parent, other.data_type
            ));
        }
    }
    Ok(())
}

/// Only a part of a long text could be a key.
fn check_length(columns: &[String], data_type_of: &dyn Fn(&str) -> Option<String>) -> Result<(), String> {
    let long = |column: &&String| {
        data_type_of(column).is_some_and(|data_type| ["text", "blob", "json"].iter().any(|word| data_type.contains(word)))
    };
    match columns.iter().find(long) {
        Some(column) => Err(format!("{column} is a long text, and only a part of it could be a key: give it a varchar, or leave it out")),
        None => Ok(()),
    }
}

fn columns_of(key: &KeyColumns) -> String {
    MysqlDialect.quote_columns("", &key.columns)
}

fn object(kind: ObjectKind, table: &Table, name: &str) -> ObjectName {
    ObjectName { kind, name: format!("{}.{name}", table.name) }
}
