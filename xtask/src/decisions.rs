//! `cargo xtask test decisions`: each decision of the plan wasl-v3, the test that holds it, and how it came out.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{ExitCode, Stdio};

use crate::cargo;
use crate::test::start_servers;

/// Where the tests are, from the root.
const FOLDER: &str = "crates/cutover/tests/decisions";

/// A decision, by the first line of its test's documentation.
#[derive(Debug, PartialEq, Eq)]
struct Decision {
    row: String,
    /// The test without its database: `losses::a_blank_ticket_is_none`.
    test: String,
}

/// Runs the tests of the decisions, and prints row, test and results.
///
/// # Errors
/// Where the tests cannot be read or started.
pub fn run() -> Result<ExitCode, String> {
    let root = cargo::workspace_root()?;
    let decisions = read(&root.join(FOLDER))?;
    let mut command = cargo::command(&root);
    command.args(["test", "-p", "cutover", "--test", "decisions"]).stdout(Stdio::piped());
    let servers = start_servers(&mut command)?;
    let mut tests = command.spawn().map_err(|error| format!("cargo does not start: {error}"))?;
    let mut results: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in tests.stdout.take().into_iter().flat_map(|output| BufReader::new(output).lines()) {
        let line = line.map_err(|error| format!("the tests' output cannot be read: {error}"))?;
        match result(&line) {
            Some((test, database, outcome)) => results.entry(test).or_default().push(format!("{database} {outcome}")),
            None => println!("{line}"),
        }
    }
    let status = tests.wait().map_err(|error| format!("cargo cannot be waited for: {error}"))?;
    drop(servers);
    let untested = print(&decisions, &mut results);
    Ok(ExitCode::from(u8::from(!status.success() || untested > 0)))
}

/// Prints the decisions; how many of them have no result.
fn print(decisions: &[Decision], results: &mut BTreeMap<String, Vec<String>>) -> usize {
    let mut untested = 0;
    for decision in decisions {
        let mut outcomes = results.remove(&decision.test).unwrap_or_default();
        outcomes.sort();
        untested += usize::from(outcomes.is_empty());
        let outcome = if outcomes.is_empty() { "no result".to_owned() } else { outcomes.join(", ") };
        println!("{}\n    {} → {outcome}", decision.row, decision.test);
    }
    println!("\n{} decisions, {untested} without a result", decisions.len());
    untested
}

/// `test losses::a_blank_ticket_is_none::mysql ... ok`: the test, its database, and how it came out.
fn result(line: &str) -> Option<(String, String, String)> {
    let (path, outcome) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let (test, database) = path.rsplit_once("::")?;
    Some((test.to_owned(), database.to_owned(), outcome.trim().to_owned()))
}

fn read(folder: &Path) -> Result<Vec<Decision>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{} cannot be read: {error}", folder.display()))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let mut decisions = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        let module = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        decisions.extend(documented(&text).map(|(row, test)| Decision { row, test: format!("{module}::{test}") }));
    }
    Ok(decisions)
}

/// The rows and the tests of one file: a line of documentation, indented, and the name on the line below it.
fn documented(text: &str) -> impl Iterator<Item = (String, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let pairs: Vec<_> = lines
        .windows(2)
        .filter_map(|pair| {
            let row = pair[0].strip_prefix("    /// ")?;
            let below = pair[1].trim();
            let name = below.strip_prefix("fn ").map_or_else(|| below.strip_suffix(','), |rest| rest.split('(').next())?;
            let is_name =
                !name.is_empty() && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
            is_name.then(|| (row.to_owned(), name.to_owned()))
        })
        .collect();
    pairs.into_iter()
}

#[cfg(test)]
mod tests {
    use super::{documented, result};

    #[test]
    fn a_row_is_the_documentation_above_a_test() {
        let text = "each_database! {\n    /// '' is no ticket\n    fn a_blank_ticket_is_none(database: Scratch) {\n    }\n}\n\
                    table! {\n    /// New table: countries\n    countries,\n    \"id\",\n}\nimpl Wasl {\n    /// Executes SQL.\n    pub fn execute(&self) {}\n}\n";
        let found: Vec<_> = documented(text).collect();
        let pair = |row: &str, test: &str| (row.to_owned(), test.to_owned());
        assert_eq!(found, [pair("'' is no ticket", "a_blank_ticket_is_none"), pair("New table: countries", "countries")]);
    }

    #[test]
    fn a_result_names_the_database_last() {
        let parts = |line: &str| result(line).map(|(test, database, outcome)| format!("{test}|{database}|{outcome}"));
        assert_eq!(parts("test losses::a::mysql ... FAILED").as_deref(), Some("losses::a|mysql|FAILED"));
        assert_eq!(parts("running 3 tests"), None);
    }
}
