//! How a program of the user's own reaches the database: the file's path, and the variables of frameworks.

use std::path::Path;

use crate::database::access::{Reach, of_frameworks};

/// What a program is told.
pub(super) fn of(file: &Path) -> Reach {
    let file = file.display().to_string();
    let reach = Reach { database: file.clone(), file: Some(file), ..Reach::default() };
    Reach { variables: of_frameworks("sqlite", &reach), ..reach }
}
