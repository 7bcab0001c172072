//! A table's `CREATE TABLE` as a text that is changed in one place and otherwise kept as it was written.

use std::ops::Range;

use crate::database::sqlite::dialect::SqliteDialect;
use crate::model::dialect::Dialect as _;
use crate::model::statement::{ScriptToken, TokenKind};

/// A definition and where its parts stand.
pub(super) struct Definition {
    text: String,
    tokens: Vec<ScriptToken>,
    /// The tokens of each column, then of each constraint.
    parts: Vec<Range<usize>>,
    columns: usize,
    open: usize,
}

/// The words that end a column's type.
const AFTER_TYPE: [&str; 11] =
    ["CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS"];

impl Definition {
    /// Finds the parts.
    ///
    /// # Errors
    /// Where it is no definition that SQLite would have kept.
    pub(super) fn parse(definition: &str) -> Result<Self, String> {
        let unknown = || format!("its definition cannot be taken apart: {definition}");
        let statements = SqliteDialect.split(definition).map_err(|error| format!("its definition cannot be read: {}", error.message))?;
        let statement = statements.into_iter().next().ok_or_else(unknown)?;
        let (text, tokens) = (statement.text, statement.tokens);
        let open = tokens.iter().position(|token| is_symbol(token, "(")).ok_or_else(unknown)?;
        let mut parts = Vec::new();
        let (mut depth, mut start) = (0_usize, open + 1);
        for (index, token) in tokens.iter().enumerate().skip(open) {
            if is_symbol(token, "(") {
                depth += 1;
            } else if is_symbol(token, ")") {
                depth -= 1;
                if depth == 0 {
                    parts.push(start..index);
                    break;
                }
            } else if depth == 1 && is_symbol(token, ",") {
                parts.push(start..index);
                start = index + 1;
            }
        }
        let is_constraint = |part: &Range<usize>| {
            let first = &tokens[part.start];
            first.kind == TokenKind::Word
                && ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].iter().any(|word| first.text.eq_ignore_ascii_case(word))
        };
        if depth != 0 || parts.iter().any(Range::is_empty) {
            return Err(unknown());
        }
        let columns = parts.iter().position(is_constraint).unwrap_or(parts.len());
        Ok(Self { text, tokens, parts, columns, open })
    }

    /// Whether a word stands in it, outside of quotes and comments; in upper case.
    pub(super) fn mentions(&self, word: &str) -> bool {
        self.tokens.iter().any(|token| token.kind == TokenKind::Word && token.text.eq_ignore_ascii_case(word))
    }

    /// The definition for a table of another name.
    pub(super) fn named(&self, quoted: &str) -> String {
        format!("CREATE TABLE {quoted} {}", &self.text[self.tokens[self.open].span.start..])
    }

    /// The definition with one more column, behind the others.
    pub(super) fn with_column(&self, column: &str) -> String {
        self.insert(self.parts[..self.columns].last(), column)
    }

    /// The definition with one more constraint, behind everything else.
    pub(super) fn with_constraint(&self, constraint: &str) -> String {
        self.insert(self.parts.last(), constraint)
    }

    fn insert(&self, behind: Option<&Range<usize>>, what: &str) -> String {
        // Directly behind a token: what follows it may be a comment that runs to the end of its line.
        let at = behind.map_or(self.tokens[self.open].span.end, |part| self.tokens[part.end - 1].span.end);
        format!("{}, {what}{}", &self.text[..at], &self.text[at..])
    }

    /// The definition with another type for a column; `None` where it has no such column.
    pub(super) fn with_type(&self, column: &str, data_type: &str) -> Option<String> {
        let part = self.parts[..self.columns].iter().find(|part| self.tokens[part.start].text.eq_ignore_ascii_case(column))?;
        let after = (part.start + 1..part.end).find(|index| {
            let token = &self.tokens[*index];
            token.kind == TokenKind::Word && AFTER_TYPE.iter().any(|word| token.text.eq_ignore_ascii_case(word))
        });
        let (name, last) = (&self.tokens[part.start], &self.tokens[after.unwrap_or(part.end) - 1]);
        Some(format!("{} {data_type}{}", &self.text[..name.span.end], &self.text[last.span.end..]))
    }

    /// The definition in which every list `column IN ('…')` holds more values, and the values that the first one held; `None` where
    /// there is no such list.
    pub(super) fn with_values(&self, column: &str, values: &[String]) -> Option<(String, Vec<String>)> {
        let mut text = self.text.clone();
        let mut held = None;
        for index in (self.open..self.tokens.len()).rev() {
            let [name, word, open, rest @ ..] = &self.tokens[index..] else { continue };
            let is_list = matches!(name.kind, TokenKind::Word | TokenKind::Quoted)
                && name.text.eq_ignore_ascii_case(column)
                && word.text.eq_ignore_ascii_case("IN")
                && is_symbol(open, "(");
            let end = rest.iter().position(|token| is_symbol(token, ")"));
            let Some(listed) = end.map(|end| &rest[..end]).filter(|listed| is_list && !listed.is_empty()) else { continue };
            if !listed.iter().all(|token| token.kind == TokenKind::Literal || is_symbol(token, ",")) {
                continue;
            }
            let old: Vec<String> =
                listed.iter().filter(|token| token.kind == TokenKind::Literal).map(|token| unquoted(&token.text)).collect();
            let coming = values.iter().filter(|value| !old.contains(value));
            let more: String = coming.map(|value| format!(", {}", super::literal(value))).collect();
            let at = listed[listed.len() - 1].span.end;
            text.insert_str(at, &more);
            held = Some(old);
        }
        held.map(|held| (text, held))
    }
}

