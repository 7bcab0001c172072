//! What a run meets on the server.

use super::catalog::fields;
use super::dialect::PostgresDialect;
use super::reader::quoted;
use super::session::{Connection, number};
use crate::database::{Fence, Mode};
use crate::model::conditions::{Conditions, Lack, OpenTransaction, PreparedTransaction};
use crate::model::dialect::Dialect;
use crate::model::error::Result;
use crate::model::size;
use crate::model::table::TableName;

/// Looks at everything. The disk of a server cannot be seen.
///
/// # Errors
/// Where the server does not answer.
pub(super) fn look(connection: &mut Connection, fence: &Fence) -> Result<Conditions> {
    let mut conditions = Conditions {
        free_sessions: free_sessions(connection)?,
        fence: match fence.mode {
            Mode::Atomic => String::new(),
            Mode::InPlace => "a trigger on every table that the steps name, and on their foreign-key partners".to_owned(),
        },
        oldest_transaction: oldest_transaction(connection)?,
        prepared: prepared(connection, fence)?,
        log_keepers: log_keepers(connection)?,
        lacking: lacking(connection, fence)?,
        ..Conditions::default()
    };
    // Of other accounts' sessions the server shows little more than that they are there.
    let hidden =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND state IS NULL";
    if connection.value(hidden)?.as_deref() != Some("0") {
        let account = connection.value("SELECT quote_ident(current_user)")?.unwrap_or_default();
        conditions.unseen.push(format!("the transactions of other accounts: GRANT pg_read_all_stats TO {account};"));
    }
    Ok(conditions)
}

/// What the server, the database and the account leave.
fn free_sessions(connection: &mut Connection) -> Result<Option<u64>> {
    let left = connection.value(
        "SELECT greatest(0, least(\
         current_setting('max_connections')::bigint - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') \
         - CASE WHEN r.rolsuper THEN 0 ELSE current_setting('superuser_reserved_connections')::bigint \
         + coalesce(current_setting('reserved_connections', true), '0')::bigint END, \
         CASE WHEN d.datconnlimit < 0 OR r.rolsuper THEN NULL ELSE d.datconnlimit \
         - (SELECT count(*) FROM pg_stat_activity WHERE datname = d.datname) END, \
         CASE WHEN r.rolconnlimit < 0 OR r.rolsuper THEN NULL ELSE r.rolconnlimit \
         - (SELECT count(*) FROM pg_stat_activity WHERE usename = r.rolname) END)) \
         FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = session_user",
    )?;
    left.map(|left| number(Some(&left))).transpose()
}

fn oldest_transaction(connection: &mut Connection) -> Result<Option<OpenTransaction>> {
    let rows = connection.rows(
        "SELECT format('process %s, %s, %s from %s', pid, usename, coalesce(nullif(application_name, ''), 'no application name'), \
         coalesce(client_addr::text, 'this machine')), extract(epoch FROM clock_timestamp() - xact_start)::bigint FROM pg_stat_activity \
         WHERE pid <> pg_backend_pid() AND datname = current_database() AND backend_type = 'client backend' AND xact_start IS NOT NULL \
         AND application_name NOT LIKE 'cutover%' ORDER BY xact_start, pid LIMIT 1",
    )?;
    let Some(row) = rows.first() else { return Ok(None) };
    let [who, seconds] = fields(row)?;
    Ok(Some(OpenTransaction { who, seconds: number(Some(&seconds))? }))
}

