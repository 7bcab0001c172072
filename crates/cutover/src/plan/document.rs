//! Reading TOML so that every fault has its place, and one fault does not hide the next.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::faults::{Faults, did_you_mean};
use crate::model::error::Place;

/// A stretch of TOML in a file: the whole of a `.toml` file, or one header line of an SQL file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Document<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
    /// Where the stretch that was parsed begins in `text`.
    base: usize,
}

impl<'a> Document<'a> {
    /// The place of a byte of the file.
    pub(super) fn place(&self, offset: usize) -> Place {
        Place::at(self.file, self.text, offset)
    }

    /// Parses a whole file. `None` where it is not TOML; the faults say why.
    pub(super) fn parse(file: &'a str, text: &'a str, faults: &mut Faults) -> Option<Section<'a>> {
        let document = Self { file, text, base: 0 };
        document.parse_stretch(text, faults).map(|entries| Section { document, name: String::new(), entries, asked: Vec::new(), start: 0 })
    }

    /// Parses the lines of a header, each a stretch of the file, as one section.
    pub(super) fn parse_lines(file: &'a str, text: &'a str, lines: &[Range<usize>], faults: &mut Faults) -> Section<'a> {
        let start = lines.first().map_or(0, |line| line.start);
        let mut section =
            Section { document: Self { file, text, base: 0 }, name: "header".to_owned(), entries: Vec::new(), asked: Vec::new(), start };
        for line in lines {
            let document = Self { file, text, base: line.start };
            for entry in document.parse_stretch(&text[line.clone()], faults).unwrap_or_default() {
                if section.entries.iter().any(|known| known.key == entry.key) {
                    faults.add(entry.key_place(), format!("`{}` stands twice in this header", entry.key), "keep one of the two lines");
                } else {
                    section.entries.push(entry);
                }
            }
        }
        section
    }

    fn parse_stretch(self, stretch: &'a str, faults: &mut Faults) -> Option<Vec<Value<'a>>> {
        let (table, errors) = DeTable::parse_recoverable(stretch);
        for error in &errors {
            let offset = self.base + error.span().map_or(0, |span| span.start);
            faults.add(self.place(offset), format!("this is not TOML: {}", error.message().replace('\n', "; ")), "see https://toml.io");
        }
        errors.is_empty().then(|| entries(self, table.into_inner()))
    }
}

fn entries<'a>(document: Document<'a>, table: DeTable<'a>) -> Vec<Value<'a>> {
    let mut entries: Vec<_> = table
        .into_iter()
        .map(|(key, value)| Value {
            document,
            key_start: document.base + key.span().start,
            key: key.into_inner().into_owned(),
            start: document.base + value.span().start,
            value: value.into_inner(),
        })
        .collect();
    // The parser sorts by name; people see the order in which they wrote.
    entries.sort_by_key(|entry| entry.key_start);
    entries
}

/// A table of a document. What nobody asked for when it is finished is a fault.
#[derive(Debug)]
pub(super) struct Section<'a> {
    document: Document<'a>,
    name: String,
    entries: Vec<Value<'a>>,
    asked: Vec<&'static str>,
    start: usize,
}

impl<'a> Section<'a> {
    /// Where it begins.
    pub(super) fn place(&self) -> Place {
        self.document.place(self.start)
    }

    /// Takes a key's value out, and remembers that the key is known.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Value<'a>> {
        self.asked.push(key);
        let index = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(index))
    }

    /// Reports a key that other versions or other files know.
    pub(super) fn refuse(&mut self, key: &str, why: &str, remedy: &str, faults: &mut Faults) {
        if let Some(index) = self.entries.iter().position(|entry| entry.key == key) {
            let entry = self.entries.remove(index);
            faults.add(entry.key_place(), format!("`{key}` {why}"), remedy);
        }
    }

    /// Takes everything out, in the order of the file: for sections whose keys are names.
    pub(super) fn take_all(&mut self) -> Vec<Value<'a>> {
        std::mem::take(&mut self.entries)
    }

    /// A text that must be there.
    pub(super) fn require_text(&mut self, key: &'static str, faults: &mut Faults) -> Option<(String, Place)> {
        match self.take(key) {
            Some(value) => value.text(faults).map(|text| (text, value.place())),
            None => {
                let place = self.place();
                faults.add(place, format!("`{key}` is missing{}", self.inside()), format!("add: {key} = \"…\""));
                None
            }
        }
    }

    /// Reports every key that nobody has asked for.
    pub(super) fn finish(self, faults: &mut Faults) {
        for entry in &self.entries {
            let message = format!("unknown key `{}`{}", entry.key, self.inside());
            faults.add(entry.key_place(), message, did_you_mean(&entry.key, self.asked.iter().copied()));
        }
    }

    /// The same section under another name: members of a list have none.
    pub(super) fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// What follows a key that is missing: in which section.
    pub(super) fn inside(&self) -> String {
        match self.name.as_str() {
            "" => String::new(),
            "header" => " in this header".to_owned(),
            name => format!(" in `{name}`"),
        }
    }
}

