//! `[add_column]`: one column on several tables. `[add_columns]`: several columns.

use super::column::{self, For, ReadColumn};
use super::{listed, names, takes_column, with_parameter};
use crate::model::dialect::Dialect;
use crate::model::error::Place;
use crate::model::operation::Operation;
use crate::plan::document::Section;
use crate::plan::load::Reading;
use crate::plan::{OperationPlaces, PlanOperation};

/// Reads `[add_column]`.
pub(super) fn read_one(reading: &mut Reading<'_>, mut section: Section<'_>, dialect: &dyn Dialect) -> Vec<PlanOperation> {
    let tables = tables(reading, &mut section);
    let column = column::read(reading, &mut section, "column", For::Table, dialect);
    section.finish(&mut reading.faults);
    on_tables(reading, &tables, &column.into_iter().collect::<Vec<_>>(), dialect)
}

/// Reads `[add_columns]`.
pub(super) fn read(reading: &mut Reading<'_>, mut section: Section<'_>, dialect: &dyn Dialect) -> Vec<PlanOperation> {
    let tables = tables(reading, &mut section);
    let columns = columns(reading, &mut section, For::Table, dialect);
    section.finish(&mut reading.faults);
    on_tables(reading, &tables, &columns, dialect)
}

/// `tables = ["…"]`, or `table = "…"` for one.
fn tables(reading: &mut Reading<'_>, section: &mut Section<'_>) -> Vec<(String, Place)> {
    let Some(one) = section.take("table") else { return names(reading, section, "tables") };
    if let Some(several) = section.take("tables") {
        reading.faults.add(several.key_place(), "`table` and `tables` both stand here", "keep one of them");
        listed(reading, several, "tables");
    }
    let place = one.place();
    one.text(&mut reading.faults).and_then(|text| with_parameter(reading, text, &place)).map(|table| (table, place)).into_iter().collect()
}

/// Reads `columns`, a list of tables.
pub(super) fn columns(reading: &mut Reading<'_>, section: &mut Section<'_>, of: For, dialect: &dyn Dialect) -> Vec<ReadColumn> {
    let Some(value) = section.take("columns") else {
        let (place, inside) = (section.place(), section.inside());
        reading.faults.add(place, format!("`columns` is missing{inside}"), "add: columns = [{ name = \"…\", type = \"…\" }]");
        return Vec::new();
    };
    let place = value.place();
    let members = value.list(&mut reading.faults);
    if members.is_empty() {
        reading.faults.add(place, "`columns` names no column", "add one at least: { name = \"…\", type = \"…\" }");
    }
    let mut columns: Vec<ReadColumn> = Vec::new();
    for member in members {
        let Some(mut section) = member.section(&mut reading.faults) else { continue };
        let column = column::read(reading, &mut section, "name", of, dialect);
        section.finish(&mut reading.faults);
        let Some(column) = column else { continue };
        if columns.iter().any(|other| other.name().eq_ignore_ascii_case(column.name())) {
            reading.faults.add(column.place.clone(), format!("`{}` stands twice in `columns`", column.name()), "take one of them out");
        } else {
            columns.push(column);
        }
    }
    columns
}

fn on_tables(reading: &mut Reading<'_>, tables: &[(String, Place)], columns: &[ReadColumn], dialect: &dyn Dialect) -> Vec<PlanOperation> {
    for column in columns {
        column.check_unique_name(reading, tables.len());
    }
    let mut operations = Vec::new();
    for (table, place) in tables {
        let mut new = Vec::new();
        for column in columns {
            let at = if tables.len() > 1 || columns.len() == 1 { place } else { &column.place };
            takes_column(reading, table, column.name(), at, dialect);
            new.push(column.on(reading, table, dialect));
        }
        let places = OperationPlaces {
            table: place.clone(),
            new: columns.iter().map(|column| if columns.len() == 1 { place.clone() } else { column.place.clone() }).collect(),
            fills: columns.iter().map(|column| column.fill.clone()).collect(),
            columns: Vec::new(),
            parents: columns.iter().filter_map(ReadColumn::parent).collect(),
        };
        operations.push(PlanOperation { operation: Operation::AddColumns { table: table.clone(), columns: new }, places });
    }
    operations
}
