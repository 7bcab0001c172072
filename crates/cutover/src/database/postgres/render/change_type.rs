//! `rename_column` and `change_type` in PostgreSQL's words.

use super::{LOCKS, data_type, object, shown};
use crate::database::postgres::dialect::PostgresDialect;
use crate::model::dialect::Dialect;
use crate::model::operation::{Change, PortableType, Precondition, Rendered};
use crate::model::table::{Catalog, ObjectKind, ObjectName, StoredObject, Table};

/// Views follow the column by its number, and their text then says the new name.
pub(super) fn rename(table: &Table, from: &str, to: &str) -> Rendered {
    let name = PostgresDialect.quote_table(&table.name);
    let (old, new) = (PostgresDialect.quote_identifier(from), PostgresDialect.quote_identifier(to));
    let views = table.shape.stored.iter().filter(|stored| reads(stored, from));
    Rendered {
        changes: vec![Change::undone_by(
            format!("ALTER TABLE {name} RENAME COLUMN {old} TO {new}"),
            format!("ALTER TABLE {name} RENAME COLUMN {new} TO {old}"),
        )],
        choice: format!("changes the name in the catalog alone, and keys, indexes and views follow; {LOCKS}"),
        alters: views.map(|stored| stored.object.clone()).collect(),
        ..Rendered::default()
    }
}

pub(super) fn change_type(table: &Table, column: &str, wanted: &PortableType, catalog: &Catalog) -> Result<Rendered, String> {
    if wanted.values().is_some() {
        return Err("PostgreSQL makes an enum by a CHECK on a text: change the type to text, and add the CHECK in an SQL step".to_owned());
    }
    let is = table.column(column).map(|column| column.data_type.clone()).unwrap_or_default();
    let new = data_type(wanted);
    let carried = carried(table, column, &[ObjectKind::View, ObjectKind::MaterializedView, ObjectKind::Trigger])?;
    let name = PostgresDialect.quote_table(&table.name);
    let quoted = PostgresDialect.quote_identifier(column);
    let alter = format!("ALTER TABLE {name} ALTER COLUMN {quoted}");
    let mut changes: Vec<Change> = carried.iter().rev().flat_map(|stored| Change::unmaking(stored)).collect();
    let default = catalog.objects.get(&object(ObjectKind::Column, table, column)).and_then(|properties| properties.get("default"));
    if let Some(default) = default {
        changes.push(Change::undone_by(format!("{alter} DROP DEFAULT"), format!("{alter} SET DEFAULT {default}")));
    }
    changes.push(Change::undone_by(
        format!("{alter} TYPE {new} USING {}", converted(&quoted, &is, &new)),
        format!("{alter} TYPE {is} USING {}", converted(&quoted, &new, &is)),
    ));
    if let Some(default) = default {
        changes.push(Change::undone_by(format!("{alter} SET DEFAULT ({default})::{new}"), format!("{alter} DROP DEFAULT")));
    }
    changes.extend(carried.iter().flat_map(|stored| Change::making(stored)));
    let mut alters = vec![object(ObjectKind::Column, table, column)];
    alters.extend(mentioning(table, column, catalog));
    let mut choice = format!("from {is} to {new}, rewriting the table and its indexes where the two are stored differently; {LOCKS}");
    if !carried.is_empty() {
        let names: Vec<_> = carried.iter().map(|stored| stored.object.to_string()).collect();
        choice.push_str(&format!("; {} dropped and made again", names.join(", ")));
    }
    Ok(Rendered {
        changes,
        rewrites: true,
        choice,
        alters,
        preconditions: vec![Precondition {
            message: format!(
                "rows of {} hold a value in {column} that is another one after the way from {is} to {new} and back",
                table.name
            ),
            sql: format!("SELECT {} FROM {name} WHERE {}", shown(table, column), loses(&quoted, &is, &new)),
            remedy: "change these values in a step before, by a plan of its own, or choose a type that holds them".to_owned(),
        }],
        ..Rendered::default()
    })
}

fn converted(quoted: &str, from: &str, to: &str) -> String {
    // There is no cast between truth values and numbers other than integer.
    let (number, truth) = (["smallint", "bigint", "numeric"].iter().any(|word| to.starts_with(word)), from == "boolean");
    if truth && number { format!("{quoted}::integer::{to}") } else { format!("{quoted}::{to}") }
}

/// A condition that holds where a value does not come back from the other type. A text that is no number is found before a cast ends the
/// query.
fn loses(quoted: &str, from: &str, to: &str) -> String {
    let back = format!("({})::{from}::text IS DISTINCT FROM {quoted}::text", converted(quoted, from, to));
    let text = ["text", "character"].iter().any(|word| from.starts_with(word));
    let whole = ["smallint", "integer", "bigint"].contains(&to);
    if text && whole {
        format!("CASE WHEN {quoted} ~ '^-?[0-9]{{1,18}}$' THEN {back} ELSE {quoted} IS NOT NULL END")
    } else if text && to.starts_with("numeric") {
        format!("CASE WHEN {quoted} ~ '^-?[0-9]+([.][0-9]+)?$' THEN {back} ELSE {quoted} IS NOT NULL END")
    } else {
        back
    }
}

/// What has to be dropped and made again around a change of a column: objects of these kinds that read it.
pub(super) fn carried<'a>(table: &'a Table, column: &str, kinds: &[ObjectKind]) -> Result<Vec<&'a StoredObject>, String> {
    let mut carried = Vec::new();
    for stored in table.shape.stored.iter().filter(|stored| reads(stored, column)) {
        if let Some(obstacle) = &stored.obstacle {
            return Err(format!("{} reads {column}, and cannot be carried along: {obstacle}", stored.object));
        }
        if kinds.contains(&stored.object.kind) {
            carried.push(stored);
        }
    }
    Ok(carried)
}

fn reads(stored: &StoredObject, column: &str) -> bool {
    stored.columns.as_ref().is_none_or(|columns| columns.iter().any(|known| known == column))
}

/// The constraints and indexes of a table whose definition names a column: the server writes them anew, with other casts in them.
pub(super) fn mentioning(table: &Table, column: &str, catalog: &Catalog) -> Vec<ObjectName> {
    let prefix = format!("{}.", table.name);
    let of_table = catalog
        .objects
        .iter()
        .filter(|(object, _)| matches!(object.kind, ObjectKind::Constraint | ObjectKind::Index) && object.name.starts_with(&prefix));
    of_table
        .filter(|(_, properties)| properties.get("definition").is_some_and(|definition| definition.contains(column)))
        .map(|(object, _)| object.clone())
        .collect()
}
