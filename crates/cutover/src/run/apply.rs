//! The snapshot under the fence, the steps, and what follows a commit.

use std::time::Instant;

use crate::database::{Reader, Writer};
use crate::journal::{EventKind, Journal, Progress, Stage};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;
use crate::model::table::TableName;
use crate::plan::{Plan, RunValues};
use crate::snapshot::seal::private_directory;
use crate::snapshot::{Capture, CaptureQuery, Captured, Snapshot, capture};
use crate::verify::grants::Grants;

use super::backup::Backups;
use super::measure::Measure;
use super::options::{Engine, Options};
use super::prepare::{Batch, Prepared, PreparedStatement, PreparedStep};
use super::transaction::finished;
use super::{RunDirectory, master_data, ranges};

/// Takes the snapshot of the instant that a session reads, under the fence where there is one, and the backup beside it. Every session that read it has ended when this returns. `open` is why
/// others can write all the same, where they can.
///
/// # Errors
/// Where something cannot be read, or a file not be written.
#[allow(clippy::too_many_arguments, reason = "the stages of a run share what they are given")]
pub(crate) fn snapshot(
    engine: &Engine<'_>,
    plan: &Plan,
    prepared: &Prepared,
    options: &Options,
    directory: &RunDirectory,
    journal: &Journal<'_>,
    values: &RunValues,
    backups: &Backups<'_>,
    open: Option<&str>,
    reader: &mut dyn Reader,
) -> Result<Snapshot> {
    let began = Instant::now();
    journal.record(EventKind::StageStarted { stage: Stage::Snapshot })?;
    private_directory(&directory.snapshot())?;
    let queries = queries(engine, plan, prepared, options, values, reader)?;
    let done = std::sync::atomic::AtomicU64::new(0);
    let monitor = journal.monitor();
    let progress = |item: &str, more: u64| {
        let done = done.fetch_add(more, std::sync::atomic::Ordering::Relaxed) + more;
        monitor.progress(&Progress { stage: Stage::Snapshot, item: item.to_owned(), done, total: None, unit: "rows" });
    };
    let (mut rows, mut cells, mut tables) = (0, 0, 0);
    let mut captured = |captured: Captured<'_>| match captured {
        Captured::Table(entry, seconds) => {
            let digest = &entry.contents.digest;
            let of_table = digest.rows * entry.columns.len() as u64;
            rows += digest.rows;
            cells += of_table;
            tables += 1;
            journal.record(EventKind::TableCaptured {
                table: entry.table.to_string(),
                rows: digest.rows,
                cells: of_table,
                bytes: entry.contents.bytes,
                key: entry.key.clone(),
                seconds,
            })
        }
        Captured::Query(entry, seconds) => journal.record(EventKind::InvariantCaptured {
            rule: entry.rule.clone(),
            rows: entry.contents.as_ref().map(|contents| contents.digest.rows),
            implied: entry.contents.is_none(),
            seconds,
        }),
    };
    let (snapshot, dumped) = backups.beside(|begin| {
        capture(
            reader,
            Capture {
                directory: &directory.snapshot(),
                dialect: engine.database.dialect().name(),
                classes: engine.database.capabilities().storage_classes,
                contents: true,
                sessions: options.sessions,
                tables: prepared.scope.as_deref(),
                queries,
                progress: &progress,
                captured: &mut captured,
                instant: begin,
            },
        )
    })?;
    journal.record(EventKind::SnapshotFinished { tables, rows, cells, seconds: began.elapsed().as_secs_f64() })?;
    finished(journal, Stage::Snapshot, began)?;
    backups.complete(dumped, &snapshot, open)?;
    Ok(snapshot)
}

