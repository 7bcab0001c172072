//! Operations for which SQLite has no statement of its own, so that the table is made anew.

use super::create_table::foreign_key;
use super::rebuild::Rebuild;
use super::text::Definition;
use super::{LOCKS, object, shown, type_name};
use crate::database::sqlite::dialect::SqliteDialect;
use crate::model::dialect::Dialect as _;
use crate::model::operation::{ForeignKey, PortableType, Precondition, Rendered};
use crate::model::table::{Catalog, ObjectKind, Relationship, Table};

pub(super) fn add_foreign_key(table: &Table, key: &ForeignKey, catalog: &Catalog) -> Result<Rendered, String> {
    let parent = catalog.find(&key.parent).ok_or_else(|| format!("there is no table {} to refer to", key.parent))?;
    let written = definition(table)?.with_constraint(&foreign_key(key));
    let relationship = Relationship {
        child: table.name.clone(),
        columns: key.columns.clone(),
        parent: parent.name.clone(),
        parent_columns: key.parent_columns.clone(),
        declared: true,
    };
    let identity = table.keys.first().map(|key| key.columns.clone()).unwrap_or_default();
    Ok(Rendered {
        changes: Rebuild::of(table, &written)?.changes()?,
        rewrites: true,
        choice: format!("{}: SQLite adds no constraint to a table; {LOCKS}", Rebuild::WAY),
        adds: vec![object(ObjectKind::Constraint, table, &key.name)],
        preconditions: vec![Precondition {
            message: format!("rows of {}.({}) refer to no row of {}", table.name, key.columns.join(", "), parent.name),
            sql: SqliteDialect.orphans(&relationship, &identity),
            remedy: "mend the orphans, or take the foreign key out of the plan".to_owned(),
        }],
        definition: Some(written),
        ..Rendered::default()
    })
}

pub(super) fn change_type(table: &Table, column: &str, wanted: &PortableType) -> Result<Rendered, String> {
    if wanted.values().is_some() {
        return Err("SQLite makes an enum by a CHECK on a text: change the type to text, and add the CHECK in an SQL step".to_owned());
    }
    let is = table.column(column).map(|column| column.data_type.clone()).unwrap_or_default();
    let new = type_name(wanted);
    let written = definition(table)?.with_type(column, &new).ok_or_else(|| format!("its definition has no column {column}"))?;
    let quoted = SqliteDialect.quote_identifier(column);
    let (forth, back) = (format!("CAST({quoted} AS {new})"), SqliteDialect.read_as(&quoted, &is));
    let mut rebuild = Rebuild::of(table, &written)?;
    rebuild.converts(column, &forth, &back);
    let returned = SqliteDialect.read_as(&forth, &is);
    let name = SqliteDialect.quote_table(&table.name);
    Ok(Rendered {
        changes: rebuild.changes()?,
        rewrites: true,
        choice: format!("from {is} to {new}: {}; {LOCKS}", Rebuild::WAY),
        alters: vec![object(ObjectKind::Column, table, column)],
        preconditions: vec![Precondition {
            message: format!(
                "rows of {} hold a value in {column} that is another one after the way from {is} to {new} and back",
                table.name
            ),
            sql: format!(
                "SELECT {} FROM {name} WHERE {returned} IS NOT {quoted} OR typeof({returned}) <> typeof({quoted})",
                shown(table, column)
            ),
            remedy: "change these values in a step before, by a plan of its own, or choose a type that holds them".to_owned(),
        }],
        definition: Some(written),
        ..Rendered::default()
    })
}

pub(super) fn widen_enum(table: &Table, column: &str, values: &[String]) -> Result<Rendered, String> {
    let Some((written, held)) = definition(table)?.with_values(column, values) else {
        let choice = format!("{column} has no CHECK that lists values, so that it holds every one: nothing to do");
        return Ok(Rendered { choice, ..Rendered::default() });
    };
    if values.iter().all(|value| held.contains(value)) {
        return Ok(Rendered { choice: format!("{} can be held already: nothing to do", values.join(", ")), ..Rendered::default() });
    }
    let prefix = format!("{}.", table.name);
    let mut alters = vec![object(ObjectKind::Column, table, column)];
    alters.extend(table.shape.stored.iter().filter(|stored| stored.object.name.starts_with(&prefix)).map(|stored| stored.object.clone()));
    Ok(Rendered {
        changes: Rebuild::of(table, &written)?.changes()?,
        rewrites: true,
        choice: format!("{}, with a longer list in its CHECK; {LOCKS}; the undo fails where a row holds a new value", Rebuild::WAY),
        alters,
        definition: Some(written),
        ..Rendered::default()
    })
}

fn definition(table: &Table) -> Result<Definition, String> {
    Definition::parse(table.shape.definition.as_deref().ok_or("its definition is not known")?)
}
