//! How SQLite writes SQL.

use super::script::{RULES, refuse};
use super::values;
use crate::model::cell::Cell;
use crate::model::dialect::{Dialect, Leeway, Refusal};
use crate::model::operation::{Operation, PortableType, Rendered, TypeFit};
use crate::model::script;
use crate::model::statement::{ScriptStatement, SplitError};
use crate::model::table::{Catalog, Column, Table, TableName};
use crate::model::value::ValueKind;

use super::{put_back, render};

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

    fn value_kind(&self, column: &Column, _: &Catalog) -> ValueKind {
        values::kind(&column.data_type)
    }

    fn gives_value(&self, table: &Table, column: &Column, catalog: &Catalog) -> bool {
        values::gives_value(table, column, catalog)
    }

    fn value_literal(&self, kind: &ValueKind, text: &str) -> String {
        kind.bare(text).unwrap_or_else(|| self.quote_literal(text))
    }

    fn exact_text(&self, expression: &str) -> String {
        format!("({expression}) COLLATE BINARY")
    }

    fn differs(&self, left: &str, right: &str, _: &ValueKind) -> String {
        self.distinct(&format!("{left} COLLATE BINARY"), &format!("{right} COLLATE BINARY"))
    }

    /// The arms are not given the columns' types: SQLite would take literals for values that have them already, and not compare the text
    /// '12' with the number 12. Without a type, they are compared as the column at the other side is.
    fn literal_rows(&self, like: &[(TableName, String)], rows: &[(usize, Vec<String>)]) -> String {
        let nulls: Vec<_> = (0..like.len()).map(|index| format!("NULL AS c{index}")).collect();
        let mut arms = vec![format!("SELECT 0 AS line, {} WHERE 0", nulls.join(", "))];
        arms.extend(rows.iter().map(|(line, values)| format!("SELECT {line}, {}", values.join(", "))));
        arms.join("\nUNION ALL ")
    }

    fn cell_literal(&self, _: &TableName, _: &Column, cell: Cell<'_>, _: &Catalog) -> Option<String> {
        put_back::literal(cell)
    }

    fn leeway(&self) -> Leeway {
        put_back::LEEWAY
    }

    fn delete_some(&self, table: &TableName, condition: &str, count: u64) -> String {
        put_back::delete_some(table, condition, count)
    }

    fn is_cell(&self, column: &Column, cell: Cell<'_>, literal: &str) -> String {
        put_back::is_cell(column, cell, literal)
    }
}
