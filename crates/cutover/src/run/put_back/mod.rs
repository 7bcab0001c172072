//! Old cells put back from a run's snapshot: rows that are gone are inserted again, rows that have come are deleted, and cells that differ
//! get their old values.
//!
//! Triggers fire as for anybody's writes. What they write into tables of the snapshot differs from it and is put back in the next round,
//! until everything is equal; what stays after the last round is for the proof to tell.

pub(crate) mod kept;
mod order;
mod statements;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Instant;

use super::options::Engine;
use super::prepare::{Prepared, PreparedStep};
use super::verification::Listening;
use crate::database::Writer;
use crate::journal::{EventKind, Journal};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::{Catalog, TableName};
use crate::snapshot::Snapshot;
use crate::verify::differing::{Differing, Kept, TableDifference};
use crate::verify::grants::Grants;

use order::order;
use statements::{Execute, Statements};

/// Rounds of looking and writing. The first writes what the run has changed, the second what a circle of foreign keys had to put off and
/// what triggers have written; one trigger that wakes another needs one more. A trigger that undoes what is put
/// back would go on for ever.
const ROUNDS: u64 = 5;

/// The step under which it is told.
pub(crate) const STEP: &str = "(snapshot)";

/// Which rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent<'a> {
    /// Those of every table, whose structure is the old one again.
    All,
    /// Those of these tables, as far as the structure that still stands lets them: what an older step has added is still there, so that
    /// no row is inserted. It makes room for the undo of older steps, which may narrow what the rows still hold.
    Early(&'a BTreeSet<TableName>),
    /// Those of these tables, in whatever structure they stand.
    Some(&'a BTreeSet<TableName>),
}

/// Sends a statement, and returns the rows that it touched.
type Send<'a> = &'a mut dyn FnMut(&str, &mut dyn Writer) -> Result<u64>;

/// How looking and writing are held together.
pub(crate) trait Transactions {
    /// Work that reads one instant.
    fn read(&mut self, writer: &mut dyn Writer, work: &mut dyn FnMut(&mut dyn Writer) -> Result<()>) -> Result<()>;

    /// Work that writes, settled when it has ended. It returns the rows that it has touched.
    fn write(&mut self, writer: &mut dyn Writer, work: &mut dyn FnMut(&mut dyn Writer) -> Result<u64>) -> Result<()>;
}

/// Everything in one transaction that is open.
pub(crate) struct OneTransaction;

impl Transactions for OneTransaction {
    fn read(&mut self, writer: &mut dyn Writer, work: &mut dyn FnMut(&mut dyn Writer) -> Result<()>) -> Result<()> {
        work(writer)
    }

    fn write(&mut self, writer: &mut dyn Writer, work: &mut dyn FnMut(&mut dyn Writer) -> Result<u64>) -> Result<()> {
        work(writer)?;
        writer.settle()
    }
}

/// Whether rows have to be put back before the undo of older steps, because one of them has statements that the rows may be in the way of.
pub(crate) fn is_early<'s>(mut older: impl Iterator<Item = &'s PreparedStep>) -> bool {
    older.any(|step| step.undo.of_all().is_some_and(|undo| !undo.is_empty()))
}

/// What is put back, and with what.
pub(crate) struct PutBack<'a> {
    pub engine: &'a Engine<'a>,
    pub journal: &'a Journal<'a>,
    pub before: &'a Snapshot,
    pub prepared: &'a Prepared,
    /// What may differ: nothing but what is volatile where a run is taken back.
    pub grants: Grants,
    /// Rows that others have written, which stay as they are.
    pub kept: &'a Kept,
    /// A directory of its own, which is removed in the end.
    pub scratch: PathBuf,
}

