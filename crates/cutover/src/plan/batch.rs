//! `--! batch = "candidates.id 10000"`: statements that are executed once for each range of a key.

use super::document::Section;
use super::load::Reading;
use super::parameters::BATCH_VALUES;
use super::{PlanBatch, PlanStatement};
use crate::model::statement::{ScriptStatement, TokenKind};
use crate::model::table::TableName;

/// Reads the line of a header; `None` where it has none, or a faulty one.
pub(super) fn read(reading: &mut Reading<'_>, header: &mut Section<'_>) -> Option<PlanBatch> {
    let value = header.take("batch")?;
    let (text, place) = (value.text(&mut reading.faults)?, value.place());
    let mut words = text.split_whitespace();
    let column = words.next().and_then(|name| name.rsplit_once('.'));
    let rows = words.next().and_then(|number| number.replace('_', "").parse::<u64>().ok()).filter(|rows| *rows > 0);
    match (column, rows, words.next()) {
        (Some((table, column)), Some(rows), None) => {
            Some(PlanBatch { table: TableName::from(table.to_owned()), column: column.to_owned(), rows, place })
        }
        _ => {
            reading.faults.add(
                place,
                format!("`{text}` does not say in which ranges the statements are executed"),
                "write the table and the column that is walked along, and the rows of one range: \"candidates.id 10000\"",
            );
            None
        }
    }
}

/// Gives the ranges to the statements that hold their bounds.
pub(super) fn assign(reading: &mut Reading<'_>, batch: Option<PlanBatch>, statements: &mut [PlanStatement]) {
    let Some(batch) = batch else { return };
    let [first, last] = BATCH_VALUES;
    let mut used = false;
    for statement in statements {
        match (holds(&statement.statement, first), holds(&statement.statement, last)) {
            (true, true) => {
                statement.batch = Some(batch.clone());
                used = true;
            }
            (false, false) => {}
            (has_first, _) => {
                let missing = if has_first { last } else { first };
                reading.faults.add(
                    statement.place.clone(),
                    format!("the statement holds one bound of its range only: `:{missing}` is missing"),
                    format!("write: WHERE {} BETWEEN :{first} AND :{last}", batch.column),
                );
                used = true;
            }
        }
    }
    if !used {
        reading.faults.add(
            batch.place,
            "no statement of this file is executed in ranges",
            format!("write: WHERE {} BETWEEN :{first} AND :{last}", batch.column),
        );
    }
}

fn holds(statement: &ScriptStatement, name: &str) -> bool {
    statement.tokens.iter().any(|token| token.kind == TokenKind::Parameter && token.text == name)
}
