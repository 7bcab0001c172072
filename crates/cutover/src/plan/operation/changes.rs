//! `[rename_column]`, `[change_type]` and `[widen_enum]`: what becomes of a column that is there.

use super::{data_type, name, takes_column};
use crate::model::dialect::Dialect;
use crate::model::operation::Operation;
use crate::plan::document::Section;
use crate::plan::load::Reading;
use crate::plan::{OperationPlaces, PlanOperation};

/// Reads another name for a column.
pub(super) fn read_rename(reading: &mut Reading<'_>, mut section: Section<'_>, dialect: &dyn Dialect) -> Vec<PlanOperation> {
    let table = name(reading, &mut section, "table");
    let from = name(reading, &mut section, "column");
    let to = name(reading, &mut section, "to");
    section.finish(&mut reading.faults);
    let (Some((table, place)), Some((from, from_place)), Some((to, to_place))) = (table, from, to) else { return Vec::new() };
    if from == to {
        reading.faults.add(to_place, format!("`{to}` is its name already"), "choose another name");
        return Vec::new();
    }
    takes_column(reading, &table, &to, &to_place, dialect);
    let places =
        OperationPlaces { table: place, columns: vec![(from.clone(), from_place)], new: vec![to_place], ..OperationPlaces::default() };
    vec![PlanOperation { operation: Operation::RenameColumn { table, from, to }, places }]
}

/// Reads another type for a column.
pub(super) fn read_type(reading: &mut Reading<'_>, mut section: Section<'_>, _: &dyn Dialect) -> Vec<PlanOperation> {
    let table = name(reading, &mut section, "table");
    let column = name(reading, &mut section, "column");
    let data_type = data_type::read(&mut section, &mut reading.faults);
    section.finish(&mut reading.faults);
    let (Some((table, place)), Some((column, column_place)), Some(data_type)) = (table, column, data_type) else { return Vec::new() };
    let places = OperationPlaces { table: place, columns: vec![(column.clone(), column_place)], ..OperationPlaces::default() };
    vec![PlanOperation { operation: Operation::ChangeType { table, column, data_type }, places }]
}

/// Reads values that an enum column gets.
pub(super) fn read_enum(reading: &mut Reading<'_>, mut section: Section<'_>, _: &dyn Dialect) -> Vec<PlanOperation> {
    let table = name(reading, &mut section, "table");
    let column = name(reading, &mut section, "column");
    let values = section.take("add").and_then(|value| data_type::enum_values(value, &mut reading.faults));
    if values.is_none() {
        let place = section.place();
        reading.faults.add(place, "`add` names no value that comes", "add: add = [\"…\"]");
    }
    section.finish(&mut reading.faults);
    let (Some((table, place)), Some((column, column_place)), Some(values)) = (table, column, values) else { return Vec::new() };
    let places = OperationPlaces { table: place, columns: vec![(column.clone(), column_place)], ..OperationPlaces::default() };
    vec![PlanOperation { operation: Operation::WidenEnum { table, column, values }, places }]
}
