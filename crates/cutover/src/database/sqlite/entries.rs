//! The in-place journal: entries that are committed together with what they tell of.

use crate::database::Entry;
use crate::model::error::Result;

use super::journal;
use super::session::Handle;

/// The table of entries. Never part of a comparison.
pub(super) const TABLE: &str = "cutover_entries";

const COLUMNS: [&str; 3] = ["run", "number", "entry"];

/// Whether the table of entries exists and is ours.
///
/// # Errors
/// `Refused` where something else has its name.
pub(super) fn exists(handle: &Handle) -> Result<bool> {
    journal::is_ours(handle, TABLE, &COLUMNS)
}

/// Creates the table of entries where it is not there.
///
/// # Errors
/// SQLite's, or `Refused` where something else has its name.
pub(super) fn ensure(handle: &Handle) -> Result<()> {
    if exists(handle)? {
        return Ok(());
    }
    handle.run(&format!(
        "CREATE TABLE main.{TABLE} (run TEXT NOT NULL, number INTEGER NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (run, number))"
    ))
}

/// The entries of a run, in order.
///
/// # Errors
/// `Refused` where something else has the table's name.
pub(super) fn read(handle: &Handle, run: &str) -> Result<Vec<Entry>> {
    if !exists(handle)? {
        return Ok(Vec::new());
    }
    handle.rows(&format!("SELECT run, number, entry FROM main.{TABLE} WHERE run = ?1 ORDER BY number"), [run], |row| {
        let number: i64 = row.get(1)?;
        Ok(Entry { run: row.get(0)?, number: number.unsigned_abs(), text: row.get(2)? })
    })
}

/// Writes an entry in the open transaction.
///
/// # Errors
/// SQLite's: that of a number that is taken, too, because another process then works on the run.
pub(super) fn write(handle: &Handle, entry: &Entry) -> Result<()> {
    let number = i64::try_from(entry.number).unwrap_or(i64::MAX);
    let sql = format!("INSERT INTO main.{TABLE} (run, number, entry) VALUES (?1, ?2, ?3)");
    handle.told("write an entry of the journal", handle.connection.execute(&sql, (&entry.run, number, &entry.text))).map(|_| ())
}
