//! Value maps: `maps/NAME.csv`, with the columns `old` and `new`. The contract grants by them, and SQL uses them as `:NAME(expression)`.

use std::collections::BTreeMap;

use super::load::Reading;
use super::parameters::is_name;
use super::script;
use crate::model::error::Place;

/// How a value map writes NULL. CSV cannot tell an empty text from none, so NULL has PostgreSQL's own sign for it.
const NULL: &str = "\\N";

/// What each old value becomes; `None` is NULL.
pub type ValueMap = BTreeMap<Option<String>, Option<String>>;

/// Every value map of a plan by its name. One with a fault is there, too, so that what uses it is not a second fault.
pub(super) fn read(reading: &mut Reading<'_>) -> BTreeMap<String, ValueMap> {
    let files = reading.files;
    let mut maps = BTreeMap::new();
    for path in files.files.keys().filter(|path| path.starts_with("maps/")) {
        let name = path.strip_prefix("maps/").and_then(|file| file.strip_suffix(".csv")).unwrap_or_default();
        if !is_name(name) {
            let remedy = "call it maps/name.csv, the name of a-z, 0-9 and _, beginning with a letter";
            reading.faults.add(Place::file(path), "this file cannot be a value map", remedy);
            continue;
        }
        let map = read_one(reading, path).unwrap_or_default();
        maps.insert(name.to_owned(), map);
    }
    maps
}

fn read_one(reading: &mut Reading<'_>, path: &str) -> Option<ValueMap> {
    let text = script::text(reading, path)?;
    let place_of = |offset: u64| Place::at(path, text, usize::try_from(offset).unwrap_or(usize::MAX));
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header_fits = reader.headers().is_ok_and(|header| header == vec!["old", "new"]);
    if !header_fits {
        reading.faults.add(Place::at(path, text, 0), "a value map has the columns `old` and `new`", "make the first line: old,new");
        return None;
    }
    let mut map = BTreeMap::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let offset = error.position().map_or(0, csv::Position::byte);
                reading.faults.add(
                    place_of(offset),
                    format!("this line is not CSV: {error}"),
                    "put texts with commas or quotes into quotes",
                );
                return None;
            }
        };
        let place = place_of(record.position().map_or(0, csv::Position::byte));
        let (Some(old), Some(new), 2) = (record.get(0), record.get(1), record.len()) else {
            reading.faults.add(
                place,
                format!("this line has {} values, not 2", record.len()),
                "write old,new; put texts with commas into quotes",
            );
            continue;
        };
        if map.insert(cell(old), cell(new)).is_some() {
            reading.faults.add(place, format!("`{old}` is mapped twice"), "keep one of the two lines");
        }
    }
    Some(map)
}

fn cell(text: &str) -> Option<String> {
    (text != NULL).then(|| text.to_owned())
}
