//! Parameters: typed values that a plan's user may set.

use serde::{Deserialize, Serialize};

/// What a parameter may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterType {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A date as `2026-01-19`.
    Date,
    /// An identifier, quoted where it is used.
    Identifier,
}

/// A parameter's value, checked against its type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterValue {
    /// Its type.
    pub kind: ParameterType,
    /// Its value as text; `None` is NULL.
    pub value: Option<String>,
    /// Whether the user set it, or the plan's default stands.
    pub given: bool,
}
