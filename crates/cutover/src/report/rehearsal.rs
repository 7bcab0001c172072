//! A rehearsal for people, and what a rehearsed run took against what was expected.

use serde::Serialize;

use super::Report;
use super::layout::table;
use super::page::Page;
use super::text::{NARROWEST, Tone, View};
use super::words::{count, counted, is_good, seconds, size};
use crate::journal::rehearsal::{MeasuredStatement, RehearsedBackup, phases};
use crate::journal::{Event, EventKind, Rehearsal};
use crate::model::footprint::HeldLock;

/// What was expected of a run, and what it took.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rehearsed {
    /// The run that was the rehearsal.
    pub rehearsal: String,
    /// When that started, RFC 3339, UTC.
    pub at: String,
    /// The window that was expected, in seconds: at the least, and at the most.
    pub expected: (f64, f64),
    /// What the phases between the fence and the commit took in all, in seconds.
    pub took: f64,
    /// Phase by phase.
    pub phases: Vec<RehearsedPhase>,
}

/// A phase, planned and real.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RehearsedPhase {
    /// Its name.
    pub phase: String,
    /// Seconds in the rehearsal; `None` where it had no such phase.
    pub planned: Option<f64>,
    /// Seconds in the run; `None` where it did not come so far.
    pub real: Option<f64>,
}

/// Sets what a run took against its rehearsal; `None` where there was none.
pub(super) fn planned_against_real(events: &[Event]) -> Option<Rehearsed> {
    let mut found = None;
    for event in events {
        if let EventKind::RehearsalFound { run, started, phases, least, most } = &event.kind {
            found = Some((run.clone(), started.clone(), phases.clone(), (*least, *most)));
        }
    }
    let (rehearsal, at, planned, expected) = found?;
    let real = phases(events);
    let of =
        |times: &[crate::journal::rehearsal::PhaseTime], name: &str| times.iter().find(|time| time.phase == name).map(|time| time.seconds);
    let unplanned = real.iter().filter(|time| of(&planned, &time.phase).is_none());
    let names = planned.iter().chain(unplanned).map(|time| time.phase.clone());
    let phases = names.map(|phase| RehearsedPhase { planned: of(&planned, &phase), real: of(&real, &phase), phase }).collect();
    Some(Rehearsed { rehearsal, at, expected, took: real.iter().map(|time| time.seconds).sum(), phases })
}

impl Page {
    /// What was expected of a run, and what it took.
    pub(super) fn rehearsed(&mut self, report: &Report) {
        let Some(rehearsed) = &report.rehearsed else { return };
        self.heading("Planned against real");
        let time = |time: Option<f64>| time.map_or_else(|| "—".to_owned(), seconds);
        let mut rows: Vec<_> =
            rehearsed.phases.iter().map(|phase| vec![phase.phase.clone(), time(phase.planned), time(phase.real)]).collect();
        let (least, most) = rehearsed.expected;
        rows.push(vec!["window".to_owned(), format!("{} to {}", seconds(least), seconds(most)), seconds(rehearsed.took)]);
        self.table(&["phase", "planned", "real"], rows, &[1, 2]);
        self.paragraph("  ", 2, Some(Tone::Faint), &format!("planned by the rehearsal {}, started {}", rehearsed.rehearsal, rehearsed.at));
    }

    fn table(&mut self, header: &[&str], rows: Vec<Vec<String>>, right: &[usize]) {
        let lines = table(header, rows, right, self.view.width - 2);
        for (position, line) in lines.iter().enumerate() {
            let line = if position < 2 { self.paint(Tone::Faint, line) } else { line.clone() };
            self.line(&format!("  {line}"));
        }
    }

