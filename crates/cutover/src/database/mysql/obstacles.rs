//! What forbids to exchange a database's tables for those of another one, found before anything is touched.

use super::catalog::ELSEWHERE;
use super::definitions::Definition;
use super::dialect::MysqlDialect;
use super::errors;
use super::session::{Connection, Failure, fields};
use super::{catalog, kept, rights};
use crate::database::exchange::KEPT;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};

/// Rights on the database that an exchange needs.
const RIGHTS: [&str; 9] = ["ALTER", "ALTER ROUTINE", "CREATE", "CREATE ROUTINE", "CREATE VIEW", "DROP", "EVENT", "INSERT", "TRIGGER"];

/// The foreign keys of other databases that refer to this one, by the tables' names.
const REFERRING: &str = "SELECT DISTINCT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME), CONCAT('refers to ', REFERENCED_TABLE_NAME) \
     FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_SCHEMA = DATABASE() AND TABLE_SCHEMA <> DATABASE()";

/// Those of this database that refer to others: what is kept would hold their rows.
const REFERRED: &str = "SELECT DISTINCT TABLE_NAME, CONCAT('refers to ', REFERENCED_TABLE_SCHEMA, '.', REFERENCED_TABLE_NAME) \
     FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_SCHEMA <> DATABASE()";

/// The same as the storage engine knows it, which shows the tables that the account may not see. Names are written as those of files.
const KNOWN_TO_THE_ENGINE: &str = "SELECT DISTINCT CONCAT(child_database, '.', child), CONCAT('refers to ', parent) FROM (SELECT \
     CONVERT(CAST(SUBSTRING_INDEX(FOR_NAME, '/', 1) AS BINARY) USING filename) AS child_database, \
     CONVERT(CAST(SUBSTRING_INDEX(FOR_NAME, '/', -1) AS BINARY) USING filename) AS child, \
     CONVERT(CAST(SUBSTRING_INDEX(REF_NAME, '/', 1) AS BINARY) USING filename) AS parent_database, \
     CONVERT(CAST(SUBSTRING_INDEX(REF_NAME, '/', -1) AS BINARY) USING filename) AS parent \
     FROM information_schema.INNODB_SYS_FOREIGN) AS keys_of_tables \
     WHERE CONVERT(parent_database USING utf8mb4) COLLATE utf8mb4_bin = DATABASE() \
     AND CONVERT(child_database USING utf8mb4) COLLATE utf8mb4_bin <> DATABASE()";

/// Refuses where something stands in the way.
///
/// # Errors
/// `Refused` with everything that does, by name.
pub(super) fn none(connection: &mut Connection, database: &str, kept: &str) -> Result<()> {
    let mut found = Vec::new();
    let mut sentences = |rows: Vec<Vec<Option<String>>>, why: &str| -> Result<()> {
        for row in rows {
            let [table, what] = fields(&row)?;
            found.push(format!("{table} {what}: {why}"));
        }
        Ok(())
    };
    sentences(connection.rows(REFERRING)?, "a foreign key of another database would follow the tables that are moved away")?;
    if connection.server.mariadb && may(connection, KNOWN_TO_THE_ENGINE)? {
        sentences(connection.rows(KNOWN_TO_THE_ENGINE)?, "a foreign key of another database would follow the tables that are moved away")?;
    }
    sentences(connection.rows(REFERRED)?, "what is kept would go on to hold rows of another database")?;
    let elsewhere: Vec<_> = ELSEWHERE.iter().map(|engine| literal(engine)).collect();
    let engines = format!(
        "SELECT TABLE_NAME, CONCAT('has the engine ', ENGINE) FROM information_schema.TABLES \
         WHERE TABLE_SCHEMA = DATABASE() AND UPPER(ENGINE) IN ({})",
        elsewhere.join(", ")
    );
    sentences(connection.rows(&engines)?, "its rows are in another place, and are not exchanged with it")?;
    let versioned = "SELECT TABLE_NAME, 'is system-versioned' FROM information_schema.TABLES \
         WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'SYSTEM VERSIONED'";
    sentences(connection.rows(versioned)?, "a backup holds its current rows and not their history, which would be lost")?;
    let names: Vec<_> = kept::NAMES.iter().map(|name| literal(name)).collect();
    let own = format!(
        "SELECT TABLE_NAME, 'has a name that is needed' FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ({})",
        names.join(", ")
    );
    sentences(connection.rows(&own)?, "where the tables are moved to, cutover keeps a table of that name")?;
    found.extend(replicas(connection)?);
    found.sort();
    found.dedup();
    let lacking = lacking(connection, database, kept)?;
    if found.is_empty() && lacking.is_empty() {
        return Ok(());
    }
    let error = Error::new(ErrorKind::Refused, format!("the tables of {database} cannot be exchanged for those of a restored database"));
    Err(found.into_iter().chain(lacking).fold(error, Error::hint))
}

/// Refuses definitions that could not be created again as they are.
///
/// # Errors
/// `Refused` with all of them by name.
pub(super) fn none_of(definitions: &[Definition], connection: &Connection) -> Result<()> {
    let unfit: Vec<_> =
        definitions.iter().filter(|definition| !connection.server.mariadb && !definition.fits_its_character_set()).collect();
    if unfit.is_empty() {
        return Ok(());
    }
    let error = Error::new(ErrorKind::Refused, "definitions could not be created again as they are");
    Err(unfit.into_iter().fold(error, |error, definition| {
        error.hint(format!(
            "the {} was written by a client of the character set {}, and holds letters beyond ASCII: create it again in utf8mb4",
            definition.title(),
            definition.character_set
        ))
    }))
}

/// What is exchanged goes into no binlog, because what it is exchanged for is in none.
fn replicas(connection: &mut Connection) -> Result<Vec<String>> {
    if connection.value("SELECT @@log_bin")?.as_deref() != Some("1") {
        return Ok(Vec::new());
    }
    let rows = connection.rows("SELECT COALESCE(HOST, '') FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%'")?;
    rows.iter()
        .map(|row| {
            let [host] = fields(row)?;
            Ok(format!("a replica at {host} reads the binlog, which the restored tables are not in: stop it, and build it anew afterwards"))
        })
        .collect()
}

/// The GRANT for what the account lacks.
fn lacking(connection: &mut Connection, database: &str, kept: &str) -> Result<Vec<String>> {
    let grants: Vec<_> = connection.rows("SHOW GRANTS")?.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect();
    let account = catalog::account(connection)?;
    let mut lacking = Vec::new();
    let missing: Vec<_> = RIGHTS.into_iter().filter(|right| !rights::holds(&grants, right, database)).collect();
    if !missing.is_empty() {
        lacking.push(format!("GRANT {} ON {}.* TO {account};", missing.join(", "), MysqlDialect.quote_identifier(database)));
    }
    if !["CREATE", "DROP", "ALTER", "INSERT", "SELECT"].into_iter().all(|right| rights::holds(&grants, right, kept)) {
        lacking.push(format!("GRANT ALL ON `{}%`.* TO {account};", KEPT.replace('_', "\\_")));
    }
    Ok(lacking)
}

/// Whether the account may ask that.
fn may(connection: &mut Connection, sql: &str) -> Result<bool> {
    match connection.try_execute(sql) {
        Ok(_) => Ok(true),
        Err(Failure::Drivers(error)) if errors::leaves_session(&error) => Ok(false),
        Err(Failure::Drivers(error)) => Err(errors::failed(&error, sql, connection.interrupt())),
        Err(Failure::Ours(error)) => Err(error),
    }
}

fn literal(text: &str) -> String {
    MysqlDialect.quote_literal(text)
}
