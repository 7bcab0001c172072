//! What a rehearsal measured, `rehearsal.json` in the directory of its run: computed from the journal of a run on a copy.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Event, EventKind, Outcome, Stage};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::footprint::Weight;

/// The version of the file's form.
pub const FORMAT: u32 = 1;

/// The upper end of the window, as a multiple of the lower: an allowance for a server that is busier than staging was, and whose caches
/// are cold. It is not measured.
const ALLOWANCE: f64 = 2.0;

/// A phase, and how long it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseTime {
    /// Its name: that of a stage, or `steps: ` and the folder of the steps.
    pub phase: String,
    /// Seconds.
    pub seconds: f64,
}

/// A statement as it went in the rehearsal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasuredStatement {
    /// Its step.
    pub step: String,
    /// Its number in the step, from 1.
    pub statement: u64,
    /// Its first line.
    pub sql: String,
    /// Rows that it touched.
    pub rows: u64,
    /// Seconds.
    pub seconds: f64,
    /// What it weighed.
    #[serde(flatten)]
    pub weight: Weight,
}

/// The backup that staging was restored from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RehearsedBackup {
    /// Its directory.
    pub directory: std::path::PathBuf,
    /// What wrote it, by its own name and version.
    pub program: String,
    /// When it was taken, RFC 3339, UTC.
    pub taken_at: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Seconds that it took, with the snapshot beside it; `None` where it had been made before.
    pub seconds: Option<f64>,
    /// Seconds that restoring and comparing it took.
    pub restored_in: f64,
    /// Whether it is proven: what was restored equals the snapshot of its instant. `None` where no such snapshot is known.
    pub proven: Option<bool>,
    /// Cells compared for that.
    pub cells: u64,
}

/// How long other sessions' writes will be held off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// At the least, in seconds.
    pub least: f64,
    /// At the most, in seconds, as far as can be said.
    pub most: f64,
    /// How these numbers come about, and what is not in them.
    pub how: Vec<String>,
}

/// What a rehearsal measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// The version of this form.
    pub format: u32,
    /// The id of its run.
    pub run: String,
    /// The plan.
    pub plan: String,
    /// The hash of the plan's files and parameters.
    pub plan_hash: String,
    /// The database that it was done for, without a password.
    pub database: String,
    /// Where it was done, without a password.
    pub staging: String,
    /// Whether staging stays.
    pub kept: bool,
    /// The product and version of staging.
    pub product: String,
    /// How the database was changed: `atomic` or `in-place`.
    pub mode: String,
    /// When it started, RFC 3339, UTC.
    pub at: String,
    /// How the run on staging ended.
    pub outcome: Outcome,
    /// The backup that staging was restored from; `None` where it is a copy without one.
    pub backup: Option<RehearsedBackup>,
    /// Seconds that copying the database took; `None` where staging was restored from a backup.
    pub copied_in: Option<f64>,
    /// Rows in staging, all tables together.
    pub rows: u64,
    /// Rows in the database itself, counted.
    pub rows_now: u64,
    /// Everything between the fence and the commit, in order.
    pub phases: Vec<PhaseTime>,
    /// The locks that were held before the first statement; `None` where the server does not tell.
    pub fence: Option<Vec<crate::model::footprint::HeldLock>>,
    /// The statements in order.
    pub statements: Vec<MeasuredStatement>,
    /// What the database must expect; `None` where the rehearsal did not come to its end.
    pub window: Option<Window>,
}

/// What is known of a rehearsal besides the journal of its run.
pub struct About {
    /// The database that it was done for, without a password.
    pub database: String,
    /// Where it was done, without a password.
    pub staging: String,
    /// Whether staging stays.
    pub kept: bool,
    /// The backup that staging was restored from; `None` where it is a copy without one.
    pub backup: Option<RehearsedBackup>,
    /// Seconds that copying the database took; `None` where staging was restored from a backup.
    pub copied_in: Option<f64>,
    /// Rows in the database itself; `None` where they are those of staging.
    pub rows_now: Option<u64>,
    /// How long a run may wait for others, in seconds.
    pub patience: f64,
}

