//! The lexer under the splitter: words, quotes, comments and parameters, and nothing that a grammar would have to know.

use std::ops::Range;

use super::LexicalRules;
use crate::model::statement::{SplitError, TokenKind};

/// A token and the bytes of the script that it covers. White space and comments yield none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub(super) kind: TokenKind,
    pub(super) span: Range<usize>,
}

impl Lexeme {
    /// Whether it is this word or symbol.
    pub(super) fn is(&self, script: &str, word: &str) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::Symbol) && script[self.span.clone()].eq_ignore_ascii_case(word)
    }

    /// The token's text: unquoted for identifiers, the bare name for parameters, as written for the rest.
    pub(super) fn text(&self, script: &str) -> String {
        let written = &script[self.span.clone()];
        match self.kind {
            TokenKind::Parameter => written[1..].to_owned(),
            TokenKind::Quoted | TokenKind::IdentifierParameter => unquote(written),
            _ => written.to_owned(),
        }
    }
}

fn unquote(written: &str) -> String {
    let Some(start) = written.find(['"', '`', '[']) else { return written.to_owned() };
    let inner = &written[start + 1..written.len() - 1];
    match &written[start..=start] {
        "[" => inner.to_owned(),
        quote => inner.replace(&quote.repeat(2), quote),
    }
}

