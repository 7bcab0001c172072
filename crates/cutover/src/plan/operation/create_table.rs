//! `[create_table]`.

use super::add_columns::columns;
use super::column::{For, ReadColumn};
use super::{key_name, listed, name, takes_column, with_parameter};
use crate::model::dialect::Dialect;
use crate::model::error::Place;
use crate::model::operation::{KeyColumns, NewTable, Operation};
use crate::plan::document::{Section, Value};
use crate::plan::faults::did_you_mean;
use crate::plan::load::Reading;
use crate::plan::{OperationPlaces, PlanOperation};

/// Reads a table that is created.
pub(super) fn read(reading: &mut Reading<'_>, mut section: Section<'_>, dialect: &dyn Dialect) -> Vec<PlanOperation> {
    let table = name(reading, &mut section, "name");
    let columns = columns(reading, &mut section, For::NewTable, dialect);
    let primary_key = section.take("primary_key").map(|value| listed(reading, value, "primary_key")).unwrap_or_default();
    let unique = section.take("unique");
    let indexes = section.take("indexes");
    let comment = section.take("comment").and_then(|value| value.text(&mut reading.faults));
    let Some((table, place)) = table else {
        section.finish(&mut reading.faults);
        return Vec::new();
    };
    let unique = keys(reading, unique, &table, &columns, "unique", dialect);
    let indexes = keys(reading, indexes, &table, &columns, "index", dialect);
    section.finish(&mut reading.faults);
    known(reading, primary_key.iter().map(|(column, place)| (column.as_str(), place)), &columns);
    let primary_key = primary_key_of(reading, &columns, primary_key);
    if !reading.added_columns.insert((dialect.name(), table.clone(), String::new())) {
        reading.faults.add(place.clone(), format!("the table `{table}` is already created by a step before"), "take one of the two out");
    }
    let mut new = NewTable { table: table.clone(), primary_key, unique, indexes, comment, ..NewTable::default() };
    for column in &columns {
        takes_column(reading, &table, column.name(), &column.place, dialect);
        let mut column = column.on(reading, &table, dialect);
        column.null &= !new.primary_key.contains(&column.name);
        if let Some(name) = column.unique.take() {
            new.unique.push(KeyColumns { name, columns: vec![column.name.clone()] });
        }
        new.foreign_keys.extend(column.references.take());
        new.columns.push(column);
    }
    let places = OperationPlaces {
        table: place,
        new: columns.iter().map(|column| column.place.clone()).collect(),
        parents: columns.iter().filter_map(ReadColumn::parent).collect(),
        ..OperationPlaces::default()
    };
    vec![PlanOperation { operation: Operation::CreateTable(new), places }]
}

/// The primary key as written; else the column that the database numbers.
fn primary_key_of(reading: &mut Reading<'_>, columns: &[ReadColumn], written: Vec<(String, Place)>) -> Vec<String> {
    let auto: Vec<_> = columns.iter().filter(|column| column.is_auto()).collect();
    if let Some(second) = auto.get(1) {
        reading.faults.add(second.place.clone(), "a table has one numbered column at the most", "take `auto` out of one of them");
    }
    if let (Some(column), false) = (auto.first(), written.is_empty())
        && written.first().is_some_and(|_| written.len() > 1 || written[0].0 != column.name())
    {
        let message = format!("`{}` is numbered, and so the primary key by itself", column.name());
        reading.faults.add(column.place.clone(), message, "take `primary_key` out, and make the other columns unique");
    }
    match auto.first() {
        Some(column) if written.is_empty() => vec![column.name().to_owned()],
        _ => written.into_iter().map(|(column, _)| column).collect(),
    }
}

/// `[["a", "b"]]`, or with names `[{ name = "…", columns = ["a", "b"] }]`.
fn keys(
    reading: &mut Reading<'_>,
    value: Option<Value<'_>>,
    table: &str,
    columns: &[ReadColumn],
    kind: &'static str,
    dialect: &dyn Dialect,
) -> Vec<KeyColumns> {
    let mut keys = Vec::new();
    for member in value.map(|value| value.list(&mut reading.faults)).unwrap_or_default() {
        let place = member.place();
        let (given, listed_columns) = if member.is_list() {
            (None, listed(reading, member, kind))
        } else {
            let Some(mut section) = member.section(&mut reading.faults) else { continue };
            let given = section.take("name").and_then(|value| {
                let text = value.text(&mut reading.faults)?;
                Some((with_parameter(reading, text, &value.place())?, value.place()))
            });
            let listed_columns = super::names(reading, &mut section, "columns");
            section.finish(&mut reading.faults);
            (given, listed_columns)
        };
        known(reading, listed_columns.iter().map(|(column, place)| (column.as_str(), place)), columns);
        let of_key: Vec<String> = listed_columns.into_iter().map(|(column, _)| column).collect();
        let name = key_name(reading, given, table, &of_key, kind, &place, dialect);
        keys.push(KeyColumns { name, columns: of_key });
    }
    keys
}

/// Reports columns that the table does not have.
fn known<'a>(reading: &mut Reading<'_>, named: impl Iterator<Item = (&'a str, &'a Place)>, columns: &[ReadColumn]) {
    for (column, place) in named {
        if !columns.iter().any(|known| known.name() == column) {
            let remedy = did_you_mean(column, columns.iter().map(ReadColumn::name));
            reading.faults.add(place.clone(), format!("the table has no column `{column}`"), remedy);
        }
    }
}
