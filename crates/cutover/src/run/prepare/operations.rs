//! Operations on the tables of a catalog: rendered, granted, and promised.

use crate::model::dialect::Dialect;
use crate::model::operation::{AddColumn, Operation};
use crate::model::table::{Catalog, ObjectKind, ObjectName, Properties, Table, TableName};
use crate::plan::Step;
use crate::run::options::Options;
use crate::verify::expected::ExpectedColumn;

use super::{Prepared, PreparedStatement, PreparedStep, Undo};

/// Adds a column to each of the operation's tables.
///
/// # Errors
/// Every table that cannot have it, and why.
pub(super) fn add_column(
    step: &Step,
    add: &AddColumn,
    dialect: &dyn Dialect,
    catalog: &Catalog,
    options: &Options,
    prepared: &mut Prepared,
) -> Result<PreparedStep, Vec<String>> {
    let mut ready = PreparedStep::new(step);
    let mut undo = Vec::new();
    let mut faults = Vec::new();
    for name in &add.tables {
        let Some(table) = catalog.find(name) else {
            faults.push(format!("{name}: there is no such table"));
            continue;
        };
        let mut table: Table = table.clone();
        if options.no_rewrite {
            table.rewrite_obstacles.push("--no-rewrite was given".to_owned());
        }
        let rendered = match dialect.render(&Operation::AddColumn(add.clone()), &table) {
            Ok(rendered) => rendered,
            Err(reason) => {
                faults.push(format!("{name}: {reason}"));
                continue;
            }
        };
        for change in rendered.changes {
            ready.statements.push(PreparedStatement::of_engine(change.sql, &step.place, rendered.rewrites, dialect));
            undo.push(change.undo.map(|sql| PreparedStatement::of_engine(sql, &step.place, false, dialect)));
        }
        ready.ways.push((table.name.clone(), rendered.choice));
        prepared.grants.add(
            heirs(catalog, &table.name)
                .into_iter()
                .map(|heir| ObjectName { kind: ObjectKind::Column, name: format!("{heir}.{}", add.column) }),
        );
        prepared.grants.add(rendered.adds);
        prepared.touched.insert(table.name.clone());
        prepared.strongest.insert(table.name.clone());
        prepared.expected.push(ExpectedColumn {
            unique: add.unique_name(&table.name.name),
            table: table.name,
            column: add.column.clone(),
            data_type: add.data_type,
            null: add.null,
            fill: add.fill.clone(),
        });
    }
    ready.undo = Undo::Each(undo);
    if faults.is_empty() { Ok(ready) } else { Err(faults) }
}

/// The tables that have every column of a table as well: its partitions, and those that inherit from it, at every depth.
fn heirs(catalog: &Catalog, table: &TableName) -> Vec<String> {
    // The property holds names as SQL writes them, quoted where they have to be.
    let bare = |name: &str| name.replace('"', "");
    let mut heirs = vec![table.to_string()];
    let mut next = 0;
    while let Some(parent) = heirs.get(next).map(|name| bare(name)) {
        let inherits = |properties: &Properties| {
            properties.get("inherits").is_some_and(|parents| parents.split(", ").any(|other| bare(other) == parent))
        };
        let tables = catalog.objects.iter().filter(|(object, _)| object.kind == ObjectKind::Table);
        for (object, _) in tables.filter(|(_, properties)| inherits(properties)) {
            if !heirs.contains(&object.name) {
                heirs.push(object.name.clone());
            }
        }
        next += 1;
    }
    heirs.split_off(1)
}
