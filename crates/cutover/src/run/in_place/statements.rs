//! Statements, each with its deed in the journal on the server: what was done and what was not can be told after every crash.

use std::time::{Duration, Instant};

use xxhash_rust::xxh3::xxh3_128;

use crate::database::{Reader, Writer};
use crate::model::dialect::Boundary;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::Catalog;
use crate::run::apply::{Execution, in_step};
use crate::run::prepare::{Batch, Prepared, PreparedStatement};
use crate::run::ranges;

use super::deeds::{Deed, Log, Progress, Subject, committed};

/// Between two looks at a server that has too much to do.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Executes a statement, or what is left of it. The rows that it touched in all are returned.
///
/// # Errors
/// The statement's, with its place. What was done before it stands, and the journal knows how far it came.
pub fn execute(
    execution: &Execution<'_>,
    subject: Subject,
    statement: &PreparedStatement,
    log: &mut Log,
    writer: &mut dyn Writer,
) -> Result<u64> {
    let began = Instant::now();
    let progress = log.progress(&subject);
    if let Progress::Finished(rows) = progress {
        return Ok(rows);
    }
    log.sending();
    let (step, number) = (subject.step.clone(), subject.statement);
    let work = Work { execution, subject, statement };
    let outcome = match (statement.boundary, &statement.batch) {
        (Boundary::Inside, None) => work.as_unit(log, writer),
        (Boundary::Inside, Some(batch)) => work.in_ranges(batch, progress, log, writer),
        (Boundary::Catalog | Boundary::Asked, _) => work.bracketed(progress, log, writer),
    };
    let rows = outcome.map_err(|error| in_step(error, statement, &step, number))?;
    execution.record(statement, &step, number, rows, began)?;
    execution.weigh(&step, number, writer)?;
    Ok(rows)
}

struct Work<'a> {
    execution: &'a Execution<'a>,
    subject: Subject,
    statement: &'a PreparedStatement,
}

impl Work<'_> {
    /// The statement and its deed are one transaction.
    fn as_unit(&self, log: &mut Log, writer: &mut dyn Writer) -> Result<u64> {
        let mut touched = 0;
        let commit = writer.unit(&mut |writer| {
            self.execution.make_way(self.statement, &mut false, writer)?;
            if !self.statement.settles {
                writer.postpone();
            }
            touched = writer.execute(&self.statement.sql)?;
            self.execution.see_locks(writer)?;
            log.entry(&self.finished(touched))
        })?;
        committed(commit)?;
        log.remember(self.finished(touched));
        Ok(touched)
    }

    /// Each range and its deed are one transaction. Between them, others have their turn.
    fn in_ranges(&self, batch: &Batch, progress: Progress, log: &mut Log, writer: &mut dyn Writer) -> Result<u64> {
        let (mut last, mut walked, mut rows) = match progress {
            Progress::Range { last, walked, rows } => (Some(last), walked, rows),
            _ => (None, 0, 0),
        };
        loop {
            let mut deed = self.finished(rows);
            let commit = writer.unit(&mut |writer| {
                if let Some(range) = ranges::next(self.statement, batch, last.as_deref(), self.execution.dialect, writer)? {
                    let touched = writer.execute(&range.sql)?;
                    self.execution.see_locks(writer)?;
                    deed =
                        Deed::Range { subject: self.subject.clone(), last: range.last, walked: walked + range.rows, rows: rows + touched };
                }
                log.entry(&deed)
            })?;
            committed(commit)?;
            log.remember(deed.clone());
            let Deed::Range { last: reached, walked: so_far, rows: touched, .. } = deed else { return Ok(rows) };
            (last, walked, rows) = (Some(reached), so_far, touched);
            self.execution.tick_range(batch, walked);
            self.rest(writer)?;
        }
    }

    /// Lets the server breathe: the delay that was asked for, and as long as it has more to do than was allowed.
    fn rest(&self, reader: &mut dyn Reader) -> Result<()> {
        let options = self.execution.options;
        std::thread::sleep(options.batch_delay);
        let Some(most) = options.max_load else { return Ok(()) };
        let mut told = false;
        while let Some(load) = reader.load()?.filter(|load| *load > most) {
            if !told {
                let message = format!("resting: the server is working on {load} statements of others, and --max-load allows {most}");
                self.execution.journal.monitor().notice(&message);
                told = true;
            }
            self.execution.interrupt.check()?;
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(())
    }

    /// A statement that commits by itself stands between two deeds. After a crash between them, what the database looks like
    /// now tells whether it was done.
    fn bracketed(&self, progress: Progress, log: &mut Log, writer: &mut dyn Writer) -> Result<u64> {
        let done = match &progress {
            Progress::Started(before) => was_done(self.statement, before, writer)?,
            _ => false,
        };
        if done {
            self.execution.journal.monitor().notice(&format!(
                "the statement {} of the step {} had been done before the run was stopped",
                self.subject.statement, self.subject.step
            ));
        } else {
            if !matches!(progress, Progress::Started(_)) {
                let fingerprint = fingerprint(&writer.catalog()?)?;
                log.append(Deed::Started { subject: self.subject.clone(), fingerprint }, writer)?;
            }
            self.attempt(log, writer)?;
        }
        log.append(self.finished(0), writer)?;
        Ok(0)
    }

    /// What the server refuses was not done, and stays so whatever the catalog looks like later, when somebody has mended the cause.
    fn attempt(&self, log: &mut Log, writer: &mut dyn Writer) -> Result<()> {
        let before = match log.progress(&self.subject) {
            Progress::Started(before) => before,
            _ => String::new(),
        };
        writer.execute(&self.statement.sql).map(|_| ()).inspect_err(|_| {
            if let Ok(false) = was_done(self.statement, &before, writer) {
                // Where this cannot be written, the next one to look finds the statement begun, and the catalog as it was.
                let _ = log.append(Deed::Void { subject: self.subject.clone() }, writer);
            }
        })
    }

    fn finished(&self, rows: u64) -> Deed {
        Deed::Finished { subject: self.subject.clone(), rows }
    }
}

