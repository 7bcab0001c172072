//! `cargo xtask check`: everything that is wrong with the code, all at once.

use std::path::Path;
use std::process::ExitCode;

use crate::files::{self, SourceFile, Violation};
use crate::{arrows, cargo, conventions};

/// A check of the written files: it returns the places that break its rules.
type SourceCheck = fn(&[SourceFile]) -> Vec<Violation>;

/// The checks of the written files, and what each looks at.
const SOURCE_CHECKS: [(&str, SourceCheck); 2] =
    [("arrows between modules", arrows::violations), ("conventions of the code", conventions::violations)];

/// The checks that cargo makes, what each looks at, and what mends it.
const CARGO_CHECKS: [(&str, &[&str], &str); 2] = [
    ("formatting", &["fmt", "--all", "--", "--check"], "run `cargo fmt`"),
    ("clippy", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], "mend what clippy names above"),
];

/// Makes all checks. Exit code 1 where one fails.
///
/// # Errors
/// Where the current directory is outside of a checkout.
pub fn run() -> Result<ExitCode, String> {
    let root = cargo::workspace_root()?;
    let failed = failures(&root);
    println!("\n{} checks passed, {failed} failed", total() - failed);
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Makes all checks, names every violation on stdout, and counts the checks that failed.
pub fn failures(root: &Path) -> u64 {
    let files = files::read_all(root);
    let source = SOURCE_CHECKS.iter().filter(|(subject, check)| !report(subject, source_check(&files, *check))).count();
    let cargo = CARGO_CHECKS.iter().filter(|(subject, arguments, remedy)| !report(subject, cargo_check(root, arguments, remedy))).count();
    (source + cargo) as u64
}

fn total() -> u64 {
    (SOURCE_CHECKS.len() + CARGO_CHECKS.len()) as u64
}

/// Prints how a check came out, and returns whether it passed.
fn report(subject: &str, outcome: Result<(), String>) -> bool {
    match &outcome {
        Ok(()) => println!("check: {subject}: ok"),
        Err(faults) => println!("check: {subject}: FAILED\n{faults}"),
    }
    outcome.is_ok()
}

fn source_check(files: &Result<Vec<SourceFile>, String>, check: SourceCheck) -> Result<(), String> {
    let mut violations = check(files.as_ref().map_err(Clone::clone)?);
    if violations.is_empty() {
        return Ok(());
    }
    violations.sort();
    let lines: Vec<_> = violations
        .iter()
        .map(|violation| format!("{}:{}: {}\n    {}", violation.path, violation.line, violation.message, violation.remedy))
        .collect();
    Err(lines.join("\n"))
}

fn cargo_check(root: &Path, arguments: &[&str], remedy: &str) -> Result<(), String> {
    let status = cargo::command(root).args(arguments).status().map_err(|error| format!("cargo does not start: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`cargo {}` ended with {status}: {remedy}", arguments.join(" "))) }
}
