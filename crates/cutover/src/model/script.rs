//! Splits a script into its statements without changing a byte of them.
//!
//! A boundary in the wrong place makes one statement of two, or runs half of one, so the lexical rules here follow the
//! databases' own scanners (PostgreSQL's `scan.l`, SQLite's `tokenize.c`) byte by byte. A general SQL tokenizer does not
//! do: sqlparser 0.63 takes the `/*` of `a </* it's */ 1` for an operator, reads a backslash in `x'\'` and in the second
//! line of `E'a'⏎'\'b'` differently from the server, and each time swallows the boundary behind it.
//!
//! **Bodies.** A semicolon does not end a statement inside the body of a SQLite trigger (`BEGIN … END`), of an
//! SQL-standard function (`BEGIN ATOMIC … END`), and inside the parentheses of a PostgreSQL rule. A body ends at an
//! `END` that follows a semicolon, which is also SQLite's own rule: the `END` of a `CASE` never does. The bodies of MySQL's
//! stored programs have blocks within blocks; see `blocks`.
//!
//! **Parameters.** `:name` and `:"name"` stand for the plan's parameters, except inside of quotes, dollar quotes and
//! comments, as part of `::` or `:=`, and where the colon directly follows a word, a number, a quote, `)` or `]`:
//! `a[1:2]` and `a[low:high]` are slices of an array. `ARRAY[:a, :b]` holds two parameters.

use std::collections::BTreeSet;

use super::statement::{ScriptStatement, ScriptToken, SplitError, TokenKind};

mod blocks;
mod lexer;

use blocks::Blocks;
use lexer::{Lexeme, Lexer};

/// What is special in one database's scripts. The rest, such as `''` in strings, is common to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LexicalRules {
    /// Whether `/* /* */ */` is one comment.
    pub nested_comments: bool,
    /// Whether there are `$tag$ … $tag$` strings.
    pub dollar_quotes: bool,
    /// Whether letters before a quote change its meaning: `E'\''`, `U&'…'`, `U&"…"`, and a string goes on in the next line.
    pub string_prefixes: bool,
    /// Whether `[name]` is a quoted identifier.
    pub bracket_identifiers: bool,
    /// Whether `` `name` `` is a quoted identifier.
    pub backtick_identifiers: bool,
    /// Whether `"text"` is a string and not a quoted identifier.
    pub double_quoted_strings: bool,
    /// Whether a backslash escapes what follows it in every string.
    pub backslash_escapes: bool,
    /// Whether `#` begins a comment, and `--` only where white space follows.
    pub hash_comments: bool,
    /// Whether a word may begin with digits: `2fa_codes`.
    pub digits_begin_words: bool,
    /// Whether a trigger has a body of statements between `BEGIN` and `END`.
    pub trigger_bodies: bool,
    /// Whether stored programs have bodies of blocks within blocks.
    pub compound_bodies: bool,
    /// The character that begins a command of the database's own client, wherever it stands outside of quotes.
    pub client_command: Option<char>,
    /// Whether such a command can only stand at the beginning of a statement.
    pub client_command_leads: bool,
}

/// Splits a script by a database's rules. Empty statements are left out.
///
/// # Errors
/// Where a string, a quoted identifier, a comment or a body does not end, with the place where it begins, and where a
/// command of the database's own client stands, which no server understands.
pub fn split(script: &str, rules: &LexicalRules) -> Result<Vec<ScriptStatement>, SplitError> {
    let mut statements = Vec::new();
    let mut statement = Collector::default();
    for lexeme in Lexer::new(script, rules) {
        let lexeme = lexeme?;
        if let Some(error) = client_command(&lexeme, &statement, script, rules).or_else(|| delimiter(&lexeme, &statement, script, rules)) {
            return Err(error);
        }
        if lexeme.is(script, ";") && statement.is_outside_of_bodies() {
            statements.extend(std::mem::take(&mut statement).finish(script)?);
        } else {
            statement.push(lexeme, script, rules);
        }
    }
    if let Some(error) = statement.unfinished() {
        return Err(error);
    }
    statements.extend(statement.finish(script)?);
    Ok(statements)
}

