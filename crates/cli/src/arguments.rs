//! What people type.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use cutover::model::url::DatabaseUrl;

mod backup;
mod guard;
mod rehearse;
mod taking_back;

pub use backup::{At, Backup, BackupCommand, BackupProgram, DecryptBackup, Safety, VerifyBackup};
pub use guard::{Guard, Instant};
pub use rehearse::Rehearse;
pub use taking_back::{Method, Repair, Rollback};

/// Changes a live relational database and proves that nothing was lost.
///
/// A run takes a snapshot, applies a plan, compares every existing cell with the snapshot, and commits only where
/// nothing differs that the plan does not allow.
#[derive(Debug, Parser)]
#[command(name = "cutover", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Arguments {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
    0  done, and every table verified
    1  the verification failed, a step failed, or differences were found; what was begun is rolled back, or
       stands as the message says (in-place)
    2  could not start; nothing was touched
    3  stopped part-way: resume or roll back (in-place), or ask `cutover status` which contents stand
    4  an undo stopped part-way: a person is needed
  130  interrupted; what was begun is rolled back";

/// What every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// The directory of all runs
    #[arg(long, global = true, value_name = "DIR", default_value = ".cutover")]
    pub home: PathBuf,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Say nothing but results, notices and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On terminals, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// In which form a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a new plan for a first try, or a copy of one
    Init(Init),
    /// Tell what a plan would do, without doing it
    Explain(Explain),
    /// Take a snapshot of a database
    Snapshot(Snapshot),
    /// Compare two snapshots, runs or databases
    Diff(Diff),
    /// Take a backup that can be proven, and prove one by restoring it
    Backup(Backup),
    /// Run a plan on a copy that is restored from a backup, and tell what the database must expect
    Rehearse(Rehearse),
    /// Run a plan, and commit it only where everything is verified
    Run(Run),
    /// Run a command, such as a migration tool, between a snapshot and a verification of every old cell
    Guard(Guard),
    /// Go on with an in-place run that was stopped
    Resume(Resume),
    /// Run one step of a plan alone, verified like the whole
    Step(Step),
    /// Compare a database with the snapshot of an earlier run
    Verify(Verify),
    /// Undo a committed run, and prove that the old contents are back
    Rollback(Rollback),
    /// Put damaged cells of an in-place run back from its snapshot, and verify it again
    Repair(Repair),
    /// List the runs, how they ended and what that means
    Status(Status),
    /// Tell again how a run went
    Report(Report),
    /// Take down what runs, proofs and rollbacks have left: a fence, scratch databases, a state that was kept
    Clean(Clean),
    /// Build a realistic database and run a built-in plan on it
    Demo(Demo),
}

/// A database that must be named.
#[derive(Debug, Args)]
pub struct Database {
    /// The database: postgres://user@host/name, mysql://user@host/name, or the path of a SQLite file
    #[arg(long = "database", value_name = "URL", env = "DATABASE_URL", hide_env_values = true, value_parser = database_url)]
    pub url: DatabaseUrl,
}

/// A database that may be named.
#[derive(Debug, Args)]
pub struct OptionalDatabase {
    /// The database: postgres://user@host/name, mysql://user@host/name, or the path of a SQLite file
    #[arg(long = "database", value_name = "URL", env = "DATABASE_URL", hide_env_values = true, value_parser = database_url)]
    pub url: Option<DatabaseUrl>,
}

/// A plan and its parameters.
#[derive(Debug, Args)]
pub struct Plan {
    /// The plan's directory, or the name of a built-in plan
    #[arg(value_name = "PLAN")]
    pub plan: String,
    /// A value for one of the plan's parameters
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    pub parameters: Vec<(String, String)>,
}

/// A run of which a command is.
#[derive(Debug, Args)]
pub struct OfRun {
    /// The run: its directory, its id, or the name of its plan for the latest one
    #[arg(value_name = "RUN")]
    pub run: String,
}

