//! Judges the differing rows of one table by what is granted, counts all of them, and keeps some as evidence.

use std::collections::{BTreeMap, HashSet};

use super::compare::Change;
use super::excerpt::{excerpt, excerpts};
use super::grants::Grants;
use super::observed::Observed;
use super::verdict::{CellEvidence, Finding, RowEvidence};
use crate::model::cell::{Cell, CellClass, Row};
use crate::model::table::{Column, TableName};
use crate::plan::Severity;
use crate::snapshot::digest::RowHasher;

/// Rows that a finding shows at the most; it counts all of them.
pub const SHOWN_ROWS: usize = 20;

/// What was found in one table.
#[derive(Debug)]
pub struct Judge<'a> {
    grants: &'a Grants,
    table: &'a TableName,
    columns: &'a [Column],
    key: Vec<usize>,
    excused: HashSet<u128>,
    hasher: RowHasher,
    since: Tally,
    removed: Tally,
    added: Tally,
    refused: BTreeMap<usize, Tally>,
    observed: BTreeMap<usize, Observed>,
    volatile: Tally,
    granted: BTreeMap<usize, u64>,
    granted_rows: u64,
}

#[derive(Debug, Default)]
struct Tally {
    count: u64,
    rows: Vec<RowEvidence>,
}

impl Tally {
    fn add(&mut self, evidence: impl FnOnce() -> RowEvidence) {
        self.count += 1;
        if self.rows.len() < SHOWN_ROWS {
            self.rows.push(evidence());
        }
    }
}

impl<'a> Judge<'a> {
    /// A judge of one table whose rows have these columns and this key (empty: none).
    #[must_use]
    pub fn new(grants: &'a Grants, table: &'a TableName, columns: &'a [Column], key: &[String]) -> Self {
        let key: Vec<usize> = key.iter().filter_map(|name| columns.iter().position(|column| column.name == *name)).collect();
        let hasher = RowHasher::new((!key.is_empty()).then(|| key.clone()));
        Self {
            grants,
            table,
            columns,
            key,
            excused: HashSet::new(),
            hasher,
            since: Tally::default(),
            removed: Tally::default(),
            added: Tally::default(),
            refused: BTreeMap::new(),
            observed: BTreeMap::new(),
            volatile: Tally::default(),
            granted: BTreeMap::new(),
            granted_rows: 0,
        }
    }

    /// Excuses the rows of these key hashes: others wrote them after the run, and they are shown as that.
    #[must_use]
    pub fn excusing(mut self, keys: HashSet<u128>) -> Self {
        self.excused = keys;
        self
    }

    /// Takes the key hashes of the excused rows back, once every row has been judged.
    pub fn take_excused(&mut self) -> HashSet<u128> {
        std::mem::take(&mut self.excused)
    }

    /// Judges one differing row.
    pub fn judge(&mut self, change: Change<'_>) {
        let volatile = self.grants.volatile_table(self.table);
        if !self.excused.is_empty() && !volatile {
            let (Change::Removed(row) | Change::Added(row) | Change::Changed(_, row)) = change;
            if self.excused.contains(&self.hasher.hash(row).key) {
                let key = identity(&self.key, self.columns, row);
                self.since.add(|| RowEvidence { key, cells: Vec::new() });
                return;
            }
        }
        match change {
            Change::Removed(row) => {
                let evidence = self.evidence(row, |cell| (Some(excerpt(cell)), None));
                if volatile {
                    self.volatile.add(|| evidence);
                } else if self.grants.may_delete(self.table) {
                    self.granted_rows += 1;
                } else {
                    self.removed.add(|| evidence);
                }
            }
            Change::Added(row) => {
                let evidence = self.evidence(row, |cell| (None, Some(excerpt(cell))));
                if volatile {
                    self.volatile.add(|| evidence);
                } else if self.grants.may_insert(self.table) {
                    self.granted_rows += 1;
                } else {
                    self.added.add(|| evidence);
                }
            }
            Change::Changed(before, after) => self.changed(before, after),
        }
    }

