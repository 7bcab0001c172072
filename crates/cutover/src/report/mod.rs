//! Reports: functions of a run's journal and verdict. What people and programs read is computed here, and nowhere else.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::journal::{Event, EventKind, Outcome, Stage};
use crate::verify::verdict::{CriterionResult, Finding, Rule, RuleOutcome, TableResult, Verdict};

pub mod guard;
pub mod json;
pub mod masking;
pub mod rehearsal;
pub mod text;
pub mod words;

mod layout;
mod page;
mod state;

pub use guard::Guarded;
pub use layout::table;
pub use masking::Values;
pub use rehearsal::Rehearsed;
pub use text::{Detail, Style, Tone, View};

/// What is told of a run, of a verification without a run, or of a run that was killed on its way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// How it began; `None` for a comparison that is no run.
    pub run: Option<RunHeader>,
    /// How it ended; `None` where the journal does not say so.
    pub ending: Option<Ending>,
    /// The stages in their order.
    pub stages: Vec<StageTime>,
    /// What it needed, against what was there, as it was said before anything was touched.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// The checks that ran before anything was touched.
    pub checks_before: Vec<CheckBefore>,
    /// The snapshot in numbers, where it was completed.
    pub snapshot: Option<SnapshotTotals>,
    /// The backup, where one was taken.
    pub backup: Option<BackupReport>,
    /// What was expected of it and what it took, where its plan was rehearsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rehearsed: Option<Rehearsed>,
    /// The command and what it did, where the run was a guard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guard: Option<Guarded>,
    /// The steps in their order.
    pub steps: Vec<StepReport>,
    /// What people should know: a blocker that was waited for, a sequence that was put forward.
    pub notices: Vec<String>,
    /// Whether the verdict passed; `None` where the run did not come so far.
    pub passed: Option<bool>,
    /// The checklist.
    pub criteria: Vec<CriterionResult>,
    /// What differs. Values of cells are masked, unless they were asked for.
    pub findings: Vec<Finding>,
    /// Whether the values of cells in `findings` are masked.
    pub masked: bool,
    /// The rules, class by class.
    pub rules: Vec<RuleClass>,
    /// Every table.
    pub tables: Vec<TableResult>,
    /// Everything counted.
    pub totals: Totals,
}

/// How a run began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunHeader {
    /// Its id.
    pub run: String,
    /// The plan's name.
    pub plan: String,
    /// The plan's title.
    pub title: String,
    /// The hash of the plan's files and parameters.
    pub plan_hash: String,
    /// The tool and its version.
    pub tool: String,
    /// The database, without a password.
    pub database: String,
    /// The database's product and version.
    pub product: String,
    /// The account.
    pub account: String,
    /// How it runs: `atomic`, or `undo`.
    pub mode: String,
    /// The plan's parameters.
    pub parameters: BTreeMap<String, Option<String>>,
    /// When it started, RFC 3339, UTC.
    pub started_at: String,
}

/// A backup, and whether it was proven.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BackupReport {
    /// What wrote it, by its own name and version.
    pub program: String,
    /// How many files it has.
    pub files: u64,
    /// Their size in bytes.
    pub bytes: u64,
    /// How it is known that it describes the instant of the snapshot.
    pub instant: String,
    /// Whether it was equal to the snapshot when it was restored; `None` where it was not restored.
    pub proven: Option<bool>,
    /// How many cells were compared for that.
    pub cells: u64,
    /// How many rules of the proof did not hold and were accepted by name.
    pub waived: u64,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ending {
    /// How.
    pub outcome: Outcome,
    /// What happened, and what state the database was in then.
    pub message: String,
    /// What to do next.
    pub hints: Vec<String>,
    /// Seconds from the start to the end.
    pub seconds: f64,
}

/// A stage and how long it took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StageTime {
    /// The stage.
    pub stage: Stage,
    /// Seconds; `None` where it did not end.
    pub seconds: Option<f64>,
}

/// A check that ran before anything was touched.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckBefore {
    /// Its rule.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// Whether it found no rows.
    pub passed: bool,
    /// The rows that it found.
    pub rows: u64,
    /// Seconds.
    pub seconds: f64,
}

/// The snapshot in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SnapshotTotals {
    /// Tables read.
    pub tables: u64,
    /// Rows read.
    pub rows: u64,
    /// Cells read.
    pub cells: u64,
    /// Seconds.
    pub seconds: f64,
}

