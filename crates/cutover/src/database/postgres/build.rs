//! Filling an empty database.

use super::address::Address;
use super::session::Connection;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;

/// Tables of anybody's, whatever the schema; those of extensions do not count.
const OBJECTS: &str = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') \
     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')";

/// Executes the statements in one transaction of an empty database.
///
/// # Errors
/// `Refused` where the database holds tables; the failing statement's otherwise, and nothing is left behind.
pub(super) fn build(address: &Address, interrupt: &Interrupt, statements: &[String], each: &mut dyn FnMut(usize)) -> Result<()> {
    let mut connection = Connection::open(address, "cutover demo", interrupt)?;
    let objects = connection.rows(OBJECTS)?.first().and_then(|row| row.first().cloned().flatten()).unwrap_or_default();
    if objects != "0" {
        return Err(Error::new(ErrorKind::Refused, format!("{} is not empty: it holds {objects} tables and views", address.place))
            .hint("nothing was touched; give the URL of an empty database (CREATE DATABASE makes one)"));
    }
    connection.batch("BEGIN")?;
    for (number, sql) in statements.iter().enumerate() {
        each(number);
        connection.batch(sql)?;
    }
    connection.batch("COMMIT")?;
    // A database that has lived for a while has statistics, and plans its queries by them.
    connection.batch("ANALYZE")
}
