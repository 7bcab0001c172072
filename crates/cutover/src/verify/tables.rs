//! Every old cell of every table, before and after.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::added::{Besides, IntoAdded};
use super::compare::{Side, differences};
use super::differing::Kept;
use super::grants::Grants;
use super::judge::Judge;
use super::narrowed;
use super::observed::Refused;
use super::rulings::Rulings;
use super::verdict::{ColumnNumbers, Finding, TableResult};
use crate::database::{Reader, RowSink};
use crate::model::cell::Row;
use crate::model::error::Result;
use crate::model::table::{Catalog, Column, ObjectKind, ObjectName, TableName};
use crate::plan::Severity;
use crate::snapshot::digest::RowHasher;
use crate::snapshot::rows;
use crate::snapshot::scan::{Rows, TICK};
use crate::snapshot::seal::private_directory;
use crate::snapshot::{Contents, Further, Snapshot, TableEntry, Target, collect, collect_further, file_stem};

/// What the comparison of all tables found.
#[derive(Debug, Default)]
pub struct Tables {
    /// Every table in numbers.
    pub results: Vec<TableResult>,
    /// What was read afterwards, with the columns and keys of before.
    pub entries: Vec<TableEntry>,
    /// The columns that have come to them, under their keys, where they were to be read.
    pub added: Vec<TableEntry>,
    /// The columns whose every cell was proven identical, in tables that neither lost nor gained a row.
    pub identical: HashSet<(TableName, String)>,
    /// Rows written after the run, by table.
    pub since: Vec<(TableName, u64)>,
    /// The key hashes of all rows that were written after the run, by table: of those, too, that are as they were before it.
    pub written: Kept,
    /// What was written after the run into nothing but columns that it had added.
    pub into_added: Vec<IntoAdded>,
    /// What a table's rows and cells did without a grant, for those tables where they did anything.
    pub refused: Vec<Refused>,
}

impl Tables {
    /// Whether all these columns were proven identical.
    #[must_use]
    pub fn all_identical<'a>(&self, mut columns: impl Iterator<Item = &'a (TableName, String)>) -> bool {
        columns.all(|column| self.identical.contains(column))
    }

    /// What was read of a table afterwards.
    #[must_use]
    pub fn entry(&self, table: &TableName) -> Option<&TableEntry> {
        self.entries.iter().find(|entry| entry.table == *table)
    }
}

/// Told of the comparison as it goes on.
pub trait Listener {
    /// More rows of a table or rule were read.
    fn rows(&self, item: &str, more: u64);

    /// A table was compared, in so many seconds.
    ///
    /// # Errors
    /// Whatever ends the comparison.
    fn compared(&self, result: &TableResult, seconds: f64) -> Result<()>;
}

/// What stands after: a session that is scanned, or another snapshot.
pub enum After<'a> {
    /// A session; the rows files of its scans go below the directory.
    Live(&'a mut dyn Reader, &'a Path, Besides<'a>),
    /// A snapshot; where its columns or keys are others, what must be made again of its contents goes below the directory.
    Snapshot(&'a Snapshot, &'a Path),
}

/// Compares every table of a snapshot with what stands now.
///
/// # Errors
/// Where something cannot be read. Differences are not errors: they go into `rulings`.
pub fn compare(
    before: &Snapshot,
    catalog: &Catalog,
    mut after: After<'_>,
    grants: &Grants,
    scratch: &Path,
    rulings: &mut Rulings,
    listener: &dyn Listener,
) -> Result<Tables> {
    let mut tables = Tables::default();
    for entry in &before.manifest.tables {
        let began = std::time::Instant::now();
        let name = entry.table.to_string();
        let missing = missing_columns(entry, catalog, grants);
        let mut narrowed = None;
        if let Some(missing) = missing.filter(|missing| !missing.is_empty()) {
            let granted = narrowed::granted(entry, &missing, grants);
            // Where nothing can be rolled back, what else became of the table is of interest, too.
            let wanted = granted || grants.rows_may_come;
            narrowed = if wanted { narrowed::without(before, entry, &missing, grants, scratch)? } else { None };
            if narrowed.is_some() && granted {
                let message = format!("the columns {} of {name} were dropped as granted; all others were compared", missing.join(", "));
                rulings.note(format!("cells:{name}"), &name, message);
            } else {
                lost_columns(entry, &missing, granted, rulings);
            }
            if narrowed.is_none() {
                continue;
            }
        }
        let before: &Snapshot = narrowed.as_deref().unwrap_or(before);
        let Some(entry) = before.table(&entry.table) else { continue };
        let Some(found) = read_after(entry, catalog, &mut after, before.manifest.classes, grants, &mut |rows| listener.rows(&name, rows))?
        else {
            lost_table(entry, grants, rulings);
            tables.results.push(TableResult {
                table: name,
                rows_before: Some(entry.contents.digest.rows),
                rows_after: None,
                cells: 0,
                identical: false,
                numbers: Vec::new(),
            });
            continue;
        };
        let result = decide(before, entry, &found, &mut after, grants, scratch, rulings, &mut tables)?;
        listener.compared(&result, began.elapsed().as_secs_f64())?;
        tables.results.push(result);
        tables.entries.push(TableEntry { contents: found.contents, ..entry.clone() });
        tables.added.extend(found.added);
    }
    Ok(tables)
}

