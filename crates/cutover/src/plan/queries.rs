//! Checks, invariants, typical reads and probes.

use super::faults::did_you_mean;
use super::load::Reading;
use super::script::{self, only_reads};
use super::steps::last_component;
use super::variants::{Family, families};
use super::{PlanStatement, Probe, ProbeStatement, Query, Severity};
use crate::model::dialect::Dialect;
use crate::model::error::Place;

/// Reads the queries of a folder for one database. Only checks have a severity.
pub(super) fn read<'a>(reading: &mut Reading<'a>, folder: &str, dialect: &dyn Dialect) -> Vec<Query> {
    let checks = folder.starts_with("checks/");
    let families = families(reading, folder);
    families.iter().filter_map(|family| query(reading, family, checks, dialect)).collect()
}

fn query<'a>(reading: &mut Reading<'a>, family: &Family<'a>, check: bool, dialect: &dyn Dialect) -> Option<Query> {
    refuse_other_files(reading, family);
    let mut script = script::read(reading, family.sql(dialect.name())?, dialect)?;
    script.refuse_step_keys(reading);
    let severity = if check { severity(reading, &mut script) } else { Severity::Error };
    let reveal = script.header.take("reveal").filter(|_| check).and_then(|value| value.boolean(&mut reading.faults)).unwrap_or(false);
    let (title, statements) = script.finish(reading);
    let mut statements = statements.into_iter();
    let statement = statements.next()?;
    if let Some(second) = statements.next() {
        reading.faults.add(second.place, "the file holds more than one statement", "write one query a file");
    }
    if !only_reads(&statement.statement) {
        reading.faults.add(
            statement.place.clone(),
            "this is not a query that only reads",
            "write one SELECT, WITH … SELECT, VALUES or TABLE, without INTO",
        );
    }
    let title = title.unwrap_or_else(|| last_component(family.name).to_owned());
    Some(Query { name: family.name.to_owned(), title, severity, reveal, statement })
}

fn severity(reading: &mut Reading<'_>, script: &mut script::Script<'_>) -> Severity {
    const ALL: [(&str, Severity); 3] = [("note", Severity::Note), ("warning", Severity::Warning), ("error", Severity::Error)];
    let Some(value) = script.header.take("severity") else { return Severity::Error };
    let Some(text) = value.text(&mut reading.faults) else { return Severity::Error };
    match ALL.iter().find(|(word, _)| *word == text) {
        Some((_, severity)) => *severity,
        None => {
            let remedy = did_you_mean(&text, ALL.iter().map(|(word, _)| *word));
            reading.faults.add(value.place(), format!("`{text}` is not a severity"), remedy);
            Severity::Error
        }
    }
}

/// Reads the probes of one database.
pub(super) fn read_probes<'a>(reading: &mut Reading<'a>, dialect: &dyn Dialect) -> Vec<Probe> {
    let families = families(reading, "probes/");
    families.iter().filter_map(|family| probe(reading, family, dialect)).collect()
}

fn probe<'a>(reading: &mut Reading<'a>, family: &Family<'a>, dialect: &dyn Dialect) -> Option<Probe> {
    refuse_other_files(reading, family);
    let mut script = script::read(reading, family.sql(dialect.name())?, dialect)?;
    script.refuse_step_keys(reading);
    let refused: Vec<bool> = script
        .marks
        .iter_mut()
        .map(|marks| {
            let before = marks.len();
            marks.retain(|(word, _)| word != "refused");
            marks.len() < before
        })
        .collect();
    let (title, statements) = script.finish(reading);
    let last = statements.len().saturating_sub(1);
    let statements = statements.into_iter().zip(refused).enumerate();
    let statements = statements.map(|(index, (statement, refused))| probe_statement(statement, refused, index == last)).collect();
    let title = title.unwrap_or_else(|| last_component(family.name).to_owned());
    Some(Probe { name: family.name.to_owned(), title, statements })
}

fn probe_statement(statement: PlanStatement, refused: bool, last: bool) -> ProbeStatement {
    let check = last && !refused && only_reads(&statement.statement);
    ProbeStatement { statement, refused, check }
}

fn refuse_other_files(reading: &mut Reading<'_>, family: &Family<'_>) {
    for (_, path) in &family.others {
        reading.faults.add(Place::file(*path), "only SQL files stand in this folder", "rename the file, or move it below docs/");
    }
    for path in family.undo_files() {
        reading.faults.add(Place::file(path), "only steps can be undone", "delete the file, or move it below steps/");
    }
}
