//! Results of queries, before and after: relationships, invariants, checks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::compare::{Change, Side, differences};
use super::excerpt::excerpt;
use super::judge::SHOWN_ROWS;
use super::rulings::Rulings;
use super::tables::{Listener, Tables};
use super::verdict::{CellEvidence, Finding, RowEvidence};
use crate::database::Reader;
use crate::model::cell::Row;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::{Catalog, Relationship, TableName};
use crate::plan::Severity;
use crate::snapshot::digest::RowHasher;
use crate::snapshot::{Contents, QueryEntry, Scanned, Snapshot, Target, file_stem, scan};

/// How queries are looked at again.
pub struct Again<'a> {
    /// The snapshot with their results before.
    pub before: &'a Snapshot,
    /// The tables as compared.
    pub tables: &'a Tables,
    /// Whether others may have written since: a result that their rows may have changed is then shown, and fails nothing.
    pub since: bool,
    /// Whether queries are executed even where their results are implied.
    pub execute_all: bool,
    /// Relationships whose orphans of before the plan knows of.
    pub known_orphans: &'a [String],
    /// Where the rows files of their results go.
    pub directory: &'a Path,
    /// Told of rows.
    pub listener: &'a dyn Listener,
    /// Queries that read columns of other names now, by rule.
    pub renamed: &'a BTreeMap<String, String>,
    /// The rules of relationships whose tables or columns are gone.
    pub gone: &'a BTreeSet<String>,
}

/// What a query's result became.
enum Came {
    Implied,
    NotTaken,
    Same(u64),
    Different { lost: Vec<RowEvidence>, lost_count: u64, new: Vec<RowEvidence>, new_count: u64 },
}

