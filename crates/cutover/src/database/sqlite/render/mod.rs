//! Operations in SQLite's words.

use crate::model::dialect::Dialect as _;
use crate::model::operation::{Change, KeyColumns, NewColumn, Operation, PortableType, Precondition, Rendered, TypeFit};
use crate::model::table::{Catalog, ObjectKind, ObjectName, StoredObject, Table};

use super::dialect::SqliteDialect;

mod add_columns;
mod create_table;
mod rebuild;
mod rebuilt;
mod text;

/// What an operation locks.
const LOCKS: &str = "other connections can read, and none can write";

/// An operation against a catalog.
///
/// # Errors
/// Why the table cannot have it, and what can be done.
pub(super) fn operation(operation: &Operation, catalog: &Catalog) -> Result<Rendered, String> {
    if let Operation::CreateTable(new) = operation {
        return Ok(create_table::create_table(new));
    }
    let table = catalog.find(operation.table()).ok_or("there is no such table")?;
    match operation {
        Operation::CreateTable(new) => Ok(create_table::create_table(new)),
        Operation::AddColumns { columns, .. } => add_columns::add_columns(table, columns),
        Operation::AddIndex { index, .. } => Ok(add_index(table, index, false)),
        Operation::AddUnique { key, .. } => Ok(add_index(table, key, true)),
        Operation::AddForeignKey { key, .. } => rebuilt::add_foreign_key(table, key, catalog),
        Operation::RenameColumn { from, to, .. } => Ok(rename(table, from, to)),
        Operation::ChangeType { column, data_type, .. } => rebuilt::change_type(table, column, data_type),
        Operation::WidenEnum { column, values, .. } => rebuilt::widen_enum(table, column, values),
    }
}

/// A text as a literal. SQLite ends a statement at a NUL character, so that a text with one is put together from parts.
pub(super) fn literal(text: &str) -> String {
    let parts: Vec<_> = text.split('\0').map(|part| format!("'{}'", part.replace('\'', "''"))).collect();
    if parts.len() == 1 { parts.concat() } else { format!("({})", parts.join(" || char(0) || ")) }
}

fn add_index(table: &Table, key: &KeyColumns, unique: bool) -> Rendered {
    let stored = create_index(table, key, unique);
    let mut rendered = Rendered {
        changes: Change::making(&stored).collect(),
        choice: format!("builds the index {} by one sort; {LOCKS}", key.name),
        adds: vec![object(ObjectKind::Index, table, &key.name)],
        stored: vec![stored],
        ..Rendered::default()
    };
    if unique {
        rendered.choice =
            format!("builds the unique index {} by one sort (a UNIQUE constraint cannot be added to a table); {LOCKS}", key.name);
        rendered.preconditions.push(Precondition {
            message: format!(
                "values stand more than once in {}.({}), so that it cannot be made unique",
                table.name,
                key.columns.join(", ")
            ),
            sql: SqliteDialect.duplicates(&table.name, &key.columns),
            remedy: "change the rows, or take the key out of the plan".to_owned(),
        });
    }
    rendered
}

fn create_index(table: &Table, key: &KeyColumns, unique: bool) -> StoredObject {
    let name = SqliteDialect.quote_identifier(&key.name);
    let word = if unique { "UNIQUE INDEX" } else { "INDEX" };
    let columns = SqliteDialect.quote_columns("", &key.columns);
    let create = format!("CREATE {word} {name} ON {} ({columns})", SqliteDialect.quote_table(&table.name));
    StoredObject {
        object: object(ObjectKind::Index, table, &key.name),
        statements: vec![(create, format!("DROP INDEX {name}"))],
        obstacle: None,
        columns: None,
    }
}

