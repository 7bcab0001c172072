//! What a run meets where it is going to work: what is left of disk and sessions, who else works there, what the account lacks.

/// What a run meets on a database. What cannot be seen is not there, and `unseen` says why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Bytes that may still be written where the database stands; `None` where that cannot be seen.
    pub free_disk: Option<u64>,
    /// How many more sessions this account may open; `None` where nothing limits them.
    pub free_sessions: Option<u64>,
    /// What holds other sessions' writes off, in words; empty where a transaction does.
    pub fence: String,
    /// The transaction of another session that has been open for the longest time.
    pub oldest_transaction: Option<OpenTransaction>,
    /// Transactions that were prepared and have neither been committed nor rolled back.
    pub prepared: Vec<PreparedTransaction>,
    /// What keeps the server from giving up parts of its log, which a run makes longer: replication slots, replicas.
    pub log_keepers: Vec<String>,
    /// Rights without which the run cannot succeed.
    pub lacking: Vec<Lack>,
    /// What the account may not look at.
    pub unseen: Vec<String>,
}

/// A transaction that is open in another session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTransaction {
    /// Whose it is, for people: never the text of a statement.
    pub who: String,
    /// Since how many seconds.
    pub seconds: u64,
}

/// A transaction that outlives its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedTransaction {
    /// Its name and owner, for people.
    pub name: String,
    /// Whether it holds locks that the run needs, as far as the server tells.
    pub in_the_way: bool,
    /// What ends it.
    pub remedy: String,
}

/// A right that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// What the account may not do.
    pub what: String,
    /// The statement that mends it.
    pub remedy: String,
}
