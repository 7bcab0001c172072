//! An SQL file of a plan, split, with its header read and its statements looked at.

use std::ops::Range;

use super::document::{Document, Section};
use super::expand::expand;
use super::header::Comments;
use super::load::Reading;
use super::{PlanStatement, batch, done_when};
use crate::model::dialect::Dialect;
use crate::model::error::Place;
use crate::model::statement::{ScriptStatement, ScriptToken, TokenKind};

/// An SQL file. Its header still has to be asked, and finished.
pub(super) struct Script<'a> {
    /// The first comment line.
    pub(super) title: Option<String>,
    /// `--! key = value`, before the first statement.
    pub(super) header: Section<'a>,
    /// The statements, one at least.
    pub(super) statements: Vec<PlanStatement>,
    /// The statements as they stand in the file, before what the plan's own names stand for was put in.
    pub(super) written: Vec<ScriptStatement>,
    /// For each statement, the bare words behind `--!` directly before it.
    pub(super) marks: Vec<Vec<(String, Place)>>,
}

/// Reads an SQL file for one database. `None` where it cannot be read at all; the faults say why.
pub(super) fn read<'a>(reading: &mut Reading<'a>, path: &'a str, dialect: &dyn Dialect) -> Option<Script<'a>> {
    let text = text(reading, path)?;
    let place_of = |offset: usize| Place::at(path, text, offset);
    let statements = match dialect.split(text) {
        Ok(statements) if statements.is_empty() => {
            reading.faults.add(Place::file(path), "the file holds no statement", "write one, or delete the file");
            return None;
        }
        Ok(statements) => statements,
        Err(error) => {
            reading.faults.add(place_of(error.offset), error.message, error.remedy);
            return None;
        }
    };
    let comments = Comments::read(text, &statements);
    for offset in comments.misplaced {
        reading.faults.add(
            place_of(offset),
            "`--!` in the middle of a statement means nothing",
            "put the line before the statement, behind the semicolon of the one before",
        );
    }
    let (mut header, marks) = divide(reading, path, text, &comments.marks, statements.len());
    let batch = batch::read(reading, &mut header);
    let written = statements.clone();
    let statements: Vec<_> = statements.into_iter().map(|statement| expand(reading, statement, dialect, &place_of)).collect();
    for statement in &written {
        let defined = |name: &str| reading.definitions.knows(name);
        reading.parameters.check(statement, batch.is_some(), &defined, &place_of, &mut reading.faults);
    }
    for statement in &statements {
        if let Some(refusal) = dialect.refuse(statement) {
            reading.faults.add(place_of(statement.offset), refusal.message, refusal.remedy);
        }
    }
    let done_when = done_when::read(reading, path, text, &comments.marks, dialect);
    let statements = statements.into_iter().zip(done_when.into_iter().chain(std::iter::repeat_with(|| None)));
    let mut statements: Vec<_> = statements
        .map(|(statement, done_when)| PlanStatement { place: place_of(statement.offset), statement, done_when, batch: None })
        .collect();
    batch::assign(reading, batch, &mut statements);
    Some(Script { title: comments.title, header, statements, written, marks })
}

/// A file's text.
pub(super) fn text<'a>(reading: &mut Reading<'a>, path: &str) -> Option<&'a str> {
    let contents: &'a [u8] = reading.files.files.get(path)?;
    match std::str::from_utf8(contents) {
        Ok(text) => Some(text),
        Err(error) => {
            let valid = String::from_utf8_lossy(&contents[..error.valid_up_to()]);
            reading.faults.add(Place::at(path, &valid, valid.len()), "the file is not UTF-8 from here on", "save it as UTF-8");
            None
        }
    }
}

/// Header lines and marks: a bare word is a mark on the statement that follows, `key = value` belongs to the header.
fn divide<'a>(
    reading: &mut Reading<'a>,
    path: &'a str,
    text: &'a str,
    lines: &[Vec<Range<usize>>],
    statements: usize,
) -> (Section<'a>, Vec<Vec<(String, Place)>>) {
    let mut header = Vec::new();
    let mut marks = Vec::new();
    for (index, gap) in lines.iter().enumerate() {
        let lines = gap.iter().filter(|line| !done_when::is_one(&text[(*line).clone()])).cloned();
        let (words, pairs): (Vec<_>, Vec<_>) = lines.partition(|line| !text[line.clone()].contains('='));
        let place = |line: &Range<usize>| {
            let blanks = text[line.clone()].len() - text[line.clone()].trim_start().len();
            Place::at(path, text, line.start + blanks)
        };
        if index == 0 {
            header = pairs;
        } else {
            for line in &pairs {
                reading.faults.add(
                    place(line),
                    "a header stands before the first statement",
                    "move the line to the top of the file, under its title",
                );
            }
        }
        let words: Vec<_> = words.iter().map(|line| (text[line.clone()].trim().to_owned(), place(line))).collect();
        if index < statements {
            marks.push(words);
        } else {
            for (word, place) in words {
                reading.faults.add(
                    place,
                    format!("no statement follows `--! {word}`"),
                    "put it directly before the statement that is meant",
                );
            }
        }
    }
    (Document::parse_lines(path, text, &header, &mut reading.faults), marks)
}

