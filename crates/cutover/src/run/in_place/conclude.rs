//! How an in-place run ended, and what state the database is in now.

use crate::database::Writer;
use crate::journal::{EventKind, Outcome};
use crate::model::error::{ErrorKind, Result};
use crate::run::Attempt;
use crate::run::options::Ended;

use super::deeds::{Log, Subject};
use super::{Work, release};

/// Ends a run: what is open is rolled back, what was executed stands, and people are told what they can do.
pub(super) fn conclude(work: &Work<'_>, log: &Log, writer: &mut dyn Writer, result: Result<Attempt>) -> Ended {
    let interrupted = work.engine.interrupt.reason();
    // From here on nothing must be interrupted by what interrupted the run.
    work.engine.interrupt.clear();
    let run = &work.directory.run;
    let mut hints = Vec::new();
    let (outcome, message, verdict, error) = match result {
        Ok(Attempt::Committed(verdict, told)) => {
            hints.extend(told);
            (Outcome::Committed, format!("done: every table was verified{}", shown(verdict.findings.len())), Some(verdict), None)
        }
        Ok(Attempt::Given(outcome, verdict)) => {
            let held = if is_held(log) { ", and the fence is up, so that nobody builds on them" } else { UNHELD };
            let message = format!("the verification failed: the steps stand as they were executed{held}");
            hints.push(format!("cutover rollback {run} takes the steps back, and proves that the old contents stand again"));
            hints.push(format!("cutover repair {run} --dry-run shows how what is damaged would be put back from the snapshot"));
            hints.push(format!("cutover resume {run} --accept RULE verifies again, and accepts what a rule found"));
            hints.push(format!("cutover clean {run} --abandon takes the fence down and leaves everything as it is"));
            (outcome, message, Some(verdict), None)
        }
        Ok(Attempt::Unknown(reason, verdict)) => {
            hints.push("everything was executed and verified; only whether the run is recorded as finished is not known".to_owned());
            hints.push(format!("cutover resume {run} asks the database, and finishes"));
            (Outcome::Stopped, format!("the connection was lost during the last COMMIT: {reason}"), Some(verdict), None)
        }
        Err(error) => {
            // What is open is rolled back by the server where it is not by us; the session is given up in any case.
            let _ = writer.rollback();
            let (outcome, message) = if log.has_begun() || error.kind() == ErrorKind::Escaped {
                hints.push(format!("cutover resume {run} goes on behind the last statement that was done"));
                hints.push(format!("cutover rollback {run} takes back what was done"));
                (Outcome::Stopped, stopped(log))
            } else {
                (Outcome::Failed, release::give_up(work, log, writer, &mut hints))
            };
            match interrupted {
                Some(reason) => (Outcome::Interrupted, format!("interrupted ({reason}): {message}"), None, Some(error)),
                None => (outcome, message, None, Some(error)),
            }
        }
    };
    let ended = EventKind::RunFinished { outcome, message: message.clone(), hints: hints.clone(), seconds: work.journal.seconds() };
    if let Err(failure) = work.journal.record(ended) {
        hints.push(format!("the end could not be written to the journal: {failure}"));
    }
    Ended { run: run.clone(), directory: work.directory.path.clone(), outcome, message, hints, verdict, error }
}

fn stopped(log: &Log) -> String {
    let at = log
        .last_done()
        .map_or_else(String::new, |Subject { step, statement, .. }| format!(", the last of it statement {statement} of the step {step}"));
    format!("stopped part-way: what was executed stands{at}{}", if is_held(log) { "; the fence is up" } else { UNHELD })
}

/// What people are told where the fence does not stand, or has not stood all the time.
const UNHELD: &str = "; nothing, or not always, held other sessions off";

/// Whether the fence has held all the time, as far as this process knows.
fn is_held(log: &Log) -> bool {
    !log.is_watching() && log.fence_down().next().is_none()
}

fn shown(findings: usize) -> String {
    match findings {
        0 => String::new(),
        1 => "; 1 finding is shown, and fails nothing".to_owned(),
        several => format!("; {several} findings are shown, and fail nothing"),
    }
}
