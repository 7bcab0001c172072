//! The statements that put one table's rows back, a batch of rows in each: memory does not grow with the rows.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::cell::Row;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::put_back::{self, KeyedRow};
use crate::model::table::{Catalog, Table};
use crate::verify::differing::TableDifference;

/// The most rows of one statement, and the most bytes of literals: servers limit a statement's size.
const MOST_ROWS: usize = 200;
const MOST_BYTES: usize = 256 * 1024;
/// Rows that are held so that those which get the same values can be told, and the most bytes of them.
const HELD_ROWS: usize = 20_000;
const HELD_BYTES: usize = 8 << 20;
/// From so many rows on that get the same values, they share a statement.
const ALIKE: usize = 4;

/// Positions of columns, and the literals that they get.
type Assigned = (Vec<usize>, Vec<String>);

/// Executes a statement, and returns the rows that it touched.
pub(super) type Execute<'a> = &'a mut dyn FnMut(&str) -> Result<u64>;

/// One table's rows, and how they are written.
pub(super) struct Statements<'a> {
    difference: &'a TableDifference,
    dialect: &'a dyn Dialect,
    /// As it was: it tells how cells were read.
    before: &'a Catalog,
    /// Positions of the columns that can be written.
    written: Vec<usize>,
    key: Vec<usize>,
    /// Positions of columns that belong to a unique key.
    unique: BTreeSet<usize>,
    /// Positions of columns that the database changes by itself.
    renewed: Vec<usize>,
    /// Whether a row whose unique cells have changed is deleted and inserted again: two such rows may have exchanged theirs.
    exchange: bool,
}

impl<'a> Statements<'a> {
    /// Of a table as it is now. With `exchange`, no foreign key stands in the way of deleting a row that is inserted again.
    pub fn new(difference: &'a TableDifference, dialect: &'a dyn Dialect, before: &'a Catalog, now: &Table, exchange: bool) -> Self {
        let columns = &difference.entry.columns;
        let table = &difference.entry.table;
        let positions = |wanted: &dyn Fn(usize) -> bool| (0..columns.len()).filter(|position| wanted(*position)).collect::<Vec<_>>();
        let keys = now.keys.iter().map(|key| &key.columns);
        let indexes = now.shape.indexes.iter().filter(|index| index.unique).map(|index| &index.columns);
        let unique: BTreeSet<&String> = keys.chain(indexes).flatten().collect();
        let key = difference.entry.key.iter();
        Self {
            difference,
            dialect,
            before,
            written: positions(&|position| !columns[position].generated),
            key: key.filter_map(|name| columns.iter().position(|column| column.name == *name)).collect(),
            unique: positions(&|position| unique.contains(&difference.names[position])).into_iter().collect(),
            renewed: positions(&|position| dialect.renews(table, &columns[position], before)),
            exchange,
        }
    }

