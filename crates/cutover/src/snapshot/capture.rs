//! Taking a snapshot: several sessions that read one instant, each table read once.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{SecondsFormat, Utc};

use super::digest::{KIND, VERSION};
use super::manifest::{FORMAT, Manifest, QueryEntry, Snapshot, TableEntry};
use super::scan::{Scanned, Target, file_stem, scan};
use super::seal::private_directory;
use crate::database::{Instant, Reader};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::{Table, TableName};

/// What to capture, and how.
pub struct Capture<'a> {
    /// Where to.
    pub directory: &'a Path,
    /// The word for the dialect.
    pub dialect: &'static str,
    /// Whether the database mixes storage classes within a column.
    pub classes: bool,
    /// Whether contents are kept, so that differences can be explained.
    pub contents: bool,
    /// How many sessions read side by side.
    pub sessions: usize,
    /// The tables to read; the catalog's all where `None`.
    pub tables: Option<&'a [TableName]>,
    /// Queries whose results are kept: rule, SQL, and whether it has to be executed at all.
    pub queries: Vec<CaptureQuery>,
    /// Told of rows as they are read: the table or rule, and how many more.
    pub progress: &'a (dyn Fn(&str, u64) + Sync),
    /// Told how a table or query was captured, in the order of the catalog and the plan, after all were.
    pub captured: &'a mut dyn FnMut(Captured<'_>) -> Result<()>,
    /// Told the name by which other programs read the same instant, before anything is read.
    pub instant: &'a mut dyn FnMut(&Instant) -> Result<()>,
}

/// A query whose result is kept.
#[derive(Debug, Clone)]
pub struct CaptureQuery {
    /// The rule that it serves.
    pub rule: String,
    /// The query.
    pub sql: String,
    /// The columns that it reads, where that is known.
    pub inputs: Option<Vec<(TableName, String)>>,
    /// Whether its input columns imply its result, so that it need not be executed.
    pub implied: bool,
}

