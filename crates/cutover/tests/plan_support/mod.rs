//! Plans of a few lines, and their faults as text.
#![allow(dead_code, clippy::unwrap_used, reason = "each test program uses its own part")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cutover::database::{dialect, dialects};
use cutover::model::error::Error;
use cutover::plan::{Plan, PlanFiles, load};

/// A plan of these files.
pub fn files(files: &[(&str, &str)]) -> PlanFiles {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    PlanFiles { root: "plans/example".into(), files: files.collect() }
}

/// Loads a plan for PostgreSQL.
pub fn load_with(plan: &PlanFiles, arguments: &[(&str, &str)]) -> Result<Plan, Error> {
    let arguments: BTreeMap<_, _> = arguments.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    load(plan, dialect("postgres").unwrap(), &dialects(), &arguments)
}

/// An error's faults as a person would read them.
pub fn told(error: &Error) -> String {
    let mut text = format!("{error}\n");
    for fault in error.fault_list() {
        let _ = write!(text, "\n{}: {}\n", fault.place, fault.message);
        if !fault.place.excerpt.is_empty() {
            let _ = writeln!(text, "    {}", fault.place.excerpt);
            let _ = writeln!(text, "    {}^", " ".repeat(fault.place.column - 1));
        }
        let _ = writeln!(text, "    {}", fault.remedy);
    }
    text
}

/// The faults of a plan of these files.
pub fn faults_of(plan: &[(&str, &str)]) -> String {
    told(&load_with(&files(plan), &[]).unwrap_err())
}

/// A manifest without a fault.
pub const MANIFEST: &str = "format = 1\nname = \"example\"\ndatabases = [\"postgres\", \"sqlite\"]\n";