    /// Deletes the rows that have come, and those that are inserted again.
    ///
    /// # Errors
    /// The server's, or where a cell cannot be written as a literal.
    pub fn delete(&self, execute: Execute<'_>) -> Result<()> {
        if self.key.is_empty() {
            return self.difference.each_come(&mut |row| {
                let sql = self.dialect.delete_some(&self.difference.entry.table, &self.is_row(row)?, 1);
                execute(&sql).map(|_| ())
            });
        }
        let (table, key) = (self.table(), self.quoted(&self.key));
        let mut batch = Batch::default();
        let mut add = |row: &Row, execute: Execute<'_>| {
            let literals = self.literals(row, &self.key)?;
            if batch.is_full(&literals) {
                execute(&put_back::delete(&table, &key, &batch.take()))?;
            }
            batch.add(literals);
            Ok(())
        };
        self.difference.each_come(&mut |row| add(row, execute))?;
        self.difference.each_changed(&mut |wanted, row| if self.is_exchanged(wanted, row) { add(row, execute) } else { Ok(()) })?;
        let rest = batch.take();
        if rest.is_empty() { Ok(()) } else { execute(&put_back::delete(&table, &key, &rest)).map(|_| ()) }
    }

    /// Lets the rows that have come refer to nothing any more by these columns, so that they can be deleted in any order.
    ///
    /// # Errors
    /// As [`Self::delete`].
    pub fn let_go(&self, columns: &BTreeSet<String>, execute: Execute<'_>) -> Result<()> {
        let key = self.quoted(&self.key);
        if key.is_empty() || self.difference.come == 0 {
            return Ok(());
        }
        let columns: Vec<_> = columns.iter().map(|column| self.dialect.quote_identifier(column)).collect();
        let nulls = vec!["NULL".to_owned(); columns.len()];
        let update = |keys: Vec<Vec<String>>| put_back::update_alike(&self.table(), &key, &columns, &nulls, &keys);
        let mut batch = Batch::default();
        self.difference.each_come(&mut |row| {
            let literals = self.literals(row, &self.key)?;
            if batch.is_full(&literals) {
                execute(&update(batch.take()))?;
            }
            batch.add(literals);
            Ok(())
        })?;
        execute(&update(batch.take())).map(|_| ())
    }

    /// Updates the cells that differ, in rows that are not inserted again.
    ///
    /// # Errors
    /// As [`Self::delete`].
    pub fn update(&self, execute: Execute<'_>) -> Result<()> {
        let mut held: Vec<(Vec<usize>, KeyedRow)> = Vec::new();
        let mut bytes = 0;
        self.difference.each_changed(&mut |wanted, row| {
            if self.is_exchanged(wanted, row) {
                return Ok(());
            }
            let differs = |position: &usize| wanted.encoded(*position) != row.encoded(*position) || self.renewed.contains(position);
            let positions: Vec<usize> = self.written.iter().copied().filter(differs).collect();
            if positions.is_empty() {
                return Ok(());
            }
            let keyed = KeyedRow { key: self.literals(row, &self.key)?, values: self.literals(wanted, &positions)? };
            bytes += keyed.key.iter().chain(&keyed.values).map(String::len).sum::<usize>();
            held.push((positions, keyed));
            if held.len() >= HELD_ROWS || bytes >= HELD_BYTES {
                bytes = 0;
                self.update_held(std::mem::take(&mut held), execute)?;
            }
            Ok(())
        })?;
        self.update_held(held, execute)
    }

    fn update_held(&self, held: Vec<(Vec<usize>, KeyedRow)>, execute: Execute<'_>) -> Result<()> {
        let (table, key) = (self.table(), self.quoted(&self.key));
        let mut alike: BTreeMap<Assigned, Vec<Vec<String>>> = BTreeMap::new();
        for (positions, row) in held {
            alike.entry((positions, row.values)).or_default().push(row.key);
        }
        let mut single: BTreeMap<Vec<usize>, Vec<KeyedRow>> = BTreeMap::new();
        for ((positions, values), keys) in alike {
            if keys.len() < ALIKE {
                let rows = keys.into_iter().map(|key| KeyedRow { key, values: values.clone() });
                single.entry(positions).or_default().extend(rows);
                continue;
            }
            for keys in divided(keys, |key| key.iter().map(String::len).sum()) {
                execute(&put_back::update_alike(&table, &key, &self.quoted(&positions), &values, &keys))?;
            }
        }
        for (positions, rows) in single {
            let size = |row: &KeyedRow| {
                row.key.iter().map(|text| text.len() * (positions.len() + 1)).chain(row.values.iter().map(String::len)).sum()
            };
            for rows in divided(rows, size) {
                let sql = self.dialect.update_rows(&self.difference.entry.table, &self.names(&self.key), &self.names(&positions), &rows);
                execute(&sql)?;
            }
        }
        Ok(())
    }

    /// Inserts the rows that are gone, and those that were deleted to be inserted again. The columns of `later` are NULL at first.
    ///
    /// # Errors
    /// As [`Self::delete`].
    pub fn insert(&self, later: Option<&BTreeSet<String>>, execute: Execute<'_>) -> Result<()> {
        let (table, columns) = (&self.difference.entry.table, self.names(&self.written));
        let mut batch = Batch::default();
        let mut add = |row: &Row, execute: Execute<'_>| {
            let mut literals = self.literals(row, &self.written)?;
            for (literal, column) in literals.iter_mut().zip(&columns) {
                if later.is_some_and(|later| later.contains(column)) {
                    "NULL".clone_into(literal);
                }
            }
            if batch.is_full(&literals) {
                execute(&self.dialect.insert_rows(table, &columns, &batch.take()))?;
            }
            batch.add(literals);
            Ok(())
        };
        self.difference.each_gone(&mut |row| add(row, execute))?;
        self.difference.each_changed(&mut |wanted, row| if self.is_exchanged(wanted, row) { add(wanted, execute) } else { Ok(()) })?;
        let rest = batch.take();
        if rest.is_empty() { Ok(()) } else { execute(&self.dialect.insert_rows(table, &columns, &rest)).map(|_| ()) }
    }

    fn is_exchanged(&self, wanted: &Row, row: &Row) -> bool {
        self.exchange && self.unique.iter().any(|position| wanted.encoded(*position) != row.encoded(*position))
    }

    fn is_row(&self, row: &Row) -> Result<String> {
        let literals = self.literals(row, &self.written)?;
        let columns = &self.difference.entry.columns;
        let cells = self.written.iter().zip(&literals);
        let conditions: Vec<_> =
            cells.map(|(position, literal)| self.dialect.is_cell(&columns[*position], row.cell(*position), literal)).collect();
        Ok(if conditions.is_empty() { "1 = 1".to_owned() } else { conditions.join(" AND ") })
    }

    fn literals(&self, row: &Row, positions: &[usize]) -> Result<Vec<String>> {
        let entry = &self.difference.entry;
        let literal = |position: &usize| {
            let column = &entry.columns[*position];
            self.dialect.cell_literal(&entry.table, column, row.cell(*position), self.before).ok_or_else(|| {
                Error::new(ErrorKind::Refused, format!("a cell of {}.{} holds bytes that no statement can write", entry.table, column.name))
                    .hint("restore a backup instead")
            })
        };
        positions.iter().map(literal).collect()
    }

    fn table(&self) -> String {
        self.dialect.quote_table(&self.difference.entry.table)
    }

    fn names(&self, positions: &[usize]) -> Vec<String> {
        positions.iter().map(|position| self.difference.names[*position].clone()).collect()
    }

    fn quoted(&self, positions: &[usize]) -> Vec<String> {
        self.names(positions).iter().map(|name| self.dialect.quote_identifier(name)).collect()
    }
}

