//! What a statement weighs: the locks that it takes, the tables that it rewrites, and what it writes. Seen from outside: each number
//! is the difference between two looks at the database.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A lock that a session holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HeldLock {
    /// On what: a table, or whatever else the database locks.
    pub on: String,
    /// The mode, in the database's own word.
    pub mode: String,
}

/// How a database stands between two statements. Whatever is `None`, the server does not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Tables, and what stands for the place in which their rows are stored: another one after a statement that wrote all of them anew.
    pub storage: Option<BTreeMap<String, String>>,
    /// Bytes that have been written to the log so far. Where it is the server's own, what other sessions write is in it too.
    pub log_bytes: Option<u64>,
    /// Size on disk in bytes.
    pub disk_bytes: Option<u64>,
}

/// What another session sees of a statement while it runs. Whatever is `None`, the server does not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// The locks that the statement's session holds.
    pub locks: Option<Vec<HeldLock>>,
    /// Bytes in files that are there only as long as the statement runs.
    pub temporary_bytes: Option<u64>,
}

/// What a statement was seen to weigh. Whatever is `None`, the server does not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weight {
    /// Locks that it took and that were not held before it.
    pub locks: Option<Vec<HeldLock>>,
    /// Tables whose rows are stored elsewhere since: it wrote them anew, or put another table in their place.
    pub rewritten: Option<Vec<String>>,
    /// The most bytes that were seen in temporary files while it ran.
    pub temporary_bytes: Option<u64>,
    /// Bytes of log.
    pub log_bytes: Option<u64>,
    /// Bytes by which the database has grown on disk; negative where it has shrunk.
    pub growth: Option<i64>,
}
