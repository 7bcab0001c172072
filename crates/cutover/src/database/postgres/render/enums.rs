//! `widen_enum` in PostgreSQL's words: a new type under the old name, or a wider CHECK on a text.
//!
//! `ALTER TYPE … ADD VALUE` would be shorter, but the value could not be used in the run's transaction, and nothing takes it back.

use std::collections::BTreeSet;

use super::change_type::{carried, mentioning};
use super::{LOCKS, check_of, object};
use crate::database::postgres::dialect::PostgresDialect;
use crate::model::dialect::Dialect;
use crate::model::operation::{Change, Rendered, quoted_texts};
use crate::model::table::{Catalog, ObjectKind, ObjectName, Properties, StoredObject, Table, TableName};

pub(super) fn widen(table: &Table, column: &str, values: &[String], catalog: &Catalog) -> Result<Rendered, String> {
    let is = table.column(column).map(|column| column.data_type.clone()).unwrap_or_default();
    let of_type = ObjectName { kind: ObjectKind::Type, name: is.replace('"', "") };
    match catalog.objects.get(&of_type) {
        Some(properties) if properties.get("kind").is_some_and(|kind| kind == "enum") => {
            let old = quoted_texts(properties.get("labels").map(String::as_str).unwrap_or_default());
            widen_type(&is, &of_type, properties, &old, values, catalog)
        }
        _ => widen_check(table, column, values, catalog),
    }
}

/// The values that come, without those that are there.
fn coming<'a>(old: &[String], values: &'a [String]) -> Vec<&'a String> {
    values.iter().filter(|value| !old.contains(value)).collect()
}

fn nothing(values: &[String]) -> Rendered {
    Rendered { choice: format!("{} can be held already: nothing to do", values.join(", ")), ..Rendered::default() }
}

fn widen_check(table: &Table, column: &str, values: &[String], catalog: &Catalog) -> Result<Rendered, String> {
    let name = PostgresDialect.quote_table(&table.name);
    let quoted = PostgresDialect.quote_identifier(column);
    let prefix = format!("{}.", table.name);
    let lists = |definition: &str| {
        let inside = definition.strip_prefix("CHECK (").unwrap_or_default();
        let subject = inside.split(" = ANY").next().unwrap_or_default().replace(['(', ')', '"'], "");
        inside.contains(" = ANY")
            && subject.split("::").next() == Some(column)
            && !definition.contains(" AND ")
            && !definition.contains(" OR ")
    };
    let found = catalog.objects.iter().find(|(object, properties)| {
        object.kind == ObjectKind::Constraint
            && object.name.starts_with(&prefix)
            && properties.get("definition").is_some_and(|definition| lists(definition))
    });
    let Some((constraint, properties)) = found else {
        let mentioned: Vec<_> =
            mentioning(table, column, catalog).into_iter().filter(|object| object.kind == ObjectKind::Constraint).collect();
        let is_check = |object: &&ObjectName| {
            catalog.objects.get(object).and_then(|properties| properties.get("definition")).is_some_and(|text| text.starts_with("CHECK"))
        };
        return match mentioned.iter().find(is_check) {
            Some(other) => Err(format!("{other} is no plain list of values: change it in an SQL step")),
            None => Ok(Rendered {
                choice: format!("{column} has no CHECK that lists values, so that it holds every one: nothing to do"),
                ..Rendered::default()
            }),
        };
    };
    let definition = properties.get("definition").cloned().unwrap_or_default();
    let old = quoted_texts(&definition);
    let coming = coming(&old, values);
    if coming.is_empty() {
        return Ok(nothing(values));
    }
    let all: Vec<String> = old.iter().chain(coming).cloned().collect();
    let constraint_name = PostgresDialect.quote_identifier(constraint.name.strip_prefix(&prefix).unwrap_or_default());
    let replaced =
        |definition: &str| format!("ALTER TABLE {name} DROP CONSTRAINT {constraint_name}, ADD CONSTRAINT {constraint_name} {definition}");
    Ok(Rendered {
        changes: vec![Change::undone_by(replaced(&check_of(column, &all)), replaced(&definition))],
        choice: format!(
            "a wider CHECK on {quoted} takes the place of the old one, by one scan; {LOCKS}; the undo fails where a row holds a new value"
        ),
        alters: vec![constraint.clone()],
        ..Rendered::default()
    })
}

