//! How MySQL and MariaDB write SQL.

use super::script::{RULES, boundary, refuse};
use super::{literal, render};
use crate::model::dialect::{Boundary, Dialect, Refusal};
use crate::model::operation::{Operation, PortableType, Rendered};
use crate::model::script;
use crate::model::statement::{ScriptStatement, SplitError};
use crate::model::table::Table;

/// The dialect of MySQL and MariaDB.
#[derive(Debug, Clone, Copy)]
pub struct MysqlDialect;

impl Dialect for MysqlDialect {
    fn name(&self) -> &'static str {
        "mysql"
    }

    fn quote_identifier(&self, name: &str) -> String {
        format!("`{}`", name.replace('`', "``"))
    }

    fn quote_literal(&self, text: &str) -> String {
        literal::text(text)
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

    fn boundary(&self, statement: &ScriptStatement) -> Boundary {
        boundary(statement)
    }

    fn distinct(&self, left: &str, right: &str) -> String {
        format!("NOT (({left}) <=> ({right}))")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_doubled_and_backslashes_keep_their_meaning() {
        assert_eq!(MysqlDialect.quote_identifier("a`b"), "`a``b`");
        assert_eq!(MysqlDialect.quote_literal("it's"), "'it''s'");
        assert_eq!(MysqlDialect.quote_literal("a\\'b"), "'a\\\\''b'");
        assert_eq!(MysqlDialect.quote_literal("a\0b"), "'a\\0b'");
    }

    #[test]
    fn null_counts_as_a_value_where_two_are_compared() {
        assert_eq!(MysqlDialect.distinct("a", "b + 1"), "NOT ((a) <=> (b + 1))");
    }
}
