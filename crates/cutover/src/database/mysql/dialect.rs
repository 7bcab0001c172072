//! How MySQL and MariaDB write SQL.

use super::script::{RULES, boundary, refuse};
use super::{cells, literal, put_back, render, types, values};
use crate::model::cell::Cell;
use crate::model::dialect::{Boundary, Dialect, Leeway, Refusal};
use crate::model::operation::{Operation, PortableType, Rendered, TypeFit};
use crate::model::script;
use crate::model::statement::{ScriptStatement, SplitError};
use crate::model::table::{Catalog, Column, Table, TableName};
use crate::model::value::ValueKind;

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

    fn value_kind(&self, column: &Column, _: &Catalog) -> ValueKind {
        values::kind(&column.data_type)
    }

    fn gives_value(&self, table: &Table, column: &Column, catalog: &Catalog) -> bool {
        values::gives_value(table, column, catalog)
    }

    fn value_literal(&self, kind: &ValueKind, text: &str) -> String {
        values::literal(kind, text, &|text| self.quote_literal(text))
    }

    fn differs(&self, left: &str, right: &str, kind: &ValueKind) -> String {
        let bytes = || self.distinct(&format!("CAST({left} AS BINARY)"), &format!("CAST({right} AS BINARY)"));
        match kind {
            _ if kind.equal_is_same() => self.distinct(left, right),
            // To MariaDB it is a text, to MySQL a value of its own that a text has to be made into.
            ValueKind::Json => self.distinct(&format!("JSON_EXTRACT({left}, '$')"), &format!("JSON_EXTRACT({right}, '$')")),
            // Of a column that the plan makes, perhaps a number: 1.5 is stored as 1.50 where the type says so.
            ValueKind::Unknown => format!("({} AND {})", bytes(), self.distinct(left, right)),
            // Most collations call upper and lower case equal.
            _ => bytes(),
        }
    }

    fn exact_text(&self, expression: &str) -> String {
        // Literals are sent as utf8mb4; a column may be of another character set.
        format!("CAST(CONVERT(({expression}) USING utf8mb4) AS BINARY)")
    }

    fn update_from(&self, table: &TableName, assignments: &[(String, String)], query: &str, condition: &str) -> String {
        let set: Vec<_> = assignments.iter().map(|(column, value)| format!("target.{} = {value}", self.quote_identifier(column))).collect();
        format!("UPDATE {} AS target\nJOIN ({query}) AS file\nON {condition}\nSET {}", self.quote_table(table), set.join(", "))
    }

    fn cell_literal(&self, table: &TableName, column: &Column, cell: Cell<'_>, catalog: &Catalog) -> Option<String> {
        put_back::cell(table, column, cell, catalog)
    }

    fn leeway(&self) -> Leeway {
        put_back::LEEWAY
    }

    fn renews(&self, table: &TableName, column: &Column, catalog: &Catalog) -> bool {
        put_back::renews(table, column, catalog)
    }

    fn delete_some(&self, table: &TableName, condition: &str, count: u64) -> String {
        put_back::delete_some(table, condition, count)
    }

    fn is_cell(&self, column: &Column, cell: Cell<'_>, _: &str) -> String {
        put_back::is_cell(column, cell)
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
