//! What people type about guards.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use cutover::model::url::DatabaseUrl;

use super::backup::ByProgram;
use super::{Database, Findings, Sessions, Strictness, database_url, duration};

/// `guard`.
#[derive(Debug, Args)]
#[command(after_help = PLACEHOLDERS)]
pub struct Guard {
    #[command(flatten)]
    pub database: Database,
    /// What the command may change of what is there, in the words of a plan's [contract]; nothing without it
    #[arg(long, value_name = "FILE")]
    pub contract: Option<PathBuf>,
    /// Write the contract that the command would have needed, for a person to read and accept
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "contract.toml", require_equals = true)]
    pub suggest_contract: Option<PathBuf>,
    /// Which backup to take before the command
    #[arg(long, value_name = "WHEN", default_value = "instant")]
    pub backup: Instant,
    #[command(flatten)]
    pub program: ByProgram,
    /// Run the command on a copy first, which is restored from the backup, and on the database only where it passes there
    #[arg(long)]
    pub rehearse: bool,
    /// Put the old contents back where the command or the verification fails, if nobody else is known to have written
    #[arg(long)]
    pub restore_on_failure: bool,
    /// Restore the backup before the command, compare every cell and object with the snapshot, and stop where they differ
    #[arg(long)]
    pub prove_backup: bool,
    /// An empty database that the backup is restored into (--prove-backup, --rehearse), in place of a scratch database beside
    #[arg(long, value_name = "URL", value_parser = database_url)]
    pub staging: Option<DatabaseUrl>,
    /// How long the command may take; it is then told to end (SIGTERM), and ended (SIGKILL) 10 s later
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// How long what the command has started may go on after it has returned, before that is told
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub settle: Duration,
    /// The folder of the migrations, by which they get their names [default: where the tool has it]
    #[arg(long, value_name = "DIR")]
    pub migrations: Option<PathBuf>,
    #[command(flatten)]
    pub strictness: Strictness,
    #[command(flatten)]
    pub sessions: Sessions,
    #[command(flatten)]
    pub findings: Findings,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

const PLACEHOLDERS: &str = "\
The command finds the database in its environment: DATABASE_URL as it was given here, PGHOST, PGPORT, PGUSER, PGPASSWORD,
PGDATABASE and PGSSLMODE, or MYSQL_HOST, MYSQL_TCP_PORT, MYSQL_USER, MYSQL_PWD and MYSQL_DATABASE, and DB_CONNECTION,
DB_HOST, DB_PORT, DB_DATABASE, DB_USERNAME and DB_PASSWORD. In its arguments, {url}, {host}, {port}, {user}, {database} and
{file} stand for the same; a password is never put there.";

/// When a guard's backup is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Instant {
    /// Not at all: then nothing can be put back
    None,
    /// Of the very instant that the snapshot describes
    #[value(alias = "fence")]
    Instant,
}
