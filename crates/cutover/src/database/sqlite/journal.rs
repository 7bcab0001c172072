//! The journal table: one row for each run, written in the transaction that it proves.

use crate::database::RunRecord;
use crate::model::error::{Error, ErrorKind, Result};

use super::session::Handle;

/// The journal table. Never part of a comparison.
pub(super) const TABLE: &str = "cutover_runs";

const COLUMNS: [&str; 6] = ["run", "plan", "plan_hash", "state", "started_at", "tool"];

/// Whether the journal table exists and is ours.
///
/// # Errors
/// `Refused` where something else has its name.
pub(super) fn exists(handle: &Handle) -> Result<bool> {
    is_ours(handle, TABLE, &COLUMNS)
}

/// Whether a table of the journal exists, with the columns that it must have.
///
/// # Errors
/// `Refused` where something else has its name.
pub(super) fn is_ours(handle: &Handle, table: &str, expected: &[&str]) -> Result<bool> {
    let kinds: Vec<String> =
        handle.rows("SELECT type FROM main.sqlite_schema WHERE name = ?1 COLLATE NOCASE", [table], |row| row.get(0))?;
    if kinds.is_empty() {
        return Ok(false);
    }
    let columns: Vec<String> = handle.rows("SELECT name FROM pragma_table_xinfo(?1, 'main')", [table], |row| row.get(0))?;
    if kinds == ["table"] && columns == expected {
        return Ok(true);
    }
    Err(Error::new(ErrorKind::Refused, format!("the database has a {} {table} that is not the journal table", kinds.join(" and ")))
        .hint(format!("rename it; the journal table has the columns {}", expected.join(", "))))
}

/// All records, oldest first; none where there is no journal table.
///
/// # Errors
/// `Refused` where something else has its name.
pub(super) fn records(handle: &Handle) -> Result<Vec<RunRecord>> {
    if !exists(handle)? {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT {} FROM main.{TABLE} ORDER BY started_at, rowid", COLUMNS.join(", "));
    handle.rows(&sql, [], |row| {
        Ok(RunRecord {
            run: row.get(0)?,
            plan: row.get(1)?,
            plan_hash: row.get(2)?,
            state: row.get(3)?,
            started_at: row.get(4)?,
            tool: row.get(5)?,
        })
    })
}

/// Creates the journal table where it is not there.
///
/// # Errors
/// SQLite's, or `Refused` where something else has its name.
pub(super) fn ensure(handle: &Handle) -> Result<()> {
    if exists(handle)? {
        return Ok(());
    }
    handle.run(&format!(
        "CREATE TABLE main.{TABLE} (run TEXT NOT NULL PRIMARY KEY, plan TEXT NOT NULL, plan_hash TEXT NOT NULL, state TEXT NOT NULL, \
         started_at TEXT NOT NULL, tool TEXT NOT NULL)"
    ))
}

/// Writes a run's record, in place of one that it may have.
///
/// # Errors
/// SQLite's, or `Refused` where something else has the table's name.
pub(super) fn write(handle: &Handle, record: &RunRecord) -> Result<()> {
    ensure(handle)?;
    refuse_triggers(handle)?;
    let updates: Vec<_> = COLUMNS.iter().skip(1).map(|column| format!("{column} = excluded.{column}")).collect();
    let sql = format!(
        "INSERT INTO main.{TABLE} ({}) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (run) DO UPDATE SET {}",
        COLUMNS.join(", "),
        updates.join(", ")
    );
    let values = [&record.run, &record.plan, &record.plan_hash, &record.state, &record.started_at, &record.tool];
    handle.told("write the journal row", handle.connection.execute(&sql, values)).map(|_| ())
}

/// The row is written between verdict and COMMIT, where nothing else may act: a trigger on the table would.
fn refuse_triggers(handle: &Handle) -> Result<()> {
    let sql = "SELECT name FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE \
               UNION ALL SELECT name FROM temp.sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE";
    let triggers: Vec<String> = handle.rows(sql, [TABLE], |row| row.get(0))?;
    if triggers.is_empty() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Refused, format!("the journal table {TABLE} has triggers: {}", triggers.join(", ")))
        .hint("they would act after the verification; drop them"))
}
