//! The tables: what was measured, against what, and whether that is enough.

use std::fmt;

/// What a ratio should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// Not more than this.
    AtMost(f64),
    /// Not less than this.
    AtLeast(f64),
    /// Nothing: the number is told for itself.
    None,
}

impl Goal {
    fn shown(self) -> String {
        match self {
            Self::AtMost(most) => format!("≤ {most}"),
            Self::AtLeast(least) => format!("≥ {least}"),
            Self::None => "–".to_owned(),
        }
    }

    fn reached(self, ratio: Option<f64>) -> &'static str {
        let reached = match (self, ratio) {
            (Self::AtMost(most), Some(ratio)) => ratio <= most,
            (Self::AtLeast(least), Some(ratio)) => ratio >= least,
            (Self::None, _) => return "–",
            (_, None) => return "not measured",
        };
        if reached { "yes" } else { "**no**" }
    }
}

/// One comparison.
#[derive(Debug)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// What cutover needs.
    pub ours: String,
    /// What it is compared with.
    pub theirs: String,
    /// The number that counts; `None` where it could not be had.
    pub ratio: Option<f64>,
    /// What it should be.
    pub goal: Goal,
}

impl Row {
    /// Our time divided by theirs: the smaller, the better.
    pub fn cost(what: impl Into<String>, ours: f64, theirs: f64, goal: Goal) -> Self {
        Self { what: what.into(), ours: seconds(ours), theirs: seconds(theirs), ratio: Some(ours / theirs), goal }
    }

    /// Their time divided by ours: how many times as fast we are.
    pub fn speed(what: impl Into<String>, ours: f64, theirs: f64, goal: Goal) -> Self {
        Self { what: what.into(), ours: seconds(ours), theirs: seconds(theirs), ratio: Some(theirs / ours), goal }
    }

    /// Bytes divided by bytes.
    pub fn bytes(what: impl Into<String>, ours: u64, theirs: u64, goal: Goal) -> Self {
        Self { what: what.into(), ours: mebibytes(ours), theirs: mebibytes(theirs), ratio: Some(ours as f64 / theirs as f64), goal }
    }

    fn cells(&self) -> [String; 6] {
        let ratio = self.ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
        [self.what.clone(), self.ours.clone(), self.theirs.clone(), ratio, self.goal.shown(), self.goal.reached(self.ratio).to_owned()]
    }
}

/// Seconds for people.
pub fn seconds(seconds: f64) -> String {
    if seconds < 0.1 { format!("{:.1} ms", seconds * 1000.0) } else { format!("{seconds:.2} s") }
}

/// Bytes for people.
pub fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// A subject's table, and sentences below it. Displayed as Markdown that can also be read on a terminal.
#[derive(Debug)]
pub struct Section {
    /// What stands above the two sides.
    pub sides: [&'static str; 2],
    /// The comparisons.
    pub rows: Vec<Row>,
    /// What else is to be known.
    pub notes: Vec<String>,
}

impl fmt::Display for Section {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [ours, theirs] = self.sides;
        let head = ["what", ours, theirs, "ratio", "goal", "reached"].map(str::to_owned);
        let lines: Vec<_> = std::iter::once(head).chain(self.rows.iter().map(Row::cells)).collect();
        let widths: [usize; 6] = std::array::from_fn(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0));
        for (number, line) in lines.iter().enumerate() {
            for (column, cell) in line.iter().enumerate() {
                // Words on the left, numbers on the right.
                let width = widths[column];
                if column == 0 { write!(formatter, "| {cell:<width$} ")? } else { write!(formatter, "| {cell:>width$} ")? }
            }
            writeln!(formatter, "|")?;
            if number == 0 {
                for (column, width) in widths.iter().enumerate() {
                    let rule = "-".repeat(*width);
                    if column == 0 { write!(formatter, "|-{rule}-")? } else { write!(formatter, "|-{rule}:")? }
                }
                writeln!(formatter, "|")?;
            }
        }
        for note in &self.notes {
            write!(formatter, "\n{note}\n")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Goal, Row, Section};

    #[test]
    fn a_goal_is_reached_at_its_edge_and_not_beyond() {
        for (goal, ratio, reached) in [
            (Goal::AtMost(1.3), Some(1.3), "yes"),
            (Goal::AtMost(1.3), Some(1.31), "**no**"),
            (Goal::AtLeast(4.0), Some(4.0), "yes"),
            (Goal::AtLeast(4.0), Some(3.9), "**no**"),
            (Goal::AtLeast(4.0), None, "not measured"),
            (Goal::None, Some(1.0), "–"),
        ] {
            assert_eq!(goal.reached(ratio), reached, "{goal:?} {ratio:?}");
        }
    }

    #[test]
    fn a_section_is_a_table_with_sentences_below() {
        let rows = vec![Row::cost("a scan", 1.2, 1.0, Goal::AtMost(1.1)), Row::speed("a run", 0.05, 0.5, Goal::AtLeast(4.0))];
        let section = Section { sides: ["cutover", "by hand"], rows, notes: vec!["That is all.".to_owned()] };
        let expected = "\
| what   | cutover | by hand | ratio |  goal | reached |
|--------|--------:|--------:|------:|------:|--------:|
| a scan |  1.20 s |  1.00 s |  1.20 | ≤ 1.1 |  **no** |
| a run  | 50.0 ms |  0.50 s | 10.00 |   ≥ 4 |     yes |

That is all.
";
        assert_eq!(section.to_string(), expected);
    }
}
