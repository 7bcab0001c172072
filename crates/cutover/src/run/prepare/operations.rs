//! Operations on the tables of a catalog: what is there already adopted, the rest rendered, granted, and promised.

use crate::model::dialect::Dialect;
use crate::model::error::Place;
use crate::model::operation::existing::{self, Existing};
use crate::model::operation::{Change, KeyColumns, NewColumn, NewTable, Operation, PortableType, Precondition, Rendered, project};
use crate::model::table::{Catalog, ObjectKind, ObjectName, Properties, Table, TableName};
use crate::plan::contract::{ChangeGrant, ChangeRule};
use crate::plan::{PlanOperation, SchemaGrant, Step};
use crate::verify::expected::ExpectedColumn;
use crate::verify::grants::Renamed;
use crate::verify::promises::Promise;

use super::{Prepared, PreparedStatement, PreparedStep, Undo};

/// What an operation comes to on a table: the operations that are left to do, and what was found there.
struct Resolved {
    left: Vec<Operation>,
    ways: Vec<String>,
    promises: Vec<Promise>,
    /// Adopted columns that are filled where they are NULL.
    fills: Vec<(String, String)>,
}

/// Makes a step of operations ready. `working` is the catalog as the steps before leave it, `original` as it is now.
///
/// # Errors
/// Every table that cannot have what is asked for, and why.
pub(super) fn operations(
    step: &Step,
    operations: &[PlanOperation],
    dialect: &dyn Dialect,
    original: &Catalog,
    working: &mut Catalog,
    prepared: &mut Prepared,
) -> Result<PreparedStep, Vec<String>> {
    let mut ready = Ready { step, dialect, original, step_ready: PreparedStep::new(step), undo: Vec::new() };
    let mut faults = Vec::new();
    for planned in operations {
        if let Err(reason) = ready.operation(planned, working, prepared) {
            faults.push(format!("{}: {reason}", planned.operation.table()));
        }
    }
    let Ready { mut step_ready, undo, .. } = ready;
    step_ready.undo = Undo::Each(undo);
    if faults.is_empty() { Ok(step_ready) } else { Err(faults) }
}

struct Ready<'a> {
    step: &'a Step,
    dialect: &'a dyn Dialect,
    original: &'a Catalog,
    step_ready: PreparedStep,
    undo: Vec<Option<PreparedStatement>>,
}

