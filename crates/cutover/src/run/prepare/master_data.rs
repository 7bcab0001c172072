//! Steps that are CSV files: their rows in batches, each row in a batch behind the rows that it refers to.

use std::collections::BTreeMap;

use crate::model::dialect::Dialect;
use crate::model::operation::{Operation, described};
use crate::model::table::{Catalog, TableName};
use crate::model::upsert::{MOST_ROWS, Upsert, UpsertColumn, UpsertReference};
use crate::model::value::ValueKind;
use crate::plan::master_data::{DataColumn, DataRow, Reference};
use crate::plan::{MasterData, Plan, RunValues, Step, operations};

use super::scripts::{paired, statement};
use super::{Prepared, PreparedStatement, PreparedStep, Undo};

/// The most bytes of cells in one statement: servers limit the size of a statement, and people read them.
const MOST_BYTES: usize = 256 * 1024;

/// Makes a CSV step ready, and adds its table and those that it refers to to what is fenced.
///
/// # Errors
/// Where it is not known which column of another table a reference takes its value from.
pub(super) fn step(
    step: &Step,
    data: &MasterData,
    plan: &Plan,
    dialect: &dyn Dialect,
    values: &RunValues,
    catalog: &Catalog,
    prepared: &mut Prepared,
) -> Result<PreparedStep, String> {
    let references = data.columns.iter().filter_map(|column| column.reference.as_ref()).map(|reference| reference.table.as_str());
    for name in references.chain([data.table.as_str()]) {
        prepared.touched.extend(catalog.find(name).map(|table| table.name.clone()));
    }
    let mut ready = PreparedStep::new(step);
    let keys: Vec<_> = data.columns.iter().filter(|column| column.key).map(|column| column.name.as_str()).collect();
    let rows = if data.rows.len() == 1 { "1 row".to_owned() } else { format!("{} rows", data.rows.len()) };
    let table = catalog.find(&data.table).map_or_else(|| TableName::from(data.table.clone()), |table| table.name.clone());
    ready.ways.push((table, format!("{rows} by {}: what is missing is inserted, what differs is updated", keys.join(" and "))));
    let inserts = left_out(data, dialect, catalog).is_empty();
    for upsert in batches(data, plan, dialect, catalog)? {
        if inserts {
            ready.statements.push(PreparedStatement::of_engine(upsert.insert(dialect), &step.place, false, dialect));
        }
        ready.statements.extend(upsert.update(dialect).map(|sql| PreparedStatement::of_engine(sql, &step.place, false, dialect)));
        ready.proofs.push(PreparedStatement::of_engine(upsert.not_there(dialect), &step.place, false, dialect));
    }
    ready.undo = match &data.undo {
        Some(undo) => {
            let undo = undo.iter().map(|undo| statement(undo, plan, dialect, values, catalog)).collect();
            paired(undo, ready.statements.len())
        }
        // The table goes with the step that made it, and the rows with the table.
        None if catalog.find(&data.table).is_none() => Undo::Each(vec![None; ready.statements.len()]),
        // What it will find there is not known yet: where it changes no row, its own rows are deleted instead.
        None => Undo::Snapshot(catalog.find(&data.table).map(|table| table.name.clone()).into_iter().collect()),
    };
    Ok(ready)
}

/// What takes a CSV step back that has inserted exactly the rows of these lines and changed none.
///
/// # Errors
/// As [`step`].
pub fn undo(
    step: &Step,
    data: &MasterData,
    inserted: &[usize],
    plan: &Plan,
    dialect: &dyn Dialect,
    catalog: &Catalog,
) -> Result<Undo, String> {
    let mut undo = Vec::new();
    let inserts = left_out(data, dialect, catalog).is_empty();
    for mut upsert in batches(data, plan, dialect, catalog)? {
        let updates = upsert.update(dialect).is_some();
        upsert.rows.retain(|(line, _)| inserted.contains(line));
        let delete = (!upsert.rows.is_empty()).then(|| PreparedStatement::of_engine(upsert.delete(dialect), &step.place, false, dialect));
        if inserts {
            undo.push(delete);
        }
        if updates {
            undo.push(None);
        }
    }
    Ok(Undo::Each(undo))
}

/// The rows of a CSV step in the order in which they can be brought in, divided into statements.
///
/// # Errors
/// As [`step`].
pub fn batches<'a>(data: &'a MasterData, plan: &Plan, dialect: &dyn Dialect, catalog: &Catalog) -> Result<Vec<Upsert<'a>>, String> {
    let table = catalog.find(&data.table).map_or_else(|| TableName::from(data.table.clone()), |table| table.name.clone());
    let mut columns = Vec::new();
    for (index, column) in data.columns.iter().enumerate() {
        let reference = column.reference.as_ref().map(|reference| looked_up(data, column, reference, plan, dialect, catalog));
        columns.push(UpsertColumn {
            name: column.name.clone(),
            kind: kind(&data.table, &column.name, plan, dialect, catalog),
            key: column.key,
            nullable: data.rows.iter().any(|row| row.cells[index].is_none()),
            absent: false,
            reference: reference.transpose()?,
        });
    }
    let mut batches = Vec::new();
    for level in levels(data).0 {
        for rows in divided(level) {
            batches.push(Upsert { table: table.clone(), columns: columns.clone(), rows });
        }
    }
    Ok(batches)
}

