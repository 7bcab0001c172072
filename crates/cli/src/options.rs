//! Arguments → what the engine is told.

use cutover::run::Options;

use crate::arguments::{Rollback, Run, Sessions, Verify, Waiting};

/// The options of a run.
pub fn of_run(run: &Run) -> Options {
    Options {
        dry_run: run.dry_run,
        accept: run.strictness.accept.clone(),
        strict: run.strictness.strict,
        execute_all: run.execute_all,
        reveal: run.findings.reveal,
        no_rewrite: run.no_rewrite,
        csv: run.csv.clone(),
        ..waiting(&run.waiting, sessions(&run.sessions))
    }
}

/// The options of an undo.
pub fn of_rollback(rollback: &Rollback) -> Options {
    Options { dry_run: rollback.dry_run, ..waiting(&rollback.waiting, Options::default()) }
}

/// The options of a later verification.
pub fn of_verify(verify: &Verify) -> Options {
    Options { accept: verify.strictness.accept.clone(), strict: verify.strictness.strict, ..Options::default() }
}

/// The options of what only reads.
pub fn sessions(sessions: &Sessions) -> Options {
    let default = Options::default();
    Options { sessions: sessions.jobs.map_or(default.sessions, usize::from), ..default }
}

fn waiting(waiting: &Waiting, options: Options) -> Options {
    Options {
        max_fence: waiting.max_fence,
        lock_timeout: waiting.lock_timeout,
        patience: waiting.patience,
        terminate_blockers: waiting.terminate_blockers,
        ..options
    }
}
