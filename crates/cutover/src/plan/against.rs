//! What a plan says of tables and columns, against the database's own catalog.

use std::collections::BTreeSet;

use super::criteria::{added_keys, matches};
use super::faults::{Faults, did_you_mean};
use super::{MasterData, Plan, PlanOperation, SchemaGrant, StepBody};
use crate::model::dialect::Dialect;
use crate::model::error::{Fault, Place};
use crate::model::operation::existing::{self, Existing};
use crate::model::operation::{NewColumn, Operation};
use crate::model::statement::TokenKind;
use crate::model::table::{Catalog, ObjectKind, ObjectName, Relationship, Table, TableName};

/// Everything in a plan that the database contradicts: tables, columns and objects that it names and that are not there,
/// and columns that it adds and that are. What a step creates or alters itself counts as there. Sorted by place; empty
/// where the plan fits the database.
#[must_use]
pub fn check_against(plan: &Plan, catalog: &Catalog, dialect: &dyn Dialect) -> Vec<Fault> {
    let mut check = Check { plan, catalog, dialect, made: names_in_definitions(plan), faults: Faults::default() };
    check.schemas();
    check.steps();
    // Of one step alone, what the others make is there already or not yet, as the case may be.
    if plan.part_of.is_none() {
        check.contract();
        check.relationships();
        check.criteria();
        check.exports();
    }
    check.ranges();
    let mut faults = check.faults.faults;
    faults.sort_by(|left, right| (&left.place, &left.message).cmp(&(&right.place, &right.message)));
    faults.dedup();
    faults
}

/// Every name in the steps' own definitions, in lower case, and every column that an operation adds. A table that the
/// plan creates cannot be in the catalog yet.
fn names_in_definitions(plan: &Plan) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for step in &plan.steps {
        match &step.body {
            StepBody::Script { statements, .. } => {
                let definitions = statements.iter().map(|statement| &statement.statement);
                let definitions = definitions.filter(|statement| statement.is_word(0, "CREATE") || statement.is_word(0, "ALTER"));
                names.extend(definitions.flat_map(|statement| statement.names()).map(|name| name.to_lowercase()));
            }
            StepBody::Operations(operations) => {
                names.extend(operations.iter().flat_map(|planned| made_by(&planned.operation)).map(|name| name.to_lowercase()));
            }
            StepBody::MasterData(_) => {}
        }
    }
    names
}

/// The names of tables and columns that an operation makes.
fn made_by(operation: &Operation) -> Vec<&str> {
    match operation {
        Operation::AddColumns { columns, .. } => columns.iter().map(|column| column.name.as_str()).collect(),
        Operation::CreateTable(new) => {
            let columns = new.columns.iter().map(|column| column.name.as_str());
            columns.chain(new.table.rsplit('.').next()).collect()
        }
        Operation::RenameColumn { to, .. } => vec![to],
        _ => Vec::new(),
    }
}

struct Check<'a> {
    plan: &'a Plan,
    catalog: &'a Catalog,
    dialect: &'a dyn Dialect,
    made: BTreeSet<String>,
    faults: Faults,
}

impl<'a> Check<'a> {
    fn makes(&self, name: &str) -> bool {
        self.made.contains(&name.to_lowercase())
    }

