//! What a stage has done, in few words.

use cutover::journal::EventKind;
use cutover::report::words::{count, counted, size};

/// What the stage that ended has done, for the one line that stays of it on a terminal.
#[derive(Debug, Default)]
pub struct Tally {
    checks: u64,
    steps: u64,
    rows: u64,
    tables: u64,
    cells: u64,
    said: Option<String>,
}

impl Tally {
    /// Hears an event of a stage.
    pub fn hear(&mut self, event: &EventKind) {
        match event {
            EventKind::StageStarted { .. } => *self = Self::default(),
            EventKind::CheckFinished { .. } => self.checks += 1,
            EventKind::FenceRaised { tables, .. } => {
                self.said = Some(format!("{}: other sessions' writes wait, reads go on", counted(tables.len() as u64, "table")));
            }
            EventKind::SnapshotFinished { tables, rows, cells, .. } => {
                self.said = Some(format!("{} · {} · {}", counted(*tables, "table"), counted(*rows, "row"), counted(*cells, "cell")));
            }
            EventKind::BackupTaken { files, bytes, program, .. } => {
                self.said = Some(format!("{} · {} · {program}", counted(*files, "file"), size(*bytes)));
            }
            EventKind::BackupProven { passed, tables, cells, waived, .. } => {
                let word = if *passed && *waived == 0 { "proven" } else { "NOT proven" };
                self.said = Some(format!("{word} · {} · {} restored and compared", counted(*tables, "table"), counted(*cells, "cell")));
            }
            EventKind::StepFinished { rows, .. } => {
                self.steps += 1;
                self.rows += rows;
            }
            EventKind::TableVerified { cells, .. } => {
                self.tables += 1;
                self.cells += cells;
            }
            _ => {}
        }
    }

    /// Tables that have been verified.
    pub fn verified(&self) -> u64 {
        self.tables
    }

    /// What was done.
    pub fn in_words(&self) -> String {
        if let Some(said) = &self.said {
            said.clone()
        } else if self.steps > 0 {
            format!("{} · {}", counted(self.steps, "step"), counted(self.rows, "row"))
        } else if self.tables > 0 {
            format!("{} · {} compared", counted(self.tables, "table"), counted(self.cells, "cell"))
        } else if self.checks > 0 {
            format!("{} passed", counted(self.checks, "check"))
        } else {
            String::new()
        }
    }
}

/// How many units a second; nothing in the first moments, where it would be chance.
pub fn speed(done: u64, unit: &str, elapsed: f64) -> String {
    if elapsed < 0.5 { String::new() } else { format!("{} {unit}/s", count((done as f64 / elapsed) as u64)) }
}

#[cfg(test)]
mod tests {
    use cutover::journal::{EventKind, Stage};

    use super::{Tally, speed};

    #[test]
    fn every_stage_is_counted_by_itself() {
        let mut tally = Tally::default();
        tally.hear(&EventKind::StageStarted { stage: Stage::Steps });
        for _ in 0..2 {
            tally.hear(&EventKind::StepFinished { step: "s".to_owned(), rows: 600, seconds: 1.0 });
        }
        assert_eq!(tally.in_words(), "2 steps · 1,200 rows");
        tally.hear(&EventKind::StageStarted { stage: Stage::Commit });
        assert_eq!(tally.in_words(), "");
    }

    #[test]
    fn no_speed_is_told_before_it_is_known() {
        assert_eq!(speed(500, "rows", 0.1), "");
        assert_eq!(speed(500, "rows", 2.0), "250 rows/s");
    }
}
