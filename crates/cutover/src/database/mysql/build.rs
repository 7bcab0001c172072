//! Filling an empty database.

use std::sync::Arc;

use super::address::Address;
use super::dialect::MysqlDialect;
use super::session::{Connection, fields};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;

/// Tables and views, in an order in which they can be dropped while foreign keys are not looked at.
const OBJECTS: &str =
    "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_TYPE DESC, TABLE_NAME";
const ROUTINES: &str = "SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()";
const EVENTS: &str = "SELECT 'EVENT', EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()";

/// Executes the statements in an empty database. DDL commits by itself here, so where one fails, everything is dropped again.
///
/// # Errors
/// `Refused` where the database holds tables; the failing statement's otherwise, and nothing is left behind.
pub(super) fn build(address: &Arc<Address>, interrupt: &Interrupt, statements: &[String], each: &mut dyn FnMut(usize)) -> Result<()> {
    let mut connection = Connection::open(address, "cutover demo", interrupt)?;
    let objects = connection.rows(OBJECTS)?.len();
    if objects > 0 {
        return Err(Error::new(ErrorKind::Refused, format!("{} is not empty: it holds {objects} tables and views", address.place))
            .hint("nothing was touched; give the URL of an empty database (CREATE DATABASE makes one)"));
    }
    match execute(&mut connection, statements, each) {
        Ok(()) => analyze(&mut connection),
        Err(error) => {
            interrupt.clear();
            empty(&mut connection).map_err(|left| error_with(left, &error))?;
            Err(error)
        }
    }
}

fn error_with(left: Error, first: &Error) -> Error {
    left.hint(format!("before that, the building had failed: {first}")).hint("the database is no longer empty: drop it and create it anew")
}

fn execute(connection: &mut Connection, statements: &[String], each: &mut dyn FnMut(usize)) -> Result<()> {
    connection.batch("SET SESSION autocommit = 0")?;
    for (number, sql) in statements.iter().enumerate() {
        each(number);
        connection.execute(sql)?;
    }
    connection.batch("COMMIT; SET SESSION autocommit = 1")
}

/// A database that has lived for a while has statistics, and plans its queries by them.
fn analyze(connection: &mut Connection) -> Result<()> {
    for row in connection.rows(OBJECTS)? {
        let [name, kind] = fields(&row)?;
        if kind == "BASE TABLE" {
            connection.batch(&format!("ANALYZE TABLE {}", MysqlDialect.quote_identifier(&name)))?;
        }
    }
    Ok(())
}

fn empty(connection: &mut Connection) -> Result<()> {
    connection.batch_in_peace("ROLLBACK; SET SESSION autocommit = 1, foreign_key_checks = 0")?;
    for row in connection.rows(OBJECTS)? {
        let [name, kind] = fields(&row)?;
        let sort = match kind.as_str() {
            "VIEW" => "VIEW",
            "SEQUENCE" => "SEQUENCE",
            _ => "TABLE",
        };
        connection.batch(&format!("DROP {sort} {}", MysqlDialect.quote_identifier(&name)))?;
    }
    for query in [ROUTINES, EVENTS] {
        for row in connection.rows(query)? {
            let [sort, name] = fields(&row)?;
            connection.batch(&format!("DROP {sort} {}", MysqlDialect.quote_identifier(&name)))?;
        }
    }
    Ok(())
}
