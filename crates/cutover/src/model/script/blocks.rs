//! The blocks in the body of a stored program: `BEGIN … END` within each other, and the `CASE`s between them.
//!
//! Words are not reserved to the databases that have such bodies: a column may be called `begin` or `end`. So `BEGIN` opens a block
//! only where a statement may begin, and `END` closes one only behind a semicolon. The `END IF`, `END LOOP` and their like
//! close what opens no block here, because no semicolon needs it: all of them stand between a `BEGIN` and its `END`.

use super::lexer::Lexeme;

/// What has been opened and not yet closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opened {
    /// `BEGIN`, at this byte.
    Block(usize),
    /// `CASE`, as a statement or in an expression.
    Case,
}

/// The blocks that are open.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    open: Vec<Opened>,
    /// What the `END` directly before has closed.
    closed: Option<Opened>,
    /// Whether the body's outermost block has been closed: what follows belongs to the statement, and opens none.
    done: bool,
}

/// Sorts of things that a statement creates; those of the second list have bodies.
const WITHOUT_BODY: [&str; 10] = ["TABLE", "TEMPORARY", "VIEW", "INDEX", "DATABASE", "SCHEMA", "USER", "ROLE", "SEQUENCE", "SERVER"];
const WITH_BODY: [&str; 5] = ["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE"];

/// Whether a statement that begins with these lexemes is one that may have a body.
pub(super) fn may_begin(lexemes: &[Lexeme], script: &str) -> bool {
    let Some(first) = lexemes.first() else { return true };
    if first.is(script, "BEGIN") {
        return true;
    }
    let creates = first.is(script, "CREATE") || (first.is(script, "ALTER") && lexemes.iter().any(|lexeme| lexeme.is(script, "EVENT")));
    let is_one_of = |lexeme: &Lexeme, sorts: &[&str]| sorts.iter().any(|sort| lexeme.is(script, sort));
    creates
        && lexemes
            .iter()
            .find(|lexeme| is_one_of(lexeme, &WITHOUT_BODY) || is_one_of(lexeme, &WITH_BODY))
            .is_some_and(|lexeme| is_one_of(lexeme, &WITH_BODY))
}

impl Blocks {
    /// Whether a semicolon belongs to the body.
    pub(super) fn are_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Where the outermost open block begins.
    pub(super) fn outermost(&self) -> Option<usize> {
        self.open.iter().find_map(|opened| match opened {
            Opened::Block(start) => Some(*start),
            Opened::Case => None,
        })
    }

    /// Reads the next word or symbol of the statement.
    pub(super) fn read(&mut self, lexeme: &Lexeme, previous: Option<&Lexeme>, script: &str) {
        let closed = self.closed.take();
        let follows = |words: &[&str]| previous.is_some_and(|before| words.iter().any(|word| before.is(script, word)));
        if follows(&["."]) {
            return;
        }
        if let Some(closed) = closed
            && ["IF", "LOOP", "WHILE", "REPEAT", "FOR"].iter().any(|word| lexeme.is(script, word))
        {
            // That END belonged to the other word.
            self.open.push(closed);
            self.done = false;
            return;
        }
        if lexeme.is(script, "NOT") && follows(&["BEGIN"]) && !self.are_open() && !self.done {
            // `BEGIN NOT ATOMIC`, a body without a name. `BEGIN` alone begins a transaction.
            self.open.extend(previous.map(|begin| Opened::Block(begin.span.start)));
        } else if lexeme.is(script, "BEGIN") && previous.is_some() {
            let begins_statement = follows(&[";", "THEN", "ELSE", "DO", "LOOP", "REPEAT", ":", "BEGIN", "HANDLER"]);
            if !self.done && (self.open.is_empty() || begins_statement || self.follows_handler(previous, script)) {
                self.open.push(Opened::Block(lexeme.span.start));
            }
        } else if lexeme.is(script, "CASE") && self.are_open() && !follows(&["END"]) {
            self.open.push(Opened::Case);
        } else if lexeme.is(script, "END") {
            let closes = match self.open.last() {
                None => false,
                Some(Opened::Case) => true,
                Some(Opened::Block(_)) => follows(&[";", "BEGIN"]),
            };
            if closes {
                self.closed = self.open.pop();
                self.done = self.open.is_empty();
            }
        }
    }

    /// A handler's conditions stand before its block: `FOR NOT FOUND BEGIN`, `FOR SQLEXCEPTION BEGIN`, `FOR SQLSTATE '23000' BEGIN`.
    fn follows_handler(&self, previous: Option<&Lexeme>, script: &str) -> bool {
        const CONDITIONS: [&str; 3] = ["FOUND", "SQLEXCEPTION", "SQLWARNING"];
        previous.is_some_and(|before| {
            let text = &script[before.span.clone()];
            CONDITIONS.iter().any(|word| before.is(script, word)) || text.starts_with(|first: char| first == '\'' || first.is_ascii_digit())
        })
    }
}