/// A step as it went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepReport {
    /// Its name.
    pub step: String,
    /// Its title.
    pub title: String,
    /// The folder that it stands in.
    pub phase: String,
    /// Table and way, where the step chose one.
    pub ways: Vec<(String, String)>,
    /// Its statements.
    pub statements: Vec<StatementReport>,
    /// Rows that it touched; `None` where it did not end.
    pub rows: Option<u64>,
    /// Seconds; `None` where it did not end.
    pub seconds: Option<f64>,
}

/// A statement that ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StatementReport {
    /// Its first line.
    pub sql: String,
    /// Rows that it touched.
    pub rows: u64,
    /// Seconds.
    pub seconds: f64,
}

/// The rules of one class, such as `cells`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RuleClass {
    /// The class.
    pub class: String,
    /// Rules that hold: passed, implied, waived or noted.
    pub holding: u64,
    /// Those among them that are implied by identical cells.
    pub implied: u64,
    /// Those among them that a waiver accepts.
    pub waived: u64,
    /// Those among them that have findings which do not fail.
    pub noted: u64,
    /// Rules that do not hold.
    pub failed: u64,
    /// Rules that were not looked at.
    pub not_run: u64,
    /// Every rule.
    pub rules: Vec<Rule>,
}

/// Everything counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Tables compared.
    pub tables: u64,
    /// Those among them whose every old cell is as it was.
    pub identical: u64,
    /// Rows before.
    pub rows: u64,
    /// Cells compared.
    pub cells: u64,
    /// Rules decided.
    pub rules: u64,
    /// Rules that do not hold, or were not looked at.
    pub failed: u64,
}

impl Report {
    /// Assembles what is told from a journal (empty where there is none) and a verdict (`None` where it did not come so far).
    #[must_use]
    pub fn of(events: &[Event], verdict: Option<&Verdict>, values: Values) -> Self {
        let mut report = Self {
            run: None,
            ending: None,
            stages: Vec::new(),
            needs: Vec::new(),
            checks_before: Vec::new(),
            snapshot: None,
            backup: None,
            rehearsed: rehearsal::planned_against_real(events),
            guard: None,
            steps: Vec::new(),
            notices: Vec::new(),
            passed: verdict.map(|verdict| verdict.passed),
            criteria: Vec::new(),
            findings: Vec::new(),
            masked: values == Values::Masked,
            rules: Vec::new(),
            tables: Vec::new(),
            totals: Totals::default(),
        };
        for event in events {
            report.hear(&event.kind);
        }
        if let Some(verdict) = verdict {
            report.criteria.clone_from(&verdict.criteria);
            report.findings = verdict.findings.iter().map(|finding| values.of_finding(finding)).collect();
            report.rules = classes(&verdict.rules);
            report.tables.clone_from(&verdict.tables);
            report.totals = totals(verdict);
        }
        report
    }

