//! Reading a column that comes: its type, default, fill, unique key and foreign key.

use std::collections::BTreeMap;

use super::{data_type, key_name, with_parameter, word};
use crate::model::dialect::Dialect;
use crate::model::error::Place;
use crate::model::operation::{DefaultValue, ForeignKey, NewColumn, OnDelete, PortableType};
use crate::model::statement::TokenKind;
use crate::plan::ParameterValue;
use crate::plan::document::{Section, Value};
use crate::plan::load::Reading;
use crate::plan::parameters::put_in;
use crate::plan::script::warn_of_chance;

/// A column as the file has it, before it is known on which table it comes.
pub(super) struct ReadColumn {
    column: NewColumn,
    /// Where its name stands.
    pub(super) place: Place,
    /// Where `fill` stands.
    pub(super) fill: Option<Place>,
    unique: Option<(Option<String>, Place)>,
    references: Option<ReadReference>,
}

struct ReadReference {
    parent: String,
    column: String,
    on_delete: OnDelete,
    name: Option<(String, Place)>,
    place: Place,
}

/// What the column is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// Rows that exist: it can be filled.
    Table,
    /// A table that is created: it can be numbered by the database.
    NewTable,
}

/// Reads a column whose name stands under `name_key`. What does not belong to it is left in the section.
pub(super) fn read(
    reading: &mut Reading<'_>,
    section: &mut Section<'_>,
    name_key: &'static str,
    of: For,
    dialect: &dyn Dialect,
) -> Option<ReadColumn> {
    let section_place = section.place();
    let name =
        section.require_text(name_key, &mut reading.faults).and_then(|(text, place)| Some((with_parameter(reading, text, &place)?, place)));
    let data_type = data_type::read(section, &mut reading.faults);
    let null = section.take("null").map(|value| value.boolean(&mut reading.faults).unwrap_or(true));
    let default = section.take("default");
    let fill = if of == For::Table { section.take("fill").and_then(|value| fill(reading, &value, dialect)) } else { None };
    let auto = of == For::NewTable && section.take("auto").is_some_and(|value| value.boolean(&mut reading.faults).unwrap_or(false));
    let unique = section.take("unique").and_then(|value| unique(reading, &value));
    let references = reference(reading, section);
    let (name, place) = name?;
    let data_type = data_type?;
    let default = default.and_then(|value| default_value(reading, &value, &data_type));
    let null = null.unwrap_or(!auto);
    if !null && fill.is_none() && default.is_none() && of == For::Table {
        reading.faults.add(
            section_place,
            "the rows that exist would hold NULL in a column that must not",
            "add `fill`, or take `null = false` out",
        );
    }
    if auto && !data_type.is_whole() {
        reading.faults.add(place.clone(), format!("`{name}` cannot be numbered: its type is {data_type}"), "write type = \"bigint\"");
    }
    if auto && default.is_some() {
        reading.faults.add(place.clone(), format!("`{name}` is numbered, so it has no default"), "take `default` out");
    }
    if let Some((fill, place)) = fill.as_ref().filter(|(fill, _)| fill.trim_matches('"').eq_ignore_ascii_case(&name)) {
        reading.faults.add(place.clone(), format!("`fill` reads `{fill}`, the column that is added"), "fill it from the row's old columns");
    }
    if let Some(reference) = references.as_ref().filter(|reference| reference.on_delete == OnDelete::SetNull && !null) {
        let message = format!("`{name}` may not be NULL, so that it cannot be set to NULL");
        reading.faults.add(reference.place.clone(), message, "write on_delete = \"restrict\" or \"cascade\", or take `null = false` out");
    }
    let (fill, fill_place) = fill.unzip();
    let column = NewColumn { null, default, auto, fill, ..NewColumn::plain(name, data_type) };
    Some(ReadColumn { column, place, fill: fill_place, unique, references })
}

impl ReadColumn {
    /// Its name.
    pub(super) fn name(&self) -> &str {
        &self.column.name
    }

    /// Whether the database numbers it.
    pub(super) fn is_auto(&self) -> bool {
        self.column.auto
    }

    /// Reports a unique key that would have the same name on several tables.
    pub(super) fn check_unique_name(&self, reading: &mut Reading<'_>, tables: usize) {
        if let Some((Some(template), place)) = self.unique.as_ref().filter(|_| tables > 1)
            && !template.contains("{table}")
        {
            let message = format!("every table would get a unique constraint of the same name, `{template}`");
            reading.faults.add(place.clone(), message, "put {table} into the name");
        }
    }

    /// The column on one table, with the names of its keys.
    pub(super) fn on(&self, reading: &mut Reading<'_>, table: &str, dialect: &dyn Dialect) -> NewColumn {
        let columns = std::slice::from_ref(&self.column.name);
        let unique = self.unique.as_ref().map(|(given, place)| {
            let given = given.clone().map(|name| (name, place.clone()));
            key_name(reading, given, table, columns, "unique", place, dialect)
        });
        let references = self.references.as_ref().map(|reference| ForeignKey {
            name: key_name(reading, reference.name.clone(), table, columns, "foreign", &reference.place, dialect),
            columns: columns.to_vec(),
            parent: reference.parent.clone(),
            parent_columns: vec![reference.column.clone()],
            on_delete: reference.on_delete,
        });
        NewColumn { unique, references, ..self.column.clone() }
    }

