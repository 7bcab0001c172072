//! Operations: steps in TOML, which the engine renders, grants and undoes by itself.

use std::collections::BTreeSet;

use super::document::{Document, Section, Value};
use super::faults::{Faults, did_you_mean};
use super::load::Reading;
use super::parameters::{is_name, put_in};
use super::script::{self, warn_of_chance};
use super::steps::{last_component, phase};
use super::{OperationPlaces, ParameterValue, Step, StepBody};
use crate::model::dialect::Dialect;
use crate::model::error::Place;
use crate::model::operation::{AddColumn, Operation, PortableType};
use crate::model::statement::TokenKind;

/// Reads an operation's file for one database.
pub(super) fn read<'a>(reading: &mut Reading<'a>, path: &'a str, name: &str, dialect: &dyn Dialect) -> Option<Step> {
    let text = script::text(reading, path)?;
    let mut document = Document::parse(path, text, &mut reading.faults)?;
    let title = document.take("title").and_then(|value| value.text(&mut reading.faults));
    let add_column = document.take("add_column");
    if add_column.is_none() {
        reading.faults.add(Place::file(path), "the file names no operation", "add a table [add_column] with tables, column and type");
    }
    document.finish(&mut reading.faults);
    let section = add_column?.section(&mut reading.faults)?;
    let (add_column, places) = read_add_column(reading, section, dialect)?;
    reading.places.operations.insert(name.to_owned(), places);
    Some(Step {
        name: name.to_owned(),
        phase: phase(name).to_owned(),
        title: title.unwrap_or_else(|| last_component(name).to_owned()),
        place: Place::file(path),
        tables: Vec::new(),
        body: StepBody::Operation(Operation::AddColumn(add_column)),
    })
}

fn read_add_column(reading: &mut Reading<'_>, mut section: Section<'_>, dialect: &dyn Dialect) -> Option<(AddColumn, OperationPlaces)> {
    let section_place = section.place();
    let tables = match section.take("tables") {
        Some(value) => tables(reading, value),
        None => {
            reading.faults.add(section_place.clone(), "`tables` is missing in `add_column`", "add: tables = [\"…\"]");
            Vec::new()
        }
    };
    let column =
        section.require_text("column", &mut reading.faults).and_then(|(text, place)| Some((with_parameter(reading, text, &place)?, place)));
    let data_type =
        section.require_text("type", &mut reading.faults).and_then(|(text, place)| portable_type(&text, place, &mut reading.faults));
    let null = section.take("null").is_none_or(|value| value.boolean(&mut reading.faults).unwrap_or(true));
    let fill = section.take("fill").and_then(|value| fill(reading, &value, dialect));
    let unique = section.take("unique").and_then(|value| {
        let text = value.text(&mut reading.faults)?;
        Some((with_parameter(reading, text, &value.place())?, value.place()))
    });
    section.finish(&mut reading.faults);
    let (column, column_place) = column?;
    if let Some((template, place)) = unique.as_ref().filter(|(template, _)| tables.len() > 1 && !template.contains("{table}")) {
        let message = format!("every table would get a unique constraint of the same name, `{template}`");
        reading.faults.add(place.clone(), message, "put {table} into the name");
    }
    if !null && fill.is_none() {
        reading.faults.add(
            section_place,
            "the rows that exist would hold NULL in a column that must not",
            "add `fill`, or take `null = false` out",
        );
    }
    if let Some((fill, place)) = fill.as_ref().filter(|(fill, _)| fill.trim_matches('"').eq_ignore_ascii_case(&column)) {
        reading.faults.add(place.clone(), format!("`fill` reads `{fill}`, the column that is added"), "fill it from the row's old columns");
    }
    for (table, place) in &tables {
        if !reading.added_columns.insert((dialect.name(), table.clone(), column.clone())) {
            reading.faults.add(
                place.clone(),
                format!("`{table}.{column}` is already added by a step before"),
                "take the table out of one of the two",
            );
        }
    }
    let places = OperationPlaces {
        tables: tables.iter().map(|(_, place)| place.clone()).collect(),
        column: column_place,
        fill: fill.as_ref().map(|(_, place)| place.clone()),
    };
    let add_column = AddColumn {
        tables: tables.into_iter().map(|(table, _)| table).collect(),
        column,
        data_type: data_type?,
        null,
        fill: fill.map(|(fill, _)| fill),
        unique: unique.map(|(unique, _)| unique),
    };
    Some((add_column, places))
}

fn tables(reading: &mut Reading<'_>, value: Value<'_>) -> Vec<(String, Place)> {
    let place = value.place();
    let listed = value.texts(&mut reading.faults);
    if listed.is_empty() {
        reading.faults.add(place, "`tables` names no table", "name one at least");
    }
    let mut seen = BTreeSet::new();
    let mut tables = Vec::new();
    for (text, place) in listed {
        let Some(table) = with_parameter(reading, text, &place) else { continue };
        if seen.insert(table.clone()) {
            tables.push((table, place));
        } else {
            reading.faults.add(place, format!("`{table}` stands twice in `tables`"), "take one of them out");
        }
    }
    tables
}

/// A text, or the value of the parameter that it is the name of: `":unique_name"`.
fn with_parameter(reading: &mut Reading<'_>, text: String, place: &Place) -> Option<String> {
    let Some(name) = text.strip_prefix(':').filter(|name| is_name(name)) else { return Some(text) };
    let value = reading.parameters.resolve(name, place, &mut reading.faults)?;
    if value.value.is_none() {
        reading.faults.add(place.clone(), format!("`:{name}` has no value"), "give it one, or declare a default");
    }
    value.value
}

fn portable_type(text: &str, place: Place, faults: &mut Faults) -> Option<PortableType> {
    const ALL: [PortableType; 11] = [
        PortableType::Boolean,
        PortableType::Smallint,
        PortableType::Integer,
        PortableType::Bigint,
        PortableType::Real,
        PortableType::Double,
        PortableType::Text,
        PortableType::Date,
        PortableType::Timestamp,
        PortableType::Json,
        PortableType::Uuid,
    ];
    let found = ALL.into_iter().find(|kind| kind.to_string() == text);
    if found.is_none() {
        let names: Vec<_> = ALL.iter().map(ToString::to_string).collect();
        faults.add(place, format!("`{text}` is not a portable type"), did_you_mean(text, names.iter().map(String::as_str)));
    }
    found
}

/// The expression that fills a column, with its parameters put in.
fn fill(reading: &mut Reading<'_>, value: &Value<'_>, dialect: &dyn Dialect) -> Option<(String, Place)> {
    let text = value.text(&mut reading.faults)?;
    let place = value.place();
    let statements = match dialect.split(&text) {
        Ok(statements) => statements,
        Err(error) => {
            reading.faults.add(place, format!("`fill`: {}", error.message), error.remedy);
            return None;
        }
    };
    let [statement] = statements.as_slice() else {
        reading.faults.add(place, "`fill` must be one expression", "write for example fill = \"id\"");
        return None;
    };
    warn_of_chance(reading, statement, &|_| place.clone());
    let mut values = std::collections::BTreeMap::<String, ParameterValue>::new();
    for token in statement.tokens.iter().filter(|token| matches!(token.kind, TokenKind::Parameter | TokenKind::IdentifierParameter)) {
        if let Some(value) = reading.parameters.resolve(&token.text, &place, &mut reading.faults) {
            values.insert(token.text.clone(), value);
        }
    }
    Some((put_in(statement, dialect, &|name| values.get(name).cloned()), place))
}
