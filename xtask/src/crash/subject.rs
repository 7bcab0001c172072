//! The plan that is run, the database that it finds, and what it may leave otherwise from one run to the next.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use super::place::Place;
use crate::files::read_all;

/// A plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The crash test's own plan: one of everything that a run can be killed in.
    Everything,
    /// `plans/wasl-v3`, on a fraction of its demo.
    Wasl,
}

/// The demo of wasl-v3 is so many times as large as what is built here: killing many runs takes many runs.
const FRACTION: u64 = 50;

/// The tables of wasl-v3 to whose rows the database gives keys. A run that was killed has used some up, and so has a run that was taken
/// back: their rows are compared without them.
const NUMBERED: [&str; 9] = [
    "batches",
    "migrations",
    "training_assessments",
    "countries",
    "payment_methods",
    "programs",
    "implementing_partners",
    "document_checklists",
    "courses",
];

/// The columns of other tables that hold such keys.
const REFERENCES: [&str; 2] = ["candidates.batch_id", "candidates.program_id"];

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Everything => "everything",
            Self::Wasl => "wasl-v3",
        })
    }
}

impl Subject {
    /// The plan's own name, below which the tool keeps its runs.
    pub fn plan(self) -> &'static str {
        match self {
            Self::Everything => "crash",
            Self::Wasl => "wasl-v3",
        }
    }

    /// The directory of the plan, with a demo that is not too large.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn directory(self, root: &Path, place: &Place) -> Result<PathBuf, String> {
        let own = match self {
            Self::Everything => return Ok(root.join("xtask/src/crash/plan")),
            Self::Wasl => root.join("plans/wasl-v3"),
        };
        let directory = place.path("plan");
        for file in read_all(&own)? {
            let path = directory.join(&file.path);
            let text = if file.path.starts_with("demo/") { fraction(&file.text) } else { file.text };
            let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
            folder.and_then(|()| fs::write(&path, text)).map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
        }
        Ok(directory)
    }

    /// The queries that tell what a run has left where keys do not count; `None` where everything is compared cell by cell.
    pub fn queries(self, root: &Path) -> Option<PathBuf> {
        match self {
            Self::Everything => None,
            Self::Wasl => Some(root.join("xtask/src/crash/wasl/after.sql")),
        }
    }

    /// Whether two runs may differ in this: a finding of `cutover diff`, by its rule and its message.
    pub fn may_differ(self, rule: &str, message: &str) -> bool {
        let table = rule.strip_prefix("keys:").or_else(|| rule.strip_prefix("cells:"));
        let reference = || message.split(' ').any(|word| REFERENCES.contains(&word));
        self == Self::Wasl && table.is_some_and(|table| NUMBERED.contains(&table) || reference())
    }
}

/// A demo with a fraction of its rows, over the same years. Its script says `50000 * :scale` for a number of rows, and `DIV :scale` or
/// `/ :scale` for the time between two of them.
fn fraction(demo: &str) -> String {
    let mut small = String::new();
    let mut rest = demo;
    while let Some((before, after)) = rest.split_once(" * :scale") {
        let digits = before.len() - before.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
        let (before, number) = before.split_at(before.len() - digits);
        small.push_str(before);
        match number.parse::<u64>() {
            Ok(number) => small.push_str(&number.div_ceil(FRACTION).to_string()),
            Err(_) => small.push_str(" * 1"),
        }
        rest = after;
    }
    small.push_str(rest);
    let times = format!("* {FRACTION}");
    small.replace("DIV :scale", &times).replace("/ :scale", &times)
}

#[cfg(test)]
mod tests {
    use super::{Subject, fraction};

    #[test]
    fn a_fraction_has_fewer_rows_over_the_same_years() {
        let demo =
            "n * 31000 DIV :scale, (n * 4400 / :scale), n * 242000 DIV (86400 * :scale), 1 + n % (240 * :scale) WHERE n <= 925 * :scale;";
        let small = "n * 31000 * 50, (n * 4400 * 50), n * 242000 DIV (1728), 1 + n % (5) WHERE n <= 19;";
        assert_eq!(fraction(demo), small);
        for demo in [include_str!("../../../plans/wasl-v3/demo/mysql.sql"), include_str!("../../../plans/wasl-v3/demo/sqlite.sql")] {
            assert!(!fraction(demo).contains(":scale"), "nothing is left of the full size");
        }
    }

    #[test]
    fn only_keys_that_the_database_gives_may_differ() {
        let wasl = Subject::Wasl;
        assert!(wasl.may_differ("keys:batches", "3 rows of batches are new"));
        assert!(wasl.may_differ("cells:candidates", "383 cells of candidates.batch_id changed without a grant"));
        assert!(!wasl.may_differ("cells:candidates", "1 cell of candidates.allocated_number changed without a grant"));
        assert!(!wasl.may_differ("keys:candidates", "1 row of candidates is gone"));
        assert!(!wasl.may_differ("catalog", "the index candidates.batch_id is gone"));
        assert!(!Subject::Everything.may_differ("keys:batches", "3 rows of batches are new"));
    }
}
