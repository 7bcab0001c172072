//! The run: one execution of a plan against one database.
//!
//! preflight → fence → snapshot → steps → verify → commit → after. Nothing is touched before the fence.
//!
//! In atomic mode everything between the fence and the commit is one transaction, and the commit happens only on a passing verdict:
//! whatever fails on the way, the transaction is rolled back, and the old contents stand. In-place mode is in [`in_place`].

pub mod apply;
mod backup;
pub mod demo;
pub mod diff;
pub mod directory;
pub mod explain;
pub mod export;
pub mod guard;
pub mod hooks;
pub mod in_place;
pub mod later;
pub mod master_data;
mod measure;
pub mod needs;
mod new_tables;
mod on_request;
pub mod options;
pub mod preconditions;
pub mod preflight;
pub mod prepare;
pub(crate) mod put_back;
pub mod ranges;
pub mod rehearse;
pub mod rehearsed;
pub(crate) mod restore;
pub mod rollback;
mod samples;
pub mod status;
pub mod timing;
pub mod transaction;
pub mod undo;
pub mod verification;

use std::cell::RefCell;

use chrono::Utc;

use crate::database::{Mode, Session, Writer};
use crate::journal::{EventKind, Journal, Outcome, Stage};
use crate::model::error::Result;
use crate::model::table::TableName;
use crate::plan::hooks::Moment;
use crate::plan::{Plan, PlanFiles, RunValues};
use crate::verify::rulings::Rulings;
use crate::verify::verdict::Verdict;

pub use directory::RunDirectory;
pub use options::{BackupAt, Ended, Engine, Finished, Options};

use apply::Execution;
use backup::Backups;
use hooks::Hooks;
use measure::Measure;
use preflight::Preflight;
use rehearsed::Rehearsed;
use transaction::{FenceLimit, raise};

/// Runs a plan.
///
/// # Errors
/// Only where the run could not start: nothing was touched then. Whatever happens later is told by what is returned.
pub fn run(engine: &Engine<'_>, files: &PlanFiles, plan: &Plan, options: &Options) -> Result<Finished> {
    let now = Utc::now();
    run_as(engine, files, plan, options, directory::new_id(now), now)
}

/// Runs a plan under an id that was given out before.
pub(crate) fn run_as(
    engine: &Engine<'_>,
    files: &PlanFiles,
    plan: &Plan,
    options: &Options,
    run: String,
    now: chrono::DateTime<Utc>,
) -> Result<Finished> {
    let values = directory::run_values(now);
    let mode = engine.mode(options)?;
    let ready = match preflight::look(engine, plan, &values, options)? {
        Preflight::Applied(record) => return Ok(Finished::NothingToDo { run: record.run, at: record.started_at }),
        Preflight::Ready { session, events, rulings, .. } => {
            // Typical reads are timed before the fence, so that nobody waits for it.
            let timed = timing::measure(plan, engine.database.dialect(), &values, engine.database.read()?.as_mut())?;
            let backup = backup::look(engine, options).map_err(|error| error.hint("nothing was touched"))?;
            let rehearsed = rehearsed::look(engine, plan, options)?;
            Ready { session, events, rulings, timed, backup, rehearsed }
        }
    };
    // The lock first: a run that cannot have it leaves no directory behind.
    let mut writer = transaction::lock(engine, &run, options)?;
    let directory = RunDirectory::create(engine.home, &plan.name, run)?;
    directory.keep_plan(files)?;
    let journal = Journal::open(&directory.path, engine.monitor)?;
    let hooks = Hooks { engine, plan, options, directory: &directory, journal: &journal };
    let begun = started(engine, plan, options, mode, &ready, &directory, &journal, &values, now);
    let backups =
        Backups { engine, options, directory: &directory, journal: &journal, ready: ready.backup.as_ref(), hold: RefCell::default() };
    if begun.is_ok()
        && let Err((by, error)) = hooks
            .run(Moment::BeforeFence)
            .map_err(|error| ("a hook", error))
            .and_then(|()| backups.before_fence().map_err(|error| ("its backup", error)))
    {
        let mut ended = hooks.not_started(by, error);
        hooks.end(&mut ended);
        return Ok(Finished::Ended(Box::new(ended)));
    }
    let mut ended = match mode {
        Mode::Atomic => {
            let result =
                begun.and_then(|()| attempt(engine, plan, options, &directory, &journal, &values, &ready, &backups, writer.as_mut()));
            let committed = (Outcome::Committed, "committed: every table was verified");
            transaction::conclude(engine, &directory, &journal, writer.as_mut(), result, committed)
        }
        Mode::InPlace => {
            let work = in_place::Work {
                engine,
                plan,
                options,
                directory: &directory,
                journal: &journal,
                values: &values,
                backup: ready.backup.as_ref(),
            };
            let found = in_place::Found { rulings: ready.rulings.clone(), timed: Some(&ready.timed) };
            in_place::run(&work, &found, begun, writer.as_mut())
        }
    };
    hooks.end(&mut ended);
    Ok(Finished::Ended(Box::new(ended)))
}

/// What preflight found of a run that may start.
struct Ready {
    session: Session,
    events: Vec<EventKind>,
    rulings: Rulings,
    timed: Vec<f64>,
    /// What a backup is taken with, where one was asked for.
    backup: Option<crate::backup::Ready>,
    /// Whether the plan was rehearsed.
    rehearsed: Rehearsed,
}