impl Ready<'_> {
    fn operation(&mut self, planned: &PlanOperation, working: &mut Catalog, prepared: &mut Prepared) -> Result<(), String> {
        let operation = &planned.operation;
        let resolved = resolve(operation, self.dialect, working)?;
        let mut ways = resolved.ways;
        let name =
            working.find(operation.table()).map_or_else(|| TableName::from(operation.table().to_owned()), |table| table.name.clone());
        for left in &resolved.left {
            revise(&mut prepared.promises, &name, left);
            let rendered = self.dialect.render(left, working)?;
            self.grant(left, &name, &rendered, working, prepared);
            if self.original.find(left.table()).is_some_and(|table| left.reads().iter().all(|column| table.column(column).is_some())) {
                let place = &planned.places.table;
                prepared.preconditions.extend(rendered.preconditions.iter().map(|precondition| (place.clone(), precondition.clone())));
            }
            project(left, &rendered, working, self.dialect);
            ways.push(rendered.choice);
            self.changes(rendered.changes, rendered.rewrites);
        }
        for (column, fill) in &resolved.fills {
            let Some(table) = working.table(&name) else { continue };
            let (change, precondition) = fill_where_null(table, column, fill, self.dialect);
            self.changes(vec![change], false);
            prepared.preconditions.push((planned.places.table.clone(), precondition));
            let place = planned.places.table.clone();
            let grant = ChangeGrant { table: name.clone(), column: column.clone(), rule: ChangeRule::FromNull, place };
            prepared.grants.contract.changes.push(grant);
            ways.push(format!("{column} is filled where it is NULL"));
        }
        if self.original.table(&name).is_some() {
            prepared.touched.insert(name.clone());
            if !resolved.left.is_empty() {
                prepared.strongest.insert(name.clone());
            }
        }
        prepared.promises.extend(resolved.promises);
        self.step_ready.ways.push((name, ways.join("; ")));
        Ok(())
    }

    fn changes(&mut self, changes: Vec<Change>, rewrites: bool) {
        let place: &Place = &self.step.place;
        let last = changes.len().saturating_sub(1);
        for (position, change) in changes.into_iter().enumerate() {
            let settles = |settles, statement| PreparedStatement { settles, ..statement };
            let forth = PreparedStatement::of_engine(change.sql, place, rewrites, self.dialect);
            self.step_ready.statements.push(settles(position == last, forth));
            let back = change.undo.map(|sql| PreparedStatement::of_engine(sql, place, false, self.dialect));
            self.undo.push(back.map(|back| settles(position == 0, back)));
        }
    }

    fn grant(&self, operation: &Operation, name: &TableName, rendered: &Rendered, working: &Catalog, prepared: &mut Prepared) {
        if let Operation::AddColumns { columns, .. } = operation {
            for heir in heirs(working, name) {
                prepared
                    .grants
                    .add(columns.iter().map(|column| ObjectName { kind: ObjectKind::Column, name: format!("{heir}.{}", column.name) }));
            }
        }
        prepared.grants.add(rendered.adds.iter().cloned());
        prepared.grants.alter(rendered.alters.iter().cloned());
        match operation {
            Operation::RenameColumn { from, to, .. } if self.original.table(name).is_none_or(|table| table.column(from).is_none()) => {
                let column = |column: &str| ObjectName { kind: ObjectKind::Column, name: format!("{name}.{column}") };
                prepared.grants.schema.remove(&SchemaGrant::Add(column(from)));
                prepared.grants.add([column(to)]);
            }
            Operation::RenameColumn { from, to, .. } => {
                prepared.grants.renamed.push(Renamed { table: name.clone(), from: from.clone(), to: to.clone() });
            }
            Operation::ChangeType { column, .. } => {
                let old = self.original.table(name).and_then(|table| table.column(column));
                if let Some(old) = old {
                    prepared.grants.retyped.push((name.clone(), column.clone(), old.data_type.clone()));
                }
            }
            _ => {}
        }
        for parent in parents(operation).into_iter().filter_map(|parent| self.original.find(parent)) {
            prepared.touched.insert(parent.name.clone());
        }
    }
}

/// Brings what operations before have promised of a table up to date with one that changes it again.
fn revise(promises: &mut [Promise], of: &TableName, operation: &Operation) {
    for promise in promises {
        match (promise, operation) {
            (Promise::Column(column), Operation::WidenEnum { column: name, values, .. })
                if column.table == *of && column.column == *name =>
            {
                if let PortableType::Enum(held) = &mut column.data_type {
                    let coming: Vec<_> = values.iter().filter(|value| !held.contains(value)).cloned().collect();
                    held.extend(coming);
                }
            }
            (Promise::Column(column), Operation::ChangeType { column: name, data_type, .. })
                if column.table == *of && column.column == *name =>
            {
                column.data_type.clone_from(data_type);
            }
            (promise, Operation::RenameColumn { from, to, .. }) => promise.rename(of, from, to),
            _ => {}
        }
    }
}

/// The tables that an operation's foreign keys refer to.
fn parents(operation: &Operation) -> Vec<&str> {
    match operation {
        Operation::AddForeignKey { key, .. } => vec![key.parent.as_str()],
        Operation::CreateTable(new) => new.foreign_keys.iter().map(|key| key.parent.as_str()).collect(),
        Operation::AddColumns { columns, .. } => {
            columns.iter().filter_map(|column| column.references.as_ref()).map(|key| key.parent.as_str()).collect()
        }
        _ => Vec::new(),
    }
}

