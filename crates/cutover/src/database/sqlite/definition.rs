//! The texts of `CREATE` statements, as SQLite keeps them: brought into one form that two instants can be compared in, and
//! taken apart into columns and constraints.
//!
//! White space and comments carry no meaning, words are told apart without regard to case only where they are keywords,
//! and `"name"`, `[name]`, `` `name` `` and `name` are the same name. Everything else stays as it was written.

use super::words::is_keyword;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A keyword in upper case.
    Keyword,
    /// A name, bare where that is possible.
    Name,
    /// A number, a string or a blob.
    Literal,
    /// An operator, a comma, a parenthesis.
    Symbol,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    kind: Kind,
    text: String,
}

impl Token {
    fn is(&self, keyword: &str) -> bool {
        self.kind == Kind::Keyword && self.text == keyword
    }

    fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    /// The name that the token stands for; SQLite takes strings and most keywords for names too, where it expects one.
    fn name(&self) -> String {
        let quote = self.text.chars().next().filter(|quote| matches!(quote, '"' | '\''));
        match quote.and_then(|quote| self.text.strip_prefix(quote)?.strip_suffix(quote).map(|inner| (quote, inner))) {
            Some((quote, inner)) => inner.replace(&format!("{quote}{quote}"), &quote.to_string()),
            None => self.text.clone(),
        }
    }
}

/// A definition in the one form that is compared.
pub(super) fn normalised(sql: &str) -> String {
    render(&tokens(sql))
}

/// What stands between an index's first parenthesis and its end: its columns and, of a partial one, its condition.
pub(super) fn index_body(sql: &str) -> String {
    let tokens = tokens(sql);
    let start = tokens.iter().position(|token| token.is_symbol("(")).unwrap_or(0);
    render(&tokens[start..])
}

/// What a virtual table is made by: `fts5(title, body)`.
pub(super) fn module(sql: &str) -> String {
    let tokens = tokens(sql);
    let start = tokens.iter().position(|token| token.is("USING")).map_or(0, |using| using + 1);
    render(&tokens[start..])
}

/// Whether one of these words stands in an SQL text outside of quotes and comments; `words` are in upper case.
pub(super) fn mentions(sql: &str, words: &[&str]) -> bool {
    tokens(sql)
        .iter()
        .any(|token| matches!(token.kind, Kind::Keyword | Kind::Name) && words.contains(&token.text.to_ascii_uppercase().as_str()))
}

/// Every name in an SQL text, in lower case; strings count too, because SQLite takes them for names where it expects one.
pub(super) fn names(sql: &str) -> Vec<String> {
    tokens(sql).iter().filter(|token| token.kind != Kind::Symbol).map(|token| token.name().to_lowercase()).collect()
}

/// The first word of a statement, in upper case; empty where there is none.
pub(super) fn first_word(sql: &str) -> String {
    tokens(sql).into_iter().next().map(|token| token.text.to_ascii_uppercase()).unwrap_or_default()
}

/// Whether a statement is an `ALTER TABLE … ADD`.
pub(super) fn adds_column(sql: &str) -> bool {
    let tokens = tokens(sql);
    let [alter, table, _, rest @ ..] = tokens.as_slice() else { return false };
    let action = if rest.first().is_some_and(|token| token.is_symbol(".")) { rest.get(2) } else { rest.first() };
    alter.is("ALTER") && table.is("TABLE") && action.is_some_and(|token| token.is("ADD"))
}

/// A `CREATE TABLE`, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableDefinition {
    /// Its columns in order.
    pub(super) columns: Vec<ColumnDefinition>,
    /// Its table constraints in order.
    pub(super) constraints: Vec<ConstraintDefinition>,
}

/// One column. Every text is in the one form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ColumnDefinition {
    /// Its name.
    pub(super) name: String,
    /// `NOT NULL` with its conflict clause.
    pub(super) not_null: Option<String>,
    /// The default's expression.
    pub(super) default: Option<String>,
    /// The collation's name.
    pub(super) collation: Option<String>,
    /// `AS (…) STORED`.
    pub(super) generated: Option<String>,
    /// Every other clause: keys, checks, references.
    pub(super) rest: Vec<String>,
}

/// One table constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ConstraintDefinition {
    /// Its name, where it has one.
    pub(super) name: Option<String>,
    /// Its text in the one form, without its name.
    pub(super) text: String,
}

