//! What differs between databases and needs no server: quoting, splitting scripts, rendering operations.

use super::cell::Cell;
use super::operation::{Operation, PortableType, Rendered, TypeFit};
use super::put_back::{self, KeyedRow};
use super::statement::{ScriptStatement, SplitError};
use super::table::{Catalog, Column, ObjectKind, ObjectName, Relationship, Table, TableName};
use super::value::ValueKind;

/// One database's way of writing SQL. Pure: no connection, no state.
pub trait Dialect: Send + Sync {
    /// The word for this database in plans and file names: `postgres`, `mysql`, `sqlite`.
    fn name(&self) -> &'static str;

    /// An identifier, quoted, with the quote doubled.
    fn quote_identifier(&self, name: &str) -> String;

    /// A text value as a literal that the database reads back to the same bytes.
    fn quote_literal(&self, text: &str) -> String;

    /// Splits a script into its statements, each with its place, without changing a byte of them.
    fn split(&self, script: &str) -> Result<Vec<ScriptStatement>, SplitError>;

    /// Renders an operation against a catalog. What is there already has been taken out of it: its columns, its table are new, and
    /// there is no equivalent key. `Err` says why the table cannot have it, and what can be done.
    fn render(&self, operation: &Operation, catalog: &Catalog) -> Result<Rendered, String>;

    /// A portable type in the database's own words, as its catalog shows the type of a column that has it.
    fn type_name(&self, data_type: &PortableType) -> String;

    /// How the type of a column, in the catalog's words, compares with a portable one.
    fn type_fit(&self, wanted: &PortableType, data_type: &str) -> TypeFit;

    /// The most bytes that a name may have; a longer one is cut off in silence, or refused.
    fn longest_name(&self) -> usize;

    /// A column as a scan reads it, where that is not the column by itself; its type is in the catalog's words.
    fn read_plain(&self, column: &str, _data_type: &str) -> String {
        column.to_owned()
    }

    /// An expression read as another type, in the catalog's words: what a column that was changed to another type is compared in.
    fn read_as(&self, expression: &str, data_type: &str) -> String {
        format!("CAST({expression} AS {data_type})")
    }

    /// Why a statement must not stand in a step, if it must not: it ends the transaction, changes the session, or cannot
    /// run in a transaction. What is wrong, and the remedy.
    fn refuse(&self, statement: &ScriptStatement) -> Option<Refusal>;

    /// What a statement does to the transaction that it runs in. Matters in in-place mode alone.
    fn boundary(&self, _statement: &ScriptStatement) -> Boundary {
        Boundary::Inside
    }

    /// A condition that holds where two expressions differ, NULL counting as a value.
    fn distinct(&self, left: &str, right: &str) -> String {
        format!("({left}) IS DISTINCT FROM ({right})")
    }

    /// What a column can hold.
    fn value_kind(&self, column: &Column, catalog: &Catalog) -> ValueKind;

    /// Whether a new row that gives no value for a column gets one other than NULL: a default, a sequence.
    fn gives_value(&self, table: &Table, column: &Column, catalog: &Catalog) -> bool {
        let object = ObjectName { kind: ObjectKind::Column, name: format!("{}.{}", table.name, column.name) };
        let properties = catalog.objects.get(&object);
        column.generated || properties.is_some_and(|properties| ["default", "identity"].iter().any(|name| properties.contains_key(*name)))
    }

    /// A value of a column as a literal.
    fn value_literal(&self, _kind: &ValueKind, text: &str) -> String {
        self.quote_literal(text)
    }

    /// A condition that holds where two values of a column are not stored alike, whatever a collation calls equal.
    fn differs(&self, left: &str, right: &str, kind: &ValueKind) -> String;

    /// A text expression that is compared byte by byte with literals, whatever a collation calls equal.
    fn exact_text(&self, expression: &str) -> String;

    /// A query of literal rows with the columns `line`, `c0`, `c1`, …, each of which is compared as the column that it is `like` is.
    fn literal_rows(&self, like: &[(TableName, String)], rows: &[(usize, Vec<String>)]) -> String {
        // The first arm has no rows. It gives the others the types of the columns, without which literals would be texts.
        let mut tables: Vec<&TableName> = Vec::new();
        let mut columns = Vec::new();
        for (index, (table, column)) in like.iter().enumerate() {
            let known = tables.iter().position(|known| *known == table).unwrap_or_else(|| {
                tables.push(table);
                tables.len() - 1
            });
            columns.push(format!("l{known}.{} AS c{index}", self.quote_identifier(column)));
        }
        let tables: Vec<_> = tables.iter().enumerate().map(|(index, table)| format!("{} AS l{index}", self.quote_table(table))).collect();
        let mut arms = vec![format!("SELECT 0 AS line, {} FROM {} WHERE 1 = 0", columns.join(", "), tables.join(", "))];
        arms.extend(rows.iter().map(|(line, values)| format!("SELECT {line}, {}", values.join(", "))));
        arms.join("\nUNION ALL ")
    }

