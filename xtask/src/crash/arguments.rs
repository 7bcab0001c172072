//! What people type behind `cargo xtask test crash`.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use super::subject::Subject;

/// What `--help` prints.
pub const USAGE: &str = "\
cargo xtask test crash [--plan PLAN] [--database DATABASE] [--mode MODE] [--rounds N] [--seed N]

  --plan PLAN           everything: one of everything that a run can be killed in; or wasl-v3 [default: everything]
  --database DATABASE   mariadb, postgres or sqlite [default: mariadb]
  --mode MODE           in-place or atomic; MariaDB has only the first [default: in-place]
  --rounds N            how many runs are killed [default: 50]
  --seed N              the seed of a run that is to be repeated [default: another one each time]
";

/// Where the runs take place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// A private MariaDB server.
    MariaDb,
    /// A private PostgreSQL server.
    Postgres,
    /// A file.
    Sqlite,
}

impl fmt::Display for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::MariaDb => "mariadb",
            Self::Postgres => "postgres",
            Self::Sqlite => "sqlite",
        })
    }
}

/// How the database is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Statement by statement.
    InPlace,
    /// In one transaction.
    Atomic,
}

impl fmt::Display for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::InPlace => "in-place",
            Self::Atomic => "atomic",
        })
    }
}

/// The arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments {
    /// Which plan is run.
    pub subject: Subject,
    /// Where the runs take place.
    pub database: Database,
    /// How the database is changed.
    pub mode: Mode,
    /// How many runs are killed.
    pub rounds: u64,
    /// What decides when and how.
    pub seed: u64,
}

impl Arguments {
    /// Reads the arguments; `None` where help is wanted.
    ///
    /// # Errors
    /// Where one is unknown or has no valid value.
    pub fn parse(arguments: &[String]) -> Result<Option<Self>, String> {
        let (subject, database, mode) = (Subject::Everything, Database::MariaDb, Mode::InPlace);
        let mut parsed = Self { subject, database, mode, rounds: 50, seed: new_seed() };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} wants a value"));
            let number = |text: &String| text.parse().map_err(|_| format!("{argument} wants a number, not `{text}`"));
            match argument.as_str() {
                "--plan" => parsed.subject = named(value()?, &[Subject::Everything, Subject::Wasl])?,
                "--database" => parsed.database = named(value()?, &[Database::MariaDb, Database::Postgres, Database::Sqlite])?,
                "--mode" => parsed.mode = named(value()?, &[Mode::InPlace, Mode::Atomic])?,
                "--rounds" => parsed.rounds = number(value()?)?,
                "--seed" => parsed.seed = number(value()?)?,
                "--help" | "-h" => return Ok(None),
                other => return Err(format!("`{other}` is unknown")),
            }
        }
        if parsed.database == Database::MariaDb && parsed.mode == Mode::Atomic {
            return Err("MariaDB runs no plan in one transaction: leave --mode out".to_owned());
        }
        if parsed.database == Database::Postgres && parsed.subject == Subject::Wasl {
            return Err("wasl-v3 is for MariaDB and SQLite: name one of them behind --database".to_owned());
        }
        Ok(Some(parsed))
    }

    /// A few rounds of everything.
    pub fn few() -> Vec<Self> {
        let of = |subject, database, mode, rounds| Self { subject, database, mode, rounds, seed: new_seed() };
        let everything = Subject::Everything;
        vec![
            of(everything, Database::MariaDb, Mode::InPlace, 5),
            of(everything, Database::Postgres, Mode::InPlace, 3),
            of(everything, Database::Postgres, Mode::Atomic, 2),
            of(everything, Database::Sqlite, Mode::InPlace, 3),
            of(everything, Database::Sqlite, Mode::Atomic, 2),
            of(Subject::Wasl, Database::MariaDb, Mode::InPlace, 3),
            of(Subject::Wasl, Database::Sqlite, Mode::Atomic, 2),
        ]
    }

    /// What people type to repeat it.
    pub fn shown(&self) -> String {
        format!("--plan {} --database {} --mode {} --rounds {} --seed {}", self.subject, self.database, self.mode, self.rounds, self.seed)
    }
}

fn named<Word: fmt::Display + Copy>(text: &str, words: &[Word]) -> Result<Word, String> {
    words.iter().find(|word| word.to_string() == text).copied().ok_or_else(|| {
        let words: Vec<_> = words.iter().map(ToString::to_string).collect();
        format!("`{text}` is none of {}", words.join(", "))
    })
}

/// Short enough to be typed.
fn new_seed() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.subsec_nanos().into())
}

#[cfg(test)]
mod tests {
    use super::{Arguments, Database, Mode, Subject};

    fn parse(line: &str) -> Result<Option<Arguments>, String> {
        Arguments::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_shown_is_read_again() {
        let arguments = Arguments { subject: Subject::Wasl, database: Database::Sqlite, mode: Mode::Atomic, rounds: 7, seed: 42 };
        assert_eq!(parse(&arguments.shown()), Ok(Some(arguments)));
        assert_eq!(parse("--help"), Ok(None));
    }

    #[test]
    fn faults_are_named() {
        for (line, fault) in [
            ("--rounds many", "many"),
            ("--database oracle", "mariadb, postgres, sqlite"),
            ("--mode atomic", "leave --mode out"),
            ("--plan wasl-v3 --database postgres", "MariaDB and SQLite"),
            ("--seed", "value"),
            ("--fast", "--fast"),
        ] {
            assert!(parse(line).unwrap_err().contains(fault), "{line}");
        }
    }
}
