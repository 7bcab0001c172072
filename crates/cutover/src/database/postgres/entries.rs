//! The in-place journal: entries that are committed together with what they tell of.

use super::catalog::fields;
use super::dialect::PostgresDialect;
use super::session::{Connection, number};
use crate::database::Entry;
use crate::model::dialect::Dialect;
use crate::model::error::Result;

/// Creates the table of entries where it is not there.
///
/// # Errors
/// The server's.
pub(super) fn ensure(connection: &mut Connection) -> Result<()> {
    if exists(connection)? {
        return Ok(());
    }
    connection.batch(
        "CREATE TABLE cutover.entries (run text NOT NULL, number bigint NOT NULL, entry text NOT NULL, \
         recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (run, number))",
    )
}

fn exists(connection: &mut Connection) -> Result<bool> {
    Ok(connection.value("SELECT to_regclass('cutover.entries')")?.is_some())
}

/// The entries of a run, in order.
///
/// # Errors
/// Where the table may not be read.
pub(super) fn read(connection: &mut Connection, run: &str) -> Result<Vec<Entry>> {
    if !exists(connection)? {
        return Ok(Vec::new());
    }
    let run = PostgresDialect.quote_literal(run);
    let rows = connection.rows(&format!("SELECT run, number, entry FROM cutover.entries WHERE run = {run} ORDER BY number"))?;
    rows.iter()
        .map(|row| {
            let [run, position, text] = fields(row)?;
            Ok(Entry { run, number: number(Some(&position))?, text })
        })
        .collect()
}

/// Writes an entry in the open transaction.
///
/// # Errors
/// The server's: that of a number that is taken, too, because another process then works on the run.
pub(super) fn write(connection: &mut Connection, entry: &Entry) -> Result<()> {
    let [run, text] = [&entry.run, &entry.text].map(|value| PostgresDialect.quote_literal(value));
    connection.batch(&format!("INSERT INTO cutover.entries (run, number, entry) VALUES ({run}, {}, {text})", entry.number))
}

/// Whether an entry is there, exactly as given.
///
/// # Errors
/// The server's.
pub(super) fn is_there(connection: &mut Connection, entry: &Entry) -> Result<bool> {
    Ok(read(connection, &entry.run)?.contains(entry))
}
