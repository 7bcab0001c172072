//! Every object of the catalog and its properties, by a few queries over whole system tables.

use std::collections::{BTreeMap, BTreeSet};

use mysql::Value;

use super::definition;
use super::dialect::MysqlDialect;
use super::journal;
use super::session::{Connection, Server, fields, unexpected_answer};
use crate::model::dialect::Dialect;
use crate::model::error::{ErrorKind, Result};
use crate::model::table::{ObjectKind, ObjectName, Properties};

/// The queries. Each returns the kind, the table that the object belongs to or NULL, the name, and then properties by the names
/// of the columns; a NULL is no property. A line that ends in `-- only mysql` or `-- only mariadb` is for that one alone.
const QUERIES: [&str; 12] = [
    include_str!("objects/tables.sql"),
    include_str!("objects/partitions.sql"),
    include_str!("objects/columns.sql"),
    include_str!("objects/indexes.sql"),
    include_str!("objects/foreign_keys.sql"),
    include_str!("objects/views.sql"),
    include_str!("objects/triggers.sql"),
    include_str!("objects/routines.sql"),
    include_str!("objects/parameters.sql"),
    include_str!("objects/events.sql"),
    include_str!("objects/database.sql"),
    include_str!("objects/grants.sql"),
];

const CHECKS: (&str, &str) = (include_str!("objects/checks.mariadb.sql"), include_str!("objects/checks.mysql.sql"));
const ROUTINE_GRANTS: &str = include_str!("objects/routine_grants.sql");

/// Objects with their properties.
pub(super) type Objects = BTreeMap<ObjectName, Properties>;

/// Reads all objects but the journal's own tables. `tables` are those that are no views.
///
/// # Errors
/// The server's.
pub(super) fn read(connection: &mut Connection, database: &str, tables: &BTreeSet<String>) -> Result<Objects> {
    let mut objects = Objects::new();
    let mariadb = connection.server.mariadb;
    for query in QUERIES.into_iter().chain([if mariadb { CHECKS.0 } else { CHECKS.1 }]) {
        add(connection, query, database, tables, &mut objects)?;
    }
    match add(connection, ROUTINE_GRANTS, database, tables, &mut objects) {
        // Whoever may not read the server's own tables does not see these rights.
        Err(error) if error.kind() == ErrorKind::Statement => {}
        other => other?,
    }
    if mariadb {
        sequences(connection, &mut objects)?;
    }
    leave_out_implicit_indexes(connection, &mut objects)?;
    Ok(objects)
}

fn add(connection: &mut Connection, query: &str, database: &str, tables: &BTreeSet<String>, objects: &mut Objects) -> Result<()> {
    let sql = for_server(query, &connection.server);
    let names = std::cell::RefCell::new(Vec::new());
    connection.stream(
        &sql,
        &mut |columns| {
            names.borrow_mut().extend(columns.iter().map(|column| column.name_str().into_owned()));
            Ok(())
        },
        &mut |row| {
            let value = |index: usize| match row.as_ref(index) {
                Some(Value::Bytes(bytes)) => Some(String::from_utf8_lossy(bytes).into_owned()),
                _ => None,
            };
            let kind = value(0).and_then(|word| ObjectKind::from_word(&word)).ok_or_else(unexpected_answer)?;
            let (table, name) = (value(1), value(2).unwrap_or_default());
            let of_table = matches!(kind, ObjectKind::Column | ObjectKind::Index | ObjectKind::Constraint);
            let known = table.as_ref().is_none_or(|table| !of_table || tables.contains(table));
            if !known || table.as_deref().is_some_and(journal::is_our_name) || (kind == ObjectKind::Table && journal::is_our_name(&name)) {
                return Ok(());
            }
            let name = table.map_or(name.clone(), |table| format!("{table}.{name}"));
            let properties = objects.entry(ObjectName { kind, name }).or_default();
            let mut prefix = String::new();
            for (index, property) in names.borrow().iter().enumerate().skip(3) {
                let Some(mut text) = value(index) else { continue };
                if property == "prefix" {
                    prefix = format!("{text} ");
                    continue;
                }
                if kind == ObjectKind::View && property == "definition" {
                    text = definition::without_database(&text, database);
                }
                properties.insert(format!("{prefix}{property}"), text);
            }
            Ok(())
        },
    )
}

/// Sequences are tables of one row, which says what they are.
fn sequences(connection: &mut Connection, objects: &mut Objects) -> Result<()> {
    for name in sequence_names(connection)? {
        let sql = format!(
            "SELECT start_value, minimum_value, maximum_value, increment, cache_size, cycle_option FROM {}",
            MysqlDialect.quote_identifier(&name)
        );
        let values: [String; 6] = fields(&connection.row(&sql)?)?;
        let names = ["start", "minimum", "maximum", "increment", "cache", "cycle"];
        let properties = names.iter().map(|name| (*name).to_owned()).zip(values).collect();
        objects.insert(ObjectName { kind: ObjectKind::Sequence, name }, properties);
    }
    Ok(())
}

/// The database's sequences, which only MariaDB has.
///
/// # Errors
/// The server's.
pub(super) fn sequence_names(connection: &mut Connection) -> Result<Vec<String>> {
    if !connection.server.mariadb {
        return Ok(Vec::new());
    }
    let sql = "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'SEQUENCE' ORDER BY 1";
    Ok(connection.rows(sql)?.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
}

/// A foreign key needs an index. Where there is none, the server makes one, and silently gives it up as soon as an explicit
/// one can do its work: that is no loss, and the foreign key proves that some index is there. So such an index is no object.
fn leave_out_implicit_indexes(connection: &mut Connection, objects: &mut Objects) -> Result<()> {
    let rows = connection.rows(
        "SELECT TABLE_NAME, CONSTRAINT_NAME, MIN(IF(ORDINAL_POSITION = 1, COLUMN_NAME, NULL)), \
         GROUP_CONCAT(COLUMN_NAME ORDER BY ORDINAL_POSITION SEPARATOR ', ') FROM information_schema.KEY_COLUMN_USAGE \
         WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IS NOT NULL GROUP BY TABLE_NAME, CONSTRAINT_NAME",
    )?;
    for row in &rows {
        let [table, constraint, first, columns] = fields(row)?;
        // Named after the constraint, or after its first column where the constraint had no name.
        for index in [constraint, first] {
            let name = ObjectName { kind: ObjectKind::Index, name: format!("{table}.{index}") };
            let plain = Properties::from([("columns".to_owned(), columns.clone()), ("type".to_owned(), "BTREE".to_owned())]);
            if objects.get(&name) == Some(&plain) {
                objects.remove(&name);
            }
        }
    }
    Ok(())
}

/// Leaves out the lines that are for the other server.
fn for_server(query: &str, server: &Server) -> String {
    let other = if server.mariadb { "-- only mysql" } else { "-- only mariadb" };
    query.lines().filter(|line| !line.ends_with(other)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_for_the_other_server_are_left_out() {
        let query = "SELECT 1\n, 2 -- only mysql\n, 3 -- only mariadb";
        let server = |mariadb| Server { mariadb, version: (10, 6, 0) };
        assert_eq!(for_server(query, &server(true)), "SELECT 1\n, 3 -- only mariadb");
        assert_eq!(for_server(query, &server(false)), "SELECT 1\n, 2 -- only mysql");
    }
}
