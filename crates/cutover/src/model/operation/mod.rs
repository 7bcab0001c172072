//! Operations: changes that the engine knows, renders for each database, grants and undoes by itself.

use super::table::{ObjectName, StoredObject};

pub mod existing;

mod columns;
mod portable_type;
mod projection;
mod quoted;
mod words;

pub use columns::{DefaultValue, ForeignKey, KeyColumns, NewColumn, OnDelete};
pub use portable_type::{PortableType, TypeFit};
pub use projection::{described, project};
pub use quoted::quoted_texts;

/// One operation of a plan, on one table. Tables are named as the plan names them: `table` or `schema.table`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Adds columns, and fills them in the rows that exist.
    AddColumns {
        /// The table.
        table: String,
        /// The columns, in order.
        columns: Vec<NewColumn>,
    },
    /// Creates a table.
    CreateTable(NewTable),
    /// Adds an index.
    AddIndex {
        /// The table.
        table: String,
        /// The index.
        index: KeyColumns,
    },
    /// Adds a unique key.
    AddUnique {
        /// The table.
        table: String,
        /// The key.
        key: KeyColumns,
    },
    /// Adds a foreign key.
    AddForeignKey {
        /// The table that refers.
        table: String,
        /// The foreign key.
        key: ForeignKey,
    },
    /// Gives a column another name.
    RenameColumn {
        /// The table.
        table: String,
        /// Its name before.
        from: String,
        /// Its name afterwards.
        to: String,
    },
    /// Gives a column another type that holds every one of its values.
    ChangeType {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its type afterwards.
        data_type: PortableType,
    },
    /// Adds values to what an enum column may hold.
    WidenEnum {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The values that come, in order, behind those that it has.
        values: Vec<String>,
    },
}

/// A table that is created.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewTable {
    /// Its name.
    pub table: String,
    /// Its columns in order.
    pub columns: Vec<NewColumn>,
    /// The columns of its primary key; empty for none.
    pub primary_key: Vec<String>,
    /// Its unique keys.
    pub unique: Vec<KeyColumns>,
    /// Its other indexes.
    pub indexes: Vec<KeyColumns>,
    /// Its foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// What it is for, where the database keeps such words.
    pub comment: Option<String>,
}

impl Operation {
    /// The columns of its table that must be there.
    #[must_use]
    pub fn reads(&self) -> Vec<&str> {
        match self {
            Self::AddColumns { .. } | Self::CreateTable(_) => Vec::new(),
            Self::AddIndex { index: key, .. } | Self::AddUnique { key, .. } => key.columns.iter().map(String::as_str).collect(),
            Self::AddForeignKey { key, .. } => key.columns.iter().map(String::as_str).collect(),
            Self::RenameColumn { from: column, .. } | Self::ChangeType { column, .. } | Self::WidenEnum { column, .. } => vec![column],
        }
    }

    /// The table that it changes.
    #[must_use]
    pub fn table(&self) -> &str {
        match self {
            Self::CreateTable(new) => &new.table,
            Self::AddColumns { table, .. }
            | Self::AddIndex { table, .. }
            | Self::AddUnique { table, .. }
            | Self::AddForeignKey { table, .. }
            | Self::RenameColumn { table, .. }
            | Self::ChangeType { table, .. }
            | Self::WidenEnum { table, .. } => table,
        }
    }
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

    /// The statements that make an object, in order.
    pub fn making(stored: &StoredObject) -> impl Iterator<Item = Self> + '_ {
        stored.statements.iter().map(|(make, unmake)| Self::undone_by(make, unmake))
    }

    /// The statements that take an object away.
    pub fn unmaking(stored: &StoredObject) -> impl Iterator<Item = Self> + '_ {
        stored.statements.iter().rev().map(|(make, unmake)| Self::undone_by(unmake, make))
    }

    /// A statement that goes with what stands before it.
    #[must_use]
    pub fn undone_along(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), undo: None }
    }
}

/// A query that must return no rows before anything is touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precondition {
    /// What its rows mean, for people; how many there are is said behind it.
    pub message: String,
    /// The query.
    pub sql: String,
    /// What to do about the rows.
    pub remedy: String,
}

/// An operation on one table, in one database's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The statements, in order; they are taken back in reverse order.
    pub changes: Vec<Change>,
    /// Whether the statements rewrite the table, which a transaction with an older MVCC snapshot would see as empty.
    pub rewrites: bool,
    /// Which way was chosen, and why, for the journal and for people.
    pub choice: String,
    /// The catalog objects that the statements add; the contract grants exactly these.
    pub adds: Vec<ObjectName>,
    /// The catalog objects whose properties the statements change.
    pub alters: Vec<ObjectName>,
    /// What must hold of the rows before.
    pub preconditions: Vec<Precondition>,
    /// The table's own text as it stands afterwards, where the database keeps one.
    pub definition: Option<String>,
    /// The objects of [`crate::model::table::Shape::stored`] that come with the statements.
    pub stored: Vec<StoredObject>,
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