fn rename(table: &Table, from: &str, to: &str) -> Rendered {
    let name = SqliteDialect.quote_table(&table.name);
    let (old, new) = (SqliteDialect.quote_identifier(from), SqliteDialect.quote_identifier(to));
    Rendered {
        changes: vec![Change::undone_by(
            format!("ALTER TABLE {name} RENAME COLUMN {old} TO {new}"),
            format!("ALTER TABLE {name} RENAME COLUMN {new} TO {old}"),
        )],
        choice: format!("changes the name in the schema alone, and keys, indexes, triggers and views follow; {LOCKS}"),
        definition: table.shape.definition.as_ref().map(|definition| text::renamed(definition, from, to)),
        ..Rendered::default()
    }
}

/// A column as it stands in CREATE TABLE and ADD COLUMN.
fn definition(column: &NewColumn) -> String {
    let quoted = SqliteDialect.quote_identifier(&column.name);
    let mut text = format!("{quoted} {}", type_name(&column.data_type));
    if !column.null {
        text.push_str(" NOT NULL");
    }
    if let Some(default) = &column.default {
        text.push_str(&format!(" DEFAULT {}", default.to_sql(&SqliteDialect, ["1", "0"])));
    }
    if let Some(values) = column.data_type.values() {
        let values: Vec<_> = values.iter().map(|value| literal(value)).collect();
        text.push_str(&format!(" CHECK ({quoted} IN ({}))", values.join(", ")));
    }
    if let Some(key) = &column.references {
        text.push_str(&format!(
            " CONSTRAINT {} REFERENCES {} ({}) ON DELETE {}",
            SqliteDialect.quote_identifier(&key.name),
            SqliteDialect.quote_identifier(&key.parent),
            SqliteDialect.quote_columns("", &key.parent_columns),
            key.on_delete
        ));
    }
    text
}

fn object(kind: ObjectKind, table: &Table, name: &str) -> ObjectName {
    ObjectName { kind, name: format!("{}.{name}", table.name) }
}

/// The four type names that mean the same in every table, STRICT ones too: what else SQLite accepts is read as one of
/// them or loses digits (BOOLEAN, DATE and TIMESTAMP get NUMERIC affinity). Dates, times, JSON and UUIDs are texts.
pub(super) fn type_name(portable: &PortableType) -> String {
    match portable {
        PortableType::Boolean => "INTEGER",
        whole if whole.is_whole() => "INTEGER",
        PortableType::Real | PortableType::Double | PortableType::Decimal(..) => "REAL",
        PortableType::Bytes => "BLOB",
        _ => "TEXT",
    }
    .to_owned()
}

/// How a column's type compares with a portable one: what counts is the affinity that SQLite gives it.
pub(super) fn type_fit(wanted: &PortableType, is: &str) -> TypeFit {
    let name = type_name(wanted);
    if name.eq_ignore_ascii_case(is) {
        return TypeFit::Same;
    }
    let is = is.to_ascii_uppercase();
    let contains = |words: &[&str]| words.iter().any(|word| is.contains(word));
    let holds = match name.as_str() {
        "INTEGER" => contains(&["INT"]) || (*wanted == PortableType::Boolean && contains(&["BOOL"])),
        "REAL" => !contains(&["INT"]) && contains(&["REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL"]),
        "BLOB" => is.is_empty() || contains(&["BLOB", "BINARY"]),
        _ => {
            let time = matches!(wanted, PortableType::Date | PortableType::Time | PortableType::Timestamp);
            !contains(&["INT"]) && (contains(&["CHAR", "CLOB", "TEXT"]) || (time && contains(&["DATE", "TIME"])))
                || (*wanted == PortableType::Json && is == "JSON")
                || (*wanted == PortableType::Uuid && is == "UUID")
        }
    };
    if holds { TypeFit::Holds } else { TypeFit::No }
}

/// The key of a table and a column, for rows that are shown.
fn shown(table: &Table, column: &str) -> String {
    let mut shown = table.keys.first().map(|key| key.columns.clone()).unwrap_or_default();
    if !shown.iter().any(|known| known == column) {
        shown.push(column.to_owned());
    }
    SqliteDialect.quote_columns("", &shown)
}
