//! Scratch databases: created beside the one that is backed up, and dropped again.

use super::address::Address;
use super::catalog::fields;
use super::dialect::PostgresDialect;
use super::session::Connection;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;

/// Where databases are stored, and how names are looked up, where nobody has said anything.
const DEFAULT_TABLESPACE: &str = "pg_default";
const DEFAULT_PATH: &str = "\"$user\", public";

/// Creates an empty database like the one of the address.
///
/// # Errors
/// `Refused` where the account may not.
pub(super) fn create(address: &Address, interrupt: &Interrupt, name: &str) -> Result<()> {
    let mut connection = Connection::open(address, "cutover", interrupt)?;
    // The columns of the locale's provider came with version 15, and one of them got another name with version 17.
    let locale = match connection.version {
        0..150_000 => "'c', ''",
        150_000..170_000 => "datlocprovider, coalesce(daticulocale, '')",
        _ => "datlocprovider, coalesce(datlocale, '')",
    };
    let sql = format!(
        "SELECT pg_encoding_to_char(encoding), datcollate, datctype, {locale}, spcname FROM pg_database d \
             JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE datname = current_database()"
    );
    let row = connection.row(&sql)?;
    let [encoding, collation, character_class, provider, locale, tablespace] = fields(&row)?;
    let literal = |text: &str| PostgresDialect.quote_literal(text);
    let provider = match provider.as_str() {
        "i" => format!(" LOCALE_PROVIDER icu ICU_LOCALE {}", literal(&locale)),
        "b" => format!(" LOCALE_PROVIDER builtin BUILTIN_LOCALE {}", literal(&locale)),
        _ => String::new(),
    };
    let tablespace = match tablespace.as_str() {
        DEFAULT_TABLESPACE => String::new(),
        other => format!(" TABLESPACE {}", PostgresDialect.quote_identifier(other)),
    };
    let quoted = PostgresDialect.quote_identifier(name);
    connection
        .batch(&format!(
            "CREATE DATABASE {quoted} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}{provider}{tablespace}",
            literal(&encoding),
            literal(&collation),
            literal(&character_class)
        ))
        .map_err(|error| match error.kind() {
            ErrorKind::Statement => Error::new(ErrorKind::Refused, format!("no scratch database can be created beside {}", address.place))
                .because(error)
                .hint("ALTER ROLE the account CREATEDB; or give an empty database with --staging URL"),
            _ => error,
        })?;
    // Names are written as the session's search path has them, also where that is a setting of the database.
    let path = connection.search_path.clone();
    if path == DEFAULT_PATH || path.is_empty() {
        return Ok(());
    }
    connection.batch(&format!("ALTER DATABASE {quoted} SET search_path TO {path}"))
}

/// Drops a scratch database. What interrupted the work in it does not stop this.
///
/// # Errors
/// Where it is in use and `force` does not end its sessions, or the account may not.
pub(super) fn drop(address: &Address, name: &str, force: bool) -> Result<()> {
    let mut connection = Connection::open(address, "cutover", &Interrupt::new())?;
    let force = if force { " WITH (FORCE)" } else { "" };
    connection.batch(&format!("DROP DATABASE IF EXISTS {}{force}", PostgresDialect.quote_identifier(name)))
}

/// The databases of the server whose names begin like this.
///
/// # Errors
/// The server's.
pub(super) fn named(address: &Address, interrupt: &Interrupt, prefix: &str) -> Result<Vec<String>> {
    let mut connection = Connection::open(address, "cutover", interrupt)?;
    let prefix = PostgresDialect.quote_literal(prefix);
    let rows = connection.rows(&format!("SELECT datname FROM pg_database WHERE starts_with(datname, {prefix}) ORDER BY datname"))?;
    Ok(rows.into_iter().flatten().flatten().collect())
}
