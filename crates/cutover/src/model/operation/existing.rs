//! What is there already: columns that fit are adopted, keys that are equivalent are not added again.

use super::{ForeignKey, KeyColumns, NewColumn, NewTable, OnDelete, TypeFit};
use crate::model::dialect::Dialect;
use crate::model::table::{Catalog, Table};

/// What a table has where a column should come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Existing {
    /// Nothing: the column comes.
    Absent,
    /// A column that fits: it is adopted.
    Fits,
    /// One that does not, and why.
    Misfit(String),
}

/// Whether a table has a column that may stand for a new one. An adopted column is old data: its name is spelled alike, its type holds
/// every value of the wanted one, and it may be NULL where the wanted one may.
#[must_use]
pub fn column(wanted: &NewColumn, table: &Table, dialect: &dyn Dialect) -> Existing {
    let name = format!("{}.{}", table.name, wanted.name);
    let Some(found) = table.column(&wanted.name) else {
        // SQLite and MySQL do not tell names apart by case, and PostgreSQL's habit is not to either.
        return match table.columns.iter().find(|column| column.name.eq_ignore_ascii_case(&wanted.name)) {
            Some(other) => Existing::Misfit(format!("`{}` already has a column `{}`, of type {}", table.name, other.name, other.data_type)),
            None => Existing::Absent,
        };
    };
    let nullable = |null| if null { "may be NULL" } else { "may not be NULL" };
    if dialect.type_fit(&wanted.data_type, &found.data_type) == TypeFit::No {
        let wanted = dialect.type_name(&wanted.data_type);
        Existing::Misfit(format!("`{name}` is there already as {}, which does not hold every {wanted}", found.data_type))
    } else if found.generated {
        Existing::Misfit(format!("`{name}` is there already, and the database computes it"))
    } else if found.nullable != wanted.null {
        let message = format!("`{name}` is there already and {}, where the plan's {}", nullable(found.nullable), nullable(wanted.null));
        Existing::Misfit(message)
    } else {
        Existing::Fits
    }
}

/// Why a table that is there cannot stand for a new one; empty where it fits column by column. It may have more columns.
#[must_use]
pub fn table(wanted: &NewTable, table: &Table, dialect: &dyn Dialect) -> Vec<String> {
    let mut reasons = Vec::new();
    for new in &wanted.columns {
        match column(new, table, dialect) {
            Existing::Fits => {}
            Existing::Misfit(reason) => reasons.push(reason),
            Existing::Absent => reasons.push(format!("`{}` is there already, without a column `{}`", table.name, new.name)),
        }
    }
    let primary = table.keys.iter().find(|key| key.primary).map(|key| key.columns.clone()).unwrap_or_default();
    if primary != wanted.primary_key {
        let shown = |columns: &[String]| if columns.is_empty() { "none".to_owned() } else { format!("({})", columns.join(", ")) };
        reasons.push(format!(
            "`{}` is there already with the primary key {}, where the plan's is {}",
            table.name,
            shown(&primary),
            shown(&wanted.primary_key)
        ));
    }
    reasons
}

/// The name of an index that serves for a wanted one: over the same columns in the same order, and unique where that one is. A name
/// that another index has is an error.
///
/// # Errors
/// Where the name is taken.
pub fn index(wanted: &KeyColumns, unique: bool, table: &Table) -> Result<Option<String>, String> {
    let indexes = &table.shape.indexes;
    let mut serving: Vec<_> = indexes.iter().filter(|index| index.columns == wanted.columns && (index.unique || !unique)).collect();
    serving.sort_by_key(|index| index.name != wanted.name);
    if let Some(found) = serving.first() {
        return Ok(Some(found.name.clone()));
    }
    // A key that the catalog tells without an index, such as SQLite's rowid.
    if table.keys.iter().any(|key| key.columns == wanted.columns) {
        return Ok(Some("its key".to_owned()));
    }
    match indexes.iter().find(|index| index.name == wanted.name) {
        Some(other) => Err(format!("{} has an index {} already, over ({})", table.name, other.name, other.columns.join(", "))),
        None => Ok(None),
    }
}

/// The name of a foreign key that is equivalent to a wanted one.
///
/// # Errors
/// Where the same columns refer to the same parent, but a deleted parent means something else.
pub fn foreign_key(wanted: &ForeignKey, table: &Table, catalog: &Catalog) -> Result<Option<String>, String> {
    let parent = catalog.find(&wanted.parent).map(|parent| &parent.name);
    let same =
        table.shape.foreign_keys.iter().find(|known| {
            known.columns == wanted.columns && Some(&known.parent) == parent && known.parent_columns == wanted.parent_columns
        });
    match same {
        None => Ok(None),
        Some(known) if OnDelete::from_sql(&known.on_delete) == Some(wanted.on_delete) => {
            let name = if known.name.is_empty() { "a foreign key without a name" } else { &known.name };
            Ok(Some(name.to_owned()))
        }
        Some(known) => Err(format!(
            "{}.({}) refers to {} already, ON DELETE {}, where the plan wants {}",
            table.name,
            known.columns.join(", "),
            known.parent,
            known.on_delete,
            wanted.on_delete
        )),
    }
}