/// The old columns that a table no longer has; `None` where the table itself is gone.
pub(super) fn missing_columns(entry: &TableEntry, catalog: &Catalog, grants: &Grants) -> Option<Vec<String>> {
    let table = catalog.table(&entry.table)?;
    let is_gone = |column: &&Column| table.column(grants.name_after(&entry.table, &column.name)).is_none();
    Some(entry.columns.iter().filter(is_gone).map(|column| column.name.clone()).collect())
}

/// What was read of a table.
pub(super) struct Found {
    /// Its old columns.
    pub contents: Contents,
    /// Those that have come, under the same keys.
    added: Option<TableEntry>,
}

pub(super) fn read_after(
    entry: &TableEntry,
    catalog: &Catalog,
    after: &mut After<'_>,
    classes: bool,
    grants: &Grants,
    progress: &mut dyn FnMut(u64),
) -> Result<Option<Found>> {
    let stem = file_stem(&entry.table.to_string());
    let rows = Some(format!("rows/{stem}.rows"));
    let contents = match after {
        After::Live(reader, directory, besides) => {
            if catalog.table(&entry.table).is_none() {
                return Ok(None);
            }
            let target = Target { directory, rows, file: None, classes };
            let columns = besides.columns(entry, catalog, grants);
            let mut rows = told(progress, |sink| besides.read(*reader, entry, &columns, grants, sink));
            if columns.is_empty() {
                collect(&entry.columns, &entry.key, &target, &mut rows)?
            } else {
                let further = Further { columns: &columns, rows: format!("rows/{stem}.added") };
                let (contents, further) = collect_further(&entry.columns, &entry.key, &target, further, &mut rows)?;
                let added = TableEntry { table: entry.table.clone(), columns: columns.clone(), key: Vec::new(), contents: further };
                return Ok(Some(Found { contents, added: Some(added) }));
            }
        }
        After::Snapshot(snapshot, directory) => {
            let Some(other) = snapshot.table(&entry.table) else { return Ok(None) };
            if names(&other.columns) == names(&entry.columns) && other.key == entry.key {
                other.contents.clone()
            } else {
                // New columns, or another key: the sums are made again of the old columns under the old key.
                private_directory(&directory.join("rows"))?;
                let target = Target { directory, rows, file: None, classes };
                collect(&entry.columns, &entry.key, &target, &mut |sink| projected(snapshot, other, entry, sink))?
            }
        }
    };
    Ok(Some(Found { contents, added: None }))
}

