//! A rehearsal: the whole plan on a copy that was restored from a backup, so that the backup is proven on the way, or on one that the
//! database makes by itself. The database itself is only read, and no fence is raised on it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::{DateTime, Utc};

use crate::backup::{self, Backup, Program, Prove, Take, Target};
use crate::database::{self, Database};
use crate::journal::rehearsal::{About, RehearsedBackup};
use crate::journal::{Event, EventKind, Outcome, Rehearsal};
use crate::model::error::{Error, ErrorKind, Result};
use crate::plan::{Plan, PlanFiles};

use super::backup::not_proven;
use super::options::{BackupAt, Ended, Engine, Finished, Options};
use super::preflight::{self, Preflight};
use super::{RunDirectory, directory, rehearsed, run_as};

/// How a rehearsal ended.
#[derive(Debug)]
pub enum Rehearsing {
    /// The same plan has been applied already: there is nothing to rehearse.
    NothingToDo {
        /// The run that applied it.
        run: String,
        /// When it started, RFC 3339, UTC.
        at: String,
    },
    /// The plan ran on staging.
    Ended {
        /// How that run ended. Its messages are about staging.
        ended: Box<Ended>,
        /// What was measured.
        rehearsal: Box<Rehearsal>,
    },
}

/// Rehearses a plan. `options.backup_file` names a backup in place of a new one, `options.staging` an empty database in place of a scratch
/// database beside, which is dropped again; with `options.copy` the database is copied by its own means, and no backup is taken or proven.
///
/// # Errors
/// Where the plan cannot be run on the database, the backup cannot be taken, restored or proven, or staging cannot be had. The database
/// itself is untouched however this ends.
pub fn rehearse(engine: &Engine<'_>, files: &PlanFiles, plan: &Plan, options: &Options) -> Result<Rehearsing> {
    let now = Utc::now();
    let values = directory::run_values(now);
    if let Preflight::Applied(record) = preflight::look(engine, plan, &values, options)? {
        return Ok(Rehearsing::NothingToDo { run: record.run, at: record.started_at });
    }
    let id = directory::new_id(now);
    let directory = RunDirectory::create(engine.home, &plan.name, id)?;
    let rehearse = Rehearse { engine, files, plan, options, directory: &directory, now };
    let outcome = if options.copy { rehearse.on_copy() } else { rehearse.on_staging() };
    if outcome.is_err() && !directory.path.join("events.jsonl").exists() {
        // Nothing ran: what is there is a backup that is of no use, or half of one. What went wrong is told already.
        let _ = std::fs::remove_dir_all(&directory.path);
    }
    outcome
}

/// One rehearsal.
struct Rehearse<'a> {
    engine: &'a Engine<'a>,
    files: &'a PlanFiles,
    plan: &'a Plan,
    options: &'a Options,
    directory: &'a RunDirectory,
    now: DateTime<Utc>,
}

impl Rehearse<'_> {
    /// On a database that is restored from a backup.
    fn on_staging(&self) -> Result<Rehearsing> {
        let Self { engine, options, directory, .. } = *self;
        let (backup, seconds) = backup_of(engine, options, directory)?;
        let staging = options.staging.as_ref().map(|url| database::open(url, engine.interrupt)).transpose()?;
        let began = Instant::now();
        let mut restored_in = 0.0;
        let prove = Prove {
            target: staging.as_deref().map_or(Target::Beside(engine.database), Target::Staging),
            id: &directory.run,
            sessions: options.sessions,
            accept: &options.accepted_of_backup(),
            interrupt: engine.interrupt,
            monitor: engine.monitor,
        };
        let (proof, (ended, place)) = backup::prove_and(&backup, &prove, |copy, proof| {
            restored_in = began.elapsed().as_secs_f64();
            if let Some(proof) = proof.filter(|proof| !proof.verdict.passed) {
                return Err(not_proven(proof, &backup));
            }
            let told = if proof.is_some() { "restored, and equal to the snapshot of its instant" } else { "restored" };
            engine.monitor.notice(&format!("the backup is {told}; the plan runs on {}", copy.place()));
            Ok((self.run(copy)?, copy.place()))
        })?;
        let rows_now = seconds.is_none().then(|| count(engine.database, &directory.events()?)).transpose()?;
        let backup = RehearsedBackup {
            directory: backup.directory.clone(),
            program: backup.manifest.program.clone(),
            taken_at: backup.manifest.taken_at.clone(),
            bytes: backup.bytes(),
            seconds,
            restored_in,
            proven: proof.as_ref().map(backup::Proof::is_proven),
            cells: proof.as_ref().map_or(0, |proof| proof.verdict.cells),
        };
        self.conclude(ended, place, rows_now, Some(backup), None)
    }

    /// On a copy that the database makes by itself.
    fn on_copy(&self) -> Result<Rehearsing> {
        let Self { engine, directory, .. } = *self;
        let began = Instant::now();
        let mut copied_in = 0.0;
        let (ended, place) = backup::copy_and(engine.database, &directory.run, &directory.backup(), |copy| {
            copied_in = began.elapsed().as_secs_f64();
            engine.monitor.notice(&format!("copied, without a backup; the plan runs on {}", copy.place()));
            Ok((self.run(copy)?, copy.place()))
        })?;
        self.conclude(ended, place, None, None, Some(copied_in))
    }

    /// Runs the plan.
    fn run(&self, copy: &dyn Database) -> Result<Box<Ended>> {
        let engine = Engine { database: copy, ..*self.engine };
        let options = options_on_copy(self.engine, self.options);
        match run_as(&engine, self.files, self.plan, &options, self.directory.run.clone(), self.now)? {
            Finished::Ended(ended) => Ok(ended),
            Finished::NothingToDo { run, .. } => {
                Err(Error::new(ErrorKind::Refused, format!("the backup was made after the run {run} of the plan, which stands in it"))
                    .hint("give a backup of the database as it is now, or leave --backup-file out"))
            }
        }
    }

    fn conclude(
        &self,
        ended: Box<Ended>,
        staging: String,
        rows_now: Option<u64>,
        backup: Option<RehearsedBackup>,
        copied_in: Option<f64>,
    ) -> Result<Rehearsing> {
        let Self { engine, options, directory, .. } = *self;
        let about = About {
            database: engine.database.place(),
            staging,
            kept: options.staging.is_some(),
            backup,
            copied_in,
            rows_now,
            patience: options.patience.as_secs_f64(),
        };
        let rehearsal = Rehearsal::of(&directory.events()?, about)
            .ok_or_else(|| Error::new(ErrorKind::Internal, "the rehearsal's journal does not begin with its start"))?;
        rehearsed::keep(directory, &rehearsal)?;
        if ended.outcome == Outcome::Committed && !rehearsal.kept {
            // The database that these describe is gone; a backup, which holds the same rows, stays.
            forget(&directory.snapshot())?;
            forget(&directory.after())?;
        }
        Ok(Rehearsing::Ended { ended, rehearsal: Box::new(rehearsal) })
    }
}

