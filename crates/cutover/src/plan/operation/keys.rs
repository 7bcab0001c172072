//! `[add_index]`, `[add_unique]` and `[add_foreign_key]`.

use super::column::on_delete;
use super::{key_name, name, names, with_parameter};
use crate::model::dialect::Dialect;
use crate::model::error::Place;
use crate::model::operation::{ForeignKey, KeyColumns, Operation};
use crate::plan::document::Section;
use crate::plan::load::Reading;
use crate::plan::{OperationPlaces, PlanOperation};

/// Reads an index.
pub(super) fn read_index(reading: &mut Reading<'_>, section: Section<'_>, dialect: &dyn Dialect) -> Vec<PlanOperation> {
    key(reading, section, "index", dialect, |table, index| Operation::AddIndex { table, index })
}

/// Reads a unique key.
pub(super) fn read_unique(reading: &mut Reading<'_>, section: Section<'_>, dialect: &dyn Dialect) -> Vec<PlanOperation> {
    key(reading, section, "unique", dialect, |table, key| Operation::AddUnique { table, key })
}

fn key(
    reading: &mut Reading<'_>,
    mut section: Section<'_>,
    kind: &str,
    dialect: &dyn Dialect,
    made: fn(String, KeyColumns) -> Operation,
) -> Vec<PlanOperation> {
    let table = name(reading, &mut section, "table");
    let columns = names(reading, &mut section, "columns");
    let given = given_name(reading, &mut section);
    section.finish(&mut reading.faults);
    let Some((table, place)) = table.filter(|_| !columns.is_empty()) else { return Vec::new() };
    let of_key: Vec<String> = columns.iter().map(|(column, _)| column.clone()).collect();
    let name = key_name(reading, given, &table, &of_key, kind, &place, dialect);
    let places = OperationPlaces { table: place, columns, ..OperationPlaces::default() };
    vec![PlanOperation { operation: made(table, KeyColumns { name, columns: of_key }), places }]
}

/// Reads a foreign key.
pub(super) fn read_foreign_key(reading: &mut Reading<'_>, mut section: Section<'_>, dialect: &dyn Dialect) -> Vec<PlanOperation> {
    let table = name(reading, &mut section, "table");
    let columns = names(reading, &mut section, "columns");
    let references = section.take("references");
    let given = given_name(reading, &mut section);
    let on_delete = on_delete(reading, &mut section).map(|(action, _)| action).unwrap_or_default();
    if references.is_none() {
        let place = section.place();
        reading.faults.add(place, "`references` is missing in `add_foreign_key`", "add: references = [\"table.column\"]");
    }
    section.finish(&mut reading.faults);
    let Some(references) = references else { return Vec::new() };
    let at = references.place();
    let parents = if references.is_text() {
        references.text(&mut reading.faults).map(|text| (text, at.clone())).into_iter().collect()
    } else {
        references.texts(&mut reading.faults)
    };
    let Some((table, place)) = table.filter(|_| !columns.is_empty()) else { return Vec::new() };
    let Some((parent, parent_columns)) = parent(reading, &parents, &at, columns.len()) else { return Vec::new() };
    let of_key: Vec<String> = columns.iter().map(|(column, _)| column.clone()).collect();
    let name = key_name(reading, given, &table, &of_key, "foreign", &place, dialect);
    let places = OperationPlaces {
        table: place,
        columns,
        parents: vec![(parent.clone(), parent_columns.clone(), at)],
        ..OperationPlaces::default()
    };
    let key = ForeignKey { name, columns: of_key, parent, parent_columns, on_delete };
    vec![PlanOperation { operation: Operation::AddForeignKey { table, key }, places }]
}

/// `["programs.id"]`: as many columns of one table as refer to it.
fn parent(reading: &mut Reading<'_>, written: &[(String, Place)], at: &Place, wanted: usize) -> Option<(String, Vec<String>)> {
    let mut found: Option<(String, Vec<String>)> = None;
    for (text, place) in written {
        let Some((table, column)) = text.rsplit_once('.').filter(|(table, column)| !table.is_empty() && !column.is_empty()) else {
            reading.faults.add(place.clone(), format!("`{text}` does not name a column"), "write table.column");
            return None;
        };
        match &mut found {
            None => found = Some((table.to_owned(), vec![column.to_owned()])),
            Some((parent, columns)) if parent == table => columns.push(column.to_owned()),
            Some((parent, _)) => {
                let message = format!("a foreign key refers to one table, not to `{parent}` and `{table}`");
                reading.faults.add(place.clone(), message, "write two foreign keys");
                return None;
            }
        }
    }
    let count = found.as_ref().map_or(0, |(_, columns)| columns.len());
    if count != wanted {
        reading.faults.add(at.clone(), format!("{wanted} columns refer to {count}"), "name as many columns on both sides");
        return None;
    }
    found
}

fn given_name(reading: &mut Reading<'_>, section: &mut Section<'_>) -> Option<(String, Place)> {
    let value = section.take("name")?;
    let text = value.text(&mut reading.faults)?;
    Some((with_parameter(reading, text, &value.place())?, value.place()))
}
