//! What is told when a run or an undo has ended.

use cutover::journal::{self, Outcome};
use cutover::model::error::Result;
use cutover::report::{Detail, Report, Values, json, text};
use cutover::run::{Ended, Engine};
use serde::Serialize;

use crate::arguments::{Findings, Format};
use crate::context::Context;
use crate::exit::Exit;

/// Whether values are shown.
pub fn values(findings: &Findings) -> Values {
    if findings.reveal { Values::Revealed } else { Values::Masked }
}

#[derive(Serialize)]
struct Told<'a> {
    directory: &'a std::path::Path,
    #[serde(flatten)]
    report: &'a Report,
}

/// Tells how a run ended: the report on stdout, what failed on stderr.
///
/// # Errors
/// Where its journal cannot be read, or stdout not be written.
pub fn tell(context: &Context, engine: &Engine<'_>, ended: &Ended, findings: &Findings) -> Result<Exit> {
    let events = journal::read(&ended.directory)?;
    let report = Report::of(&events, ended.verdict.as_ref(), values(findings));
    match findings.format {
        Format::Json => context.terminal.result(&json::versioned(&Told { directory: &ended.directory, report: &report })?)?,
        Format::Text => {
            let mut page = text::text(&report, &context.terminal.view(Detail::Summary, false));
            page.push('\n');
            page.push_str(&next(context, engine, ended, report.guard.is_some()));
            context.terminal.result(&page)?;
        }
    }
    // What interrupted a run is in the message of its end.
    if let Some(error) = ended.error.as_ref().filter(|_| ended.outcome != Outcome::Interrupted) {
        context.terminal.failure(error);
    }
    Ok(Exit::of_outcome(ended.outcome))
}

/// Where the files are, and what can be done now.
fn next(context: &Context, engine: &Engine<'_>, ended: &Ended, guarded: bool) -> String {
    let home = if context.home.as_os_str() == ".cutover" {
        String::new()
    } else {
        format!(" --home {}", shell_word(&context.home.display().to_string()))
    };
    let run = &ended.run;
    let database = shown(&engine.database.place());
    let mut lines = vec![("files", ended.directory.display().to_string()), ("report", format!("cutover report {run}{home}"))];
    match ended.outcome {
        // What the command did is its own to take back.
        Outcome::Committed if guarded => lines.push(("verify", format!("cutover verify {run} --database {database}{home}"))),
        Outcome::Stopped if guarded => {
            let snapshot = ended.directory.join("snapshot").display().to_string();
            lines.push(("compare", format!("cutover diff {} {database}", shell_word(&snapshot))));
        }
        Outcome::Committed => {
            lines.push(("verify", format!("cutover verify {run} --database {database}{home}")));
            lines.push(("undo", format!("cutover rollback {run} --database {database}{home}")));
        }
        Outcome::Unknown => lines.push(("ask", format!("cutover status --database {database}{home}"))),
        Outcome::Escaped => {
            let snapshot = ended.directory.join("snapshot").display().to_string();
            lines.push(("compare", format!("cutover diff {} {database}", shell_word(&snapshot))));
        }
        Outcome::Stopped => {
            lines.push(("go on", format!("cutover resume {run} --database {database}{home}")));
            lines.push(("undo", format!("cutover rollback {run} --database {database}{home}")));
        }
        Outcome::NotStarted
        | Outcome::DryRun
        | Outcome::VerificationFailed
        | Outcome::Failed
        | Outcome::Interrupted
        | Outcome::Undone
        | Outcome::UndoFailed => {}
    }
    lines.iter().map(|(what, line)| format!("  {what:<7} {line}\n")).collect()
}

/// A database as the next command names it. A place without its password cannot be connected to as it stands.
pub fn shown(place: &str) -> String {
    if place.contains("***") { "\"$DATABASE_URL\"".to_owned() } else { shell_word(place) }
}

/// A word as a shell reads it back.
fn shell_word(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./:@%+=,".contains(character);
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::shell_word;

    #[test]
    fn words_are_quoted_for_the_shell() {
        assert_eq!(shell_word(".cutover/demo/cms-id.db"), ".cutover/demo/cms-id.db");
        assert_eq!(shell_word("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(shell_word(""), "''");
    }
}
