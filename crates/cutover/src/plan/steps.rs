//! Steps: SQL files with their undo files, operations, and CSV files of master data, in the order of their paths.

use super::load::Reading;
use super::script::{self, warn_of_chance};
use super::variants::{Family, families};
use super::{PlanStatement, Step, StepBody, from_snapshot, master_data, operation};
use crate::model::dialect::Dialect;
use crate::model::error::Place;

/// Reads the steps of one database.
pub(super) fn read<'a>(reading: &mut Reading<'a>, dialect: &dyn Dialect) -> Vec<Step> {
    let families = families(reading, "steps/");
    families.iter().filter_map(|family| step(reading, family, dialect)).collect()
}

fn step<'a>(reading: &mut Reading<'a>, family: &Family<'a>, dialect: &dyn Dialect) -> Option<Step> {
    let csv = family.others.iter().find(|(extension, _)| *extension == "csv").map(|(_, path)| *path);
    // A CSV file is undone by SQL, for one database or for all.
    for path in family.undo_without_step().filter(|_| csv.is_none()) {
        reading.faults.add(
            Place::file(path),
            "this file undoes a step that is not there",
            format!("write steps/{}.sql, or delete this file", family.name),
        );
    }
    let mut operation_at = None;
    for (extension, path) in &family.others {
        let (message, remedy) = match *extension {
            "toml" => {
                operation_at = Some(*path);
                continue;
            }
            "csv" => continue,
            _ => ("only SQL files, operations (.toml) and CSV files are steps", "rename the file, or move it below docs/"),
        };
        reading.faults.add(Place::file(*path), message, remedy);
    }
    let files = [operation_at.is_some(), csv.is_some(), family.has_sql()];
    if let (Some(path), true) = (operation_at.or(csv), files.iter().filter(|there| **there).count() > 1) {
        let message = format!("another file makes the step `{}` too", family.name);
        reading.faults.add(Place::file(path), message, "give the two steps different names: their order follows from them");
    }
    match (operation_at, csv, family.sql(dialect.name())) {
        (Some(path), ..) => operation::read(reading, path, family.name, dialect),
        (None, Some(path), _) => from_csv(reading, family, path, dialect),
        (None, None, Some(path)) => from_script(reading, family, path, dialect),
        (None, None, None) => None,
    }
}

fn from_csv<'a>(reading: &mut Reading<'a>, family: &Family<'a>, path: &'a str, dialect: &dyn Dialect) -> Option<Step> {
    let undo = family.undo(dialect.name()).and_then(|undo| statements(reading, undo, dialect));
    if let Some(place) = undo.as_ref().and_then(|undo| undo.from_snapshot.clone()) {
        reading.faults.add(place, "`undo` belongs to steps", "take it out: this file is the undo of one");
    }
    let undo = undo.map(|undo| undo.statements);
    let title = reading.master_data.title(family.name);
    let data = master_data::read(reading, path, last_component(family.name), undo)?;
    Some(Step {
        name: family.name.to_owned(),
        phase: phase(family.name).to_owned(),
        title: title.unwrap_or_else(|| last_component(family.name).to_owned()),
        place: Place::file(path),
        tables: Vec::new(),
        from_snapshot: false,
        repeatable: true,
        body: StepBody::MasterData(data),
    })
}

fn from_script<'a>(reading: &mut Reading<'a>, family: &Family<'a>, path: &'a str, dialect: &dyn Dialect) -> Option<Step> {
    let step = statements(reading, path, dialect);
    let undo_at = family.undo(dialect.name());
    let undo = undo_at.map(|undo| statements(reading, undo, dialect));
    let file = step?;
    if let Some(place) = undo.iter().flatten().filter_map(|undo| undo.from_snapshot.clone()).next() {
        reading.faults.add(place, "`undo` belongs to steps", "take it out: this file is the undo of one");
    }
    if let Some(place) = &file.from_snapshot {
        from_snapshot::check(reading, place, undo_at, &file.statements, dialect);
    }
    // An undo file that cannot be read has put its faults on record; the step is kept so that nothing else is hidden.
    let undo = undo.flatten().map(|undo| undo.statements);
    Some(Step {
        name: family.name.to_owned(),
        phase: phase(family.name).to_owned(),
        title: file.title.unwrap_or_else(|| last_component(family.name).to_owned()),
        place: Place::file(path),
        tables: file.tables,
        from_snapshot: file.from_snapshot.is_some(),
        repeatable: file.repeatable,
        body: StepBody::Script { statements: file.statements, undo },
    })
}

struct StepFile {
    title: Option<String>,
    tables: Vec<String>,
    /// Where it says that it is undone from the snapshot.
    from_snapshot: Option<Place>,
    /// Whether it may be run alone again.
    repeatable: bool,
    statements: Vec<PlanStatement>,
}

fn statements<'a>(reading: &mut Reading<'a>, path: &'a str, dialect: &dyn Dialect) -> Option<StepFile> {
    let mut script = script::read(reading, path, dialect)?;
    let tables = script.header.take("tables").map(|value| value.texts(&mut reading.faults)).unwrap_or_default();
    let from_snapshot = from_snapshot::read(reading, &mut script.header);
    let repeatable = script.header.take("repeatable").and_then(|value| value.boolean(&mut reading.faults)).unwrap_or(false);
    let unsupported = "is not supported in this version";
    script.header.refuse("timeout", unsupported, "take it out: --max-fence limits the whole run", &mut reading.faults);
    script.header.refuse("severity", "belongs to checks", "take it out", &mut reading.faults);
    let written = std::mem::take(&mut script.written);
    let (title, statements) = script.finish(reading);
    let text = script::text(reading, path).unwrap_or_default();
    for statement in &written {
        warn_of_chance(reading, statement, &|offset| Place::at(path, text, offset));
    }
    Some(StepFile { title, tables: tables.into_iter().map(|(table, _)| table).collect(), from_snapshot, repeatable, statements })
}

/// The folder that a step stands in.
pub(super) fn phase(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// What people call a file that has no title.
pub(super) fn last_component(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, last)| last)
}
