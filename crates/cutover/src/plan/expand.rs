//! What the plan's own files stand for in SQL: `:name(expression)` for the value map `maps/name.csv`, and `:name` for the query in
//! `subqueries/name.sql`. Both are put in when the plan is read, so that everything behind it sees the SQL that is executed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::load::Reading;
use super::maps::{self, ValueMap};
use super::parameters::is_name;
use super::script::{self, only_reads};
use super::variants::families;
use crate::model::dialect::Dialect;
use crate::model::error::Place;
use crate::model::statement::{ScriptStatement, TokenKind};

/// What names stand for, while a plan is read for one database.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    maps: BTreeMap<String, ValueMap>,
    /// Each with what it stands for in turn put in already.
    subqueries: BTreeMap<String, String>,
    used: BTreeSet<String>,
}

impl Definitions {
    /// A value map by its name.
    pub(super) fn map(&self, name: &str) -> Option<&ValueMap> {
        self.maps.get(name)
    }

    /// The names of the value maps.
    pub(super) fn maps(&self) -> impl Iterator<Item = &str> {
        self.maps.keys().map(String::as_str)
    }

    /// Whether a name stands for something.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.maps.contains_key(name) || self.subqueries.contains_key(name)
    }
}

/// Reads the value maps, which are the same for every database.
pub(super) fn read_maps(reading: &mut Reading<'_>) {
    reading.definitions = Definitions { maps: maps::read(reading), ..Definitions::default() };
    let names: Vec<String> = reading.definitions.maps().map(str::to_owned).collect();
    for name in names {
        claim(reading, &name, &format!("maps/{name}.csv"));
    }
}

/// Reads the subqueries of one database, each behind those that it uses.
pub(super) fn read_subqueries(reading: &mut Reading<'_>, dialect: &dyn Dialect) {
    reading.definitions.subqueries.clear();
    let families = families(reading, "subqueries/");
    let mut waiting: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, path) in families.iter().filter_map(|family| Some((family.name, family.sql(dialect.name())?))) {
        if is_name(name) {
            claim(reading, name, path);
            waiting.insert(name, path);
        } else {
            let remedy = "name it by a-z, 0-9 and _, beginning with a letter: SQL uses it as `:name`";
            reading.faults.add(Place::file(path), format!("`{name}` cannot be a subquery's name"), remedy);
        }
    }
    let uses: BTreeMap<&str, BTreeSet<String>> = waiting.iter().map(|(name, path)| (*name, parameters(reading, path, dialect))).collect();
    while !waiting.is_empty() {
        let ready = waiting.keys().copied().find(|name| !uses[name].iter().any(|used| waiting.contains_key(used.as_str())));
        // Where each waits for another, the names go round in a circle.
        let name = ready.or_else(|| waiting.keys().copied().next()).unwrap_or_default();
        let Some(path) = waiting.remove(name) else { return };
        let text = match ready {
            Some(_) => one_query(reading, path, dialect),
            None => {
                let remedy = "take one of the names out of one of the files";
                reading.faults.add(Place::file(path), format!("the subquery `{name}` uses itself, perhaps by way of others"), remedy);
                None
            }
        };
        reading.definitions.subqueries.insert(name.to_owned(), text.unwrap_or_else(|| "SELECT NULL".to_owned()));
    }
}

/// The names that a file uses; none where it cannot be split, which is told when it is read.
fn parameters(reading: &Reading<'_>, path: &str, dialect: &dyn Dialect) -> BTreeSet<String> {
    let text = reading.files.files.get(path).and_then(|contents| std::str::from_utf8(contents).ok()).unwrap_or_default();
    let tokens = dialect.split(text).unwrap_or_default().into_iter().flat_map(|statement| statement.tokens);
    tokens.filter(|token| token.kind == TokenKind::Parameter).map(|token| token.text).collect()
}

/// A name that means two things means neither.
fn claim(reading: &mut Reading<'_>, name: &str, path: &str) {
    let rival = match (reading.parameters.declares(name), reading.definitions.maps.contains_key(name)) {
        (true, _) => "a parameter",
        (false, true) if path.starts_with("subqueries/") => "a value map",
        _ => return,
    };
    reading.faults.add(Place::file(path), format!("`:{name}` is {rival} of this plan already"), "give one of the two another name");
}

fn one_query<'a>(reading: &mut Reading<'a>, path: &'a str, dialect: &dyn Dialect) -> Option<String> {
    let mut script = script::read(reading, path, dialect)?;
    script.refuse_step_keys(reading);
    let text = script::text(reading, path).unwrap_or_default();
    for statement in std::mem::take(&mut script.written) {
        script::warn_of_chance(reading, &statement, &|offset| Place::at(path, text, offset));
    }
    let (_, statements) = script.finish(reading);
    let [statement] = statements.as_slice() else {
        let place = statements.get(1).map_or_else(|| Place::file(path), |second| second.place.clone());
        reading.faults.add(place, "a subquery is one query", "write one query a file");
        return None;
    };
    if !only_reads(&statement.statement) {
        let remedy = "write one SELECT, WITH … SELECT, VALUES or TABLE, without INTO";
        reading.faults.add(statement.place.clone(), "this is not a query that only reads", remedy);
        return None;
    }
    Some(statement.statement.text.clone())
}

