//! `repair`: an in-place run whose verification found damage gets its damaged cells back from the snapshot, and is verified again.

use std::collections::BTreeSet;

use crate::database::{Mode, Raised, Writer};
use crate::journal::{EventKind, Journal};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::statement::TokenKind;
use crate::model::table::TableName;
use crate::plan::Plan;
use crate::run::options::{Ended, Engine, Options};
use crate::run::prepare::{Prepared, PreparedStep, prepare};
use crate::run::put_back::{Extent, PutBack};
use crate::run::transaction;
use crate::run::undo::first_values;
use crate::run::{RunDirectory, hooks};
use crate::snapshot::Snapshot;
use crate::verify::differing::Kept;

use super::deeds::Log;
use super::resume::same_statements;
use super::undo::{Journaled, is_complete};
use super::{RUNNING, Work, conclude, on_one_instant, row_of};

/// The step under which it is told.
const STEP: &str = "(repair)";

/// What became of a repair.
#[derive(Debug)]
pub enum Repaired {
    /// On trial: the statements that would be executed, in order. Nothing was written.
    Shown(Vec<String>),
    /// It was done, and the run was verified again.
    Ended(Box<Ended>),
}

/// Puts back what differs from the snapshot in some tables (all where none is named), and is not granted by the plan; then verifies the
/// run again, which is finished where that passes. With `dry_run`, the statements are returned instead; their values are masked unless
/// `reveal` is set.
///
/// # Errors
/// Only where it could not start: nothing was touched then.
pub fn repair(engine: &Engine<'_>, plan: &Plan, of: &RunDirectory, tables: &[String], options: &Options) -> Result<Repaired> {
    let refused = |message: String| Error::new(ErrorKind::Refused, message);
    let record = row_of(&engine.database.read()?.records()?, &of.run)
        .ok_or_else(|| refused(format!("{} knows no in-place run {}", engine.database.place(), of.run)).hint("nothing was touched"))?;
    if record.state != RUNNING {
        let error = refused(format!("the run {} is {}: there is nothing to repair before it is verified", of.run, record.state));
        return Err(error.hint("nothing was touched"));
    }
    let before = Snapshot::open(&of.snapshot())?;
    let wanted = wanted(tables, &before)?;
    let values = first_values(of)?;
    let options = &Options { no_rewrite: of.no_rewrite()?, ..options.clone() };
    let prepared = prepare(plan, engine.database.dialect(), &before.manifest.catalog, &values, options)?;
    let journal = Journal::open(&of.path, engine.monitor)?;
    let mut writer = transaction::lock_again(engine, &of.run, options)?;
    let mut log = Log::read(&of.run, writer.as_mut())?;
    same_statements(&prepared, &log)?;
    if let Some(step) = prepared.steps.iter().find(|step: &&PreparedStep| !is_complete(step, &log)) {
        return Err(refused(format!("the step {} has not been executed to its end", step.name))
            .hint(format!("cutover resume {} goes on with it; what the verification finds then can be repaired", of.run))
            .hint("nothing was touched"));
    }
    let work = Work { engine, plan, options, directory: of, journal: &journal, values: &values, backup: None };
    let repair = Repair { work: &work, before: &before, prepared: &prepared, tables: &wanted };
    if options.dry_run {
        return repair.show(writer.as_mut()).map(Repaired::Shown);
    }
    let result = repair.attempt(&mut log, writer.as_mut()).and_then(|()| work.resume(&mut log, writer.as_mut()));
    let mut ended = conclude::conclude(&work, &log, writer.as_mut(), result);
    hooks::end(engine, plan, options, of, &journal, &mut ended);
    Ok(Repaired::Ended(Box::new(ended)))
}

/// The tables that are named, as the snapshot knows them.
fn wanted(tables: &[String], before: &Snapshot) -> Result<BTreeSet<TableName>> {
    let entries = &before.manifest.tables;
    if tables.is_empty() {
        return Ok(entries.iter().map(|entry| entry.table.clone()).collect());
    }
    let found = |name: &String| {
        entries
            .iter()
            .map(|entry| &entry.table)
            .find(|table| table.to_string() == *name)
            .cloned()
            .ok_or_else(|| Error::new(ErrorKind::Input, format!("the snapshot holds no table `{name}`")).hint("nothing was touched"))
    };
    tables.iter().map(found).collect()
}