fn resolve(operation: &Operation, dialect: &dyn Dialect, catalog: &Catalog) -> Result<Resolved, String> {
    let mut resolved = Resolved { left: Vec::new(), ways: Vec::new(), promises: Vec::new(), fills: Vec::new() };
    if let Operation::CreateTable(new) = operation {
        create_table(new, dialect, catalog, &mut resolved)?;
        return Ok(resolved);
    }
    let table = catalog.find(operation.table()).ok_or("there is no such table")?;
    for column in operation.reads() {
        let renamed = matches!(operation, Operation::RenameColumn { to, .. } if table.column(to).is_some());
        if table.column(column).is_none() && !renamed {
            return Err(format!("it has no column {column}"));
        }
    }
    match operation {
        Operation::AddColumns { columns, .. } => add_columns(table, columns, dialect, catalog, &mut resolved)?,
        Operation::RenameColumn { from, to, .. } => match (table.column(from), table.column(to)) {
            (Some(_), None) => resolved.left.push(operation.clone()),
            (None, _) => resolved.ways.push(format!("{to} has its name already: nothing to do, and the undo leaves it")),
            (Some(_), Some(_)) => return Err(format!("it has both {from} and {to}")),
        },
        Operation::ChangeType { column, data_type, .. } => {
            let is = table.column(column).map(|column| column.data_type.clone()).unwrap_or_default();
            if is == dialect.type_name(data_type) {
                resolved.ways.push(format!("{column} is {is} already: nothing to do, and the undo leaves it"));
            } else {
                resolved.left.push(operation.clone());
            }
            resolved.promises.push(Promise::Type { table: table.name.clone(), column: column.clone(), data_type: data_type.clone() });
        }
        _ => key(table, operation.clone(), catalog, &mut resolved)?,
    }
    Ok(resolved)
}

fn create_table(new: &NewTable, dialect: &dyn Dialect, catalog: &Catalog, resolved: &mut Resolved) -> Result<(), String> {
    let name = catalog.find(&new.table).map_or_else(|| TableName::from(new.table.clone()), |table| table.name.clone());
    for column in &new.columns {
        resolved.promises.push(Promise::Column(expected(&name, column, catalog.table(&name).is_some())));
    }
    let Some(table) = catalog.table(&name) else {
        resolved.left.push(Operation::CreateTable(new.clone()));
        for key in &new.unique {
            resolved.promises.push(Promise::Unique { table: name.clone(), columns: key.columns.clone(), name: key.name.clone() });
        }
        for key in &new.foreign_keys {
            resolved.promises.push(Promise::Relationship { table: name.clone(), key: key.clone() });
        }
        return Ok(());
    };
    let reasons = existing::table(new, table, dialect);
    if !reasons.is_empty() {
        return Err(reasons.join("; "));
    }
    resolved.ways.push("the table is there already and fits: it is adopted, its rows are old data, and the undo leaves it".to_owned());
    for unique in &new.unique {
        key(table, Operation::AddUnique { table: new.table.clone(), key: unique.clone() }, catalog, resolved)?;
    }
    for index in &new.indexes {
        key(table, Operation::AddIndex { table: new.table.clone(), index: index.clone() }, catalog, resolved)?;
    }
    for foreign in &new.foreign_keys {
        key(table, Operation::AddForeignKey { table: new.table.clone(), key: foreign.clone() }, catalog, resolved)?;
    }
    Ok(())
}