/// Takes a `CREATE TABLE` apart; `None` where it is none that SQLite would have kept.
pub(super) fn take_apart(sql: &str) -> Option<TableDefinition> {
    let tokens = tokens(sql);
    let start = tokens.iter().position(|token| token.is_symbol("("))?;
    let end = closing(&tokens, start)?;
    let mut definition = TableDefinition { columns: Vec::new(), constraints: Vec::new() };
    let mut parts = split_at_commas(&tokens[start + 1..end]).into_iter().peekable();
    while let Some(part) = parts.next_if(|part| !begins_constraint(part)) {
        definition.columns.push(column(part)?);
    }
    for part in parts {
        // The comma between table constraints may be left out.
        definition.constraints.extend(clauses(part, begins_table_clause).into_iter().map(constraint));
    }
    Some(definition)
}

fn begins_constraint(part: &[Token]) -> bool {
    part.first().is_some_and(begins_table_clause_token)
}

fn begins_table_clause_token(token: &Token) -> bool {
    ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].iter().any(|word| token.is(word))
}

fn begins_table_clause(tokens: &[Token], index: usize) -> bool {
    begins_table_clause_token(&tokens[index])
}

fn begins_column_clause(tokens: &[Token], index: usize) -> bool {
    let token = &tokens[index];
    let follows = |words: &[&str]| index > 0 && words.iter().any(|word| tokens[index - 1].is(word));
    if token.is("NOT") {
        return tokens.get(index + 1).is_some_and(|next| next.is("NULL"));
    }
    if token.is("NULL") {
        return !follows(&["NOT", "SET", "DEFAULT"]);
    }
    if token.is("DEFAULT") {
        return !follows(&["SET"]);
    }
    if token.is("AS") {
        return !follows(&["ALWAYS"]);
    }
    ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "COLLATE", "REFERENCES", "GENERATED"].iter().any(|word| token.is(word))
}

/// Cuts tokens before each clause; a `CONSTRAINT name` stays with the clause that it names. What stands before the first
/// clause is left out.
fn clauses(tokens: &[Token], begins: fn(&[Token], usize) -> bool) -> Vec<&[Token]> {
    let mut starts = Vec::new();
    let mut depth = 0_usize;
    let mut index = 0;
    while index < tokens.len() {
        let token = &tokens[index];
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && begins(tokens, index) {
            starts.push(index);
            if token.is("CONSTRAINT") {
                // Its name, and the first word of the clause that it names.
                index += 2;
            }
        }
        index += 1;
    }
    let ends = starts.iter().skip(1).copied().chain([tokens.len()]);
    starts.iter().zip(ends).map(|(start, end)| &tokens[*start..end]).collect()
}

fn column(part: &[Token]) -> Option<ColumnDefinition> {
    let mut column = ColumnDefinition { name: part.first()?.name(), ..ColumnDefinition::default() };
    for clause in clauses(&part[1..], begins_column_clause) {
        let named = clause[0].is("CONSTRAINT");
        // A constraint's name on these clauses is kept by SQLite and used for nothing.
        let body = if named { clause.get(2..).unwrap_or_default() } else { clause };
        let Some(first) = body.first() else { continue };
        let after_first = || Some(render(&body[1..]));
        match first.text.as_str() {
            "NOT" => column.not_null = Some(render(body)),
            "NULL" => {}
            "DEFAULT" => column.default = after_first(),
            "COLLATE" => column.collation = after_first(),
            "AS" => column.generated = Some(render(body)),
            "GENERATED" => column.generated = body.get(2..).map(render),
            _ => column.rest.push(render(clause)),
        }
    }
    Some(column)
}

fn constraint(clause: &[Token]) -> ConstraintDefinition {
    if clause[0].is("CONSTRAINT") {
        ConstraintDefinition { name: clause.get(1).map(Token::name), text: render(clause.get(2..).unwrap_or_default()) }
    } else {
        ConstraintDefinition { name: None, text: render(clause) }
    }
}

/// The index of the parenthesis that closes the one at `start`.
fn closing(tokens: &[Token], start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(start) {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth -= 1;
            if depth == 0 {
                return Some(index);
            }
        }
    }
    None
}

fn split_at_commas(tokens: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0_usize;
    let parts = tokens.split(|token| {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
        }
        depth == 0 && token.is_symbol(",")
    });
    parts.collect()
}

