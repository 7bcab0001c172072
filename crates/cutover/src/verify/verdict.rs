//! The verdict: every rule with its outcome and evidence, every finding with its rows, every criterion ticked or not.

use serde::{Deserialize, Serialize};

use crate::plan::Severity;

/// How a rule came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleOutcome {
    /// It holds.
    Passed,
    /// It holds because every column that it reads was proven identical.
    Implied,
    /// It does not hold, and a waiver accepts that by name.
    Waived,
    /// It holds, and something about it is shown.
    Noted,
    /// It does not quite hold: shown, failing only under `--strict`, and ticking no criterion.
    Warned,
    /// It does not hold.
    Failed,
    /// It was not looked at, because something before it failed.
    NotRun,
}

impl RuleOutcome {
    /// Whether the outcome lets a run commit.
    #[must_use]
    pub fn holds(self) -> bool {
        matches!(self, Self::Passed | Self::Implied | Self::Waived | Self::Noted | Self::Warned)
    }

    /// Whether the outcome lets a criterion be ticked: an old orphan lets a run commit, but there are not "0 orphans".
    #[must_use]
    pub fn ticks(self) -> bool {
        self.holds() && self != Self::Warned
    }
}

/// One rule: `class:subject`, such as `cells:students` or `value:schools.cms_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its name.
    pub rule: String,
    /// How it came out.
    pub outcome: RuleOutcome,
    /// What proves it, in words and numbers.
    pub evidence: String,
}

/// Something that differs from what the contract allows, or that people should see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule that it breaks.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about: a table, an object of the catalog, a check.
    pub subject: String,
    /// What was found, on one line.
    pub message: String,
    /// How many rows or objects it is about, all of them counted.
    pub count: u64,
    /// Some of the rows, as evidence.
    pub rows: Vec<RowEvidence>,
    /// What can be done about it.
    pub hint: Option<String>,
    /// Whether the rows hold nothing personal, as the plan says of one of its checks: they are then shown as they are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revealed: bool,
}

/// A row, as evidence: what identifies it, and what is different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowEvidence {
    /// Names and values of the key's columns; of all columns where the table has no key.
    pub key: Vec<(String, String)>,
    /// Column, before, after; `None` where the row was not there.
    pub cells: Vec<CellEvidence>,
}

/// One cell, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellEvidence {
    /// The column.
    pub column: String,
    /// Its value before; `None` where the row was not there.
    pub before: Option<String>,
    /// Its value after; `None` where the row is not there.
    pub after: Option<String>,
}

/// A criterion and whether it is ticked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionResult {
    /// The sentence, word for word.
    pub sentence: String,
    /// Whether every rule that it names holds.
    pub ticked: bool,
    /// Whether what it names is only done when asked for, and was not: a backup.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// What proves it, or what stands against it.
    pub evidence: String,
}

/// One table in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableResult {
    /// The table.
    pub table: String,
    /// Rows before; `None` for a new table.
    pub rows_before: Option<u64>,
    /// Rows after; `None` for a table that is gone.
    pub rows_after: Option<u64>,
    /// Cells compared.
    pub cells: u64,
    /// Whether every old cell is as it was.
    pub identical: bool,
    /// Sums, averages, minima and maxima of numeric columns, for people.
    pub numbers: Vec<ColumnNumbers>,
}

/// A numeric column in numbers, before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnNumbers {
    /// The column.
    pub column: String,
    /// Before: sum, average, minimum, maximum.
    pub before: [String; 4],
    /// After.
    pub after: [String; 4],
}

/// The findings and rules of one verification.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether the run may commit.
    pub passed: bool,
    /// Every rule.
    pub rules: Vec<Rule>,
    /// What differs.
    pub findings: Vec<Finding>,
    /// The plan's checklist.
    pub criteria: Vec<CriterionResult>,
    /// Every table.
    pub tables: Vec<TableResult>,
    /// Cells compared in all.
    pub cells: u64,
}
