//! A report for programs.

use serde::Serialize;

use super::Report;
use crate::model::error::{Error, ErrorKind, Result};

/// The version of the form in which reports are written: raised where a field changes its meaning or goes away.
pub const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Versioned<'a, T> {
    format: u32,
    #[serde(flatten)]
    content: &'a T,
}

/// A report as JSON, indented, with its version as `format`.
///
/// # Errors
/// Where it cannot be written as JSON, which is the engine's own fault.
pub fn json(report: &Report) -> Result<String> {
    versioned(report)
}

/// Any other result as JSON, in the same frame.
///
/// # Errors
/// Where it is no JSON object, which is the caller's own fault.
pub fn versioned<T: Serialize>(content: &T) -> Result<String> {
    serde_json::to_string_pretty(&Versioned { format: FORMAT, content })
        .map_err(|source| Error::new(ErrorKind::Internal, "a result cannot be written as JSON").because(source))
}