/// A value with its key (empty in lists) and places.
#[derive(Debug)]
pub(super) struct Value<'a> {
    document: Document<'a>,
    pub(super) key: String,
    key_start: usize,
    start: usize,
    value: DeValue<'a>,
}

impl<'a> Value<'a> {
    /// Where the value stands.
    pub(super) fn place(&self) -> Place {
        self.document.place(self.start)
    }

    /// Where its key stands.
    pub(super) fn key_place(&self) -> Place {
        self.document.place(self.key_start)
    }

    fn mismatch<T>(&self, wanted: &str, example: &str, faults: &mut Faults) -> Option<T> {
        let name = if self.key.is_empty() { "this".to_owned() } else { format!("`{}`", self.key) };
        let message = format!("{name} must be {wanted}, but is {}", with_article(self.value.type_str()));
        faults.add(self.place(), message, format!("write for example {example}"));
        None
    }

    /// A text.
    pub(super) fn text(&self, faults: &mut Faults) -> Option<String> {
        match self.value.as_str() {
            Some(text) => Some(text.to_owned()),
            None => self.mismatch("a text in quotes", "\"…\"", faults),
        }
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self, faults: &mut Faults) -> Option<bool> {
        self.value.as_bool().or_else(|| self.mismatch("true or false", "true", faults))
    }

    /// A whole number.
    pub(super) fn integer(&self, faults: &mut Faults) -> Option<i64> {
        match self.value.as_integer().and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok()) {
            Some(number) => Some(number),
            None => self.mismatch("a whole number", "1", faults),
        }
    }

    /// A text, whole number, boolean or date, as text, and whether it was one of them without quotes.
    pub(super) fn scalar(&self, faults: &mut Faults) -> Option<(String, bool)> {
        match &self.value {
            DeValue::String(text) => Some((text.to_string(), false)),
            DeValue::Integer(_) => self.integer(faults).map(|number| (number.to_string(), true)),
            DeValue::Boolean(truth) => Some((truth.to_string(), true)),
            DeValue::Datetime(date) => Some((date.to_string(), true)),
            _ => self.mismatch("a text, a whole number, true or false, or a date", "\"…\"", faults),
        }
    }

    /// Whether it is a text.
    pub(super) fn is_text(&self) -> bool {
        self.value.is_str()
    }

    /// Whether it is a list.
    pub(super) fn is_list(&self) -> bool {
        self.value.is_array()
    }

    /// Whether it is a table.
    pub(super) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// Whether it is a whole number.
    pub(super) fn is_integer(&self) -> bool {
        self.value.is_integer()
    }

    /// The members of a list, in order; empty where it is none.
    pub(super) fn list(self, faults: &mut Faults) -> Vec<Value<'a>> {
        let Self { document, key, key_start, start, value } = self;
        match value {
            DeValue::Array(members) => members
                .into_iter()
                .map(|member| {
                    let start = document.base + member.span().start;
                    Value { document, key: String::new(), key_start: start, start, value: member.into_inner() }
                })
                .collect(),
            value => {
                let wrong = Self { document, key, key_start, start, value };
                let none: Option<()> = wrong.mismatch("a list", "[\"…\", \"…\"]", faults);
                none.map(|()| Vec::new()).unwrap_or_default()
            }
        }
    }

    /// The texts of a list, each with its place.
    pub(super) fn texts(self, faults: &mut Faults) -> Vec<(String, Place)> {
        self.list(faults).into_iter().filter_map(|member| member.text(faults).map(|text| (text, member.place()))).collect()
    }

    /// A table.
    pub(super) fn section(self, faults: &mut Faults) -> Option<Section<'a>> {
        let Self { document, key, key_start, start, value } = self;
        match value {
            DeValue::Table(table) => {
                let entries = entries(document, table);
                Some(Section { document, name: key, entries, asked: Vec::new(), start })
            }
            value => Self { document, key, key_start, start, value }.mismatch("a table", "{ … }", faults),
        }
    }
}

fn with_article(kind: &str) -> String {
    match kind {
        "boolean" => "true or false".to_owned(),
        "integer" => "a whole number".to_owned(),
        "string" => "a text".to_owned(),
        "array" => "a list".to_owned(),
        kind => format!("a {kind}"),
    }
}
