//! Events, in an order that plan and catalog fix: two runs of one plan on one database have the same events.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::rehearsal::PhaseTime;
use crate::model::footprint::Weight;

/// One event as it stands in `events.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its number, counted from 1 without gaps.
    pub number: u64,
    /// When, RFC 3339 with milliseconds, UTC.
    pub at: String,
    /// Seconds since the run began.
    pub elapsed: f64,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// A part of a run that people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the names are the stages of DESIGN: preflight → fence → snapshot → backup → steps (of a guard: command) → verify (→ restore) → commit → after"
)]
pub enum Stage {
    Preflight,
    Fence,
    Snapshot,
    Backup,
    Proof,
    Steps,
    Command,
    Verify,
    Restore,
    Commit,
    After,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything was verified and committed.
    Committed,
    /// Everything was verified and rolled back, as asked.
    DryRun,
    /// Something stopped it before anything was touched.
    NotStarted,
    /// The verdict failed; the old contents stand.
    VerificationFailed,
    /// A step or the engine failed; the old contents stand.
    Failed,
    /// A person or the fence's time limit stopped it; the old contents stand.
    Interrupted,
    /// The connection was lost during COMMIT and nobody could be asked.
    Unknown,
    /// A step ended the run's transaction: what the steps had done until then may stay, unverified.
    Escaped,
    /// A committed run was undone, and the contents proven equal to the snapshot.
    Undone,
    /// In-place: it stopped part-way. What was executed stands, and the run can be resumed or taken back.
    Stopped,
    /// In-place: an undo stopped part-way, or the contents are not those of the snapshot. A person is needed.
    UndoFailed,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[allow(missing_docs, reason = "field names say what they hold; seconds are seconds, bytes are bytes")]
#[allow(clippy::large_enum_variant, reason = "only one event is held at a time, and it is written at once")]
pub enum EventKind {
    /// A run began.
    RunStarted {
        run: String,
        plan: String,
        title: String,
        plan_hash: String,
        tool: String,
        database: String,
        product: String,
        account: String,
        mode: String,
        parameters: BTreeMap<String, Option<String>>,
        started_at: String,
        run_started_at: String,
        run_date: String,
        /// Whether operations must not rewrite tables: whoever takes the run up goes on in the same way.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        no_rewrite: bool,
        /// Which backup was asked for, `before` or `fence`, and whether it was to be proven: whoever takes the run up does the same.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        backup: String,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        prove_backup: bool,
        /// The run that this one undoes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        undoes: Option<String>,
        /// The database, without a password, of which this run changes a copy.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rehearses: Option<String>,
    },
    /// Exactly this plan was rehearsed for this database: what that took, and so what is to be expected.
    RehearsalFound { run: String, started: String, phases: Vec<PhaseTime>, least: f64, most: f64 },
    /// In which way a run is taken back, and why in this one.
    MethodChosen { method: String, why: String },
    /// What the run will need, against what is there, line by line.
    NeedsFound { needs: Vec<String> },
    /// In-place: a run that was stopped goes on.
    RunResumed,
    /// A stage began.
    StageStarted { stage: Stage },
    /// A stage ended.
    StageFinished { stage: Stage, seconds: f64 },
    /// A check of the plan ran.
    CheckFinished { rule: String, title: String, passed: bool, rows: u64, seconds: f64 },
    /// The fence stands; other sessions' writes wait.
    FenceRaised { tables: Vec<String>, seconds: f64 },
    /// A table was read into the snapshot.
    TableCaptured { table: String, rows: u64, cells: u64, bytes: u64, key: Vec<String>, seconds: f64 },
    /// An invariant was read into the snapshot, or found to be implied by its input columns.
    InvariantCaptured { rule: String, rows: Option<u64>, implied: bool, seconds: f64 },
    /// The snapshot is complete and sealed.
    SnapshotFinished { tables: u64, rows: u64, cells: u64, seconds: f64 },
    /// A backup stands beside the snapshot, sealed. `instant` says how it is known that both describe the same instant.
    BackupTaken { program: String, files: u64, bytes: u64, instant: String, seconds: f64 },
    /// A backup was restored and compared; `waived` counts the rules that did not hold and were accepted by name.
    BackupProven { passed: bool, tables: u64, cells: u64, waived: u64, place: String, seconds: f64 },
    /// A step began.
    ///
    /// Written as `step_number`, because the event's own `number` stands beside it on the line.
    StepStarted {
        step: String,
        title: String,
        phase: String,
        #[serde(rename = "step_number")]
        number: u64,
        of: u64,
    },
    /// A step chose its way on one table.
    WayChosen { step: String, table: String, choice: String },
    /// A statement of a step ended.
    StatementFinished { step: String, statement: u64, sql: String, rows: u64, seconds: f64 },
    /// In a rehearsal: what a statement weighed. The step `fence` and the statement 0 stand for what was held before the first one.
    StatementMeasured { step: String, statement: u64, weight: Weight },
    /// A step ended.
    StepFinished { step: String, rows: u64, seconds: f64 },
    /// A table was scanned again and compared.
    TableVerified { table: String, rows: u64, cells: u64, identical: bool, seconds: f64 },
    /// A rule was decided.
    RuleDecided { rule: String, passed: bool, evidence: String },
    /// The verdict stands in `verdict.json`.
    VerdictReached { passed: bool, findings: u64, rules: u64, cells: u64 },
    /// A program of the plan's has ended. `how` says how, `output` is the file of what it said.
    HookFinished { moment: String, command: Vec<String>, ok: bool, how: String, output: String, seconds: f64 },
    /// A guard: the command was started, on the database of this place. What looked like a password in it is masked.
    CommandStarted { command: Vec<String>, place: String },
    /// A guard: the command has returned. `signal` is the one that ended it, `output` the file of what it said, `left` the processes that it
    /// has left behind.
    CommandFinished { code: Option<i32>, signal: Option<i32>, timed_out: bool, output: String, left: Vec<String>, seconds: f64 },
    /// A guard: what a migration tool's own history says was applied meanwhile, and what was withdrawn.
    MigrationsFound { tool: String, table: String, applied: Vec<String>, withdrawn: Vec<String> },
    /// A guard: the objects that came, each but those that came with a table.
    ObjectsAdded { objects: Vec<String> },
    /// COMMIT is sent next.
    CommitStarted,
    /// Something that people should know: a blocker that was waited for, a sequence that was put forward.
    Noticed { message: String },
    /// The run ended.
    RunFinished { outcome: Outcome, message: String, hints: Vec<String>, seconds: f64 },
}

/// How a command of a person's ended.
#[must_use]
pub fn ending(code: Option<i32>, signal: Option<i32>, timed_out: bool) -> String {
    let how = match (code, signal) {
        (Some(0), _) => "ended well".to_owned(),
        (Some(code), _) => format!("ended with the exit code {code}"),
        (None, Some(signal)) => format!("was ended by the signal {signal}"),
        (None, None) => "could not be started".to_owned(),
    };
    if timed_out { format!("{how}, because its time was over") } else { how }
}

/// A tick of progress.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The stage.
    pub stage: Stage,
    /// What is being worked on: a table, a step.
    pub item: String,
    /// Units done in the whole stage.
    pub done: u64,
    /// Units in the whole stage where that is known exactly; statistics are never used for it.
    pub total: Option<u64>,
    /// What the units are: `rows`, `statements`, `rules`, `bytes`.
    pub unit: &'static str,
}
