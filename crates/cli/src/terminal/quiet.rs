//! Nothing but notices, and endings that are no good ones.

use cutover::journal::{Event, EventKind, Monitor, Progress};
use cutover::model::error::Result;
use cutover::report::{Style, Tone, words};

use super::Live;

/// Says only what must be said.
pub struct Quiet {
    style: Style,
}

impl Quiet {
    /// A quiet monitor.
    pub fn new(style: Style) -> Self {
        Self { style }
    }
}

impl Monitor for Quiet {
    fn event(&self, event: &Event) -> Result<()> {
        if let EventKind::RunFinished { outcome, message, .. } = &event.kind
            && !words::is_good(*outcome)
        {
            eprintln!("{}", self.style.paint(Tone::Bad, message));
        }
        Ok(())
    }

    fn progress(&self, _: &Progress) {}

    fn notice(&self, message: &str) {
        eprintln!("{} {message}", self.style.paint(Tone::Warning, "notice:"));
    }
}

impl Live for Quiet {
    fn clear(&self) {}

    fn say(&self, _: &str) {}
}
