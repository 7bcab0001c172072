//! Who else could have written while the command worked. Nothing can fence a database against a foreign command: what the server lets be
//! seen of others is told, and decides whether old contents may be put back without asking.

use std::time::{Duration, Instant};

use super::super::options::Engine;
use crate::database::{Other, Sight, Watcher};
use crate::model::error::Result;
use crate::plan::Severity;
use crate::verify::queries::found;
use crate::verify::rulings::Rulings;

/// Between two looks for sessions of the command that have not ended yet.
const PAUSE: Duration = Duration::from_millis(100);

/// The rule about sessions that could write while the command worked.
pub const SESSIONS: &str = "sessions";
/// The rule about what was written when it had returned.
pub const AFTERWARDS: &str = "afterwards";

/// Who was there before the command.
pub(super) struct Before {
    others: Vec<Other>,
    at: Instant,
}

impl Before {
    /// Looks, just before the command is started.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub(super) fn look(engine: &Engine<'_>, run: &str) -> Result<Self> {
        let sight = engine.database.watch(run)?.look()?;
        Ok(Self { others: sight.others, at: Instant::now() })
    }

    /// Their names.
    pub(super) fn names(&self) -> Vec<String> {
        self.others.iter().map(|other| other.description.clone()).collect()
    }

    /// Looks again when the command has returned. Sessions that came since have until `settle` is over: the server may still be closing
    /// those of the command.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub(super) fn again(&self, engine: &Engine<'_>, run: &str, settle: Duration) -> Result<Since> {
        let worked = self.at.elapsed();
        let mut watcher = engine.database.watch(run)?;
        let waiting = Instant::now();
        let sight = loop {
            let sight = watcher.look()?;
            if self.newcomers(&sight).next().is_none() || waiting.elapsed() >= settle {
                break sight;
            }
            std::thread::sleep(PAUSE);
        };
        let was_there = |other: &&Other| self.others.iter().any(|known| known.id == other.id);
        // What was there before and has not been idle all the time may have written.
        let busy = |other: &&Other| other.idle.is_none_or(|idle| idle < worked + waiting.elapsed());
        let active = sight.others.iter().filter(was_there).filter(busy).map(|other| other.description.clone()).collect();
        let gone = self.others.iter().filter(|known| !sight.others.iter().any(|other| other.id == known.id));
        let gone = gone.map(|other| format!("{}, which has ended meanwhile", other.description)).collect();
        let stayed = self.newcomers(&sight).map(|other| other.description.clone()).collect();
        Ok(Since { watcher, writes: sight.writes, active, gone, stayed })
    }

    fn newcomers<'a>(&'a self, sight: &'a Sight) -> impl Iterator<Item = &'a Other> {
        sight.others.iter().filter(|other| !self.others.iter().any(|known| known.id == other.id))
    }
}

/// What was seen when the command had returned.
pub(super) struct Since {
    watcher: Box<dyn Watcher>,
    writes: Option<u64>,
    active: Vec<String>,
    gone: Vec<String>,
    stayed: Vec<String>,
}

/// What is known of others at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// Sessions that were there before, and were not idle all the time.
    pub active: Vec<String>,
    /// Sessions that came while the command worked, and are still there.
    pub stayed: Vec<String>,
    /// Whether rows were written after the command had returned.
    pub written: bool,
    /// Whether that may have been in another database of the server.
    pub anywhere: bool,
    /// Whether the server says nothing of what is written.
    pub blind: bool,
}

impl Since {
    /// Looks a last time, after the verification.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub(super) fn end(mut self) -> Result<Known> {
        let sight = self.watcher.look()?;
        let written = self.writes.zip(sight.writes).is_some_and(|(before, now)| before != now);
        let active = self.active.into_iter().chain(self.gone).collect();
        Ok(Known { active, stayed: self.stayed, written, anywhere: sight.whole_server, blind: self.writes.is_none() })
    }
}

impl Known {
    /// Why it is not known that nobody but the command has written; empty where it is.
    pub(super) fn doubts(&self) -> Vec<String> {
        let mut doubts: Vec<String> = self.active.iter().map(|name| format!("{name}: was not idle while the command worked")).collect();
        doubts.extend(self.stayed.iter().map(|name| format!("{name}: came while the command worked, and is still there")));
        if self.written {
            doubts.push("rows were written after the command had returned".to_owned());
        }
        doubts
    }

    /// Decides `sessions` and `afterwards`.
    pub(super) fn judge(&self, left: &[String], rulings: &mut Rulings) {
        let mut findings = Vec::new();
        for name in &self.active {
            let message = format!("{name} was not idle while the command worked: what it wrote is told as the command's");
            findings.push(warning(SESSIONS, message));
        }
        for name in &self.stayed {
            findings.push(warning(SESSIONS, format!("{name} came while the command worked, and was still there when it had returned")));
        }
        for process in left {
            findings.push(warning(SESSIONS, format!("{process} was started by the command, and went on when it had returned")));
        }
        let evidence = match findings.len() {
            0 => "no other session is known that could have written".to_owned(),
            several => format!("{several} sessions or processes could have written besides the command"),
        };
        rulings.judge(SESSIONS, evidence, findings);
        let mut findings = Vec::new();
        if self.written {
            let place = if self.anywhere { " somewhere on the server" } else { "" };
            let message = format!("rows were written{place} after the command had returned: they may be in no comparison");
            let mut finding = found(AFTERWARDS, AFTERWARDS, message, 1, Vec::new());
            finding.hint = Some("cutover verify RUN compares again, and tells which rows were written since".to_owned());
            // Where somebody is known who may do so at any time, it says nothing of the command.
            if self.anywhere || !self.active.is_empty() || !self.stayed.is_empty() {
                finding.severity = Severity::Warning;
            }
            findings.push(finding);
        }
        let evidence = match (self.written, self.blind) {
            (true, _) => "written",
            (false, true) => "the server does not tell whether rows were written",
            (false, false) => "no row was written between the command's return and the end of the verification",
        };
        rulings.judge(AFTERWARDS, evidence, findings);
    }
}

/// A finding that is shown, and fails under `--strict`.
pub(super) fn warning(rule: &str, message: String) -> crate::verify::verdict::Finding {
    let mut finding = found(rule, rule, message, 1, Vec::new());
    finding.severity = Severity::Warning;
    finding
}