    fn rehearsal(&mut self, rehearsal: &Rehearsal) {
        let title = self.paint(Tone::Strong, &format!("Rehearsal of {}", rehearsal.plan));
        self.line(&title);
        self.paragraph(
            "→ ",
            2,
            Some(Tone::Faint),
            &format!("for {}, on {} · {}", rehearsal.database, rehearsal.staging, rehearsal.product),
        );
        self.paragraph("  ", 2, Some(Tone::Faint), &format!("run {} · {} · {}", rehearsal.run, rehearsal.at, rehearsal.mode));
        match (&rehearsal.backup, rehearsal.copied_in) {
            (Some(backup), _) => self.backup_of(backup),
            (None, copied_in) => self.copied_in(copied_in),
        }
        self.heading("Statements");
        let rows = rehearsal.statements.iter().enumerate().map(|(number, statement)| row_of(number + 1, statement)).collect();
        self.table(&["", "time", "rows", "rewritten", "log", "on disk", "temporary", "locks"], rows, &[0, 1, 2, 4, 5, 6]);
        let mut of_step = "";
        for (number, statement) in rehearsal.statements.iter().enumerate() {
            if statement.step != of_step {
                of_step = &statement.step;
                self.paragraph("  ", 2, Some(Tone::Faint), of_step);
            }
            self.paragraph(&format!("  {:>3}  ", number + 1), 7, Some(Tone::Faint), &statement.sql);
        }
        let fence = match &rehearsal.fence {
            Some(held) if held.is_empty() => "no lock on a table is held before the first statement".to_owned(),
            Some(held) => format!("held from the fence on: {}", locks(held)),
            None => "each statement is a transaction of its own: what it locks, it gives back when it ends".to_owned(),
        };
        self.paragraph("  ", 2, None, &fence);
        self.paragraph("  ", 2, Some(Tone::Faint), "locks are shown where they are taken first; ? is what the server does not tell");
        self.heading("Phases");
        let rows = rehearsal.phases.iter().map(|phase| vec![phase.phase.clone(), seconds(phase.seconds)]).collect();
        self.table(&["phase", "time"], rows, &[1]);
        self.heading("Window");
        match &rehearsal.window {
            Some(window) => {
                let sentence = format!("other sessions' writes will wait for {} to {}", seconds(window.least), seconds(window.most));
                self.paragraph("  ", 2, Some(Tone::Strong), &sentence);
                for line in &window.how {
                    self.paragraph("  · ", 4, Some(Tone::Faint), line);
                }
            }
            None => self.paragraph("  ", 2, Some(Tone::Bad), "unknown: the rehearsal did not come to its end"),
        }
        self.text.push('\n');
        let good = is_good(rehearsal.outcome);
        let lead = format!("{} ", self.mark(good));
        let stays = if rehearsal.kept { "staging stays as the plan has left it" } else { "the copy is dropped" };
        let sentence = if good {
            format!("rehearsed: everything was verified on the copy; {stays}, and the database itself is untouched")
        } else {
            format!("the rehearsal failed on the copy; {stays}, and the database itself is untouched")
        };
        self.paragraph(&lead, 2, Some(if good { Tone::Good } else { Tone::Bad }), &sentence);
    }

    fn copied_in(&mut self, time: Option<f64>) {
        self.heading("Copy");
        let made = "copied by the database's own means".to_owned();
        let parts = [made, "no backup was taken or proven".to_owned()].into_iter().chain(time.map(|time| format!("in {}", seconds(time))));
        self.parts(None, &parts.collect::<Vec<_>>());
    }

    fn backup_of(&mut self, backup: &RehearsedBackup) {
        let taken = match backup.seconds {
            Some(time) => format!("taken in {}", seconds(time)),
            None => format!("taken before, {}", backup.taken_at),
        };
        let proven = match backup.proven {
            Some(true) => format!("proven by restore, {} compared", counted(backup.cells, "cell")),
            Some(false) => "restored, and not proven: differences are accepted by name".to_owned(),
            None => "restored, and not proven: no snapshot of its instant is known".to_owned(),
        };
        self.heading("Backup");
        let parts = [format!("{} by {}", size(backup.bytes), backup.program), taken, proven, format!("in {}", seconds(backup.restored_in))];
        self.parts(None, &parts);
    }
}

/// A rehearsal as text. Every line ends with a line feed.
#[must_use]
pub fn text(rehearsal: &Rehearsal, view: &View) -> String {
    let mut page = Page { text: String::new(), view: View { width: view.width.max(NARROWEST), ..*view } };
    page.rehearsal(rehearsal);
    page.text
}

fn row_of(number: usize, statement: &MeasuredStatement) -> Vec<String> {
    let unknown = || "?".to_owned();
    let weight = &statement.weight;
    let growth = weight.growth.map_or_else(unknown, |bytes| {
        let sign = if bytes < 0 { "−" } else { "+" };
        format!("{sign}{}", size(bytes.unsigned_abs()))
    });
    vec![
        number.to_string(),
        seconds(statement.seconds),
        count(statement.rows),
        weight.rewritten.as_ref().map_or_else(unknown, |tables| if tables.is_empty() { "no".to_owned() } else { tables.join(", ") }),
        weight.log_bytes.map_or_else(unknown, size),
        growth,
        weight.temporary_bytes.map_or_else(unknown, size),
        weight.locks.as_ref().map_or_else(unknown, |held| locks(held)),
    ]
}

/// Locks by their mode: `RowExclusiveLock: programs, schools`.
fn locks(held: &[HeldLock]) -> String {
    let mut modes: Vec<(&str, Vec<&str>)> = Vec::new();
    for lock in held {
        match modes.iter_mut().find(|(mode, _)| *mode == lock.mode) {
            Some((_, on)) => on.push(&lock.on),
            None => modes.push((&lock.mode, vec![&lock.on])),
        }
    }
    if modes.is_empty() {
        return "no more".to_owned();
    }
    modes.iter().map(|(mode, on)| format!("{mode}: {}", on.join(", "))).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::{HeldLock, locks};

    #[test]
    fn locks_are_told_mode_by_mode() {
        let lock = |on: &str, mode: &str| HeldLock { on: on.to_owned(), mode: mode.to_owned() };
        assert_eq!(locks(&[]), "no more");
        assert_eq!(locks(&[lock("a", "X"), lock("b", "S"), lock("c", "X")]), "X: a, c; S: b");
    }
}
