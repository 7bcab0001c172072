//! How PostgreSQL writes SQL.

use super::script::{RULES, refuse};
use crate::model::dialect::{Dialect, Refusal};
use crate::model::operation::{Operation, Rendered};
use crate::model::script;
use crate::model::statement::{ScriptStatement, SplitError};
use crate::model::table::Table;

/// PostgreSQL's dialect.
#[derive(Debug, Clone, Copy)]
pub struct PostgresDialect;

impl Dialect for PostgresDialect {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn quote_identifier(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    fn quote_literal(&self, text: &str) -> String {
        format!("'{}'", text.replace('\'', "''"))
    }

    fn split(&self, script: &str) -> Result<Vec<ScriptStatement>, SplitError> {
        script::split(script, &RULES)
    }

    fn render(&self, _operation: &Operation, _table: &Table) -> Result<Rendered, String> {
        Err("not there yet".to_owned())
    }

    fn refuse(&self, statement: &ScriptStatement) -> Option<Refusal> {
        refuse(statement)
    }
}
