//! How PostgreSQL writes SQL.

use super::script::{RULES, refuse};
use super::values;
use super::{put_back, render};
use crate::model::cell::Cell;
use crate::model::dialect::{Dialect, Leeway, Refusal};
use crate::model::operation::{Operation, PortableType, Rendered, TypeFit};
use crate::model::put_back::KeyedRow;
use crate::model::script;
use crate::model::statement::{ScriptStatement, SplitError};
use crate::model::table::{Catalog, Column, TableName};
use crate::model::value::ValueKind;

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

    fn render(&self, operation: &Operation, catalog: &Catalog) -> Result<Rendered, String> {
        render::render(operation, catalog)
    }

    fn type_name(&self, data_type: &PortableType) -> String {
        render::data_type(data_type)
    }

    fn type_fit(&self, wanted: &PortableType, data_type: &str) -> TypeFit {
        render::type_fit(wanted, data_type)
    }

    fn longest_name(&self) -> usize {
        render::LONGEST_NAME
    }

    fn refuse(&self, statement: &ScriptStatement) -> Option<Refusal> {
        refuse(statement)
    }

    fn value_kind(&self, column: &Column, catalog: &Catalog) -> ValueKind {
        values::kind(&column.data_type, catalog)
    }

    fn exact_text(&self, expression: &str) -> String {
        // An enumeration's value is none of its literals.
        format!("CAST(({expression}) AS text)")
    }

    fn differs(&self, left: &str, right: &str, kind: &ValueKind) -> String {
        if kind.equal_is_same() {
            return self.distinct(left, right);
        }
        // The text decides: json has no equality, citext and some collations call different texts equal.
        let text = |expression: &str| format!("CAST({expression} AS text) COLLATE \"C\"");
        let texts = self.distinct(&text(left), &text(right));
        match kind {
            // Of a column that the plan makes, perhaps a number: 1.5 is stored as 1.50 where the type says so, which JSON calls equal.
            ValueKind::Unknown => {
                format!("({texts} AND {})", self.distinct(&format!("to_jsonb({left})"), &format!("to_jsonb({right})")))
            }
            _ => texts,
        }
    }

    fn cell_literal(&self, _: &TableName, _: &Column, cell: Cell<'_>, _: &Catalog) -> Option<String> {
        put_back::literal(cell)
    }

    fn leeway(&self) -> Leeway {
        put_back::LEEWAY
    }

    fn insert_rows(&self, table: &TableName, columns: &[String], rows: &[Vec<String>]) -> String {
        put_back::insert(table, columns, rows)
    }

    fn update_rows(&self, table: &TableName, key: &[String], columns: &[String], rows: &[KeyedRow]) -> String {
        put_back::update(table, key, columns, rows)
    }

    fn delete_some(&self, table: &TableName, condition: &str, count: u64) -> String {
        put_back::delete_some(table, condition, count)
    }

    fn is_cell(&self, column: &Column, cell: Cell<'_>, literal: &str) -> String {
        put_back::is_cell(column, cell, literal)
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