fn widen_type(
    is: &str,
    of_type: &ObjectName,
    properties: &Properties,
    old: &[String],
    values: &[String],
    catalog: &Catalog,
) -> Result<Rendered, String> {
    let coming = coming(old, values);
    if coming.is_empty() {
        return Ok(nothing(values));
    }
    let users: Vec<(&Table, &str)> = catalog
        .tables
        .iter()
        .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
        .filter(|(_, column)| column.data_type == is)
        .map(|(table, column)| (table, column.name.as_str()))
        .collect();
    refuse_other_users(is, catalog)?;
    let place = TableName::from(of_type.name.clone());
    let aside = TableName { name: format!("{}_before", place.name), schema: place.schema.clone() };
    if catalog.objects.contains_key(&ObjectName { kind: ObjectKind::Type, name: aside.to_string() }) {
        return Err(format!("there is a type {aside} already, which the old values need for a moment"));
    }
    let name = PostgresDialect.quote_table(&place);
    let (old_name, bare_old, bare) =
        (PostgresDialect.quote_table(&aside), PostgresDialect.quote_identifier(&aside.name), PostgresDialect.quote_identifier(&place.name));
    let kinds = [ObjectKind::View, ObjectKind::MaterializedView, ObjectKind::Trigger, ObjectKind::Index, ObjectKind::Constraint];
    let mut carry: Vec<&StoredObject> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut alters = vec![of_type.clone()];
    for (table, column) in &users {
        for stored in carried(table, column, &kinds)? {
            if seen.insert(&stored.object) {
                carry.push(stored);
            }
        }
        alters.push(object(ObjectKind::Column, table, column));
    }
    // Views stand on the tables that are made by then; what belongs to a table comes before them.
    carry.sort_by_key(|stored| matches!(stored.object.kind, ObjectKind::View | ObjectKind::MaterializedView));
    let create = |name: &str, values: &mut dyn Iterator<Item = &String>| {
        let values: Vec<_> = values.map(|value| PostgresDialect.quote_literal(value)).collect();
        format!("CREATE TYPE {name} AS ENUM ({})", values.join(", "))
    };
    let mut changes: Vec<Change> = carry.iter().rev().flat_map(|stored| Change::unmaking(stored)).collect();
    let defaults = |table: &Table, column: &str| {
        catalog.objects.get(&object(ObjectKind::Column, table, column)).and_then(|properties| properties.get("default")).cloned()
    };
    let alter = |table: &Table, column: &str| {
        format!("ALTER TABLE {} ALTER COLUMN {}", PostgresDialect.quote_table(&table.name), PostgresDialect.quote_identifier(column))
    };
    for (table, column) in &users {
        if let Some(default) = defaults(table, column) {
            let alter = alter(table, column);
            changes.push(Change::undone_by(format!("{alter} DROP DEFAULT"), format!("{alter} SET DEFAULT {default}")));
        }
    }
    changes.push(Change::undone_by(format!("ALTER TYPE {name} RENAME TO {bare_old}"), format!("ALTER TYPE {old_name} RENAME TO {bare}")));
    let mut all = old.iter().chain(coming.iter().copied());
    changes.push(Change::undone_by(create(&name, &mut all), format!("DROP TYPE {name}")));
    changes.extend(belongings(&name, of_type, properties, catalog).into_iter().map(|(make, unmake)| Change::undone_by(make, unmake)));
    for (table, column) in &users {
        let (alter, quoted) = (alter(table, column), PostgresDialect.quote_identifier(column));
        changes.push(Change::undone_by(
            format!("{alter} TYPE {name} USING {quoted}::text::{name}"),
            format!("{alter} TYPE {old_name} USING {quoted}::text::{old_name}"),
        ));
    }
    for (table, column) in &users {
        if let Some(default) = defaults(table, column) {
            let alter = alter(table, column);
            changes.push(Change::undone_by(format!("{alter} SET DEFAULT {default}"), format!("{alter} DROP DEFAULT")));
        }
    }
    let old_belongings = belongings(&old_name, of_type, properties, catalog);
    changes.extend(old_belongings.into_iter().rev().map(|(make, unmake)| Change::undone_by(unmake, make)));
    changes.push(Change::undone_by(format!("DROP TYPE {old_name}"), create(&old_name, &mut old.iter())));
    changes.extend(carry.iter().flat_map(|stored| Change::making(stored)));
    let tables: BTreeSet<_> = users.iter().map(|(table, _)| table.name.to_string()).collect();
    let mut choice = format!(
        "a new type takes the place of {is}: every table that has it is rewritten ({}) and locked against everybody (ACCESS EXCLUSIVE) \
         until the commit; the undo fails where a row holds a new value",
        tables.into_iter().collect::<Vec<_>>().join(", ")
    );
    if !carry.is_empty() {
        let names: Vec<_> = carry.iter().map(|stored| stored.object.to_string()).collect();
        choice.push_str(&format!("; dropped and made again: {}", names.join(", ")));
    }
    Ok(Rendered { changes, rewrites: true, choice, alters, ..Rendered::default() })
}

