//! A page: lines, headings and paragraphs that fit its width.

use super::layout::wrap;
use super::text::{NARROWEST, Tone, View};

/// A page while it is written.
pub(super) struct Page {
    /// What stands on it.
    pub(super) text: String,
    /// How it is shown.
    pub(super) view: View,
}

impl Page {
    pub(super) fn paint(&self, tone: Tone, text: &str) -> String {
        self.view.style.paint(tone, text)
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(super) fn heading(&mut self, heading: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let heading = self.paint(Tone::Strong, heading);
        self.line(&heading);
    }

    /// A paragraph behind a lead of a known width; its further lines stand below its first.
    pub(super) fn paragraph(&mut self, lead: &str, lead_width: usize, tone: Option<Tone>, text: &str) {
        let width = self.view.width.saturating_sub(lead_width).max(NARROWEST / 2);
        for (position, line) in wrap(text, width).iter().enumerate() {
            let line = tone.map_or_else(|| line.clone(), |tone| self.paint(tone, line));
            if position == 0 {
                self.line(&format!("{lead}{line}"));
            } else {
                self.line(&format!("{:lead_width$}{line}", ""));
            }
        }
    }

    /// Parts between dots, none of them broken over two lines.
    pub(super) fn parts(&mut self, tone: Option<Tone>, parts: &[String]) {
        let unbroken: Vec<_> = parts.iter().map(|part| part.replace(' ', "\u{a0}")).collect();
        let width = self.view.width - 2;
        for line in wrap(&unbroken.join("\u{a0}· "), width) {
            let line = line.replace('\u{a0}', " ");
            let line = tone.map_or_else(|| line.clone(), |tone| self.paint(tone, &line));
            self.line(&format!("  {line}"));
        }
    }

    pub(super) fn mark(&self, good: bool) -> String {
        if good { self.paint(Tone::Good, "✓") } else { self.paint(Tone::Bad, "✗") }
    }
}
