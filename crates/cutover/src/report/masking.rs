//! Values of cells are personal data: a report shows them only where they were asked for.

use crate::verify::verdict::{CellEvidence, Finding, RowEvidence};

/// Whether the values of cells are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Their lengths alone.
    Masked,
    /// As they are.
    Revealed,
}

impl Values {
    /// A finding whose cells are shown like that, or as they are where the plan says that there is nothing personal in them. Keys are shown either way: without them nobody could find the rows.
    #[must_use]
    pub fn of_finding(self, finding: &Finding) -> Finding {
        let shown = if finding.revealed { Self::Revealed } else { self };
        Finding { rows: finding.rows.iter().map(|row| shown.of_row(row)).collect(), ..finding.clone() }
    }

    fn of_row(self, row: &RowEvidence) -> RowEvidence {
        let cell = |cell: &CellEvidence| CellEvidence {
            column: cell.column.clone(),
            before: cell.before.as_deref().map(|value| self.of_value(value)),
            after: cell.after.as_deref().map(|value| self.of_value(value)),
        };
        RowEvidence { key: row.key.clone(), cells: row.cells.iter().map(cell).collect() }
    }

    fn of_value(self, value: &str) -> String {
        match self {
            Self::Revealed => value.to_owned(),
            // That nothing is there says nothing about anybody, and is what people look for.
            Self::Masked if value == "NULL" => value.to_owned(),
            Self::Masked => match length(value) {
                1 => "••• (1 character)".to_owned(),
                length => format!("••• ({length} characters)"),
            },
        }
    }
}

/// The characters of a value; of one that was shortened for evidence, those that it had.
fn length(value: &str) -> usize {
    let shortened = value.strip_suffix(" characters)").and_then(|value| value.rsplit_once(" (")).filter(|(part, _)| part.contains('…'));
    shortened.and_then(|(_, length)| length.parse().ok()).unwrap_or_else(|| value.chars().count())
}

#[cfg(test)]
mod tests {
    use super::Values;

    #[test]
    fn a_masked_value_shows_its_length_alone() {
        for (value, masked) in [
            ("Ms. Näme", "••• (8 characters)"),
            ("x", "••• (1 character)"),
            ("", "••• (0 characters)"),
            ("NULL", "NULL"),
            ("Lorem ipsum… (1200 characters)", "••• (1200 characters)"),
            ("two (2 characters)", "••• (18 characters)"),
        ] {
            assert_eq!(Values::Masked.of_value(value), masked);
            assert_eq!(Values::Revealed.of_value(value), value);
        }
    }
}
