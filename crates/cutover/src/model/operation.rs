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

/// An operation on one table, in one database's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The statements, in order.
    pub statements: Vec<String>,
    /// What takes them back, in order.
    pub undo: Vec<String>,
    /// Whether the statements rewrite the table, which a transaction with an older MVCC snapshot would see as empty.
    pub rewrites: bool,
    /// Which way was chosen, and why, for the journal and for people.
    pub choice: String,
    /// The catalog objects that the statements add; the contract grants exactly these.
    pub adds: Vec<ObjectName>,
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
