//! What a statement weighs, as far as SQLite tells.

use std::collections::BTreeMap;

use super::session::Handle;
use crate::model::error::Result;
use crate::model::footprint::{Footprint, HeldLock};

/// The one lock that a transaction that writes holds.
///
/// # Errors
/// None.
#[allow(clippy::unnecessary_wraps, reason = "databases with servers ask them")]
pub(super) fn held_locks(handle: &Handle) -> Result<Option<Vec<HeldLock>>> {
    if !handle.in_transaction() {
        return Ok(Some(Vec::new()));
    }
    // Others read on beside it until COMMIT, which alone takes the file for itself.
    Ok(Some(vec![HeldLock { on: "the whole file".to_owned(), mode: "RESERVED".to_owned() }]))
}

/// The page at which each table begins, and the size of the file as the transaction sees it. A log has SQLite only in one of its modes, and
/// does not tell how much went into it.
///
/// # Errors
/// Where the file cannot be read.
pub(super) fn look(handle: &Handle) -> Result<Footprint> {
    let pages: Vec<(String, i64)> =
        handle.rows("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let bytes: i64 = handle.value("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", [])?;
    let storage: BTreeMap<_, _> = pages.into_iter().map(|(table, page)| (table, page.to_string())).collect();
    Ok(Footprint { storage: Some(storage), log_bytes: None, disk_bytes: u64::try_from(bytes).ok() })
}
