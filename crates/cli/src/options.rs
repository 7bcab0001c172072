//! Arguments → what the engine is told.

use cutover::backup::Program;
use cutover::database::Mode;
use cutover::plan::PlanFiles;
use cutover::run::guard::{GRACE, GuardOptions};
use cutover::run::rollback::{Method, Rollback as WayBack};
use cutover::run::{BackupAt, Options};

use crate::arguments::{
    self, At, BackupProgram, Clean, Guard, Hooks, InPlace, Instant, Method as Way, Rehearse, Repair, Resume, Rollback, Run, Sessions, Step,
    Verify, Waiting,
};
use crate::built_in;

/// The options of a run.
pub fn of_run(run: &Run, files: &PlanFiles) -> Options {
    Options {
        hooks: hooks(&run.hooks, built_in::is_built_in(files)),
        dry_run: run.dry_run,
        accept: run.strictness.accept.clone(),
        strict: run.strictness.strict,
        execute_all: run.execute_all,
        reveal: run.findings.reveal,
        no_rewrite: run.no_rewrite,
        csv: run.csv.clone(),
        backup: match run.safety.backup {
            At::None => BackupAt::Nowhere,
            At::Before => BackupAt::Before,
            At::Fence => BackupAt::Fence,
        },
        backup_program: program(run.safety.program.backup_program),
        backup_file: run.safety.backup_file.clone(),
        prove_backup: run.safety.prove_backup,
        staging: run.safety.staging.clone(),
        require_rehearsal: run.require_rehearsal,
        mode: run.mode.map(mode),
        ..in_place(&run.in_place, waiting(&run.waiting, sessions(&run.sessions)))
    }
}

/// The program that a backup is taken by.
pub fn program(program: BackupProgram) -> Program {
    match program {
        BackupProgram::Own => Program::Own,
        BackupProgram::Mydumper => Program::Mydumper,
    }
}

/// The options of a guard.
pub fn of_guard(guard: &Guard) -> GuardOptions {
    GuardOptions {
        url: guard.database.url.clone(),
        command: guard.command.clone(),
        options: Options {
            accept: guard.strictness.accept.clone(),
            strict: guard.strictness.strict,
            reveal: guard.findings.reveal,
            backup: match guard.backup {
                Instant::None => BackupAt::Nowhere,
                Instant::Instant => BackupAt::Fence,
            },
            backup_program: program(guard.program.backup_program),
            prove_backup: guard.prove_backup,
            staging: guard.staging.clone(),
            ..sessions(&guard.sessions)
        },
        migrations: guard.migrations.clone(),
        rehearse: guard.rehearse,
        restore_on_failure: guard.restore_on_failure,
        suggest: guard.suggest_contract.clone(),
        timeout: guard.timeout,
        settle: guard.settle,
        grace: GRACE,
    }
}

/// The options of a rehearsal. The programs of a plan are never run in one.
pub fn of_rehearse(rehearse: &Rehearse) -> Options {
    Options {
        hooks: false,
        accept: rehearse.strictness.accept.clone(),
        strict: rehearse.strictness.strict,
        execute_all: rehearse.execute_all,
        reveal: rehearse.findings.reveal,
        no_rewrite: rehearse.no_rewrite,
        backup_program: program(rehearse.program.backup_program),
        backup_file: rehearse.backup_file.clone(),
        staging: rehearse.staging.clone(),
        copy: rehearse.copy,
        mode: rehearse.mode.map(mode),
        ..sessions(&rehearse.sessions)
    }
}

fn mode(mode: arguments::Mode) -> Mode {
    match mode {
        arguments::Mode::Atomic => Mode::Atomic,
        arguments::Mode::InPlace => Mode::InPlace,
    }
}

/// The options of one step.
pub fn of_step(step: &Step, files: &PlanFiles) -> Options {
    Options { force: step.force, ..of_run(&step.run, files) }
}

/// A plan's directory is the user's own, and its hooks are run. What a built-in plan would run on this machine nobody has looked at here
/// before: it is asked for.
fn hooks(hooks: &Hooks, built_in: bool) -> bool {
    hooks.hooks || !(hooks.no_hooks || built_in)
}

/// The options of a run that goes on, of the plan of this name.
pub fn of_resume(resume: &Resume, plan: &str) -> Options {
    Options {
        hooks: hooks(&resume.hooks, built_in::names().contains(&plan)),
        accept: resume.strictness.accept.clone(),
        strict: resume.strictness.strict,
        execute_all: resume.execute_all,
        reveal: resume.findings.reveal,
        ..in_place(&resume.in_place, waiting(&resume.waiting, sessions(&resume.sessions)))
    }
}

/// The options of a repair of a run of the plan of this name.
pub fn of_repair(repair: &Repair, plan: &str) -> Options {
    Options {
        hooks: hooks(&repair.hooks, built_in::names().contains(&plan)),
        dry_run: repair.dry_run,
        accept: repair.strictness.accept.clone(),
        strict: repair.strictness.strict,
        reveal: repair.findings.reveal,
        ..in_place(&repair.in_place, waiting(&repair.waiting, Options::default()))
    }
}

/// The options of taking a fence down.
pub fn of_clean(clean: &Clean) -> Options {
    waiting(&clean.waiting, Options::default())
}

/// The options of an undo.
pub fn of_rollback(rollback: &Rollback) -> Options {
    Options {
        dry_run: rollback.dry_run,
        unfenced: rollback.unfenced,
        accept: rollback.accept.clone(),
        reveal: rollback.findings.reveal,
        ..waiting(&rollback.waiting, Options::default())
    }
}

/// In which way a run is taken back, and what becomes of what others wrote since.
pub fn way_back(rollback: &Rollback) -> WayBack {
    WayBack {
        method: match rollback.method {
            Way::Auto => Method::Auto,
            Way::Undo => Method::Undo,
            Way::Restore => Method::Restore,
        },
        keep_new_writes: rollback.keep_new_writes,
        discard_new_writes: rollback.discard_new_writes,
        export_new_writes: rollback.export_new_writes.clone(),
    }
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

fn in_place(in_place: &InPlace, options: Options) -> Options {
    Options { unfenced: in_place.unfenced, batch_delay: in_place.batch_delay, max_load: in_place.max_load, ..options }
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
