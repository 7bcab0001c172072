//! The catalog: tables, keys, relationships, and what cannot be compared.

use std::collections::{BTreeMap, BTreeSet};

use super::dialect::MysqlDialect;
use super::errors::code;
use super::session::{Connection, Failure, fields, unexpected_answer};
use super::{cells, definition, journal, objects, rights, shapes};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::{Catalog, Column, Key, NotCovered, ObjectKind, ObjectName, Relationship, Table, TableName};

/// Engines whose rows are in another place, which takes no part in what happens here.
pub(super) const ELSEWHERE: [&str; 4] = ["FEDERATED", "CONNECT", "SPIDER", "S3"];

/// Reads the whole catalog. There are no schemas: a database is one.
///
/// # Errors
/// The server's, or `Refused` where the account may not read a table.
pub(super) fn read(connection: &mut Connection, database: &str) -> Result<Catalog> {
    refuse_unreadable(connection, database)?;
    let described = described_tables(connection)?;
    let names: BTreeSet<_> = described.iter().map(|table| table.name.clone()).collect();
    let mut not_covered = hidden(connection, database)?;
    let mut columns = columns(connection)?;
    let mut keys = keys(connection)?;
    let mut shapes = shapes::read(connection)?;
    let mut tables = Vec::new();
    for table in described {
        let object = ObjectName { kind: ObjectKind::Table, name: table.name.clone() };
        if table.is_elsewhere() {
            let reason = format!("its engine {} keeps its rows in another place, which takes no part in this run", table.engine);
            not_covered.push(NotCovered { object, reason });
            continue;
        }
        if table.versioned {
            let reason = "it is system-versioned: its current rows are compared, their history is not".to_owned();
            not_covered.push(NotCovered { object, reason });
        }
        tables.push(Table {
            columns: columns.remove(&table.name).unwrap_or_default(),
            keys: keys.remove(&table.name).unwrap_or_default(),
            bytes: table.bytes,
            estimated_rows: table.rows,
            rewrite_obstacles: Vec::new(),
            shape: shapes.remove(&table.name).unwrap_or_default(),
            unit_obstacles: table.unit_obstacles(),
            name: TableName::local(table.name),
        });
    }
    let mut objects = objects::read(connection, database, &names)?;
    not_covered.extend(hidden_definitions(&objects));
    objects.retain(|name, _| !journal::is_our_name(&name.name));
    not_covered.sort();
    let relationships = relationships(connection)?;
    Ok(Catalog { default_schema: String::new(), tables, relationships, objects, not_covered })
}

/// A line of the server's list of tables.
struct Described {
    name: String,
    engine: String,
    versioned: bool,
    transactional: bool,
    bytes: Option<u64>,
    rows: Option<u64>,
}

impl Described {
    fn is_elsewhere(&self) -> bool {
        ELSEWHERE.iter().any(|engine| engine.eq_ignore_ascii_case(&self.engine))
    }

    fn unit_obstacles(&self) -> Vec<String> {
        let obstacle = format!("its engine {} has no transactions: a statement that fails half-way stays half done", self.engine);
        if self.transactional { Vec::new() } else { vec![obstacle] }
    }
}

fn described_tables(connection: &mut Connection) -> Result<Vec<Described>> {
    let rows = connection.rows(
        "SELECT t.TABLE_NAME, COALESCE(t.ENGINE, ''), t.TABLE_TYPE = 'SYSTEM VERSIONED', \
         COALESCE((SELECT MAX(e.TRANSACTIONS) FROM information_schema.ENGINES e WHERE e.ENGINE = t.ENGINE), 'NO') = 'YES', \
         t.DATA_LENGTH + t.INDEX_LENGTH, t.TABLE_ROWS, t.TABLE_COMMENT FROM information_schema.TABLES t \
         WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')",
    )?;
    let mut tables = Vec::new();
    for row in &rows {
        let number = |index: usize| row.get(index).and_then(Option::as_deref).and_then(|text| text.parse().ok());
        let (bytes, estimate) = (number(4), number(5));
        let [name, engine, versioned, transactional, _, _, comment] = fields(row)?;
        if journal::is_our_name(&name) {
            continue;
        }
        if engine.is_empty() {
            return Err(Error::new(ErrorKind::Statement, format!("the server cannot open the table {name}: {comment}")).hint(format!(
                "CHECK TABLE {} says more; a table that cannot be read cannot be compared",
                MysqlDialect.quote_identifier(&name)
            )));
        }
        let [versioned, transactional] = [versioned, transactional].map(|word| word == "1");
        tables.push(Described { name, engine, versioned, transactional, bytes, rows: estimate });
    }
    tables.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(tables)
}