    fn hear(&mut self, kind: &EventKind) {
        match kind {
            EventKind::RunStarted {
                run, plan, title, plan_hash, tool, database, product, account, mode, parameters, started_at, ..
            } => {
                self.run = Some(RunHeader {
                    run: run.clone(),
                    plan: plan.clone(),
                    title: title.clone(),
                    plan_hash: plan_hash.clone(),
                    tool: tool.clone(),
                    database: database.clone(),
                    product: product.clone(),
                    account: account.clone(),
                    mode: mode.clone(),
                    parameters: parameters.clone(),
                    started_at: started_at.clone(),
                });
            }
            EventKind::NeedsFound { needs } => self.needs.clone_from(needs),
            // What had ended goes on: its steps are told under the names that they have already.
            EventKind::RunResumed => {
                self.ending = None;
                self.notices.push("the run had been stopped, and was resumed".to_owned());
            }
            EventKind::StageStarted { stage } => self.stages.push(StageTime { stage: *stage, seconds: None }),
            EventKind::StageFinished { stage, seconds } => {
                if let Some(open) = self.stages.iter_mut().rev().find(|open| open.stage == *stage) {
                    open.seconds = Some(*seconds);
                }
            }
            EventKind::CheckFinished { rule, title, passed, rows, seconds } => {
                // The checks after the steps are rules of the verdict; only those before have nothing else that tells of them.
                if self.stages.last().is_none_or(|last| last.stage == Stage::Preflight) {
                    let check = CheckBefore { rule: rule.clone(), title: title.clone(), passed: *passed, rows: *rows, seconds: *seconds };
                    self.checks_before.push(check);
                }
            }
            EventKind::SnapshotFinished { tables, rows, cells, seconds } => {
                self.snapshot = Some(SnapshotTotals { tables: *tables, rows: *rows, cells: *cells, seconds: *seconds });
            }
            EventKind::BackupTaken { program, files, bytes, instant, .. } => {
                self.backup = Some(BackupReport {
                    program: program.clone(),
                    files: *files,
                    bytes: *bytes,
                    instant: instant.clone(),
                    proven: None,
                    cells: 0,
                    waived: 0,
                });
            }
            EventKind::BackupProven { passed, cells, waived, .. } => {
                if let Some(backup) = &mut self.backup {
                    (backup.proven, backup.cells, backup.waived) = (Some(*passed), *cells, *waived);
                }
            }
            EventKind::StepStarted { step, .. } if self.step(step).is_some() => {}
            EventKind::StepStarted { step, title, phase, .. } => self.steps.push(StepReport {
                step: step.clone(),
                title: title.clone(),
                phase: phase.clone(),
                ways: Vec::new(),
                statements: Vec::new(),
                rows: None,
                seconds: None,
            }),
            EventKind::WayChosen { step, table, choice } => {
                if let Some(open) = self.step(step) {
                    open.ways.push((table.clone(), choice.clone()));
                }
            }
            EventKind::StatementFinished { step, sql, rows, seconds, .. } => {
                if let Some(open) = self.step(step) {
                    open.statements.push(StatementReport { sql: sql.clone(), rows: *rows, seconds: *seconds });
                }
            }
            EventKind::StepFinished { step, rows, seconds } => {
                if let Some(open) = self.step(step) {
                    (open.rows, open.seconds) = (Some(*rows), Some(*seconds));
                }
            }
            // A run that is resumed is told the same of its fence again.
            EventKind::Noticed { message } if self.notices.contains(message) => {}
            EventKind::HookFinished { ok: false, how, output, .. } => self.notices.push(format!("{how}; what it said is in {output}")),
            EventKind::Noticed { message } => self.notices.push(message.clone()),
            EventKind::RunFinished { outcome, message, hints, seconds } => {
                self.ending = Some(Ending { outcome: *outcome, message: message.clone(), hints: hints.clone(), seconds: *seconds });
            }
            EventKind::MethodChosen { method, why } => self.notices.push(format!("by {method}: {why}")),
            EventKind::CommandStarted { .. }
            | EventKind::CommandFinished { .. }
            | EventKind::MigrationsFound { .. }
            | EventKind::ObjectsAdded { .. } => self.guard.get_or_insert_default().hear(kind),
            EventKind::RehearsalFound { .. }
            | EventKind::StatementMeasured { .. }
            | EventKind::FenceRaised { .. }
            | EventKind::TableCaptured { .. }
            | EventKind::InvariantCaptured { .. }
            | EventKind::TableVerified { .. }
            | EventKind::RuleDecided { .. }
            | EventKind::VerdictReached { .. }
            | EventKind::HookFinished { .. }
            | EventKind::CommitStarted => {}
        }
    }

    fn step(&mut self, name: &str) -> Option<&mut StepReport> {
        self.steps.iter_mut().rev().find(|open| open.step == name)
    }
}

/// The rules class by class, in the order in which the classes were first decided.
fn classes(rules: &[Rule]) -> Vec<RuleClass> {
    let mut classes: Vec<RuleClass> = Vec::new();
    for rule in rules {
        let name = rule.rule.split(':').next().unwrap_or_default();
        let position = classes.iter().position(|class| class.class == name).unwrap_or_else(|| {
            classes.push(RuleClass { class: name.to_owned(), ..RuleClass::default() });
            classes.len() - 1
        });
        let class = &mut classes[position];
        class.holding += u64::from(rule.outcome.holds());
        match rule.outcome {
            RuleOutcome::Passed => {}
            RuleOutcome::Implied => class.implied += 1,
            RuleOutcome::Waived => class.waived += 1,
            RuleOutcome::Noted | RuleOutcome::Warned => class.noted += 1,
            RuleOutcome::Failed => class.failed += 1,
            RuleOutcome::NotRun => class.not_run += 1,
        }
        class.rules.push(rule.clone());
    }
    classes
}

fn totals(verdict: &Verdict) -> Totals {
    Totals {
        tables: verdict.tables.len() as u64,
        identical: verdict.tables.iter().filter(|table| table.identical).count() as u64,
        rows: verdict.tables.iter().filter_map(|table| table.rows_before).sum(),
        cells: verdict.cells,
        rules: verdict.rules.len() as u64,
        failed: verdict.rules.iter().filter(|rule| !rule.outcome.holds()).count() as u64,
    }
}

#[cfg(test)]
mod tests;
