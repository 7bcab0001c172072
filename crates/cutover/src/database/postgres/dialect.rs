//! How PostgreSQL writes SQL.

use super::render;
use super::script::{RULES, refuse};
use crate::model::dialect::{Dialect, Refusal};
use crate::model::operation::{Operation, PortableType, Rendered};
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
        let doubled = text.replace('\'', "''");
        // Read back to the same bytes whatever standard_conforming_strings says; the space keeps the E from becoming part of a word.
        if doubled.contains('\\') { format!(" E'{}'", doubled.replace('\\', "\\\\")) } else { format!("'{doubled}'") }
    }

    fn split(&self, script: &str) -> Result<Vec<ScriptStatement>, SplitError> {
        script::split(script, &RULES)
    }

    fn render(&self, operation: &Operation, table: &Table) -> Result<Rendered, String> {
        render::render(operation, table)
    }

    fn type_name(&self, data_type: PortableType) -> &'static str {
        render::data_type(data_type)
    }

    fn refuse(&self, statement: &ScriptStatement) -> Option<Refusal> {
        refuse(statement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_doubled_and_backslashes_keep_their_meaning() {
        assert_eq!(PostgresDialect.quote_identifier("a\"b"), "\"a\"\"b\"");
        assert_eq!(PostgresDialect.quote_literal("it's"), "'it''s'");
        assert_eq!(PostgresDialect.quote_literal("a\\'b"), " E'a\\\\''b'");
    }
}
