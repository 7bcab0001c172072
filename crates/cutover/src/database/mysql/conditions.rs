//! What a run meets on the server.

use super::catalog;
use super::dialect::MysqlDialect;
use super::fence::{self, SETTINGS};
use super::footprint::told;
use super::session::{Connection, TextRow, fields, number};
use super::{binlog, journal, rights};
use crate::database::Fence;
use crate::model::conditions::{Conditions, Lack, OpenTransaction, PreparedTransaction};
use crate::model::dialect::Dialect;
use crate::model::error::Result;

/// Looks at everything. The disk of a server cannot be seen, except where MariaDB has its plugin for disks.
///
/// # Errors
/// Where the server does not answer.
pub(super) fn look(connection: &mut Connection, database: &str, fence: &Fence) -> Result<Conditions> {
    let account = catalog::account(connection)?;
    let mut conditions = Conditions {
        free_disk: free_disk(connection)?,
        free_sessions: Some(free_sessions(connection)?),
        prepared: prepared(connection)?,
        log_keepers: log_keepers(connection)?,
        ..Conditions::default()
    };
    match open_transactions(connection)? {
        Some(rows) => conditions.oldest_transaction = rows.first().map(open_transaction).transpose()?,
        None => conditions.unseen.push(format!("the transactions of other sessions: GRANT PROCESS ON *.* TO {account};")),
    }
    let grants: Vec<_> = connection.rows("SHOW GRANTS")?.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect();
    conditions.lacking = lacking(connection, &grants, database, &account, fence)?;
    if !fence.apart {
        conditions.fence = fence_in_words(connection, &grants, fence)?.unwrap_or_else(|lack| {
            conditions.lacking.extend(lack);
            "nothing".to_owned()
        });
    }
    Ok(conditions)
}

fn free_disk(connection: &mut Connection) -> Result<Option<u64>> {
    if !connection.server.mariadb {
        return Ok(None);
    }
    let disks =
        "SELECT Available * 1024 FROM information_schema.DISKS WHERE LOCATE(Path, @@datadir) = 1 ORDER BY LENGTH(Path) DESC LIMIT 1";
    let rows = told(connection, disks)?.unwrap_or_default();
    rows.first().and_then(|row| row.first()).map(|bytes| number(bytes.as_deref())).transpose()
}

/// What the server leaves, and what it leaves to one account.
fn free_sessions(connection: &mut Connection) -> Result<u64> {
    let connected = connection.row("SHOW GLOBAL STATUS LIKE 'Threads_connected'")?;
    let connected: u64 = number(connected.get(1).and_then(Option::as_deref))?;
    let limits = connection.row(
        "SELECT @@max_connections, @@max_user_connections, \
         (SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = SUBSTRING_INDEX(USER(), '@', 1))",
    )?;
    let [most, most_of_account, of_account] = fields(&limits)?;
    let left = number::<u64>(Some(&most))?.saturating_sub(connected);
    let most_of_account: u64 = number(Some(&most_of_account))?;
    if most_of_account == 0 {
        return Ok(left);
    }
    Ok(left.min(most_of_account.saturating_sub(number(Some(&of_account))?)))
}

/// Transactions of others, the oldest first; `None` where the account may not see them.
fn open_transactions(connection: &mut Connection) -> Result<Option<Vec<TextRow>>> {
    // InnoDB tells times in the zone of the system, whatever that of the session is.
    told(
        connection,
        "SELECT CONCAT('session ', p.ID, ' of ', p.USER, ' from ', p.HOST, COALESCE(CONCAT(' in ', p.DB), '')), \
         GREATEST(0, TIMESTAMPDIFF(SECOND, t.trx_started, CONVERT_TZ(NOW(), @@session.time_zone, 'SYSTEM'))) \
         FROM information_schema.INNODB_TRX t JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id \
         WHERE p.ID <> CONNECTION_ID() ORDER BY t.trx_started, p.ID LIMIT 1",
    )
}

fn open_transaction(row: &TextRow) -> Result<OpenTransaction> {
    let [who, seconds] = fields(row)?;
    Ok(OpenTransaction { who, seconds: number(Some(&seconds))? })
}

/// They hold locks on rows and on definitions of tables; the server does not tell which.
fn prepared(connection: &mut Connection) -> Result<Vec<PreparedTransaction>> {
    let rows = told(connection, "XA RECOVER")?.unwrap_or_default();
    rows.iter()
        .map(|row| {
            let [format, length, _, data] = fields(row)?;
            let (global, branch) = data.split_at_checked(number(Some(&length))?).unwrap_or((&data, ""));
            let [quoted, branch] = [global, branch].map(|part| MysqlDialect.quote_literal(part));
            Ok(PreparedTransaction {
                name: global.to_owned(),
                in_the_way: false,
                remedy: format!("XA COMMIT {quoted}, {branch}, {format}; or XA ROLLBACK {quoted}, {branch}, {format};"),
            })
        })
        .collect()
}

fn log_keepers(connection: &mut Connection) -> Result<Vec<String>> {
    let replicas = connection.value("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%'")?;
    Ok(match replicas.as_deref() {
        None | Some("0") => Vec::new(),
        Some("1") => vec!["a replica reads the binlog, and executes after this server what a run executes".to_owned()],
        Some(several) => vec![format!("{several} replicas read the binlog, and execute after this server what a run executes")],
    })
}

/// Rights that are granted nowhere in the database. One that is granted on some tables may be enough, and is found out when it is used.
fn lacking(connection: &mut Connection, grants: &[String], database: &str, account: &str, fence: &Fence) -> Result<Vec<Lack>> {
    let mut needed = vec!["INSERT", "UPDATE", "DELETE"];
    if !journal::RUNS.exists(connection)? || !SETTINGS.exists(connection)? {
        needed.push("CREATE");
    }
    if !fence.strongest.is_empty() {
        needed.push("ALTER");
    }
    needed.retain(|right| !rights::holds_somewhere(grants, right, database));
    if needed.is_empty() {
        return Ok(Vec::new());
    }
    let what = format!("the account has nowhere in this database the right to {}", needed.join(", "));
    let remedy = format!("GRANT {} ON {}.* TO {account};", needed.join(", "), MysqlDialect.quote_identifier(database));
    Ok(vec![Lack { what, remedy }])
}

/// What is going to hold other sessions off, or what is missing for it.
fn fence_in_words(connection: &mut Connection, grants: &[String], fence: &Fence) -> Result<std::result::Result<String, Option<Lack>>> {
    // Of older servers SUPER is enough, and of newer ones it may be: that is found out when it is set.
    if ["READ_ONLY ADMIN", "SUPER", "SYSTEM_VARIABLES_ADMIN"].iter().any(|right| rights::holds_everywhere(grants, right)) {
        return Ok(Ok("the server's read_only, for all of its databases".to_owned()));
    }
    if fence.unfenced {
        return Ok(Err(None));
    }
    Ok(match binlog::may_begin(connection, fence)? {
        Ok(()) => Ok("nothing: the binlog is watched, and what others write stops the run".to_owned()),
        Err(why) => Err(Some(Lack {
            what: format!("the account may not set read_only, and the binlog cannot be watched instead ({why})"),
            remedy: format!(
                "{} or accept by --unfenced that what others write meanwhile is found as a difference",
                fence::remedy(connection)?
            ),
        })),
    })
}