/// A statement with what the plan's own names stand for put in. One that uses none is given back as it is.
pub(super) fn expand(
    reading: &mut Reading<'_>,
    statement: ScriptStatement,
    dialect: &dyn Dialect,
    place_of: &dyn Fn(usize) -> Place,
) -> ScriptStatement {
    let named = |token: &crate::model::statement::ScriptToken| token.kind == TokenKind::Parameter && reading.definitions.knows(&token.text);
    if !statement.tokens.iter().any(named) {
        return statement;
    }
    let whole = 0..statement.tokens.len();
    let text = render(reading, &statement, whole, 0..statement.text.len(), dialect, place_of);
    // What was put in is SQL of this plan that has been split before, so the whole can be split again.
    match dialect.split(&text).as_deref() {
        Ok([expanded]) => ScriptStatement { offset: statement.offset, ..expanded.clone() },
        _ => {
            reading.faults.add(
                place_of(statement.offset),
                "this is not one statement once the plan's own names are put in",
                "look at the parentheses behind the name of a value map",
            );
            statement
        }
    }
}

/// A part of a statement: some of its tokens, and the text that they stand in.
fn render(
    reading: &mut Reading<'_>,
    statement: &ScriptStatement,
    tokens: Range<usize>,
    span: Range<usize>,
    dialect: &dyn Dialect,
    place_of: &dyn Fn(usize) -> Place,
) -> String {
    let mut sql = String::new();
    let (mut copied, mut index) = (span.start, tokens.start);
    while index < tokens.end {
        let token = &statement.tokens[index];
        index += 1;
        if token.kind != TokenKind::Parameter || !reading.definitions.knows(&token.text) {
            continue;
        }
        reading.definitions.used.insert(token.text.clone());
        sql.push_str(&statement.text[copied..token.span.start]);
        copied = token.span.end;
        if let Some(query) = reading.definitions.subqueries.get(&token.text) {
            sql.push_str("(\n");
            sql.push_str(query);
            sql.push_str("\n)");
            continue;
        }
        let Some(closing) = closing(statement, index) else {
            let place = place_of(statement.offset + token.span.start);
            let remedy = format!("write :{}(expression)", token.text);
            reading.faults.add(place, format!("`{}` is a value map, and nothing is given to it", token.text), remedy);
            continue;
        };
        let inner = statement.tokens[index].span.end..statement.tokens[closing].span.start;
        let argument = render(reading, statement, index + 1..closing, inner, dialect, place_of);
        if let Some(map) = reading.definitions.maps.get(&token.text) {
            sql.push_str(&mapped(map, argument.trim(), dialect));
        }
        copied = statement.tokens[closing].span.end;
        index = closing + 1;
    }
    sql.push_str(&statement.text[copied..span.end]);
    sql
}

/// The parenthesis that closes the one at `open`; `None` where there is none there.
fn closing(statement: &ScriptStatement, open: usize) -> Option<usize> {
    let is =
        |index: usize, text: &str| statement.tokens.get(index).is_some_and(|token| token.kind == TokenKind::Symbol && token.text == text);
    if !is(open, "(") {
        return None;
    }
    let mut depth = 0_usize;
    (open..statement.tokens.len()).find(|index| {
        depth += usize::from(is(*index, "("));
        depth -= usize::from(is(*index, ")"));
        depth == 0
    })
}

/// The new value of an expression; NULL where the map does not know the old one.
fn mapped(map: &ValueMap, argument: &str, dialect: &dyn Dialect) -> String {
    let literal = |value: &Option<String>| value.as_ref().map_or_else(|| "NULL".to_owned(), |text| dialect.quote_literal(text));
    let arms: Vec<_> =
        map.iter().filter_map(|(old, new)| Some(format!(" WHEN {} THEN {}", dialect.quote_literal(old.as_ref()?), literal(new)))).collect();
    let known = match arms.is_empty() {
        true => "NULL".to_owned(),
        false => format!("CASE {}{} END", dialect.exact_text(argument), arms.concat()),
    };
    match map.get(&None) {
        Some(new) => format!("(CASE WHEN ({argument}) IS NULL THEN {} ELSE {known} END)", literal(new)),
        None => format!("({known})"),
    }
}

/// Warns of subqueries that nothing uses. A value map may be there for the contract alone.
pub(super) fn finish(reading: &mut Reading<'_>) {
    let unused: Vec<_> = reading.definitions.subqueries.keys().filter(|name| !reading.definitions.used.contains(*name)).cloned().collect();
    for name in unused {
        let place = Place::file(format!("subqueries/{name}.sql"));
        reading.faults.warn(place, format!("nothing uses the subquery `{name}`"), "delete the file");
    }
}
