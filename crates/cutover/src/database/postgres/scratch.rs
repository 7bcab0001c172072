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

/// How many of the sessions that are in the way are named.
const SHOWN: usize = 5;

/// What to do where the database cannot be copied.
const WITHOUT: &str = "leave --copy out: the copy is then restored from a backup, which nobody has to leave the database for";

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
    connection
        .batch(&format!(
            "CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}{provider}{tablespace}",
            PostgresDialect.quote_identifier(name),
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
    keep_search_path(&mut connection, name)
}

/// Copies the database of the address. The server holds new sessions in it off meanwhile, and refuses where there are others already.
///
/// # Errors
/// `Refused` where other sessions are in it, naming them, or the account may not.
pub(super) fn copy(address: &Address, interrupt: &Interrupt, name: &str) -> Result<()> {
    let mut connection = Connection::open(address, "cutover", interrupt)?;
    refuse_others(&mut connection, address)?;
    let row = connection.row("SELECT current_database()")?;
    let [live] = fields(&row)?;
    let quote = |name: &str| PostgresDialect.quote_identifier(name);
    connection.batch(&format!("CREATE DATABASE {} TEMPLATE {}", quote(name), quote(&live))).map_err(|error| match error.kind() {
        ErrorKind::Statement | ErrorKind::Conflict => {
            Error::new(ErrorKind::Refused, format!("{} cannot be copied on its server", address.place))
                .because(error)
                .hint("it takes CREATEDB and the ownership of the database, and nobody else in it")
                .hint(WITHOUT)
        }
        _ => error,
    })?;
    keep_search_path(&mut connection, name)
}

/// The server itself gives only their number, after having waited for them.
fn refuse_others(connection: &mut Connection, address: &Address) -> Result<()> {
    let others = connection.rows(
        "SELECT coalesce(usename::text, '?') || ' (pid ' || pid || coalesce(', ' || nullif(application_name, ''), '') || ')' \
         FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' \
         ORDER BY pid",
    )?;
    let others: Vec<String> = others.into_iter().flatten().flatten().collect();
    if others.is_empty() {
        return Ok(());
    }
    let shown = others.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    let more = others.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    Err(Error::new(
        ErrorKind::Refused,
        format!(
            "{} cannot be copied while other sessions are in it: PostgreSQL copies a database only while nobody uses it",
            address.place
        ),
    )
    .hint(format!("in it are: {shown}{more}"))
    .hint(WITHOUT))
}

/// Names are written as the session's search path has them, also where that is a setting of the database.
fn keep_search_path(connection: &mut Connection, name: &str) -> Result<()> {
    let path = connection.search_path.clone();
    if path == DEFAULT_PATH || path.is_empty() {
        return Ok(());
    }
    connection.batch(&format!("ALTER DATABASE {} SET search_path TO {path}", PostgresDialect.quote_identifier(name)))
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
