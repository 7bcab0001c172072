//! CSV steps against a database: what would go wrong is told with line and column before anything is written, and what they
//! find there is kept, so that an undo takes exactly the rows away that a step has brought in.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use serde::{Deserialize, Serialize};

use crate::database::{Reader, Writer};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Fault, Result};
use crate::model::table::Catalog;
use crate::model::upsert::{Upsert, UpsertColumn, UpsertReference};
use crate::plan::master_data::{DataColumn, DataRow, Reference, first_faults};
use crate::plan::{MasterData, Plan, Step, StepBody};
use crate::snapshot::seal::private_file;

use super::RunDirectory;
use super::prepare::master_data::{batches, kind, left_out, levels, undo};
use super::prepare::{Prepared, PreparedStep, Undo};

mod cells;

/// The file in a run's directory.
const FILE: &str = "master-data.json";

/// What CSV steps found in the tables that were there before the run, by the steps' names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found(BTreeMap<String, Lines>);

/// The lines of a file by what is to be done with them; the others stand in the table as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    /// Rows whose key is not there.
    pub new: Vec<usize>,
    /// Rows whose key is there, with other values.
    pub changed: Vec<usize>,
}

/// Looks at everything in CSV steps that the database would contradict.
///
/// # Errors
/// `Input` with every fault and its place; or where the database cannot be asked.
pub fn look<R: Reader + ?Sized>(plan: &Plan, dialect: &dyn Dialect, catalog: &Catalog, reader: &mut R) -> Result<Found> {
    let mut found = Found::default();
    let mut faults = Vec::new();
    for (position, step) in plan.steps.iter().enumerate() {
        let StepBody::MasterData(data) = &step.body else { continue };
        let look = Look { plan, before: &plan.steps[..position], data, dialect, catalog };
        let mut of_step = look.cells();
        if of_step.is_empty() {
            of_step = look.references(reader).map_err(|error| at(error, step))?;
        }
        if of_step.is_empty() && catalog.find(&data.table).is_some() {
            let lines = look.rows(reader, &mut of_step).map_err(|error| at(error, step))?;
            found.0.insert(step.name.clone(), lines);
        }
        faults.append(&mut first_faults(of_step));
    }
    if faults.is_empty() {
        Ok(found)
    } else {
        Err(Error::faults(format!("the master data of the plan {} does not fit", plan.name), faults))
    }
}

/// Keeps what was found under the fence, before the first step: it belongs to the snapshot, and is found anew where that is.
///
/// # Errors
/// Where the file cannot be written.
pub fn keep(found: &Found, directory: &RunDirectory) -> Result<()> {
    let path = directory.path.join(FILE);
    if found.0.is_empty() {
        return match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::file("remove", &path, error)),
            _ => Ok(()),
        };
    }
    let text = serde_json::to_vec_pretty(found).map_err(|source| Error::new(ErrorKind::Internal, "JSON was refused").because(source))?;
    // Whole or not at all: an undo depends on it.
    let unfinished = path.with_extension("unfinished");
    let mut file = private_file(&unfinished)?;
    file.write_all(&text).and_then(|()| file.sync_all()).map_err(|source| Error::file("write", &unfinished, source))?;
    std::fs::rename(&unfinished, &path).map_err(|source| Error::file("rename", &unfinished, source))
}

/// Gives those CSV steps an undo of statements that have none in the plan and changed no row: it deletes the rows that they have
/// inserted. Where a step has changed rows, the snapshot has what they were.
///
/// # Errors
/// Where the run's directory cannot be read.
pub fn complete_undo(prepared: &mut Prepared, plan: &Plan, dialect: &dyn Dialect, catalog: &Catalog, of: &RunDirectory) -> Result<()> {
    let path = of.path.join(FILE);
    if !path.exists() {
        return Ok(());
    }
    let text = std::fs::read(&path).map_err(|source| Error::file("read", &path, source))?;
    let found: Found = serde_json::from_slice(&text)
        .map_err(|source| Error::new(ErrorKind::Corrupt, format!("{} does not say what was found", path.display())).because(source))?;
    undo_of_found(prepared, plan, dialect, catalog, &found)
}

/// As [`complete_undo`], from what has just been found.
///
/// # Errors
/// As [`look`].
pub fn undo_of_found(prepared: &mut Prepared, plan: &Plan, dialect: &dyn Dialect, catalog: &Catalog, found: &Found) -> Result<()> {
    for (step, ready) in plan.steps.iter().zip(&mut prepared.steps) {
        let lines = found.0.get(&step.name).filter(|lines| lines.changed.is_empty());
        if let (StepBody::MasterData(data), Undo::Snapshot(_), Some(lines)) = (&step.body, &ready.undo, lines) {
            ready.undo = undo(step, data, &lines.new, plan, dialect, catalog).map_err(|message| Error::new(ErrorKind::Refused, message))?;
        }
    }
    Ok(())
}

