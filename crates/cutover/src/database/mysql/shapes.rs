//! What operations have to know of tables: indexes, foreign keys, and the server's own text of each table.

use std::collections::BTreeMap;

use super::dialect::MysqlDialect;
use super::journal;
use super::session::{Connection, fields};
use crate::model::dialect::Dialect;
use crate::model::error::Result;
use crate::model::table::{ForeignKeyShape, IndexShape, Shape, TableName};

/// Reads them by the table's name.
///
/// # Errors
/// The server's.
pub(super) fn read(connection: &mut Connection) -> Result<BTreeMap<String, Shape>> {
    let mut shapes: BTreeMap<String, Shape> = BTreeMap::new();
    indexes(connection, &mut shapes)?;
    foreign_keys(connection, &mut shapes)?;
    definitions(connection, &mut shapes)?;
    Ok(shapes)
}

fn indexes(connection: &mut Connection, shapes: &mut BTreeMap<String, Shape>) -> Result<()> {
    let rows = connection.rows(
        "SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE = 0, COALESCE(COLUMN_NAME, ''), SUB_PART IS NOT NULL OR COLUMN_NAME IS NULL \
         OR INDEX_TYPE <> 'BTREE' FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() \
         ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX",
    )?;
    let mut found: BTreeMap<(String, String), (IndexShape, bool)> = BTreeMap::new();
    for row in &rows {
        let [table, name, unique, column, partly] = fields(row)?;
        let shape = || (IndexShape { name: name.clone(), columns: Vec::new(), unique: unique == "1" }, true);
        let (index, whole) = found.entry((table, name.clone())).or_insert_with(shape);
        index.columns.push(column);
        *whole &= partly != "1";
    }
    for ((table, _), (index, _)) in found.into_iter().filter(|(_, (_, whole))| *whole) {
        shapes.entry(table).or_default().indexes.push(index);
    }
    Ok(())
}

fn foreign_keys(connection: &mut Connection, shapes: &mut BTreeMap<String, Shape>) -> Result<()> {
    let rows = connection.rows(
        "SELECT k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, r.DELETE_RULE \
         FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r \
         ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.TABLE_NAME = k.TABLE_NAME AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME \
         WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_SCHEMA = DATABASE() \
         ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION",
    )?;
    for row in &rows {
        let [table, name, column, parent, parent_column, on_delete] = fields(row)?;
        let keys = &mut shapes.entry(table).or_default().foreign_keys;
        match keys.last_mut().filter(|key| key.name == name) {
            Some(key) => {
                key.columns.push(column);
                key.parent_columns.push(parent_column);
            }
            None => keys.push(ForeignKeyShape {
                name,
                columns: vec![column],
                parent: TableName::local(parent),
                parent_columns: vec![parent_column],
                on_delete,
            }),
        }
    }
    Ok(())
}

/// The lines between the parentheses say everything of columns; what stands behind them holds counters that move by themselves.
fn definitions(connection: &mut Connection, shapes: &mut BTreeMap<String, Shape>) -> Result<()> {
    let rows = connection.rows(
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' ORDER BY 1",
    )?;
    for row in &rows {
        let [table] = fields(row)?;
        if journal::is_our_name(&table) {
            continue;
        }
        let shown = connection.row(&format!("SHOW CREATE TABLE {}", MysqlDialect.quote_identifier(&table)))?;
        let text = shown.into_iter().nth(1).flatten();
        let columns = text.as_deref().and_then(|text| text.rsplit_once("\n)")).map(|(columns, _)| columns.to_owned());
        shapes.entry(table).or_default().definition = columns;
    }
    Ok(())
}