/// The phases of a run between the fence and the commit, in order, with the time that they took in all. Steps are told by the folders that
/// they stand in.
#[must_use]
pub fn phases(events: &[Event]) -> Vec<PhaseTime> {
    let mut phases: Vec<PhaseTime> = Vec::new();
    let mut folder = String::new();
    let mut fenced = false;
    for event in events {
        let (phase, seconds) = match &event.kind {
            EventKind::StageStarted { stage: Stage::Fence } => {
                fenced = true;
                continue;
            }
            // Nobody waits for a backup before the fence.
            EventKind::StageFinished { .. } if !fenced => continue,
            EventKind::StepStarted { phase, .. } => {
                folder.clone_from(phase);
                continue;
            }
            EventKind::StepFinished { seconds, .. } if folder.is_empty() => ("steps".to_owned(), *seconds),
            EventKind::StepFinished { seconds, .. } => (format!("steps: {folder}"), *seconds),
            EventKind::StageFinished { stage, seconds } => match stage {
                Stage::Fence => ("fence".to_owned(), *seconds),
                Stage::Snapshot => ("snapshot".to_owned(), *seconds),
                Stage::Backup => ("backup".to_owned(), *seconds),
                Stage::Proof => ("proof".to_owned(), *seconds),
                Stage::Verify => ("verify".to_owned(), *seconds),
                Stage::Commit => ("commit".to_owned(), *seconds),
                Stage::Preflight | Stage::Steps | Stage::Command | Stage::Restore | Stage::After => continue,
            },
            _ => continue,
        };
        match phases.iter_mut().find(|known| known.phase == phase) {
            Some(known) => known.seconds += seconds,
            None => phases.push(PhaseTime { phase, seconds }),
        }
    }
    phases
}

impl Rehearsal {
    /// Computes what was measured from the journal of a run on staging; `None` where the journal does not begin with a run's start.
    #[must_use]
    pub fn of(events: &[Event], about: About) -> Option<Self> {
        let EventKind::RunStarted { run, plan, plan_hash, product, mode, started_at, .. } = &events.first()?.kind else { return None };
        let mut rehearsal = Self {
            format: FORMAT,
            run: run.clone(),
            plan: plan.clone(),
            plan_hash: plan_hash.clone(),
            database: about.database,
            staging: about.staging,
            kept: about.kept,
            product: product.clone(),
            mode: mode.clone(),
            at: started_at.clone(),
            outcome: Outcome::Failed,
            backup: about.backup,
            copied_in: about.copied_in,
            rows: 0,
            rows_now: 0,
            phases: phases(events),
            fence: None,
            statements: Vec::new(),
            window: None,
        };
        for event in events {
            rehearsal.hear(&event.kind);
        }
        rehearsal.rows_now = about.rows_now.unwrap_or(rehearsal.rows);
        if rehearsal.outcome == Outcome::Committed {
            rehearsal.window = Some(rehearsal.expected(about.patience));
        }
        Some(rehearsal)
    }

    fn hear(&mut self, kind: &EventKind) {
        match kind {
            EventKind::SnapshotFinished { rows, .. } => self.rows = *rows,
            EventKind::StatementFinished { step, statement, sql, rows, seconds } => self.statements.push(MeasuredStatement {
                step: step.clone(),
                statement: *statement,
                sql: sql.clone(),
                rows: *rows,
                seconds: *seconds,
                weight: Weight::default(),
            }),
            EventKind::StatementMeasured { statement: 0, weight, .. } => self.fence.clone_from(&weight.locks),
            EventKind::StatementMeasured { step, statement, weight } => {
                let measured = self.statements.iter_mut().rev().find(|known| known.step == *step && known.statement == *statement);
                if let Some(measured) = measured {
                    measured.weight = weight.clone();
                }
            }
            EventKind::RunFinished { outcome, .. } => self.outcome = *outcome,
            _ => {}
        }
    }

