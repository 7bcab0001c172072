//! The fence of an in-place run: triggers that refuse the writes of every other session.
//!
//! No lock outlives a transaction, and an in-place run is many of them. So every table that the run is about gets a trigger that
//! lets only the sessions of the run write. It stands until `lower` takes it down, through the death of the tool and of the server.

use std::time::Duration;

use super::catalog::fields;
use super::dialect::PostgresDialect;
use super::reader::quoted;
use super::session::Connection;
use crate::database::Fence;
use crate::model::dialect::Dialect;
use crate::model::error::Result;

/// The trigger's name on every table.
pub(super) const TRIGGER: &str = "cutover_guard";

/// The run that a guard was raised by: the only argument of its trigger, which ends in a NUL.
const RUN_OF_TRIGGER: &str = "convert_from(substring(t.tgargs FROM 1 FOR length(t.tgargs) - 1), 'UTF8')";

/// Refuses with `object_not_in_prerequisite_state`, which no application takes for a conflict to be tried again at once.
const FUNCTION: &str = "CREATE OR REPLACE FUNCTION cutover.guard() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
  IF current_setting('cutover.run', true) IS DISTINCT FROM TG_ARGV[0] THEN
    RAISE EXCEPTION 'the table % is being migrated by the run % of cutover', TG_RELID::regclass, TG_ARGV[0]
      USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'Reading goes on. The fence falls when the run ends; `cutover status` tells how it stands.';
  END IF;
  RETURN NULL;
END
$guard$";

/// Says of the session that it belongs to the run.
///
/// # Errors
/// The server's.
pub(super) fn identify(connection: &mut Connection, run: &str) -> Result<()> {
    connection.batch(&format!("SELECT set_config('cutover.run', {}, false)", PostgresDialect.quote_literal(run)))
}

/// Puts the guard on every table of the fence that has none yet, all at once.
///
/// # Errors
/// The server's; nothing is then left behind.
pub(super) fn raise(connection: &mut Connection, run: &str, fence: &Fence) -> Result<()> {
    identify(connection, run)?;
    connection.batch("BEGIN")?;
    let outcome = install(connection, run, fence, fence.lock_timeout);
    let end = if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" };
    connection.batch_in_peace(end)?;
    outcome
}

fn install(connection: &mut Connection, run: &str, fence: &Fence, lock_timeout: Duration) -> Result<()> {
    connection.batch(&format!("SET LOCAL lock_timeout = '{}ms'", lock_timeout.as_millis().max(1)))?;
    connection.batch(FUNCTION)?;
    let literal = PostgresDialect.quote_literal(run);
    for name in guarded_tables(connection, fence)? {
        let guarded_by = connection.rows(&format!(
            "SELECT {RUN_OF_TRIGGER} IS NOT DISTINCT FROM {literal} FROM pg_class c \
             LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = '{TRIGGER}' \
             WHERE c.oid = to_regclass({}) AND c.relkind IN ('r', 'p')",
            PostgresDialect.quote_literal(&name)
        ))?;
        // A guard of another run was left by one that was killed before the journal knew it: nothing of it is under way.
        if guarded_by.first().is_some_and(|row| row.first().and_then(Option::as_deref) != Some("t")) {
            // ALWAYS: else a session with session_replication_role = replica would pass.
            connection.batch(&format!(
                "DROP TRIGGER IF EXISTS {TRIGGER} ON {name}; CREATE TRIGGER {TRIGGER} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {name} FOR EACH STATEMENT \
                 EXECUTE FUNCTION cutover.guard({literal}); ALTER TABLE {name} ENABLE ALWAYS TRIGGER {TRIGGER}"
            ))?;
        }
    }
    Ok(())
}

/// The tables of the fence, and their partitions and heirs: a statement on one of those fires no trigger of the table above it.
fn guarded_tables(connection: &mut Connection, fence: &Fence) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for table in &fence.tables {
        let name = PostgresDialect.quote_literal(&quoted(connection, table));
        let rows = connection.rows(&format!(
            "WITH RECURSIVE family (oid) AS (SELECT to_regclass({name})::oid UNION SELECT i.inhrelid FROM pg_inherits i JOIN family f ON f.oid = i.inhparent) \
             SELECT format('%I.%I', n.nspname, c.relname) FROM family f JOIN pg_class c ON c.oid = f.oid JOIN pg_namespace n ON n.oid = c.relnamespace"
        ))?;
        for row in &rows {
            let [name] = fields(row)?;
            names.push(name);
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// The run whose guards stand; `None` where none do.
///
/// # Errors
/// The server's.
pub(super) fn standing(connection: &mut Connection) -> Result<Option<String>> {
    connection.value(&format!(
        "SELECT min({RUN_OF_TRIGGER}) FROM pg_trigger t WHERE t.tgname = '{TRIGGER}' AND NOT t.tgisinternal \
         AND t.tgfoid = to_regprocedure('cutover.guard()')"
    ))
}

/// Takes every guard down, of whichever run. What was taken down is returned for people.
///
/// # Errors
/// The server's; the guards that are left stand.
pub(super) fn lower(connection: &mut Connection) -> Result<Vec<String>> {
    let guarded = connection.rows(&format!(
        "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgname = '{TRIGGER}' AND NOT t.tgisinternal AND t.tgparentid = 0 \
         AND t.tgfoid = to_regprocedure('cutover.guard()') ORDER BY 1"
    ))?;
    let mut tables = Vec::new();
    for row in &guarded {
        let [table] = fields(row)?;
        connection.batch(&format!("DROP TRIGGER {TRIGGER} ON {table}"))?;
        tables.push(table);
    }
    connection.batch("DROP FUNCTION IF EXISTS cutover.guard()")?;
    Ok(if tables.is_empty() { Vec::new() } else { vec![format!("the fence is down: {} can be written again", tables.join(", "))] })
}
