//! Columns and keys that operations bring.

use std::fmt;

use super::PortableType;
use crate::model::dialect::Dialect;

/// A column that comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: PortableType,
    /// Whether it may hold NULL.
    pub null: bool,
    /// The default that stays behind; none where the plan asks for none.
    pub default: Option<DefaultValue>,
    /// Whether the database numbers it: `auto = true`, of a new table's primary key.
    pub auto: bool,
    /// An SQL expression over the row's old columns, for the rows that exist.
    pub fill: Option<String>,
    /// The name of its unique key.
    pub unique: Option<String>,
    /// The foreign key that it alone is.
    pub references: Option<ForeignKey>,
}

impl NewColumn {
    /// A column that may hold NULL, and nothing else.
    #[must_use]
    pub fn plain(name: impl Into<String>, data_type: PortableType) -> Self {
        Self { name: name.into(), data_type, null: true, default: None, auto: false, fill: None, unique: None, references: None }
    }
}

/// What a column holds where a row that is written later says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefaultValue {
    /// A text, or what is written as one: dates, decimals.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A truth value.
    Boolean(bool),
    /// The time of the writing: `default = "now"` of dates and times.
    Now,
}

impl DefaultValue {
    /// As SQL; `words` are how the database writes true and false.
    #[must_use]
    pub fn to_sql(&self, dialect: &dyn Dialect, words: [&str; 2]) -> String {
        match self {
            Self::Text(text) => dialect.quote_literal(text),
            Self::Integer(number) => number.to_string(),
            Self::Boolean(truth) => words[usize::from(!truth)].to_owned(),
            Self::Now => "CURRENT_TIMESTAMP".to_owned(),
        }
    }
}

/// An index or a unique key over columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyColumns {
    /// Its name.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<String>,
}

/// A foreign key that comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// Its name.
    pub name: String,
    /// The referring columns.
    pub columns: Vec<String>,
    /// The table referred to, as the plan names it.
    pub parent: String,
    /// The columns referred to.
    pub parent_columns: Vec<String>,
    /// What becomes of a row whose parent is deleted.
    pub on_delete: OnDelete,
}

/// What becomes of a row whose parent is deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnDelete {
    /// The parent cannot be deleted.
    #[default]
    Restrict,
    /// The row is deleted too.
    Cascade,
    /// The row refers to nothing.
    SetNull,
}

impl OnDelete {
    /// Every action, by the plan's word for it.
    pub const ALL: [(&'static str, Self); 3] = [("restrict", Self::Restrict), ("cascade", Self::Cascade), ("set null", Self::SetNull)];

    /// As SQL.
    #[must_use]
    pub fn to_sql(self) -> &'static str {
        match self {
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
        }
    }

    /// The action by the word that a catalog has for it; a database that defers nothing means RESTRICT by NO ACTION.
    #[must_use]
    pub fn from_sql(word: &str) -> Option<Self> {
        match word.to_ascii_uppercase().as_str() {
            "RESTRICT" | "NO ACTION" => Some(Self::Restrict),
            "CASCADE" => Some(Self::Cascade),
            "SET NULL" => Some(Self::SetNull),
            _ => None,
        }
    }
}

impl fmt::Display for OnDelete {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.to_sql())
    }
}
