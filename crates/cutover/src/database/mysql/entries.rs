//! The in-place journal: entries that are committed together with what they tell of.

use super::dialect::MysqlDialect;
use super::journal::JournalTable;
use super::session::{Connection, fields, number};
use crate::database::Entry;
use crate::model::dialect::Dialect;
use crate::model::error::Result;

/// The entries of all runs.
pub(super) const ENTRIES: JournalTable = JournalTable {
    name: "cutover_entries",
    columns: &["run", "number", "entry"],
    definition: "run varchar(64) NOT NULL, number bigint unsigned NOT NULL, entry longtext NOT NULL, PRIMARY KEY (run, number)",
    what: "the in-place journal",
};

/// The entries of a run, in order.
///
/// # Errors
/// `Refused` where something else has the table's name.
pub(super) fn read(connection: &mut Connection, run: &str) -> Result<Vec<Entry>> {
    if !ENTRIES.exists(connection)? {
        return Ok(Vec::new());
    }
    let run = MysqlDialect.quote_literal(run);
    let rows = connection.rows(&format!("SELECT run, number, entry FROM {} WHERE run = {run} ORDER BY number", ENTRIES.name))?;
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
    let [run, text] = [&entry.run, &entry.text].map(|value| MysqlDialect.quote_literal(value));
    connection.batch(&format!("INSERT INTO {} (run, number, entry) VALUES ({run}, {}, {text})", ENTRIES.name, entry.number))
}