fn client_command(lexeme: &Lexeme, statement: &Collector, script: &str, rules: &LexicalRules) -> Option<SplitError> {
    let mark = rules.client_command?;
    let text = &script[lexeme.span.clone()];
    let found = text.starts_with(mark) && lexeme.kind == TokenKind::Symbol && (!rules.client_command_leads || statement.is_empty());
    found.then(|| {
        let line: String = script[lexeme.span.start..].lines().next().unwrap_or_default().chars().take(40).collect();
        let command = line.split_whitespace().next().unwrap_or(text).trim_end_matches(';').to_owned();
        SplitError {
            message: format!("`{command}` is a command of the database's own command line client; the server does not know it"),
            offset: lexeme.span.start,
            remedy: "write SQL statements only: master data as INSERT, and what is to be exported under [export] in plan.toml".to_owned(),
        }
    })
}

/// `DELIMITER` is what the mysql client needs in order to find the end of a body; here it is found without.
fn delimiter(lexeme: &Lexeme, statement: &Collector, script: &str, rules: &LexicalRules) -> Option<SplitError> {
    (rules.compound_bodies && statement.is_empty() && lexeme.is(script, "DELIMITER")).then(|| SplitError {
        message: "DELIMITER is a command of the database's own command line client; the server does not know it".to_owned(),
        offset: lexeme.span.start,
        remedy: "take the DELIMITER lines out and end the body with `END;`: semicolons within BEGIN … END do not end the statement"
            .to_owned(),
    })
}

/// The statement that is being read.
#[derive(Debug, Default)]
struct Collector {
    lexemes: Vec<Lexeme>,
    body: Body,
    blocks: Blocks,
}

/// Whether a semicolon belongs to the statement.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Body {
    /// There is no body, or it has ended.
    #[default]
    None,
    /// A body of statements which began at this byte and ends with `; END`.
    Statements(usize),
    /// Parentheses of a rule, the outermost of which began at this byte, and how many are open.
    Parentheses(usize, usize),
}

impl Collector {
    fn is_empty(&self) -> bool {
        self.lexemes.is_empty()
    }

    fn is_outside_of_bodies(&self) -> bool {
        self.body == Body::None && !self.blocks.are_open()
    }

    fn push(&mut self, lexeme: Lexeme, script: &str, rules: &LexicalRules) {
        if rules.compound_bodies && (self.blocks.are_open() || blocks::may_begin(&self.lexemes, script)) {
            self.blocks.read(&lexeme, self.lexemes.last(), script);
        }
        self.lexemes.push(lexeme);
        self.body = self.body_after_last(script, rules);
    }

    fn body_after_last(&self, script: &str, rules: &LexicalRules) -> Body {
        let [.., last] = self.lexemes.as_slice() else { return Body::None };
        let previous = self.lexemes.len().checked_sub(2).map(|index| &self.lexemes[index]);
        match self.body {
            Body::None if rules.trigger_bodies && last.is(script, "BEGIN") && self.creates(script, &["TRIGGER"]) => {
                Body::Statements(last.span.start)
            }
            Body::None if last.is(script, "ATOMIC") && self.creates(script, &["FUNCTION", "PROCEDURE"]) => match previous {
                Some(begin) if begin.is(script, "BEGIN") => Body::Statements(begin.span.start),
                _ => Body::None,
            },
            Body::None if last.is(script, "(") && self.creates(script, &["RULE"]) => Body::Parentheses(last.span.start, 1),
            Body::Statements(_) if last.is(script, "END") => match previous {
                Some(before) if before.is(script, ";") || before.is(script, "ATOMIC") => Body::None,
                _ => self.body,
            },
            Body::Parentheses(start, depth) if last.is(script, "(") => Body::Parentheses(start, depth + 1),
            Body::Parentheses(_, 1) if last.is(script, ")") => Body::None,
            Body::Parentheses(start, depth) if last.is(script, ")") => Body::Parentheses(start, depth - 1),
            body => body,
        }
    }