/// Invariants and orphans. An invariant need not be executed where the columns that it reads are known and nothing of them
/// may change: proven identical, they imply its result.
fn queries(
    engine: &Engine<'_>,
    plan: &Plan,
    prepared: &Prepared,
    options: &Options,
    values: &RunValues,
    reader: &mut dyn Reader,
) -> Result<Vec<CaptureQuery>> {
    let dialect = engine.database.dialect();
    let mut queries = Vec::new();
    for invariant in &plan.invariants {
        let sql = plan.sql(&invariant.statement, dialect, values);
        let inputs = reader.inputs(&sql).map_err(|error| error.at(invariant.statement.place.clone()))?;
        let implied = !options.execute_all
            && options.csv.is_none()
            && inputs.as_ref().is_some_and(|inputs| inputs.iter().all(|(table, column)| stays(&prepared.grants, table, column)));
        queries.push(CaptureQuery { rule: format!("invariant:{}", invariant.name), sql, inputs, implied });
    }
    let catalog = reader.catalog()?;
    for (rule, relationship) in &prepared.relationships {
        let identity = catalog.table(&relationship.child).and_then(|table| table.keys.first()).map(|key| key.columns.clone());
        let of_child = relationship.columns.iter().map(|column| (relationship.child.clone(), column.clone()));
        let of_parent = relationship.parent_columns.iter().map(|column| (relationship.parent.clone(), column.clone()));
        queries.push(CaptureQuery {
            rule: rule.clone(),
            sql: dialect.orphans(relationship, &identity.unwrap_or_default()),
            inputs: Some(of_child.chain(of_parent).collect()),
            implied: false,
        });
    }
    Ok(queries)
}

fn stays(grants: &Grants, table: &TableName, column: &str) -> bool {
    grants.changes(table, column).next().is_none()
        && !grants.volatile_column(table, column)
        && !grants.may_insert(table)
        && !grants.may_delete(table)
}

/// What every statement of a run is executed with.
pub struct Execution<'a> {
    /// How the database writes SQL.
    pub dialect: &'a dyn Dialect,
    /// How.
    pub options: &'a Options,
    /// What is told.
    pub journal: &'a Journal<'a>,
    /// What stops the work.
    pub interrupt: &'a Interrupt,
    /// How many rows a table has, where the snapshot has counted them.
    pub rows_of: &'a dyn Fn(&TableName) -> Option<u64>,
    /// In a rehearsal: what looks at the weight of every statement.
    pub measure: Option<&'a Measure>,
}

/// Executes the steps. Whether a statement was among them that may have rewritten a table is returned.
///
/// # Errors
/// That of the statement that failed, with its place, or of a constraint that fires at the end of a step.
pub fn steps(prepared: &Prepared, execution: &Execution<'_>, writer: &mut dyn Writer) -> Result<bool> {
    let journal = execution.journal;
    let began = Instant::now();
    journal.record(EventKind::StageStarted { stage: Stage::Steps })?;
    let total: u64 = prepared.steps.iter().map(|step| step.statements.len() as u64).sum();
    let (mut done, mut rewritten) = (0, false);
    for (position, step) in prepared.steps.iter().enumerate() {
        let started = Instant::now();
        begin_step(step, position, prepared.steps.len(), journal)?;
        let mut rows = 0;
        for (number, statement) in step.statements.iter().enumerate() {
            execution.tick(statement, done, total);
            rows += execution.execute(statement, &step.name, number as u64 + 1, &mut rewritten, writer)?;
            done += 1;
        }
        writer
            .settle()
            .map_err(|error| error.hint(format!("it fired at the end of the step {}, as it would have at COMMIT", step.name)))?;
        master_data::hold(step, writer)?;
        journal.record(EventKind::StepFinished { step: step.name.clone(), rows, seconds: started.elapsed().as_secs_f64() })?;
    }
    finished(journal, Stage::Steps, began)?;
    Ok(rewritten)
}

/// Records that a step begins, and which way it chose on each table.
///
/// # Errors
/// Where the journal cannot be written.
pub fn begin_step(step: &PreparedStep, position: usize, of: usize, journal: &Journal<'_>) -> Result<()> {
    journal.record(EventKind::StepStarted {
        step: step.name.clone(),
        title: step.title.clone(),
        phase: step.phase.clone(),
        number: position as u64 + 1,
        of: of as u64,
    })?;
    for (table, choice) in &step.ways {
        journal.record(EventKind::WayChosen { step: step.name.clone(), table: table.to_string(), choice: choice.clone() })?;
    }
    Ok(())
}

