//! What is granted to a guarded command without a contract: that objects come. Everything that was there is to be as it was.

use std::collections::BTreeSet;

use super::histories::{self, History};
use crate::database::Database;
use crate::model::error::{ErrorKind, Place, Result};
use crate::model::table::{Catalog, Column, ObjectKind, ObjectName, TableName};
use crate::plan::contract::{ChangeGrant, ChangeRule, RowGrant};
use crate::verify::catalog::came;
use crate::verify::grants::Grants;

/// What changes who reads and writes old tables, and what they get to see: that is no addition, though an object comes.
const NO_ADDITIONS: [ObjectKind; 5] =
    [ObjectKind::Rule, ObjectKind::Policy, ObjectKind::Publication, ObjectKind::Grant, ObjectKind::DefaultPrivileges];

/// Grants what a migration is for, and what the histories of migration tools need; says how columns are read whose types have changed.
/// `before` is the catalog of the snapshot, `now` the one afterwards. The objects that came are returned, each but those that came with a
/// table.
///
/// # Errors
/// Where the server does not answer.
pub(in crate::run) fn grant(
    database: &dyn Database,
    before: &Catalog,
    now: &Catalog,
    histories: &[History],
    grants: &mut Grants,
) -> Result<Vec<ObjectName>> {
    grants.rows_may_come = true;
    let (all, told) = came(before, now);
    let addition = |object: &&ObjectName| !NO_ADDITIONS.contains(&object.kind);
    grants.add(all.into_iter().filter(addition).cloned());
    for table in histories.iter().flat_map(History::tables) {
        grant_rows(before, table, grants);
    }
    read_in_old_types(database, before, now, grants)?;
    Ok(told.into_iter().filter(addition).cloned().collect())
}

/// Grants the same when a guard is verified later: `left` is the catalog at its end. What came since is no addition of its command.
///
/// # Errors
/// Where the server does not answer.
pub(in crate::run) fn grant_later(database: &dyn Database, before: &Catalog, left: &Catalog, grants: &mut Grants) -> Result<()> {
    let mut histories = histories::find(before);
    histories.extend(histories::find(left));
    grant(database, before, left, &histories, grants).map(drop)
}

/// A history is written by its tool, in whatever way: what it says is told by itself.
fn grant_rows(before: &Catalog, table: &TableName, grants: &mut Grants) {
    let place = Place::default();
    grants.contract.rows.push(RowGrant { table: table.clone(), insert: true, delete: true, place: place.clone() });
    for column in before.table(table).into_iter().flat_map(|table| &table.columns) {
        grants.contract.changes.push(ChangeGrant {
            table: table.clone(),
            column: column.name.clone(),
            rule: ChangeRule::Any,
            place: place.clone(),
        });
    }
}

/// Lets columns whose types have changed be compared in their old types: `1.50` and `1.5000` are the same number. Where the database cannot
/// read one in its old type any more, the texts are compared as they are. Where every value has a class of its own, that one counts.
fn read_in_old_types(database: &dyn Database, before: &Catalog, now: &Catalog, grants: &mut Grants) -> Result<()> {
    if database.capabilities().storage_classes {
        return Ok(());
    }
    let mut changed = BTreeSet::new();
    for table in &before.tables {
        let Some(after) = now.table(&table.name) else { continue };
        let other = |column: &&Column| {
            after.column(grants.name_after(&table.name, &column.name)).is_some_and(|after| after.data_type != column.data_type)
        };
        let columns: Vec<_> = table.columns.iter().filter(other).map(|column| (column.name.clone(), column.data_type.clone())).collect();
        let all_there = table.columns.iter().all(|column| after.column(grants.name_after(&table.name, &column.name)).is_some());
        if columns.is_empty() || !all_there {
            continue;
        }
        changed.insert(table.name.clone());
        grants.retyped.extend(columns.into_iter().map(|(column, data_type)| (table.name.clone(), column, data_type)));
    }
    grants.read_changed(before, database.dialect());
    for table in changed {
        let Some(read_by) = grants.read_by.get(&table) else { continue };
        // In a session of its own: a query that fails may spoil the transaction that it is part of.
        match database.read()?.query(&read_by.sql(), &mut |_| Ok(())) {
            Err(error) if error.kind() == ErrorKind::Statement => {
                grants.retyped.retain(|(of, _, _)| *of != table);
                grants.read_by.remove(&table);
                grants.read_changed(before, database.dialect());
            }
            read => drop(read?),
        }
    }
    Ok(())
}
