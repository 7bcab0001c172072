//! Rules of what is only done when it is asked for: the rehearsal, and the run's backup. What was not asked for is no rule.

use crate::backup::Backup;
use crate::journal::{Event, EventKind};
use crate::model::error::Result;
use crate::verify::rulings::Rulings;

use super::RunDirectory;

/// Decides `rehearsal` and `backup:` by what the run's journal tells.
///
/// # Errors
/// Where the journal or the backup's manifest cannot be read.
pub(super) fn decide(directory: &RunDirectory, rulings: &mut Rulings) -> Result<()> {
    let events = directory.events()?;
    for event in &events {
        if let EventKind::RehearsalFound { run, started, .. } = &event.kind {
            rulings.pass("rehearsal", format!("{run}, begun at {started}: this very plan on a restored copy, every table verified"));
        }
    }
    backup(&events, directory, rulings)
}

/// A run that was resumed may have taken its backup again: the last one counts.
fn backup(events: &[Event], directory: &RunDirectory, rulings: &mut Rulings) -> Result<()> {
    let taken = events.iter().rev().find_map(|event| match &event.kind {
        EventKind::BackupTaken { program, files, bytes, instant, .. } => Some((program, files, bytes, instant)),
        _ => None,
    });
    let Some((program, files, bytes, instant)) = taken else { return Ok(()) };
    let stored = if *files == 1 { "1 file".to_owned() } else { format!("{files} files") };
    rulings.pass("backup:taken", format!("{program}: {stored} of {bytes} bytes, sealed by SHA-256; {instant}"));
    let manifest = Backup::open(&directory.backup())?.manifest;
    let packed = manifest.files.iter().filter(|file| file.path.extension().is_some_and(|extension| extension == "gz")).count();
    if packed > 0 {
        let size = manifest.session.bytes;
        rulings.pass("backup:compressed", format!("{packed} of {stored} by gzip: {bytes} bytes of a database of {size}"));
    }
    let proven = events.iter().rev().find_map(|event| match &event.kind {
        EventKind::BackupProven { passed: true, tables, cells, place, .. } => {
            Some(format!("restored into {place}: {tables} tables, {cells} cells equal to the snapshot"))
        }
        _ => None,
    });
    proven.into_iter().for_each(|evidence| rulings.pass("backup:proven", evidence));
    Ok(())
}
