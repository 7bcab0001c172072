//! What a run may change: the contract, and what the operations declare.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::dialect::Dialect;
use crate::model::table::{Catalog, Column, ObjectKind, ObjectName, TableName};
use crate::plan::contract::{ChangeGrant, Contract, RowGrant, Volatile};
use crate::plan::{Plan, SchemaGrant};

/// Everything that is granted.
#[derive(Debug, Clone, Default)]
pub struct Grants {
    /// What the plan's contract grants.
    pub contract: Contract,
    /// What the operations and the ledger grant.
    pub schema: BTreeSet<SchemaGrant>,
    /// Objects whose properties operations may change, and need not.
    pub alterable: BTreeSet<ObjectName>,
    /// Columns that get another name: they are compared under the old one.
    pub renamed: Vec<Renamed>,
    /// Columns that get another type, and their old ones: they are compared in its text.
    pub retyped: Vec<(TableName, String, String)>,
    /// For each table with such columns, the query that reads its old columns under their old names and in their old types.
    pub read_by: BTreeMap<TableName, ReadBy>,
    /// Whether rows that come without a grant are only shown, and fail nothing: what was there before is what counts.
    pub rows_may_come: bool,
}

/// A query that reads the columns of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadBy {
    columns: Vec<String>,
    table: String,
}

impl ReadBy {
    /// The query.
    #[must_use]
    pub fn sql(&self) -> String {
        format!("SELECT {} FROM {}", self.columns.join(", "), self.table)
    }

    /// The query, with further columns behind the others.
    #[must_use]
    pub fn with(&self, further: &[Column], dialect: &dyn Dialect) -> String {
        let mut whole = self.clone();
        whole.columns.extend(further.iter().map(|column| dialect.read_plain(&dialect.quote_identifier(&column.name), &column.data_type)));
        whole.sql()
    }
}

/// A column that gets another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// Its table.
    pub table: TableName,
    /// Its name before.
    pub from: String,
    /// Its name afterwards.
    pub to: String,
}

impl Grants {
    /// The grants of a plan, before its operations were rendered.
    #[must_use]
    pub fn of_plan(plan: &Plan) -> Self {
        let mut grants = Self { contract: plan.contract.clone(), ..Self::default() };
        for (grant, _) in &plan.contract.schema {
            match grant {
                SchemaGrant::Rename { table, from, to } => {
                    grants.renamed.push(Renamed { table: table.clone(), from: from.clone(), to: to.clone() });
                }
                grant => _ = grants.schema.insert(grant.clone()),
            }
        }
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

    /// Grants that an operation changes properties.
    pub fn alter(&mut self, objects: impl IntoIterator<Item = ObjectName>) {
        self.alterable.extend(objects);
    }

    /// The name that a column of the snapshot has afterwards.
    #[must_use]
    pub fn name_after<'a>(&'a self, table: &TableName, column: &'a str) -> &'a str {
        let renamed = self.renamed.iter().find(|renamed| renamed.table == *table && renamed.from == column);
        renamed.map_or(column, |renamed| &renamed.to)
    }

    /// The names that columns of the snapshot have afterwards.
    #[must_use]
    pub fn names_after(&self, table: &TableName, columns: &[String]) -> Vec<String> {
        columns.iter().map(|column| self.name_after(table, column).to_owned()).collect()
    }

    /// The old type of a column that gets another one.
    #[must_use]
    pub fn old_type(&self, table: &TableName, column: &str) -> Option<&str> {
        self.retyped.iter().find(|(of, name, _)| of == table && name == column).map(|(_, _, data_type)| data_type.as_str())
    }

    /// Says how the tables are read that have columns of other names or types afterwards; `before` is the catalog of the snapshot.
    pub fn read_changed(&mut self, before: &Catalog, dialect: &dyn Dialect) {
        let changed = self.renamed.iter().map(|renamed| &renamed.table).chain(self.retyped.iter().map(|(table, _, _)| table));
        let changed: BTreeSet<TableName> = changed.cloned().collect();
        for table in changed.into_iter().filter_map(|name| before.table(&name)) {
            let read = |column: &Column| {
                let now = dialect.quote_identifier(self.name_after(&table.name, &column.name));
                let value = self
                    .old_type(&table.name, &column.name)
                    .map_or_else(|| dialect.read_plain(&now, &column.data_type), |old| dialect.read_as(&now, old));
                format!("{value} AS {}", dialect.quote_identifier(&column.name))
            };
            let columns = table.columns.iter().map(read).collect();
            self.read_by.insert(table.name.clone(), ReadBy { columns, table: dialect.quote_table(&table.name) });
        }
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

    /// The tables that live on as a whole.
    #[must_use]
    pub fn volatile_tables(&self) -> Vec<TableName> {
        self.contract.volatile.iter().filter(|volatile| volatile.column.is_none()).map(|volatile| volatile.table.clone()).collect()
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
        self.alterable.contains(object) || self.schema.contains(&SchemaGrant::Change(object.clone()))
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
            .find(|table| object.name.strip_prefix(&table.name).is_some_and(|rest| rest.starts_with(['.', ':'])))
            .cloned()
    }
}