struct Repair<'a> {
    work: &'a Work<'a>,
    before: &'a Snapshot,
    prepared: &'a Prepared,
    tables: &'a BTreeSet<TableName>,
}

impl Repair<'_> {
    fn put_back<'b>(&'b self, kept: &'b Kept) -> PutBack<'b> {
        PutBack {
            engine: self.work.engine,
            journal: self.work.journal,
            before: self.before,
            prepared: self.prepared,
            grants: self.prepared.grants.clone(),
            kept,
            scratch: self.work.directory.path.join("since/scratch/repair"),
        }
    }

    fn show(&self, writer: &mut dyn Writer) -> Result<Vec<String>> {
        let dialect = self.work.engine.database.dialect();
        let kept = Kept::default();
        // Where the lock is a transaction, that one ends here: another one begins on what is the same instant for a trial.
        writer.rollback()?;
        let statements = on_one_instant(writer, |writer| self.put_back(&kept).show(Extent::Some(self.tables), writer))?;
        let shown = |statement: &String| if self.work.options.reveal { statement.clone() } else { masked(statement, dialect) };
        Ok(statements.iter().map(shown).collect())
    }

    fn attempt(&self, log: &mut Log, writer: &mut dyn Writer) -> Result<()> {
        let Work { engine, options, journal, .. } = self.work;
        log.raising();
        let raised = transaction::raise(engine, &self.prepared.fence(options, Mode::InPlace), journal, writer)?;
        self.only_ours(&raised, log)?;
        let started = std::time::Instant::now();
        journal.record(EventKind::StepStarted {
            step: STEP.to_owned(),
            title: "Repair: damaged cells from the snapshot".to_owned(),
            phase: String::new(),
            number: 1,
            of: 1,
        })?;
        let kept = Kept::default();
        let rows = self.put_back(&kept).run(STEP, Extent::Some(self.tables), &mut Journaled { step: STEP, log }, writer)?;
        journal.record(EventKind::StepFinished { step: STEP.to_owned(), rows, seconds: started.elapsed().as_secs_f64() })
    }

    /// What others wrote meanwhile would be damage, too.
    fn only_ours(&self, raised: &Raised, log: &Log) -> Result<()> {
        let reason = raised.open.as_deref().or(raised.interrupted.as_deref()).or_else(|| log.fence_down().next());
        match reason.filter(|_| !self.work.options.unfenced) {
            None => Ok(()),
            Some(reason) => Err(Error::new(
                ErrorKind::Refused,
                format!("others could write while the run was under way, and their rows cannot be told from damage: {reason}"),
            )
            .hint("--unfenced accepts that what they wrote is taken back as well, as far as the plan does not grant it")),
        }
    }
}

/// A statement with a mark in the place of every value.
fn masked(statement: &str, dialect: &dyn Dialect) -> String {
    let Ok(statements) = dialect.split(statement) else { return "…".to_owned() };
    let mut shown = String::new();
    for statement in statements {
        let mut end = 0;
        for token in statement.tokens.iter().filter(|token| matches!(token.kind, TokenKind::Literal | TokenKind::Number)) {
            shown.push_str(&statement.text[end..token.span.start]);
            shown.push('…');
            end = token.span.end;
        }
        shown.push_str(&statement.text[end..]);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::masked;
    use crate::database::dialects;

    #[test]
    fn no_value_is_shown() {
        for dialect in dialects() {
            let shown = masked("UPDATE t SET a = 'it''s', b = x'00ff', c = -1.5 WHERE id IN (12, 13)", dialect);
            assert!(!shown.contains("it") && !shown.contains("00ff") && !shown.contains("12") && !shown.contains("1.5"), "{shown}");
            assert!(shown.starts_with("UPDATE t SET a = …"), "{shown}");
        }
    }
}
