//! Reading `[contract]` and `[relationships]` from `plan.toml`.

use super::contract::{ChangeGrant, ChangeRule, Contract, RowGrant, Volatile};
use super::document::{Section, Value};
use super::faults::{Faults, did_you_mean};
use super::ledger;
use super::load::Reading;
use super::maps::ValueMap;
use super::{Plan, SchemaGrant};
use crate::model::error::Place;
use crate::model::table::{ObjectKind, ObjectName, Relationship, TableName};

/// Reads what the plan grants.
pub(super) fn read(reading: &mut Reading<'_>, section: Section<'_>) -> Contract {
    let mut section = section;
    let mut contract = Contract::default();
    for entry in members(&mut section, "changes", reading) {
        contract.changes.extend(change(reading, entry));
    }
    for entry in members(&mut section, "rows", reading) {
        contract.rows.extend(rows(entry, &mut reading.faults));
    }
    for entry in members(&mut section, "schema", reading) {
        contract.schema.extend(schema(entry, &mut reading.faults));
    }
    for entry in members(&mut section, "volatile", reading) {
        let place = entry.place();
        if let Some((table, column)) = entry.text(&mut reading.faults).and_then(|text| volatile(&text, &place, &mut reading.faults)) {
            contract.volatile.push(Volatile { table, column, place });
        }
    }
    section.finish(&mut reading.faults);
    contract
}

fn members<'a>(section: &mut Section<'a>, key: &'static str, reading: &mut Reading<'_>) -> Vec<Value<'a>> {
    section.take(key).map(|value| value.list(&mut reading.faults)).unwrap_or_default()
}

fn change(reading: &mut Reading<'_>, entry: Value<'_>) -> Option<ChangeGrant> {
    let place = entry.place();
    let mut section = entry.section(&mut reading.faults)?;
    let column = section.require_text("column", &mut reading.faults);
    let from = section.take("from").and_then(|value| value.scalar(&mut reading.faults));
    let map = section.take("map");
    let any = section.take("any").map(|value| value.boolean(&mut reading.faults).unwrap_or(false));
    let active = section.take("when").map(|value| ledger::is_active(reading, &value).unwrap_or(false));
    section.finish(&mut reading.faults);
    let rule = match (from, map, any) {
        (Some((text, _)), None, None) if text == "null" => ChangeRule::FromNull,
        (Some((text, _)), None, None) => ChangeRule::From(text),
        (None, Some(map), None) => ChangeRule::Map(read_map(reading, &map)?),
        (None, None, Some(true)) => ChangeRule::Any,
        _ => {
            let remedy = "write from = \"null\", from = \"an old value\", map = \"maps/name.csv\", or any = true";
            reading.faults.add(place, "a granted change says from what it starts, once", remedy);
            return None;
        }
    };
    let (text, column_place) = column?;
    let (table, columns) = reference(&text, &column_place, &mut reading.faults)?;
    let [column] = columns.as_slice() else {
        reading.faults.add(column_place, "a granted change is about one column", "write one entry for each column");
        return None;
    };
    active.unwrap_or(true).then(|| ChangeGrant { table, column: column.clone(), rule, place: column_place })
}

fn read_map(reading: &mut Reading<'_>, value: &Value<'_>) -> Option<ValueMap> {
    let path = value.text(&mut reading.faults)?;
    let name = path.strip_prefix("maps/").and_then(|file| file.strip_suffix(".csv"));
    let map = name.and_then(|name| reading.definitions.map(name)).cloned();
    if map.is_none() {
        let known: Vec<_> = reading.definitions.maps().map(|name| format!("maps/{name}.csv")).collect();
        let remedy = did_you_mean(&path, known.iter().map(String::as_str));
        reading.faults.add(value.place(), format!("there is no value map `{path}`"), remedy);
    }
    map
}