    /// A table by the name that the plan writes; a fault where there is none.
    fn table(&mut self, name: &str, place: &Place) -> Option<&'a Table> {
        let found = self.catalog.find(name);
        let last = name.rsplit('.').next().unwrap_or(name);
        if found.is_none() && !self.makes(last) {
            let names: Vec<_> = self.catalog.tables.iter().map(|table| table.name.to_string()).collect();
            let remedy = match names.iter().find(|known| *known == last) {
                Some(local) => format!("did you mean `{local}`? the default schema is not named"),
                None => did_you_mean(name, names.iter().map(String::as_str)),
            };
            self.faults.add(place.clone(), format!("the database has no table `{name}`"), remedy);
        }
        found
    }

    fn columns(&mut self, table: &TableName, columns: &[String], place: &Place) {
        let Some(table) = self.table(&table.to_string(), place) else { return };
        for column in columns {
            if table.column(column).is_none() && !self.makes(column) {
                let message = format!("the table `{}` has no column `{column}`", table.name);
                self.faults.add(place.clone(), message, did_you_mean(column, table.columns.iter().map(|column| column.name.as_str())));
            }
        }
    }

    fn schemas(&mut self) {
        let objects = self.catalog.objects.keys().filter(|object| object.kind == ObjectKind::Schema).map(|object| object.name.as_str());
        let known: BTreeSet<&str> = objects.chain(self.catalog.tables.iter().map(|table| table.name.schema.as_str())).collect();
        let known: Vec<&str> = known.into_iter().filter(|schema| !schema.is_empty()).collect();
        // A catalog without schemas (SQLite's) says nothing about them.
        for (schema, place) in self.plan.schemas.iter().zip(&self.plan.places.schemas).filter(|_| !known.is_empty()) {
            if !known.contains(&schema.as_str()) {
                self.faults.add(
                    place.clone(),
                    format!("the database has no schema `{schema}`"),
                    did_you_mean(schema, known.iter().copied()),
                );
            }
        }
    }

    fn steps(&mut self) {
        for step in &self.plan.steps {
            for table in &step.tables {
                self.table(table, &step.place);
            }
            if let StepBody::Operations(operations) = &step.body {
                operations.iter().for_each(|planned| self.operation(planned));
            }
            if let StepBody::MasterData(data) = &step.body {
                self.master_data(data, &step.place);
            }
        }
    }

    fn master_data(&mut self, data: &MasterData, place: &Place) {
        let table = TableName::from(data.table.clone());
        if self.table(&data.table, place).is_some() {
            for column in &data.columns {
                self.columns(&table, std::slice::from_ref(&column.name), &column.place);
            }
        }
        for column in &data.columns {
            if let Some(reference) = &column.reference {
                let parent = TableName::from(reference.table.clone());
                self.columns(&parent, std::slice::from_ref(&reference.column), &column.place);
            }
        }
    }

    fn operation(&mut self, PlanOperation { operation, places }: &PlanOperation) {
        for (parent, columns, place) in &places.parents {
            self.columns(
                &self.catalog.find(parent).map_or_else(|| TableName::from(parent.clone()), |table| table.name.clone()),
                columns,
                place,
            );
        }
        if let Operation::CreateTable(new) = operation {
            for reason in self.catalog.find(&new.table).map(|table| existing::table(new, table, self.dialect)).unwrap_or_default() {
                let remedy = "a table that is there is adopted where it fits column by column: change the plan's, or the table";
                self.faults.add(places.table.clone(), reason, remedy);
            }
            return;
        }
        let Some(table) = self.table(operation.table(), &places.table) else { return };
        let renamed = matches!(operation, Operation::RenameColumn { to, .. } if table.column(to).is_some());
        for (column, place) in places.columns.iter().filter(|_| !renamed) {
            self.columns(&table.name, std::slice::from_ref(column), place);
        }
        if let Operation::AddColumns { columns, .. } = operation {
            for (position, column) in columns.iter().enumerate() {
                self.new_column(table, column, places.new.get(position).unwrap_or(&places.table));
                if let (Some(fill), Some(Some(place))) = (&column.fill, places.fills.get(position)) {
                    self.fill(fill, table, place);
                }
            }
        }
    }

    fn new_column(&mut self, table: &Table, column: &NewColumn, place: &Place) {
        if let Existing::Misfit(reason) = existing::column(column, table, self.dialect) {
            let remedy = "a column that is there is adopted where it fits: change the plan's, change the column, or take the table out";
            self.faults.add(place.clone(), reason, remedy);
        }
    }

    /// Names in an expression are columns where nothing else is possible: a word on its own, and what stands in quotes.
    fn fill(&mut self, fill: &str, table: &Table, place: &Place) {
        const VALUES: [&str; 6] = ["NULL", "TRUE", "FALSE", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"];
        let Ok(statements) = self.dialect.split(fill) else { return };
        let Some(statement) = statements.first() else { return };
        let alone = statement.tokens.len() == 1;
        for (index, token) in statement.tokens.iter().enumerate() {
            let followed = statement.tokens.get(index + 1).is_some_and(|next| matches!(next.text.as_str(), "(" | "."));
            let is_column = match token.kind {
                TokenKind::Word => alone && !VALUES.iter().any(|value| token.text.eq_ignore_ascii_case(value)),
                TokenKind::Quoted => !followed && !index.checked_sub(1).is_some_and(|before| statement.is_word(before, ".")),
                _ => false,
            };
            if is_column && !table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&token.text)) {
                let message = format!("`fill` reads `{}`, which the table `{}` does not have", token.text, table.name);
                self.faults.add(place.clone(), message, did_you_mean(&token.text, table.columns.iter().map(|column| column.name.as_str())));
            }
        }
    }

    fn contract(&mut self) {
        let contract = &self.plan.contract;
        for change in &contract.changes {
            self.columns(&change.table, std::slice::from_ref(&change.column), &change.place);
        }
        for rows in &contract.rows {
            self.table(&rows.table.to_string(), &rows.place);
        }
        for volatile in &contract.volatile {
            match &volatile.column {
                None => {
                    self.table(&volatile.table.to_string(), &volatile.place);
                }
                Some(column) => self.volatile_column(&volatile.table, column, &volatile.place),
            }
        }
        for (grant, place) in &contract.schema {
            match grant {
                SchemaGrant::Add(object) if self.catalog.objects.contains_key(object) => {
                    self.faults.add(place.clone(), format!("the database already has the {object}"), "take the grant out");
                }
                SchemaGrant::Rename { table, from, .. } => self.columns(table, std::slice::from_ref(from), place),
                SchemaGrant::Drop(object) | SchemaGrant::Change(object) if !self.catalog.objects.contains_key(object) => {
                    self.unknown_object(object, place);
                }
                _ => {}
            }
        }
    }

    fn unknown_object(&mut self, object: &ObjectName, place: &Place) {
        let same_kind = self.catalog.objects.keys().filter(|known| known.kind == object.kind);
        let remedy = did_you_mean(&object.name, same_kind.map(|known| known.name.as_str()));
        self.faults.add(place.clone(), format!("the database has no {object}"), remedy);
    }

    /// `audit.sessions` may be meant as a table of a schema, and says a column of a table.
    fn volatile_column(&mut self, table: &TableName, column: &str, place: &Place) {
        if table.schema.is_empty() && self.catalog.table(&TableName::in_schema(&table.name, column)).is_some() {
            let message = format!("`{table}.{column}` names a column, and the database has a table of this name");
            self.faults.add(place.clone(), message, format!("write \"{table}.{column}.*\" for the whole table"));
        } else {
            self.columns(table, std::slice::from_ref(&column.to_owned()), place);
        }
    }

    fn relationships(&mut self) {
        for (relationship, place) in self.plan.relationships.iter().zip(&self.plan.places.relationships) {
            self.columns(&relationship.child, &relationship.columns, place);
            self.columns(&relationship.parent, &relationship.parent_columns, place);
        }
    }

    /// Selectors of rules that come from the catalog. Those of the plan's own rules were checked when it was loaded.
    fn criteria(&mut self) {
        for (criterion, places) in self.plan.criteria.iter().zip(&self.plan.places.criteria) {
            for (selector, place) in criterion.rules.iter().zip(places) {
                let Some((class, pattern)) = selector.split_once(':') else { continue };
                let Some(subjects) = self.subjects(class) else { continue };
                let of_new_table = pattern.split(['.', '*']).any(|part| self.makes(part));
                if !of_new_table && !subjects.iter().any(|subject| matches(pattern, subject)) {
                    let remedy = did_you_mean(pattern, subjects.iter().map(String::as_str));
                    self.faults.add(place.clone(), format!("`{selector}` selects no rule of this database"), remedy);
                }
            }
        }
    }

    fn subjects(&self, class: &str) -> Option<Vec<String>> {
        let tables = &self.catalog.tables;
        match class {
            "rows" | "keys" | "cells" => Some(tables.iter().map(|table| table.name.to_string()).collect()),
            "not_null" => {
                let columns =
                    tables.iter().flat_map(|table| table.columns.iter().map(move |column| format!("{}.{}", table.name, column.name)));
                Some(columns.chain(tables.iter().map(|table| table.name.to_string())).collect())
            }
            "unique" => {
                let keys =
                    tables.iter().flat_map(|table| table.keys.iter().map(move |key| format!("{}.{}", table.name, key.columns.join("+"))));
                Some(keys.chain(added_keys(&self.plan.steps, "unique")).collect())
            }
            "relationship" => {
                let name = |relationship: &Relationship| format!("{}.{}", relationship.child, relationship.columns.join("+"));
                Some(self.catalog.relationships.iter().chain(&self.plan.relationships).map(name).collect())
            }
            _ => None,
        }
    }

    /// Ranges walk along a key: a column that repeats a value would be cut in the middle of it, and NULLs are in no range.
    fn ranges(&mut self) {
        let mut seen = BTreeSet::new();
        for step in &self.plan.steps {
            let StepBody::Script { statements, undo } = &step.body else { continue };
            for batch in statements.iter().chain(undo.iter().flatten()).filter_map(|statement| statement.batch.as_ref()) {
                if !seen.insert(&batch.place) {
                    continue;
                }
                let Some(table) = self.table(&batch.table.to_string(), &batch.place) else { continue };
                if !table.keys.iter().any(|key| key.not_null && key.columns == [batch.column.as_str()]) {
                    let message = format!("`{}.{}` is no key of one column without NULLs", batch.table, batch.column);
                    let keys = table.keys.iter().filter(|key| key.not_null && key.columns.len() == 1);
                    let keys: Vec<_> = keys.flat_map(|key| key.columns.iter().map(String::as_str)).collect();
                    self.faults.add(batch.place.clone(), message, did_you_mean(&batch.column, keys));
                }
            }
        }
    }

    fn exports(&mut self) {
        for (table, place) in self.plan.export.keys.iter().zip(&self.plan.places.export_keys) {
            if self.table(table, place).is_some_and(|table| table.keys.is_empty()) {
                self.faults.add(place.clone(), format!("the table `{table}` has no key to export"), "take it out of `keys`");
            }
        }
        if let (Some(ledger), Some(place)) = (&self.plan.ledger, &self.plan.places.ledger) {
            let columns: Vec<_> = ledger.values.keys().cloned().collect();
            self.columns(&ledger.table, &columns, place);
        }
    }
}
