//! What people type to take a run back, in whole or in part.

use clap::Args;

use super::{Database, Findings, Hooks, InPlace, OfRun, Strictness, Waiting};

/// `rollback`.
#[derive(Debug, Args)]
pub struct Rollback {
    #[command(flatten)]
    pub run: OfRun,
    #[command(flatten)]
    pub database: Database,
    /// Keep the rows that others wrote since the run
    #[arg(long)]
    pub keep_new_writes: bool,
    /// Do everything, the proof included, and roll that back
    #[arg(long)]
    pub dry_run: bool,
    /// Go on where nothing can hold off other sessions' writes (in-place)
    #[arg(long)]
    pub unfenced: bool,
    #[command(flatten)]
    pub waiting: Waiting,
    #[command(flatten)]
    pub findings: Findings,
}

/// `repair`.
#[derive(Debug, Args)]
pub struct Repair {
    #[command(flatten)]
    pub run: OfRun,
    #[command(flatten)]
    pub database: Database,
    /// The tables whose damaged cells are put back; all where none is named
    #[arg(long, value_name = "TABLE", value_delimiter = ',', num_args = 1..)]
    pub tables: Vec<String>,
    /// Show the statements, and execute none
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub strictness: Strictness,
    #[command(flatten)]
    pub in_place: InPlace,
    #[command(flatten)]
    pub hooks: Hooks,
    #[command(flatten)]
    pub waiting: Waiting,
    #[command(flatten)]
    pub findings: Findings,
}
