//! A run where nobody watches: one line for every event that matters, for logs.

use std::time::Instant;

use cutover::journal::{Event, EventKind, Monitor, Progress};
use cutover::model::error::Result;
use cutover::report::words::{counted, ending, is_good, seconds, size, stage};
use cutover::report::{Style, Tone};

use super::Live;

/// Writes lines to stderr.
pub struct Lines {
    style: Style,
    began: Instant,
}

impl Lines {
    /// A monitor that writes lines.
    pub fn new(style: Style) -> Self {
        Self { style, began: Instant::now() }
    }

    fn write(&self, tone: Option<Tone>, line: &str) {
        let line = tone.map_or_else(|| line.to_owned(), |tone| self.style.paint(tone, line));
        // The time since the program began, since notices come between events.
        eprintln!("{:>9}  {line}", format!("{:.2} s", self.began.elapsed().as_secs_f64()));
    }
}

impl Monitor for Lines {
    fn event(&self, event: &Event) -> Result<()> {
        if let Some((tone, line)) = in_words(&event.kind) {
            self.write(tone, &line);
        }
        Ok(())
    }

    fn progress(&self, _: &Progress) {}

    fn said(&self, words: &str) {
        eprint!("{words}");
    }

    fn notice(&self, message: &str) {
        self.write(Some(Tone::Warning), &format!("notice: {message}"));
    }
}

impl Live for Lines {
    fn clear(&self) {}

    fn say(&self, line: &str) {
        self.write(None, line);
    }
}

