//! How a rollback by restore ended, and what state the database is in now.

use crate::database::exchange::{Exchange, Stand, restored_name};
use crate::journal::{EventKind, Outcome};
use crate::model::error::{Error, Result};
use crate::run::options::Ended;
use crate::verify::verdict::Verdict;

use super::{Came, Restore};

impl Restore<'_> {
    /// Lets everybody in again where nothing was exchanged, records the end, and says what state the database is in.
    pub(super) fn conclude(&self, exchange: &mut dyn Exchange, result: Result<Came>) -> Ended {
        let interrupted = self.engine.interrupt.reason();
        // What interrupted the work must not keep anybody out.
        self.engine.interrupt.clear();
        let mut hints = Vec::new();
        let (outcome, message, verdict, error) = match result {
            Ok(Came::Exchanged(verdict, notes)) => self.exchanged(verdict, notes, &mut hints),
            Ok(Came::Tried(verdict)) => {
                let (_, state) = self.give_up(exchange, &mut hints);
                (Outcome::DryRun, format!("restored beside and proven, and not exchanged as asked: {state}"), Some(verdict), None)
            }
            Ok(Came::Refused(verdict, error)) => {
                let (outcome, state) = self.give_up(exchange, &mut hints);
                (outcome, format!("refused: {state}"), Some(verdict), Some(error))
            }
            Err(error) => {
                let (outcome, state) = self.give_up(exchange, &mut hints);
                match interrupted.filter(|_| outcome == Outcome::NotStarted) {
                    Some(reason) => (Outcome::Interrupted, format!("interrupted ({reason}): {state}"), None, Some(error)),
                    None => (outcome, format!("failed: {state}"), None, Some(error)),
                }
            }
        };
        let ended = EventKind::RunFinished { outcome, message: message.clone(), hints: hints.clone(), seconds: self.journal.seconds() };
        if let Err(failure) = self.journal.record(ended) {
            hints.push(format!("the end could not be written to the journal: {failure}"));
        }
        Ended { run: self.directory.run.clone(), directory: self.directory.path.clone(), outcome, message, hints, verdict, error }
    }

    fn exchanged(
        &self,
        verdict: Verdict,
        notes: Vec<String>,
        hints: &mut Vec<String>,
    ) -> (Outcome, String, Option<Verdict>, Option<Error>) {
        hints.extend(notes);
        let run = &self.of.run;
        match self.engine.database.kept(&[(run.clone(), self.directory.path.clone())]) {
            Ok(kept) => hints.extend(
                kept.iter()
                    .filter(|kept| kept.is_of(run))
                    .map(|kept| format!("the state before is kept: {}; cutover clean --kept {run} drops it", kept.name)),
            ),
            Err(error) => hints.push(format!("whether the state before is kept could not be asked: {error}")),
        }
        if verdict.passed {
            let message =
                format!("undone by restore: the contents were proven equal to the snapshot of {run}, and exchanged for those of now");
            return (Outcome::Undone, message, Some(verdict), None);
        }
        let message = format!("the restored contents stand, and differ from the snapshot of {run}");
        (Outcome::UndoFailed, message, Some(verdict), None)
    }

    /// Gives up what has not been exchanged, and says how everything stands.
    fn give_up(&self, exchange: &mut dyn Exchange, hints: &mut Vec<String>) -> (Outcome, String) {
        let run = &self.of.run;
        let released = exchange.release();
        let stand = exchange.stand();
        let again = format!("cutover rollback {run} goes on with it");
        match (released, stand) {
            (Ok(notes), Ok(Stand::Untouched)) => {
                hints.extend(notes);
                if let Err(error) = self.engine.database.drop_scratch(&restored_name(run), &self.directory.path, true) {
                    hints.push(format!("what was restored beside is left: {error}; cutover clean drops it"));
                }
                let behind = if self.left.is_none() { ", half done, as it did" } else { ", as it did" };
                (Outcome::NotStarted, format!("nothing was touched: the run {run} stands{behind}"))
            }
            (_, Ok(Stand::Exchanged)) => {
                hints.push(again);
                (Outcome::UndoFailed, "the restored contents stand, and what follows on the exchange was not done to its end".to_owned())
            }
            (_, Ok(Stand::Half(how) | Stand::Held(how))) => {
                hints.push(again);
                (Outcome::UndoFailed, format!("the exchange was stopped part-way: {how}"))
            }
            (Err(error), Ok(Stand::Untouched)) | (_, Err(error)) => {
                hints.push(again);
                (Outcome::UndoFailed, format!("the exchange could not be given up, and how it stands could not be asked: {error}"))
            }
        }
    }
}
