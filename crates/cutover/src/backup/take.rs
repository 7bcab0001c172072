//! Taking a backup: the database's own program beside the sessions that read the snapshot, all on one instant.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;

use chrono::{SecondsFormat, Utc};

use super::manifest::{Backup, DATA, Manifest, SameInstant, seal_files};
use super::method::{self, Dump, Program, Ready, ready};
use super::program::Watch;
use super::room;
use crate::database::{Database, Instant};
use crate::journal::{Monitor, Progress, Stage};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;
use crate::snapshot::seal::private_directory;
use crate::snapshot::{Capture, Snapshot, capture};

/// What a backup is taken with.
#[derive(Clone, Copy)]
pub struct Take<'a> {
    /// The backup's directory.
    pub directory: &'a Path,
    /// By which name the server shows the session: the run's id, or the backup's.
    pub name: &'a str,
    /// How many sessions read side by side, and how many tables are written side by side.
    pub sessions: usize,
    /// By which program.
    pub program: Program,
    /// Whether others are held off already.
    pub held: bool,
    /// What stops the work.
    pub interrupt: &'a Interrupt,
    /// Who is told of it.
    pub monitor: &'a dyn Monitor,
}

/// Begins the backup on an instant. It returns as soon as the backup reads that instant.
pub type Begin<'a> = &'a mut dyn FnMut(&Instant) -> Result<()>;

/// What was done beside a backup, and what the backup is.
pub struct Beside<Done> {
    /// What the work returned.
    pub done: Done,
    /// What was written.
    pub dumped: Dumped,
}

/// A backup's data, written and not sealed yet.
#[derive(Debug, Clone)]
pub struct Dumped {
    exported: Option<String>,
    taken_at: String,
    seconds: f64,
}

impl Dumped {
    /// The name of the MVCC snapshot that was read, where the instant has one.
    #[must_use]
    pub fn exported(&self) -> Option<&str> {
        self.exported.as_deref()
    }

    /// How long the program worked, beside whatever was done meanwhile.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Completes the backup: what its program could not write is written from the snapshot, and everything is sealed.
    ///
    /// # Errors
    /// Where something cannot be written; nothing of the backup is left then.
    pub fn complete(self, directory: &Path, ready: &Ready, instant: SameInstant, snapshot: &Snapshot) -> Result<Backup> {
        self.try_complete(directory, ready, instant, snapshot).inspect_err(|_| remove(directory))
    }

    fn try_complete(self, directory: &Path, ready: &Ready, instant: SameInstant, snapshot: &Snapshot) -> Result<Backup> {
        let data = directory.join(DATA);
        method::of(ready.dialect)?.complete(snapshot, &data)?;
        let mut manifest = Manifest::new(ready.tools.version.clone(), self.taken_at, ready.session.clone(), ready.dialect, instant)
            .with_snapshot(directory, snapshot)?;
        manifest.files = seal_files(&data, true)?;
        Backup::write(directory, manifest)
    }
}

/// Does work, and writes a backup beside it from where the work begins it. Both have ended when this returns, and where one of them failed,
/// nothing of the backup is left.
///
/// # Errors
/// `Refused` where there is no room; those of the work, else those of the backup.
pub fn beside<Done>(ready: &Ready, take: &Take<'_>, work: impl FnOnce(Begin<'_>) -> Result<Done>) -> Result<Beside<Done>> {
    room::check(take.directory, ready.room()?)?;
    let taken_at = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
    let data = take.directory.join(DATA);
    private_directory(&data)?;
    let (done, exported, seconds) = both(ready, take, &data, work).inspect_err(|_| remove(take.directory))?;
    Ok(Beside { done, dumped: Dumped { exported, taken_at, seconds } })
}

