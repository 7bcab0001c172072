//! A COMMIT that the server did not answer with success: what became of it is asked from a new session.

use std::time::{Duration, Instant};

use super::{Commit, Entry, RunRecord};
use crate::model::error::{Error, Result};

/// How long to ask what became of a commit, and how often.
const ASKING: Duration = Duration::from_secs(60);
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// What shows that a transaction was committed: it was written in it, and is nowhere else.
pub(super) enum Proof<'a> {
    /// The row of a run.
    Record(&'a RunRecord),
    /// An entry of an in-place run.
    Entry(&'a Entry),
}

/// The reason of a failed COMMIT, with its hints.
pub(super) fn reason(told: &Error) -> String {
    told.hints().iter().fold(told.to_string(), |text, hint| format!("{text}; {hint}"))
}

/// Asks until it is decided whether a transaction was committed. `ask` says `None` while `session`, by the server's word for it, is still
/// committing. A signal that stopped the run must not keep it from learning what it did, so `ask` opens sessions that none interrupts.
pub(super) fn outcome(reason: String, session: &str, mut ask: impl FnMut() -> Result<Option<bool>>) -> Commit {
    let since = Instant::now();
    let mut last = String::from("nobody could be asked");
    while since.elapsed() < ASKING {
        match ask() {
            Ok(Some(true)) => return Commit::Committed,
            Ok(Some(false)) => return Commit::RolledBack(reason),
            Ok(None) => last = format!("the server's {session} is still committing"),
            Err(error) => last = error.to_string(),
        }
        std::thread::sleep(ASK_AGAIN);
    }
    Commit::Unknown(format!("{reason}; {last}"))
}
