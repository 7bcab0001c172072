//! Parameters: typed values that a plan's user may set.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::document::{Section, Value};
use super::faults::{Faults, and_also, did_you_mean};
use crate::model::dialect::Dialect;
use crate::model::error::Place;
use crate::model::statement::{ScriptStatement, TokenKind};

/// What a parameter may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterType {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A date as `2026-01-19`.
    Date,
    /// An identifier, quoted where it is used.
    Identifier,
}

impl ParameterType {
    const ALL: [(&'static str, Self); 5] = [
        ("text", Self::Text),
        ("integer", Self::Integer),
        ("boolean", Self::Boolean),
        ("date", Self::Date),
        ("identifier", Self::Identifier),
    ];

    /// What is wrong with a value of this type, if anything.
    fn objection(self, value: &str) -> Option<&'static str> {
        let fits = match self {
            Self::Text => !value.contains('\0'),
            Self::Integer => value.parse::<i64>().is_ok(),
            Self::Boolean => matches!(value, "true" | "false"),
            Self::Date => value.len() == 10 && NaiveDate::parse_from_str(value, "%Y-%m-%d").is_ok(),
            Self::Identifier => !value.is_empty() && !value.chars().any(char::is_control),
        };
        (!fits).then_some(match self {
            Self::Text => "a text without a NUL character",
            Self::Integer => "a whole number between -9223372036854775808 and 9223372036854775807",
            Self::Boolean => "true or false",
            Self::Date => "a date such as 2026-01-19",
            Self::Identifier => "a name of one character at least, without control characters",
        })
    }
}

/// A parameter's value, checked against its type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterValue {
    /// Its type.
    pub kind: ParameterType,
    /// Its value as text; `None` is NULL.
    pub value: Option<String>,
    /// Whether the user set it, or the plan's default stands.
    pub given: bool,
}

impl ParameterValue {
    /// A text that the run itself gives, such as `:run_date`.
    #[must_use]
    pub fn text(value: impl Into<String>) -> Self {
        Self { kind: ParameterType::Text, value: Some(value.into()), given: true }
    }

    /// The value as SQL: an identifier quoted, texts and dates as literals, numbers and truth values bare, NULL as NULL.
    /// A negative number stands in parentheses, because two minus signs begin a comment.
    #[must_use]
    pub fn to_sql(&self, dialect: &dyn Dialect) -> String {
        match (self.kind, &self.value) {
            (_, None) => "NULL".to_owned(),
            (ParameterType::Integer, Some(number)) if number.starts_with('-') => format!("({number})"),
            // Both databases know the words; to SQLite they are 1 and 0.
            (ParameterType::Integer | ParameterType::Boolean, Some(value)) => value.clone(),
            (ParameterType::Text | ParameterType::Date, Some(text)) => dialect.quote_literal(text),
            (ParameterType::Identifier, Some(name)) => dialect.quote_identifier(name),
        }
    }
}

/// The names of the values that are only known when a run starts.
pub(super) const RUN_VALUES: [&str; 2] = ["run_started_at", "run_date"];

/// The names of the values that bound a range of keys.
pub(super) const BATCH_VALUES: [&str; 2] = ["batch_first", "batch_last"];

/// The plan's parameters while it is read.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    pub(super) values: BTreeMap<String, ParameterValue>,
    places: BTreeMap<String, Place>,
    used: BTreeSet<String>,
    /// Declared, but with a fault of their own, which is enough.
    broken: BTreeSet<String>,
}

impl Parameters {
    /// Reads `[parameters]` and sets what the user gave.
    pub(super) fn read(section: Option<Section<'_>>, arguments: &BTreeMap<String, String>, faults: &mut Faults) -> Self {
        let mut parameters = Self::default();
        for entry in section.map(|mut section| section.take_all()).unwrap_or_default() {
            parameters.declare(entry, arguments, faults);
        }
        for name in arguments.keys().filter(|name| !parameters.knows(name)) {
            faults.add(
                Place::file("arguments"),
                format!("the plan has no parameter `{name}`"),
                did_you_mean(name, parameters.places.keys().map(String::as_str)),
            );
        }
        parameters
    }