/// Walks over a script once.
pub(super) struct Lexer<'a> {
    script: &'a str,
    rules: &'a LexicalRules,
    position: usize,
    /// The byte behind the token before, and its sort: decides whether a colon begins a parameter.
    previous: Option<(usize, TokenKind)>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(script: &'a str, rules: &'a LexicalRules) -> Self {
        // Editors on Windows put a byte order mark first; the databases' own clients skip it too.
        let position = if script.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { script, rules, position, previous: None }
    }

    fn rest(&self) -> &'a str {
        &self.script[self.position..]
    }

    fn byte(&self, offset: usize) -> Option<u8> {
        self.script.as_bytes().get(offset).copied()
    }

    fn skip_space_and_comments(&mut self) -> Result<(), SplitError> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(is_space);
            self.position += rest.len() - trimmed.len();
            if self.begins_line_comment(trimmed) {
                self.position += trimmed.find(['\n', '\r']).unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                if self.rules.hash_comments && (trimmed.starts_with("/*!") || trimmed.starts_with("/*M!")) {
                    return Err(executable_comment(self.position));
                }
                self.position = self.end_of_block_comment(self.position)?;
            } else {
                return Ok(());
            }
        }
    }

    fn begins_line_comment(&self, text: &str) -> bool {
        if !self.rules.hash_comments {
            return text.starts_with("--");
        }
        // `5--1` is six: two dashes are a comment only before white space or a control character.
        let dashes =
            text.strip_prefix("--").is_some_and(|rest| rest.chars().next().is_none_or(|next| next == ' ' || next.is_ascii_control()));
        // A line of a plan's header is a comment in every dialect; behind something else, `--!` would be three operators here.
        let begins_line = || {
            let before = &self.script[..self.script.len() - text.len()];
            before.rsplit('\n').next().is_none_or(|line| line.trim().is_empty())
        };
        dashes || text.starts_with('#') || (text.starts_with("--!") && begins_line())
    }

    fn end_of_block_comment(&self, start: usize) -> Result<usize, SplitError> {
        let bytes = self.script.as_bytes();
        let (mut position, mut depth) = (start + 2, 1_usize);
        while position < bytes.len() {
            if bytes[position..].starts_with(b"*/") {
                position += 2;
                depth -= 1;
                if depth == 0 {
                    return Ok(position);
                }
            } else if self.rules.nested_comments && bytes[position..].starts_with(b"/*") {
                position += 2;
                depth += 1;
            } else {
                position += 1;
            }
        }
        Err(SplitError {
            message: "this comment does not end".to_owned(),
            offset: start,
            remedy: match self.rules.nested_comments {
                true => "close it with `*/`; each `/*` inside of a comment needs its own".to_owned(),
                false => "close it with `*/`".to_owned(),
            },
        })
    }

    fn token(&self) -> Result<Lexeme, SplitError> {
        let start = self.position;
        let lexeme = |kind, end| Lexeme { kind, span: start..end };
        let first = self.rest().chars().next().unwrap_or_default();
        Ok(match first {
            '\'' => lexeme(TokenKind::Literal, self.end_of_string(start, start, '\'')?),
            '"' if self.rules.double_quoted_strings => lexeme(TokenKind::Literal, self.end_of_string(start, start, '"')?),
            '"' => lexeme(TokenKind::Quoted, self.end_of_quote(start, start, '"')?),
            '`' if self.rules.backtick_identifiers => lexeme(TokenKind::Quoted, self.end_of_quote(start, start, '`')?),
            '[' if self.rules.bracket_identifiers => lexeme(TokenKind::Quoted, self.end_of_bracket(start)?),
            '$' if self.rules.dollar_quotes => self.dollar(start)?,
            ':' => self.colon(start)?,
            '0'..='9' => self.number(start),
            _ if starts_word(first) => self.word(start)?,
            _ => lexeme(TokenKind::Symbol, start + first.len_utf8()),
        })
    }

    /// The end of something in quotes which doubles its quote to hold it.
    fn end_of_quote(&self, token: usize, opening: usize, quote: char) -> Result<usize, SplitError> {
        let mut position = opening + 1;
        while let Some(found) = self.script[position..].find(quote) {
            position += found + 1;
            if self.byte(position) != Some(quote as u8) {
                return Ok(position);
            }
            position += 1;
        }
        Err(unterminated(token, quote))
    }

    /// The end of a string, by the rule of the database for backslashes.
    fn end_of_string(&self, token: usize, opening: usize, quote: char) -> Result<usize, SplitError> {
        if !self.rules.backslash_escapes {
            return self.end_of_quote(token, opening, quote);
        }
        let mut position = opening + 1;
        loop {
            match self.byte(position) {
                None => return Err(unterminated_string(token, quote)),
                Some(b'\\') => position += 2,
                Some(byte) if byte == quote as u8 && self.byte(position + 1) == Some(byte) => position += 2,
                Some(byte) if byte == quote as u8 => return Ok(position + 1),
                Some(_) => position += 1,
            }
        }
    }

    /// The end of a string in which a backslash escapes. Such a string goes on, escapes included, in a next line that
    /// begins with a quote.
    fn end_of_escaped(&self, token: usize, opening: usize) -> Result<usize, SplitError> {
        let mut position = opening + 1;
        loop {
            match self.byte(position) {
                None => return Err(unterminated(token, '\'')),
                Some(b'\\') => position += 2,
                Some(b'\'') if self.byte(position + 1) == Some(b'\'') => position += 2,
                Some(b'\'') => match self.continued(position + 1) {
                    Some(opening) => position = opening + 1,
                    None => return Ok(position + 1),
                },
                Some(_) => position += 1,
            }
        }
    }

    /// Where a string that has just been closed is opened again: behind white space with a newline in it, line comments
    /// included.
    fn continued(&self, closed: usize) -> Option<usize> {
        let (mut position, mut newline) = (closed, false);
        loop {
            let rest = self.script.get(position..)?;
            match rest.chars().next()? {
                character if is_space(character) => {
                    newline |= matches!(character, '\n' | '\r');
                    position += 1;
                }
                '-' if rest.starts_with("--") => position += rest.find(['\n', '\r'])?,
                '\'' if newline => return Some(position),
                _ => return None,
            }
        }
    }

    fn end_of_bracket(&self, start: usize) -> Result<usize, SplitError> {
        self.script[start..].find(']').map(|found| start + found + 1).ok_or_else(|| unterminated(start, ']'))
    }

    /// `$$ … $$`, `$tag$ … $tag$`, or a lone `$` (of `$1`, which belongs to function bodies).
    fn dollar(&self, start: usize) -> Result<Lexeme, SplitError> {
        let after = &self.script[start + 1..];
        let tag = after.find(|character| !continues_word(character) || character == '$').unwrap_or(after.len());
        if !after[tag..].starts_with('$') || after.starts_with(|character: char| character.is_ascii_digit()) {
            return Ok(Lexeme { kind: TokenKind::Symbol, span: start..start + 1 });
        }
        let delimiter = &self.script[start..start + tag + 2];
        let body = start + delimiter.len();
        match self.script[body..].find(delimiter) {
            Some(found) => Ok(Lexeme { kind: TokenKind::Literal, span: start..body + found + delimiter.len() }),
            None => Err(SplitError {
                message: format!("this string does not end: its closing {delimiter} is missing"),
                offset: start,
                remedy: format!("close it with {delimiter}, spelled the same"),
            }),
        }
    }

    fn colon(&self, start: usize) -> Result<Lexeme, SplitError> {
        let after = &self.script[start + 1..];
        if after.starts_with([':', '=']) {
            return Ok(Lexeme { kind: TokenKind::Symbol, span: start..start + 2 });
        }
        let name = after.find(|character| !(continues_word(character) && character != '$')).unwrap_or(after.len());
        if self.follows_operand(start) {
            // The colon of a slice.
        } else if after.starts_with('"') {
            let end = self.end_of_quote(start, start + 1, '"')?;
            return Ok(Lexeme { kind: TokenKind::IdentifierParameter, span: start..end });
        } else if after.starts_with(starts_word) {
            return Ok(Lexeme { kind: TokenKind::Parameter, span: start..start + 1 + name });
        }
        Ok(Lexeme { kind: TokenKind::Symbol, span: start..start + 1 })
    }

    /// Whether something that has a value ends directly before this byte.
    fn follows_operand(&self, start: usize) -> bool {
        match self.previous {
            Some((end, TokenKind::Symbol)) if end == start => matches!(self.byte(start.wrapping_sub(1)), Some(b')' | b']')),
            Some((end, _)) => end == start,
            None => false,
        }
    }

    fn number(&self, start: usize) -> Lexeme {
        let end = self.end_of_number(start);
        let rest = &self.script[end..];
        if self.rules.digits_begin_words && rest.starts_with(continues_word) && !self.script[start..end].contains('.') {
            let more = rest.find(|character| !continues_word(character)).unwrap_or(rest.len());
            return Lexeme { kind: TokenKind::Word, span: start..end + more };
        }
        Lexeme { kind: TokenKind::Number, span: start..end }
    }

    fn end_of_number(&self, start: usize) -> usize {
        let digits = |from: usize| {
            let rest = &self.script[from..];
            from + rest.find(|character: char| !(character.is_ascii_alphanumeric() || character == '_')).unwrap_or(rest.len())
        };
        // `1E'…'` and `1$$…$$` are a number and a string in some versions and an error in others; in all of them the
        // string's rules hold for what follows, so a number takes no letters but those of its own notation.
        let plain = |from: usize| {
            let rest = &self.script[from..];
            from + rest.find(|character: char| !(character.is_ascii_digit() || character == '_')).unwrap_or(rest.len())
        };
        if matches!(self.byte(start + 1), Some(b'x' | b'X' | b'o' | b'O' | b'b' | b'B')) && self.byte(start) == Some(b'0') {
            let end = digits(start + 2);
            if end > start + 2 {
                return end;
            }
        }
        let mut end = plain(start);
        if self.byte(end) == Some(b'.') && self.byte(end + 1) != Some(b'.') {
            end = plain(end + 1);
        }
        if matches!(self.byte(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.byte(end + 1), Some(b'+' | b'-')));
            if self.byte(end + 1 + sign).is_some_and(|byte| byte.is_ascii_digit()) {
                end = plain(end + 1 + sign);
            }
        }
        end
    }

    fn word(&self, start: usize) -> Result<Lexeme, SplitError> {
        let rest = self.rest();
        let end = start + rest.find(|character| !continues_word(character)).unwrap_or(rest.len());
        let word = &self.script[start..end];
        let literal = |end| Lexeme { kind: TokenKind::Literal, span: start..end };
        let next = self.byte(end);
        if self.rules.string_prefixes {
            if word.eq_ignore_ascii_case("u") && next == Some(b'&') {
                match self.byte(end + 1) {
                    Some(b'\'') => return Ok(literal(self.end_of_quote(start, end + 1, '\'')?)),
                    Some(b'"') => {
                        let end = self.end_of_quote(start, end + 1, '"')?;
                        return Ok(Lexeme { kind: TokenKind::Quoted, span: start..end });
                    }
                    _ => {}
                }
            }
            if word.eq_ignore_ascii_case("e") && next == Some(b'\'') {
                return Ok(literal(self.end_of_escaped(start, end)?));
            }
        }
        if next == Some(b'\'') && matches!(word.to_ascii_lowercase().as_str(), "x" | "b" | "n") {
            // A national string is a string like any other; the digits of the other two need no escapes.
            return Ok(literal(match word.eq_ignore_ascii_case("n") {
                true => self.end_of_string(start, end, '\'')?,
                false => self.end_of_quote(start, end, '\'')?,
            }));
        }
        Ok(Lexeme { kind: TokenKind::Word, span: start..end })
    }
}

