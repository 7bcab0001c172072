//! The journal: the append-only events of one run, from which progress, report and status are computed.

pub mod event;
pub mod file;
pub mod rehearsal;

pub use event::{Event, EventKind, Outcome, Progress, Stage};
pub use file::{Journal, read};
pub use rehearsal::Rehearsal;

use crate::model::error::Result;

/// Who is told of a run's events and progress. The engine never prints.
pub trait Monitor: Sync {
    /// An event has been written to the journal and is safe on disk. An error stops the run as a failing step would.
    ///
    /// # Errors
    /// Whatever makes the listener want the run to stop.
    fn event(&self, event: &Event) -> Result<()>;

    /// A tick of progress: not an event, never in the journal, and allowed to be lost.
    fn progress(&self, progress: &Progress);

    /// What a program says that was started for a person, as it says it: whole lines, as far as it has ended them.
    fn said(&self, _words: &str) {}

    /// Something for people to know at once: for whom the run is waiting, for instance.
    fn notice(&self, message: &str);
}

/// A monitor that listens to nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Monitor for Silent {
    fn event(&self, _: &Event) -> Result<()> {
        Ok(())
    }
    fn progress(&self, _: &Progress) {}
    fn notice(&self, _: &str) {}
}