/// The options of the run on the copy: whoever uses the database itself is not to notice it.
fn options_on_copy(engine: &Engine<'_>, options: &Options) -> Options {
    Options {
        rehearses: Some(engine.database.place()),
        accept: options.accepted(),
        hooks: false,
        // Nobody else uses the copy, whether or not something could hold them off.
        unfenced: true,
        dry_run: false,
        backup: BackupAt::Nowhere,
        backup_program: Program::Own,
        backup_file: None,
        prove_backup: false,
        staging: None,
        copy: false,
        require_rehearsal: false,
        max_fence: None,
        max_load: None,
        csv: None,
        ..options.clone()
    }
}

/// The backup that is restored, and how long it took where it is a new one.
fn backup_of(engine: &Engine<'_>, options: &Options, directory: &RunDirectory) -> Result<(Backup, Option<f64>)> {
    let Some(given) = &options.backup_file else {
        let began = Instant::now();
        let take = Take {
            directory: &directory.backup(),
            name: &directory.run,
            sessions: options.sessions,
            program: options.backup_program,
            held: false,
            interrupt: engine.interrupt,
            monitor: engine.monitor,
        };
        let backup = backup::take(engine.database, &take)?;
        return Ok((backup, Some(began.elapsed().as_secs_f64())));
    };
    let ready = backup::ready(engine.database, options.backup_program)?;
    if let Some(ours) = ours(engine.home, given)? {
        let (of, database) = (&ours.manifest.session.database, &ready.session.database);
        return if of == database {
            Ok((ours, None))
        } else {
            Err(Error::new(ErrorKind::Refused, format!("{} is a backup of the database {of}, and this is {database}", given.display())))
        };
    }
    Ok((backup::adopt(given, &directory.backup(), &ready)?, None))
}

/// A backup of this program's own, by its directory or id, which its snapshot can prove; `None` for a file that was made elsewhere.
fn ours(home: &Path, given: &Path) -> Result<Option<Backup>> {
    let candidates: [PathBuf; 3] = [given.to_owned(), given.join("backup"), backup::directory(home, &given.display().to_string())];
    let is_one = |path: &PathBuf| path.join("manifest.json").is_file() || backup::Encrypted::is_in(path);
    let Some(found) = candidates.into_iter().find(is_one) else { return Ok(None) };
    Backup::open(&found).map(Some)
}

/// The rows of the tables that were captured on staging, counted one by one: what a server guesses is never used for it.
fn count(database: &dyn Database, events: &[Event]) -> Result<u64> {
    let captured: BTreeSet<&str> = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::TableCaptured { table, .. } => Some(table.as_str()),
            _ => None,
        })
        .collect();
    let mut reader = database.read()?;
    let catalog = reader.catalog()?;
    let mut rows = 0;
    for table in catalog.tables.iter().filter(|table| captured.contains(table.name.to_string().as_str())) {
        reader.scan(&table.name, &[], &mut |_| {
            rows += 1;
            Ok(())
        })?;
    }
    Ok(rows)
}

fn forget(directory: &Path) -> Result<()> {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::file("remove", directory, error)),
        _ => Ok(()),
    }
}