/// What was captured, and in how many seconds.
#[derive(Debug)]
pub enum Captured<'a> {
    /// A table.
    Table(&'a TableEntry, f64),
    /// A query's result.
    Query(&'a QueryEntry, f64),
}

enum Job<'a> {
    Table(&'a Table),
    Query(&'a CaptureQuery),
}

enum Done {
    Table(TableEntry, f64),
    Query(QueryEntry, f64),
}

/// Reads the instant of a session into a snapshot's directory. The sessions that read have all ended when this returns.
///
/// # Errors
/// The first one of any session; no manifest is written then, so that the directory is no snapshot.
pub fn capture(reader: &mut dyn Reader, request: Capture<'_>) -> Result<Snapshot> {
    let Capture { directory, dialect, classes, contents, sessions, tables, queries, progress, captured, instant } = request;
    for folder in ["rows", "contents"] {
        private_directory(&directory.join(folder))?;
    }
    let session = reader.session()?;
    let catalog = reader.catalog()?;
    let sequences = reader.sequences()?;
    let chosen: Vec<&Table> = catalog.tables.iter().filter(|table| tables.is_none_or(|names| names.contains(&table.name))).collect();
    let mut jobs: Vec<Job<'_>> = chosen.iter().map(|table| Job::Table(table)).collect();
    jobs.extend(queries.iter().map(Job::Query));
    // The largest first: the last session to end then has the least left to do alone. Queries join tables and come in between.
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    order.sort_by_key(|index| match &jobs[*index] {
        Job::Table(table) => std::cmp::Reverse(table.bytes.unwrap_or(0)),
        Job::Query(query) => std::cmp::Reverse(if query.implied { 0 } else { 1 << 24 }),
    });
    let done: Vec<Mutex<Option<Result<Done>>>> = jobs.iter().map(|_| Mutex::new(None)).collect();
    let sessions = sessions.clamp(1, jobs.len().max(1));
    reader.together(sessions, &mut |readers, at| {
        instant(at)?;
        let next = AtomicUsize::new(0);
        let work = |reader: &mut dyn Reader| {
            while let Some(index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                let result = one(reader, &jobs[*index], directory, classes, contents, progress);
                let failed = result.is_err();
                *done[*index].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
                if failed {
                    // The others stop at their next job.
                    next.store(order.len(), Ordering::Relaxed);
                }
            }
        };
        std::thread::scope(|scope| {
            for reader in readers.iter_mut() {
                scope.spawn(|| work(*reader));
            }
        });
        Ok(())
    })?;
    let (mut entries, mut results) = (Vec::new(), Vec::new());
    let mut failure = None;
    for slot in done {
        match slot.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(Ok(Done::Table(entry, seconds))) => entries.push((entry, seconds)),
            Some(Ok(Done::Query(entry, seconds))) => results.push((entry, seconds)),
            Some(Err(error)) => failure = failure.or(Some(error)),
            None => {}
        }
    }
    if let Some(error) = failure {
        return Err(error);
    }
    if entries.len() + results.len() != jobs.len() {
        return Err(Error::new(ErrorKind::Internal, "a table or query was left out of the snapshot"));
    }
    for (entry, seconds) in &entries {
        captured(Captured::Table(entry, *seconds))?;
    }
    for (entry, seconds) in &results {
        captured(Captured::Query(entry, *seconds))?;
    }
    let manifest = Manifest {
        format: FORMAT,
        digest_kind: KIND.to_owned(),
        digest_version: VERSION,
        tool: format!("cutover {}", env!("CARGO_PKG_VERSION")),
        taken_at: Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
        session,
        dialect: dialect.to_owned(),
        classes,
        tables: entries.into_iter().map(|(entry, _)| entry).collect(),
        added: Vec::new(),
        queries: results.into_iter().map(|(entry, _)| entry).collect(),
        sequences,
        catalog,
    };
    Snapshot::write(directory, manifest)
}

fn one(
    reader: &mut dyn Reader,
    job: &Job<'_>,
    directory: &Path,
    classes: bool,
    contents: bool,
    progress: &(dyn Fn(&str, u64) + Sync),
) -> Result<Done> {
    let began = std::time::Instant::now();
    match job {
        Job::Table(table) => {
            let key = choose_key(reader, table)?;
            let columns = table.columns.clone();
            let stem = file_stem(&table.name.to_string());
            let target = Target {
                directory,
                rows: Some(format!("rows/{stem}.rows")),
                file: contents.then(|| format!("contents/{stem}.parquet")),
                classes,
            };
            let name = table.name.to_string();
            let scanned = scan(reader, Scanned::Table(&table.name, &columns, &key), &target, &mut |rows| progress(&name, rows))?;
            Ok(Done::Table(TableEntry { table: table.name.clone(), columns, key, contents: scanned.0 }, began.elapsed().as_secs_f64()))
        }
        Job::Query(query) => {
            let mut entry = QueryEntry {
                rule: query.rule.clone(),
                sql: query.sql.clone(),
                inputs: query.inputs.clone(),
                columns: Vec::new(),
                contents: None,
            };
            if !query.implied {
                let stem = file_stem(&query.rule);
                let target = Target {
                    directory,
                    rows: Some(format!("rows/{stem}.query.rows")),
                    file: Some(format!("contents/{stem}.query.parquet")),
                    classes,
                };
                let (contents, columns) = scan(reader, Scanned::Query(&query.sql), &target, &mut |rows| progress(&query.rule, rows))?;
                entry.columns = columns;
                entry.contents = Some(contents);
            }
            Ok(Done::Query(entry, began.elapsed().as_secs_f64()))
        }
    }
}

/// The key of a table: the primary key, else the first UNIQUE key by name whose columns are NOT NULL, else none. A key whose
/// columns the database lets be NULL all the same counts only if no row has one.
///
/// # Errors
/// Those of the query that looks for NULLs.
pub fn choose_key(reader: &mut dyn Reader, table: &Table) -> Result<Vec<String>> {
    for key in &table.keys {
        if key.not_null || (key.primary && no_null(reader, table, &key.columns)?) {
            return Ok(key.columns.clone());
        }
    }
    Ok(Vec::new())
}

fn no_null(reader: &mut dyn Reader, table: &Table, columns: &[String]) -> Result<bool> {
    let mut found = false;
    reader.scan(&table.name, columns, &mut |row| {
        found |= row.cells().any(|cell| cell.is_null());
        Ok(())
    })?;
    Ok(!found)
}
