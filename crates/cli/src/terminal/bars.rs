//! A run where somebody watches: one line stays of every stage, and one moves.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use console::measure_text_width;
use cutover::journal::{Event, EventKind, Monitor, Progress, Stage};
use cutover::model::error::Result;
use cutover::report::words::{self, counted, stage};
use cutover::report::{Style, Tone};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Live;
use super::tally::{Tally, speed};

/// Ticks that come sooner after the one before are dropped: nobody could read them.
const PAUSE: u64 = 100;
/// The width of the names of stages.
const NAME: usize = 9;
/// Where no total is known.
const SPINNER: &str = "{spinner} {prefix} {msg}";
/// Where a total is known exactly.
const BAR: &str = "{spinner} {prefix} {bar:20} {percent:>3} %  {eta:>4} left  {msg}";
/// Below a step: a statement, with the time that it takes.
const STATEMENT: &str = "  {elapsed:>9} {msg}";
/// What the templates take beside their messages, and a little room: a line that is broken in two cannot be drawn over.
const BESIDE_SPINNER: usize = 2 + NAME + 1 + ROOM;
const BESIDE_BAR: usize = BESIDE_SPINNER + 20 + 7 + 13;
const BESIDE_STATEMENT: usize = 12 + ROOM;
const ROOM: usize = 4;

/// Shows bars on stderr.
pub struct Bars {
    style: Style,
    screen: MultiProgress,
    began: Instant,
    /// When the next tick is shown, in milliseconds since `began`. Ticks come from several threads, up to some hundred
    /// thousand a second; all but one in a hundred milliseconds cost one load of this.
    due: AtomicU64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    stage: Option<(Stage, Instant)>,
    bar: Option<ProgressBar>,
    statement: Option<ProgressBar>,
    step: String,
    captured: u64,
    /// Seconds that the steps took in the rehearsal.
    rehearsed: Option<f64>,
    tally: Tally,
}

impl Bars {
    /// A monitor that shows bars.
    pub fn new(style: Style) -> Self {
        Self {
            style,
            screen: MultiProgress::with_draw_target(ProgressDrawTarget::stderr()),
            began: Instant::now(),
            due: AtomicU64::new(0),
            state: Mutex::default(),
        }
    }

    // A panic of another thread leaves nothing behind that could be wrong here but a line on the screen.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn print(&self, line: &str) {
        // A terminal that cannot be written has nobody before it.
        let _ = self.screen.println(line);
    }

    fn bar(&self, template: &str) -> ProgressBar {
        let bar = self.screen.add(ProgressBar::new_spinner());
        bar.set_style(bar_style(template));
        bar.enable_steady_tick(Duration::from_millis(PAUSE));
        bar
    }

    fn begin(&self, state: &mut State, begun: Stage) {
        state.clear();
        state.stage = Some((begun, Instant::now()));
        let bar = self.bar(SPINNER);
        bar.set_prefix(name(begun));
        state.bar = Some(bar);
    }

    /// The one line that stays of something, with the time that it took at the right.
    fn done(&self, good: bool, name: &str, what: &str, time: &str) {
        let room = super::columns().saturating_sub(2 + NAME + 1 + time.len() + 1);
        let what = console::truncate_str(what, room, "…");
        let gap = " ".repeat(room.saturating_sub(measure_text_width(&what)));
        let mark = if good { self.style.paint(Tone::Good, "✓") } else { self.style.paint(Tone::Bad, "✗") };
        self.print(&format!("{mark} {name:<NAME$} {what}{gap} {}", self.style.paint(Tone::Faint, time)));
    }

    fn show(&self, state: &mut State, progress: &Progress) {
        if state.stage.is_none_or(|(stage, _)| stage != progress.stage) {
            self.begin(state, progress.stage);
        }
        if progress.stage == Stage::Steps {
            return self.show_statement(state, progress);
        }
        let (Some(bar), Some((_, began))) = (&state.bar, state.stage) else { return };
        let elapsed = began.elapsed().as_secs_f64();
        let Some(total) = progress.total else {
            if bar.length().is_some() {
                bar.unset_length();
                bar.set_style(bar_style(SPINNER));
            }
            let done = format!("{} {}", words::count(progress.done), progress.unit);
            let known = [&progress.item, &done, &speed(progress.done, progress.unit, elapsed)];
            return bar.set_message(fitting(&parts(known), BESIDE_SPINNER));
        };
        if bar.length() != Some(total) {
            bar.set_length(total);
            bar.set_style(bar_style(BAR));
        }
        bar.set_position(progress.done);
        let known = [&progress.item, &speed(progress.done, progress.unit, elapsed)];
        bar.set_message(fitting(&parts(known), BESIDE_BAR));
    }

    /// A statement has no progress of its own: it is shown with the time that it takes.
    fn show_statement(&self, state: &mut State, progress: &Progress) {
        if let Some(bar) = &state.bar {
            let total = progress.total.map_or_else(String::new, |total| format!(" of {total}"));
            let step = if state.step.is_empty() { String::new() } else { format!("{} · ", state.step) };
            let left = state.left().map_or_else(String::new, |left| format!(" · {left}"));
            bar.set_message(fitting(&format!("{step}statement {}{total}{left}", progress.done + 1), BESIDE_SPINNER));
        }
        if let Some(before) = state.statement.take() {
            before.finish_and_clear();
        }
        let bar = self.bar(STATEMENT);
        bar.set_message(fitting(&progress.item.split_whitespace().collect::<Vec<_>>().join(" "), BESIDE_STATEMENT));
        state.statement = Some(bar);
    }
}

