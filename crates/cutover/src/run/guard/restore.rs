//! The old contents put back after a failure, where that was asked for and is safe: the guard's own backup, restored beside, proven, and
//! exchanged for the database, as a rollback does it.

use super::super::RunDirectory;
use super::super::options::{Ended, Engine, Options};
use super::super::rollback::{Method, Rollback, rollback};
use super::{Contract, GuardOptions};
use crate::journal::{EventKind, Journal, Outcome};
use crate::model::error::Error;

/// Puts the old contents back, and tells of it in how the guard ended. Where it is not known that nobody else has written, nothing is done.
pub(super) fn put_back(
    engine: &Engine<'_>,
    contract: &Contract,
    options: &GuardOptions,
    directory: &RunDirectory,
    mut ended: Ended,
    doubts: &[String],
) -> Ended {
    let by_hand = format!("cutover rollback {} --database DATABASE puts the state before it back", directory.run);
    if !doubts.is_empty() {
        ended.hints.push(format!("nothing was put back by itself, because others may have written: {}", doubts.join("; ")));
        ended.hints.push(format!("{by_hand}, and lists first what was written since"));
        return kept(engine, directory, ended);
    }
    engine.monitor.notice("putting the old contents back: the backup is restored beside, proven, and exchanged");
    let how = Rollback { method: Method::Restore, ..Rollback::default() };
    // What a verdict accepts of a command is nothing that may differ from the snapshot.
    let terms = Options { accept: Vec::new(), dry_run: false, ..options.options.clone() };
    match rollback(engine, &contract.plan, directory, &terms, &how) {
        Ok(undone) if undone.outcome == Outcome::Undone => {
            let what = ended
                .message
                .split(": the database stands")
                .next()
                .unwrap_or_default()
                .split(": what it had done")
                .next()
                .unwrap_or_default();
            ended.message = format!("{what}; the old contents were put back, and are proven equal to the snapshot");
            ended.outcome = Outcome::VerificationFailed;
            ended.hints.retain(|hint| !hint.contains("the state before the command is in the backup"));
            ended.hints.push(format!("how they were put back: cutover report {}", undone.run));
            ended.hints.extend(undone.hints);
        }
        Ok(undone) => {
            ended.hints.push(format!("the old contents could not be put back: {}", undone.message));
            ended.hints.extend(undone.hints);
            ended.hints.push(by_hand);
            if undone.outcome == Outcome::UndoFailed {
                ended.outcome = Outcome::UndoFailed;
            }
            ended.error = undone.error;
        }
        Err(error) => refused(&mut ended, error, by_hand),
    }
    kept(engine, directory, ended)
}

fn refused(ended: &mut Ended, error: Error, by_hand: String) {
    ended.hints.push(format!("the old contents were not put back: {error}"));
    ended.hints.extend(error.hints().iter().cloned());
    ended.hints.push(by_hand);
    ended.error = Some(error);
}

/// Records the end once more, as it is now.
fn kept(engine: &Engine<'_>, directory: &RunDirectory, mut ended: Ended) -> Ended {
    let recorded = Journal::open(&directory.path, engine.monitor).and_then(|journal| {
        let (message, hints) = (ended.message.clone(), ended.hints.clone());
        journal.record(EventKind::RunFinished { outcome: ended.outcome, message, hints, seconds: journal.seconds() })
    });
    if let Err(failure) = recorded {
        ended.hints.push(format!("the end could not be written to the journal: {failure}"));
    }
    ended
}
