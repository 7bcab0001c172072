//! `--! undo = "snapshot"`: a step that changes nothing but rows of tables that were there, and is undone by putting the old cells back.

use super::PlanStatement;
use super::document::Section;
use super::load::Reading;
use super::script::is_one_of;
use crate::model::dialect::{Boundary, Dialect};
use crate::model::error::Place;
use crate::model::statement::ScriptStatement;

/// What the header must say.
const SNAPSHOT: &str = "snapshot";

/// Words that begin a statement which reads or writes rows, and does nothing else.
const OF_ROWS: [&str; 8] = ["INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "SELECT", "WITH", "VALUES"];

/// Reads the line of a header: where it says so, if it does.
pub(super) fn read(reading: &mut Reading<'_>, header: &mut Section<'_>) -> Option<Place> {
    let value = header.take("undo")?;
    let (text, place) = (value.text(&mut reading.faults)?, value.place());
    if text == SNAPSHOT {
        return Some(place);
    }
    let remedy = "write \"snapshot\", or take the line out and write an undo file";
    reading.faults.add(place, format!("`{text}` is no way to undo a step"), remedy);
    None
}

/// Reports an undo file beside the line, and every statement that does more than change rows: a snapshot's cells do not bring a
/// definition back.
pub(super) fn check(reading: &mut Reading<'_>, place: &Place, undo: Option<&str>, statements: &[PlanStatement], dialect: &dyn Dialect) {
    if let Some(path) = undo {
        let message = format!("the step is undone from the snapshot, and by {path} as well");
        reading.faults.add(place.clone(), message, "keep one of the two: take this line out, or delete the undo file");
    }
    for statement in statements.iter().filter(|statement| !changes_only_rows(&statement.statement, dialect)) {
        reading.faults.add(
            statement.place.clone(),
            format!("`{}` is more than a change of rows, which is all that the snapshot can undo", statement.statement.leading_words(2)),
            "move it into a step of its own with an undo file; TRUNCATE can be written as DELETE FROM",
        );
    }
}

fn changes_only_rows(statement: &ScriptStatement, dialect: &dyn Dialect) -> bool {
    let first = statement.tokens.iter().find(|token| token.text != "(");
    let is_query = first.is_some_and(|token| is_one_of(token, &["SELECT", "WITH"]));
    // SELECT … INTO makes a table; behind these words, INTO names the table whose rows are written.
    let makes_a_table = is_query
        && statement.tokens.windows(2).any(|pair| is_one_of(&pair[1], &["INTO"]) && !is_one_of(&pair[0], &["INSERT", "MERGE", "REPLACE"]));
    first.is_some_and(|token| is_one_of(token, &OF_ROWS)) && !makes_a_table && dialect.boundary(statement) == Boundary::Inside
}
