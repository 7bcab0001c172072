//! `create_table` in SQLite's words.

use super::{create_index, definition, type_name};
use crate::database::sqlite::dialect::SqliteDialect;
use crate::model::dialect::Dialect as _;
use crate::model::operation::{Change, ForeignKey, NewTable, Rendered};
use crate::model::table::{ObjectKind, ObjectName, Shape, Table, TableName};

/// Unique keys are indexes: an index keeps its name, and a UNIQUE constraint of SQLite has none.
pub(super) fn create_table(new: &NewTable) -> Rendered {
    let table = Table {
        name: TableName::from(new.table.clone()),
        columns: Vec::new(),
        keys: Vec::new(),
        bytes: None,
        estimated_rows: None,
        rewrite_obstacles: Vec::new(),
        unit_obstacles: Vec::new(),
        shape: Shape::default(),
    };
    let quoted = SqliteDialect.quote_table(&table.name);
    let mut parts: Vec<String> = Vec::new();
    for column in &new.columns {
        if column.auto {
            let name = SqliteDialect.quote_identifier(&column.name);
            parts.push(format!("{name} {} PRIMARY KEY NOT NULL", type_name(&column.data_type)));
        } else {
            parts.push(definition(column));
        }
    }
    if !new.primary_key.is_empty() && !new.columns.iter().any(|column| column.auto) {
        parts.push(format!("PRIMARY KEY ({})", SqliteDialect.quote_columns("", &new.primary_key)));
    }
    parts.extend(new.foreign_keys.iter().map(foreign_key));
    let create = format!("CREATE TABLE {quoted} (\n    {}\n)", parts.join(",\n    "));
    let mut changes = vec![Change::undone_by(create.clone(), format!("DROP TABLE IF EXISTS {quoted}"))];
    let unique = new.unique.iter().map(|key| create_index(&table, key, true));
    let stored: Vec<_> = unique.chain(new.indexes.iter().map(|key| create_index(&table, key, false))).collect();
    changes.extend(stored.iter().flat_map(|index| index.statements.first()).map(|(sql, _)| Change::undone_along(sql)));
    let mut choice = "creates the table; nobody else sees it before the commit".to_owned();
    if new.comment.is_some() {
        choice.push_str("; SQLite keeps no comments on tables");
    }
    let adds = vec![ObjectName { kind: ObjectKind::Table, name: table.name.to_string() }];
    Rendered { changes, choice, adds, definition: Some(create), stored, ..Rendered::default() }
}

/// `CONSTRAINT … FOREIGN KEY … REFERENCES …`.
pub(super) fn foreign_key(key: &ForeignKey) -> String {
    format!(
        "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({}) ON DELETE {}",
        SqliteDialect.quote_identifier(&key.name),
        SqliteDialect.quote_columns("", &key.columns),
        SqliteDialect.quote_identifier(&key.parent),
        SqliteDialect.quote_columns("", &key.parent_columns),
        key.on_delete
    )
}
