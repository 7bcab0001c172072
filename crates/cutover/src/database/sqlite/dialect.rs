//! How SQLite writes SQL.

use super::script::{RULES, refuse};
use crate::model::dialect::{Dialect, Refusal};
use crate::model::operation::{Operation, PortableType, Rendered};
use crate::model::script;
use crate::model::statement::{ScriptStatement, SplitError};
use crate::model::table::Table;

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

    fn render(&self, operation: &Operation, table: &Table) -> Result<Rendered, String> {
        render::operation(operation, table)
    }

    fn type_name(&self, data_type: PortableType) -> &'static str {
        render::type_name(data_type)
    }

    fn refuse(&self, statement: &ScriptStatement) -> Option<Refusal> {
        refuse(statement)
    }
}