impl State {
    /// How long the steps still take, if they take as long as in the rehearsal.
    fn left(&self) -> Option<String> {
        let (_, began) = self.stage?;
        let left = self.rehearsed? - began.elapsed().as_secs_f64();
        Some(if left < 0.0 { "longer than rehearsed".to_owned() } else { format!("{} left as rehearsed", words::seconds(left)) })
    }

    fn clear(&mut self) {
        for bar in [self.statement.take(), self.bar.take()].into_iter().flatten() {
            bar.finish_and_clear();
        }
        self.stage = None;
    }
}

/// What is known, between dots.
fn parts<const N: usize>(known: [&String; N]) -> String {
    known.into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" · ")
}

/// A message that leaves its line unbroken.
fn fitting(message: &str, beside: usize) -> String {
    console::truncate_str(message, super::columns().saturating_sub(beside).max(20), "…").into_owned()
}

fn bar_style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
    style.tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ").progress_chars("━╸─")
}

fn name(named: Stage) -> String {
    format!("{:<NAME$}", stage(named))
}

impl Monitor for Bars {
    fn event(&self, event: &Event) -> Result<()> {
        let mut state = self.state();
        state.tally.hear(&event.kind);
        match &event.kind {
            EventKind::RunStarted { plan, title, database, product, .. } => {
                let title = if plan == title { String::new() } else { format!(" · {title}") };
                self.print(&format!("{}{title}", self.style.paint(Tone::Strong, plan)));
                self.print(&self.style.paint(Tone::Faint, &format!("→ {database} · {product}")));
            }
            EventKind::NeedsFound { needs } => {
                needs.iter().for_each(|need| self.print(&self.style.paint(Tone::Faint, &format!("  needs · {need}"))));
            }
            EventKind::RehearsalFound { phases, least, most, .. } => {
                state.rehearsed = Some(phases.iter().filter(|time| time.phase.starts_with("steps")).map(|time| time.seconds).sum());
                let expected =
                    format!("rehearsed: other sessions' writes wait for {} to {}", words::seconds(*least), words::seconds(*most));
                self.print(&self.style.paint(Tone::Faint, &expected));
            }
            EventKind::StageStarted { stage } => self.begin(&mut state, *stage),
            EventKind::StageFinished { stage: ended, seconds } => {
                state.clear();
                self.done(true, stage(*ended), &state.tally.in_words(), &words::seconds(*seconds));
            }
            EventKind::SnapshotFinished { tables, .. } => state.captured = *tables,
            EventKind::TableVerified { .. } if state.tally.verified() == state.captured => {
                // Checks, invariants and probes follow, and nobody knows how long they take.
                if let Some(bar) = &state.bar {
                    bar.unset_length();
                    bar.set_style(bar_style(SPINNER));
                    bar.set_message("rules");
                }
            }
            EventKind::VerdictReached { passed, findings, rules, .. } => {
                let what = if *passed { format!("{} hold", counted(*rules, "rule")) } else { counted(*findings, "finding") };
                self.done(*passed, "verdict", &what, "");
            }
            EventKind::StepStarted { title, number, of, .. } => {
                state.step = format!("{number} of {of} · {title}");
                if let Some(bar) = &state.bar {
                    bar.set_message(fitting(&state.step, BESIDE_SPINNER));
                }
            }
            EventKind::RunFinished { .. } => state.clear(),
            _ => {}
        }
        Ok(())
    }

    fn progress(&self, progress: &Progress) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        // A statement ticks once, when it begins: that must not be dropped.
        if progress.stage != Stage::Steps {
            let due = self.due.load(Ordering::Relaxed);
            if now < due || self.due.compare_exchange(due, now + PAUSE, Ordering::Relaxed, Ordering::Relaxed).is_err() {
                return;
            }
        }
        self.show(&mut self.state(), progress);
    }

    fn said(&self, words: &str) {
        words.lines().for_each(|line| self.print(line));
    }

    fn notice(&self, message: &str) {
        self.print(&format!("{} {message}", self.style.paint(Tone::Warning, "!")));
    }
}

impl Live for Bars {
    fn clear(&self) {
        self.state().clear();
    }

    fn say(&self, line: &str) {
        self.clear();
        self.print(line);
    }
}