    /// The table and column that it refers to, and where that is said.
    pub(super) fn parent(&self) -> Option<(String, Vec<String>, Place)> {
        let reference = self.references.as_ref()?;
        Some((reference.parent.clone(), vec![reference.column.clone()], reference.place.clone()))
    }
}

/// `true`, or a name.
fn unique(reading: &mut Reading<'_>, value: &Value<'_>) -> Option<(Option<String>, Place)> {
    let place = value.place();
    if value.is_text() {
        let text = value.text(&mut reading.faults)?;
        return Some((Some(with_parameter(reading, text, &place)?), place));
    }
    value.boolean(&mut reading.faults)?.then_some((None, place))
}

/// `references = "programs.id"`, with `on_delete` and the name of the key.
fn reference(reading: &mut Reading<'_>, section: &mut Section<'_>) -> Option<ReadReference> {
    let on_delete = on_delete(reading, section);
    let name = section.take("foreign_key").and_then(|value| {
        let text = value.text(&mut reading.faults)?;
        Some((with_parameter(reading, text, &value.place())?, value.place()))
    });
    let Some(value) = section.take("references") else {
        if let Some((_, place)) = on_delete {
            reading.faults.add(place, "`on_delete` belongs to `references`", "add: references = \"table.column\"");
        }
        return None;
    };
    let (parent, column, place) = parent_column(reading, &value)?;
    Some(ReadReference { parent, column, on_delete: on_delete.map(|(action, _)| action).unwrap_or_default(), name, place })
}

/// The action, `restrict` where the file says none.
pub(super) fn on_delete(reading: &mut Reading<'_>, section: &mut Section<'_>) -> Option<(OnDelete, Place)> {
    let value = section.take("on_delete")?;
    let (text, place) = (value.text(&mut reading.faults)?, value.place());
    Some((word(reading, &text, &place, "what may become of a row whose parent is deleted", &OnDelete::ALL)?, place))
}

/// `programs.id`, or `schema.table.column`.
fn parent_column(reading: &mut Reading<'_>, value: &Value<'_>) -> Option<(String, String, Place)> {
    let (text, place) = (value.text(&mut reading.faults)?, value.place());
    match text.rsplit_once('.') {
        Some((table, column)) if !table.is_empty() && !column.is_empty() => Some((table.to_owned(), column.to_owned(), place)),
        _ => {
            reading.faults.add(place, format!("`{text}` does not name a column"), "write table.column");
            None
        }
    }
}

/// A default that fits its type; the faults say where it does not.
fn default_value(reading: &mut Reading<'_>, value: &Value<'_>, data_type: &PortableType) -> Option<DefaultValue> {
    let (text, bare) = value.scalar(&mut reading.faults)?;
    let time = matches!(data_type, PortableType::Date | PortableType::Time | PortableType::Timestamp);
    let (found, wanted) = match data_type {
        PortableType::Boolean => {
            (matches!(text.as_str(), "true" | "false").then(|| DefaultValue::Boolean(text == "true")).filter(|_| bare), "true or false")
        }
        whole if whole.is_whole() => (text.parse().ok().filter(|_| bare).map(DefaultValue::Integer), "a whole number"),
        PortableType::Real | PortableType::Double | PortableType::Decimal(..) => {
            let number = text.parse::<f64>().is_ok_and(f64::is_finite);
            (number.then(|| DefaultValue::Text(text.clone())), "a number, in quotes where it has a point: \"0.00\"")
        }
        _ if time && text == "now" && *data_type == PortableType::Timestamp => (Some(DefaultValue::Now), ""),
        _ if time => (
            Some(DefaultValue::Text(text.clone())).filter(|_| text != "now"),
            "a value such as \"2026-01-19\"; timestamps can have \"now\"",
        ),
        PortableType::Enum(values) => (values.contains(&text).then(|| DefaultValue::Text(text.clone())), "one of its values"),
        _ => (Some(DefaultValue::Text(text.clone())).filter(|_| !bare), "a text in quotes"),
    };
    if found.is_none() {
        reading.faults.add(
            value.place(),
            format!("the default of a column of type {data_type} must be {wanted}"),
            "change the default or the type",
        );
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
    let mut values = BTreeMap::<String, ParameterValue>::new();
    for token in statement.tokens.iter().filter(|token| matches!(token.kind, TokenKind::Parameter | TokenKind::IdentifierParameter)) {
        if let Some(value) = reading.parameters.resolve(&token.text, &place, &mut reading.faults) {
            values.insert(token.text.clone(), value);
        }
    }
    Some((put_in(statement, dialect, &|name| values.get(name).cloned()), place))
}