/// The columns of a table that a new row needs and the file does not give. There is nothing to insert then, which is known before; and
/// MySQL refuses such an INSERT even if it has no rows.
pub fn left_out(data: &MasterData, dialect: &dyn Dialect, catalog: &Catalog) -> Vec<String> {
    let Some(table) = catalog.find(&data.table) else { return Vec::new() };
    let given = |name: &str| data.columns.iter().any(|column| column.name == name);
    let needed = table.columns.iter().filter(|column| !column.nullable && !given(&column.name));
    needed.filter(|column| !dialect.gives_value(table, column, catalog)).map(|column| column.name.clone()).collect()
}

/// What a column can hold; of one that an operation of the plan makes, what its type says. Unknown where the plan's own SQL makes it.
pub fn kind(table: &str, column: &str, plan: &Plan, dialect: &dyn Dialect, catalog: &Catalog) -> ValueKind {
    if let Some(column) = catalog.find(table).and_then(|table| table.column(column)) {
        return dialect.value_kind(column, catalog);
    }
    let made = operations(&plan.steps).find_map(|operation| match operation {
        Operation::CreateTable(new) if new.table == table => new.columns.iter().find(|new| new.name == column),
        Operation::AddColumns { table: of, columns } if of == table => columns.iter().find(|new| new.name == column),
        _ => None,
    });
    made.map_or(ValueKind::Unknown, |made| dialect.value_kind(&described(made, dialect), catalog))
}

/// The column that a column of a table made by the plan refers to, and that table's key where it has one column.
fn made_key(child: &str, column: &str, parent: &str, plan: &Plan) -> Option<String> {
    let one = |columns: &[String]| (columns.len() == 1).then(|| columns[0].clone());
    let declared = operations(&plan.steps).find_map(|operation| match operation {
        Operation::CreateTable(new) if new.table == child => new
            .foreign_keys
            .iter()
            .find(|key| key.parent == parent && key.columns == [column.to_owned()])
            .and_then(|key| one(&key.parent_columns)),
        _ => None,
    });
    let by_key = || {
        operations(&plan.steps).find_map(|operation| match operation {
            Operation::CreateTable(new) if new.table == parent => one(&new.primary_key),
            _ => None,
        })
    };
    declared.or_else(by_key)
}

fn looked_up(
    data: &MasterData,
    column: &DataColumn,
    reference: &Reference,
    plan: &Plan,
    dialect: &dyn Dialect,
    catalog: &Catalog,
) -> Result<UpsertReference, String> {
    let named = |name: &str| catalog.find(name).map_or_else(|| TableName::from(name.to_owned()), |table| table.name.clone());
    let (child, parent) = (named(&data.table), named(&reference.table));
    let relationships = catalog.relationships.iter().chain(&plan.relationships);
    let declared = relationships
        .filter(|known| known.child == child && known.parent == parent && known.columns == [column.name.clone()])
        .find_map(|known| known.parent_columns.first().cloned());
    let by_key = || {
        let key = catalog.table(&parent)?.keys.iter().find(|key| key.primary && key.columns.len() == 1)?;
        key.columns.first().cloned()
    };
    let value = declared
        .or_else(by_key)
        .or_else(|| made_key(&data.table, &column.name, &reference.table, plan))
        .ok_or_else(|| format!("it is not known which column of `{parent}` the column `{}` of `{child}` refers to", column.name))?;
    let kind = kind(&reference.table, &reference.column, plan, dialect, catalog);
    Ok(UpsertReference { table: parent, column: reference.column.clone(), kind, value })
}

/// The rows by how many rows of the same file have to be there before them; and those that refer to each other in a circle.
pub fn levels(data: &MasterData) -> (Vec<Vec<&DataRow>>, Vec<&DataRow>) {
    let own = |column: &DataColumn| column.reference.clone().filter(|reference| reference.table == data.table);
    let references: Vec<_> = data.columns.iter().enumerate().filter_map(|(index, column)| Some((index, own(column)?))).collect();
    let mut waiting: Vec<&DataRow> = data.rows.iter().collect();
    let mut levels = Vec::new();
    // What is still waiting, by the texts that rows refer to it with.
    while !waiting.is_empty() {
        let mut missing: BTreeMap<(usize, &str), ()> = BTreeMap::new();
        for (position, (_, reference)) in references.iter().enumerate() {
            if let Some(index) = data.columns.iter().position(|column| column.name == reference.column) {
                missing.extend(waiting.iter().filter_map(|row| Some(((position, row.cells[index].as_deref()?), ()))));
            }
        }
        let waits = |row: &&DataRow| {
            let mut referring =
                references.iter().enumerate().filter_map(|(position, (index, _))| Some((position, row.cells[*index].as_deref()?)));
            referring.any(|wanted| missing.contains_key(&wanted))
        };
        let (behind, level): (Vec<_>, Vec<_>) = waiting.iter().partition(|row| waits(row));
        if level.is_empty() {
            return (levels, behind);
        }
        levels.push(level);
        waiting = behind;
    }
    (levels, Vec::new())
}

/// Lines and their cells.
type Rows<'a> = Vec<(usize, &'a [Option<String>])>;

fn divided(rows: Vec<&DataRow>) -> Vec<Rows<'_>> {
    let mut batches: Vec<Rows<'_>> = Vec::new();
    let mut bytes = 0;
    for row in rows {
        let size: usize = row.cells.iter().flatten().map(String::len).sum();
        let full = batches.last().is_none_or(|batch| batch.len() == MOST_ROWS) || bytes + size > MOST_BYTES;
        if full {
            batches.push(Vec::new());
            bytes = 0;
        }
        bytes += size;
        if let Some(batch) = batches.last_mut() {
            batch.push((row.line, row.cells.as_slice()));
        }
    }
    batches
}
