//! Filling an empty database.

use std::path::Path;

use rusqlite::Connection;

use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;

use super::session::{Access, Handle};

/// Creates the file where there is none, and executes the statements in one transaction.
///
/// # Errors
/// `Refused` where the database holds something already; the failing statement's otherwise. Nothing is left then but an empty file.
pub(super) fn build(path: &Path, interrupt: &Interrupt, statements: &[String], each: &mut dyn FnMut(usize)) -> Result<()> {
    if !path.exists() {
        Connection::open(path)
            .map_err(|source| Error::new(ErrorKind::File, format!("cannot create {}", path.display())).because(source))?;
    }
    let handle = Handle::open(path, Access::Write, interrupt)?;
    let objects: i64 = handle.value("SELECT count(*) FROM sqlite_schema", [])?;
    if objects > 0 {
        return Err(Error::new(ErrorKind::Refused, format!("{} is not empty: it holds {objects} objects", path.display()))
            .hint("nothing was touched; give the path of a file that does not exist"));
    }
    // What is lost in a power cut is built again.
    handle.run("PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; BEGIN")?;
    handle.set_cache(64 * 1024)?;
    for (number, sql) in statements.iter().enumerate() {
        each(number);
        handle.run(sql)?;
    }
    handle.run("COMMIT")
}
