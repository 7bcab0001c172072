//! What a guard tells besides its verdict: the command, the migrations that it applied, the objects that came.

use serde::Serialize;

use super::page::Page;
use super::words::{count, counted, ending, seconds};
use super::{Detail, Report, Tone};
use crate::journal::EventKind;

/// Objects that a summary shows.
const SHOWN_OBJECTS: usize = 20;

/// What a guard tells.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Guarded {
    /// The command, once for every database that it was started on: the copy first, where there was one.
    pub commands: Vec<CommandReport>,
    /// What the histories of migration tools say.
    pub migrations: Vec<MigrationsReport>,
    /// The objects that came, each but those that came with a table.
    pub added: Vec<String>,
}

/// A command as it went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CommandReport {
    /// Its words; what looked like a password is masked.
    pub command: Vec<String>,
    /// The database that it was started on.
    pub place: String,
    /// Its exit code; `None` where it has none.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Whether it was ended because its time was over.
    pub timed_out: bool,
    /// The file of what it said, from the run's directory.
    pub output: String,
    /// The processes that it has left behind.
    pub left: Vec<String>,
    /// Seconds; `None` where it did not end.
    pub seconds: Option<f64>,
}

/// What the history of one tool says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MigrationsReport {
    /// The tool.
    pub tool: String,
    /// Its table.
    pub table: String,
    /// What it applied, in its order.
    pub applied: Vec<String>,
    /// What it took back.
    pub withdrawn: Vec<String>,
}

impl Guarded {
    /// Takes an event in.
    pub(super) fn hear(&mut self, kind: &EventKind) {
        match kind {
            EventKind::CommandStarted { command, place } => self.commands.push(CommandReport {
                command: command.clone(),
                place: place.clone(),
                code: None,
                signal: None,
                timed_out: false,
                output: String::new(),
                left: Vec::new(),
                seconds: None,
            }),
            EventKind::CommandFinished { code, signal, timed_out, output, left, seconds } => {
                if let Some(open) = self.commands.last_mut() {
                    (open.code, open.signal, open.timed_out) = (*code, *signal, *timed_out);
                    open.output.clone_from(output);
                    open.left.clone_from(left);
                    open.seconds = Some(*seconds);
                }
            }
            // What was seen on the copy is told again of the database itself.
            EventKind::MigrationsFound { tool, table, applied, withdrawn } => {
                self.migrations.retain(|known| known.table != *table);
                self.migrations.push(MigrationsReport {
                    tool: tool.clone(),
                    table: table.clone(),
                    applied: applied.clone(),
                    withdrawn: withdrawn.clone(),
                });
            }
            EventKind::ObjectsAdded { objects } => self.added.clone_from(objects),
            _ => {}
        }
    }
}

impl Page {
    /// The command and what it did.
    pub(super) fn guard(&mut self, report: &Report) {
        let Some(guard) = &report.guard else { return };
        self.heading("Command");
        for command in &guard.commands {
            let lead = format!("  {} ", self.mark(command.code == Some(0)));
            self.paragraph(&lead, 4, None, &command.command.join(" "));
            let how = match command.seconds {
                Some(time) => format!("{} · {}", ending(command.code, command.signal, command.timed_out), seconds(time)),
                None => "the journal does not say how it ended".to_owned(),
            };
            let said = if command.output.is_empty() { String::new() } else { format!(" · what it said is in {}", command.output) };
            self.paragraph("    ", 4, Some(Tone::Faint), &format!("on {}: {how}{said}", command.place));
            for process in &command.left {
                self.paragraph("    ", 4, Some(Tone::Warning), &format!("left behind: {process}"));
            }
        }
        if !guard.migrations.is_empty() {
            self.heading("Migrations");
        }
        for history in &guard.migrations {
            let of = format!("{} ({})", history.tool, history.table);
            let mut told = false;
            for (word, names) in [("applied", &history.applied), ("taken back", &history.withdrawn)] {
                if !names.is_empty() {
                    self.paragraph("  · ", 4, None, &format!("{of}: migrations {word}: {}", names.join(", ")));
                    told = true;
                }
            }
            if !told {
                self.paragraph("  · ", 4, None, &format!("{of}: no migration applied"));
            }
        }
        if guard.added.is_empty() {
            return;
        }
        self.heading(&format!("Added  {}", counted(guard.added.len() as u64, "object")));
        let shown = if self.view.detail == Detail::Full { guard.added.len() } else { SHOWN_OBJECTS };
        for object in guard.added.iter().take(shown) {
            self.paragraph("  + ", 4, None, object);
        }
        if guard.added.len() > shown {
            self.paragraph("    ", 4, Some(Tone::Faint), &format!("and {} more", count((guard.added.len() - shown) as u64)));
        }
    }
}