    fn changed(&mut self, before: &Row, after: &Row) {
        for position in 0..self.columns.len() {
            if before.encoded(position) == after.encoded(position) {
                continue;
            }
            let (old, new) = (before.cell(position), after.cell(position));
            let name = &self.columns[position].name;
            let tally = if self.grants.volatile_column(self.table, name) {
                &mut self.volatile
            } else if self.grants.changes(self.table, name).any(|grant| grant.rule.allows(text(old).as_deref(), text(new).as_deref())) {
                *self.granted.entry(position).or_default() += 1;
                continue;
            } else {
                self.observed.entry(position).or_default().see(text(old), text(new));
                self.refused.entry(position).or_default()
            };
            let (key, columns) = (&self.key, self.columns);
            tally.add(|| {
                let (before_text, after_text) = excerpts(old, new);
                RowEvidence {
                    key: identity(key, columns, before),
                    cells: vec![CellEvidence { column: name.clone(), before: Some(before_text), after: Some(after_text) }],
                }
            });
        }
    }

    fn evidence(&self, row: &Row, sides: impl Fn(Cell<'_>) -> (Option<String>, Option<String>)) -> RowEvidence {
        let cells = self.columns.iter().enumerate().map(|(position, column)| {
            let (before, after) = sides(row.cell(position));
            CellEvidence { column: column.name.clone(), before, after }
        });
        RowEvidence { key: identity(&self.key, self.columns, row), cells: cells.collect() }
    }

    /// Rows that are gone without a grant.
    #[must_use]
    pub fn removed(&self) -> u64 {
        self.removed.count
    }

    /// Rows that are new without a grant.
    #[must_use]
    pub fn added(&self) -> u64 {
        self.added.count
    }

    /// Cells that changed without a grant.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.values().map(|tally| tally.count).sum()
    }

    /// Rows that others wrote after the run.
    #[must_use]
    pub fn since(&self) -> u64 {
        self.since.count
    }

    /// Cells that changed by a grant, by column.
    #[must_use]
    pub fn granted(&self) -> Vec<(String, u64)> {
        self.granted.iter().map(|(position, count)| (self.columns[*position].name.clone(), *count)).collect()
    }

    /// Rows that came or went by a grant.
    #[must_use]
    pub fn granted_rows(&self) -> u64 {
        self.granted_rows
    }

    /// What became of the cells that changed without a grant, by column.
    pub fn take_observed(&mut self) -> Vec<(String, Observed)> {
        let observed = std::mem::take(&mut self.observed);
        observed.into_iter().map(|(position, seen)| (self.columns[position].name.clone(), seen)).collect()
    }

    /// What differs, as findings.
    #[must_use]
    pub fn findings(self) -> Vec<Finding> {
        let table = self.table.to_string();
        let keyless = self.key.is_empty();
        let hint = keyless.then(|| "the table has no key, so that a changed row counts as one gone and one new".to_owned());
        let mut findings = Vec::new();
        let mut push = |class: &str, severity, tally: Tally, message: String| {
            if tally.count > 0 {
                findings.push(Finding {
                    rule: format!("{class}:{table}"),
                    severity,
                    subject: table.clone(),
                    message,
                    count: tally.count,
                    rows: tally.rows,
                    hint: hint.clone(),
                    revealed: false,
                });
            }
        };
        let class = if keyless { "cells" } else { "keys" };
        let message = format!("{} of {table} {} gone", rows(self.removed.count), be(self.removed.count));
        push(class, Severity::Error, self.removed, message);
        let message = format!("{} of {table} {} new", rows(self.added.count), be(self.added.count));
        let severity = if self.grants.rows_may_come { Severity::Warning } else { Severity::Error };
        push(class, severity, self.added, message);
        for (position, tally) in self.refused {
            let column = &self.columns[position].name;
            let count = tally.count;
            let noun = if count == 1 { "cell" } else { "cells" };
            push("cells", Severity::Error, tally, format!("{count} {noun} of {table}.{column} changed without a grant"));
        }
        let message = format!("{} of {table} written since the run", rows(self.since.count));
        push("cells", Severity::Note, self.since, message);
        let message = format!("{} of {table} changed, which is declared volatile", rows(self.volatile.count));
        push("cells", Severity::Note, self.volatile, message);
        findings
    }
}

/// What identifies a row for people.
pub(super) fn identity(key: &[usize], columns: &[Column], row: &Row) -> Vec<(String, String)> {
    key.iter().map(|position| (columns[*position].name.clone(), excerpt(row.cell(*position)))).collect()
}

/// The text that a grant is tested against: NULL is `None`, a blob is its hexadecimal form and so no text of a map.
pub(super) fn text(cell: Cell<'_>) -> Option<String> {
    (cell.class != CellClass::Null).then(|| cell.to_text())
}

fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

fn be(count: u64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}