/// Proves that a step has done what it is for. Anything else would be found by nobody: rows that are new are compared with nothing.
///
/// # Errors
/// `Statement` with the lines that do not stand in the table as the file has them.
pub fn hold(step: &PreparedStep, writer: &mut dyn Writer) -> Result<()> {
    const SHOWN: usize = 20;
    let mut lines: Vec<usize> = Vec::new();
    for proof in &step.proofs {
        numbers(writer, &proof.sql, &mut |row| lines.extend(row))?;
    }
    let Some(proof) = step.proofs.first().filter(|_| !lines.is_empty()) else { return Ok(()) };
    let more = if lines.len() > SHOWN { format!(" and {} more", lines.len() - SHOWN) } else { String::new() };
    let shown: Vec<_> = lines.iter().take(SHOWN).map(ToString::to_string).collect();
    let message = format!("after the step {}, the table does not hold what the file says on line {}{more}", step.name, shown.join(", "));
    Err(Error::new(ErrorKind::Statement, message)
        .at(proof.place.clone())
        .hint("a reference that no row has, a key that the database calls equal to another one, or a trigger that changes what is written"))
}

fn at(error: Error, step: &Step) -> Error {
    if error.place().is_none() { error.at(step.place.clone()) } else { error }
}

/// Rows of whole numbers.
fn numbers<R: Reader + ?Sized>(reader: &mut R, sql: &str, each: &mut dyn FnMut(Vec<usize>)) -> Result<()> {
    reader.query(sql, &mut |row| {
        each(row.cells().map(|cell| cell.to_text().parse().unwrap_or_default()).collect());
        Ok(())
    })?;
    Ok(())
}

/// One CSV step, and everything that it stands in.
struct Look<'a> {
    plan: &'a Plan,
    /// The steps before it.
    before: &'a [Step],
    data: &'a MasterData,
    dialect: &'a dyn Dialect,
    catalog: &'a Catalog,
}