    /// An UPDATE of the rows of a table, named `target`, that a query, named `file`, has a row for. The assignments are columns and
    /// expressions.
    fn update_from(&self, table: &TableName, assignments: &[(String, String)], query: &str, condition: &str) -> String {
        let set: Vec<_> = assignments.iter().map(|(column, value)| format!("{} = {value}", self.quote_identifier(column))).collect();
        format!("UPDATE {} AS target SET {}\nFROM ({query}) AS file\nWHERE {condition}", self.quote_table(table), set.join(", "))
    }

    /// A cell of a column, as a scan has read it, as a literal that the column stores as that cell again; `None` where there is none.
    fn cell_literal(&self, table: &TableName, column: &Column, cell: Cell<'_>, catalog: &Catalog) -> Option<String>;

    /// How rows may be written that were in the database together before.
    fn leeway(&self) -> Leeway;

    /// Whether the database gives the column another value in an UPDATE that does not name it.
    fn renews(&self, _table: &TableName, _column: &Column, _catalog: &Catalog) -> bool {
        false
    }

    /// An INSERT of rows of literals, with numbers that the database would give itself.
    fn insert_rows(&self, table: &TableName, columns: &[String], rows: &[Vec<String>]) -> String {
        put_back::insert(self.quote_table(table), self.quote_columns("", columns), "", rows)
    }

    /// An UPDATE of rows that are told apart by the literals of a key, each to literals of its own.
    fn update_rows(&self, table: &TableName, key: &[String], columns: &[String], rows: &[KeyedRow]) -> String {
        let quote = |names: &[String]| names.iter().map(|name| self.quote_identifier(name)).collect::<Vec<_>>();
        put_back::update_by_case(&self.quote_table(table), &quote(key), &quote(columns), rows)
    }

    /// A DELETE of so many of the rows for which a condition holds.
    fn delete_some(&self, table: &TableName, condition: &str, count: u64) -> String;

    /// A condition that holds where a column's cell is the one that a scan has read, byte by byte. `literal` is that of `cell_literal`.
    fn is_cell(&self, column: &Column, cell: Cell<'_>, literal: &str) -> String;

    /// A table's quoted name.
    fn quote_table(&self, name: &TableName) -> String {
        if name.schema.is_empty() {
            self.quote_identifier(&name.name)
        } else {
            format!("{}.{}", self.quote_identifier(&name.schema), self.quote_identifier(&name.name))
        }
    }

    /// Columns, quoted and separated by commas, each behind `prefix` (an alias and a dot, or nothing).
    fn quote_columns(&self, prefix: &str, columns: &[String]) -> String {
        let quoted: Vec<_> = columns.iter().map(|column| format!("{prefix}{}", self.quote_identifier(column))).collect();
        quoted.join(", ")
    }

    /// A query for the child rows that refer to no parent: their identifying columns, then the referring ones.
    fn orphans(&self, relationship: &Relationship, identity: &[String]) -> String {
        let not_null: Vec<_> =
            relationship.columns.iter().map(|column| format!("child.{} IS NOT NULL", self.quote_identifier(column))).collect();
        let joined: Vec<_> = relationship
            .columns
            .iter()
            .zip(&relationship.parent_columns)
            .map(|(child, parent)| format!("parent.{} = child.{}", self.quote_identifier(parent), self.quote_identifier(child)))
            .collect();
        let mut shown = identity.to_vec();
        shown.extend(relationship.columns.iter().filter(|column| !identity.contains(column)).cloned());
        format!(
            "SELECT {} FROM {} child WHERE {} AND NOT EXISTS (SELECT 1 FROM {} parent WHERE {})",
            self.quote_columns("child.", &shown),
            self.quote_table(&relationship.child),
            not_null.join(" AND "),
            self.quote_table(&relationship.parent),
            joined.join(" AND "),
        )
    }

    /// A query for the values that stand more than once in columns that should be unique, with their count.
    fn duplicates(&self, table: &TableName, columns: &[String]) -> String {
        let list = self.quote_columns("", columns);
        let not_null: Vec<_> = columns.iter().map(|column| format!("{} IS NOT NULL", self.quote_identifier(column))).collect();
        format!(
            "SELECT {list}, COUNT(*) AS {} FROM {} WHERE {} GROUP BY {list} HAVING COUNT(*) > 1",
            // A reserved word in some databases.
            self.quote_identifier("rows"),
            self.quote_table(table),
            not_null.join(" AND ")
        )
    }
}

/// How rows may be written that were in the database together before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leeway {
    /// What is said first, within the transaction. The session's settings are put back when it is settled.
    pub statements: &'static [&'static str],
    /// Whether rows may then come and go in any order: foreign keys are neither checked nor acted upon until the transaction is settled.
    pub any_order: bool,
}

/// What a statement does to the transaction that it runs in, and so how one learns after a crash whether it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    /// It belongs to the transaction, as the journal's entry does: both were done, or neither.
    Inside,
    /// It commits by itself, and is all or nothing: the catalog tells whether it was done.
    Catalog,
    /// It commits by itself, and nothing tells whether it was done but a query of the plan's own (`--! done_when = "…"`).
    Asked,
}

/// Why a statement must not stand in a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong with it.
    pub message: String,
    /// What to write instead.
    pub remedy: String,
}
