//! A report for people, as calm text: what was proven first, what happened last.

use std::cmp::Reverse;

use super::layout::table;
use super::page::Page;
use super::state::State;
use super::words::{count, counted, is_good, seconds, size, stage};
use super::{Report, RuleClass, StageTime, StepReport};
use crate::journal::Outcome;
use crate::plan::Severity;
use crate::verify::verdict::{CellEvidence, Finding, RowEvidence, RuleOutcome, TableResult};

/// What a piece of text means; the command line decides how that looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It holds.
    Good,
    /// It does not hold.
    Bad,
    /// It should be looked at.
    Warning,
    /// It is there for those who want to know.
    Faint,
    /// It is what the rest is about.
    Strong,
}

/// How tones look. The painted text must not be wider than what is painted.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    paint: fn(Tone, &str) -> String,
}

impl Style {
    /// No colours.
    pub const PLAIN: Self = Self { paint: |_, text| text.to_owned() };

    /// A style that paints like this.
    #[must_use]
    pub const fn new(paint: fn(Tone, &str) -> String) -> Self {
        Self { paint }
    }

    /// A text in a tone.
    #[must_use]
    pub fn paint(&self, tone: Tone, text: &str) -> String {
        (self.paint)(tone, text)
    }
}

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What people want to see at the end of a run.
    Summary,
    /// Everything: every table, every step with its ways, the rules by class.
    Full,
}

/// How a report is shown.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// The width of a line, in columns of a terminal.
    pub width: usize,
    /// How much is told.
    pub detail: Detail,
    /// Whether sums, averages, minima and maxima of numeric columns are shown.
    pub numbers: bool,
    /// How tones look.
    pub style: Style,
}

/// Tables that a summary shows; the rest is summed up.
const SHOWN_TABLES: usize = 20;
/// Rows of a finding that a summary shows.
const SHOWN_ROWS: usize = 10;
/// The narrowest that text is set, however narrow the terminal.
pub(super) const NARROWEST: usize = 40;

/// A report as text. Every line ends with a line feed.
#[must_use]
pub fn text(report: &Report, view: &View) -> String {
    let mut page = Page { text: String::new(), view: View { width: view.width.max(NARROWEST), ..*view } };
    page.header(report);
    page.needs(report);
    page.criteria(report);
    page.steps(report);
    page.guard(report);
    page.tables(report);
    page.numbers(report);
    page.rules(report);
    page.findings(report);
    page.notices(report);
    page.rehearsed(report);
    page.totals(report);
    page.ending(report);
    page.text
}

impl Page {
    fn header(&mut self, report: &Report) {
        let Some(run) = &report.run else { return };
        let title = if run.title == run.plan { String::new() } else { format!(" · {}", run.title) };
        let plan = self.paint(Tone::Strong, &run.plan);
        self.paragraph(&plan, run.plan.chars().count(), None, &title);
        let account = if run.account.is_empty() { String::new() } else { format!(" as {}", run.account) };
        self.paragraph("→ ", 2, Some(Tone::Faint), &format!("{} · {}{account}", run.database, run.product));
        self.paragraph("  ", 2, Some(Tone::Faint), &format!("run {} · {} · {}", run.run, run.started_at, run.tool));
        if self.view.detail == Detail::Full {
            self.paragraph("  ", 2, Some(Tone::Faint), &format!("plan {}", run.plan_hash));
            for (name, value) in &run.parameters {
                let value = value.as_deref().unwrap_or("(none)");
                self.paragraph("  ", 2, Some(Tone::Faint), &format!("{name} = {value}"));
            }
        }
    }

    fn criteria(&mut self, report: &Report) {
        if report.criteria.is_empty() {
            return;
        }
        let ticked = report.criteria.iter().filter(|criterion| criterion.ticked).count();
        let open = report.criteria.iter().filter(|criterion| criterion.open).count();
        let not_asked = if open > 0 { format!(", {open} not asked for") } else { String::new() };
        self.heading(&format!("Criteria  {ticked} of {}{not_asked}", report.criteria.len() - open));
        for criterion in &report.criteria {
            let mark = if criterion.open { "–".to_owned() } else { self.mark(criterion.ticked) };
            self.paragraph(&format!("  {mark} "), 4, None, &criterion.sentence);
            let tone = if criterion.ticked || criterion.open { Tone::Faint } else { Tone::Bad };
            self.paragraph("    ", 4, Some(tone), &criterion.evidence);
        }
    }