/// How a result is written.
#[derive(Debug, Args)]
pub struct Output {
    /// The form of the result
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// How findings are written.
#[derive(Debug, Args)]
pub struct Findings {
    /// The form of the result
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Show the values of cells, which are masked otherwise
    #[arg(long)]
    pub reveal: bool,
}

/// How long a session waits, and what it does to those that hold it up.
#[derive(Debug, Args)]
pub struct Waiting {
    /// The longest that other sessions' writes may wait; the run then rolls back by itself, or stops part-way (in-place)
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub max_fence: Option<Duration>,
    /// How long to wait for one lock before beginning again
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = duration)]
    pub lock_timeout: Duration,
    /// How long to go on beginning again, and to wait for sessions that still read the old contents
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    pub patience: Duration,
    /// End the sessions that hold the run up, instead of waiting for them
    #[arg(long)]
    pub terminate_blockers: bool,
}

/// How much is done at once.
#[derive(Debug, Args)]
pub struct Sessions {
    /// How many sessions read side by side [default: the number of processors, at most 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: Option<u8>,
}

/// How a verdict is reached.
#[derive(Debug, Args)]
pub struct Strictness {
    /// Accept what a rule found, by the rule's name as the report spells it
    #[arg(long, value_name = "RULE")]
    pub accept: Vec<String>,
    /// Let warnings fail
    #[arg(long)]
    pub strict: bool,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    #[command(flatten)]
    pub plan: Plan,
    #[command(flatten)]
    pub database: OptionalDatabase,
    #[command(flatten)]
    pub output: Output,
}

/// `snapshot`.
#[derive(Debug, Args)]
pub struct Snapshot {
    #[command(flatten)]
    pub database: Database,
    #[command(flatten)]
    pub sessions: Sessions,
    /// The directory to write; it must not exist
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
}

/// `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// What was before: a snapshot's or run's directory, a database's URL, or the path of a SQLite file
    #[arg(value_name = "A", value_parser = database_url)]
    pub before: DatabaseUrl,
    /// What is after
    #[arg(value_name = "B", value_parser = database_url)]
    pub after: DatabaseUrl,
    #[command(flatten)]
    pub findings: Findings,
    #[command(flatten)]
    pub sessions: Sessions,
}

/// `run`.
#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    pub plan: Plan,
    #[command(flatten)]
    pub database: Database,
    /// Do everything, verification included, and roll back
    #[arg(long)]
    pub dry_run: bool,
    /// In which way the database is changed [default: atomic, and in-place where definitions commit by themselves]
    #[arg(long, value_name = "MODE")]
    pub mode: Option<Mode>,
    #[command(flatten)]
    pub safety: Safety,
    /// Refuse the run unless exactly this plan was rehearsed for this database
    #[arg(long)]
    pub require_rehearsal: bool,
    #[command(flatten)]
    pub in_place: InPlace,
    #[command(flatten)]
    pub hooks: Hooks,
    #[command(flatten)]
    pub strictness: Strictness,
    /// Execute invariants and relationships even where identical cells imply their results
    #[arg(long)]
    pub execute_all: bool,
    /// Do not rewrite tables: slower, and reads go on
    #[arg(long)]
    pub no_rewrite: bool,
    /// Write keys and invariants as CSV files, before and after
    #[arg(long, value_name = "DIR")]
    pub csv: Option<PathBuf>,
    #[command(flatten)]
    pub waiting: Waiting,
    #[command(flatten)]
    pub sessions: Sessions,
    #[command(flatten)]
    pub findings: Findings,
}

/// `step`.
#[derive(Debug, Args)]
pub struct Step {
    #[command(flatten)]
    pub run: Run,
    /// The step: its name, or the last part of it, with or without the number
    #[arg(value_name = "STEP")]
    pub step: String,
    /// Run it although it has been applied, and set the plan's parameter `force` where it has one
    #[arg(long)]
    pub force: bool,
}

/// Whether the programs that a plan names are run.
#[derive(Debug, Args)]
pub struct Hooks {
    /// Do not run the plan's hooks
    #[arg(long, conflicts_with = "hooks")]
    pub no_hooks: bool,
    /// Run the hooks of a built-in plan too
    #[arg(long)]
    pub hooks: bool,
}