impl Execution<'_> {
    /// Tells which statement is worked on.
    pub fn tick(&self, statement: &PreparedStatement, done: u64, total: u64) {
        self.journal.monitor().progress(&Progress {
            stage: Stage::Steps,
            item: statement.sql.clone(),
            done,
            total: Some(total),
            unit: "statements",
        });
    }

    /// Tells how far a statement in ranges has come.
    pub fn tick_range(&self, batch: &Batch, done: u64) {
        self.journal.monitor().progress(&Progress {
            stage: Stage::Steps,
            item: format!("{} by {}", batch.table, batch.column),
            done,
            total: (self.rows_of)(&batch.table).filter(|total| *total >= done),
            unit: "rows",
        });
    }

    /// Executes one statement of a step in the open transaction, and records it.
    ///
    /// # Errors
    /// The statement's, with its place.
    pub fn execute(
        &self,
        statement: &PreparedStatement,
        step: &str,
        number: u64,
        rewritten: &mut bool,
        writer: &mut dyn Writer,
    ) -> Result<u64> {
        let began = Instant::now();
        self.make_way(statement, rewritten, writer)?;
        let outcome = match &statement.batch {
            None => writer.execute(&statement.sql),
            Some(batch) => self.in_ranges(statement, batch, writer),
        };
        let rows = outcome.map_err(|error| in_step(error, statement, step, number))?;
        self.record(statement, step, number, rows, began)?;
        self.see_locks(writer)?;
        self.weigh(step, number, writer)?;
        Ok(rows)
    }

    fn in_ranges(&self, statement: &PreparedStatement, batch: &Batch, writer: &mut dyn Writer) -> Result<u64> {
        let (mut rows, mut walked, mut last) = (0, 0, None);
        while let Some(range) = ranges::next(statement, batch, last.as_deref(), self.dialect, writer)? {
            rows += writer.execute(&range.sql)?;
            walked += range.rows;
            self.tick_range(batch, walked);
            last = Some(range.last);
        }
        Ok(rows)
    }

    /// Waits for those who would see a rewritten table as empty, once in a transaction.
    ///
    /// # Errors
    /// Where they do not end.
    pub fn make_way(&self, statement: &PreparedStatement, rewritten: &mut bool, writer: &mut dyn Writer) -> Result<()> {
        if statement.rewrites && !*rewritten {
            writer.await_older_readers(self.options.patience, &mut |message| self.journal.monitor().notice(&message))?;
            *rewritten = true;
        }
        Ok(())
    }

    /// In a rehearsal: looks at the locks of the transaction that is open.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub fn see_locks(&self, writer: &mut dyn Writer) -> Result<()> {
        self.measure.map_or(Ok(()), |measure| measure.see_locks(writer))
    }

    /// In a rehearsal: records what a statement has weighed.
    ///
    /// # Errors
    /// Where the server does not answer, or the journal cannot be written.
    pub fn weigh(&self, step: &str, number: u64, writer: &mut dyn Writer) -> Result<()> {
        let Some(measure) = self.measure else { return Ok(()) };
        let weight = measure.weigh(writer)?;
        self.journal.record(EventKind::StatementMeasured { step: step.to_owned(), statement: number, weight })
    }

    /// Records that a statement has been executed.
    ///
    /// # Errors
    /// Where the journal cannot be written.
    pub fn record(&self, statement: &PreparedStatement, step: &str, number: u64, rows: u64, began: Instant) -> Result<()> {
        self.journal.record(EventKind::StatementFinished {
            step: step.to_owned(),
            statement: number,
            sql: first_line(&statement.sql),
            rows,
            seconds: began.elapsed().as_secs_f64(),
        })
    }
}

/// An error of a statement, with the place that it comes from and the step that it stands in.
pub fn in_step(error: Error, statement: &PreparedStatement, step: &str, number: u64) -> Error {
    let what = format!("in the step {step}, statement {number}: {}", first_line(&statement.sql));
    let kind = error.kind();
    let error = if error.place().is_none() { error.at(statement.place.clone()) } else { error };
    if kind == ErrorKind::Interrupted { error } else { error.hint(what) }
}

/// The first line of a statement, for people.
fn first_line(sql: &str) -> String {
    const SHOWN: usize = 160;
    let line = sql.lines().next().unwrap_or_default();
    if line.chars().count() > SHOWN || sql.lines().count() > 1 {
        format!("{} …", line.chars().take(SHOWN).collect::<String>())
    } else {
        line.to_owned()
    }
}
