//! What an in-place run has done, as the journal on the server tells it: each deed is committed together with what it tells of.

use serde::{Deserialize, Serialize};

use crate::database::{Commit, Entry, Reader, Writer};
use crate::model::error::{Error, ErrorKind, Result};

/// Which way the steps are being gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The steps are executed.
    Forth,
    /// They are taken back.
    Back,
}

/// One statement of a step, in its place: forth, the step's own; back, what takes that one back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Which way.
    pub way: Way,
    /// The step's name.
    pub step: String,
    /// The statement's number in the step, from 1; of an undo that takes back the whole step at once, its number in the undo.
    pub statement: u64,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum Deed {
    /// The snapshot in the run's directory is complete and sealed.
    Snapshot {
        /// What stands for the statements of all steps: whoever takes the run up must be about to execute the same ones.
        statements: String,
    },
    /// The fence was found down, or could not be raised at all: others may have written.
    FenceDown {
        /// Why.
        reason: String,
    },
    /// A statement that commits by itself is executed next; the catalog has this fingerprint.
    Started {
        /// The statement.
        #[serde(flatten)]
        subject: Subject,
        /// What the catalog looks like before.
        fingerprint: String,
    },
    /// A statement that had been begun was found not to have been done, and is not going to be.
    Void {
        /// The statement.
        #[serde(flatten)]
        subject: Subject,
    },
    /// A range of a statement is done.
    Range {
        /// The statement.
        #[serde(flatten)]
        subject: Subject,
        /// The last key of the range.
        last: String,
        /// Rows of the table in all ranges so far.
        walked: u64,
        /// Rows that the statement has touched so far.
        rows: u64,
    },
    /// A statement is done.
    Finished {
        /// The statement.
        #[serde(flatten)]
        subject: Subject,
        /// Rows that it touched.
        rows: u64,
    },
}

impl Deed {
    fn subject(&self) -> Option<&Subject> {
        match self {
            Self::Snapshot { .. } | Self::FenceDown { .. } => None,
            Self::Started { subject, .. } | Self::Void { subject } | Self::Range { subject, .. } | Self::Finished { subject, .. } => {
                Some(subject)
            }
        }
    }
}

/// How far a statement has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Not begun.
    Untouched,
    /// Begun, while the catalog had this fingerprint; whether it was done has to be found out.
    Started(String),
    /// Done up to a key.
    Range {
        /// The last key.
        last: String,
        /// Rows of the table in all ranges so far.
        walked: u64,
        /// Rows that the statement has touched so far.
        rows: u64,
    },
    /// Done, having touched so many rows.
    Finished(u64),
}

/// The deeds of one run, in order.
#[derive(Debug, Clone)]
pub struct Log {
    run: String,
    deeds: Vec<Deed>,
    /// Whether this process has raised the fence, or tried to.
    fenced: bool,
    /// Whether this process has sent a statement of a step: it may have been done although no answer came.
    sent: bool,
    /// Whether this process has found nothing that holds others off, and sees what they write.
    watching: bool,
}

impl Log {
    /// Of a run that has done nothing yet.
    #[must_use]
    pub fn new(run: &str) -> Self {
        Self { run: run.to_owned(), deeds: Vec::new(), fenced: false, sent: false, watching: false }
    }

    /// Reads the deeds of a run from the server.
    ///
    /// # Errors
    /// `Corrupt` where an entry is missing or is no deed.
    pub fn read(run: &str, reader: &mut dyn Reader) -> Result<Self> {
        let mut log = Self::new(run);
        for (position, entry) in reader.entries(run)?.into_iter().enumerate() {
            let corrupt = |what: String| Error::new(ErrorKind::Corrupt, format!("the journal of the run {run} on the server {what}"));
            if entry.number != position as u64 + 1 {
                return Err(corrupt(format!("has no entry {}", position + 1)));
            }
            let deed = serde_json::from_str(&entry.text)
                .map_err(|source| corrupt(format!("has an entry {} that this version cannot read", entry.number)).because(source))?;
            log.deeds.push(deed);
        }
        Ok(log)
    }

    /// The entry that a deed would be, written next.
    ///
    /// # Errors
    /// Never in practice: a deed is plain data.
    pub fn entry(&self, deed: &Deed) -> Result<Entry> {
        let text = serde_json::to_string(deed)
            .map_err(|source| Error::new(ErrorKind::Internal, "a deed cannot be written as JSON").because(source))?;
        Ok(Entry { run: self.run.clone(), number: self.deeds.len() as u64 + 1, text })
    }

    /// Remembers a deed that has been committed.
    pub fn remember(&mut self, deed: Deed) {
        self.deeds.push(deed);
    }

    /// Commits a deed by itself.
    ///
    /// # Errors
    /// Where it was not committed.
    pub fn append(&mut self, deed: Deed, writer: &mut dyn Writer) -> Result<()> {
        let entry = self.entry(&deed)?;
        committed(writer.unit(&mut |_| Ok(entry.clone()))?)?;
        self.remember(deed);
        Ok(())
    }

    /// What stands for the statements of the steps, where the snapshot is complete.
    #[must_use]
    pub fn statements(&self) -> Option<&str> {
        self.deeds.iter().find_map(|deed| match deed {
            Deed::Snapshot { statements } => Some(statements.as_str()),
            _ => None,
        })
    }

