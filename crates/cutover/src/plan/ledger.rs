//! Reading `[export]` and `[ledger]` from `plan.toml`.

use std::collections::BTreeMap;

use super::document::{Section, Value};
use super::faults::Faults;
use super::files::sha256;
use super::load::Reading;
use super::parameters::is_name;
use super::{Export, Ledger, LedgerValue, ParameterType};
use crate::model::error::Place;
use crate::model::table::TableName;

/// Reads `[export]`: the export and the places of its keys.
pub(super) fn read_export(section: Option<Section<'_>>, faults: &mut Faults) -> (Export, Vec<Place>) {
    let mut export = Export { before: "before".to_owned(), after: "after".to_owned(), keys: Vec::new() };
    let Some(mut section) = section else { return (export, Vec::new()) };
    let place = section.place();
    if let Some(folder) = section.take("before") {
        export.before = folder_name(&folder, faults).unwrap_or(export.before);
    }
    if let Some(folder) = section.take("after") {
        export.after = folder_name(&folder, faults).unwrap_or(export.after);
    }
    let (keys, places) = section.take("keys").map(|value| value.texts(faults)).unwrap_or_default().into_iter().unzip();
    export.keys = keys;
    section.finish(faults);
    if export.before == export.after {
        faults.add(place, "`before` and `after` are the same folder", "give them different names");
    }
    (export, places)
}

fn folder_name(value: &Value<'_>, faults: &mut Faults) -> Option<String> {
    let name = value.text(faults)?;
    if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\\', ':', '\0']) {
        faults.add(value.place(), format!("`{name}` is not the name of a folder"), "write one name, without slashes");
        return None;
    }
    Some(name)
}

/// Reads `[ledger]`. `None` where the parameter that it waits for has no value.
pub(super) fn read_ledger(reading: &mut Reading<'_>, section: Section<'_>) -> Option<(Ledger, Place)> {
    let mut section = section;
    let place = section.place();
    let table = section.require_text("table", &mut reading.faults);
    let active = match section.take("when") {
        Some(value) => is_active(reading, &value)?,
        None => true,
    };
    let mut values = BTreeMap::new();
    match section.take("values").map(|value| value.section(&mut reading.faults)) {
        Some(columns) => {
            for entry in columns.map(|mut columns| columns.take_all()).unwrap_or_default() {
                let column = entry.key.clone();
                if let Some(value) = ledger_value(reading, entry, active) {
                    values.insert(column, value);
                }
            }
        }
        None => reading.faults.add(place.clone(), "`values` is missing in `ledger`", "add: values = { column = \"…\" }"),
    }
    section.finish(&mut reading.faults);
    let (table, table_place) = table?;
    active.then(|| (Ledger { table: TableName::from(table), values }, table_place))
}

/// `when = ":parameter"`: NULL and false switch off what it stands in.
pub(super) fn is_active(reading: &mut Reading<'_>, value: &Value<'_>) -> Option<bool> {
    let text = value.text(&mut reading.faults)?;
    let Some(name) = text.strip_prefix(':').filter(|name| is_name(name)) else {
        reading.faults.add(value.place(), "`when` names a parameter", "write when = \":name\"");
        return None;
    };
    let parameter = reading.parameters.resolve(name, &value.place(), &mut reading.faults)?;
    Some(match parameter.value.as_deref() {
        None => false,
        Some("false") => parameter.kind != ParameterType::Boolean,
        Some(_) => true,
    })
}

fn ledger_value(reading: &mut Reading<'_>, entry: Value<'_>, active: bool) -> Option<LedgerValue> {
    if entry.is_integer() {
        return entry.integer(&mut reading.faults).map(LedgerValue::Integer);
    }
    if entry.is_text() {
        let text = entry.text(&mut reading.faults)?;
        return text_value(reading, text, &entry.place(), active);
    }
    let place = entry.place();
    let mut section = entry.section(&mut reading.faults)?;
    let file = section.take("file_sha256");
    let started = section.take("run_started_at");
    section.finish(&mut reading.faults);
    match (file, started) {
        (Some(file), None) => {
            let text = file.text(&mut reading.faults)?;
            file_hash(reading, text, &file.place(), active)
        }
        (None, Some(unit)) => {
            let text = unit.text(&mut reading.faults)?;
            if text != "milliseconds" {
                reading.faults.add(
                    unit.place(),
                    format!("the run's start cannot be written in `{text}`"),
                    "write \"milliseconds\": since 1970",
                );
                return None;
            }
            Some(LedgerValue::StartedMilliseconds)
        }
        _ => {
            let remedy = "write a text, a number, { file_sha256 = \"path\" } or { run_started_at = \"milliseconds\" }";
            reading.faults.add(place, "this is not a value of a ledger's row", remedy);
            None
        }
    }
}

/// A text, or the value of a parameter: a number where its type is one. A ledger that is switched off needs none of its
/// values, but their parameters have to be known.
fn text_value(reading: &mut Reading<'_>, text: String, place: &Place, active: bool) -> Option<LedgerValue> {
    let Some(name) = text.strip_prefix(':').filter(|name| is_name(name)) else { return Some(LedgerValue::Text(text)) };
    let parameter = reading.parameters.resolve(name, place, &mut reading.faults)?;
    if !active {
        return None;
    }
    match (parameter.kind, parameter.value) {
        (_, None) => {
            reading.faults.add(place.clone(), format!("`:{name}` has no value, and the ledger's row needs it"), format!("give {name}=…"));
            None
        }
        (ParameterType::Integer, Some(number)) => number.parse().ok().map(LedgerValue::Integer),
        (_, Some(value)) => Some(LedgerValue::Text(value)),
    }
}

fn file_hash(reading: &mut Reading<'_>, text: String, place: &Place, active: bool) -> Option<LedgerValue> {
    let LedgerValue::Text(path) = text_value(reading, text, place, active)? else {
        reading.faults.add(place.clone(), "a number is not the path of a file", "declare the parameter with type = \"text\"");
        return None;
    };
    if !active {
        return None;
    }
    match std::fs::read(&path) {
        Ok(contents) => Some(LedgerValue::FileHash(sha256(&contents))),
        Err(error) => {
            let message = format!("the file {path} of the ledger cannot be read: {error}");
            let remedy = "give the path of the file that the application's migrator reads, from the current directory";
            reading.faults.add(place.clone(), message, remedy);
            None
        }
    }
}
