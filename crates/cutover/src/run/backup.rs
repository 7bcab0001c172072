//! The backup of a run: before the fence, or of the very instant that the snapshot describes, and its proof before the first step.

use std::cell::RefCell;
use std::time::Instant;

use crate::backup::{self, Backup, Begin, Dumped, Program, Prove, Ready, SameInstant, Take, Target};
use crate::database;
use crate::journal::{EventKind, Journal, Stage};
use crate::model::error::{Error, ErrorKind, Result};
use crate::snapshot::Snapshot;

use super::RunDirectory;
use super::options::{BackupAt, Engine, Options};
use super::transaction::finished;

/// How many differences an error tells; all of them are in `proof.json`.
const TOLD: usize = 10;

/// Looks whether what was asked for can be had, before anything is touched.
///
/// # Errors
/// `Refused` where a program is missing or too old, or a file that was made elsewhere is not there.
pub(crate) fn look(engine: &Engine<'_>, options: &Options) -> Result<Option<Ready>> {
    if options.backup == BackupAt::Nowhere && options.backup_file.is_none() {
        if options.prove_backup {
            return Err(Error::new(ErrorKind::Input, "there is no backup to prove")
                .hint("take one with --backup fence or --backup before, or name one with --backup-file FILE"));
        }
        if options.backup_program != Program::Own {
            return Err(Error::new(ErrorKind::Input, "there is no backup that a program is to write").hint("take one with --backup"));
        }
        return Ok(None);
    }
    if let Some(file) = options.backup_file.as_ref().filter(|file| !file.exists()) {
        return Err(Error::new(ErrorKind::Input, format!("there is no backup {}", file.display())));
    }
    backup::ready(engine.database, options.backup_program).map(Some)
}

/// The backup of a run.
pub(crate) struct Backups<'a> {
    pub engine: &'a Engine<'a>,
    pub options: &'a Options,
    pub directory: &'a RunDirectory,
    pub journal: &'a Journal<'a>,
    /// Found where a backup was asked for.
    pub ready: Option<&'a Ready>,
    /// What holds others off until both have begun, where no fence does.
    pub hold: RefCell<Option<Box<dyn Send>>>,
}

