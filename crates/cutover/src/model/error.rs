//! The one error type: what happened, where, why, and how to mend it.

use std::fmt;
use std::path::PathBuf;

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What sort of failure this is; decides the exit code and whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The plan or another input of the user's has faults; nothing was touched.
    Input,
    /// The run was refused before anything was touched.
    Refused,
    /// The server could not be reached, or the connection ended.
    Connection,
    /// The server refused a statement.
    Statement,
    /// A statement of a step ended the run's transaction: what the steps had done until then may stay, unverified.
    Escaped,
    /// A lock could not be had in time, a deadlock was broken, or a transaction could not be serialized: trying again may work.
    Conflict,
    /// The person, or the time limit of the fence, interrupted the work.
    Interrupted,
    /// A program did not do what it was started for: a hook of the plan, or one of the database's own.
    Hook,
    /// A file could not be read or written.
    File,
    /// A file of a run is not what was written: its seal or its format is broken.
    Corrupt,
    /// The engine itself is at fault.
    Internal,
}

/// A place in a file that a person wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, relative to the plan's directory where it belongs to a plan.
    pub file: PathBuf,
    /// Line, counted from 1; 0 where the whole file is meant.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// The line itself.
    pub excerpt: String,
}

impl Place {
    /// The whole of a file.
    #[must_use]
    pub fn file(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), line: 0, column: 0, excerpt: String::new() }
    }

    /// The place of a byte offset in a file's text.
    #[must_use]
    pub fn at(file: impl Into<PathBuf>, text: &str, offset: usize) -> Self {
        let offset = text.floor_char_boundary(offset.min(text.len()));
        let start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[offset..].find('\n').map_or(text.len(), |newline| offset + newline);
        Self {
            file: file.into(),
            line: text[..offset].matches('\n').count() + 1,
            column: text[start..offset].chars().count() + 1,
            excerpt: text[start..end].trim_end().to_owned(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.file.display())?;
        if self.line > 0 {
            write!(formatter, ":{}:{}", self.line, self.column)?;
        }
        Ok(())
    }
}

/// One thing wrong with an input; a plan's faults are reported all at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub place: Place,
    /// How to mend it.
    pub remedy: String,
}

/// Rows that stand in the way, as one check found them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exhibit {
    /// What was looked for, and how many rows there are.
    pub title: String,
    /// The names of the columns; none where the rows are not shown.
    pub columns: Vec<String>,
    /// Some of the rows.
    pub rows: Vec<Vec<String>>,
    /// How many more there are.
    pub more: u64,
    /// What to do about them.
    pub remedy: String,
}

/// A failure. Display is what happened, on one line, without its source; the source is the cause.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    place: Option<Place>,
    hints: Vec<String>,
    faults: Vec<Fault>,
    exhibits: Vec<Exhibit>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// A failure of a kind, and what happened.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let inner =
            Inner { kind, message: message.into(), place: None, hints: Vec::new(), faults: Vec::new(), exhibits: Vec::new(), source: None };
        Self(Box::new(inner))
    }

    /// All the faults of an input at once.
    #[must_use]
    pub fn faults(message: impl Into<String>, mut faults: Vec<Fault>) -> Self {
        faults.sort_by(|left, right| (&left.place, &left.message).cmp(&(&right.place, &right.message)));
        faults.dedup();
        let mut error = Self::new(ErrorKind::Input, message);
        error.0.faults = faults;
        error
    }

    /// A file that could not be read or written.
    #[must_use]
    pub fn file(action: &str, path: &std::path::Path, source: std::io::Error) -> Self {
        Self::new(ErrorKind::File, format!("cannot {action} {}", path.display())).because(source)
    }

    /// With its cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// With one more thing that mends it, or what state the database is in now.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(hint.into());
        self
    }

    /// With rows that stand in the way.
    #[must_use]
    pub fn exhibit(mut self, exhibit: Exhibit) -> Self {
        self.0.exhibits.push(exhibit);
        self
    }

    /// With the place in a file of the user's.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.0.place = Some(place);
        self
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The place in a file of the user's, where there is one.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// What mends it, and what state the database is in.
    #[must_use]
    pub fn hints(&self) -> &[String] {
        &self.0.hints
    }

    /// Rows that stand in the way, check by check.
    #[must_use]
    pub fn exhibits(&self) -> &[Exhibit] {
        &self.0.exhibits
    }

    /// The faults of an input, sorted by place.
    #[must_use]
    pub fn fault_list(&self) -> &[Fault] {
        &self.0.faults
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Error");
        debug.field("kind", &self.0.kind).field("message", &self.0.message);
        if let Some(place) = &self.0.place {
            debug.field("place", place);
        }
        debug
            .field("hints", &self.0.hints)
            .field("faults", &self.0.faults)
            .field("exhibits", &self.0.exhibits)
            .field("source", &self.0.source)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
