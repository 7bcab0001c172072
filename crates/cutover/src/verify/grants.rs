//! What a run may change: the contract, and what the operations declare.

use std::collections::BTreeSet;

use crate::model::table::{ObjectKind, ObjectName, TableName};
use crate::plan::contract::{ChangeGrant, Contract, RowGrant, Volatile};
use crate::plan::{Plan, SchemaGrant};

/// Everything that is granted.
#[derive(Debug, Clone, Default)]
pub struct Grants {
    /// What the plan's contract grants.
    pub contract: Contract,
    /// What the operations and the ledger grant.
    pub schema: BTreeSet<SchemaGrant>,
}

impl Grants {
    /// The grants of a plan, before its operations were rendered.
    #[must_use]
    pub fn of_plan(plan: &Plan) -> Self {
        let mut grants = Self { contract: plan.contract.clone(), schema: BTreeSet::new() };
        grants.schema.extend(plan.contract.schema.iter().map(|(grant, _)| grant.clone()));
        if let Some(ledger) = &plan.ledger {
            let place = crate::model::error::Place::file("plan.toml");
            grants.contract.rows.push(RowGrant { table: ledger.table.clone(), insert: true, delete: false, place });
        }
        grants
    }

    /// Grants what an operation adds.
    pub fn add(&mut self, objects: impl IntoIterator<Item = ObjectName>) {
        self.schema.extend(objects.into_iter().map(SchemaGrant::Add));
    }

    /// The change grants of a column.
    pub fn changes<'a>(&'a self, table: &'a TableName, column: &'a str) -> impl Iterator<Item = &'a ChangeGrant> {
        self.contract.changes.iter().filter(move |grant| grant.table == *table && grant.column == column)
    }

    /// Whether rows of a table may be inserted.
    #[must_use]
    pub fn may_insert(&self, table: &TableName) -> bool {
        self.contract.rows.iter().any(|grant| grant.table == *table && grant.insert)
    }

    /// Whether rows of a table may be deleted.
    #[must_use]
    pub fn may_delete(&self, table: &TableName) -> bool {
        self.contract.rows.iter().any(|grant| grant.table == *table && grant.delete)
    }

    /// Whether a whole table lives on during the run.
    #[must_use]
    pub fn volatile_table(&self, table: &TableName) -> bool {
        self.volatile(table).any(|volatile| volatile.column.is_none())
    }

    /// Whether a column lives on during the run.
    #[must_use]
    pub fn volatile_column(&self, table: &TableName, column: &str) -> bool {
        self.volatile(table).any(|volatile| volatile.column.as_deref().is_none_or(|name| name == column))
    }

    fn volatile<'a>(&'a self, table: &'a TableName) -> impl Iterator<Item = &'a Volatile> {
        self.contract.volatile.iter().filter(move |volatile| volatile.table == *table)
    }

    /// Whether an object may appear: by itself, or because its table may.
    #[must_use]
    pub fn may_add(&self, object: &ObjectName) -> bool {
        self.schema.contains(&SchemaGrant::Add(object.clone()))
            || self.table_of(object).is_some_and(|table| self.schema.contains(&SchemaGrant::Add(table)))
    }

    /// Whether an object may disappear: by itself, or because its table may.
    #[must_use]
    pub fn may_drop(&self, object: &ObjectName) -> bool {
        self.schema.contains(&SchemaGrant::Drop(object.clone()))
            || self.table_of(object).is_some_and(|table| self.schema.contains(&SchemaGrant::Drop(table)))
    }

    /// Whether an object may change its properties.
    #[must_use]
    pub fn may_change(&self, object: &ObjectName) -> bool {
        self.schema.contains(&SchemaGrant::Change(object.clone()))
    }

    /// The table that an object belongs to, if a table is granted of whose name and a dot the object's name begins with.
    fn table_of(&self, object: &ObjectName) -> Option<ObjectName> {
        if object.kind == ObjectKind::Table {
            return None;
        }
        self.schema
            .iter()
            .filter_map(|grant| match grant {
                SchemaGrant::Add(table) | SchemaGrant::Drop(table) if table.kind == ObjectKind::Table => Some(table),
                _ => None,
            })
            .find(|table| object.name.strip_prefix(&table.name).is_some_and(|rest| rest.starts_with('.')))
            .cloned()
    }
}
