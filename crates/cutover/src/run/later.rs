//! `verify` long after a run, and `snapshot`: what reads without changing anything.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::database::Reader;
use crate::journal::{Monitor, Progress, Stage};
use crate::model::error::{Error, ErrorKind, Result};
use crate::plan::{Plan, RunValues};
use crate::snapshot::seal::private_directory;
use crate::snapshot::{Capture, Snapshot, capture};
use crate::verify::rulings::{Rulings, Terms};
use crate::verify::tables::Listener;
use crate::verify::verdict::{TableResult, Verdict};

use super::options::{Engine, Options};
use super::prepare::prepare;
use super::verification::Look;
use super::{RunDirectory, guard};

/// Compares a database with the snapshot of a run that was committed on it. Rows that others wrote since are told as that;
/// what nothing explains fails.
///
/// # Errors
/// Where the run was not committed, or something cannot be read.
pub fn verify(engine: &Engine<'_>, plan: &Plan, directory: &RunDirectory, values: &RunValues, options: &Options) -> Result<Verdict> {
    let before = Snapshot::open(&directory.snapshot())?;
    let left = Snapshot::open(&directory.after()).map_err(|error| {
        error.hint(format!("the run {} was not verified to its end: only a committed run can be verified later", directory.run))
    })?;
    let dialect = engine.database.dialect();
    let mut prepared = prepare(plan, dialect, &before.manifest.catalog, values, options)?;
    if directory.mode()? == guard::MODE {
        guard::grant_later(engine.database, &before.manifest.catalog, &left.manifest.catalog, &mut prepared.grants)?;
    }
    let scratch = Scratch(tempfile(&directory.path, "verify")?);
    let look = Look { engine, plan, prepared: &prepared, options, values, before: &before, since: Some(&left), directory: &scratch.0 };
    let mut reader = engine.database.read()?;
    let mut rulings = Rulings::default();
    if let Some(verdict) = directory.verdict()? {
        // What stood before the run cannot be looked at any more.
        plan.checks_before.iter().for_each(|check| rulings.keep(&format!("check:{}", check.name), &verdict));
    }
    let listener = Watching::new(engine.monitor);
    let looked = look.at(reader.as_mut(), &mut rulings, &listener)?;
    crate::verify::expected::sequences(&before.manifest.sequences, &looked.sequences, &before, &looked.tables, &mut rulings);
    let terms = Terms { accept: &options.accept, strict: options.strict, criteria: &plan.criteria };
    Ok(rulings.finish(&terms, looked.tables.results))
}

/// Takes a snapshot of a database into a directory that does not exist yet.
///
/// # Errors
/// Where the directory exists, or something cannot be read.
pub fn snapshot(engine: &Engine<'_>, directory: &Path, options: &Options) -> Result<Snapshot> {
    if directory.exists() {
        return Err(Error::new(ErrorKind::Input, format!("{} exists already", directory.display()))
            .hint("a snapshot is never written over: name a new directory"));
    }
    let mut reader = engine.database.read()?;
    private_directory(directory)?;
    let done = AtomicU64::new(0);
    let progress = |item: &str, more: u64| {
        let done = done.fetch_add(more, Ordering::Relaxed) + more;
        engine.monitor.progress(&Progress { stage: Stage::Snapshot, item: item.to_owned(), done, total: None, unit: "rows" });
    };
    take(reader.as_mut(), engine, directory, options, &progress).inspect_err(|_| remove(directory))
}

fn take(
    reader: &mut dyn Reader,
    engine: &Engine<'_>,
    directory: &Path,
    options: &Options,
    progress: &(dyn Fn(&str, u64) + Sync),
) -> Result<Snapshot> {
    capture(
        reader,
        Capture {
            directory,
            dialect: engine.database.dialect().name(),
            classes: engine.database.capabilities().storage_classes,
            contents: true,
            sessions: options.sessions,
            tables: None,
            queries: Vec::new(),
            progress,
            captured: &mut |_| Ok(()),
            instant: &mut |_| Ok(()),
        },
    )
}

/// A new directory of its own below another one.
///
/// # Errors
/// Where it cannot be created.
pub fn tempfile(parent: &Path, name: &str) -> Result<std::path::PathBuf> {
    let path = parent.join(format!("{name}-{}", std::process::id()));
    private_directory(&path)?;
    Ok(path)
}

/// Removes a directory of our own; what is left behind where that fails is of no use to anybody, and must not hide a result.
fn remove(path: &Path) {
    let _ = std::fs::remove_dir_all(path);
}

/// A directory that is removed however the work in it ends.
struct Scratch(std::path::PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

/// Tells of rows as they are compared.
pub(super) struct Watching<'a> {
    monitor: &'a dyn Monitor,
    done: AtomicU64,
}

impl<'a> Watching<'a> {
    pub(super) fn new(monitor: &'a dyn Monitor) -> Self {
        Self { monitor, done: AtomicU64::new(0) }
    }
}

impl Listener for Watching<'_> {
    fn rows(&self, item: &str, more: u64) {
        let done = self.done.fetch_add(more, Ordering::Relaxed) + more;
        self.monitor.progress(&Progress { stage: Stage::Verify, item: item.to_owned(), done, total: None, unit: "rows" });
    }

    fn compared(&self, _: &TableResult, _: f64) -> Result<()> {
        Ok(())
    }
}
