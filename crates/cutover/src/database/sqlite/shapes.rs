//! What operations have to know of tables: indexes, foreign keys, their own text, and what reads them.

use std::collections::BTreeSet;

use super::constraints;
use super::definition::names;
use super::dialect::SqliteDialect;
use super::session::Handle;
use crate::model::dialect::Dialect as _;
use crate::model::error::Result;
use crate::model::table::{ForeignKeyShape, IndexShape, ObjectKind, ObjectName, StoredObject, Table, TableName};

/// One line of `sqlite_schema` that has a text.
struct Line {
    kind: String,
    name: String,
    table: String,
    text: String,
}

/// Adds them to the tables.
///
/// # Errors
/// SQLite's.
pub(super) fn add(handle: &Handle, tables: &mut [Table]) -> Result<()> {
    let sql = "SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid";
    let lines = handle.rows(sql, [], |row| Ok(Line { kind: row.get(0)?, name: row.get(1)?, table: row.get(2)?, text: row.get(3)? }))?;
    let spelled: Vec<(TableName, Vec<String>)> =
        tables.iter().map(|table| (table.name.clone(), table.columns.iter().map(|column| column.name.clone()).collect())).collect();
    let keys = constraints::declared(handle)?;
    for table in tables {
        let name = &table.name.name;
        let own = |line: &&Line| line.kind == "table" && line.name == *name;
        table.shape.definition = lines.iter().find(own).map(|line| line.text.clone());
        table.shape.indexes = indexes(handle, name)?;
        for key in keys.iter().filter(|key| key.child == *name) {
            let parent = spelled.iter().find(|(parent, _)| parent.name.eq_ignore_ascii_case(&key.parent));
            let Some((parent, parent_columns)) = parent else { continue };
            let own_columns: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
            table.shape.foreign_keys.push(ForeignKeyShape {
                name: String::new(),
                columns: as_spelled(&key.columns, &own_columns),
                parent: parent.clone(),
                parent_columns: as_spelled(&key.parent_columns, parent_columns),
                on_delete: key.on_delete.clone(),
            });
        }
        table.shape.stored = stored(name, &lines);
    }
    Ok(())
}

fn as_spelled(names: &[String], columns: &[String]) -> Vec<String> {
    let spelled = |name: &String| columns.iter().find(|column| column.eq_ignore_ascii_case(name)).unwrap_or(name).clone();
    names.iter().map(spelled).collect()
}

fn indexes(handle: &Handle, table: &str) -> Result<Vec<IndexShape>> {
    let sql = "SELECT l.name, l.\"unique\", l.origin, i.name FROM pragma_index_list(?1, 'main') l, pragma_index_xinfo(l.name, 'main') i \
               WHERE l.partial = 0 AND i.key = 1 ORDER BY l.name, i.seqno";
    let rows: Vec<(String, bool, String, Option<String>)> =
        handle.rows(sql, [table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let mut indexes: Vec<(String, IndexShape)> = Vec::new();
    let over_expressions: BTreeSet<String> = rows.iter().filter(|row| row.3.is_none()).map(|row| row.0.clone()).collect();
    for (index, unique, origin, column) in rows {
        let Some(column) = column.filter(|_| !over_expressions.contains(&index)) else { continue };
        match indexes.last_mut().filter(|(name, _)| *name == index) {
            Some((_, shape)) => shape.columns.push(column),
            None => {
                // The name of an automatic index is a number that the next rebuild changes.
                let name = if origin == "c" { index.clone() } else { String::new() };
                indexes.push((index, IndexShape { name, columns: vec![column], unique }));
            }
        }
    }
    Ok(indexes.into_iter().map(|(_, shape)| shape).collect())
}

/// The table's indexes and triggers, and every view and trigger whose text names it, or names such a view. SQLite refuses to rename a
/// table while a view or trigger names one that is not there.
fn stored(table: &str, lines: &[Line]) -> Vec<StoredObject> {
    let mut named = BTreeSet::from([table.to_lowercase()]);
    let mut taken = vec![false; lines.len()];
    loop {
        let mut grew = false;
        for (line, taken) in lines.iter().zip(&mut taken) {
            let reads = match line.kind.as_str() {
                "index" => line.table.eq_ignore_ascii_case(table),
                "trigger" => named.contains(&line.table.to_lowercase()) || names(&line.text).iter().any(|name| named.contains(name)),
                "view" => names(&line.text).iter().any(|name| named.contains(name)),
                _ => false,
            };
            if reads && !*taken {
                *taken = true;
                grew = true;
                if line.kind == "view" {
                    named.insert(line.name.to_lowercase());
                }
            }
        }
        if !grew {
            break;
        }
    }
    let of = |kind: &'static str| {
        let lines = lines.iter().zip(&taken).filter(move |(line, taken)| **taken && line.kind == kind);
        lines.map(|(line, _)| stored_object(line))
    };
    of("index").chain(of("view")).chain(of("trigger")).collect()
}

fn stored_object(line: &Line) -> StoredObject {
    let (kind, word, name) = match line.kind.as_str() {
        "index" => (ObjectKind::Index, "INDEX", format!("{}.{}", line.table, line.name)),
        "view" => (ObjectKind::View, "VIEW", line.name.clone()),
        _ => (ObjectKind::Trigger, "TRIGGER", format!("{}.{}", line.table, line.name)),
    };
    StoredObject {
        object: ObjectName { kind, name },
        statements: vec![(line.text.clone(), format!("DROP {word} {}", SqliteDialect.quote_identifier(&line.name)))],
        obstacle: None,
        columns: None,
    }
}
