//! What people see: results on stdout, talk on stderr.

mod bars;
mod failure;
mod lines;
mod paint;
mod quiet;
mod tally;
mod usage;

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use console::Term;
use cutover::journal::Monitor;
use cutover::model::error::{Error, ErrorKind, Result};
use cutover::report::{Detail, Style, Tone, View};

use crate::arguments::Color;

pub use usage::usage;

/// The width of lines where there is no terminal that has one.
const WIDTH: usize = 100;
/// Wider lines are hard to read.
const WIDEST: usize = 140;

/// A monitor that shows a run while it goes on.
pub trait Live: Monitor + Send {
    /// Takes everything that moves off the screen, so that something lasting can be written.
    fn clear(&self);

    /// Says something that is neither a result nor a notice.
    fn say(&self, line: &str);
}

/// The terminal, or what stands in its place.
pub struct Terminal {
    live: Arc<dyn Live>,
    stdout: Style,
    stderr: Style,
    graphical: bool,
}

impl Terminal {
    /// The terminal as the user wants it.
    pub fn new(color: Color, quiet: bool) -> Self {
        let (stdout, stderr) = (paint::style(color, &io::stdout()), paint::style(color, &io::stderr()));
        let graphical = io::stderr().is_terminal();
        let live: Arc<dyn Live> = match (quiet, graphical) {
            (true, _) => Arc::new(quiet::Quiet::new(stderr)),
            (false, true) => Arc::new(bars::Bars::new(stderr)),
            (false, false) => Arc::new(lines::Lines::new(stderr)),
        };
        Self { live, stdout, stderr, graphical }
    }

    /// A terminal of which nothing is known.
    pub fn plain() -> Self {
        Self::new(Color::Never, true)
    }

    /// Who shows a run while it goes on, for other threads.
    pub fn live(&self) -> Arc<dyn Live> {
        Arc::clone(&self.live)
    }

    /// Who shows a run while it goes on.
    pub fn monitor(&self) -> &dyn Monitor {
        self.live.as_ref()
    }

    /// How results are painted.
    pub fn style(&self) -> Style {
        self.stdout
    }

    /// How reports are shown.
    pub fn view(&self, detail: Detail, numbers: bool) -> View {
        let width = Term::stdout().size_checked().map_or(WIDTH, |(_, columns)| usize::from(columns)).min(WIDEST);
        View { width, detail, numbers, style: self.stdout }
    }

    /// A sentence behind a tick or a cross.
    pub fn judged(&self, good: bool, sentence: &str) -> String {
        let (tone, mark) = if good { (Tone::Good, "✓") } else { (Tone::Bad, "✗") };
        format!("{} {}", self.stdout.paint(tone, mark), self.stdout.paint(tone, sentence))
    }

    /// Tells what is being done.
    pub fn say(&self, line: &str) {
        self.live.say(line);
    }

    /// Writes a result to stdout.
    ///
    /// # Errors
    /// Where it cannot be written. A reader that has seen enough (`| head`) is no error.
    pub fn result(&self, text: &str) -> Result<()> {
        self.live.clear();
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(text.as_bytes()).and_then(|()| match text.ends_with('\n') {
            true => stdout.flush(),
            false => stdout.write_all(b"\n").and_then(|()| stdout.flush()),
        });
        match written {
            Err(source) if source.kind() != io::ErrorKind::BrokenPipe => {
                Err(Error::new(ErrorKind::File, "the result cannot be written to stdout").because(source))
            }
            _ => Ok(()),
        }
    }

    /// Tells of a failure on stderr: what happened, where, why, and what to do.
    pub fn failure(&self, error: &Error) {
        self.live.clear();
        let text = if self.graphical { failure::graphical(error, &self.stderr, columns()) } else { failure::plain(error, &self.stderr) };
        // Nobody could be told that stderr cannot be written.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

/// The width of stderr.
fn columns() -> usize {
    Term::stderr().size_checked().map_or(WIDTH, |(_, columns)| usize::from(columns)).min(WIDEST)
}