    fn steps(&mut self, report: &Report) {
        if report.steps.is_empty() {
            return;
        }
        self.heading("Steps");
        for step in &report.steps {
            self.step(step);
        }
        let detail = self.view.detail;
        for check in report.checks_before.iter().filter(|check| detail == Detail::Full || !check.passed) {
            let lead = format!("  {} ", self.mark(check.passed));
            let found = if check.passed { "no rows".to_owned() } else { counted(check.rows, "row") };
            self.paragraph(&lead, 4, None, &format!("before: {} · {found} · {}", check.title, seconds(check.seconds)));
        }
    }

    fn step(&mut self, step: &StepReport) {
        let lead = format!("  {} ", self.mark(step.seconds.is_some()));
        let ended = match (step.rows, step.seconds) {
            (Some(rows), Some(time)) if rows > 0 => format!(" · {} · {}", counted(rows, "row"), seconds(time)),
            (_, Some(time)) => format!(" · {}", seconds(time)),
            _ => " · did not end".to_owned(),
        };
        self.paragraph(&lead, 4, None, &format!("{}{ended}", step.title));
        if self.view.detail == Detail::Summary {
            return;
        }
        self.paragraph("    ", 4, Some(Tone::Faint), &step.step);
        for (table, way) in &step.ways {
            self.paragraph("    ", 4, Some(Tone::Faint), &format!("{table}: {way}"));
        }
        for statement in &step.statements {
            let text = format!("{} · {} · {}", statement.sql, counted(statement.rows, "row"), seconds(statement.seconds));
            self.paragraph("    ", 6, Some(Tone::Faint), &text);
        }
    }

    fn tables(&mut self, report: &Report) {
        if report.tables.is_empty() {
            return;
        }
        let mut tables: Vec<&TableResult> = report.tables.iter().collect();
        let size = |table: &TableResult| table.rows_before.max(table.rows_after).unwrap_or(0);
        // What differs must be seen, however small the table is.
        tables.sort_by_key(|table| (Reverse(State::of(table, report)), Reverse(size(table)), &table.table));
        let shown = if self.view.detail == Detail::Full { tables.len() } else { SHOWN_TABLES };
        let rest = tables.split_off(shown.min(tables.len()));
        let mut rows: Vec<Vec<String>> = tables.iter().map(|table| row_of(table, report)).collect();
        if !rest.is_empty() {
            let sum = |number: fn(&TableResult) -> u64| count(rest.iter().map(|table| number(table)).sum());
            let before = sum(|table| table.rows_before.unwrap_or(0));
            let after = sum(|table| table.rows_after.unwrap_or(0));
            let worst = rest.iter().map(|table| State::of(table, report)).max().unwrap_or(State::Identical);
            rows.push(vec![
                format!("{} more", count(rest.len() as u64)),
                before,
                after,
                sum(|table| table.cells),
                worst.in_words().to_owned(),
            ]);
        }
        self.heading("Tables");
        let lines = table(&["table", "rows before", "after", "cells", ""], rows, &[1, 2, 3], self.view.width - 2);
        for (position, line) in lines.iter().enumerate() {
            let line = if position < 2 { self.paint(Tone::Faint, line) } else { self.painted_state(line) };
            self.line(&format!("  {line}"));
        }
    }

    /// Colours go in after the columns have been aligned.
    fn painted_state(&self, line: &str) -> String {
        for state in State::ALL {
            if let (Some(rest), Some(tone)) = (line.strip_suffix(state.in_words()), state.tone()) {
                return format!("{rest}{}", self.paint(tone, state.in_words()));
            }
        }
        line.to_owned()
    }

    fn numbers(&mut self, report: &Report) {
        if !self.view.numbers {
            return;
        }
        let mut rows = Vec::new();
        for result in &report.tables {
            for column in &result.numbers {
                let [sum, average, minimum, maximum] = &column.after;
                let same = if column.before == column.after { "as before" } else { "changed" };
                rows.push(vec![
                    format!("{}.{}", result.table, column.column),
                    sum.clone(),
                    average.clone(),
                    minimum.clone(),
                    maximum.clone(),
                    same.to_owned(),
                ]);
            }
        }
        if rows.is_empty() {
            return;
        }
        self.heading("Numbers");
        for line in table(&["column", "sum", "average", "minimum", "maximum", ""], rows, &[1, 2, 3, 4], self.view.width - 2) {
            self.line(&format!("  {line}"));
        }
    }

