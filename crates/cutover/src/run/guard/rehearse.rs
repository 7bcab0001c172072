//! The command on a copy first: restored from the guard's own backup, which is proven on the way. The database itself is touched only after a
//! pass.

use std::time::Instant;

use super::super::backup::{not_proven, record_proof};
use super::super::options::{BackupAt, Ended, Engine, Options};
use super::super::transaction::finished;
use super::child::Returned;
use super::command::Command;
use super::examine::Looked;
use super::others::Known;
use super::{Guard, GuardOptions, Ready};
use crate::backup::{Backup, Program, Proof, Prove, Target, prove_and};
use crate::database::{self, Database, Sight};
use crate::journal::event::ending;
use crate::journal::{EventKind, Outcome, Stage};
use crate::model::error::Result;
use crate::model::table::Catalog;

use super::super::RunDirectory;

/// The file of what the command says on the copy, and the directory of what was looked at there, in the run's directory.
const OUTPUT: &str = "command-on-copy.txt";
const DIRECTORY: &str = "on-copy";

/// What the command did on the copy.
struct OnCopy {
    returned: Returned,
    looked: Looked,
    place: String,
}

/// The database itself as it was before the copy was used.
struct Itself {
    catalog: Catalog,
    sight: Sight,
}

impl Guard<'_> {
    /// Runs the command on a copy. How the guard ends is returned where it does not pass there; else the evidence that it did.
    ///
    /// # Errors
    /// Where the backup cannot be restored or is not proven, or the copy cannot be used.
    pub(super) fn rehearse(&self, ready: &Ready) -> Result<std::result::Result<String, Box<Ended>>> {
        let mut watcher = self.engine.database.watch(&self.directory.run)?;
        let itself = Itself { catalog: self.engine.database.read()?.catalog()?, sight: watcher.look()? };
        let backup = Backup::open(&self.directory.backup())?;
        let options = &self.options.options;
        let staging = options.staging.as_ref().map(|url| database::open(url, self.engine.interrupt)).transpose()?;
        let began = Instant::now();
        self.journal.record(EventKind::StageStarted { stage: Stage::Proof })?;
        let prove = Prove {
            target: staging.as_deref().map_or(Target::Beside(self.engine.database), Target::Staging),
            id: &self.directory.run,
            sessions: options.sessions,
            accept: &options.accepted_of_backup(),
            interrupt: self.engine.interrupt,
            monitor: self.engine.monitor,
        };
        let (_, on_copy) = prove_and(&backup, &prove, |copy, proof| {
            if let Some(proof) = proof {
                self.proven(proof, &backup, began)?;
            }
            self.on_copy(copy, ready)
        })?;
        // A command that finds its database in a file of its own, and not where it was told, has changed the database itself.
        // Where the rows are those of the whole server, the copy's are among them: the verification at the end finds what went astray.
        let written = !itself.sight.whole_server && itself.sight.writes != watcher.look()?.writes;
        if written || itself.catalog.objects != self.engine.database.read()?.catalog()?.objects {
            return Ok(Err(Box::new(self.astray(&on_copy))));
        }
        let how = ending(on_copy.returned.code, on_copy.returned.signal, on_copy.returned.timed_out);
        let known = Known::default();
        let changed = on_copy.looked.changed;
        let (tables, cells) = on_copy.looked.size();
        if self.would_pass(&on_copy.looked, &on_copy.returned, &known) {
            let what = if changed { "" } else { ", and changed nothing" };
            return Ok(Ok(format!(
                "on {}, restored from the backup, the command {how}{what}: {tables} tables, {cells} cells compared",
                on_copy.place
            )));
        }
        let interrupted = self.engine.interrupt.reason();
        self.engine.interrupt.clear();
        let verdict = self.decide(on_copy.looked, &on_copy.returned, &known, None)?.verdict;
        let message = format!("the command {how} on a copy, and did not pass there: the database itself is untouched");
        let (outcome, message) = match interrupted.or(on_copy.returned.interrupted) {
            Some(reason) => (Outcome::Interrupted, format!("interrupted ({reason}): {message}")),
            None => (Outcome::Failed, message),
        };
        Ok(Err(Box::new(self.ended(outcome, message, Vec::new(), Some(verdict), None))))
    }

    fn proven(&self, proof: &Proof, backup: &Backup, began: Instant) -> Result<()> {
        record_proof(self.journal, proof, began)?;
        if proof.verdict.passed { Ok(()) } else { Err(not_proven(proof, backup)) }
    }

    fn on_copy(&self, copy: &dyn Database, ready: &Ready) -> Result<OnCopy> {
        let given = self.options.options.staging.clone();
        let url = given.map_or_else(|| copy.access().map(|access| self.options.url.of_database(&access.database)), Ok)?;
        let command = Command::prepare(&self.options.command, &url, &copy.reach()?)?;
        let without =
            Options { backup: BackupAt::Nowhere, backup_program: Program::Own, prove_backup: false, ..self.options.options.clone() };
        let options = GuardOptions { url, options: without, ..self.options.clone() };
        let directory = RunDirectory { path: self.directory.path.join(DIRECTORY), run: self.directory.run.clone() };
        let engine = Engine { database: copy, ..*self.engine };
        let guard = Guard { engine: &engine, options: &options, directory: &directory, ..*self };
        // Both sides are read from the copy: what a restore under another name cannot bring along is no difference then.
        let earlier = guard.look_before(ready, false)?;
        let began = Instant::now();
        self.journal.record(EventKind::StageStarted { stage: Stage::Command })?;
        let returned = self.start(&command, &copy.place(), OUTPUT)?;
        finished(self.journal, Stage::Command, began)?;
        self.engine.interrupt.clear();
        let looked = guard.look(&engine, &earlier, &directory.after())?;
        Ok(OnCopy { returned, looked, place: copy.place() })
    }

    /// Ends a guard whose command was to work on a copy, while the database itself changed.
    fn astray(&self, on_copy: &OnCopy) -> Ended {
        let used = if on_copy.looked.changed { "it changed the copy as well" } else { "it left the copy as it was" };
        let message =
            format!("the database itself changed while the command was to work on a copy ({used}): it stands as it is now, unverified");
        let mut hints = vec![
            "either the command takes its database from elsewhere than its environment (a configuration file), or somebody else has written".to_owned(),
            format!("cutover diff {} DATABASE tells what changed", self.directory.snapshot().display()),
        ];
        self.how_to_go_back(&mut hints);
        self.ended(Outcome::Stopped, message, hints, None, None)
    }
}