/// A table that the account may not read is not even in the server's lists. But the server says for a name that does not exist
/// whether it is the table or the right that is missing.
fn refuse_unreadable(connection: &mut Connection, database: &str) -> Result<()> {
    let quoted = MysqlDialect.quote_identifier(database);
    match connection.try_execute(&format!("SELECT 1 FROM {quoted}.`cutover: no such table`")) {
        Err(Failure::Drivers(error)) if super::errors::number(&error) == Some(code::NO_TABLE) => Ok(()),
        Err(Failure::Drivers(error)) if super::errors::number(&error) == Some(code::TABLE_DENIED) => {
            let account = account(connection)?;
            Err(Error::new(
                ErrorKind::Refused,
                format!("the account {account} may not read every table of {database}, nor see which there are"),
            )
            .hint(format!("GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON {quoted}.* TO {account};")))
        }
        Err(Failure::Drivers(error)) => Err(super::errors::failed(&error, "", connection.interrupt())),
        Err(Failure::Ours(error)) => Err(error),
        Ok(_) => Ok(()),
    }
}

/// The account that the server has found to be ours, quoted for a GRANT.
///
/// # Errors
/// The server's.
pub(super) fn account(connection: &mut Connection) -> Result<String> {
    let account = connection.value("SELECT CURRENT_USER()")?.unwrap_or_default();
    let (user, host) = account.rsplit_once('@').unwrap_or((&account, "%"));
    Ok(format!("{}@{}", MysqlDialect.quote_literal(user), MysqlDialect.quote_literal(host)))
}

/// What the account cannot see without the server saying so: triggers, events and routines.
fn hidden(connection: &mut Connection, database: &str) -> Result<Vec<NotCovered>> {
    let mut hidden = Vec::new();
    let account = account(connection)?;
    let quoted = MysqlDialect.quote_identifier(database);
    let grants: Vec<_> = connection.rows("SHOW GRANTS")?.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect();
    let reads_catalog = rights::holds(&grants, "SELECT", "mysql");
    for (kind, privilege, things) in
        [(ObjectKind::Trigger, "TRIGGER", "triggers"), (ObjectKind::Event, "EVENT", "events"), (ObjectKind::Routine, "EXECUTE", "routines")]
    {
        let seen_otherwise = kind == ObjectKind::Routine && reads_catalog;
        if !seen_otherwise && !rights::holds(&grants, privilege, database) {
            let reason = format!("the account may not see {things}: GRANT {privilege} ON {quoted}.* TO {account};");
            hidden.push(NotCovered { object: ObjectName { kind, name: things.to_owned() }, reason });
        }
    }
    Ok(hidden)
}

/// Views and routines whose definitions the server keeps back.
fn hidden_definitions(objects: &objects::Objects) -> Vec<NotCovered> {
    let mut hidden = Vec::new();
    for (name, properties) in objects {
        let right = match name.kind {
            ObjectKind::View if properties.get("definition").is_none_or(String::is_empty) => "SHOW VIEW",
            ObjectKind::Routine
                if ["function", "procedure"].iter().any(|sort| {
                    properties.contains_key(&format!("{sort} security")) && !properties.contains_key(&format!("{sort} definition"))
                }) =>
            {
                "SHOW CREATE ROUTINE (MariaDB 11.3), SHOW_ROUTINE (MySQL), or SELECT ON mysql.proc"
            }
            _ => continue,
        };
        let reason = format!("the account may not see its definition: it needs {right}");
        hidden.push(NotCovered { object: name.clone(), reason });
    }
    hidden
}

/// What is known of one column besides its name.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    /// The full type, as the server writes it.
    pub column_type: String,
    /// Its character set, if it has one.
    pub character_set: Option<String>,
}

/// The stored form of a table's columns, by name.
///
/// # Errors
/// The server's.
pub(super) fn stored_columns(connection: &mut Connection, table: &str) -> Result<BTreeMap<String, Stored>> {
    let sql = format!(
        "SELECT COLUMN_NAME, COLUMN_TYPE, CHARACTER_SET_NAME FROM information_schema.COLUMNS \
         WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {}",
        MysqlDialect.quote_literal(table)
    );
    let rows = connection.rows(&sql)?;
    rows.into_iter()
        .map(|row| match <[Option<String>; 3]>::try_from(row) {
            Ok([Some(name), Some(column_type), character_set]) => Ok((name, Stored { column_type, character_set })),
            _ => Err(unexpected_answer()),
        })
        .collect()
}

