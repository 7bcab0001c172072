//! `diff`: two snapshots or databases compared, nothing granted.
//!
//! A database is read for its digests first. Most tables of two databases that should be equal are: only those that are not are read
//! again, on the same instant, for the contents that tell the differing values.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::database::Reader;
use crate::journal::{Monitor, Progress, Stage};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::TableName;
use crate::snapshot::seal::private_directory;
use crate::snapshot::{Capture, Snapshot, TableEntry, capture};
use crate::verify::grants::Grants;
use crate::verify::rulings::{Rulings, Terms};
use crate::verify::tables::{self, After};
use crate::verify::verdict::Verdict;

use super::later::Watching;
use super::options::{Engine, Options};
use super::verification::{compare_catalog, not_covered};

/// One of the two that are compared.
pub struct Side<'a> {
    snapshot: Snapshot,
    live: Option<Live<'a>>,
}

/// A database whose session stays open, so that it can be read again as it was.
struct Live<'a> {
    engine: &'a Engine<'a>,
    reader: Box<dyn Reader>,
    sessions: usize,
}

impl<'a> Side<'a> {
    /// A snapshot that was taken, with its contents.
    #[must_use]
    pub fn stored(snapshot: Snapshot) -> Self {
        Self { snapshot, live: None }
    }

    /// A database as it is now. What is read of it goes below the directory, which does not exist yet.
    ///
    /// # Errors
    /// Where something cannot be read.
    pub fn live(engine: &'a Engine<'a>, directory: &Path, options: &Options) -> Result<Self> {
        let mut live = Live { engine, reader: engine.database.read()?, sessions: options.sessions };
        let snapshot = live.capture(directory.to_owned(), None)?;
        Ok(Self { snapshot, live: Some(live) })
    }

    /// Reads the contents of some tables, where they are not there yet.
    fn complete(&mut self, names: &[TableName]) -> Result<()> {
        let Some(live) = self.live.as_mut().filter(|_| !names.is_empty()) else { return Ok(()) };
        let again = live.capture(self.snapshot.directory.join(DIFFERING), Some(names))?;
        for entry in &mut self.snapshot.manifest.tables {
            let Some(read) = again.table(&entry.table) else { continue };
            if read.contents.digest != entry.contents.digest {
                return Err(Error::new(ErrorKind::Internal, format!("{} was not read twice on one instant", entry.table)));
            }
            entry.contents.file = read.contents.file.as_ref().map(|(name, seal)| (format!("{DIFFERING}/{name}"), seal.clone()));
        }
        Ok(())
    }
}

/// Below a side's directory: the tables that differ, with their contents.
const DIFFERING: &str = "differing";

impl Live<'_> {
    /// Reads all tables without, or some with their contents.
    fn capture(&mut self, directory: PathBuf, tables: Option<&[TableName]>) -> Result<Snapshot> {
        private_directory(&directory)?;
        let done = AtomicU64::new(0);
        let monitor = self.engine.monitor;
        let progress = |item: &str, more: u64| {
            let done = done.fetch_add(more, Ordering::Relaxed) + more;
            monitor.progress(&Progress { stage: Stage::Snapshot, item: item.to_owned(), done, total: None, unit: "rows" });
        };
        let database = self.engine.database;
        capture(
            self.reader.as_mut(),
            Capture {
                directory: &directory,
                dialect: database.dialect().name(),
                classes: database.capabilities().storage_classes,
                contents: tables.is_some(),
                sessions: self.sessions,
                tables,
                queries: Vec::new(),
                progress: &progress,
                captured: &mut |_| Ok(()),
                instant: &mut |_| Ok(()),
            },
        )
    }
}

/// Compares two sides: every table and every object of the catalog.
///
/// # Errors
/// Where they are of different databases' kinds, so that their text cannot be compared, or something cannot be read.
pub fn diff(mut before: Side<'_>, mut after: Side<'_>, scratch: &Path, monitor: &dyn Monitor) -> Result<Verdict> {
    let dialects = [&before, &after].map(|side| side.snapshot.manifest.dialect.clone());
    if dialects[0] != dialects[1] {
        let message = format!("a snapshot of {} cannot be compared with one of {}", dialects[0], dialects[1]);
        return Err(Error::new(ErrorKind::Input, message).hint("each database writes values in its own way: equal data would differ"));
    }
    let differing = differing(&before.snapshot, &after.snapshot);
    before.complete(&differing)?;
    after.complete(&differing)?;
    let (before, after) = (before.snapshot, after.snapshot);
    let grants = Grants::default();
    let mut rulings = Rulings::default();
    let now = &after.manifest.catalog;
    let listener = Watching::new(monitor);
    let tables = tables::compare(&before, now, After::Snapshot(&after, scratch), &grants, scratch, &mut rulings, &listener)?;
    compare_catalog(&before.manifest.catalog, now, &grants, &mut rulings);
    let both = before.manifest.catalog.not_covered.iter().chain(&now.not_covered);
    not_covered(both, &mut rulings);
    Ok(rulings.finish(&Terms::default(), tables.results))
}

/// The tables of both whose digests are not those of equal contents under equal columns and keys.
fn differing(before: &Snapshot, after: &Snapshot) -> Vec<TableName> {
    let same = |one: &TableEntry, other: &TableEntry| {
        let names = |entry: &TableEntry| entry.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
        one.contents.digest == other.contents.digest && one.key == other.key && names(one) == names(other)
    };
    let tables = before.manifest.tables.iter();
    tables.filter(|entry| after.table(&entry.table).is_some_and(|other| !same(entry, other))).map(|entry| entry.table.clone()).collect()
}