/// Whether a statement that commits by itself, and was begun while the catalog had a fingerprint, was done: what the database looks
/// like now tells.
///
/// # Errors
/// Where the database cannot be looked at, or nothing tells.
pub fn was_done(statement: &PreparedStatement, before: &str, writer: &mut dyn Writer) -> Result<bool> {
    match (statement.boundary, &statement.done_when) {
        (_, Some(query)) => has_rows(query, writer),
        (Boundary::Catalog, None) => Ok(fingerprint(&writer.catalog()?)? != before),
        (Boundary::Inside | Boundary::Asked, None) => Err(Error::new(
            ErrorKind::Refused,
            "the run was stopped in a statement that commits by itself, and nothing tells whether it was done",
        )
        .hint("look at the database; then write `--! done_when = \"SELECT …\"` before such a statement in the next plan")),
    }
}

fn has_rows(query: &str, reader: &mut dyn Reader) -> Result<bool> {
    let mut rows = 0_u64;
    reader.query(query, &mut |_| {
        rows += 1;
        Ok(())
    })?;
    Ok(rows > 0)
}

/// What stands for the statements of all steps: the same text exactly if every statement is the same.
#[must_use]
pub fn of_steps(prepared: &Prepared) -> String {
    let mut text = String::new();
    for step in &prepared.steps {
        text.push_str(&format!("{:?}", (&step.name, step.statements.iter().map(|statement| &statement.sql).collect::<Vec<_>>())));
    }
    format!("{:032x}", xxh3_128(text.as_bytes()))
}

/// What a catalog looks like: the same text exactly if every object has the same properties.
///
/// # Errors
/// Never in practice: a catalog is plain data.
pub fn fingerprint(catalog: &Catalog) -> Result<String> {
    // Sizes and estimates of tables change by themselves; the objects say all the rest.
    let objects: Vec<_> = catalog.objects.iter().collect();
    let text = serde_json::to_vec(&objects)
        .map_err(|source| Error::new(ErrorKind::Internal, "a catalog cannot be written as JSON").because(source))?;
    Ok(format!("{:032x}", xxh3_128(&text)))
}
