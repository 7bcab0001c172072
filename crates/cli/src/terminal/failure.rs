//! A failure for people: what happened, where, why, and what to do. Graphical on terminals, plain lines in logs.

use std::fmt;

use cutover::model::error::{Error, ErrorKind, Place};
use cutover::report::{Style, Tone, table};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents,
    ThemeCharacters, ThemeStyles,
};

/// A failure in lines: for logs, and for programs that look for `file:line:column:`.
pub fn plain(error: &Error, style: &Style) -> String {
    let mut text = format!("{} {}\n", style.paint(Tone::Bad, "error:"), headline(error));
    if let Some(place) = error.place() {
        text.push_str(&format!("  at {place}\n{}", excerpt_lines(place)));
    }
    for fault in error.fault_list() {
        text.push_str(&format!("  {}: {}\n{}", fault.place, fault.message, excerpt_lines(&fault.place)));
        text.push_str(&format!("      remedy: {}\n", fault.remedy));
    }
    for cause in causes(error) {
        text.push_str(&format!("  caused by: {cause}\n"));
    }
    text.push_str(&exhibits(error, style));
    text.push_str(&hints(error, style));
    text
}

/// A failure on a terminal.
pub fn graphical(error: &Error, style: &Style, width: usize) -> String {
    let styles = if style.paint(Tone::Bad, "").is_empty() { ThemeStyles::none() } else { ThemeStyles::ansi() };
    let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(width).with_links(false).without_syntax_highlighting();
    let mut text = String::new();
    let told = Told::of(error);
    if handler.render_report(&mut text, &told).is_err() {
        return plain(error, style);
    }
    text.push_str(&exhibits(error, style));
    text.push_str(&hints(error, style));
    text
}

/// What happened. The message of an interruption is its reason alone.
fn headline(error: &Error) -> String {
    if error.kind() == ErrorKind::Interrupted { format!("interrupted: {error}") } else { error.to_string() }
}

fn hints(error: &Error, style: &Style) -> String {
    error.hints().iter().map(|hint| format!("{} {hint}\n", style.paint(Tone::Good, "hint:"))).collect()
}

/// Rows that stand in the way, in columns.
fn exhibits(error: &Error, style: &Style) -> String {
    let mut text = String::new();
    for exhibit in error.exhibits() {
        text.push_str(&format!("  {} {}\n", style.paint(Tone::Bad, "✗"), exhibit.title));
        let header: Vec<&str> = exhibit.columns.iter().map(String::as_str).collect();
        let rows = exhibit.rows.iter().map(|row| row.iter().map(|cell| told(cell)).collect()).collect();
        // Lines are not broken: a log has no width, and a line to be added to a file is copied as a whole.
        let lines = if exhibit.rows.is_empty() { Vec::new() } else { table(&header, rows, &[], usize::MAX) };
        for line in lines {
            text.push_str(&format!("      {line}\n"));
        }
        if exhibit.more > 0 {
            text.push_str(&format!("      and {} more\n", exhibit.more));
        }
        text.push_str(&format!("      {}\n", exhibit.remedy));
    }
    text
}

/// A cell on one line. Blanks at its ends would be overlooked.
fn told(cell: &str) -> String {
    let cell = cell.replace(['\n', '\r', '\t'], " ");
    if cell.trim() == cell && !cell.is_empty() { cell } else { format!("'{cell}'") }
}

/// The causes, each once: some drivers repeat the text of theirs.
fn causes(error: &Error) -> Vec<String> {
    let mut said = vec![error.to_string()];
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let text = cause.to_string();
        if !text.is_empty() && !said.iter().any(|before| before.contains(&text)) {
            said.push(text);
        }
        source = cause.source();
    }
    said.split_off(1)
}

/// A line as it is shown, and the marked part of it in bytes.
struct Excerpt {
    line: String,
    start: usize,
    length: usize,
}

/// Characters of a long line that are shown before the place, and behind it.
const AROUND: usize = 60;