fn both<Done>(
    ready: &Ready,
    take: &Take<'_>,
    data: &Path,
    work: impl FnOnce(Begin<'_>) -> Result<Done>,
) -> Result<(Done, Option<String>, f64)> {
    let method = method::of(ready.dialect)?;
    let stop = Interrupt::new();
    let chained = stop.clone();
    let _chain = take.interrupt.register(move || chained.trigger("the work was stopped"));
    take.interrupt.check()?;
    let alone = AtomicBool::new(false);
    let progress = |done: u64, total: Option<u64>| {
        // What is done beside it has ticks of its own, and two at once would be read by nobody.
        if !alone.load(Ordering::Relaxed) {
            return;
        }
        take.monitor.progress(&Progress { stage: Stage::Backup, item: ready.tools.version.clone(), done, total, unit: "bytes" });
    };
    let mut exported = None;
    let (done, dumped) = std::thread::scope(|scope| {
        let mut dumping = None;
        let (stop, progress) = (&stop, &progress);
        let done = work(&mut |instant: &Instant| {
            exported.clone_from(&instant.exported);
            let instant = instant.clone();
            let (begun, has_begun) = mpsc::channel();
            dumping = Some(scope.spawn(move || {
                let begun = || {
                    // Nobody listens any more where the work has been given up.
                    let _ = begun.send(());
                };
                let watch = Watch { stop, progress, begun: &begun };
                let (access, tools) = (&ready.access, &ready.tools);
                let since = std::time::Instant::now();
                method
                    .dump(&Dump { access, tools, directory: data, instant: &instant, jobs: take.sessions, name: take.name, watch: &watch })
                    .map(|()| since.elapsed().as_secs_f64())
            }));
            // A backup that has failed before it began ends the channel, too, and is told of in the end.
            let _ = has_begun.recv();
            Ok(())
        });
        alone.store(true, Ordering::Relaxed);
        if done.is_err() {
            stop.trigger("what was done beside the backup has failed");
        }
        let ended = dumping.map(|thread| thread.join());
        let dumped = match ended {
            None => Err(Error::new(ErrorKind::Internal, "the backup was never begun")),
            Some(Err(_)) => Err(Error::new(ErrorKind::Internal, "the backup ended in a panic")),
            Some(Ok(dumped)) => dumped,
        };
        (done, dumped)
    });
    // What stopped both is told by its own reason.
    take.interrupt.check()?;
    let done = done?;
    Ok((done, exported, dumped?))
}

/// Takes a backup and a snapshot of the same instant into a directory that does not exist yet.
///
/// # Errors
/// Where the directory exists, a program is missing, there is no room, or one of both fails; nothing is left then.
pub fn take(database: &dyn Database, take: &Take<'_>) -> Result<Backup> {
    if take.directory.exists() {
        return Err(Error::new(ErrorKind::Input, format!("{} exists already", take.directory.display()))
            .hint("a backup is never written over: name a new directory"));
    }
    let ready = ready(database, take.program)?;
    // Whoever could not be held off is held off only for the moment in which both begin.
    let mut hold = if take.held { None } else { database.hold()? };
    let held = take.held || hold.is_some();
    let mut reader = database.read()?;
    let done = AtomicU64::new(0);
    let progress = |item: &str, more: u64| {
        let done = done.fetch_add(more, Ordering::Relaxed) + more;
        take.monitor.progress(&Progress { stage: Stage::Snapshot, item: item.to_owned(), done, total: None, unit: "rows" });
    };
    let beside = beside(&ready, take, |begin| {
        let directory = take.directory.join("snapshot");
        private_directory(&directory)?;
        capture(
            reader.as_mut(),
            Capture {
                directory: &directory,
                dialect: database.dialect().name(),
                classes: database.capabilities().storage_classes,
                contents: true,
                sessions: take.sessions,
                tables: None,
                queries: Vec::new(),
                progress: &progress,
                captured: &mut |_| Ok(()),
                instant: &mut |instant| {
                    begin(instant)?;
                    hold = None;
                    Ok(())
                },
            },
        )
    })?;
    let instant = match beside.dumped.exported() {
        Some(name) => SameInstant::Exported(name.to_owned()),
        None if held => SameInstant::Held,
        None => SameInstant::Unknown("other sessions could not be held off while both began: the account may not lock tables, or a statement of theirs went on for too long".to_owned()),
    };
    beside.dumped.complete(take.directory, &ready, instant, &beside.done)
}

/// Removes what is of no use to anybody; a failure must not hide what went wrong before.
pub(super) fn remove(directory: &Path) {
    let _ = std::fs::remove_dir_all(directory);
}