    /// Why the fence was down, each time that it was.
    pub fn fence_down(&self) -> impl Iterator<Item = &str> {
        self.deeds.iter().filter_map(|deed| match deed {
            Deed::FenceDown { reason } => Some(reason.as_str()),
            _ => None,
        })
    }

    /// Whether a statement of the steps has been begun, or may have been.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.sent || self.deeds.iter().any(|deed| deed.subject().is_some())
    }

    /// Remembers that the fence is about to be raised.
    pub fn raising(&mut self) {
        self.fenced = true;
    }

    /// Whether this process has raised the fence, or tried to.
    #[must_use]
    pub fn has_raised(&self) -> bool {
        self.fenced
    }

    /// Remembers whether others are only watched.
    pub fn watching(&mut self, watching: bool) {
        self.watching = watching;
    }

    /// Whether others are only watched.
    #[must_use]
    pub fn is_watching(&self) -> bool {
        self.watching
    }

    /// Remembers that a statement of a step is about to be sent.
    pub fn sending(&mut self) {
        self.sent = true;
    }

    /// The statement that was done last, wholly or up to a range.
    #[must_use]
    pub fn last_done(&self) -> Option<&Subject> {
        self.deeds.iter().rev().find_map(|deed| match deed {
            Deed::Range { subject, .. } | Deed::Finished { subject, .. } => Some(subject),
            _ => None,
        })
    }

    /// How far a statement has come: what was told of it last.
    #[must_use]
    pub fn progress(&self, subject: &Subject) -> Progress {
        let last = self.deeds.iter().rev().find_map(|deed| match deed {
            Deed::Started { subject: of, fingerprint } if of == subject => Some(Progress::Started(fingerprint.clone())),
            Deed::Void { subject: of } if of == subject => Some(Progress::Untouched),
            Deed::Range { subject: of, last, walked, rows } if of == subject => {
                Some(Progress::Range { last: last.clone(), walked: *walked, rows: *rows })
            }
            Deed::Finished { subject: of, rows } if of == subject => Some(Progress::Finished(*rows)),
            _ => None,
        });
        last.unwrap_or(Progress::Untouched)
    }
}

/// Makes sure that a transaction of the run was committed.
///
/// # Errors
/// Where it was not, or nobody knows.
pub fn committed(commit: Commit) -> Result<()> {
    match commit {
        Commit::Committed => Ok(()),
        Commit::RolledBack(reason) => Err(Error::new(ErrorKind::Conflict, format!("a transaction of the run was refused: {reason}"))),
        Commit::Unknown(reason) => Err(Error::new(
            ErrorKind::Connection,
            format!("the connection was lost during the COMMIT of a transaction of the run, and nobody could be asked: {reason}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{Deed, Log, Progress, Subject, Way};

    fn subject(way: Way, statement: u64) -> Subject {
        Subject { way, step: "1-schema/0010".to_owned(), statement }
    }

    #[test]
    fn what_was_told_last_of_a_statement_counts() {
        let mut log = Log::new("run");
        let (first, second) = (subject(Way::Forth, 1), subject(Way::Forth, 2));
        assert_eq!(log.progress(&first), Progress::Untouched);
        log.remember(Deed::Snapshot { statements: "0f".to_owned() });
        log.remember(Deed::FenceDown { reason: "a restart".to_owned() });
        assert!(log.statements() == Some("0f") && !log.has_begun());
        assert_eq!(log.fence_down().collect::<Vec<_>>(), ["a restart"]);
        log.remember(Deed::Started { subject: first.clone(), fingerprint: "f".to_owned() });
        assert_eq!(log.progress(&first), Progress::Started("f".to_owned()));
        log.remember(Deed::Finished { subject: first.clone(), rows: 3 });
        log.remember(Deed::Range { subject: second.clone(), last: "17".to_owned(), walked: 10, rows: 4 });
        assert_eq!(log.progress(&first), Progress::Finished(3));
        assert_eq!(log.progress(&second), Progress::Range { last: "17".to_owned(), walked: 10, rows: 4 });
        assert_eq!(log.progress(&subject(Way::Back, 1)), Progress::Untouched);
        assert_eq!(log.last_done(), Some(&second));
        assert!(log.has_begun());
        let mut lost = Log::new("run");
        lost.sending();
        assert!(lost.has_begun(), "an answer that was lost may have been a yes");
    }

    #[test]
    fn a_deed_is_one_line_that_reads_back() {
        let deeds = [
            Deed::Snapshot { statements: "0f".to_owned() },
            Deed::Started { subject: subject(Way::Back, 2), fingerprint: "0f".to_owned() },
            Deed::Range { subject: subject(Way::Forth, 1), last: "it's\nlast".to_owned(), walked: 2, rows: 1 },
            Deed::Finished { subject: subject(Way::Forth, 1), rows: 0 },
        ];
        let log = Log::new("run");
        for deed in deeds {
            let entry = log.entry(&deed).unwrap();
            assert!(!entry.text.contains('\n'), "{}", entry.text);
            assert_eq!(serde_json::from_str::<Deed>(&entry.text).unwrap(), deed);
            assert_eq!(entry.number, 1);
        }
    }
}
