//! How SQLite writes SQL.

use crate::model::dialect::{Dialect, Refusal};
use crate::model::operation::{Operation, Rendered};
use crate::model::statement::{ScriptStatement, SplitError};
use crate::model::table::Table;

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
        format!("'{}'", text.replace('\'', "''"))
    }

    fn split(&self, _script: &str) -> Result<Vec<ScriptStatement>, SplitError> {
        Ok(Vec::new())
    }

    fn render(&self, _operation: &Operation, _table: &Table) -> Result<Rendered, String> {
        Err("not there yet".to_owned())
    }

    fn refuse(&self, _statement: &ScriptStatement) -> Option<Refusal> {
        None
    }
}
