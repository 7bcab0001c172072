//! The snapshot under the fence, the steps, and what follows a commit.

use std::time::Instant;

use crate::database::Writer;
use crate::journal::{EventKind, Journal, Progress, Stage};
use crate::model::error::{ErrorKind, Result};
use crate::model::table::TableName;
use crate::plan::{Plan, RunValues};
use crate::snapshot::seal::private_directory;
use crate::snapshot::{Capture, CaptureQuery, Captured, Snapshot, capture};
use crate::verify::grants::Grants;

use super::options::{Engine, Options};
use super::prepare::{Prepared, PreparedStatement};
use super::transaction::finished;
use super::{RunDirectory, master_data};

/// Takes the snapshot of the fence's instant. Every session that read it has ended when this returns.
///
/// # Errors
/// Where something cannot be read, or a file not be written.
#[allow(clippy::too_many_arguments, reason = "the stages of a run share what they are given")]
pub fn snapshot(
    engine: &Engine<'_>,
    plan: &Plan,
    prepared: &Prepared,
    options: &Options,
    directory: &RunDirectory,
    journal: &Journal<'_>,
    values: &RunValues,
    writer: &mut dyn Writer,
) -> Result<Snapshot> {
    let began = Instant::now();
    journal.record(EventKind::StageStarted { stage: Stage::Snapshot })?;
    private_directory(&directory.snapshot())?;
    let queries = queries(engine, plan, prepared, options, values, writer)?;
    let done = std::sync::atomic::AtomicU64::new(0);
    let monitor = journal.monitor();
    let progress = |item: &str, more: u64| {
        let done = done.fetch_add(more, std::sync::atomic::Ordering::Relaxed) + more;
        monitor.progress(&Progress { stage: Stage::Snapshot, item: item.to_owned(), done, total: None, unit: "rows" });
    };
    let (mut rows, mut cells, mut tables) = (0, 0, 0);
    let snapshot = capture(
        writer,
        Capture {
            directory: &directory.snapshot(),
            dialect: engine.database.dialect().name(),
            classes: engine.database.capabilities().storage_classes,
            contents: true,
            sessions: options.sessions,
            tables: prepared.scope.as_deref(),
            queries,
            progress: &progress,
            captured: &mut |captured| match captured {
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
            },
            instant: &mut |_| Ok(()),
        },
    )?;
    journal.record(EventKind::SnapshotFinished { tables, rows, cells, seconds: began.elapsed().as_secs_f64() })?;
    finished(journal, Stage::Snapshot, began)?;
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
    writer: &mut dyn Writer,
) -> Result<Vec<CaptureQuery>> {
    let dialect = engine.database.dialect();
    let mut queries = Vec::new();
    for invariant in &plan.invariants {
        let sql = plan.sql(&invariant.statement, dialect, values);
        let inputs = writer.inputs(&sql).map_err(|error| error.at(invariant.statement.place.clone()))?;
        let implied = !options.execute_all
            && options.csv.is_none()
            && inputs.as_ref().is_some_and(|inputs| inputs.iter().all(|(table, column)| stays(&prepared.grants, table, column)));
        queries.push(CaptureQuery { rule: format!("invariant:{}", invariant.name), sql, inputs, implied });
    }
    let catalog = writer.catalog()?;
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

/// Executes the steps. Whether a statement was among them that may have rewritten a table is returned.
///
/// # Errors
/// That of the statement that failed, with its place, or of a constraint that fires at the end of a step.
pub fn steps(prepared: &Prepared, options: &Options, journal: &Journal<'_>, writer: &mut dyn Writer) -> Result<bool> {
    let began = Instant::now();
    journal.record(EventKind::StageStarted { stage: Stage::Steps })?;
    let total: u64 = prepared.steps.iter().map(|step| step.statements.len() as u64).sum();
    let (mut done, mut rewritten) = (0, false);
    for (position, step) in prepared.steps.iter().enumerate() {
        let started = Instant::now();
        journal.record(EventKind::StepStarted {
            step: step.name.clone(),
            title: step.title.clone(),
            phase: step.phase.clone(),
            number: position as u64 + 1,
            of: prepared.steps.len() as u64,
        })?;
        for (table, choice) in &step.ways {
            journal.record(EventKind::WayChosen { step: step.name.clone(), table: table.to_string(), choice: choice.clone() })?;
        }
        let mut rows = 0;
        for (number, statement) in step.statements.iter().enumerate() {
            journal.monitor().progress(&Progress {
                stage: Stage::Steps,
                item: statement.sql.clone(),
                done,
                total: Some(total),
                unit: "statements",
            });
            rows += execute(statement, &step.name, number as u64 + 1, &mut rewritten, options, journal, writer)?;
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

/// Executes one statement of a step, and records it.
///
/// # Errors
/// The statement's, with its place.
pub fn execute(
    statement: &PreparedStatement,
    step: &str,
    number: u64,
    rewritten: &mut bool,
    options: &Options,
    journal: &Journal<'_>,
    writer: &mut dyn Writer,
) -> Result<u64> {
    let began = Instant::now();
    if statement.rewrites && !*rewritten {
        writer.await_older_readers(options.patience, &mut |message| journal.monitor().notice(&message))?;
        *rewritten = true;
    }
    let rows = writer.execute(&statement.sql).map_err(|error| {
        let what = format!("in the step {step}, statement {number}: {}", first_line(&statement.sql));
        let kind = error.kind();
        let error = if error.place().is_none() { error.at(statement.place.clone()) } else { error };
        if kind == ErrorKind::Interrupted { error } else { error.hint(what) }
    })?;
    journal.record(EventKind::StatementFinished {
        step: step.to_owned(),
        statement: number,
        sql: first_line(&statement.sql),
        rows,
        seconds: began.elapsed().as_secs_f64(),
    })?;
    Ok(rows)
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
