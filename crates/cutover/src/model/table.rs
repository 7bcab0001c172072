//! The catalog: what a database holds, in a form that two instants can be compared in.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A table's name. The schema is empty for the connection's default schema, so that a plan, a snapshot and a staging
/// copy of another name speak of the same table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct TableName {
    /// The schema; empty for the default one.
    pub schema: String,
    /// The name within the schema, exactly as the catalog spells it.
    pub name: String,
}

impl TableName {
    /// A table of the default schema.
    #[must_use]
    pub fn local(name: impl Into<String>) -> Self {
        Self { schema: String::new(), name: name.into() }
    }

    /// A table of a named schema.
    #[must_use]
    pub fn in_schema(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { schema: schema.into(), name: name.into() }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.schema.is_empty() {
            write!(formatter, "{}.", self.schema)?;
        }
        formatter.write_str(&self.name)
    }
}

impl From<String> for TableName {
    /// `schema.table` or `table`; the first dot divides. With nothing before it, all dots behind it belong to the table's name.
    fn from(text: String) -> Self {
        match text.split_once('.') {
            Some((schema, name)) => Self::in_schema(schema, name),
            None => Self::local(text),
        }
    }
}

impl From<TableName> for String {
    fn from(name: TableName) -> Self {
        let is_ambiguous = name.schema.is_empty() && name.name.contains('.');
        if is_ambiguous { format!(".{name}") } else { name.to_string() }
    }
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name, exactly as the catalog spells it.
    pub name: String,
    /// Its type in the database's own words.
    pub data_type: String,
    /// Whether it may hold NULL by declaration.
    pub nullable: bool,
    /// Whether the database computes it.
    pub generated: bool,
    /// Whether its values are numbers, so that sums can be shown to people.
    pub numeric: bool,
    /// Whether every value is text in UTF-8 (false for bytes and for storage that mixes classes).
    pub utf8: bool,
}

/// Columns that identify a row: the primary key, or a UNIQUE key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// The name of its constraint or index; may be empty on SQLite.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<String>,
    /// Whether it is the primary key.
    pub primary: bool,
    /// Whether all its columns are NOT NULL by declaration *and* enforcement (a SQLite primary key may hold NULLs).
    pub not_null: bool,
}

/// A foreign key, declared in the catalog or only in the plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Relationship {
    /// The table that refers.
    pub child: TableName,
    /// Its referring columns.
    pub columns: Vec<String>,
    /// The table referred to.
    pub parent: TableName,
    /// The columns referred to.
    pub parent_columns: Vec<String>,
    /// Whether the database declares it; otherwise only the plan does.
    pub declared: bool,
}

impl fmt::Display for Relationship {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{} → {}.{}", self.child, self.columns.join("+"), self.parent, self.parent_columns.join("+"))
    }
}

/// A table that the engine scans. A partitioned table is one table; its partitions are objects of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: TableName,
    /// Its columns in the table's order.
    pub columns: Vec<Column>,
    /// The primary key first, then UNIQUE keys over plain columns by name (no partial, no expression index; valid ones only).
    pub keys: Vec<Key>,
    /// Bytes on disk with indexes, where the database tells.
    pub bytes: Option<u64>,
    /// Rows by the database's statistics: for people before the first scan, never for time left.
    pub estimated_rows: Option<u64>,
    /// Why a rewriting ALTER must not be used on it, one reason each; empty where it may.
    pub rewrite_obstacles: Vec<String>,
    /// Why a statement on it cannot be part of a transaction, one reason each; empty where it can.
    #[serde(default)]
    pub unit_obstacles: Vec<String>,
    /// What operations have to know of it.
    #[serde(default)]
    pub shape: Shape,
}

/// What operations have to know of a table to change it: which keys they need not add, and what they must carry along.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Indexes over plain columns, unique or not; neither partial ones nor those over expressions.
    pub indexes: Vec<IndexShape>,
    /// Foreign keys by name.
    pub foreign_keys: Vec<ForeignKeyShape>,
    /// The table's `CREATE` statement, where the database keeps it as a text.
    pub definition: Option<String>,
    /// Indexes, triggers and views that would be lost or stand in the way where the table or one of its columns is made anew, in the
    /// order in which they can be created.
    pub stored: Vec<StoredObject>,
}

/// An index over plain columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexShape {
    /// Its name; may be empty on SQLite.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<String>,
    /// Whether it is unique.
    pub unique: bool,
}

/// A foreign key by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKeyShape {
    /// Its name; empty where it has none.
    pub name: String,
    /// The referring columns.
    pub columns: Vec<String>,
    /// The table referred to.
    pub parent: TableName,
    /// The columns referred to.
    pub parent_columns: Vec<String>,
    /// What becomes of a row whose parent is deleted, in the database's own words: `SET NULL`.
    pub on_delete: String,
}

/// An object with the statements that create it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredObject {
    /// What it is.
    pub object: ObjectName,
    /// The statements that create it, each with the one that takes it back: itself first, then what belongs to it (owner, grants,
    /// comments).
    pub statements: Vec<(String, String)>,
    /// Why it cannot be created again as it is, where it cannot.
    pub obstacle: Option<String>,
    /// The columns of the table that it reads, where that is known; `None` for all of them.
    pub columns: Option<Vec<String>>,
}