impl PutBack<'_> {
    /// Looks and writes until nothing differs any more. The rows that were written are returned.
    ///
    /// # Errors
    /// The server's, or where a file of the snapshot cannot be read.
    pub(crate) fn run(&self, step: &str, extent: Extent<'_>, ground: &mut dyn Transactions, writer: &mut dyn Writer) -> Result<u64> {
        let (mut rows, mut number) = (0, 0);
        for _ in 0..ROUNDS {
            let mut found = Vec::new();
            ground.read(writer, &mut |writer| {
                found = self.find(extent, writer)?;
                Ok(())
            })?;
            let differing: u64 = found.iter().map(TableDifference::rows).sum();
            if differing == 0 {
                break;
            }
            let began = Instant::now();
            ground.write(writer, &mut |writer| {
                self.write(&found, extent, writer, &mut |sql, writer| writer.execute(sql))?;
                Ok(differing)
            })?;
            for difference in &found {
                number += 1;
                self.journal.record(EventKind::StatementFinished {
                    step: step.to_owned(),
                    statement: number,
                    sql: told(difference),
                    rows: difference.rows(),
                    seconds: began.elapsed().as_secs_f64(),
                })?;
            }
            rows += differing;
            if matches!(extent, Extent::Early(_)) {
                break;
            }
        }
        self.clear()?;
        Ok(rows)
    }

    /// The statements of the first round, in order; none of them is sent.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub(crate) fn show(&self, extent: Extent<'_>, writer: &mut dyn Writer) -> Result<Vec<String>> {
        let found = self.find(extent, writer)?;
        let mut statements = Vec::new();
        if !found.is_empty() {
            self.write(&found, extent, writer, &mut |sql, _| {
                statements.push(sql.to_owned());
                Ok(0)
            })?;
        }
        self.clear()?;
        Ok(statements)
    }

    fn clear(&self) -> Result<()> {
        match std::fs::remove_dir_all(&self.scratch) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::file("remove", &self.scratch, error)),
            _ => Ok(()),
        }
    }

    fn dialect(&self) -> &'static dyn Dialect {
        self.engine.database.dialect()
    }

    fn find(&self, extent: Extent<'_>, writer: &mut dyn Writer) -> Result<Vec<TableDifference>> {
        let now = writer.catalog()?;
        let grants = self.reading(&now);
        let tables = match extent {
            Extent::All => None,
            Extent::Early(tables) | Extent::Some(tables) => Some(tables),
        };
        let differing = Differing { before: self.before, tables, grants: &grants, kept: self.kept, directory: &self.scratch };
        let listening = Listening::new(self.journal, self.before);
        differing.find(&now, writer, &listening)
    }

    /// The grants, with the names and types by which the old columns are read now: steps that have not been undone yet may have given
    /// them others.
    fn reading(&self, now: &Catalog) -> Grants {
        let mut grants = self.grants.clone();
        let of_plan = &self.prepared.grants;
        let column = |table: &TableName, name: &str| now.table(table).and_then(|table| table.column(name));
        let is_renamed = |table: &TableName, from: &str, to: &str| column(table, to).is_some() && column(table, from).is_none();
        grants.renamed = of_plan.renamed.iter().filter(|renamed| is_renamed(&renamed.table, &renamed.from, &renamed.to)).cloned().collect();
        let named = grants.clone();
        let is_retyped = |(table, name, old): &&(TableName, String, String)| {
            column(table, named.name_after(table, name)).is_some_and(|column| column.data_type != *old)
        };
        grants.retyped = of_plan.retyped.iter().filter(is_retyped).cloned().collect();
        grants.read_by = BTreeMap::new();
        grants.read_changed(&self.before.manifest.catalog, self.dialect());
        grants
    }

    /// Writes what differs, each statement by `send`.
    fn write(&self, found: &[TableDifference], extent: Extent<'_>, writer: &mut dyn Writer, send: Send<'_>) -> Result<()> {
        let (dialect, old) = (self.dialect(), &self.before.manifest.catalog);
        let now = writer.catalog()?;
        let leeway = dialect.leeway();
        for statement in leeway.statements {
            send(statement, writer)?;
        }
        let names: Vec<_> = found.iter().map(|difference| difference.entry.table.clone()).collect();
        let order = order(&names, &now);
        // Of a table that nothing refers to, rows can go before others come; a unique value is free then for the row that had it.
        let goes_first =
            |table: &TableName| leeway.any_order || !now.relationships.iter().any(|known| known.declared && known.parent == *table);
        let early = matches!(extent, Extent::Early(_));
        // What an older step has added, and its undo will take away, may still refer to rows that have come: they go when it has gone.
        let is_old = |table: &TableName, columns: &[String]| {
            old.table(table).is_some_and(|table| columns.iter().all(|column| table.column(column).is_some()))
        };
        let may_go = |table: &TableName| {
            !early
                || now.relationships.iter().all(|known| !known.declared || known.parent != *table || is_old(&known.child, &known.columns))
        };
        let of = |table: &TableName| -> Result<Statements<'_>> {
            let gone = || Error::new(ErrorKind::Internal, format!("the table {table} has gone while its rows were put back"));
            let difference = found.iter().find(|difference| difference.entry.table == *table).ok_or_else(gone)?;
            let exchange = !early && goes_first(table);
            Ok(Statements::new(difference, dialect, old, now.table(table).ok_or_else(gone)?, exchange))
        };
        let interrupt = self.engine.interrupt;
        let execute: Execute<'_> = &mut |sql| {
            interrupt.check()?;
            send(sql, writer)
        };
        let (first, last): (Vec<_>, Vec<_>) = order.tables.iter().rev().partition(|table| goes_first(table));
        for table in first.iter().filter(|table| may_go(table)) {
            of(table)?.delete(execute)?;
        }
        // Rows that come may be referred to by those that change, and those that go may be referred to until then; where nobody looks at
        // that, a unique value that changes makes room for a row that comes.
        if leeway.any_order {
            order.tables.iter().try_for_each(|table| of(table)?.update(execute))?;
        }
        if !early {
            order.tables.iter().try_for_each(|table| of(table)?.insert(order.later.get(table).filter(|_| !leeway.any_order), execute))?;
        }
        if !leeway.any_order {
            order.tables.iter().try_for_each(|table| of(table)?.update(execute))?;
            order
                .later
                .iter()
                .filter(|(table, _)| names.contains(table))
                .try_for_each(|(table, columns)| of(table)?.let_go(columns, execute))?;
        }
        for table in last.iter().filter(|table| may_go(table)) {
            of(table)?.delete(execute)?;
        }
        self.kept_rows_refer_to_something(&names, writer)
    }

    /// Where the database does not look, a row that others wrote may refer to one that has just been taken away.
    fn kept_rows_refer_to_something(&self, written: &[TableName], writer: &mut dyn Writer) -> Result<()> {
        if self.kept.is_empty() || !self.dialect().leeway().any_order {
            return Ok(());
        }
        let concerned = |table: &TableName| written.contains(table) || self.kept.contains_key(table);
        for (rule, relationship) in self.prepared.relationships.iter().filter(|(_, relationship)| relationship.declared) {
            if !concerned(&relationship.child) && !concerned(&relationship.parent) {
                continue;
            }
            let mut orphans = 0;
            writer.query(&self.dialect().orphans(relationship, &[]), &mut |_| {
                orphans += 1;
                Ok(())
            })?;
            let earlier = self.before.query(rule).and_then(|query| query.contents.as_ref()).map_or(0, |contents| contents.digest.rows);
            if orphans > earlier {
                return Err(Error::new(
                    ErrorKind::Refused,
                    format!(
                        "{} rows of {} that were written since the run refer to rows that its undo takes away",
                        orphans - earlier,
                        relationship.child
                    ),
                )
                .hint(format!("change {} in them, or delete them, and roll back again", relationship.columns.join(", "))));
            }
        }
        Ok(())
    }
}

/// What was done to a table, for people.
fn told(difference: &TableDifference) -> String {
    let parts = [(difference.changed, "changed back"), (difference.gone, "inserted again"), (difference.come, "deleted")];
    let parts: Vec<_> = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    format!("-- {}: rows put back from the snapshot: {}", difference.entry.table, parts.join(", "))
}
