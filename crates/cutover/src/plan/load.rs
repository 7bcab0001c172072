//! Loading a plan for one database.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Document, Section};
use super::expand::{self, Definitions};
use super::faults::{Faults, did_you_mean};
use super::master_data::Declared;
use super::parameters::{ParameterValue, Parameters, put_in};
use super::variants::DATABASES;
use super::{
    Plan, PlanFiles, PlanPlaces, PlanStatement, RunValues, criteria, enum_values, files, grants, hooks, ledger, queries, script, steps,
};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, Place, Result};
use crate::model::statement::TokenKind;

/// A plan while it is read.
pub(super) struct Reading<'a> {
    pub(super) files: &'a PlanFiles,
    pub(super) parameters: Parameters,
    pub(super) faults: Faults,
    pub(super) places: PlanPlaces,
    /// Database, table and column of every column that an operation has added so far.
    pub(super) added_columns: BTreeSet<(&'static str, String, String)>,
    /// The keys and titles of CSV steps.
    pub(super) master_data: Declared,
    /// What the plan's own names stand for in SQL.
    pub(super) definitions: Definitions,
}

/// Reads a plan for one database. Its files for every database it is written for are checked; those of `target` are kept.
///
/// `known` are the dialects of this version, and `arguments` the values that the user gives to parameters.
///
/// # Errors
/// Every fault at once, each with its place and remedy.
pub fn load(files: &PlanFiles, target: &dyn Dialect, known: &[&'static dyn Dialect], arguments: &BTreeMap<String, String>) -> Result<Plan> {
    let mut reading = Reading {
        files,
        parameters: Parameters::default(),
        faults: Faults::default(),
        places: PlanPlaces::default(),
        added_columns: BTreeSet::new(),
        master_data: Declared::default(),
        definitions: Definitions::default(),
    };
    let plan = read(&mut reading, target, known, arguments);
    let mut faults = std::mem::take(&mut reading.faults);
    match plan {
        Some(mut plan) if faults.faults.is_empty() => {
            plan.warnings = faults.take_warnings();
            Ok(plan)
        }
        _ => {
            let error = Error::faults("", faults.faults);
            let count = error.fault_list().len();
            let what = if count == 1 { "a fault".to_owned() } else { format!("{count} faults") };
            let message = format!("the plan {} has {what}", files.root.display());
            Err(Error::faults(message, error.fault_list().to_vec()).hint("nothing was touched"))
        }
    }
}

fn read(
    reading: &mut Reading<'_>,
    target: &dyn Dialect,
    known: &[&'static dyn Dialect],
    arguments: &BTreeMap<String, String>,
) -> Option<Plan> {
    if !reading.files.files.contains_key("plan.toml") {
        reading.faults.add(Place::file("plan.toml"), "the plan has no plan.toml", "`cutover init` writes one");
        return None;
    }
    let text = script::text(reading, "plan.toml")?;
    let mut manifest = Document::parse("plan.toml", text, &mut reading.faults)?;
    check_format(&mut manifest, &mut reading.faults);
    let name = name(&mut manifest, &mut reading.faults);
    let title = manifest.take("title").and_then(|value| value.text(&mut reading.faults)).unwrap_or_else(|| name.clone());
    let databases = databases(&mut manifest, target, &mut reading.faults);
    let schemas: Vec<_> = manifest.take("schemas").map(|value| value.texts(&mut reading.faults)).unwrap_or_default();
    let parameters = section(&mut manifest, "parameters", reading);
    reading.parameters = Parameters::read(parameters, arguments, &mut reading.faults);

    let (keys, titles) = (section(&mut manifest, "keys", reading), section(&mut manifest, "titles", reading));
    reading.master_data = Declared::read(keys, titles, &mut reading.faults);
    expand::read_maps(reading);

    let mut plan = Plan {
        name,
        title,
        hash: reading.files.hash(&reading.parameters.values),
        parameters: reading.parameters.values.clone(),
        schemas: schemas.iter().map(|(schema, _)| schema.clone()).collect(),
        ..Plan::default()
    };
    reading.places.schemas = schemas.into_iter().map(|(_, place)| place).collect();
    for dialect in known.iter().filter(|dialect| databases.iter().any(|database| database == dialect.name())) {
        let of_one = read_scripts(reading, *dialect);
        if dialect.name() == target.name() {
            plan = Plan {
                steps: of_one.steps,
                checks_before: of_one.checks_before,
                checks_after: of_one.checks_after,
                invariants: of_one.invariants,
                probes: of_one.probes,
                queries: of_one.queries,
                ..plan
            };
        }
    }
    plan.databases = databases;
    std::mem::take(&mut reading.master_data).finish(&mut reading.faults);

    if let Some(section) = section(&mut manifest, "contract", reading) {
        plan.contract = grants::read(reading, section);
    }
    if let Some(section) = section(&mut manifest, "relationships", reading) {
        reading.places.relationships = grants::relationships(section, &mut plan, &mut reading.faults);
    }
    if let Some(section) = section(&mut manifest, "criteria", reading) {
        (plan.criteria, reading.places.criteria) = criteria::read(reading, section).into_iter().unzip();
    }
    let of_hooks = section(&mut manifest, "hooks", reading);
    plan.hooks = hooks::read(of_hooks, &mut reading.faults);
    let export = section(&mut manifest, "export", reading);
    (plan.export, reading.places.export_keys) = ledger::read_export(export, &mut reading.faults);
    if let Some((ledger, place)) = section(&mut manifest, "ledger", reading).and_then(|section| ledger::read_ledger(reading, section)) {
        plan.ledger = Some(ledger);
        reading.places.ledger = Some(place);
    }
    manifest.finish(&mut reading.faults);
    plan.places = std::mem::take(&mut reading.places);
    criteria::check(reading, &plan);
    stray_files(reading);
    expand::finish(reading);
    reading.parameters.finish(&mut reading.faults);
    Some(plan)
}

fn section<'a>(manifest: &mut Section<'a>, key: &'static str, reading: &mut Reading<'_>) -> Option<Section<'a>> {
    manifest.take(key)?.section(&mut reading.faults)
}