/// Rows that somebody is told of as they are handed out.
fn told<'a>(
    progress: &'a mut dyn FnMut(u64),
    mut rows: impl FnMut(RowSink<'_>) -> Result<()> + 'a,
) -> impl FnMut(RowSink<'_>) -> Result<()> + 'a {
    move |sink| {
        let mut count = 0_u64;
        rows(&mut |row| {
            sink(row)?;
            count += 1;
            if count.is_multiple_of(TICK) {
                progress(TICK);
            }
            Ok(())
        })?;
        progress(count % TICK);
        Ok(())
    }
}

/// Hands out the rows of a snapshot's table with the columns of another one of its states.
fn projected(snapshot: &Snapshot, of: &TableEntry, onto: &TableEntry, sink: &mut dyn FnMut(&Row) -> Result<()>) -> Result<()> {
    let position = |column: &Column| of.columns.iter().position(|other| other.name == column.name);
    let positions: Vec<usize> = onto.columns.iter().filter_map(position).collect();
    let mut row = Row::new();
    snapshot.read_contents(&of.contents, &mut |whole| {
        row.clear();
        for position in &positions {
            let cell = whole.cell(*position);
            row.push(cell.class, cell.bytes);
        }
        sink(&row)
    })
}

fn names(columns: &[Column]) -> Vec<&str> {
    columns.iter().map(|column| column.name.as_str()).collect()
}

#[allow(clippy::too_many_arguments, reason = "one table's decision needs both sides and where to write what it finds")]
fn decide(
    before: &Snapshot,
    entry: &TableEntry,
    found: &Found,
    after: &mut After<'_>,
    grants: &Grants,
    scratch: &Path,
    rulings: &mut Rulings,
    tables: &mut Tables,
) -> Result<TableResult> {
    let name = entry.table.to_string();
    let (found, added) = (&found.contents, &found.added);
    let (old, new) = (&entry.contents.digest, &found.digest);
    let cells = new.rows * entry.columns.len() as u64;
    let identical = old == new;
    let mut judge = Judge::new(grants, &entry.table, &entry.columns, &entry.key);
    let written = written_since(entry, found, after, &scratch.join("since"))?;
    let into_added = into_added(entry, added.as_ref(), after, &written, grants, &scratch.join("since"))?;
    if !identical {
        judge = judge.excusing(written);
        explain(before, entry, found, after, grants, &scratch.join(file_stem(&name)), &mut |change| {
            judge.judge(change);
            Ok(())
        })?;
    }
    let same_keys = old.rows == new.rows
        && !entry.key.is_empty()
        && entry
            .columns
            .iter()
            .zip(old.columns.iter().zip(&new.columns))
            .all(|(column, (old, new))| !entry.key.contains(&column.name) || old == new);
    for (column, (old, new)) in entry.columns.iter().zip(old.columns.iter().zip(&new.columns)) {
        if identical || (same_keys && old == new) {
            tables.identical.insert((entry.table.clone(), column.name.clone()));
        }
    }
    let granted: Vec<_> = judge.granted().iter().map(|(column, count)| format!("{count} of {column}")).collect();
    let granted_rows = judge.granted_rows();
    if judge.since() > 0 {
        tables.since.push((entry.table.clone(), judge.since()));
        tables.written.insert(entry.table.clone(), judge.take_excused());
    }
    let since = judge.since();
    let (removed, added, refused) = (judge.removed(), judge.added(), judge.refused());
    if removed + added + refused > 0 {
        tables.refused.push(Refused { table: entry.table.clone(), removed, added, columns: judge.take_observed() });
    }
    let findings = judge.findings();
    let (mut of_cells, of_keys): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(|finding| finding.rule.starts_with("cells:"));
    if let Some(into_added) = into_added {
        of_cells.push(into_added.finding(format!("cells:{name}"), Severity::Note));
        tables.into_added.push(into_added);
    }

    let volatile = grants.volatile_table(&entry.table);
    let counts = format!("{} before, {} after", old.rows, new.rows);
    // Rows that may come are told of once, by their keys.
    let only_came = grants.rows_may_come && removed == 0 && old.rows < new.rows;
    let expected = volatile || since > 0 || removed + added == 0 || old.rows == new.rows || only_came;
    if expected {
        rulings.pass(format!("rows:{name}"), counts);
    } else {
        rulings.judge(
            format!("rows:{name}"),
            counts.clone(),
            vec![finding("rows", &name, format!("{name} has {counts}"), old.rows.abs_diff(new.rows))],
        );
    }
    let key = if entry.key.is_empty() { "no key: whole rows are compared".to_owned() } else { format!("key ({})", entry.key.join(", ")) };
    let evidence = match (removed + added, granted_rows) {
        (0, 0) => format!("{key}: all {} as before", new.rows),
        (0, granted) => format!("{key}: {granted} rows came or went as granted, all others as before"),
        _ => format!("{key}: {removed} gone, {added} new"),
    };
    rulings.judge(format!("keys:{name}"), evidence, of_keys);
    let evidence = if identical {
        format!("{cells} cells identical")
    } else if refused > 0 || (entry.key.is_empty() && removed + added > 0) {
        format!("{cells} cells compared, {} differ", if entry.key.is_empty() { removed + added } else { refused })
    } else if granted.is_empty() {
        format!("{cells} cells compared, those of the rows that stayed identical")
    } else {
        format!("{cells} cells compared, changed as granted: {}", granted.join(", "))
    };
    rulings.judge(format!("cells:{name}"), evidence, of_cells);

    let numbers = entry.contents.numbers.iter().zip(&found.numbers);
    Ok(TableResult {
        table: name,
        rows_before: Some(old.rows),
        rows_after: Some(new.rows),
        cells,
        identical,
        numbers: numbers
            .map(|((column, before), (_, after))| ColumnNumbers { column: column.clone(), before: before.shown(), after: after.shown() })
            .collect(),
    })
}

/// The key hashes of the rows that differ from what an earlier run's end left.
fn written_since(entry: &TableEntry, found: &Contents, after: &After<'_>, scratch: &Path) -> Result<HashSet<u128>> {
    let mut keys = HashSet::new();
    let After::Live(_, directory, besides) = after else { return Ok(keys) };
    let Some(end) = besides.since() else { return Ok(keys) };
    let (Some(left), Some((name, _))) = (end.table(&entry.table), &found.rows) else { return Ok(keys) };
    if left.contents.digest == found.digest {
        return Ok(keys);
    }
    private_directory(scratch)?;
    let (before, now) = (end.rows_file(&left.contents)?, directory.join(name));
    let parts = rows::parts(&before, &now)?;
    rows::join(&before, &now, scratch, parts, &mut |_, differences| {
        keys.extend(differences.before.keys().chain(differences.after.keys()).map(|hashes| hashes.key));
        Ok(())
    })?;
    Ok(keys)
}

/// What was written into columns that an earlier run has added, in rows that are as they were otherwise.
fn into_added(
    entry: &TableEntry,
    added: Option<&TableEntry>,
    after: &mut After<'_>,
    written: &HashSet<u128>,
    grants: &Grants,
    scratch: &Path,
) -> Result<Option<IntoAdded>> {
    let After::Live(reader, directory, besides) = after else { return Ok(None) };
    let (Some(left), Some(added)) = (besides.since(), added) else { return Ok(None) };
    if grants.volatile_table(&entry.table) {
        return Ok(None);
    }
    let mut found = IntoAdded::find(left, added, directory, written, scratch)?;
    if let Some(found) = &mut found {
        found.look_up(*reader, entry, grants)?;
    }
    Ok(found)
}

/// Fetches the rows that differ.
///
/// # Errors
/// Where a side cannot be read again, or those of `each`.
pub(super) fn explain(
    before: &Snapshot,
    entry: &TableEntry,
    found: &Contents,
    after: &mut After<'_>,
    grants: &Grants,
    scratch: &Path,
    each: &mut dyn FnMut(super::compare::Change<'_>) -> Result<()>,
) -> Result<()> {
    let columns: Vec<String> = entry.columns.iter().map(|column| column.name.clone()).collect();
    let key: Vec<usize> = entry.key.iter().filter_map(|name| columns.iter().position(|column| column == name)).collect();
    let mut hasher = RowHasher::new((!key.is_empty()).then_some(key));
    let file: PathBuf = match after {
        After::Live(_, directory, _) => directory.join(found.rows.as_ref().map(|(name, _)| name.as_str()).unwrap_or_default()),
        After::Snapshot(snapshot, directory) => match snapshot.table(&entry.table) {
            Some(other) if other.contents == *found => snapshot.rows_file(found)?,
            _ => directory.join(found.rows.as_ref().map(|(name, _)| name.as_str()).unwrap_or_default()),
        },
    };
    let rows: Rows<'_> = &mut |sink| match after {
        After::Live(reader, _, _) => Besides::Nothing.read(*reader, entry, &[], grants, sink),
        After::Snapshot(snapshot, _) => match snapshot.table(&entry.table) {
            Some(other) => projected(snapshot, other, entry, sink),
            None => Ok(()),
        },
    };
    differences(
        Side {
            file: before.rows_file(&entry.contents)?,
            bytes: entry.contents.bytes,
            rows: &mut |sink| before.read_contents(&entry.contents, sink),
        },
        Side { file, bytes: found.bytes, rows },
        &mut hasher,
        scratch,
        each,
    )
}

fn lost_table(entry: &TableEntry, grants: &Grants, rulings: &mut Rulings) {
    let name = entry.table.to_string();
    let granted = grants.may_drop(&ObjectName { kind: ObjectKind::Table, name: name.clone() });
    for class in ["rows", "keys", "cells"] {
        let rule = format!("{class}:{name}");
        if granted {
            rulings.pass(rule, "the table was dropped as granted");
        } else {
            let count = entry.contents.digest.rows;
            rulings.judge(rule, "the table is gone", vec![finding(class, &name, format!("{name} is gone with its {count} rows"), count)]);
        }
    }
}

fn lost_columns(entry: &TableEntry, missing: &[String], granted: bool, rulings: &mut Rulings) {
    let name = entry.table.to_string();
    let list = missing.join(", ");
    let message = if granted {
        format!("the columns {list} of {name} were dropped as granted; its other columns were not compared")
    } else {
        format!("the columns {list} of {name} are gone, and with them {} cells", entry.contents.digest.rows * missing.len() as u64)
    };
    for class in ["rows", "keys", "cells"] {
        rulings.judge(format!("{class}:{name}"), message.clone(), vec![finding(class, &name, message.clone(), missing.len() as u64)]);
    }
}

fn finding(class: &str, table: &str, message: String, count: u64) -> Finding {
    Finding {
        rule: format!("{class}:{table}"),
        severity: Severity::Error,
        subject: table.to_owned(),
        message,
        count,
        rows: Vec::new(),
        hint: None,
        revealed: false,
    }
}
