//! Operations: changes that the engine knows, renders for each database, grants and undoes by itself.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::table::ObjectName;

/// A column type that every database renders in its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the types")]
pub enum PortableType {
    Boolean,
    Smallint,
    Integer,
    Bigint,
    Real,
    Double,
    Text,
    Date,
    Timestamp,
    Json,
    Uuid,
}

/// Adds a column to tables, fills it for the rows that exist, and makes it unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddColumn {
    /// The tables, as the plan names them.
    pub tables: Vec<String>,
    /// The new column.
    pub column: String,
    /// Its type.
    pub data_type: PortableType,
    /// Whether it may hold NULL.
    pub null: bool,
    /// An SQL expression over the row's old columns, for the rows that exist; no default stays behind.
    pub fill: Option<String>,
    /// The name of the unique constraint; `{table}` stands for the table's name.
    pub unique: Option<String>,
}

impl AddColumn {
    /// The unique constraint's name on one table.
    #[must_use]
    pub fn unique_name(&self, table: &str) -> Option<String> {
        self.unique.as_ref().map(|template| template.replace("{table}", table))
    }
}

/// One operation of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Adds a column.
    AddColumn(AddColumn),
}

/// One statement of an operation, and what takes it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The statement.
    pub sql: String,
    /// What takes it back; `None` where the undo of a change before it takes this one along (a filled column that is dropped).
    pub undo: Option<String>,
}

impl Change {
    /// A statement that another takes back.
    #[must_use]
    pub fn undone_by(sql: impl Into<String>, undo: impl Into<String>) -> Self {
        Self { sql: sql.into(), undo: Some(undo.into()) }
    }

    /// A statement that goes with what stands before it.
    #[must_use]
    pub fn undone_along(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), undo: None }
    }
}

/// An operation on one table, in one database's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The statements, in order; they are taken back in reverse order.
    pub changes: Vec<Change>,
    /// Whether the statements rewrite the table, which a transaction with an older MVCC snapshot would see as empty.
    pub rewrites: bool,
    /// Which way was chosen, and why, for the journal and for people.
    pub choice: String,
    /// The catalog objects that the statements add; the contract grants exactly these.
    pub adds: Vec<ObjectName>,
}

impl Rendered {
    /// The statements, in order.
    pub fn statements(&self) -> impl Iterator<Item = &str> {
        self.changes.iter().map(|change| change.sql.as_str())
    }

    /// What takes them back, in order.
    pub fn undo(&self) -> impl Iterator<Item = &str> {
        self.changes.iter().rev().filter_map(|change| change.undo.as_deref())
    }
}

impl fmt::Display for PortableType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Boolean => "boolean",
            Self::Smallint => "smallint",
            Self::Integer => "integer",
            Self::Bigint => "bigint",
            Self::Real => "real",
            Self::Double => "double",
            Self::Text => "text",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Json => "json",
            Self::Uuid => "uuid",
        })
    }
}