    /// Whether the plan has a parameter of this name.
    pub(super) fn declares(&self, name: &str) -> bool {
        self.places.contains_key(name) || RUN_VALUES.contains(&name) || BATCH_VALUES.contains(&name)
    }

    fn knows(&self, name: &str) -> bool {
        self.values.contains_key(name) || self.broken.contains(name)
    }

    fn declare(&mut self, entry: Value<'_>, arguments: &BTreeMap<String, String>, faults: &mut Faults) {
        let (name, place) = (entry.key.clone(), entry.key_place());
        if !is_name(&name) {
            faults.add(place, format!("`{name}` cannot be a parameter's name"), "use a-z, 0-9 and _, beginning with a letter");
            return;
        }
        if RUN_VALUES.contains(&name.as_str()) || BATCH_VALUES.contains(&name.as_str()) {
            faults.add(place, format!("`{name}` is a value of the run itself"), "choose another name");
            return;
        }
        match declared_value(entry, arguments.get(&name), faults) {
            Some(value) => {
                self.values.insert(name.clone(), value);
            }
            None => {
                self.broken.insert(name.clone());
            }
        }
        self.places.insert(name, place);
    }

    /// The value of a parameter that a text such as `:name` means; `None` where the name is not known, or is a run's own
    /// value and cannot be used here. The faults say which.
    pub(super) fn resolve(&mut self, name: &str, place: &Place, faults: &mut Faults) -> Option<ParameterValue> {
        self.used.insert(name.to_owned());
        if let Some(value) = self.values.get(name) {
            return Some(value.clone());
        }
        if RUN_VALUES.contains(&name) {
            faults.add(place.clone(), format!("`:{name}` is only known when the run starts"), "use it in SQL files");
        } else if !self.broken.contains(name) {
            self.unknown(name, place, faults);
        }
        None
    }

    fn unknown(&self, name: &str, place: &Place, faults: &mut Faults) {
        let known = self.places.keys().map(String::as_str).chain(RUN_VALUES);
        let remedy = and_also(did_you_mean(name, known), "declare it under [parameters] in plan.toml");
        faults.add(place.clone(), format!("`:{name}` is not a parameter of this plan"), remedy);
    }

    /// Checks that every parameter of a statement is known and stands where its type may.
    /// `batched` says whether the statement's file is executed in ranges, and `defined` whether a name stands for something else.
    pub(super) fn check(
        &mut self,
        statement: &ScriptStatement,
        batched: bool,
        defined: &dyn Fn(&str) -> bool,
        place_of: &dyn Fn(usize) -> Place,
        faults: &mut Faults,
    ) {
        for token in &statement.tokens {
            let identifier = match token.kind {
                TokenKind::Parameter => false,
                TokenKind::IdentifierParameter => true,
                _ => continue,
            };
            let (name, place) = (token.text.as_str(), place_of(statement.offset + token.span.start));
            if !identifier && defined(name) {
                continue;
            }
            self.used.insert(name.to_owned());
            if BATCH_VALUES.contains(&name) && !batched {
                let remedy = "add to the header of a step: --! batch = \"table.column 10000\"";
                faults.add(place, format!("`:{name}` is only known in a step that is executed in ranges"), remedy);
                continue;
            }
            if RUN_VALUES.contains(&name) || BATCH_VALUES.contains(&name) {
                if identifier {
                    faults.add(place, format!("`{name}` is a value, not an identifier"), format!("write :{name}"));
                }
                continue;
            }
            match self.values.get(name) {
                None if self.broken.contains(name) => {}
                None => self.unknown(name, &place, faults),
                Some(value) if identifier && value.kind != ParameterType::Identifier => {
                    faults.add(
                        place,
                        format!("`{name}` is a value, not an identifier"),
                        format!("write :{name}, or declare it with type = \"identifier\""),
                    );
                }
                Some(value) if !identifier && value.kind == ParameterType::Identifier => {
                    faults.add(place, format!("`{name}` is an identifier, not a value"), format!("write :\"{name}\""));
                }
                Some(value) if identifier && value.value.is_none() => {
                    faults.add(place, format!("`{name}` has no value, and NULL is not an identifier"), "give it one, or declare a default");
                }
                Some(_) => {}
            }
        }
    }

