//! Collecting everything that is wrong with a plan, so that all of it is told at once.

use crate::model::error::{Fault, Place};

/// The faults and warnings found so far.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// What must be mended before the plan can run.
    pub(super) faults: Vec<Fault>,
    /// What people should know.
    pub(super) warnings: Vec<Fault>,
}

impl Faults {
    pub(super) fn add(&mut self, place: Place, message: impl Into<String>, remedy: impl Into<String>) {
        self.faults.push(Fault { message: message.into(), place, remedy: remedy.into() });
    }

    pub(super) fn warn(&mut self, place: Place, message: impl Into<String>, remedy: impl Into<String>) {
        self.warnings.push(Fault { message: message.into(), place, remedy: remedy.into() });
    }

    /// The warnings in the order of their places. A portable file is read once for each database, and warns once.
    pub(super) fn take_warnings(&mut self) -> Vec<Fault> {
        let mut warnings = std::mem::take(&mut self.warnings);
        warnings.sort_by(|left, right| (&left.place, &left.message).cmp(&(&right.place, &right.message)));
        warnings.dedup();
        warnings
    }
}

/// A remedy for a misspelt name: the nearest known one, or all of them.
pub(super) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 12;
    let mut known: Vec<&str> = known.into_iter().collect();
    if let Some(nearest) = nearest(name, &known) {
        return format!("did you mean `{nearest}`?");
    }
    known.sort_unstable();
    known.dedup();
    let more = known.len().saturating_sub(MOST);
    let listed: Vec<_> = known.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    match (listed.is_empty(), more) {
        (true, _) => "there are none; take it out".to_owned(),
        (false, 0) => format!("known: {}", listed.join(", ")),
        (false, more) => format!("known: {}, and {more} more", listed.join(", ")),
    }
}

/// A remedy with one more thing behind it.
pub(super) fn and_also(remedy: String, more: &str) -> String {
    let separator = if remedy.ends_with('?') { " Otherwise" } else { "; or" };
    format!("{remedy}{separator} {more}")
}

/// The known name that a person most likely meant: at most every third letter differs, or one begins with the other.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    const SHORTEST_BEGINNING: usize = 3;
    let lower = name.to_lowercase();
    let near = known
        .iter()
        .map(|candidate| (distance(&lower, &candidate.to_lowercase()), *candidate))
        .min()
        .filter(|(distance, _)| *distance <= name.chars().count().div_ceil(3))
        .map(|(_, candidate)| candidate);
    let begins = |candidate: &&&str| lower.chars().count() >= SHORTEST_BEGINNING && candidate.to_lowercase().starts_with(&lower);
    near.or_else(|| known.iter().find(begins).copied())
}

/// How many letters have to be put in, taken out or replaced (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, letter) in left.chars().enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (index, other) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[index + 1];
            row[index + 1] = replaced.min(diagonal + 1).min(row[index] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, nearest};

    #[test]
    fn a_misspelt_name_finds_the_one_that_was_meant() {
        let known = ["schools", "programs", "structures"];
        assert_eq!(nearest("schols", &known), Some("schools"));
        assert_eq!(nearest("Programs", &known), Some("programs"));
        assert_eq!(nearest("sturctures", &known), Some("structures"));
        assert_eq!(nearest("prog", &known), Some("programs"));
        assert_eq!(nearest("s", &known), None);
        assert_eq!(nearest("invoices", &known), None);
        assert_eq!(did_you_mean("invoices", known), "known: `programs`, `schools`, `structures`");
    }
}
