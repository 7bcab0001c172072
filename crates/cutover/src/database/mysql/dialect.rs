//! How MySQL and MariaDB write SQL.

use super::script::{RULES, boundary, refuse};
use super::{cells, literal, render, types};
use crate::model::dialect::{Boundary, Dialect, Refusal};
use crate::model::operation::{Operation, PortableType, Rendered, TypeFit};
use crate::model::script;
use crate::model::statement::{ScriptStatement, SplitError};
use crate::model::table::{Catalog, TableName};

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

    fn render(&self, operation: &Operation, catalog: &Catalog) -> Result<Rendered, String> {
        render::render(operation, catalog)
    }

    fn type_name(&self, data_type: &PortableType) -> String {
        types::data_type(data_type)
    }

    fn type_fit(&self, wanted: &PortableType, data_type: &str) -> TypeFit {
        types::type_fit(wanted, data_type)
    }

    fn longest_name(&self) -> usize {
        render::LONGEST_NAME
    }

    fn read_as(&self, expression: &str, data_type: &str) -> String {
        types::read_as(expression, data_type)
    }

    fn read_plain(&self, column: &str, data_type: &str) -> String {
        cells::expression(column, data_type, None)
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

    /// As for every database; but `rows` is a word of the language here.
    fn duplicates(&self, table: &TableName, columns: &[String]) -> String {
        let list = self.quote_columns("", columns);
        let not_null: Vec<_> = columns.iter().map(|column| format!("{} IS NOT NULL", self.quote_identifier(column))).collect();
        format!(
            "SELECT {list}, COUNT(*) AS `rows` FROM {} WHERE {} GROUP BY {list} HAVING COUNT(*) > 1",
            self.quote_table(table),
            not_null.join(" AND ")
        )
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
