//! `[hooks]` of `plan.toml`: programs that are run around a plan, such as the one that puts an application into maintenance.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::document::{Section, Value};
use super::faults::Faults;
use crate::model::error::Place;

/// How long a hook may take where the plan says nothing.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A program that is run around a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// When.
    pub moment: Moment,
    /// The program and its arguments, one by one: no shell reads them.
    pub command: Vec<String>,
    /// How long it may take.
    pub timeout: Duration,
    /// Whether it is run under `--dry-run` as well.
    pub dry_run: bool,
    /// Where the plan names it.
    pub place: Place,
}

/// When a hook is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Before other sessions' writes are held off. A failure stops the run before anything is touched.
    BeforeFence,
    /// Once they are held off, before the snapshot. A failure stops the run as a failing step does.
    AfterFence,
    /// After the run has been committed.
    OnSuccess,
    /// After it has ended in any other way.
    OnFailure,
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::BeforeFence => "before_fence",
            Self::AfterFence => "after_fence",
            Self::OnSuccess => "on_success",
            Self::OnFailure => "on_failure",
        })
    }
}

/// Reads `[hooks]`.
pub(super) fn read(section: Option<Section<'_>>, faults: &mut Faults) -> Vec<Hook> {
    let Some(mut section) = section else { return Vec::new() };
    let common = Terms::take(&mut section, &Terms { timeout: TIMEOUT, dry_run: false }, faults);
    let mut hooks = Vec::new();
    for (key, moment) in [
        ("before_fence", Moment::BeforeFence),
        ("after_fence", Moment::AfterFence),
        ("on_success", Moment::OnSuccess),
        ("on_failure", Moment::OnFailure),
    ] {
        let Some(value) = section.take(key) else { continue };
        if value.is_table() {
            let Some(mut of_moment) = value.section(faults) else { continue };
            let terms = Terms::take(&mut of_moment, &common, faults);
            match of_moment.take("commands") {
                Some(list) => commands(list, moment, &terms, &mut hooks, faults),
                None => faults.add(of_moment.place(), format!("`commands` is missing in `{key}`"), EXAMPLE),
            }
            of_moment.finish(faults);
        } else {
            commands(value, moment, &common, &mut hooks, faults);
        }
    }
    section.finish(faults);
    hooks
}

const EXAMPLE: &str = "write each command as a list of its arguments: [[\"php\", \"artisan\", \"down\"]]";

/// What is said of several commands at once.
struct Terms {
    timeout: Duration,
    dry_run: bool,
}

impl Terms {
    fn take(section: &mut Section<'_>, otherwise: &Self, faults: &mut Faults) -> Self {
        let timeout = section.take("timeout").and_then(|value| timeout(&value, faults));
        let dry_run = section.take("dry_run").and_then(|value| value.boolean(faults));
        Self { timeout: timeout.unwrap_or(otherwise.timeout), dry_run: dry_run.unwrap_or(otherwise.dry_run) }
    }
}

fn timeout(value: &Value<'_>, faults: &mut Faults) -> Option<Duration> {
    let text = value.text(faults)?;
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let seconds = match unit {
        "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3600),
        _ => None,
    };
    let time = seconds.zip(number.parse::<u64>().ok()).and_then(|(unit, number)| number.checked_mul(unit)).filter(|seconds| *seconds > 0);
    if time.is_none() {
        faults.add(value.place(), format!("`{text}` is not a time that a program may take"), "write it as 30s, 5m or 1h");
    }
    time.map(Duration::from_secs)
}

fn commands(list: Value<'_>, moment: Moment, terms: &Terms, hooks: &mut Vec<Hook>, faults: &mut Faults) {
    for entry in list.list(faults) {
        let place = entry.place();
        if entry.is_text() {
            // A line for a shell would have to be divided by rules that nobody remembers, and what is put into it could become a command.
            faults.add(place, "a command is a list of arguments, not a line for a shell", EXAMPLE);
            continue;
        }
        let command: Vec<_> = entry.texts(faults).into_iter().map(|(argument, _)| argument).collect();
        match command.first() {
            Some(program) if !program.is_empty() && !command.iter().any(|argument| argument.contains('\0')) => {
                hooks.push(Hook { moment, command, timeout: terms.timeout, dry_run: terms.dry_run, place });
            }
            _ => faults.add(place, "this command names no program", EXAMPLE),
        }
    }
}
