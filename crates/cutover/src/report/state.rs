//! What became of a table, in one word.

use super::{Report, Tone};
use crate::verify::verdict::{RuleOutcome, TableResult};

/// What became of a table, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    /// Every old cell is as it was.
    Identical,
    /// It was not there before.
    New,
    /// It changed, as the plan allows.
    Granted,
    /// It changed otherwise.
    Different,
}

impl State {
    pub(super) const ALL: [Self; 4] = [Self::Identical, Self::New, Self::Granted, Self::Different];

    pub(super) fn of(table: &TableResult, report: &Report) -> Self {
        let about =
            |rule: &str| rule.split_once(':').is_some_and(|(class, of)| of == table.table && ["rows", "keys", "cells"].contains(&class));
        let mut rules = report.rules.iter().flat_map(|class| &class.rules);
        if rules.any(|rule| about(&rule.rule) && matches!(rule.outcome, RuleOutcome::Failed | RuleOutcome::NotRun)) {
            Self::Different
        } else if table.rows_before.is_none() {
            Self::New
        } else if table.identical {
            Self::Identical
        } else {
            Self::Granted
        }
    }

    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Identical => "✓ identical",
            Self::New => "+ new",
            Self::Granted => "≈ as granted",
            Self::Different => "✗ different",
        }
    }

    pub(super) fn tone(self) -> Option<Tone> {
        match self {
            Self::Identical => Some(Tone::Good),
            Self::New | Self::Granted => None,
            Self::Different => Some(Tone::Bad),
        }
    }
}