    fn rules(&mut self, report: &Report) {
        if report.rules.is_empty() || self.view.detail == Detail::Summary {
            return self.unexplained(report);
        }
        self.heading("Rules");
        let row = |class: &RuleClass| {
            let parts = [
                (class.implied, "implied"),
                (class.waived, "waived"),
                (class.noted, "noted"),
                (class.failed, "failed"),
                (class.not_run, "not run"),
            ];
            let parts: Vec<_> = parts.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect();
            vec![class.class.clone(), format!("{} of {} hold", class.holding, class.rules.len()), parts.join(", ")]
        };
        for line in table(&[], report.rules.iter().map(row).collect(), &[1], self.view.width - 2) {
            self.line(&format!("  {line}"));
        }
        let told = |outcome| matches!(outcome, RuleOutcome::Waived | RuleOutcome::Failed | RuleOutcome::NotRun);
        for rule in report.rules.iter().flat_map(|class| &class.rules).filter(|rule| told(rule.outcome)) {
            let (mark, word) = match rule.outcome {
                RuleOutcome::Waived => (self.paint(Tone::Warning, "!"), "waived: "),
                RuleOutcome::NotRun => (self.paint(Tone::Bad, "✗"), "not run: "),
                _ => (self.paint(Tone::Bad, "✗"), ""),
            };
            self.paragraph(&format!("  {mark} "), 4, None, &format!("{} · {word}{}", rule.rule, rule.evidence));
        }
    }

    /// Rules that do not hold, and of which no finding tells.
    fn unexplained(&mut self, report: &Report) {
        let told = |rule: &str| report.findings.iter().any(|finding| finding.rule == rule && finding.severity == Severity::Error);
        let rules = report.rules.iter().flat_map(|class| &class.rules);
        let rules: Vec<_> = rules.filter(|rule| !rule.outcome.holds() && !told(&rule.rule)).collect();
        if rules.is_empty() {
            return;
        }
        self.heading("Rules that do not hold");
        for rule in rules {
            let lead = format!("  {} ", self.mark(false));
            self.paragraph(&lead, 4, None, &format!("{}: {}", rule.rule, rule.evidence));
        }
    }

    fn findings(&mut self, report: &Report) {
        if report.findings.is_empty() {
            return;
        }
        self.heading(&format!("Findings  {}", report.findings.len()));
        // A table that is gone breaks several rules in one way: that is told once.
        for same in report.findings.chunk_by(|one, other| (&one.message, one.severity) == (&other.message, other.severity)) {
            let rules: Vec<_> = same.iter().map(|finding| finding.rule.as_str()).collect();
            self.finding(&same[0], &rules.join(", "), report.masked);
        }
        let hidden = report.masked && report.findings.iter().any(|finding| finding.rows.iter().any(|row| !row.cells.is_empty()));
        if hidden {
            self.paragraph("  ", 2, Some(Tone::Faint), "values are masked: --reveal shows them");
        }
    }

    fn finding(&mut self, finding: &Finding, rules: &str, masked: bool) {
        let (mark, tone) = match finding.severity {
            Severity::Error => ("✗", Tone::Bad),
            Severity::Warning => ("!", Tone::Warning),
            Severity::Note => ("·", Tone::Faint),
        };
        let lead = format!("  {} ", self.paint(tone, mark));
        self.paragraph(&lead, 4, Some(tone), &finding.message);
        self.paragraph("    ", 4, Some(Tone::Faint), rules);
        let shown = if self.view.detail == Detail::Full || finding.revealed { finding.rows.len() } else { SHOWN_ROWS };
        if finding.revealed {
            self.in_columns(finding);
        } else {
            for row in finding.rows.iter().take(shown) {
                self.paragraph("      ", 8, None, &row_in_words(row, masked));
            }
        }
        let shown = shown.min(finding.rows.len()) as u64;
        if shown > 0 && finding.count > shown {
            self.paragraph("      ", 6, Some(Tone::Faint), &format!("and {} more", count(finding.count - shown)));
        }
        if let Some(hint) = &finding.hint {
            self.paragraph("    ", 4, Some(Tone::Faint), &format!("hint: {hint}"));
        }
    }

    /// The rows of a check that says that there is nothing personal in them: mostly counts.
    fn in_columns(&mut self, finding: &Finding) {
        let Some(first) = finding.rows.first() else { return };
        let headers: Vec<_> = first.cells.iter().map(|cell| cell.column.as_str()).collect();
        let value = |cell: &CellEvidence| cell.after.clone().unwrap_or_else(|| "NULL".to_owned());
        let rows: Vec<Vec<String>> = finding.rows.iter().map(|row| row.cells.iter().map(value).collect()).collect();
        let is_number = |column: &usize| rows.iter().all(|row| row.get(*column).is_some_and(|cell| cell.parse::<f64>().is_ok()));
        let numbers: Vec<usize> = (0..headers.len()).filter(is_number).collect();
        for line in table(&headers, rows.clone(), &numbers, self.view.width - 6) {
            self.line(&format!("      {line}"));
        }
    }

    fn needs(&mut self, report: &Report) {
        if self.view.detail == Detail::Full {
            self.items("Needs", &report.needs);
        }
    }