fn rows(entry: Value<'_>, faults: &mut Faults) -> Option<RowGrant> {
    let place = entry.place();
    let mut section = entry.section(faults)?;
    let table = section.require_text("table", faults);
    let may = section.take("may");
    if may.is_none() {
        faults.add(place.clone(), "`may` is missing", "add: may = [\"insert\"]");
    }
    let (mut insert, mut delete) = (false, false);
    for (word, place) in may.map(|value| value.texts(faults)).unwrap_or_default() {
        match word.as_str() {
            "insert" => insert = true,
            "delete" => delete = true,
            "update" => faults.add(place, "changes of cells are granted column by column", "add an entry to `changes`"),
            _ => faults.add(place, format!("rows may not `{word}`"), did_you_mean(&word, ["insert", "delete"])),
        }
    }
    section.finish(faults);
    let (table, _) = table?;
    Some(RowGrant { table: TableName::from(table), insert, delete, place })
}

fn schema(entry: Value<'_>, faults: &mut Faults) -> Option<(SchemaGrant, Place)> {
    let place = entry.place();
    let mut section = entry.section(faults)?;
    let mut grants = Vec::new();
    let mut grant = |key: &'static str, made: fn(ObjectName) -> SchemaGrant, section: &mut Section<'_>, faults: &mut Faults| {
        if let Some(value) = section.take(key) {
            let object = value.text(faults).and_then(|text| object(&text, value.place(), faults));
            grants.push(object.map(|object| (made(object), value.place())));
        }
    };
    grant("add", SchemaGrant::Add, &mut section, faults);
    grant("drop", SchemaGrant::Drop, &mut section, faults);
    grant("change", SchemaGrant::Change, &mut section, faults);
    if let Some(value) = section.take("rename") {
        let to = section.take("to");
        if to.is_none() {
            faults.add(value.key_place(), "`rename` says not to what", "add: to = \"table.column\"");
        }
        grants.push(to.and_then(|to| rename(&value, &to, faults)).map(|grant| (grant, value.place())));
    }
    section.finish(faults);
    match <[_; 1]>::try_from(grants) {
        Ok([grant]) => grant,
        Err(_) => {
            faults.add(place, "a grant of the schema says one thing", "write one of add = \"…\", drop = \"…\", change = \"…\"");
            None
        }
    }
}

/// `{ rename = "modules.remark", to = "modules.remarks" }`: a column of one table.
fn rename(from: &Value<'_>, to: &Value<'_>, faults: &mut Faults) -> Option<SchemaGrant> {
    let one = |value: &Value<'_>, faults: &mut Faults| {
        let place = value.place();
        let (table, columns) = value.text(faults).and_then(|text| reference(&text, &place, faults))?;
        <[String; 1]>::try_from(columns).ok().map(|[column]| (table, column))
    };
    let ((table, old), (other, new)) = one(from, faults).zip(one(to, faults))?;
    if table != other {
        faults.add(
            to.place(),
            format!("a column stays in its table, and `{other}` is not `{table}`"),
            format!("write to = \"{table}.{new}\""),
        );
        return None;
    }
    Some(SchemaGrant::Rename { table, from: old, to: new })
}

/// `index candidates.candidates_cnic_index`: a sort of object and its name.
fn object(text: &str, place: Place, faults: &mut Faults) -> Option<ObjectName> {
    let found = ObjectKind::ALL.into_iter().find_map(|kind| {
        let name = text.strip_prefix(&kind.to_string())?.strip_prefix(' ')?.trim();
        (!name.is_empty()).then(|| ObjectName { kind, name: name.to_owned() })
    });
    if found.is_none() {
        let names: Vec<_> = ObjectKind::ALL.iter().map(ToString::to_string).collect();
        let word = text.split(' ').next().unwrap_or_default();
        let remedy = did_you_mean(word, names.iter().map(String::as_str));
        faults.add(place, format!("`{text}` is not a sort of object and its name, such as `index schools.schools_code_index`"), remedy);
    }
    found
}

