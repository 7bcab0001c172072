//! What others do in a database: their sessions, and whether anybody has written.

use std::time::Duration;

use crate::model::error::Result;

/// Looks at other sessions, as often as it is asked to.
pub trait Watcher: Send {
    /// What is to be seen now.
    ///
    /// # Errors
    /// Where the server does not answer.
    fn look(&mut self) -> Result<Sight>;
}

/// What was to be seen at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// The sessions of others in this database, as far as the account may see them.
    pub others: Vec<Other>,
    /// A number that changes when anybody writes rows; `None` where the server does not count them for the account.
    pub writes: Option<u64>,
    /// Whether the number is that of the whole server, so that other databases move it as well.
    pub whole_server: bool,
}

/// A session that is not this program's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// What tells it from every other session, earlier ones included.
    pub id: String,
    /// Who it is, for people.
    pub description: String,
    /// For how long it has done nothing; `None` where that cannot be seen.
    pub idle: Option<Duration>,
}