/// How far an attempt came, where nothing failed.
pub(crate) enum Attempt {
    /// Committed; what went wrong after that changes nothing about it, and is told.
    Committed(Verdict, Vec<String>),
    /// Not committed, though nothing failed: as asked, or because of the verdict.
    Given(Outcome, Verdict),
    /// The connection was lost during COMMIT.
    Unknown(String, Verdict),
}

#[allow(clippy::too_many_arguments, reason = "the flow of a run stands on one screen, and hands on what it was given")]
fn attempt(
    engine: &Engine<'_>,
    plan: &Plan,
    options: &Options,
    directory: &RunDirectory,
    journal: &Journal<'_>,
    values: &RunValues,
    ready: &Ready,
    backups: &Backups<'_>,
    writer: &mut dyn Writer,
) -> Result<Attempt> {
    let dialect = engine.database.dialect();
    let limit = FenceLimit::start(engine.interrupt, options.max_fence);
    raise(engine, &transaction::fence(engine, plan, options, values)?, journal, writer)?;
    preflight::not_applied_meanwhile(&writer.records()?, plan, options)?;
    Hooks { engine, plan, options, directory, journal }.run(Moment::AfterFence)?;
    // The catalog is read again under the fence: what was prepared before it may have been out of date.
    let catalog = writer.catalog()?;
    master_data::keep(&master_data::look(plan, dialect, &catalog, writer)?, directory)?;
    let prepared = prepare::prepare(plan, dialect, &catalog, values, options)?;
    preconditions::look_again(&prepared, options, writer)?;
    let before = apply::snapshot(engine, plan, &prepared, options, directory, journal, values, backups, None, writer)?;
    export::before(plan, options, dialect, values, &before, writer)?;
    let rows_of = |table: &TableName| before.rows_of(table);
    let measure = Measure::of_rehearsal(engine, options, journal, writer)?;
    let execution = Execution { dialect, options, journal, interrupt: engine.interrupt, rows_of: &rows_of, measure: measure.as_ref() };
    let rewritten = apply::steps(&prepared, &execution, writer)?;
    let (mut rulings, tables) = verification::verify(engine, plan, &prepared, options, directory, journal, values, &before, writer)?;
    // What is going to be rolled back need not be timed: with an index gone, that could take hours.
    if rulings.holding() {
        timing::compare(plan, &ready.timed, &timing::measure(plan, dialect, values, writer)?, &mut rulings);
    }
    export::after(plan, options, dialect, values, &before, writer)?;
    rulings.join(ready.rulings.clone());
    let verdict = decide(plan, options, directory, journal, rulings, tables)?;
    if !verdict.passed {
        return Ok(Attempt::Given(Outcome::VerificationFailed, verdict));
    }
    if options.dry_run {
        return Ok(Attempt::Given(Outcome::DryRun, verdict));
    }
    if rewritten {
        writer.await_older_readers(options.patience, &mut |message| engine.monitor.notice(&message))?;
    }
    engine.interrupt.check()?;
    let record = transaction::record(directory, plan, "applied", values);
    transaction::commit(journal, writer, &record, verdict, limit, &prepared.strongest, &mut |_| ())
}

fn decide(
    plan: &Plan,
    options: &Options,
    directory: &RunDirectory,
    journal: &Journal<'_>,
    rulings: Rulings,
    tables: Vec<crate::verify::verdict::TableResult>,
) -> Result<Verdict> {
    let mut rulings = rulings;
    on_request::decide(directory, &mut rulings)?;
    let accept = options.accepted();
    let terms = crate::verify::rulings::Terms { accept: &accept, strict: options.strict, criteria: &plan.criteria };
    let verdict = rulings.finish(&terms, tables);
    directory.keep_verdict(&verdict)?;
    for rule in &verdict.rules {
        journal.record(EventKind::RuleDecided {
            rule: rule.rule.clone(),
            passed: rule.outcome.holds(),
            evidence: rule.evidence.clone(),
        })?;
    }
    journal.record(EventKind::VerdictReached {
        passed: verdict.passed,
        findings: verdict.findings.len() as u64,
        rules: verdict.rules.len() as u64,
        cells: verdict.cells,
    })?;
    Ok(verdict)
}

#[allow(clippy::too_many_arguments, reason = "an event tells everything that a run begins with")]
fn started(
    engine: &Engine<'_>,
    plan: &Plan,
    options: &Options,
    mode: Mode,
    ready: &Ready,
    directory: &RunDirectory,
    journal: &Journal<'_>,
    values: &RunValues,
    now: chrono::DateTime<Utc>,
) -> Result<()> {
    journal.record(EventKind::RunStarted {
        run: directory.run.clone(),
        plan: plan.name.clone(),
        title: plan.title.clone(),
        plan_hash: plan.hash.clone(),
        tool: format!("cutover {}", env!("CARGO_PKG_VERSION")),
        database: engine.database.place(),
        product: ready.session.product.clone(),
        account: ready.session.account.clone(),
        mode: mode.to_string(),
        parameters: plan.parameters.iter().map(|(name, value)| (name.clone(), value.value.clone())).collect(),
        started_at: directory::rfc3339(now),
        run_started_at: values.run_started_at.clone(),
        run_date: values.run_date.clone(),
        no_rewrite: options.no_rewrite,
        backup: options.backup.word().to_owned(),
        prove_backup: options.prove_backup,
        undoes: None,
        rehearses: options.rehearses.clone(),
    })?;
    journal.record(EventKind::StageStarted { stage: Stage::Preflight })?;
    for event in &ready.events {
        journal.record(event.clone())?;
    }
    rehearsed::record(&ready.rehearsed, options, journal)
}
