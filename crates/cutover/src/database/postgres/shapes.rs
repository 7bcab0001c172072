//! What operations have to know of tables: indexes, foreign keys, and the objects that read their columns.

use std::collections::BTreeMap;

use super::catalog::{SCANNED, fields, prelude, table_name};
use super::session::{Connection, unexpected_answer};
use crate::model::error::Result;
use crate::model::table::{ForeignKeyShape, IndexShape, ObjectKind, ObjectName, Shape, StoredObject};

/// Reads them by the table's number.
///
/// # Errors
/// The server's.
pub(super) fn read(connection: &mut Connection) -> Result<BTreeMap<String, Shape>> {
    let mut shapes: BTreeMap<String, Shape> = BTreeMap::new();
    indexes(connection, &mut shapes)?;
    foreign_keys(connection, &mut shapes)?;
    stored(connection, &mut shapes)?;
    Ok(shapes)
}

fn indexes(connection: &mut Connection, shapes: &mut BTreeMap<String, Shape>) -> Result<()> {
    let sql = format!(
        "{} SELECT i.indrelid, x.relname, i.indisunique, a.attname \
         FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid \
         JOIN place ON place.oid = c.relnamespace JOIN pg_am am ON am.oid = x.relam \
         CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY part (attnum, position) \
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = part.attnum \
         WHERE {SCANNED} AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indnkeyatts = i.indnatts AND am.amname = 'btree' \
         ORDER BY i.indrelid, x.relname, part.position",
        prelude(connection)
    );
    for row in connection.rows(&sql)? {
        let [table, name, unique, column] = fields(&row)?;
        let indexes = &mut shapes.entry(table).or_default().indexes;
        match indexes.last_mut().filter(|index| index.name == name) {
            Some(index) => index.columns.push(column),
            None => indexes.push(IndexShape { name, columns: vec![column], unique: unique == "t" }),
        }
    }
    Ok(())
}

fn foreign_keys(connection: &mut Connection, shapes: &mut BTreeMap<String, Shape>) -> Result<()> {
    let sql = format!(
        "{} SELECT con.conrelid, con.conname, child_column.attname, parent_place.prefix, parent.relname, parent_column.attname, \
         CASE con.confdeltype WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' \
         ELSE 'SET DEFAULT' END \
         FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid JOIN place ON place.oid = c.relnamespace \
         JOIN pg_class parent ON parent.oid = con.confrelid JOIN place parent_place ON parent_place.oid = parent.relnamespace \
         CROSS JOIN LATERAL unnest(con.conkey, con.confkey) WITH ORDINALITY part (child, parent, position) \
         JOIN pg_attribute child_column ON child_column.attrelid = con.conrelid AND child_column.attnum = part.child \
         JOIN pg_attribute parent_column ON parent_column.attrelid = con.confrelid AND parent_column.attnum = part.parent \
         WHERE con.contype = 'f' AND con.convalidated AND con.conparentid = 0 AND {SCANNED} ORDER BY con.conrelid, con.conname, part.position",
        prelude(connection)
    );
    for row in connection.rows(&sql)? {
        let [table, name, column, prefix, parent, parent_column, on_delete] = fields(&row)?;
        let keys = &mut shapes.entry(table).or_default().foreign_keys;
        match keys.last_mut().filter(|key| key.name == name) {
            Some(key) => {
                key.columns.push(column);
                key.parent_columns.push(parent_column);
            }
            None => keys.push(ForeignKeyShape {
                name,
                columns: vec![column],
                parent: table_name(Some(&prefix), Some(&parent)),
                parent_columns: vec![parent_column],
                on_delete,
            }),
        }
    }
    Ok(())
}

/// Objects that read columns, with the statements that make them. The queries' rows are: the table's number, how deep the object
/// stands upon others, its sort and name, the columns, an obstacle, a statement and what takes it back, in order.
fn stored(connection: &mut Connection, shapes: &mut BTreeMap<String, Shape>) -> Result<()> {
    let sql = include_str!("objects/stored.sql");
    // The query's own common tables continue the prelude's list.
    let sql = format!("{}, {sql}", prelude(connection).trim_end().replacen("WITH place", "WITH RECURSIVE place", 1));
    for row in connection.rows(&sql)? {
        let [table, _, kind, name, columns, obstacle, _, statement, back] = fields(&row)?;
        let object = ObjectName { kind: ObjectKind::from_word(&kind).ok_or_else(unexpected_answer)?, name };
        let stored = &mut shapes.entry(table).or_default().stored;
        if stored.last().is_none_or(|last: &StoredObject| last.object != object) {
            stored.push(StoredObject {
                object,
                statements: Vec::new(),
                obstacle: (!obstacle.is_empty()).then_some(obstacle),
                columns: Some(columns.split('\n').map(str::to_owned).collect()),
            });
        }
        if !statement.is_empty() {
            stored.last_mut().into_iter().for_each(|last| last.statements.push((statement.clone(), back.clone())));
        }
    }
    Ok(())
}