/// A prepared transaction keeps its locks, and its snapshot in the way of a rewritten table, until somebody ends it.
fn prepared(connection: &mut Connection, fence: &Fence) -> Result<Vec<PreparedTransaction>> {
    let of = |connection: &Connection, tables: &[TableName]| -> String {
        let tables: Vec<_> = tables.iter().map(|table| format!("to_regclass({})::oid", literal(&quoted(connection, table)))).collect();
        format!("ARRAY[{}]::oid[]", tables.join(", "))
    };
    let (tables, strongest) = (of(connection, &fence.tables), of(connection, &fence.strongest));
    let rows = connection.rows(&format!(
        "SELECT p.gid, p.owner, extract(epoch FROM clock_timestamp() - p.prepared)::bigint, EXISTS (SELECT 1 FROM pg_locks l \
         WHERE l.virtualtransaction = '-1/' || p.transaction::text AND l.locktype = 'relation' AND (l.relation = ANY ({strongest}) \
         OR (l.relation = ANY ({tables}) AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')))) \
         FROM pg_prepared_xacts p WHERE p.database = current_database() ORDER BY p.prepared, p.gid"
    ))?;
    rows.iter()
        .map(|row| {
            let [gid, owner, seconds, in_the_way] = fields(row)?;
            Ok(PreparedTransaction {
                name: format!("{gid} of {owner}, for {seconds} s"),
                in_the_way: in_the_way == "t",
                remedy: format!("COMMIT PREPARED {0}; or ROLLBACK PREPARED {0};", literal(&gid)),
            })
        })
        .collect()
}

fn log_keepers(connection: &mut Connection) -> Result<Vec<String>> {
    let rows = connection.rows(
        "SELECT slot_name, slot_type, CASE WHEN active THEN 'in use' ELSE 'not in use' END, \
         coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint FROM pg_replication_slots ORDER BY 4 DESC, 1",
    )?;
    rows.iter()
        .map(|row| {
            let [name, kind, state, bytes] = fields(row)?;
            Ok(format!("the replication slot {name} ({kind}, {state}) keeps {} of WAL", size::in_words(number(Some(&bytes))?)))
        })
        .collect()
}

/// The locks of the fence need a right to write; the triggers of an in-place run need the table itself; the journal needs a place.
fn lacking(connection: &mut Connection, fence: &Fence) -> Result<Vec<Lack>> {
    let account = connection.value("SELECT quote_ident(current_user)")?.unwrap_or_default();
    let mut lacking = Vec::new();
    for table in &fence.tables {
        let name = quoted(connection, table);
        let rows = connection.rows(&format!(
            "SELECT pg_has_role(c.relowner, 'USAGE'), has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE'), quote_ident(pg_get_userbyid(c.relowner)) \
             FROM pg_class c WHERE c.oid = to_regclass({})",
            literal(&name)
        ))?;
        // A table that is not there yet, or not any more, is told by others.
        let Some(row) = rows.first() else { continue };
        let [owns, writes, owner] = fields(row)?;
        match fence.mode {
            Mode::Atomic if writes != "t" => lacking.push(Lack {
                what: format!("the account may not lock {table} against writes"),
                remedy: format!("GRANT UPDATE ON {name} TO {account};"),
            }),
            Mode::InPlace if owns != "t" => lacking.push(Lack {
                what: format!("the account may not put a trigger on {table}, which only its owner may enable for everybody"),
                remedy: format!("GRANT {owner} TO {account};"),
            }),
            Mode::Atomic | Mode::InPlace => {}
        }
    }
    let journal = connection.row(
        "SELECT to_regnamespace('cutover') IS NOT NULL, has_database_privilege(current_database(), 'CREATE'), quote_ident(current_database()), \
         coalesce(has_schema_privilege(to_regnamespace('cutover')::oid, 'USAGE'), true), \
         coalesce(has_table_privilege(to_regclass('cutover.runs')::oid, 'INSERT'), true)",
    )?;
    let [exists, creates, database, uses, inserts] = fields(&journal)?;
    if exists != "t" && creates != "t" {
        lacking.push(Lack {
            what: "the account may not create the schema of the journal".to_owned(),
            remedy: format!("GRANT CREATE ON DATABASE {database} TO {account};"),
        });
    } else if uses != "t" || inserts != "t" {
        lacking.push(Lack {
            what: "the account may not write the journal".to_owned(),
            remedy: format!(
                "GRANT USAGE ON SCHEMA cutover TO {account}; GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA cutover TO {account};"
            ),
        });
    }
    Ok(lacking)
}

fn literal(text: &str) -> String {
    PostgresDialect.quote_literal(text)
}
