//! What the journal on the server holds: the rows of runs, and in place one for each deed of a run.

use serde::{Deserialize, Serialize};

/// One entry of the in-place journal, which is on the server and only grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The run's id.
    pub run: String,
    /// Its place in the run, counted from 1 without gaps.
    pub number: u64,
    /// What happened, as the engine writes it: one line of JSON.
    pub text: String,
}

/// One run in the journal table. In atomic mode it is written in the transaction that it proves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The run's id.
    pub run: String,
    /// The plan's name.
    pub plan: String,
    /// The hash of every file of the plan and every parameter.
    pub plan_hash: String,
    /// `running` (in-place, not finished), `applied`, `undone` or `abandoned`; a record of the same run replaces the one before.
    pub state: String,
    /// When the run started, RFC 3339, UTC.
    pub started_at: String,
    /// The version of the tool.
    pub tool: String,
}

/// What became of a COMMIT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Commit {
    /// It is done, proven by its answer or by the journal row.
    Committed,
    /// It was refused, or the connection ended before it: the old contents stand. Why.
    RolledBack(String),
    /// The connection ended and no new one could be had to find out. Why.
    Unknown(String),
}
