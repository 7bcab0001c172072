//! `--! done_when = "SELECT …"` before a statement: the query whose rows say that the statement has been done.

use std::ops::Range;

use super::PlanStatement;
use super::document::Document;
use super::expand::expand;
use super::load::Reading;
use super::script::only_reads;
use crate::model::dialect::Dialect;
use crate::model::error::Place;

const KEY: &str = "done_when";

/// Whether a line of a header is one.
pub(super) fn is_one(line: &str) -> bool {
    line.trim_start().strip_prefix(KEY).is_some_and(|rest| rest.trim_start().starts_with('='))
}

/// Reads the queries of a file's statements, in their order. `lines` are the header lines before each statement.
pub(super) fn read<'a>(
    reading: &mut Reading<'a>,
    path: &'a str,
    text: &'a str,
    lines: &[Vec<Range<usize>>],
    dialect: &dyn Dialect,
) -> Vec<Option<Box<PlanStatement>>> {
    let of_gap = |reading: &mut Reading<'a>, gap: &Vec<Range<usize>>| {
        let own: Vec<_> = gap.iter().filter(|line| is_one(&text[(*line).clone()])).cloned().collect();
        if own.is_empty() {
            return None;
        }
        let value = Document::parse_lines(path, text, &own, &mut reading.faults).take(KEY)?;
        let (sql, place) = (value.text(&mut reading.faults)?, value.place());
        query(reading, &sql, place, dialect).map(Box::new)
    };
    lines.iter().map(|gap| of_gap(reading, gap)).collect()
}

fn query(reading: &mut Reading<'_>, sql: &str, place: Place, dialect: &dyn Dialect) -> Option<PlanStatement> {
    let statements = dialect.split(sql).unwrap_or_default();
    let [statement] = statements.as_slice() else {
        reading.faults.add(place, "`done_when` must be one query", "write one SELECT that returns a row where the statement has been done");
        return None;
    };
    if !only_reads(statement) {
        reading.faults.add(place, "`done_when` must only read", "write one SELECT that returns a row where the statement has been done");
        return None;
    }
    let defined = |name: &str| reading.definitions.knows(name);
    reading.parameters.check(statement, false, &defined, &|_| place.clone(), &mut reading.faults);
    let statement = expand(reading, statement.clone(), dialect, &|_| place.clone());
    Some(PlanStatement { statement, place, done_when: None, batch: None })
}