fn add_columns(
    table: &Table,
    columns: &[NewColumn],
    dialect: &dyn Dialect,
    catalog: &Catalog,
    resolved: &mut Resolved,
) -> Result<(), String> {
    let mut new = Vec::new();
    let mut keys = Vec::new();
    let of_table = table.name.to_string();
    for column in columns {
        let adopted = match existing::column(column, table, dialect) {
            Existing::Misfit(reason) => return Err(reason),
            Existing::Absent => {
                new.push(NewColumn { unique: None, ..column.clone() });
                false
            }
            Existing::Fits => {
                resolved.ways.push(format!("{} is there already and fits: it is adopted as old data, and the undo leaves it", column.name));
                resolved.fills.extend(column.fill.clone().map(|fill| (column.name.clone(), fill)));
                keys.extend(column.references.clone().map(|key| Operation::AddForeignKey { table: of_table.clone(), key }));
                true
            }
        };
        if let Some(name) = &column.unique {
            let key = KeyColumns { name: name.clone(), columns: vec![column.name.clone()] };
            keys.push(Operation::AddUnique { table: of_table.clone(), key });
        }
        if let Some(key) = column.references.as_ref().filter(|_| !adopted) {
            resolved.promises.push(Promise::Relationship { table: table.name.clone(), key: key.clone() });
        }
        resolved.promises.push(Promise::Column(expected(&table.name, column, adopted)));
    }
    if !new.is_empty() {
        resolved.left.push(Operation::AddColumns { table: of_table, columns: new });
    }
    for operation in keys {
        key(table, operation, catalog, resolved)?;
    }
    Ok(())
}

/// An index, a unique key or a foreign key: left to do where no equivalent one is there.
fn key(table: &Table, operation: Operation, catalog: &Catalog, resolved: &mut Resolved) -> Result<(), String> {
    let name = &table.name;
    let found = match &operation {
        Operation::AddIndex { index, .. } => {
            resolved.promises.push(Promise::Index { table: name.clone(), columns: index.columns.clone() });
            existing::index(index, false, table)?
        }
        Operation::AddUnique { key, .. } => {
            let found = existing::index(key, true, table)?;
            let promised = if found.is_none() { key.name.clone() } else { String::new() };
            resolved.promises.push(Promise::Unique { table: name.clone(), columns: key.columns.clone(), name: promised });
            found
        }
        Operation::AddForeignKey { key, .. } => {
            let parent = catalog.find(&key.parent).ok_or_else(|| format!("there is no table {} to refer to", key.parent))?;
            if let Some(missing) = key.parent_columns.iter().find(|column| parent.column(column).is_none()) {
                return Err(format!("{} has no column {missing} to refer to", key.parent));
            }
            resolved.promises.push(Promise::Relationship { table: name.clone(), key: key.clone() });
            existing::foreign_key(key, table, catalog)?
        }
        _ => None,
    };
    match found {
        Some(equivalent) => resolved.ways.push(format!("{equivalent} does the same already: it is adopted, and the undo leaves it")),
        None => resolved.left.push(operation),
    }
    Ok(())
}

fn expected(table: &TableName, column: &NewColumn, adopted: bool) -> ExpectedColumn {
    ExpectedColumn {
        table: table.clone(),
        column: column.name.clone(),
        data_type: column.data_type.clone(),
        null: column.null,
        default: column.default.is_some() || column.auto,
        fill: column.fill.clone().filter(|_| !adopted),
        adopted,
    }
}

/// Fills an adopted column where it is NULL. The undo tells the rows that it filled by their value, so that no other row may have it.
fn fill_where_null(table: &Table, column: &str, fill: &str, dialect: &dyn Dialect) -> (Change, Precondition) {
    let name = dialect.quote_table(&table.name);
    let quoted = dialect.quote_identifier(column);
    let equal = format!("{quoted} IS NOT NULL AND NOT ({})", dialect.distinct(&quoted, fill));
    let mut shown = table.keys.first().map(|key| key.columns.clone()).unwrap_or_default();
    if !shown.iter().any(|known| known == column) {
        shown.push(column.to_owned());
    }
    let precondition = Precondition {
        message: format!(
            "rows of {} hold in {column} already what `fill` writes, so that the undo could not tell them from filled ones",
            table.name
        ),
        sql: format!("SELECT {} FROM {name} WHERE {equal}", dialect.quote_columns("", &shown)),
        remedy: "fill the column in an SQL step with an undo of its own, and take `fill` out".to_owned(),
    };
    let fill = format!("UPDATE {name} SET {quoted} = ({fill}) WHERE {quoted} IS NULL");
    (Change::undone_by(fill, format!("UPDATE {name} SET {quoted} = NULL WHERE {equal}")), precondition)
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