/// Everything in SQL and operations, for one database.
fn read_scripts(reading: &mut Reading<'_>, dialect: &'static dyn Dialect) -> Plan {
    expand::read_subqueries(reading, dialect);
    let plan = Plan {
        steps: steps::read(reading, dialect),
        checks_before: queries::read(reading, "checks/before/", dialect),
        checks_after: queries::read(reading, "checks/after/", dialect),
        invariants: queries::read(reading, "invariants/", dialect),
        probes: queries::read_probes(reading, dialect),
        queries: queries::read(reading, "queries/", dialect),
        ..Plan::default()
    };
    enum_values::check(&plan, &mut reading.faults);
    plan
}

fn check_format(manifest: &mut Section<'_>, faults: &mut Faults) {
    const FORMAT: i64 = 1;
    match manifest.take("format") {
        None => faults.add(manifest.place(), "`format` is missing", "add as the first line: format = 1"),
        Some(value) => match value.integer(faults) {
            Some(FORMAT) | None => {}
            Some(other) => faults.add(
                value.place(),
                format!("this version reads plans of format {FORMAT}, not {other}"),
                "use the version that the plan was written for",
            ),
        },
    }
}

fn name(manifest: &mut Section<'_>, faults: &mut Faults) -> String {
    let Some((name, place)) = manifest.require_text("name", faults) else { return String::new() };
    // Runs and their directories are called by it.
    let sound = name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'));
    if !sound {
        faults.add(
            place,
            format!("`{name}` cannot be a plan's name"),
            "use letters, digits, - and _: runs and directories are called by it",
        );
    }
    name
}

fn databases(manifest: &mut Section<'_>, target: &dyn Dialect, faults: &mut Faults) -> Vec<String> {
    let Some(value) = manifest.take("databases") else {
        faults.add(manifest.place(), "`databases` is missing", format!("add: databases = [\"{}\"]", target.name()));
        return Vec::new();
    };
    let place = value.place();
    let mut databases = Vec::new();
    for (name, place) in value.texts(faults) {
        if !DATABASES.contains(&name.as_str()) {
            faults.add(place, format!("`{name}` is not a database that plans are written for"), did_you_mean(&name, DATABASES));
        } else if databases.contains(&name) {
            faults.add(place, format!("`{name}` stands twice"), "take one of them out");
        } else {
            databases.push(name);
        }
    }
    if !databases.iter().any(|name| name == target.name()) {
        let message = format!("the plan is not written for {}", target.name());
        faults.add(place, message, format!("add \"{}\" to `databases` and check its files, or give another --database", target.name()));
    }
    databases
}

/// Files that nothing reads are most often misspelt folders, whose checks would silently never run.
fn stray_files(reading: &mut Reading<'_>) {
    const FOLDERS: [&str; 8] = ["steps/", "checks/before/", "checks/after/", "invariants/", "probes/", "queries/", "maps/", "subqueries/"];
    for path in reading.files.files.keys().filter(|path| files::counts(path) && *path != "plan.toml") {
        if FOLDERS.iter().any(|folder| path.starts_with(folder)) {
            continue;
        }
        let folder = path.rfind('/').map_or("", |slash| &path[..=slash]);
        let remedy = match folder {
            "" => "move it below docs/, or delete it".to_owned(),
            folder => did_you_mean(folder, FOLDERS.into_iter().chain(["demo/", "docs/"])),
        };
        reading.faults.add(Place::file(path), "nothing reads this file", remedy);
    }
}

impl Plan {
    /// A statement with its parameters put in: values as literals of their types, identifiers quoted, by the dialect.
    #[must_use]
    pub fn sql(&self, statement: &PlanStatement, dialect: &dyn Dialect, values: &RunValues) -> String {
        put_in(&statement.statement, dialect, &|name| match name {
            "run_started_at" => Some(ParameterValue::text(&values.run_started_at)),
            "run_date" => Some(ParameterValue::text(&values.run_date)),
            name => self.parameters.get(name).cloned(),
        })
    }

    /// Whether a statement may touch a table or other object of this name, its parameters' values included.
    #[must_use]
    pub fn mentions(&self, statement: &PlanStatement, name: &str) -> bool {
        let identifiers = statement.statement.tokens.iter().filter(|token| token.kind == TokenKind::IdentifierParameter);
        let mut values = identifiers.filter_map(|token| self.parameters.get(&token.text)?.value.as_deref());
        statement.statement.mentions(name) || values.any(|value| value.to_lowercase() == name.to_lowercase())
    }
}
