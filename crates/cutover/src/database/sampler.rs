//! A look from outside at the session that executes.

use crate::model::error::Result;
use crate::model::footprint::Sample;

/// A session beside the one that executes. It sees what a statement has given back by the time that it ends.
pub trait Sampler: Send {
    /// What is to be seen now.
    ///
    /// # Errors
    /// Where the server does not answer.
    fn look(&mut self) -> Result<Sample>;
}