/// An event that matters as a line of a log.
fn in_words(event: &EventKind) -> Option<(Option<Tone>, String)> {
    let line = match event {
        EventKind::RunStarted { run, title, database, product, .. } => format!("run {run}: {title}, on {database} ({product})"),
        EventKind::RehearsalFound { run, least, most, .. } => {
            format!("rehearsed by {run}: expect other sessions' writes to wait for {} to {}", seconds(*least), seconds(*most))
        }
        EventKind::MethodChosen { method, why } => format!("by {method}: {why}"),
        EventKind::NeedsFound { needs } => format!("needs: {}", needs.join("\n           needs: ")),
        EventKind::RunResumed => "the run goes on where it was stopped".to_owned(),
        EventKind::StageStarted { stage: begun } => format!("{}: begins", stage(*begun)),
        EventKind::StageFinished { stage: ended, seconds: time } => format!("{}: ended after {}", stage(*ended), seconds(*time)),
        EventKind::CheckFinished { rule, passed, rows, seconds: time, .. } => {
            let found = if *passed { "passed".to_owned() } else { format!("found {}", counted(*rows, "row")) };
            format!("{rule}: {found}, {}", seconds(*time))
        }
        EventKind::FenceRaised { tables, .. } if tables.is_empty() => "fence: nothing holds other sessions' writes off".to_owned(),
        EventKind::FenceRaised { tables, seconds: time } => {
            format!("fence: other sessions' writes to {} are held off, raised in {}", counted(tables.len() as u64, "table"), seconds(*time))
        }
        EventKind::TableCaptured { table, rows, seconds: time, .. } => {
            format!("snapshot: {table}, {}, {}", counted(*rows, "row"), seconds(*time))
        }
        EventKind::InvariantCaptured { rule, implied: true, .. } => format!("snapshot: {rule}, implied by identical cells"),
        EventKind::InvariantCaptured { rule, rows, seconds: time, .. } => {
            format!("snapshot: {rule}, {}, {}", counted(rows.unwrap_or(0), "row"), seconds(*time))
        }
        EventKind::SnapshotFinished { tables, rows, cells, .. } => {
            format!("snapshot: {}, {}, {}", counted(*tables, "table"), counted(*rows, "row"), counted(*cells, "cell"))
        }
        EventKind::BackupTaken { program, files, bytes, seconds: time, .. } => {
            format!("backup: {}, {} by {program}, {}", counted(*files, "file"), size(*bytes), seconds(*time))
        }
        EventKind::BackupProven { passed, tables, cells, waived, seconds: time, .. } => {
            let (tone, word) = if *passed && *waived == 0 { (Tone::Good, "proven") } else { (Tone::Bad, "NOT proven") };
            let line = format!(
                "proof: {word}: {}, {} restored and compared, {}",
                counted(*tables, "table"),
                counted(*cells, "cell"),
                seconds(*time)
            );
            return Some((Some(tone), line));
        }
        EventKind::StepStarted { step, title, number, of, .. } => format!("step {number}/{of}: {step}: {title}"),
        EventKind::WayChosen { step, table, choice } => format!("step {step}: {table}: {choice}"),
        EventKind::StepFinished { step, rows, seconds: time } => {
            format!("step {step}: done, {}, {}", counted(*rows, "row"), seconds(*time))
        }
        EventKind::TableVerified { table, rows, identical, seconds: time, .. } => {
            let found = if *identical { "identical" } else { "changed" };
            format!("verify: {table}, {}, {found}, {}", counted(*rows, "row"), seconds(*time))
        }
        EventKind::RuleDecided { rule, passed: false, evidence } => {
            return Some((Some(Tone::Bad), format!("verify: {rule} does not hold: {evidence}")));
        }
        EventKind::VerdictReached { passed, findings, rules, cells } => {
            let (tone, word) = if *passed { (Tone::Good, "passed") } else { (Tone::Bad, "FAILED") };
            let line = format!(
                "verdict: {word}: {}, {}, {} compared",
                counted(*rules, "rule"),
                counted(*findings, "finding"),
                counted(*cells, "cell")
            );
            return Some((Some(tone), line));
        }
        EventKind::HookFinished { moment, command, ok, how, seconds: time, .. } => {
            let line = if *ok { format!("hook {moment}: {}: {how}, {}", command.join(" "), seconds(*time)) } else { how.clone() };
            return Some(((!ok).then_some(Tone::Bad), line));
        }
        EventKind::CommandStarted { command, .. } => format!("command: {}", command.join(" ")),
        EventKind::CommandFinished { code, signal, timed_out, seconds: time, .. } => {
            format!("command: {}, {}", ending(*code, *signal, *timed_out), seconds(*time))
        }
        EventKind::MigrationsFound { tool, applied, withdrawn, .. } => {
            format!("{tool}: {} applied, {} withdrawn", counted(applied.len() as u64, "migration"), withdrawn.len())
        }
        EventKind::ObjectsAdded { objects } => format!("added: {}", counted(objects.len() as u64, "object")),
        EventKind::CommitStarted => "commit: COMMIT is sent".to_owned(),
        EventKind::RunFinished { outcome, message, .. } => {
            return Some((Some(if is_good(*outcome) { Tone::Good } else { Tone::Bad }), message.clone()));
        }
        // Statements are in the journal; a notice has been written when it came; rules that hold are counted in the verdict.
        EventKind::StatementFinished { .. }
        | EventKind::StatementMeasured { .. }
        | EventKind::Noticed { .. }
        | EventKind::RuleDecided { .. } => return None,
    };
    Some((None, line))
}

#[cfg(test)]
mod tests {
    use super::{EventKind, in_words};
    use cutover::journal::Stage;

    #[test]
    fn events_that_matter_are_lines() {
        let said = |event: EventKind| in_words(&event).map(|(_, line)| line);
        assert_eq!(said(EventKind::StageStarted { stage: Stage::Verify }).unwrap(), "verify: begins");
        let captured = EventKind::TableCaptured { table: "t".to_owned(), rows: 1200, cells: 2400, bytes: 1, key: Vec::new(), seconds: 0.5 };
        assert_eq!(said(captured).unwrap(), "snapshot: t, 1,200 rows, 0.50 s");
        assert_eq!(said(EventKind::RuleDecided { rule: "rows:t".to_owned(), passed: true, evidence: String::new() }), None);
    }
}