/// `sessions` is a table, `users.last_seen_at` a column, `audit.sessions.*` a table of a named schema.
fn volatile(text: &str, place: &Place, faults: &mut Faults) -> Option<(TableName, Option<String>)> {
    match text.strip_suffix(".*") {
        Some(table) => Some((TableName::from(table.to_owned()), None)),
        None if !text.contains('.') => Some((TableName::local(text), None)),
        None => match reference(text, place, faults)? {
            (table, mut columns) if columns.len() == 1 => Some((table, columns.pop())),
            _ => {
                faults.add(place.clone(), "one column an entry", "write \"table.column\" for each of them");
                None
            }
        },
    }
}

/// Reads `[relationships]`: `"child.column" = "parent.column"`, or `"child.(a,b)" = "parent.(c,d)"`.
pub(super) fn relationships(section: Section<'_>, plan: &mut Plan, faults: &mut Faults) -> Vec<Place> {
    let mut section = section;
    let mut places = Vec::new();
    for entry in section.take_all() {
        let name = entry.key.clone();
        let Some((relationship, place, known)) = relationship(entry, faults) else { continue };
        plan.relationships.push(relationship);
        plan.known_orphans.extend(known.then_some(name));
        places.push(place);
    }
    places
}

/// A relationship, and whether its orphans are known: `"child.column" = { parent = "parent.column", orphans = "known" }`.
fn relationship(entry: Value<'_>, faults: &mut Faults) -> Option<(Relationship, Place, bool)> {
    let (key, place) = (entry.key.clone(), entry.key_place());
    if !entry.is_text() && !key.contains('.') {
        faults.add(place, "a relationship is written \"child.column\" = \"parent.column\"", "put both sides into quotes");
        return None;
    }
    let child = reference(&key, &place, faults);
    let (parent, known) = if entry.is_text() {
        let at = entry.place();
        (entry.text(faults).map(|text| (text, at)), false)
    } else {
        let mut section = entry.section(faults)?;
        let parent = section.require_text("parent", faults);
        let orphans = section.take("orphans").and_then(|value| Some((value.text(faults)?, value.place())));
        section.finish(faults);
        if let Some((word, at)) = orphans.as_ref().filter(|(word, _)| word != "known") {
            faults.add(
                at.clone(),
                format!("orphans cannot be `{word}`"),
                "write orphans = \"known\": those that are there are shown, and new ones fail",
            );
        }
        (parent, orphans.is_some())
    };
    let parent = parent.and_then(|(text, at)| reference(&text, &at, faults));
    let ((child, columns), (parent, parent_columns)) = (child?, parent?);
    if columns.len() != parent_columns.len() {
        let message = format!("{} columns refer to {}", columns.len(), parent_columns.len());
        faults.add(place, message, "name as many columns on both sides");
        return None;
    }
    Some((Relationship { child, columns, parent, parent_columns, declared: false }, place, known))
}

/// `table.column`, `schema.table.column`, or `table.(a, b)`.
fn reference(text: &str, place: &Place, faults: &mut Faults) -> Option<(TableName, Vec<String>)> {
    let several = text.strip_suffix(')').and_then(|text| text.split_once(".("));
    let (table, columns) = match several {
        Some((table, columns)) => (table, columns.split(',').map(|column| column.trim().to_owned()).collect()),
        None => match text.rsplit_once('.') {
            Some((table, column)) => (table, vec![column.to_owned()]),
            None => ("", Vec::new()),
        },
    };
    let sound = !table.is_empty() && table.matches('.').count() <= 1 && !table.starts_with('.') && !columns.is_empty();
    if !sound || columns.iter().any(String::is_empty) {
        faults.add(place.clone(), format!("`{text}` does not name a column"), "write table.column, schema.table.column, or table.(a, b)");
        return None;
    }
    Some((TableName::from(table.to_owned()), columns))
}
