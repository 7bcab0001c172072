//! Statements of a script, and where they stand.

/// One statement of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptStatement {
    /// The statement as written, without its semicolon and without surrounding white space and comments.
    pub text: String,
    /// Where it begins: a byte offset into the script.
    pub offset: usize,
    /// Its tokens outside of white space and comments, in order.
    pub tokens: Vec<ScriptToken>,
}

/// A token of a statement: enough to recognise words, names and parameters without parsing SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptToken {
    /// What it is.
    pub kind: TokenKind,
    /// Its text; unquoted and unescaped for identifiers, as written for the rest.
    pub text: String,
    /// The bytes of the statement's text that it covers.
    pub span: std::ops::Range<usize>,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A word without quotes: a keyword or a name.
    Word,
    /// A quoted identifier.
    Quoted,
    /// A string, a dollar-quoted string, a blob literal.
    Literal,
    /// A number.
    Number,
    /// `:name`, a typed value of the plan; its text is the name.
    Parameter,
    /// `:"name"`, an identifier of the plan; its text is the name.
    IdentifierParameter,
    /// Anything else: operators, commas, parentheses.
    Symbol,
}

impl ScriptStatement {
    /// The first words in upper case, separated by spaces, up to the first token that is not a word: `CREATE UNIQUE INDEX`.
    #[must_use]
    pub fn leading_words(&self, most: usize) -> String {
        let words: Vec<_> = self
            .tokens
            .iter()
            .take_while(|token| token.kind == TokenKind::Word)
            .take(most)
            .map(|token| token.text.to_ascii_uppercase())
            .collect();
        words.join(" ")
    }
}

/// Why a script cannot be split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitError {
    /// What is wrong: an unterminated string, comment or body.
    pub message: String,
    /// Where: a byte offset into the script.
    pub offset: usize,
    /// How to mend it.
    pub remedy: String,
}
