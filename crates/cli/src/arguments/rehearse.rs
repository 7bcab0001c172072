//! What people type about rehearsals.

use std::path::PathBuf;

use clap::Args;
use cutover::model::url::DatabaseUrl;

use super::backup::ByProgram;
use super::{Database, Findings, Mode, Plan, Sessions, Strictness, database_url};

/// `rehearse`.
#[derive(Debug, Args)]
pub struct Rehearse {
    #[command(flatten)]
    pub plan: Plan,
    #[command(flatten)]
    pub database: Database,
    /// An empty database that the plan is rehearsed in, and that is kept, in place of a scratch database beside
    #[arg(long, value_name = "URL", value_parser = database_url)]
    pub staging: Option<DatabaseUrl>,
    #[command(flatten)]
    pub program: ByProgram,
    /// A recent backup in place of a new one: the directory or id of one of cutover's, or a file that was made elsewhere
    #[arg(long, value_name = "BACKUP", conflicts_with = "backup_program")]
    pub backup_file: Option<PathBuf>,
    /// A copy that the database makes by itself, without a backup: on PostgreSQL while nobody else is in it, on SQLite at any time
    #[arg(long, conflicts_with_all = ["staging", "backup_file", "backup_program"])]
    pub copy: bool,
    /// In which way the database is changed [default: atomic, and in-place where definitions commit by themselves]
    #[arg(long, value_name = "MODE")]
    pub mode: Option<Mode>,
    #[command(flatten)]
    pub strictness: Strictness,
    /// Execute invariants and relationships even where identical cells imply their results
    #[arg(long)]
    pub execute_all: bool,
    /// Do not rewrite tables: slower, and reads go on
    #[arg(long)]
    pub no_rewrite: bool,
    #[command(flatten)]
    pub sessions: Sessions,
    #[command(flatten)]
    pub findings: Findings,
}
