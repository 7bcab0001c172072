//! The contract: what a plan may change. Everything that it does not grant must be identical afterwards.

use crate::model::error::Place;
use crate::model::table::TableName;

use super::SchemaGrant;
use super::maps::ValueMap;

/// What a plan grants beyond what its operations declare.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contract {
    /// Cells that may change, and from what to what.
    pub changes: Vec<ChangeGrant>,
    /// Rows that may come or go.
    pub rows: Vec<RowGrant>,
    /// Catalog objects that may come, go or change.
    pub schema: Vec<(SchemaGrant, Place)>,
    /// Tables (`sessions`) or columns (`users.last_seen_at`) that live on during the run: compared and shown, never failing.
    pub volatile: Vec<Volatile>,
}

/// Cells of one column that may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeGrant {
    /// The table.
    pub table: TableName,
    /// The column.
    pub column: String,
    /// Which changes.
    pub rule: ChangeRule,
    /// Where the contract says so.
    pub place: Place,
}

/// Which changes of a cell are granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeRule {
    /// From NULL to anything.
    FromNull,
    /// From one value to anything.
    From(String),
    /// From anything to anything.
    Any,
    /// From each old value to exactly its new one (`None` is NULL).
    Map(ValueMap),
}

impl ChangeRule {
    /// Whether a change from one cell to another is granted; `None` is NULL.
    #[must_use]
    pub fn allows(&self, before: Option<&str>, after: Option<&str>) -> bool {
        match self {
            Self::FromNull => before.is_none(),
            Self::From(value) => before == Some(value),
            Self::Any => true,
            Self::Map(map) => map.get(&before.map(str::to_owned)).is_some_and(|new| new.as_deref() == after),
        }
    }
}

/// Rows of one table that may come or go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowGrant {
    /// The table.
    pub table: TableName,
    /// Whether rows may be inserted.
    pub insert: bool,
    /// Whether rows may be deleted.
    pub delete: bool,
    /// Where the contract says so.
    pub place: Place,
}

/// A table or column that lives on during the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volatile {
    /// The table.
    pub table: TableName,
    /// The column; `None` for the whole table.
    pub column: Option<String>,
    /// Where the contract says so.
    pub place: Place,
}