impl Excerpt {
    /// The part of a line around a column; `None` where the place is a whole file.
    fn of(place: &Place) -> Option<Self> {
        if place.line == 0 || place.excerpt.is_empty() {
            return None;
        }
        let at = place.column.saturating_sub(1);
        let first = if at > AROUND * 2 { at - AROUND } else { 0 };
        // A tab is as wide as the terminal likes: one space keeps the mark where it belongs.
        let shown: Vec<char> = place.excerpt.chars().skip(first).take(AROUND * 3).map(|one| if one == '\t' { ' ' } else { one }).collect();
        let more = place.excerpt.chars().count() > first + shown.len();
        let lead = if first > 0 { "…" } else { "" };
        let before: String = shown.iter().take(at - first).collect();
        let rest = shown.get(at - first..).unwrap_or_default();
        let in_word = |one: &&char| one.is_alphanumeric() || "_-.".contains(**one);
        let word: String = rest.iter().take_while(in_word).collect();
        let marked = if word.is_empty() { rest.first().map_or(0, |one| one.len_utf8()) } else { word.len() };
        let tail = if more { "…" } else { "" };
        let line = format!("{lead}{}{tail}", shown.iter().collect::<String>());
        Some(Self { start: lead.len() + before.len(), length: marked, line })
    }
}

/// The excerpt below its place, with a mark below the column.
fn excerpt_lines(place: &Place) -> String {
    let Some(excerpt) = Excerpt::of(place) else { return String::new() };
    let number = place.line.to_string();
    let gutter = " ".repeat(number.len());
    let before = console::measure_text_width(&excerpt.line[..excerpt.start]);
    let marked = console::measure_text_width(&excerpt.line[excerpt.start..excerpt.start + excerpt.length]).max(1);
    format!("      {number} | {}\n      {gutter} | {}{}\n", excerpt.line, " ".repeat(before), "^".repeat(marked))
}

/// A failure, or one of its faults, as miette shows it.
struct Told {
    message: String,
    excerpt: Option<(Place, Excerpt)>,
    remedy: Option<String>,
    cause: Option<Box<Cause>>,
    faults: Vec<Told>,
}

impl Told {
    fn of(error: &Error) -> Self {
        let cause = causes(error).into_iter().rev().fold(None, |next, text| Some(Box::new(Cause { text, next })));
        let fault = |fault: &cutover::model::error::Fault| Self::at(&fault.message, Some(&fault.place), Some(fault.remedy.clone()));
        let told = Self::at(&headline(error), error.place(), None);
        Self { cause, faults: error.fault_list().iter().map(fault).collect(), ..told }
    }

    fn at(message: &str, place: Option<&Place>, remedy: Option<String>) -> Self {
        let excerpt = place.and_then(|place| Some((place.clone(), Excerpt::of(place)?)));
        // Where there is an excerpt, its frame names the place.
        let message = match place {
            Some(place) if excerpt.is_none() => format!("{place}: {message}"),
            _ => message.to_owned(),
        };
        Self { message, excerpt, remedy, cause: None, faults: Vec::new() }
    }
}

#[derive(Debug)]
struct Cause {
    text: String,
    next: Option<Box<Cause>>,
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.next.as_deref().map(|next| next as _)
    }
}

impl fmt::Display for Told {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Told {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl Diagnostic for Told {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.remedy.as_ref().map(|remedy| Box::new(remedy) as _)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|_| self as _)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let (_, excerpt) = self.excerpt.as_ref()?;
        Some(Box::new(std::iter::once(LabeledSpan::new(None, excerpt.start, excerpt.length))))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        if self.faults.is_empty() {
            return None;
        }
        Some(Box::new(self.faults.iter().map(|fault| fault as &dyn Diagnostic)))
    }
}

/// Only the line of the place is known; it is shown under its own number and its file's name.
impl SourceCode for Told {
    fn read_span<'a>(&'a self, _: &SourceSpan, _: usize, _: usize) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (place, excerpt) = self.excerpt.as_ref().ok_or(MietteError::OutOfBounds)?;
        let (file, whole) = (place.file.display().to_string(), SourceSpan::from((0, excerpt.line.len())));
        // miette counts from 0.
        let (line, column) = (place.line.saturating_sub(1), place.column.saturating_sub(1));
        Ok(Box::new(MietteSpanContents::new_named(file, excerpt.line.as_bytes(), whole, line, column, 1)))
    }
}
