//! How a guard ends, and what is said of the state that the database is in then.

use super::super::options::Ended;
use super::super::status::JournalState;
use super::child::Returned;
use super::{COMMAND, Done, Guard};
use crate::journal::event::ending;
use crate::journal::{EventKind, Outcome};
use crate::model::error::Error;
use crate::verify::verdict::Verdict;

/// What the end of a guard means for people who look at it later.
pub(in crate::run) fn meaning(state: JournalState, undone: bool) -> &'static str {
    match state {
        JournalState::Ended(_) if undone => "a guard: what the command did was taken back, and the old contents were proven",
        JournalState::Ended(Outcome::Committed) => "a guard: the command ended well, and every table was verified",
        JournalState::Ended(Outcome::VerificationFailed) => {
            "a guard: the verification failed, and the database was left as the command had left it"
        }
        JournalState::Ended(Outcome::Failed | Outcome::Interrupted) => {
            "a guard: the command did not end well, and the database was as before it"
        }
        JournalState::Ended(Outcome::NotStarted) => "a guard: the command was never started",
        JournalState::Ended(_) => "a guard: the command did not end well, and what it had done was left: `cutover report` tells what",
        JournalState::Open | JournalState::Committing | JournalState::None => {
            "a guard that goes on, or was killed: the command may go on by itself, and nothing is verified"
        }
    }
}

impl Guard<'_> {
    /// Ends a guard whose command was judged.
    pub(super) fn conclude(&self, done: Done, suggested: Vec<String>) -> Ended {
        let Done { returned, known, examined } = done;
        let verdict = examined.verdict;
        let how = format!("the command {}", ending(returned.code, returned.signal, returned.timed_out));
        let contents = verdict.rules.iter().filter(|rule| rule.rule != COMMAND).all(|rule| rule.outcome.holds());
        let mut hints = Vec::new();
        let (outcome, message) = match (&returned.interrupted, returned.is_good(), examined.changed, contents) {
            (_, true, _, true) => {
                let shown = match verdict.findings.len() {
                    0 => String::new(),
                    1 => "; 1 finding is shown, and fails nothing".to_owned(),
                    several => format!("; {several} findings are shown, and fail nothing"),
                };
                let nothing = if examined.changed { "" } else { " and changed nothing" };
                (Outcome::Committed, format!("{how}{nothing}, and every table was verified{shown}"))
            }
            (_, true, _, false) => {
                self.how_to_go_back(&mut hints);
                (Outcome::VerificationFailed, format!("{how}, and the verification failed: the database stands as the command left it"))
            }
            (Some(reason), false, false, true) => {
                (Outcome::Interrupted, format!("interrupted ({reason}): {how}, and the database is as it was: every table was compared"))
            }
            (None, false, false, true) => (Outcome::Failed, format!("{how}, and the database is as it was: every table was compared")),
            (interrupted, false, _, contents) => {
                self.how_to_go_back(&mut hints);
                let why = interrupted.as_ref().map(|reason| format!("interrupted ({reason}): ")).unwrap_or_default();
                let what = if contents {
                    "what it had done until then stands, and no old cell is lost"
                } else {
                    "what it had done until then stands"
                };
                (Outcome::Stopped, format!("{why}{how}: {what}"))
            }
        };
        hints.extend(suggested);
        if !known.doubts().is_empty() && outcome != Outcome::Committed {
            hints.push("others may have written meanwhile: what they wrote is told as the command's".to_owned());
        }
        self.ended(outcome, message, hints, Some(verdict), None)
    }

    /// Ends a guard whose command has returned, and whose verification could not be done.
    pub(super) fn unverified(&self, returned: &Returned, error: Error) -> Ended {
        let how = ending(returned.code, returned.signal, returned.timed_out);
        let mut hints =
            vec![format!("what stood before is in {}: cutover diff compares it with the database", self.directory.snapshot().display())];
        self.how_to_go_back(&mut hints);
        let message = format!("the command {how}, and what it left could not be verified: the database stands as it is now, unverified");
        self.ended(Outcome::Stopped, message, hints, None, Some(error))
    }

    /// Where the old contents are.
    pub(super) fn how_to_go_back(&self, hints: &mut Vec<String>) {
        if self.directory.backup().join("manifest.json").is_file() {
            hints.push(format!(
                "the state before the command is in the backup {}: cutover rollback {} puts it back",
                self.directory.backup().display(),
                self.directory.run
            ));
        } else {
            hints.push("no backup was taken (--backup none): the old cells are in the snapshot".to_owned());
        }
    }

    /// Records the end.
    pub(super) fn ended(
        &self,
        outcome: Outcome,
        message: String,
        mut hints: Vec<String>,
        verdict: Option<Verdict>,
        error: Option<Error>,
    ) -> Ended {
        let ended = EventKind::RunFinished { outcome, message: message.clone(), hints: hints.clone(), seconds: self.journal.seconds() };
        if let Err(failure) = self.journal.record(ended) {
            hints.push(format!("the end could not be written to the journal: {failure}"));
        }
        let directory = self.directory;
        Ended { run: directory.run.clone(), directory: directory.path.clone(), outcome, message, hints, verdict, error }
    }
}