impl Table {
    /// A column by name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// What sort of thing a catalog object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the field's own words")]
pub enum ObjectKind {
    Database,
    Schema,
    Extension,
    Type,
    Sequence,
    Table,
    Column,
    Constraint,
    Index,
    Trigger,
    Rule,
    Policy,
    View,
    MaterializedView,
    ForeignTable,
    Routine,
    Publication,
    Grant,
    DefaultPrivileges,
    Event,
    Statistics,
    Other,
}

impl ObjectKind {
    /// Every kind.
    pub const ALL: [Self; 22] = [
        Self::Database,
        Self::Schema,
        Self::Extension,
        Self::Type,
        Self::Sequence,
        Self::Table,
        Self::Column,
        Self::Constraint,
        Self::Index,
        Self::Trigger,
        Self::Rule,
        Self::Policy,
        Self::View,
        Self::MaterializedView,
        Self::ForeignTable,
        Self::Routine,
        Self::Publication,
        Self::Grant,
        Self::DefaultPrivileges,
        Self::Event,
        Self::Statistics,
        Self::Other,
    ];

    /// The kind that a word stands for, as [`Display`](fmt::Display) writes it.
    ///
    /// ```
    /// use cutover::model::table::ObjectKind;
    ///
    /// assert!(ObjectKind::ALL.iter().all(|kind| ObjectKind::from_word(&kind.to_string()) == Some(*kind)));
    /// ```
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.to_string() == word)
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Database => "database",
            Self::Schema => "schema",
            Self::Extension => "extension",
            Self::Type => "type",
            Self::Sequence => "sequence",
            Self::Table => "table",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Index => "index",
            Self::Trigger => "trigger",
            Self::Rule => "rule",
            Self::Policy => "policy",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::ForeignTable => "foreign table",
            Self::Routine => "routine",
            Self::Publication => "publication",
            Self::Grant => "grant",
            Self::DefaultPrivileges => "default privileges",
            Self::Event => "event",
            Self::Statistics => "statistics",
            Self::Other => "object",
        })
    }
}

/// What identifies a catalog object: `index candidates.candidates_cnic_index`, `column schools.cms_id`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectName {
    /// Its sort.
    pub kind: ObjectKind,
    /// Its name; what belongs to a table begins with the table's name and a dot.
    pub name: String,
}

impl fmt::Display for ObjectName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind, self.name)
    }
}

/// What the catalog says of one object, as properties that are compared one by one. Values that change by themselves
/// (statistics, sizes, object ids, positions of sequences) do not belong here.
pub type Properties = BTreeMap<String, String>;

/// Something whose contents the engine cannot compare: a finding that fails until it is waived by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NotCovered {
    /// What it is.
    pub object: ObjectName,
    /// Why it cannot be compared.
    pub reason: String,
}

/// Everything that a database's catalog says at one instant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// The real name of the default schema, whose tables' names have none; empty where there are no schemas.
    #[serde(default)]
    pub default_schema: String,
    /// The tables of every user schema, by name.
    pub tables: Vec<Table>,
    /// Declared foreign keys, by child.
    pub relationships: Vec<Relationship>,
    /// Every object and its properties: tables, columns and constraints too.
    #[serde(with = "object_list")]
    pub objects: BTreeMap<ObjectName, Properties>,
    /// What cannot be compared.
    pub not_covered: Vec<NotCovered>,
}

impl Catalog {
    /// A table by name.
    #[must_use]
    pub fn table(&self, name: &TableName) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == *name)
    }

    /// A table by the name that a person wrote: `table` or `schema.table`.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name.to_string() == name || (table.name.schema.is_empty() && table.name.name == name))
    }
}

/// A sequence or auto-increment and the column that it numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SequencePosition {
    /// Its name; on databases without sequences, the table's.
    pub sequence: String,
    /// The column that it numbers, where the catalog tells.
    pub numbers: Option<(TableName, String)>,
    /// The value that it gives next.
    pub next: i128,
    /// Its step; negative for a descending one.
    pub increment: i128,
}

/// JSON has no maps with structured keys: objects are stored as a list.
mod object_list {
    use super::{BTreeMap, ObjectName, Properties};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Entry<Name, Values> {
        #[serde(flatten)]
        name: Name,
        properties: Values,
    }

    pub(super) fn serialize<S: Serializer>(objects: &BTreeMap<ObjectName, Properties>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(objects.iter().map(|(name, properties)| Entry { name, properties }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<ObjectName, Properties>, D::Error> {
        let entries: Vec<Entry<ObjectName, Properties>> = Vec::deserialize(deserializer)?;
        Ok(entries.into_iter().map(|entry| (entry.name, entry.properties)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::TableName;

    #[test]
    fn a_name_that_was_written_down_is_read_back() {
        for name in [TableName::local("a"), TableName::in_schema("s", "a"), TableName::local("a.b"), TableName::in_schema("s", "a.b")] {
            assert_eq!(TableName::from(String::from(name.clone())), name);
        }
    }
}