/// A definition in which a column has another name, wherever the name stands.
pub(super) fn renamed(definition: &str, from: &str, to: &str) -> String {
    let Ok(parsed) = Definition::parse(definition) else { return definition.to_owned() };
    let mut text = parsed.text.clone();
    for token in parsed.tokens[parsed.open..].iter().rev() {
        if matches!(token.kind, TokenKind::Word | TokenKind::Quoted) && token.text.eq_ignore_ascii_case(from) {
            text.replace_range(token.span.clone(), &SqliteDialect.quote_identifier(to));
        }
    }
    text
}

fn is_symbol(token: &ScriptToken, symbol: &str) -> bool {
    token.kind == TokenKind::Symbol && token.text == symbol
}

fn unquoted(literal: &str) -> String {
    literal.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(literal).replace("''", "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "CREATE TABLE \"a(b\" (id INTEGER PRIMARY KEY, kind varchar(10) NOT NULL CHECK (kind IN ('a', 'it''s')) -- the kind, last\n\
                         , PRIMARY KEY (id)) STRICT";

    #[test]
    fn parts_come_in_their_places_and_the_rest_stays() {
        let definition = Definition::parse(TABLE).unwrap();
        insta::assert_snapshot!(definition.with_column("more TEXT"), @r#"
        CREATE TABLE "a(b" (id INTEGER PRIMARY KEY, kind varchar(10) NOT NULL CHECK (kind IN ('a', 'it''s')), more TEXT -- the kind, last
        , PRIMARY KEY (id)) STRICT
        "#);
        insta::assert_snapshot!(definition.with_constraint("CHECK (1)"), @r#"
        CREATE TABLE "a(b" (id INTEGER PRIMARY KEY, kind varchar(10) NOT NULL CHECK (kind IN ('a', 'it''s')) -- the kind, last
        , PRIMARY KEY (id), CHECK (1)) STRICT
        "#);
        insta::assert_snapshot!(definition.with_type("KIND", "TEXT").unwrap(), @r#"
        CREATE TABLE "a(b" (id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('a', 'it''s')) -- the kind, last
        , PRIMARY KEY (id)) STRICT
        "#);
        insta::assert_snapshot!(definition.named("\"new\""), @r#"
        CREATE TABLE "new" (id INTEGER PRIMARY KEY, kind varchar(10) NOT NULL CHECK (kind IN ('a', 'it''s')) -- the kind, last
        , PRIMARY KEY (id)) STRICT
        "#);
        assert_eq!(definition.with_type("none", "TEXT"), None);
    }

    #[test]
    fn values_are_added_to_the_list_that_is_there() {
        let definition = Definition::parse(TABLE).unwrap();
        let (text, held) = definition.with_values("kind", &["a".to_owned(), "new".to_owned()]).unwrap();
        assert!(text.contains("IN ('a', 'it''s', 'new')"), "{text}");
        assert_eq!(held, ["a", "it's"]);
        assert_eq!(definition.with_values("id", &["x".to_owned()]), None);
    }
}
