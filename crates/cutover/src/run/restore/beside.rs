//! The backup restored beside the database, and proven there. What an earlier attempt has left is removed first: what is exchanged is what was
//! restored and compared by this one.

use crate::backup::{self, Proof, Prove, Target, room};
use crate::database::exchange::restored_name;
use crate::database::{Database, Reader};
use crate::journal::{EventKind, Stage};
use crate::model::error::{Error, ErrorKind, Result};
use crate::run::backup::record_proof;

use super::Restore;

/// A restored database, dropped where it was not exchanged.
pub(super) struct Restored<'a> {
    database: &'a dyn Database,
    directory: &'a std::path::Path,
    name: String,
    /// What was compared.
    pub proof: Proof,
    /// A session in it, so that nobody takes it for one that was left behind.
    presence: Option<Box<dyn Reader>>,
}

impl<'a> Restored<'a> {
    /// Restores and proves.
    ///
    /// # Errors
    /// Where the backup is damaged or cannot be restored; nothing is left then. What differs is in the proof.
    pub(super) fn make(restore: &'a Restore<'_>) -> Result<Self> {
        let (engine, journal) = (restore.engine, restore.journal);
        let (database, directory) = (engine.database, restore.directory.path.as_path());
        let name = restored_name(&restore.of.run);
        let began = std::time::Instant::now();
        journal.record(EventKind::StageStarted { stage: Stage::Proof })?;
        database.drop_scratch(&name, directory, true)?;
        let scratch = database.create_scratch(&name, directory)?;
        let undone = Left { database, directory, name: &name };
        // From its first moment on. A file that is being read could not be written.
        let presence = if database.capabilities().lock_holds { None } else { Some(scratch.read()?) };
        if scratch.access()?.database.starts_with(&*directory.to_string_lossy()) {
            // The restored file, and the one that is kept.
            room::check(directory, 2 * restore.before.manifest.session.bytes)?;
        }
        let accept = restore.options.accepted_of_backup();
        let prove = Prove {
            target: Target::Staging(scratch.as_ref()),
            id: &restore.directory.run,
            sessions: restore.options.sessions,
            accept: &accept,
            interrupt: engine.interrupt,
            monitor: engine.monitor,
        };
        let (proof, ()) = backup::prove_and(restore.backup, &prove, |_, _| Ok(()))?;
        let proof = proof.ok_or_else(|| Error::new(ErrorKind::Internal, "a backup was restored and not compared"))?;
        record_proof(journal, &proof, began)?;
        std::mem::forget(undone);
        Ok(Self { database, directory, name, proof, presence })
    }

    /// Leaves it to the exchange.
    pub(super) fn leave(mut self) -> Proof {
        self.presence = None;
        self.name.clear();
        self.proof.clone()
    }
}

impl Drop for Restored<'_> {
    fn drop(&mut self) {
        self.presence = None;
        if !self.name.is_empty() {
            drop(Left { database: self.database, directory: self.directory, name: &self.name });
        }
    }
}

/// Drops what was restored and is not going to be exchanged; `cutover clean` does it where this fails.
struct Left<'a> {
    database: &'a dyn Database,
    directory: &'a std::path::Path,
    name: &'a str,
}

impl Drop for Left<'_> {
    fn drop(&mut self) {
        // What failed before is told; this one is named by `cutover status`.
        let _ = self.database.drop_scratch(self.name, self.directory, true);
    }
}