    fn notices(&mut self, report: &Report) {
        self.items("Notices", &report.notices);
    }

    fn items(&mut self, heading: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        self.heading(heading);
        for item in items {
            self.paragraph("  · ", 4, None, item);
        }
    }

    fn totals(&mut self, report: &Report) {
        if report.passed.is_none() && report.stages.is_empty() {
            return;
        }
        self.heading("Totals");
        let totals = &report.totals;
        if report.passed.is_some() {
            let mut parts = Vec::new();
            if totals.tables > 0 {
                parts.push(if totals.identical == totals.tables {
                    format!("{} identical", counted(totals.tables, "table"))
                } else {
                    format!("{} of {} identical", count(totals.identical), counted(totals.tables, "table"))
                });
                parts.push(counted(totals.rows, "row"));
                parts.push(format!("{} compared", counted(totals.cells, "cell")));
            }
            parts.push(match totals.failed {
                0 => format!("{} hold", counted(totals.rules, "rule")),
                failed => format!("{} of {} do not hold", count(failed), counted(totals.rules, "rule")),
            });
            self.parts(None, &parts);
        }
        if let Some(backup) = &report.backup {
            let proven = match backup.proven {
                Some(true) if backup.waived > 0 => {
                    format!("restored, with differences in {} that were accepted by name", counted(backup.waived, "rule"))
                }
                Some(true) => format!("proven by restore, {} compared", counted(backup.cells, "cell")),
                Some(false) => "NOT proven: what was restored differs".to_owned(),
                None => "not proven".to_owned(),
            };
            self.parts(None, &[format!("backup of {} by {}", size(backup.bytes), backup.program), proven, backup.instant.clone()]);
        }
        let time = |time: &StageTime| format!("{} {}", stage(time.stage), time.seconds.map_or_else(|| "did not end".to_owned(), seconds));
        let mut stages: Vec<_> = report.stages.iter().map(time).collect();
        stages.extend(report.ending.as_ref().map(|ending| format!("all {}", seconds(ending.seconds))));
        if !report.stages.is_empty() {
            self.parts(Some(Tone::Faint), &stages);
        }
    }

    fn ending(&mut self, report: &Report) {
        if report.run.is_none() && report.ending.is_none() {
            return;
        }
        self.text.push('\n');
        let Some(ending) = &report.ending else {
            let lead = format!("{} ", self.paint(Tone::Warning, "!"));
            self.paragraph(&lead, 2, None, "the journal does not say how the run ended: `cutover status` tells what that means");
            return;
        };
        let (mark, tone) = match ending.outcome {
            outcome if is_good(outcome) => ("✓", Tone::Good),
            Outcome::Unknown | Outcome::Escaped | Outcome::Stopped => ("?", Tone::Warning),
            _ => ("✗", Tone::Bad),
        };
        let lead = format!("{} ", self.paint(tone, mark));
        self.paragraph(&lead, 2, Some(tone), &ending.message);
        for hint in &ending.hints {
            self.paragraph("  ", 2, None, &format!("hint: {hint}"));
        }
    }
}

fn row_of(table: &TableResult, report: &Report) -> Vec<String> {
    let rows = |number: Option<u64>| number.map_or_else(|| "—".to_owned(), count);
    let state = State::of(table, report).in_words().to_owned();
    vec![table.table.clone(), rows(table.rows_before), rows(table.rows_after), count(table.cells), state]
}

/// A row of a finding: its key, and each cell before and after.
fn row_in_words(row: &RowEvidence, masked: bool) -> String {
    let key: Vec<_> = row.key.iter().map(|(column, value)| format!("{column} = {value}")).collect();
    let mut parts = Vec::new();
    if !key.is_empty() {
        parts.push(key.join(", "));
    }
    let whole = |side: fn(&CellEvidence) -> bool| !row.cells.is_empty() && row.cells.iter().all(side);
    // Whole rows that are identified by their keys say nothing more where every value is masked.
    if masked && !row.key.is_empty() && (whole(|cell| cell.before.is_none()) || whole(|cell| cell.after.is_none())) {
        return parts.join("  ");
    }
    let in_key = |cell: &&CellEvidence| row.key.iter().any(|(column, _)| *column == cell.column);
    let cells: Vec<_> = row
        .cells
        .iter()
        .filter(|cell| !in_key(cell))
        .map(|cell| match (&cell.before, &cell.after) {
            (Some(before), Some(after)) => format!("{}: {before} → {after}", cell.column),
            (Some(value), None) | (None, Some(value)) => format!("{}: {value}", cell.column),
            (None, None) => format!("{}: not there", cell.column),
        })
        .collect();
    if !cells.is_empty() {
        parts.push(cells.join(", "));
    }
    parts.join("  ")
}
