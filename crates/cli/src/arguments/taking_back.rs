//! What people type to take a run back, in whole or in part.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Database, Findings, Hooks, InPlace, OfRun, Strictness, Waiting};

/// In which way a run is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Method {
    /// By undo where every step has one, else by restore where the run has a backup of its snapshot's instant
    Auto,
    /// The steps' undo, in place
    Undo,
    /// The run's backup, restored beside, proven, and exchanged for the database
    Restore,
}

/// `rollback`.
#[derive(Debug, Args)]
pub struct Rollback {
    #[command(flatten)]
    pub run: OfRun,
    #[command(flatten)]
    pub database: Database,
    /// In which way
    #[arg(long, value_name = "METHOD", default_value = "auto")]
    pub method: Method,
    /// Keep the rows that others wrote since the run (undo)
    #[arg(long, conflicts_with = "export_new_writes")]
    pub keep_new_writes: bool,
    /// Give up what others wrote since the run: all of it (restore), or what is in tables that the run brought in (undo)
    #[arg(long)]
    pub discard_new_writes: bool,
    /// Write what others wrote since the run into CSV files in a new directory, and give it up (restore)
    #[arg(long, value_name = "DIR")]
    pub export_new_writes: Option<PathBuf>,
    /// Accept what a rule of the restored backup's proof found, by the rule's name: backup:RULE (restore)
    #[arg(long, value_name = "RULE")]
    pub accept: Vec<String>,
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
