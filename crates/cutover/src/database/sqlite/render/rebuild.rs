//! A table made anew: SQLite changes little of a table that is there, so that its rows go into a new one of the same name.
//!
//! The way is that of "Making Other Kinds Of Table Schema Changes" (<https://www.sqlite.org/lang_altertable.html>), with one
//! difference: the rows first go aside under the old definition, so that every statement has one that takes it back, and a run
//! that stops on the way never stands without them. Foreign keys are not enforced meanwhile (see the module of the database).

use super::text::Definition;
use crate::database::sqlite::dialect::SqliteDialect;
use crate::model::dialect::Dialect as _;
use crate::model::operation::Change;
use crate::model::table::{Table, TableName};

/// A table that is made anew.
pub(super) struct Rebuild<'a> {
    table: &'a Table,
    old: Definition,
    new: Definition,
    /// The new table's columns, with what stands in them of the old row.
    forth: Vec<(String, String)>,
    /// The old table's columns, with what stands in them of the new row.
    back: Vec<(String, String)>,
}

impl<'a> Rebuild<'a> {
    /// What it does, for people.
    pub(super) const WAY: &'static str =
        "makes the table anew and copies every row twice (aside, and into the new table), with its indexes, triggers and views";

    /// A rebuild that keeps every column as it is.
    ///
    /// # Errors
    /// Where a definition cannot be taken apart.
    pub(super) fn of(table: &'a Table, new: &str) -> Result<Self, String> {
        let old = Definition::parse(table.shape.definition.as_deref().ok_or("its definition is not known")?)?;
        let mut same: Vec<(String, String)> = Vec::new();
        if let Some(number) = row_number(table, &old) {
            same.push((number.to_owned(), number.to_owned()));
        }
        for column in table.columns.iter().filter(|column| !column.generated) {
            let quoted = SqliteDialect.quote_identifier(&column.name);
            same.push((quoted.clone(), quoted));
        }
        Ok(Self { table, old, new: Definition::parse(new)?, forth: same.clone(), back: same })
    }

    /// A new column, with its value over the old row.
    pub(super) fn comes(&mut self, column: &str, value: &str) {
        self.forth.push((SqliteDialect.quote_identifier(column), format!("({value})")));
    }

    /// What becomes of a column's value, forth and back.
    pub(super) fn converts(&mut self, column: &str, forth: &str, back: &str) {
        let quoted = SqliteDialect.quote_identifier(column);
        for (list, value) in [(&mut self.forth, forth), (&mut self.back, back)] {
            list.iter_mut().filter(|(name, _)| *name == quoted).for_each(|(_, old)| value.clone_into(old));
        }
    }

    /// The statements.
    ///
    /// # Errors
    /// Where something that reads the table cannot be made again.
    pub(super) fn changes(&self) -> Result<Vec<Change>, String> {
        let stored = &self.table.shape.stored;
        if let Some((object, obstacle)) = stored.iter().find_map(|stored| Some((&stored.object, stored.obstacle.as_ref()?))) {
            return Err(format!("{object} cannot be carried along: {obstacle}"));
        }
        let name = SqliteDialect.quote_table(&self.table.name);
        let beside = TableName::local(format!("{}_cutover_aside", self.table.name.name));
        let aside = SqliteDialect.quote_table(&beside);
        let (own, other) = (super::literal(&self.table.name.name), super::literal(&beside.name));
        let numbered = self.old.mentions("AUTOINCREMENT");
        let copy = |into: &str, from: &str, columns: &[(String, String)]| {
            let (names, values): (Vec<_>, Vec<_>) = columns.iter().cloned().unzip();
            format!("INSERT INTO {into} ({}) SELECT {} FROM {from}", names.join(", "), values.join(", "))
        };
        let number = |to: &str, from: &str| {
            format!(
                "INSERT INTO sqlite_sequence (name, seq) SELECT {to}, max(seq) FROM sqlite_sequence WHERE name = {from} HAVING count(*) > 0"
            )
        };
        let same: Vec<_> = self.back.iter().map(|(column, _)| (column.clone(), column.clone())).collect();

        let mut changes: Vec<Change> = stored.iter().rev().flat_map(Change::unmaking).collect();
        changes.push(Change::undone_by(self.old.named(&aside), format!("DROP TABLE IF EXISTS {aside}")));
        if numbered {
            changes.push(Change::undone_along(number(&other, &own)));
        }
        changes.push(Change::undone_along(copy(&aside, &name, &same)));
        changes.push(Change::undone_by(format!("DROP TABLE {name}"), format!("ALTER TABLE {aside} RENAME TO {name}")));
        changes.push(Change::undone_by(self.new.named(&name), format!("DROP TABLE {name}")));
        if numbered {
            changes.push(Change::undone_along(number(&own, &other)));
        }
        let is_empty = format!("WHERE NOT EXISTS (SELECT 1 FROM {aside})");
        changes.push(Change::undone_by(copy(&name, &aside, &self.forth), format!("{} {is_empty}", copy(&aside, &name, &self.back))));
        if numbered {
            // Forth it changes nothing; back it lets the old table go on counting where the new one stands.
            let forth = format!("UPDATE sqlite_sequence SET seq = seq WHERE name = {own}");
            let back = format!("{} AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = {other})", number(&other, &own));
            changes.push(Change::undone_by(forth, back));
        }
        changes.push(Change::undone_by(format!("DROP TABLE {aside}"), self.old.named(&aside)));
        changes.extend(stored.iter().flat_map(Change::making));
        Ok(changes)
    }
}

/// The name by which the number of a row can be copied: rows without a key of their own are told apart by nothing else. `None` where a
/// column is that number, or the table has none.
fn row_number(table: &Table, definition: &Definition) -> Option<&'static str> {
    let key = table.keys.iter().find(|key| key.primary);
    let is_number = key.is_some_and(|key| {
        key.columns.len() == 1 && table.column(&key.columns[0]).is_some_and(|column| column.data_type.eq_ignore_ascii_case("INTEGER"))
    });
    if is_number || definition.mentions("WITHOUT") {
        return None;
    }
    ["rowid", "_rowid_", "oid"].into_iter().find(|name| !table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name)))
}