impl Script<'_> {
    /// Reports what says how a statement is executed and resumed, in a file that only asks.
    pub(super) fn refuse_step_keys(&self, reading: &mut Reading<'_>) {
        for statement in &self.statements {
            if let Some(batch) = &statement.batch {
                reading.faults.add(batch.place.clone(), "`batch` belongs to steps", "take it out: this file is executed as a whole");
            }
            if let Some(query) = &statement.done_when {
                reading.faults.add(query.place.clone(), "`done_when` belongs to steps", "take it out: this file is never resumed");
            }
        }
    }

    /// Reports what was not asked for: keys of the header, and marks.
    pub(super) fn finish(self, reading: &mut Reading<'_>) -> (Option<String>, Vec<PlanStatement>) {
        self.header.finish(&mut reading.faults);
        for (word, place) in self.marks.into_iter().flatten() {
            let message = format!("`--! {word}` means nothing in this file");
            reading.faults.add(place, message, "take it out; keys are written `--! key = value`, and `--! refused` belongs to probes");
        }
        (self.title, self.statements)
    }
}

/// Whether a statement only reads: a query without a data-modifying part and without INTO.
pub(super) fn only_reads(statement: &ScriptStatement) -> bool {
    let first = statement.tokens.iter().find(|token| token.text != "(");
    let begins = first.is_some_and(|token| is_one_of(token, &["SELECT", "WITH", "VALUES", "TABLE"]));
    let writes = statement.tokens.windows(2).any(|pair| {
        // A common table expression that writes stands behind its parenthesis, the main statement of a WITH behind one.
        matches!(pair[0].text.as_str(), "(" | ")")
            && pair[0].kind == TokenKind::Symbol
            && is_one_of(&pair[1], &["INSERT", "UPDATE", "DELETE", "MERGE"])
    });
    begins && !writes && !statement.tokens.iter().any(|token| is_one_of(token, &["INTO"]))
}

pub(super) fn is_one_of(token: &ScriptToken, words: &[&str]) -> bool {
    token.kind == TokenKind::Word && words.iter().any(|word| token.text.eq_ignore_ascii_case(word))
}

/// Warns of functions whose result would be another one in a rehearsal, or after a resume.
pub(super) fn warn_of_chance(reading: &mut Reading<'_>, statement: &ScriptStatement, place_of: &dyn Fn(usize) -> Place) {
    const BARE: [&str; 5] = ["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "LOCALTIME", "LOCALTIMESTAMP"];
    const CALLED: [&str; 16] = [
        "now",
        "clock_timestamp",
        "statement_timestamp",
        "transaction_timestamp",
        "timeofday",
        "sysdate",
        "random",
        "randomblob",
        "rand",
        "random_normal",
        "gen_random_uuid",
        "gen_random_bytes",
        "uuid_generate_v1",
        "uuid_generate_v4",
        "uuidv7",
        "nanoid",
    ];
    // What a definition says is not evaluated by the step.
    let words = statement.leading_words(4);
    let defines =
        ["FUNCTION", "PROCEDURE", "TRIGGER", "VIEW", "RULE", "POLICY"].iter().any(|sort| words.split(' ').any(|word| word == *sort));
    if defines {
        return;
    }
    let creates_table = words.starts_with("CREATE") && words.split(' ').any(|word| word == "TABLE");
    let tokens = &statement.tokens;
    for (index, token) in tokens.iter().enumerate() {
        let called = tokens.get(index + 1).is_some_and(|next| next.text == "(");
        let of_clock = called
            && is_one_of(token, &["date", "time", "datetime", "julianday", "unixepoch", "strftime"])
            && tokens[index + 2..].iter().take(3).any(|argument| argument.text.eq_ignore_ascii_case("'now'"));
        let by_chance = is_one_of(token, &BARE) || (called && is_one_of(token, &CALLED)) || of_clock;
        let before = tokens[..index].iter().rev().find(|token| token.text != "(");
        let column_default = creates_table && before.is_some_and(|token| is_one_of(token, &["DEFAULT"]));
        if by_chance && !column_default {
            reading.faults.warn(
                place_of(statement.offset + token.span.start),
                format!("`{}` gives another value in each run, so a rehearsal does not prove this one", token.text),
                "use :run_started_at or :run_date for the time, and values from the rows themselves for the rest",
            );
        }
    }
}