impl Backups<'_> {
    /// What comes before the fence: a backup of its own instant, or a look at one that was made elsewhere.
    ///
    /// # Errors
    /// Where it cannot be taken, is of no use, or is not equal to its snapshot.
    pub(crate) fn before_fence(&self) -> Result<()> {
        let Some(ready) = self.ready else { return Ok(()) };
        if let Some(file) = &self.options.backup_file {
            let began = Instant::now();
            self.journal.record(EventKind::StageStarted { stage: Stage::Backup })?;
            let backup = backup::adopt(file, &self.directory.backup(), ready)?;
            return self.taken(&backup, began, began.elapsed().as_secs_f64());
        }
        if self.options.backup != BackupAt::Before {
            return Ok(());
        }
        let began = Instant::now();
        self.journal.record(EventKind::StageStarted { stage: Stage::Backup })?;
        let backup = backup::take(self.engine.database, &self.take(&self.directory.backup()))?;
        self.taken(&backup, began, began.elapsed().as_secs_f64())?;
        self.prove(&backup)
    }

    /// Reads the snapshot, with the backup beside it where it was asked for under the fence.
    ///
    /// # Errors
    /// Where one of both cannot be read or written.
    pub(crate) fn beside(&self, capture: impl FnOnce(Begin<'_>) -> Result<Snapshot>) -> Result<(Snapshot, Option<Dumped>)> {
        match self.ready.filter(|_| self.options.backup == BackupAt::Fence && self.options.backup_file.is_none()) {
            None => Ok((capture(&mut |_| Ok(()))?, None)),
            Some(ready) => {
                let directory = self.directory.backup();
                let beside = backup::beside(ready, &self.take(&directory), |begin| {
                    capture(&mut |instant| {
                        begin(instant)?;
                        self.hold.take();
                        Ok(())
                    })
                })?;
                Ok((beside.done, Some(beside.dumped)))
            }
        }
    }

    /// Completes the backup, and proves it where that was asked for. `open` is why others could write meanwhile, where they could.
    ///
    /// # Errors
    /// Where it is not equal to the snapshot, or cannot be restored.
    pub(crate) fn complete(&self, dumped: Option<Dumped>, snapshot: &Snapshot, open: Option<&str>) -> Result<()> {
        let backup = match (self.ready, dumped) {
            (Some(ready), Some(dumped)) => {
                let began = Instant::now();
                self.journal.record(EventKind::StageStarted { stage: Stage::Backup })?;
                let instant = match (dumped.exported(), open) {
                    (Some(name), _) => SameInstant::Exported(name.to_owned()),
                    (None, None) => SameInstant::Held,
                    (None, Some(why)) => SameInstant::Unknown(why.to_owned()),
                };
                let seconds = dumped.seconds();
                let backup = dumped.complete(&self.directory.backup(), ready, instant, snapshot)?;
                self.taken(&backup, began, seconds)?;
                backup
            }
            _ if self.options.backup_file.is_some() => Backup::open(&self.directory.backup())?.compared_with(snapshot)?,
            _ => return Ok(()),
        };
        self.prove(&backup)
    }

    fn take<'b>(&'b self, directory: &'b std::path::Path) -> Take<'b> {
        Take {
            directory,
            name: &self.directory.run,
            sessions: self.options.sessions,
            program: self.options.backup_program,
            held: self.engine.database.capabilities().lock_holds,
            interrupt: self.engine.interrupt,
            monitor: self.engine.monitor,
        }
    }

    fn taken(&self, backup: &Backup, began: Instant, seconds: f64) -> Result<()> {
        self.journal.record(EventKind::BackupTaken {
            program: backup.manifest.program.clone(),
            files: backup.manifest.files.len() as u64,
            bytes: backup.bytes(),
            instant: backup.manifest.instant.to_string(),
            seconds,
        })?;
        finished(self.journal, Stage::Backup, began)
    }

    fn prove(&self, backup: &Backup) -> Result<()> {
        if !self.options.prove_backup {
            return Ok(());
        }
        let began = Instant::now();
        self.journal.record(EventKind::StageStarted { stage: Stage::Proof })?;
        let staging = self.options.staging.as_ref().map(|url| database::open(url, self.engine.interrupt)).transpose()?;
        let proof = backup::prove(
            backup,
            &Prove {
                target: staging.as_deref().map_or(Target::Beside(self.engine.database), Target::Staging),
                id: &self.directory.run,
                sessions: self.options.sessions,
                accept: &self.options.accepted_of_backup(),
                interrupt: self.engine.interrupt,
                monitor: self.engine.monitor,
            },
        )?;
        record_proof(self.journal, &proof, began)?;
        if proof.verdict.passed {
            return Ok(());
        }
        Err(not_proven(&proof, backup))
    }
}

/// Records what a proof has found, and that its stage has ended.
///
/// # Errors
/// Where the journal cannot be written.
pub(crate) fn record_proof(journal: &Journal<'_>, proof: &backup::Proof, began: Instant) -> Result<()> {
    let verdict = &proof.verdict;
    journal.record(EventKind::BackupProven {
        passed: verdict.passed,
        tables: verdict.tables.len() as u64,
        cells: verdict.cells,
        waived: proof.waived(),
        place: proof.place.clone(),
        seconds: began.elapsed().as_secs_f64(),
    })?;
    finished(journal, Stage::Proof, began)
}

/// Why a backup that differs from its snapshot is of no use.
pub(crate) fn not_proven(proof: &backup::Proof, backup: &Backup) -> Error {
    let differences = proof.differences();
    let error = Error::new(
        ErrorKind::Refused,
        format!("the backup is not proven: what was restored differs from the snapshot in {} findings", differences.len()),
    );
    let error = differences.iter().take(TOLD).fold(error, |error, difference| error.hint(difference.clone()));
    let error = error.hint("--accept backup:RULE accepts a difference by the name of its rule; the report shows that");
    error.hint(format!("everything that differs is in {}", backup.directory.join("proof.json").display()))
}