/// What else can have the type, and would keep it from being replaced.
fn refuse_other_users(is: &str, catalog: &Catalog) -> Result<(), String> {
    let array = format!("{is}[]");
    for table in &catalog.tables {
        if let Some(column) = table.columns.iter().find(|column| column.data_type == array) {
            return Err(format!(
                "{}.{} is an array of {is}, which cannot be carried along: change it in an SQL step",
                table.name, column.name
            ));
        }
    }
    let uses = |text: &str| text.split(|character: char| !(character.is_alphanumeric() || character == '_')).any(|word| word == is);
    for (object, properties) in &catalog.objects {
        let used = match object.kind {
            ObjectKind::Routine => uses(&object.name) || properties.values().any(|value| uses(value)),
            ObjectKind::Type => properties.get("base type").or_else(|| properties.get("attributes")).is_some_and(|value| uses(value)),
            _ => false,
        };
        if used {
            return Err(format!(
                "{object} uses the type {is}, and cannot be carried along: drop it in an SQL step before, and make it again after"
            ));
        }
    }
    Ok(())
}

/// Owner, privileges and comment of a type, each with what takes it back.
fn belongings(name: &str, of_type: &ObjectName, properties: &Properties, catalog: &Catalog) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let prefix = format!("type {}: ", of_type.name);
    for (grant, of_grant) in catalog.objects.iter().filter(|(object, _)| object.kind == ObjectKind::Grant) {
        let Some((privilege, role)) = grant.name.strip_prefix(&prefix).and_then(|rest| rest.split_once(" to ")) else { continue };
        let (role, revoked) = role.strip_suffix(" revoked").map_or((role, false), |role| (role, true));
        let role = if role == "public" { "PUBLIC".to_owned() } else { PostgresDialect.quote_identifier(role) };
        let option = if of_grant.get("grantable").is_some_and(|word| word == "yes") { " WITH GRANT OPTION" } else { "" };
        let give = format!("GRANT {privilege} ON TYPE {name} TO {role}{option}");
        let take = format!("REVOKE {privilege} ON TYPE {name} FROM {role}");
        pairs.push(if revoked { (take, format!("GRANT {privilege} ON TYPE {name} TO {role}")) } else { (give, take) });
    }
    if let Some(comment) = properties.get("comment") {
        let on = format!("COMMENT ON TYPE {name} IS");
        pairs.push((format!("{on} {}", PostgresDialect.quote_literal(comment)), format!("{on} NULL")));
    }
    if let Some(owner) = properties.get("owner") {
        let to = format!("ALTER TYPE {name} OWNER TO");
        pairs.push((format!("{to} {}", PostgresDialect.quote_identifier(owner)), format!("{to} CURRENT_USER")));
    }
    pairs
}