    /// Whether the statement creates one of these sorts of things. The words that may stand between are few.
    fn creates(&self, script: &str, sorts: &[&str]) -> bool {
        const BETWEEN: [&str; 5] = ["OR", "REPLACE", "TEMP", "TEMPORARY", "CONSTRAINT"];
        let mut words = self.lexemes.iter();
        words.next().is_some_and(|first| first.is(script, "CREATE"))
            && words
                .find(|lexeme| !BETWEEN.iter().any(|word| lexeme.is(script, word)))
                .is_some_and(|lexeme| sorts.iter().any(|sort| lexeme.is(script, sort)))
    }

    fn unfinished(&self) -> Option<SplitError> {
        let (offset, message, remedy) = match self.body {
            Body::None => {
                let start = self.blocks.outermost()?;
                (
                    start,
                    "this body of statements does not end",
                    "end it with `END;`, and every IF, LOOP, WHILE, REPEAT and CASE in it with its own END",
                )
            }
            Body::Statements(start) => {
                (start, "this body of statements does not end", "end it with `END;`, after the semicolon of its last statement")
            }
            Body::Parentheses(start, _) => (start, "this parenthesis is not closed", "close it with `)` before the semicolon of the rule"),
        };
        Some(SplitError { message: message.to_owned(), offset, remedy: remedy.to_owned() })
    }

    fn finish(self, script: &str) -> Result<Option<ScriptStatement>, SplitError> {
        let (Some(first), Some(last)) = (self.lexemes.first(), self.lexemes.last()) else { return Ok(None) };
        let offset = first.span.start;
        let text = script[offset..last.span.end].to_owned();
        let tokens = self
            .lexemes
            .into_iter()
            .map(|lexeme| ScriptToken {
                text: lexeme.text(script),
                kind: lexeme.kind,
                span: lexeme.span.start - offset..lexeme.span.end - offset,
            })
            .collect();
        let statement = ScriptStatement { text, offset, tokens };
        if statement.takes_rows_from_client() {
            return Err(SplitError {
                message: "COPY … FROM STDIN takes its rows from the database's own command line client".to_owned(),
                offset,
                remedy: "write the rows as INSERT statements".to_owned(),
            });
        }
        Ok(Some(statement))
    }
}

impl ScriptStatement {
    /// Everything that occurs as a name in the statement, keywords included: words in lower case, quoted identifiers as
    /// they are, and the words inside of dollar quotes, because a `DO` block touches what it names. Parameters are not
    /// among them: the plan knows their values.
    #[must_use]
    pub fn names(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for token in &self.tokens {
            match token.kind {
                TokenKind::Word => {
                    names.insert(token.text.to_lowercase());
                }
                TokenKind::Quoted => {
                    names.insert(token.text.clone());
                }
                TokenKind::Literal if token.text.starts_with('$') => {
                    let words = token.text.split(|character: char| !(character.is_alphanumeric() || character == '_'));
                    names.extend(words.filter(|word| !word.is_empty()).map(str::to_lowercase));
                }
                _ => {}
            }
        }
        names
    }

    /// Whether a table, column or other object may be meant by one of the statement's names. Letters' case is not
    /// looked at: better to find a table that is not meant than to overlook one that is.
    #[must_use]
    pub fn mentions(&self, name: &str) -> bool {
        let wanted = name.to_lowercase();
        self.names().iter().any(|found| found.to_lowercase() == wanted)
    }

    /// Whether the token at `index` is this word or symbol; letters' case does not matter, quoted identifiers never are.
    #[must_use]
    pub fn is_word(&self, index: usize, word: &str) -> bool {
        self.tokens
            .get(index)
            .is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::Symbol) && token.text.eq_ignore_ascii_case(word))
    }

    /// Whether these words or symbols stand one after the other somewhere in the statement.
    #[must_use]
    pub fn has_words(&self, words: &[&str]) -> bool {
        (0..self.tokens.len()).any(|start| words.iter().enumerate().all(|(index, word)| self.is_word(start + index, word)))
    }

    fn takes_rows_from_client(&self) -> bool {
        self.is_word(0, "COPY") && self.has_words(&["FROM", "STDIN"])
    }
}
