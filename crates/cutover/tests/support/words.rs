//! What a run says, as the `expect` of a scenario has it.

use cutover::journal::Outcome;
use cutover::model::error::Error;
use cutover::run::{Ended, Finished, RunDirectory};
use cutover::verify::verdict::{CellEvidence, Finding, RowEvidence, Verdict};

use crate::archive::Venue;
use crate::plans::Site;

/// A run, or the faults of its plan.
pub fn of_run(site: &Site, place: Venue, run: Option<&Result<Finished, Error>>, faults: Option<&Error>) -> String {
    match run {
        Some(Ok(Finished::NothingToDo { run, .. })) => {
            assert_eq!(site.directory(run).run, *run);
            "nothing to do\n".to_owned()
        }
        Some(Ok(Finished::Ended(ended))) => of_ended(place, ended),
        Some(Err(error)) => format!("not started\n{}", of_error(error)),
        None => format!("a plan with faults\n{}", faults.map(of_error).unwrap_or_default()),
    }
}

/// How a run ended.
pub fn of_ended(place: Venue, ended: &Ended) -> String {
    let fence = if place.is_in_place() { Fence::of(place, ended) } else { Fence::default() };
    let mut said = format!("{}\nmessage: {}\n", word(&ended.outcome), fence.message.unwrap_or_else(|| ended.message.clone()));
    for hint in ended.hints.iter().filter(|hint| !fence.hints.contains(hint)) {
        said.push_str(&format!("hint: {hint}\n"));
    }
    said.push_str(&ended.error.as_ref().map(of_error).unwrap_or_default());
    let verdict = ended.verdict.clone().map(|mut verdict| {
        verdict.findings.retain(|finding| !fence.findings.contains(finding));
        verdict
    });
    said.push_str(&verdict.as_ref().map(of_verdict).unwrap_or_default());
    said
}

/// What the end of a run in place says of the fence: it depends on the database alone, so that no scenario has to say it again.
#[derive(Default)]
struct Fence {
    /// The run's message, as a run says it that is atomic, or that was fenced.
    message: Option<String>,
    hints: Vec<String>,
    findings: Vec<Finding>,
}

impl Fence {
    fn of(place: Venue, ended: &Ended) -> Self {
        const HELD: &str = ", and the fence is up, so that nobody builds on them";
        const UNHELD: &str = "; nothing, or not always, held other sessions off";
        let fenced = place.database() != "sqlite";
        let about = |finding: &&Finding| finding.rule == "fence";
        let findings: Vec<_> = ended.verdict.iter().flat_map(|verdict| &verdict.findings).filter(about).cloned().collect();
        let is_run = matches!(ended.outcome, Outcome::Committed | Outcome::VerificationFailed);
        assert_eq!(findings.len(), usize::from(!fenced && is_run), "{ended:?}");
        assert!(findings.iter().all(|finding| finding.message.contains("other sessions could write during the run")), "{findings:?}");
        let hints: Vec<_> = ended.hints.iter().filter(|hint| hint.starts_with("the fence is down: ")).cloned().collect();
        let message = match ended.outcome {
            Outcome::Committed => {
                match place.database() {
                    "mysql" => assert_eq!(hints, ["the fence is down: read_only is off again, and the server can be written"]),
                    "postgres" => assert!(hints.iter().all(|hint| hint.ends_with(" can be written again")), "{hints:?}"),
                    _ => assert!(hints.is_empty(), "{hints:?}"),
                }
                assert!(ended.message.starts_with("done: every table was verified"), "{}", ended.message);
                let shown = ended.verdict.as_ref().map_or(0, |verdict| verdict.findings.len()) - findings.len();
                let shown = match shown {
                    0 => String::new(),
                    1 => "; 1 finding is shown, and fails nothing".to_owned(),
                    several => format!("; {several} findings are shown, and fail nothing"),
                };
                format!("committed: every table was verified{shown}")
            }
            Outcome::VerificationFailed | Outcome::Stopped if !fenced => {
                assert!(ended.message.ends_with(UNHELD), "{}", ended.message);
                let held = if ended.outcome == Outcome::Stopped { "; the fence is up" } else { HELD };
                ended.message.replace(UNHELD, held)
            }
            _ => ended.message.clone(),
        };
        Self { message: Some(message), hints, findings }
    }
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