/// How a run changes the database statement by statement.
#[derive(Debug, Args)]
pub struct InPlace {
    /// Go on where nothing can hold off other sessions' writes (in-place); what they write counts as a difference
    #[arg(long)]
    pub unfenced: bool,
    /// How long to rest after each range of a statement that is executed in ranges (in-place)
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration)]
    pub batch_delay: Duration,
    /// Let the next range wait while the server works on more than so many statements of others (in-place)
    #[arg(long, value_name = "N")]
    pub max_load: Option<u64>,
}

/// `resume`.
#[derive(Debug, Args)]
pub struct Resume {
    #[command(flatten)]
    pub run: OfRun,
    #[command(flatten)]
    pub database: Database,
    #[command(flatten)]
    pub strictness: Strictness,
    /// Execute invariants and relationships even where identical cells imply their results
    #[arg(long)]
    pub execute_all: bool,
    #[command(flatten)]
    pub in_place: InPlace,
    #[command(flatten)]
    pub hooks: Hooks,
    #[command(flatten)]
    pub waiting: Waiting,
    #[command(flatten)]
    pub sessions: Sessions,
    #[command(flatten)]
    pub findings: Findings,
}

/// `clean`.
#[derive(Debug, Args)]
pub struct Clean {
    /// The unfinished run that is given up
    #[arg(value_name = "RUN", requires = "abandon")]
    pub run: Option<String>,
    #[command(flatten)]
    pub database: Database,
    /// Give the run up: everything stays as its steps have left it, unverified
    #[arg(long, requires = "run")]
    pub abandon: bool,
    /// Drop the state that was kept before the rollback of this run, by restore; `all` for every one
    #[arg(long, value_name = "RUN", conflicts_with = "abandon")]
    pub kept: Option<String>,
    #[command(flatten)]
    pub waiting: Waiting,
}

/// In which way a run changes the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// One transaction, committed only where everything is verified
    Atomic,
    /// Statement by statement, each journaled; what stops on the way is resumed or rolled back
    InPlace,
}

/// `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    pub run: OfRun,
    #[command(flatten)]
    pub database: Database,
    #[command(flatten)]
    pub strictness: Strictness,
    #[command(flatten)]
    pub findings: Findings,
}

/// `status`.
#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    pub database: OptionalDatabase,
    /// The folder of a migration tool's files, for what is pending in it [default: where the tool has it]
    #[arg(long, value_name = "DIR")]
    pub migrations: Option<PathBuf>,
    #[command(flatten)]
    pub output: Output,
}

/// `report`.
#[derive(Debug, Args)]
pub struct Report {
    #[command(flatten)]
    pub run: OfRun,
    #[command(flatten)]
    pub findings: Findings,
    /// Show sums, averages, minima and maxima of numeric columns
    #[arg(long)]
    pub numbers: bool,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The plan's directory, or the name of a built-in plan
    #[arg(value_name = "PLAN", default_value = "cms-id")]
    pub plan: String,
    /// Only build the database there, which must be empty; without it, a new SQLite file is built and the plan runs on it
    #[arg(long = "database", value_name = "URL", value_parser = database_url)]
    pub url: Option<DatabaseUrl>,
    /// How large the database is: 1 is the size of the real one
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub scale: u32,
    /// Put what stops the run into it, so that it can be seen how the run helps through it
    #[arg(long)]
    pub dirty: bool,
}

/// `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The directory to write, which must not exist or be empty
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// Copy a plan, so that it can be edited: its directory, or the name of a built-in plan
    #[arg(long, value_name = "PLAN")]
    pub from: Option<String>,
}

pub(crate) fn database_url(text: &str) -> Result<DatabaseUrl, String> {
    DatabaseUrl::new(text).map_err(|error| error.to_string())
}

fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|error| format!("{error}; write it as 90s, 15m or 1h"))
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{Arguments, assignment, duration};

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn values_are_read() {
        assert_eq!(assignment("a=b=c").unwrap(), ("a".to_owned(), "b=c".to_owned()));
        assert!(assignment("a").is_err());
        assert_eq!(duration("15m").unwrap().as_secs(), 900);
        assert!(duration("15 parsecs").unwrap_err().contains("write it as"));
    }
}