    fn expected(&self, patience: f64) -> Window {
        let took: f64 = self.phases.iter().map(|phase| phase.seconds).sum();
        let more = if self.rows == 0 { 1.0 } else { self.rows_now as f64 / self.rows as f64 };
        let least = took * more;
        let mut how = vec![format!("least: from the fence to the commit, staging took {took:.2} s with {} rows", self.rows)];
        how.push(if self.rows_now == self.rows {
            format!(
                "the database had as many when the {} was made, counted one by one",
                if self.backup.is_some() { "backup" } else { "copy" }
            )
        } else {
            format!("the database has {} rows now, counted one by one: times {more:.3}", self.rows_now)
        });
        how.push(format!(
            "most: {ALLOWANCE} times that. It is an allowance, not a measurement: the database's server may be busier, and its caches cold"
        ));
        how.push(format!(
            "not in it: waiting for sessions that hold locks or older snapshots, up to {patience:.0} s each time (--patience), and a \
             backup under the fence (--backup fence), its proof (--prove-backup), and the plan's own programs"
        ));
        if self.kept {
            how.push("staging was a database that was given: where its server is another one, so may be its times".to_owned());
        }
        Window { least, most: least * ALLOWANCE, how }
    }

    /// What a run of the same plan has to expect of each phase. With a backup under the fence, the snapshot is read beside it.
    #[must_use]
    pub fn planned(&self, backup: bool, proof: bool) -> Vec<PhaseTime> {
        let mut planned = self.phases.clone();
        if let Some(snapshot) = planned.iter_mut().find(|phase| phase.phase == "snapshot")
            && backup
        {
            snapshot.seconds = snapshot.seconds.max(self.backup.as_ref().and_then(|backup| backup.seconds).unwrap_or(0.0));
        }
        if let Some(position) = planned.iter().position(|phase| phase.phase == "snapshot")
            && backup
            && proof
            && let Some(restored) = &self.backup
        {
            planned.insert(position + 1, PhaseTime { phase: "proof".to_owned(), seconds: restored.restored_in });
        }
        planned
    }

    /// The window of a run with these phases, at the least and at the most, in seconds: what a backup under the fence adds is in it.
    #[must_use]
    pub fn expected_with(&self, planned: &[PhaseTime]) -> (f64, f64) {
        let sum = |phases: &[PhaseTime]| phases.iter().map(|phase| phase.seconds).sum::<f64>();
        let added = (sum(planned) - sum(&self.phases)).max(0.0);
        self.window.as_ref().map_or((0.0, 0.0), |window| (window.least + added, window.most + added * ALLOWANCE))
    }

    /// Reads what the rehearsal in a run's directory measured; `None` where the run was none.
    ///
    /// # Errors
    /// Where the file cannot be read, or is none.
    pub fn read(directory: &Path) -> Result<Option<Self>> {
        let path = directory.join("rehearsal.json");
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::file("read", &path, source)),
        };
        serde_json::from_slice(&text)
            .map(Some)
            .map_err(|source| Error::new(ErrorKind::Corrupt, format!("{} is not a rehearsal", path.display())).because(source))
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, EventKind, Stage, phases};

    #[test]
    fn only_what_happens_behind_the_fence_is_a_phase() {
        let finished = |stage, seconds| EventKind::StageFinished { stage, seconds };
        let kinds = [
            finished(Stage::Preflight, 1.0),
            finished(Stage::Backup, 60.0),
            finished(Stage::Proof, 60.0),
            EventKind::StageStarted { stage: Stage::Fence },
            finished(Stage::Fence, 0.5),
            finished(Stage::Snapshot, 2.0),
            EventKind::StepFinished { step: "0010_one".to_owned(), rows: 1, seconds: 3.0 },
            finished(Stage::Steps, 3.0),
            finished(Stage::Verify, 4.0),
            finished(Stage::Commit, 0.25),
            finished(Stage::After, 9.0),
        ];
        let events: Vec<_> = kinds
            .into_iter()
            .enumerate()
            .map(|(number, kind)| Event { number: number as u64 + 1, at: String::new(), elapsed: 0.0, kind })
            .collect();
        let told: Vec<_> = phases(&events).into_iter().map(|time| (time.phase, time.seconds)).collect();
        let expected = [("fence", 0.5), ("snapshot", 2.0), ("steps", 3.0), ("verify", 4.0), ("commit", 0.25)];
        assert_eq!(told, expected.map(|(phase, seconds)| (phase.to_owned(), seconds)));
    }
}