impl Again<'_> {
    /// Looks at every invariant of the snapshot again.
    ///
    /// # Errors
    /// Where a query fails or a file cannot be read.
    pub fn invariants(&self, reader: &mut dyn Reader, rulings: &mut Rulings) -> Result<()> {
        for entry in self.before.manifest.queries.iter().filter(|entry| entry.rule.starts_with("invariant:")) {
            let rule = &entry.rule;
            match self.look(reader, entry)? {
                Came::Implied => rulings.imply(rule, "every column that it reads is identical"),
                Came::NotTaken | Came::Different { .. } if self.written_since(entry) => {
                    let mut finding = found(rule, rule, format!("{rule} reads rows that were written since the run"), 1, Vec::new());
                    finding.severity = Severity::Note;
                    rulings.judge(rule, "reads rows that were written since the run: not compared", vec![finding]);
                }
                Came::NotTaken => {
                    rulings.skip(rule, "columns that it reads differ, so that it is not implied; its result before was not taken")
                }
                Came::Same(rows) => rulings.pass(rule, format!("{rows} rows identical")),
                Came::Different { lost, lost_count, new, new_count } => {
                    let mut findings = Vec::new();
                    let name = rule.strip_prefix("invariant:").unwrap_or(rule);
                    if lost_count > 0 {
                        findings.push(found(rule, name, format!("{lost_count} rows of {name} are no longer there"), lost_count, lost));
                    }
                    if new_count > 0 {
                        findings.push(found(rule, name, format!("{new_count} rows of {name} were not there before"), new_count, new));
                    }
                    rulings.judge(rule, format!("{lost_count} rows lost, {new_count} rows new"), findings);
                }
            }
        }
        Ok(())
    }

    /// Looks for orphans again and compares them as sets: a healed one cannot hide a new one.
    ///
    /// # Errors
    /// Where a query fails or a file cannot be read.
    pub fn relationships(&self, reader: &mut dyn Reader, rulings: &mut Rulings) -> Result<()> {
        for entry in self.before.manifest.queries.iter().filter(|entry| entry.rule.starts_with("relationship:")) {
            let rule = &entry.rule;
            if self.gone.contains(rule) {
                // Whether that was granted is decided by `catalog`.
                rulings.pass(rule, "its tables or columns are gone, as the catalog tells");
                continue;
            }
            let name = rule.strip_prefix("relationship:").unwrap_or(rule);
            let old = entry.contents.as_ref().map_or(0, |contents| contents.digest.rows);
            let mut findings = Vec::new();
            if old > 0 {
                let rows = identified(self.sample(entry)?);
                let mut finding = found(rule, name, format!("{old} orphans of {name} were there before"), old, rows);
                let known = self.known_orphans.iter().any(|known| known == name);
                finding.severity = if known { Severity::Note } else { Severity::Warning };
                finding.hint = Some(
                    if known { "the plan knows of them" } else { "they are no loss of this run; --strict lets them fail it" }.to_owned(),
                );
                findings.push(finding);
            }
            match self.look(reader, entry)? {
                Came::Implied if old == 0 => rulings.imply(rule, "no orphans before, and every column of it is identical"),
                Came::Implied => rulings.judge(rule, format!("the same {old} orphans as before"), findings),
                Came::NotTaken => rulings.skip(rule, "its orphans before were not taken"),
                Came::Same(rows) => rulings.judge(rule, format!("{rows} orphans, the same as before"), findings),
                Came::Different { lost_count, new, new_count, .. } => {
                    if new_count > 0 {
                        findings.push(found(rule, name, format!("{new_count} new orphans of {name}"), new_count, identified(new)));
                    }
                    if lost_count > 0 {
                        let mut finding = found(rule, name, format!("{lost_count} orphans of {name} were healed"), lost_count, Vec::new());
                        finding.severity = Severity::Note;
                        findings.push(finding);
                    }
                    rulings.judge(rule, format!("{old} orphans before, {new_count} new, {lost_count} healed"), findings);
                }
            }
        }
        Ok(())
    }

    /// Whether rows that a query reads were written since an earlier run; where its inputs are unknown, any rows.
    fn written_since(&self, entry: &QueryEntry) -> bool {
        let written = |table: &TableName| self.tables.since.iter().any(|(name, _)| name == table);
        self.since && entry.inputs.as_ref().map_or(!self.tables.since.is_empty(), |inputs| inputs.iter().any(|(table, _)| written(table)))
    }

    fn sql<'b>(&'b self, entry: &'b QueryEntry) -> &'b str {
        self.renamed.get(&entry.rule).unwrap_or(&entry.sql)
    }

    fn look(&self, reader: &mut dyn Reader, entry: &QueryEntry) -> Result<Came> {
        let implied = entry.inputs.as_ref().is_some_and(|inputs| self.tables.all_identical(inputs.iter()));
        if implied && (!self.execute_all || entry.contents.is_none()) {
            return Ok(Came::Implied);
        }
        let Some(old) = &entry.contents else { return Ok(Came::NotTaken) };
        let rows = Some(format!("rows/{}.query.rows", file_stem(&entry.rule)));
        let target = Target { directory: self.directory, rows, file: None, classes: self.before.manifest.classes };
        let (new, columns) = scan(reader, Scanned::Query(self.sql(entry)), &target, &mut |rows| self.listener.rows(&entry.rule, rows))?;
        if columns != entry.columns && !self.renamed.contains_key(&entry.rule) {
            let message = format!("{} has the columns {}, and had {}", entry.rule, columns.join(", "), entry.columns.join(", "));
            return Err(Error::new(ErrorKind::Statement, message).hint("name the columns of the query instead of using *"));
        }
        if old.digest == new.digest {
            return Ok(Came::Same(new.digest.rows));
        }
        self.differing(reader, entry, old, &new)
    }

    fn differing(&self, reader: &mut dyn Reader, entry: &QueryEntry, old: &Contents, new: &Contents) -> Result<Came> {
        let (mut lost, mut come) = (Vec::new(), Vec::new());
        let (mut lost_count, mut new_count) = (0, 0);
        let file = self.directory.join(new.rows.as_ref().map(|(name, _)| name.as_str()).unwrap_or_default());
        differences(
            Side { file: self.before.rows_file(old)?, bytes: old.bytes, rows: &mut |sink| self.before.read_contents(old, sink) },
            Side { file, bytes: new.bytes, rows: &mut |sink| reader.query(self.sql(entry), sink).map(|_| ()) },
            &mut RowHasher::new(None),
            &self.directory.join("scratch").join(file_stem(&entry.rule)),
            &mut |change| {
                match change {
                    Change::Added(row) | Change::Changed(_, row) => {
                        new_count += 1;
                        if come.len() < SHOWN_ROWS {
                            come.push(evidence(&entry.columns, row));
                        }
                    }
                    Change::Removed(row) => {
                        lost_count += 1;
                        if lost.len() < SHOWN_ROWS {
                            lost.push(evidence(&entry.columns, row));
                        }
                    }
                }
                Ok(())
            },
        )?;
        Ok(Came::Different { lost, lost_count, new: come, new_count })
    }

    fn sample(&self, entry: &QueryEntry) -> Result<Vec<RowEvidence>> {
        let mut rows = Vec::new();
        if let Some(contents) = &entry.contents {
            self.before.read_contents(contents, &mut |row| {
                if rows.len() < SHOWN_ROWS {
                    rows.push(evidence(&entry.columns, row));
                }
                Ok(())
            })?;
        }
        Ok(rows)
    }
}

