//! Ten times the rows: how much longer a run takes, and in which of its stages.

use std::fs;
use std::path::Path;

use super::Bench;
use super::contents::Kind;
use super::programs::seconds;
use super::table::{Goal, Row, Section, seconds as shown};
use super::turns::{Side, medians};

/// Linear growth is 10; building an index of ten times the rows takes a little more than ten times as long.
const GOAL: Goal = Goal::AtMost(11.0);

/// Measures `cutover run cms-id` at one and ten times the size.
///
/// # Errors
/// Where a run fails.
pub fn measure(bench: &Bench) -> Result<Section, String> {
    let mut section = Section { sides: ["10 times the rows", "the rows of the real database"], rows: Vec::new(), notes: Vec::new() };
    let kinds = if bench.quick { &[Kind::Sqlite][..] } else { &[Kind::Sqlite, Kind::Postgres] };
    for kind in kinds {
        let what = format!("`cutover run cms-id` on {}", kind.name());
        let (mut small_stages, mut large_stages) = (String::new(), String::new());
        let [small, large] = medians(
            &what,
            bench.turns,
            [Side::new("1 ×", || run(bench, *kind, 1, &mut small_stages)), Side::new("10 ×", || run(bench, *kind, 10, &mut large_stages))],
        )?;
        section.rows.push(Row::cost(what, large, small, GOAL));
        section.notes.push(format!("Stages of the last run on {}: {small_stages}; with ten times the rows: {large_stages}.", kind.name()));
    }
    if bench.quick {
        section.notes.push("PostgreSQL was left out (`--quick`).".to_owned());
    }
    Ok(section)
}

/// The seconds of one run on a fresh copy; its stages are left in `stages`.
fn run(bench: &Bench, kind: Kind, scale: u32, stages: &mut String) -> Result<f64, String> {
    let copy = bench.copy(&bench.registry(kind, scale)?, "grown")?;
    let seconds = seconds(&mut bench.run("cms-id", &copy)?)?;
    *stages = stages_of(&bench.work.path("home"))?;
    Ok(seconds)
}

/// The stages of the only run below a home, from its journal.
///
/// # Errors
/// Where there is no journal.
pub fn stages_of(home: &Path) -> Result<String, String> {
    let journal = journal_below(home).ok_or_else(|| format!("there is no run below {}", home.display()))?;
    let stages: Vec<_> = journal.lines().filter_map(stage).map(|(name, seconds)| format!("{name} {}", shown(seconds))).collect();
    Ok(stages.join(", "))
}

/// The text of the first `events.jsonl` below a directory.
fn journal_below(directory: &Path) -> Option<String> {
    let journal = directory.join("events.jsonl");
    if journal.is_file() {
        return fs::read_to_string(journal).ok();
    }
    let below = directory.read_dir().ok()?.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir());
    below.into_iter().find_map(|path| journal_below(&path))
}

/// The name and the seconds of a stage that ended; `None` for any other event. The journal is flat: no value holds a quote.
fn stage(event: &str) -> Option<(&str, f64)> {
    let value = |name: &str| {
        let value = event.split_once(&format!("\"{name}\":"))?.1;
        value.split([',', '}']).next().map(|value| value.trim_matches('"'))
    };
    if value("event")? != "stage_finished" {
        return None;
    }
    Some((value("stage")?, value("seconds")?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::stage;

    #[test]
    fn only_the_ends_of_stages_are_read() {
        let ended = r#"{"number":7,"at":"x","elapsed":2.5,"event":"stage_finished","stage":"verify","seconds":1.25}"#;
        assert_eq!(stage(ended), Some(("verify", 1.25)));
        assert_eq!(stage(&ended.replace("finished", "started")), None);
        assert_eq!(stage("not an event"), None);
    }
}