/// Rows of literals that go into one statement.
#[derive(Default)]
struct Batch {
    rows: Vec<Vec<String>>,
    bytes: usize,
}

impl Batch {
    fn is_full(&self, next: &[String]) -> bool {
        !self.rows.is_empty() && (self.rows.len() >= MOST_ROWS || self.bytes + size(next) > MOST_BYTES)
    }

    fn add(&mut self, row: Vec<String>) {
        self.bytes += size(&row);
        self.rows.push(row);
    }

    fn take(&mut self) -> Vec<Vec<String>> {
        self.bytes = 0;
        std::mem::take(&mut self.rows)
    }
}

fn size(row: &[String]) -> usize {
    row.iter().map(String::len).sum()
}

fn divided<Item>(items: Vec<Item>, size: impl Fn(&Item) -> usize) -> Vec<Vec<Item>> {
    let mut parts: Vec<Vec<Item>> = Vec::new();
    let mut bytes = 0;
    for item in items {
        let more = size(&item);
        if parts.last().is_none_or(|part| part.len() >= MOST_ROWS) || bytes + more > MOST_BYTES {
            parts.push(Vec::new());
            bytes = 0;
        }
        bytes += more;
        if let Some(part) = parts.last_mut() {
            part.push(item);
        }
    }
    parts
}