impl Look<'_> {
    fn fault(&self, row: &DataRow, column: usize, message: String, remedy: impl Into<String>) -> Fault {
        Fault { message, place: self.data.place(row, column), remedy: remedy.into() }
    }

    /// References that nothing answers: neither the database, nor a CSV step before, nor another row of the file.
    fn references<R: Reader + ?Sized>(&self, reader: &mut R) -> Result<Vec<Fault>> {
        let mut faults = Vec::new();
        for (index, column) in self.data.columns.iter().enumerate() {
            let Some(reference) = &column.reference else { continue };
            let unanswered = self.unanswered(column, index, reference, reader, &mut faults)?;
            let given = self.given(reference);
            let told = self.told_later(reference);
            for row in unanswered.iter().filter_map(|line| self.data.row(*line)) {
                let text = row.cells[index].as_deref().unwrap_or_default();
                if !told && !given.contains(text) {
                    let message = format!("no row of `{}` has the {} `{text}`", reference.table, reference.column);
                    let remedy = "correct it, or bring that row in by a step before this one";
                    faults.push(self.fault(row, index, message, remedy));
                }
            }
        }
        Ok(faults)
    }

    /// The lines that refer to what is not in the database.
    fn unanswered<R: Reader + ?Sized>(
        &self,
        column: &DataColumn,
        index: usize,
        reference: &Reference,
        reader: &mut R,
        faults: &mut Vec<Fault>,
    ) -> Result<BTreeSet<usize>> {
        let all = || self.data.rows.iter().filter(|row| row.cells[index].is_some()).map(|row| row.line).collect();
        if self.catalog.find(&reference.table).and_then(|table| table.column(&reference.column)).is_none() {
            return Ok(all());
        }
        let mut unanswered = BTreeSet::new();
        for batch in self.batches(Some(column), faults) {
            let Some(sql) = batch.unknown(self.dialect, index) else { continue };
            numbers(reader, &sql, &mut |row| match row[..] {
                [line, 0] => {
                    unanswered.insert(line);
                }
                [line, several] => {
                    let Some(row) = self.data.row(line) else { return };
                    let text = row.cells[index].as_deref().unwrap_or_default();
                    let message = format!("{several} rows of `{}` have the {} `{text}`", reference.table, reference.column);
                    faults.push(self.fault(row, index, message, "refer to a column that tells its rows apart"));
                }
                _ => {}
            })?;
        }
        Ok(unanswered)
    }

    /// What CSV steps before, and the file itself, bring into a table's column.
    fn given(&self, reference: &Reference) -> BTreeSet<&str> {
        let before = self.before.iter().filter_map(|step| match &step.body {
            StepBody::MasterData(data) => Some(data),
            _ => None,
        });
        let filling = before.chain([self.data]).filter(|data| data.table == reference.table);
        filling.flat_map(|data| data.gives(&reference.column)).collect()
    }

    /// Whether a script before may bring rows in that nobody can know of yet. What is missing then, is found when the step has ended.
    fn told_later(&self, reference: &Reference) -> bool {
        let name = reference.table.rsplit('.').next().unwrap_or(&reference.table);
        let writes = |words: &str| ["INSERT", "UPDATE", "WITH", "MERGE", "REPLACE", "CALL"].contains(&words);
        self.before.iter().any(|step| match &step.body {
            StepBody::Script { statements, .. } => {
                statements.iter().any(|statement| writes(&statement.statement.leading_words(1)) && self.plan.mentions(statement, name))
            }
            _ => false,
        })
    }

    /// Which rows are new, and which are changed.
    fn rows<R: Reader + ?Sized>(&self, reader: &mut R, faults: &mut Vec<Fault>) -> Result<Lines> {
        let mut lines = Lines::default();
        let key = self.data.key_column();
        for mut batch in self.batches(None, faults) {
            batch.columns.iter_mut().for_each(|column| column.absent = !self.is_there(column));
            if batch.columns.iter().any(|column| column.key && column.absent) {
                // A key that the plan is yet to make tells nothing about the rows of now; an undo cannot either.
                lines.changed.extend(batch.rows.iter().map(|(line, _)| *line));
                continue;
            }
            if batch.columns.iter().any(|column| column.key && !column.kind.equal_is_same()) {
                numbers(reader, &batch.same_keys(self.dialect), &mut |found| {
                    if let [line, first] = found[..]
                        && let Some(row) = self.data.row(line)
                    {
                        let message = format!("the database calls this key equal to the one on line {first}");
                        faults.push(self.fault(row, key, message, "take one of the two lines out"));
                    }
                })?;
            }
            numbers(reader, &batch.there(self.dialect), &mut |found| match found[..] {
                [line, 0, _] => lines.new.push(line),
                [line, 1, other] if other > 0 => lines.changed.push(line),
                [_, 1, _] => {}
                [line, several, _] => {
                    let Some(row) = self.data.row(line) else { return };
                    let message = format!("{several} rows of `{}` have this key", self.data.table);
                    faults.push(self.fault(row, key, message, "add columns to the key in [keys] of plan.toml, or mend the table first"));
                }
                _ => {}
            })?;
        }
        if let Some(row) = lines.new.iter().min().and_then(|line| self.data.row(*line)) {
            faults.extend(left_out(self.data, self.dialect, self.catalog).into_iter().map(|column| {
                let message =
                    format!("the row would be new, and the file does not give `{}`.`{column}`, which must not be NULL", self.data.table);
                self.fault(row, key, message, "add the column to the file, or give it a default in the table by a step before")
            }));
        }
        Ok(lines)
    }

    /// Whether a column, and what it refers to, is there before the plan's own steps.
    fn is_there(&self, column: &UpsertColumn) -> bool {
        let has = |table: &str, column: &str| self.catalog.find(table).is_some_and(|table| table.column(column).is_some());
        let answers = |reference: &UpsertReference| {
            let table = reference.table.to_string();
            has(&table, &reference.column) && has(&table, &reference.value)
        };
        has(&self.data.table, &column.name) && column.reference.as_ref().is_none_or(answers)
    }

    /// The file's rows in batches. Why there are none goes to the faults, at the column that is asked about.
    fn batches(&self, asked: Option<&DataColumn>, faults: &mut Vec<Fault>) -> Vec<Upsert<'_>> {
        batches(self.data, self.plan, self.dialect, self.catalog).unwrap_or_else(|message| {
            let column = asked.or_else(|| self.data.columns.iter().find(|column| column.reference.is_some()));
            let place = column.or(self.data.columns.first()).map(|column| column.place.clone());
            let remedy = "say it in plan.toml: [relationships] \"table.column\" = \"parent.column\"".to_owned();
            faults.extend(place.map(|place| Fault { message, place, remedy }));
            Vec::new()
        })
    }
}
