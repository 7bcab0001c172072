//! What a run says, as the `expect` of a scenario has it.

use cutover::model::error::Error;
use cutover::run::{Ended, Finished, RunDirectory};
use cutover::verify::verdict::{CellEvidence, Finding, RowEvidence, Verdict};

use crate::plans::Site;

/// A run, or the faults of its plan.
pub fn of_run(site: &Site, run: Option<&Result<Finished, Error>>, faults: Option<&Error>) -> String {
    match run {
        Some(Ok(Finished::NothingToDo { run, .. })) => {
            assert_eq!(site.directory(run).run, *run);
            "nothing to do\n".to_owned()
        }
        Some(Ok(Finished::Ended(ended))) => of_ended(ended),
        Some(Err(error)) => format!("not started\n{}", of_error(error)),
        None => format!("a plan with faults\n{}", faults.map(of_error).unwrap_or_default()),
    }
}

/// How a run ended.
pub fn of_ended(ended: &Ended) -> String {
    let mut said = format!("{}\nmessage: {}\n", word(&ended.outcome), ended.message);
    for hint in &ended.hints {
        said.push_str(&format!("hint: {hint}\n"));
    }
    said.push_str(&ended.error.as_ref().map(of_error).unwrap_or_default());
    said.push_str(&ended.verdict.as_ref().map(of_verdict).unwrap_or_default());
    said
}

fn of_error(error: &Error) -> String {
    let place = error.place().map(|place| format!(" at {place}")).unwrap_or_default();
    let mut said = format!("error: {}{place}: {error}\n", format!("{:?}", error.kind()).to_lowercase());
    if let Some(place) = error.place().filter(|place| !place.excerpt.is_empty()) {
        said.push_str(&format!("  | {}\n", place.excerpt));
    }
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        said.push_str(&format!("  cause: {source}\n"));
        cause = source.source();
    }
    for fault in error.fault_list() {
        said.push_str(&format!("  {}: {}\n    {}\n", fault.place, fault.message, fault.remedy));
    }
    for exhibit in error.exhibits() {
        said.push_str(&format!("  {}\n", exhibit.title));
        for row in std::iter::once(&exhibit.columns).chain(&exhibit.rows).filter(|row| !row.is_empty()) {
            said.push_str(&format!("    {}\n", row.join(" | ")));
        }
        said.push_str(&format!("    {}\n", exhibit.remedy));
    }
    for hint in error.hints() {
        said.push_str(&format!("  hint: {hint}\n"));
    }
    said
}

fn of_verdict(verdict: &Verdict) -> String {
    let mut said: String = verdict.findings.iter().map(of_finding).collect();
    for outcome in ["failed", "waived", "warned", "not_run"] {
        let rules: Vec<_> = verdict.rules.iter().filter(|rule| word(&rule.outcome) == outcome).map(|rule| rule.rule.as_str()).collect();
        if !rules.is_empty() {
            said.push_str(&format!("{outcome}: {}\n", rules.join(", ")));
        }
    }
    for criterion in &verdict.criteria {
        said.push_str(&format!("[{}] {}\n", if criterion.ticked { "x" } else { " " }, criterion.sentence));
    }
    said
}

/// One finding: what it says, and its rows.
pub fn of_finding(finding: &Finding) -> String {
    let mut said = format!("{} {}: {}\n", word(&finding.severity), finding.rule, finding.message);
    // The order of rows is that of a hash, which nobody promises.
    let mut rows: Vec<_> = finding.rows.iter().map(of_row).collect();
    rows.sort();
    rows.iter().for_each(|row| said.push_str(&format!("  {row}\n")));
    if let Some(hint) = &finding.hint {
        said.push_str(&format!("  hint: {hint}\n"));
    }
    said
}

fn of_row(row: &RowEvidence) -> String {
    let key: Vec<_> = row.key.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let cell = |cell: &CellEvidence| format!("{}: {} → {}", cell.column, shown(&cell.before), shown(&cell.after));
    let cells: Vec<_> = row.cells.iter().map(cell).collect();
    format!("[{}] {}", key.join(", "), cells.join(", ")).trim_end().to_owned()
}

/// The word that files and reports have for a value.
fn word<Value: serde::Serialize>(value: &Value) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

/// Without what is another one in every run: the database's place, the directory, the ids of runs.
pub fn without_places(site: &Site, text: &str) -> String {
    let runs = RunDirectory::list(&site.home).unwrap();
    let text = runs.iter().fold(text.to_owned(), |text, directory| text.replace(&directory.run, "RUN"));
    text.replace(&site.database.place(), "DATABASE")
        .replace(&site.scratch.url(), "DATABASE")
        .replace(&site.scratch.directory().display().to_string(), "DIRECTORY")
}
