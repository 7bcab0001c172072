//! What people type behind `cargo xtask bench`.

/// What `--help` prints.
pub const USAGE: &str = "\
cargo xtask bench [--turns N] [--only SUBJECT,…] [--quick] [--write]

  --turns N          turns that count, an odd number; one more comes first and does not [default: 3]
  --only SUBJECT,…   of scans, run, growth, memory, sqlite, mariadb, wasl, safety and reladiff, only these
  --quick            without the PostgreSQL database of ten times the size
  --write            put the tables into docs/performance.md

CUTOVER                     a program to measure instead of building target/release/cutover
CUTOVER_TEST_POSTGRES_BIN   the directory of the PostgreSQL programs to use
CUTOVER_TEST_MYSQL_BIN      the directories of the MariaDB programs to use, written as in PATH
TMPDIR                      where the server keeps its files: on a disk, or durability costs nothing
";

/// A group of measurements, with its own table on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Reading tables.
    Scans,
    /// The whole migration against the runbook.
    Run,
    /// Ten times the rows.
    Growth,
    /// Peak memory.
    Memory,
    /// SQLite.
    Sqlite,
    /// MariaDB.
    MariaDb,
    /// The whole migration of wasl-v3 against the guide.
    Wasl,
    /// Backup, proof, rehearsal and rollback.
    Safety,
    /// Comparing two databases.
    Reladiff,
}

impl Subject {
    const ALL: [Self; 9] =
        [Self::Scans, Self::Run, Self::Growth, Self::Memory, Self::Sqlite, Self::MariaDb, Self::Wasl, Self::Safety, Self::Reladiff];

    /// Its word: in arguments, and in the markers on the page.
    pub fn word(self) -> &'static str {
        match self {
            Self::Scans => "scans",
            Self::Run => "run",
            Self::Growth => "growth",
            Self::Memory => "memory",
            Self::Sqlite => "sqlite",
            Self::MariaDb => "mariadb",
            Self::Wasl => "wasl",
            Self::Safety => "safety",
            Self::Reladiff => "reladiff",
        }
    }

    /// What people read above its table.
    pub fn title(self) -> &'static str {
        match self {
            Self::Scans => "Scans (PostgreSQL)",
            Self::Run => "The whole cms_id migration (PostgreSQL)",
            Self::Growth => "Ten times the rows",
            Self::Memory => "Peak memory",
            Self::Sqlite => "SQLite",
            Self::MariaDb => "MariaDB",
            Self::Wasl => "The whole wasl-v3 migration (MariaDB)",
            Self::Safety => "Backup, proof, rehearsal and rollback",
            Self::Reladiff => "Comparing two databases (PostgreSQL)",
        }
    }

    /// Whether the example that scans is measured.
    pub fn scans(self) -> bool {
        matches!(self, Self::Scans | Self::Sqlite | Self::MariaDb)
    }

    fn of_word(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|subject| subject.word() == word)
            .ok_or_else(|| format!("nothing that can be measured is called `{word}`"))
    }
}

/// The arguments.
#[derive(Debug, PartialEq, Eq)]
pub struct Arguments {
    /// How many turns count; odd.
    pub turns: u32,
    /// What is measured, in the page's order.
    pub subjects: Vec<Subject>,
    /// Whether the largest database is left out.
    pub quick: bool,
    /// Whether the page is written.
    pub write: bool,
}

impl Arguments {
    /// Reads the arguments; `None` where help is wanted.
    ///
    /// # Errors
    /// Where one is unknown or has no valid value.
    pub fn parse(arguments: &[String]) -> Result<Option<Self>, String> {
        let mut parsed = Self { turns: 3, subjects: Subject::ALL.to_vec(), quick: false, write: false };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} wants a value"));
            match argument.as_str() {
                "--turns" => parsed.turns = odd(value()?)?,
                "--only" => {
                    let wanted = value()?.split(',').map(Subject::of_word).collect::<Result<Vec<_>, _>>()?;
                    parsed.subjects.retain(|subject| wanted.contains(subject));
                }
                "--quick" => parsed.quick = true,
                "--write" => parsed.write = true,
                "--help" | "-h" => return Ok(None),
                other => return Err(format!("`{other}` is unknown")),
            }
        }
        Ok(Some(parsed))
    }
}

/// A number of turns: an even one has no middle.
fn odd(text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|turns| turns % 2 == 1).ok_or_else(|| format!("--turns wants an odd number, not `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::{Arguments, Subject};

    fn parse(line: &str) -> Result<Option<Arguments>, String> {
        Arguments::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn everything_is_measured_unless_subjects_are_named() {
        let all = parse("").unwrap().unwrap();
        assert_eq!((all.turns, all.subjects.len(), all.quick, all.write), (3, 9, false, false));
        let some = parse("--only sqlite,scans --turns 5 --quick --write").unwrap().unwrap();
        assert_eq!(some, Arguments { turns: 5, subjects: vec![Subject::Scans, Subject::Sqlite], quick: true, write: true });
        assert_eq!(parse("--help"), Ok(None));
    }

    #[test]
    fn faults_are_named() {
        for (line, fault) in [("--turns 2", "odd"), ("--turns", "value"), ("--only speed", "speed"), ("--fast", "--fast")] {
            assert!(parse(line).unwrap_err().contains(fault), "{line}");
        }
    }
}