/// Decides relationships whose columns have come with the run: every orphan is a new one.
///
/// # Errors
/// Where a query fails.
pub fn coming_relationships(
    relationships: &[(String, Relationship)],
    now: &Catalog,
    dialect: &dyn Dialect,
    reader: &mut dyn Reader,
    rulings: &mut Rulings,
) -> Result<()> {
    for (rule, relationship) in relationships {
        let name = rule.strip_prefix("relationship:").unwrap_or(rule);
        let table = |table: &TableName, columns: &[String]| {
            now.find(&table.to_string()).filter(|table| columns.iter().all(|column| table.column(column).is_some()))
        };
        let child = table(&relationship.child, &relationship.columns);
        let parent = table(&relationship.parent, &relationship.parent_columns);
        let (Some(child), Some(parent)) = (child, parent) else {
            rulings.skip(rule, "its tables or columns are not there");
            continue;
        };
        let identity = child.keys.first().map(|key| key.columns.clone()).unwrap_or_default();
        let relationship = Relationship { child: child.name.clone(), parent: parent.name.clone(), ..relationship.clone() };
        let (count, rows) = offenders(reader, &dialect.orphans(&relationship, &identity))?;
        let findings = match count {
            0 => Vec::new(),
            _ => vec![found(rule, name, format!("{count} new orphans of {name}"), count, identified(rows))],
        };
        rulings.judge(rule, format!("{count} orphans; its columns have come with the run"), findings);
    }
    Ok(())
}

/// Runs a query whose rows are offenders, and counts all of them.
///
/// # Errors
/// Where the query fails.
pub fn offenders(reader: &mut dyn Reader, sql: &str) -> Result<(u64, Vec<RowEvidence>)> {
    let mut count = 0;
    let mut kept: Vec<Row> = Vec::new();
    let columns = reader.query(sql, &mut |row| {
        count += 1;
        if kept.len() < SHOWN_ROWS {
            kept.push(row.clone());
        }
        Ok(())
    })?;
    Ok((count, kept.iter().map(|row| evidence(&columns, row)).collect()))
}

/// Rows of a query for orphans: all of their columns are keys, of the row itself or of the one that is not there, and say which rows are
/// meant.
#[must_use]
pub fn identified(rows: Vec<RowEvidence>) -> Vec<RowEvidence> {
    let value = |cell: &CellEvidence| cell.after.clone().or_else(|| cell.before.clone()).unwrap_or_else(|| "NULL".to_owned());
    let keyed = |row: RowEvidence| {
        let key = row.cells.iter().map(|cell| (cell.column.clone(), value(cell))).collect();
        RowEvidence { key, ..row }
    };
    rows.into_iter().map(keyed).collect()
}

/// A row of a query as evidence.
#[must_use]
pub fn evidence(columns: &[String], row: &Row) -> RowEvidence {
    let cells = columns.iter().zip(row.cells()).map(|(column, cell)| CellEvidence {
        column: column.clone(),
        before: None,
        after: Some(excerpt(cell)),
    });
    RowEvidence { key: Vec::new(), cells: cells.collect() }
}

/// A finding about rows.
#[must_use]
pub fn found(rule: &str, subject: &str, message: String, count: u64, rows: Vec<RowEvidence>) -> Finding {
    Finding {
        rule: rule.to_owned(),
        severity: Severity::Error,
        subject: subject.to_owned(),
        message,
        count,
        rows,
        hint: None,
        revealed: false,
    }
}