    /// Warns of parameters that nothing uses.
    pub(super) fn finish(&self, faults: &mut Faults) {
        for (name, place) in self.places.iter().filter(|(name, _)| !self.used.contains(*name)) {
            faults.warn(place.clone(), format!("nothing uses the parameter `{name}`"), "take it out");
        }
    }
}

/// Whether a text has the form of a parameter's name.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_')
}

fn declared_value(entry: Value<'_>, argument: Option<&String>, faults: &mut Faults) -> Option<ParameterValue> {
    let (name, declared_at) = (entry.key.clone(), entry.key_place());
    let mut section = entry.section(faults)?;
    let kind = section.require_text("type", faults).and_then(|(text, place)| {
        let found = ParameterType::ALL.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            faults.add(
                place,
                format!("`{text}` is not a type of parameters"),
                did_you_mean(&text, ParameterType::ALL.iter().map(|(word, _)| *word)),
            );
        }
        found.map(|(_, kind)| *kind)
    });
    let default = section.take("default").and_then(|value| {
        let place = value.place();
        value.scalar(faults).map(|(text, bare)| (text, bare, place))
    });
    let optional = section.take("optional").map(|value| (value.place(), value.boolean(faults).unwrap_or(false)));
    if let Some(help) = section.take("help") {
        help.text(faults);
    }
    section.finish(faults);
    let kind = kind?;

    if let (Some((place, true)), Some(_)) = (&optional, &default) {
        faults.add(place.clone(), format!("`{name}` has a default, so it is never NULL"), "keep either `default` or `optional`");
    }
    if let Some((text, bare, place)) = &default {
        let quoted_type = matches!(kind, ParameterType::Text | ParameterType::Identifier);
        if let Some(wanted) = kind.objection(text).or((quoted_type && *bare).then_some("a text in quotes")) {
            faults.add(place.clone(), format!("the default of `{name}` must be {wanted}"), "change the default or the type");
            return None;
        }
    }
    if let Some(argument) = argument {
        if let Some(wanted) = kind.objection(argument) {
            faults.add(Place::file("arguments"), format!("`{name}` must be {wanted}, but is `{argument}`"), "give another value");
            return None;
        }
        return Some(ParameterValue { kind, value: Some(argument.clone()), given: true });
    }
    if default.is_none() && !optional.is_some_and(|(_, optional)| optional) {
        faults.add(
            declared_at,
            format!("the parameter `{name}` has no value"),
            format!("give {name}=… when you run the plan, or add a default; optional = true makes it NULL where nobody gives one"),
        );
        return None;
    }
    Some(ParameterValue { kind, value: default.map(|(text, _, _)| text), given: false })
}

/// A statement with its parameters put in. A name that `value` does not know stays as it is, and the server refuses it.
pub(crate) fn put_in(statement: &ScriptStatement, dialect: &dyn Dialect, value: &dyn Fn(&str) -> Option<ParameterValue>) -> String {
    let text = &statement.text;
    let mut sql = String::with_capacity(text.len());
    let mut copied = 0;
    for token in &statement.tokens {
        if !matches!(token.kind, TokenKind::Parameter | TokenKind::IdentifierParameter) {
            continue;
        }
        let Some(value) = value(&token.text) else { continue };
        sql.push_str(&text[copied..token.span.start]);
        // Two quotes side by side would make one string of two, so nothing touches the value that could merge with it.
        if !sql.is_empty() && !sql.ends_with(|character: char| character.is_ascii_whitespace() || "(,=.".contains(character)) {
            sql.push(' ');
        }
        sql.push_str(&value.to_sql(dialect));
        copied = token.span.end;
        if !text[copied..].is_empty()
            && !text[copied..].starts_with(|character: char| character.is_ascii_whitespace() || "),;.:".contains(character))
        {
            sql.push(' ');
        }
    }
    sql.push_str(&text[copied..]);
    sql
}
