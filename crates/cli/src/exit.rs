//! The exit codes, all in one place.

use std::process::ExitCode;

use cutover::journal::Outcome;
use cutover::model::error::{Error, ErrorKind};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, and every table verified.
    Done,
    /// The verification failed or differences were found; what was begun is rolled back.
    Different,
    /// Could not start; nothing was touched.
    NotStarted,
    /// Stopped part-way: what state the database is in must be asked.
    PartWay,
    /// An undo stopped part-way: a person is needed.
    RollbackFailed,
    /// A person stopped it.
    Interrupted,
}

impl Exit {
    /// The number that the shell sees.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Different => 1,
            Self::NotStarted => 2,
            Self::PartWay => 3,
            Self::RollbackFailed => 4,
            // 128 and the number of SIGINT, as shells have it.
            Self::Interrupted => 130,
        }
    }

    /// Of a run or an undo that started.
    pub fn of_outcome(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Committed | Outcome::DryRun | Outcome::Undone => Self::Done,
            Outcome::NotStarted => Self::NotStarted,
            Outcome::VerificationFailed | Outcome::Failed => Self::Different,
            Outcome::Unknown | Outcome::Escaped | Outcome::Stopped => Self::PartWay,
            Outcome::UndoFailed => Self::RollbackFailed,
            Outcome::Interrupted => Self::Interrupted,
        }
    }

    /// Of a comparison.
    pub fn of_comparison(passed: bool) -> Self {
        if passed { Self::Done } else { Self::Different }
    }

    /// Of a command that could not start, or that only reads.
    pub fn of_error(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Interrupted => Self::Interrupted,
            ErrorKind::Escaped => Self::PartWay,
            ErrorKind::Input
            | ErrorKind::Refused
            | ErrorKind::Connection
            | ErrorKind::Statement
            | ErrorKind::Conflict
            | ErrorKind::Hook
            | ErrorKind::File
            | ErrorKind::Corrupt
            | ErrorKind::Internal => Self::NotStarted,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, ErrorKind, Exit, Outcome};

    #[test]
    fn every_ending_has_its_code() {
        for (outcome, code) in [
            (Outcome::Committed, 0),
            (Outcome::DryRun, 0),
            (Outcome::Undone, 0),
            (Outcome::VerificationFailed, 1),
            (Outcome::Failed, 1),
            (Outcome::Unknown, 3),
            (Outcome::Escaped, 3),
            (Outcome::Stopped, 3),
            (Outcome::UndoFailed, 4),
            (Outcome::Interrupted, 130),
        ] {
            assert_eq!(Exit::of_outcome(outcome).code(), code, "{outcome:?}");
        }
        assert_eq!(Exit::of_comparison(true).code(), 0);
        assert_eq!(Exit::of_comparison(false).code(), 1);
    }

    #[test]
    fn what_could_not_start_is_2_unless_a_person_stopped_it() {
        for kind in [
            ErrorKind::Input,
            ErrorKind::Refused,
            ErrorKind::Connection,
            ErrorKind::Statement,
            ErrorKind::Conflict,
            ErrorKind::File,
            ErrorKind::Corrupt,
            ErrorKind::Internal,
        ] {
            assert_eq!(Exit::of_error(&Error::new(kind, "m")).code(), 2, "{kind:?}");
        }
        assert_eq!(Exit::of_error(&Error::new(ErrorKind::Interrupted, "Ctrl-C")).code(), 130);
    }
}