impl Iterator for Lexer<'_> {
    type Item = Result<Lexeme, SplitError>;

    fn next(&mut self) -> Option<Self::Item> {
        let found = self.skip_space_and_comments().and_then(|()| match self.position < self.script.len() {
            true => self.token().map(Some),
            false => Ok(None),
        });
        match found {
            Ok(Some(lexeme)) => {
                self.position = lexeme.span.end;
                self.previous = Some((lexeme.span.end, lexeme.kind));
                Some(Ok(lexeme))
            }
            Ok(None) => None,
            Err(error) => {
                self.position = self.script.len();
                Some(Err(error))
            }
        }
    }
}

/// White space of the SQL scanners: ASCII only, because a no-break space is part of a name to them.
fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

/// Every character beyond ASCII may stand in a name, as in the databases' own scanners.
fn starts_word(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_' || !character.is_ascii()
}

fn continues_word(character: char) -> bool {
    starts_word(character) || character.is_ascii_digit() || character == '$'
}

/// What stands in `/*! … */` is a statement to some servers and a comment to others.
fn executable_comment(offset: usize) -> SplitError {
    SplitError {
        message: "what stands in this comment is executed by some servers and not by others".to_owned(),
        offset,
        remedy: "write the statement without `/*!` and `*/`, or take it out".to_owned(),
    }
}

fn unterminated_string(offset: usize, quote: char) -> SplitError {
    SplitError {
        message: format!("this string does not end: its closing {quote} is missing"),
        offset,
        remedy: format!("close it with {quote}; inside of it, write {quote} twice or a backslash before it"),
    }
}

fn unterminated(offset: usize, closing: char) -> SplitError {
    let what = if closing == '\'' { "string" } else { "quoted identifier" };
    SplitError {
        message: format!("this {what} does not end: its closing {closing} is missing"),
        offset,
        remedy: match closing {
            ']' => "close it with `]`".to_owned(),
            quote => format!("close it with {quote}; inside of it, write {quote} twice"),
        },
    }
}
