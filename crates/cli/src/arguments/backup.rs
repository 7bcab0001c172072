//! What people type about backups.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use cutover::model::url::DatabaseUrl;

use super::{Findings, OptionalDatabase, Sessions, database_url};

/// `backup`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Backup {
    #[command(subcommand)]
    pub command: Option<BackupCommand>,
    #[command(flatten)]
    pub database: OptionalDatabase,
    /// The directory to write, which must not exist [default: a new one below the directory of all runs]
    #[arg(value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Keep only the N latest backups of this database; those of runs are always kept
    #[arg(long, value_name = "N", conflicts_with = "directory", value_parser = clap::value_parser!(u16).range(1..))]
    pub keep: Option<u16>,
    /// Restore the backup at once, and compare every cell and object with the snapshot of its instant
    #[arg(long)]
    pub prove: bool,
    /// An empty database that the backup is restored into, in place of a scratch database beside
    #[arg(long, value_name = "URL", requires = "prove", value_parser = database_url)]
    pub staging: Option<DatabaseUrl>,
    /// Encrypt the backup, snapshot and all, for the holder of this key (age1…, or a public key of SSH), by the program `age`; proven first where it is to be proven
    #[arg(long, value_name = "KEY")]
    pub encrypt_to: Vec<String>,
    /// Encrypt it for every key in this file, one in a line
    #[arg(long, value_name = "FILE")]
    pub encrypt_to_file: Vec<PathBuf>,
    #[command(flatten)]
    pub program: ByProgram,
    #[command(flatten)]
    pub sessions: Sessions,
    #[command(flatten)]
    pub findings: Findings,
}

/// What else can be done with backups.
#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Prove a backup: restore it, and compare every cell and object with the snapshot of its instant
    Verify(VerifyBackup),
    /// Write an encrypted backup into a directory in which it can be read, restored and rehearsed with
    Decrypt(DecryptBackup),
}

/// `backup decrypt`.
#[derive(Debug, Args)]
pub struct DecryptBackup {
    /// The backup: its directory or id, or `latest`
    #[arg(value_name = "BACKUP")]
    pub backup: String,
    /// The directory to write, which must not exist
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// The file that age-keygen has written, or a private key of SSH without a passphrase
    #[arg(long, value_name = "FILE")]
    pub identity: PathBuf,
}

/// `backup verify`.
#[derive(Debug, Args)]
pub struct VerifyBackup {
    /// The backup: its directory or id, the run or plan that it belongs to, or `latest` for that of `cutover backup`
    #[arg(value_name = "BACKUP", default_value = "latest")]
    pub backup: String,
    #[command(flatten)]
    pub database: OptionalDatabase,
    /// An empty database that the backup is restored into, in place of a scratch database beside the one of --database
    #[arg(long, value_name = "URL", value_parser = database_url)]
    pub staging: Option<DatabaseUrl>,
    /// For an encrypted backup: the file that age-keygen has written, or a private key of SSH without a passphrase
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// Accept what a rule found, by the rule's name as the report spells it
    #[arg(long, value_name = "RULE")]
    pub accept: Vec<String>,
    #[command(flatten)]
    pub sessions: Sessions,
    #[command(flatten)]
    pub findings: Findings,
}

/// Which backup a run takes, and whether it is proven.
#[derive(Debug, Args)]
pub struct Safety {
    /// Which backup to take
    #[arg(long, value_name = "WHEN", default_value = "none")]
    pub backup: At,
    #[command(flatten)]
    pub program: ByProgram,
    /// Use a backup that was made elsewhere: it is sealed, and recorded with the run
    #[arg(long, value_name = "FILE", conflicts_with_all = ["backup", "backup_program"])]
    pub backup_file: Option<PathBuf>,
    /// Restore the backup before the first step, compare every cell and object with the snapshot, and stop where they differ
    #[arg(long)]
    pub prove_backup: bool,
    /// An empty database that the backup is restored into, in place of a scratch database beside
    #[arg(long, value_name = "URL", requires = "prove_backup", value_parser = database_url)]
    pub staging: Option<DatabaseUrl>,
}

/// By which program a backup is taken.
#[derive(Debug, Args)]
pub struct ByProgram {
    /// Which program writes the backup
    #[arg(long, value_name = "PROGRAM", default_value = "own")]
    pub backup_program: BackupProgram,
}

/// The programs that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BackupProgram {
    /// The database's own: pg_dump, mariadb-dump or mysqldump, SQLite's backup API
    Own,
    /// The rows by mydumper, several tables side by side (MySQL, MariaDB), the definitions by the database's own
    Mydumper,
}

/// When a backup is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum At {
    /// Not at all
    None,
    /// Before the fence: nobody waits for it, and it is of an earlier instant than the run's snapshot
    Before,
    /// Under the fence, beside the snapshot and of the same instant
    Fence,
}