/// Columns by the table's name, in the table's order.
fn columns(connection: &mut Connection) -> Result<BTreeMap<String, Vec<Column>>> {
    // MariaDB has no type for JSON: such a column is a text that a constraint of its own holds to the form.
    let json = json_columns(connection)?;
    let rows = connection.rows(
        "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COALESCE(GENERATION_EXPRESSION, '') <> '', CHARACTER_SET_NAME \
         FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION",
    )?;
    let mut columns: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for row in &rows {
        let character_set = row.last().and_then(Option::as_deref);
        let [table, name, column_type, nullable, generated, _] = fields(row)?;
        let is_json = column_type == "longtext" && json.contains(&(table.clone(), name.clone()));
        columns.entry(table).or_default().push(Column {
            data_type: if is_json { "json".to_owned() } else { definition::without_display_width(&column_type) },
            nullable: nullable == "YES",
            generated: generated == "1",
            numeric: cells::is_numeric(&column_type),
            utf8: cells::is_utf8(&column_type, character_set),
            name,
        });
    }
    Ok(columns)
}

fn json_columns(connection: &mut Connection) -> Result<BTreeSet<(String, String)>> {
    if !connection.server.mariadb {
        return Ok(BTreeSet::new());
    }
    let rows = connection.rows(
        "SELECT TABLE_NAME, CONSTRAINT_NAME FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() \
         AND LEVEL = 'Column' AND CHECK_CLAUSE = CONCAT('json_valid(`', REPLACE(CONSTRAINT_NAME, '`', '``'), '`)')",
    )?;
    rows.iter().map(|row| fields(row).map(|[table, column]| (table, column))).collect()
}

/// Keys by the table's name: the primary key, then the others by name. Keys over parts of columns or over expressions are none.
fn keys(connection: &mut Connection) -> Result<BTreeMap<String, Vec<Key>>> {
    let rows = connection.rows(
        "SELECT s.TABLE_NAME, s.INDEX_NAME, s.COLUMN_NAME, s.NULLABLE = 'YES', s.SUB_PART IS NOT NULL OR s.COLUMN_NAME IS NULL \
         FROM information_schema.STATISTICS s WHERE s.TABLE_SCHEMA = DATABASE() AND s.NON_UNIQUE = 0 \
         ORDER BY s.TABLE_NAME, s.INDEX_NAME <> 'PRIMARY', s.INDEX_NAME, s.SEQ_IN_INDEX",
    )?;
    let mut keys: BTreeMap<String, Vec<(Key, bool)>> = BTreeMap::new();
    for row in &rows {
        let [table, name, column, nullable, partly] = fields(row)?;
        let of_table = keys.entry(table).or_default();
        if of_table.last().is_none_or(|(key, _)| key.name != name) {
            let primary = name == "PRIMARY";
            of_table.push((Key { name, columns: Vec::new(), primary, not_null: true }, true));
        }
        if let Some((key, whole)) = of_table.last_mut() {
            key.columns.push(column);
            key.not_null &= nullable != "1";
            *whole &= partly != "1";
        }
    }
    Ok(keys.into_iter().map(|(table, keys)| (table, keys.into_iter().filter(|(_, whole)| *whole).map(|(key, _)| key).collect())).collect())
}

fn relationships(connection: &mut Connection) -> Result<Vec<Relationship>> {
    let rows = connection.rows(
        "SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME \
         FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_SCHEMA = DATABASE() \
         ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION",
    )?;
    let mut found: BTreeMap<(String, String), Relationship> = BTreeMap::new();
    for row in &rows {
        let [child, constraint, column, parent, parent_column] = fields(row)?;
        let relationship = found.entry((child.clone(), constraint)).or_insert_with(|| Relationship {
            child: TableName::local(child),
            columns: Vec::new(),
            parent: TableName::local(parent),
            parent_columns: Vec::new(),
            declared: true,
        });
        relationship.columns.push(column);
        relationship.parent_columns.push(parent_column);
    }
    let mut relationships: Vec<_> = found.into_values().collect();
    relationships.sort();
    relationships.dedup();
    Ok(relationships)
}

/// Tables with an auto-increment, the column that it numbers, and the number that it gives next; an empty table that was just
/// created may show none, and begins with 1.
pub(super) const TABLES_WITH_COUNTERS: &str = "SELECT t.TABLE_NAME, c.COLUMN_NAME, COALESCE(t.AUTO_INCREMENT, 1) \
     FROM information_schema.TABLES t JOIN information_schema.COLUMNS c ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME \
     WHERE t.TABLE_SCHEMA = DATABASE() AND c.EXTRA LIKE '%auto_increment%' AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')";