fn render(tokens: &[Token]) -> String {
    let mut text = String::new();
    let mut previous: Option<&Token> = None;
    for token in tokens {
        let joined = previous.is_none_or(|previous| {
            let call = token.is_symbol("(") && previous.kind == Kind::Name;
            // A dot beside a number would become a part of it.
            let path = |dot: &Token, beside: &Token| dot.is_symbol(".") && beside.kind != Kind::Literal;
            call || previous.is_symbol("(")
                || token.is_symbol(")")
                || token.is_symbol(",")
                || path(token, previous)
                || path(previous, token)
        });
        if !joined {
            text.push(' ');
        }
        text.push_str(&token.text);
        previous = Some(token);
    }
    text
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_word_part(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

fn tokens(sql: &str) -> Vec<Token> {
    let bytes = sql.as_bytes();
    let mut tokens = Vec::new();
    let mut position = 0;
    while position < bytes.len() {
        let rest = &bytes[position..];
        let (length, kind) = match rest {
            [b'-', b'-', ..] => (rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |newline| newline + 1), None),
            [b'/', b'*', ..] => (rest[2..].windows(2).position(|pair| pair == b"*/").map_or(rest.len(), |end| end + 4), None),
            [byte, ..] if byte.is_ascii_whitespace() || *byte == 0x0b => (1, None),
            [b'\'', ..] => (quoted_length(rest, b'\''), Some(Kind::Literal)),
            [b'x' | b'X', b'\'', ..] => (1 + quoted_length(&rest[1..], b'\''), Some(Kind::Literal)),
            [quote @ (b'"' | b'`'), ..] => (quoted_length(rest, *quote), Some(Kind::Name)),
            [b'[', ..] => (rest.iter().position(|byte| *byte == b']').map_or(rest.len(), |end| end + 1), Some(Kind::Name)),
            [byte, ..] if is_word_start(*byte) => (rest.iter().take_while(|byte| is_word_part(**byte)).count(), Some(Kind::Keyword)),
            [b'0'..=b'9', ..] | [b'.', b'0'..=b'9', ..] => (number_length(rest), Some(Kind::Literal)),
            _ => (symbol_length(rest), Some(Kind::Symbol)),
        };
        if let Some(kind) = kind {
            tokens.push(token(kind, &sql[position..position + length]));
        }
        position += length;
    }
    tokens
}

fn token(kind: Kind, written: &str) -> Token {
    match (kind, written.as_bytes()) {
        (Kind::Keyword, _) if is_keyword(written) => Token { kind, text: written.to_ascii_uppercase() },
        (Kind::Keyword, _) => Token { kind: Kind::Name, text: written.to_owned() },
        (Kind::Name, [opening, inner @ .., _]) => {
            // The quotes are ASCII, so that the inner bytes are whole characters.
            let inner = String::from_utf8_lossy(inner);
            let quote = char::from(*opening);
            let name = if quote == '[' { inner.into_owned() } else { inner.replace(&format!("{quote}{quote}"), &quote.to_string()) };
            Token { kind, text: written_name(&name) }
        }
        _ => Token { kind, text: written.to_owned() },
    }
}

/// A name, bare where it would be read back as that name.
fn written_name(name: &str) -> String {
    let bytes = name.as_bytes();
    let simple = bytes.first().is_some_and(|first| is_word_start(*first)) && bytes.iter().all(|byte| is_word_part(*byte));
    if simple && !is_keyword(name) { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

fn quoted_length(rest: &[u8], quote: u8) -> usize {
    let mut index = 1;
    while index < rest.len() {
        if rest[index] == quote {
            if rest.get(index + 1) != Some(&quote) {
                return index + 1;
            }
            index += 1;
        }
        index += 1;
    }
    rest.len()
}

fn number_length(rest: &[u8]) -> usize {
    let hexadecimal = matches!(rest, [b'0', b'x' | b'X', ..]);
    let mut length = 0;
    while length < rest.len() {
        let exponent_sign = matches!(rest[length], b'+' | b'-') && !hexadecimal && length > 0 && matches!(rest[length - 1], b'e' | b'E');
        if !(rest[length] == b'.' || is_word_part(rest[length]) || exponent_sign) {
            break;
        }
        length += 1;
    }
    length
}

fn symbol_length(rest: &[u8]) -> usize {
    let known = ["->>", "->", "||", "<<", ">>", "<=", ">=", "<>", "!=", "=="];
    known.iter().find(|symbol| rest.starts_with(symbol.as_bytes())).map_or(1, |symbol| symbol.len())
}

#[cfg(test)]
#[path = "definition_tests.rs"]
mod tests;
