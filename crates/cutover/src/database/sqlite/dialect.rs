//! How SQLite writes SQL.

use super::script::{RULES, refuse};
use crate::model::dialect::{Dialect, Refusal};
use crate::model::operation::{Operation, PortableType, Rendered, TypeFit};
use crate::model::script;
use crate::model::statement::{ScriptStatement, SplitError};
use crate::model::table::Catalog;

use super::render;

/// SQLite's dialect.
#[derive(Debug, Clone, Copy)]
pub struct SqliteDialect;

impl Dialect for SqliteDialect {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn quote_identifier(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    fn quote_literal(&self, text: &str) -> String {
        render::literal(text)
    }

    fn split(&self, script: &str) -> Result<Vec<ScriptStatement>, SplitError> {
        script::split(script, &RULES)
    }

    fn render(&self, operation: &Operation, catalog: &Catalog) -> Result<Rendered, String> {
        render::operation(operation, catalog)
    }

    fn type_name(&self, data_type: &PortableType) -> String {
        render::type_name(data_type)
    }

    fn type_fit(&self, wanted: &PortableType, data_type: &str) -> TypeFit {
        render::type_fit(wanted, data_type)
    }

    fn longest_name(&self) -> usize {
        usize::MAX
    }

    /// A column without a type takes every value as it is.
    fn read_as(&self, expression: &str, data_type: &str) -> String {
        if data_type.is_empty() { expression.to_owned() } else { format!("CAST({expression} AS {data_type})") }
    }

    fn refuse(&self, statement: &ScriptStatement) -> Option<Refusal> {
        refuse(statement)
    }
}
