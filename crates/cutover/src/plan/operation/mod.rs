//! Operations: steps in TOML, which the engine renders, grants and undoes by itself.

use super::document::{Document, Section, Value};
use super::faults::did_you_mean;
use super::load::Reading;
use super::parameters::is_name;
use super::script;
use super::steps::{last_component, phase};
use super::{PlanOperation, Step, StepBody};
use crate::model::dialect::Dialect;
use crate::model::error::Place;

mod add_columns;
mod changes;
mod column;
mod create_table;
mod data_type;
mod keys;

/// How one kind of operation is read: a table of the file, which may stand for several operations.
type Read = fn(&mut Reading<'_>, Section<'_>, &dyn Dialect) -> Vec<PlanOperation>;

/// Every kind, by its word.
const KINDS: [(&str, Read); 9] = [
    ("add_column", add_columns::read_one),
    ("add_columns", add_columns::read),
    ("create_table", create_table::read),
    ("add_index", keys::read_index),
    ("add_unique", keys::read_unique),
    ("add_foreign_key", keys::read_foreign_key),
    ("rename_column", changes::read_rename),
    ("change_type", changes::read_type),
    ("widen_enum", changes::read_enum),
];

/// Reads an operation's file for one database: `[kind]` once, or `[[kind]]` several times.
pub(super) fn read<'a>(reading: &mut Reading<'a>, path: &'a str, name: &str, dialect: &dyn Dialect) -> Option<Step> {
    let text = script::text(reading, path)?;
    let mut document = Document::parse(path, text, &mut reading.faults)?;
    let title = document.take("title").and_then(|value| value.text(&mut reading.faults));
    let mut operations = Vec::new();
    let mut first = None;
    for (kind, read) in KINDS {
        let Some(value) = document.take(kind) else { continue };
        match first {
            None => first = Some(kind),
            Some(first) => {
                let message = format!("the file holds operations of two kinds, `{first}` and `{kind}`");
                reading.faults.add(
                    value.key_place(),
                    message,
                    "give each kind a file of its own: the order of the files says which is first",
                );
            }
        }
        let sections = if value.is_list() { value.list(&mut reading.faults) } else { vec![value] };
        for section in sections {
            if let Some(section) = section.section(&mut reading.faults) {
                operations.extend(read(reading, section.named(kind), dialect));
            }
        }
    }
    if first.is_none() {
        let kinds: Vec<_> = KINDS.iter().map(|(kind, _)| format!("[{kind}]")).collect();
        reading.faults.add(Place::file(path), "the file names no operation", format!("add a table: one of {}", kinds.join(", ")));
    }
    document.finish(&mut reading.faults);
    Some(Step {
        name: name.to_owned(),
        phase: phase(name).to_owned(),
        title: title.unwrap_or_else(|| last_component(name).to_owned()),
        place: Place::file(path),
        tables: Vec::new(),
        from_snapshot: false,
        repeatable: false,
        body: StepBody::Operations(operations),
    })
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

/// A name that must be there, with its parameter put in.
fn name(reading: &mut Reading<'_>, section: &mut Section<'_>, key: &'static str) -> Option<(String, Place)> {
    let (text, place) = section.require_text(key, &mut reading.faults)?;
    let name = with_parameter(reading, text, &place)?;
    if name.is_empty() {
        reading.faults.add(place, format!("`{key}` is empty"), "write a name");
        return None;
    }
    Some((name, place))
}

/// A list of names that must be there, each once.
fn names(reading: &mut Reading<'_>, section: &mut Section<'_>, key: &'static str) -> Vec<(String, Place)> {
    let Some(value) = section.take(key) else {
        let (place, inside) = (section.place(), section.inside());
        reading.faults.add(place, format!("`{key}` is missing{inside}"), format!("add: {key} = [\"…\"]"));
        return Vec::new();
    };
    listed(reading, value, key)
}

fn listed(reading: &mut Reading<'_>, value: Value<'_>, key: &str) -> Vec<(String, Place)> {
    let place = value.place();
    let texts = value.texts(&mut reading.faults);
    if texts.is_empty() {
        let what = if key == "tables" { "`tables` names no table".to_owned() } else { format!("`{key}` is empty") };
        reading.faults.add(place, what, "name one at least");
    }
    let mut names: Vec<(String, Place)> = Vec::new();
    for (text, place) in texts {
        let Some(name) = with_parameter(reading, text, &place) else { continue };
        if names.iter().any(|(other, _)| *other == name) {
            reading.faults.add(place, format!("`{name}` stands twice in `{key}`"), "take one of them out");
        } else {
            names.push((name, place));
        }
    }
    names
}

/// The part of a table's name that names of its keys begin with.
fn bare(table: &str) -> &str {
    table.rsplit('.').next().unwrap_or(table)
}

/// The name of a key: as given, `{table}` standing for the table's, or made from its table, columns and kind.
fn key_name(
    reading: &mut Reading<'_>,
    given: Option<(String, Place)>,
    table: &str,
    columns: &[String],
    kind: &str,
    place: &Place,
    dialect: &dyn Dialect,
) -> String {
    let (name, place, remedy) = match given {
        Some((name, place)) => (name.replace("{table}", bare(table)), place, "choose a shorter one".to_owned()),
        None => (
            format!("{}_{}_{kind}", bare(table), columns.join("_")),
            place.clone(),
            format!("give a shorter one: name = \"{}_{kind}\"", bare(table)),
        ),
    };
    if name.len() > dialect.longest_name() {
        let message = format!("the name {name} has {} bytes, and {} allows {}", name.len(), dialect.name(), dialect.longest_name());
        reading.faults.add(place, message, remedy);
    }
    name
}

/// Takes a table's column down as made by a step; a fault where an earlier step has made it.
fn takes_column(reading: &mut Reading<'_>, table: &str, column: &str, place: &Place, dialect: &dyn Dialect) {
    if !reading.added_columns.insert((dialect.name(), table.to_owned(), column.to_owned())) {
        let message = format!("`{table}.{column}` is already added by a step before");
        reading.faults.add(place.clone(), message, "take the table out of one of the two");
    }
}

/// One word of a list.
fn word<Value: Copy>(reading: &mut Reading<'_>, text: &str, place: &Place, what: &str, all: &[(&str, Value)]) -> Option<Value> {
    let found = all.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    if found.is_none() {
        let remedy = did_you_mean(text, all.iter().map(|(word, _)| *word));
        reading.faults.add(place.clone(), format!("`{text}` is not {what}"), remedy);
    }
    found
}
