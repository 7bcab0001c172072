//! What a database file's catalog says.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::error::Result;
use crate::model::table::{
    Catalog, Column, Key, NotCovered, ObjectKind, ObjectName, Properties, Relationship, SequencePosition, Table, TableName,
};

use super::definition::{self, TableDefinition};
use super::session::Handle;
use super::{constraints, entries as in_place, journal, shapes};

/// One line of `PRAGMA table_list`.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The table's name.
    pub(super) name: String,
    kind: String,
    without_rowid: bool,
    strict: bool,
}

impl Entry {
    /// Whether it is a table whose rows are in this file: neither a view nor a virtual table.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.kind.as_str(), "table" | "shadow")
    }
}

/// Tables, views and virtual tables, without SQLite's own and the journal's.
///
/// # Errors
/// SQLite's.
pub(super) fn table_list(handle: &Handle) -> Result<Vec<Entry>> {
    let sql = "SELECT name, type, wr, strict FROM pragma_table_list \
               WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    let entries =
        handle.rows(sql, [], |row| Ok(Entry { name: row.get(0)?, kind: row.get(1)?, without_rowid: row.get(2)?, strict: row.get(3)? }))?;
    let has = |table: &str| entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(table));
    let runs = has(journal::TABLE) && journal::exists(handle).unwrap_or(false);
    let in_place = has(in_place::TABLE) && in_place::exists(handle).unwrap_or(false);
    let is_ours = |entry: &Entry| {
        (runs && entry.name.eq_ignore_ascii_case(journal::TABLE)) || (in_place && entry.name.eq_ignore_ascii_case(in_place::TABLE))
    };
    Ok(entries.iter().filter(|entry| !is_ours(entry)).cloned().collect())
}

/// The whole catalog.
///
/// # Errors
/// SQLite's.
pub(super) fn read(handle: &Handle) -> Result<Catalog> {
    let mut catalog = Catalog::default();
    catalog.objects.insert(object(ObjectKind::Database, "main"), database(handle)?);
    let texts = texts(handle)?;
    let estimates = estimates(handle)?;
    let mut hidden = BTreeSet::new();
    for entry in table_list(handle)? {
        let text = texts.get(&entry.name).map(String::as_str).unwrap_or_default();
        match entry.kind.as_str() {
            "view" => {
                let properties = Properties::from([("definition".to_owned(), definition::normalised(text))]);
                catalog.objects.insert(object(ObjectKind::View, &entry.name), properties);
            }
            "virtual" => virtual_table(&mut catalog, &entry, text),
            _ => {
                let mut table = table(handle, &entry)?;
                table.estimated_rows = estimates.get(&entry.name).copied();
                describe_table(&mut catalog, handle, &entry, &table, text)?;
                catalog.tables.push(table);
            }
        }
        _ = hidden.insert(entry.name);
    }
    let known = |table: &str| hidden.contains(table);
    triggers(&mut catalog, handle, &known)?;
    shapes::add(handle, &mut catalog.tables)?;
    catalog.relationships = relationships(handle, &catalog.tables)?;
    Ok(catalog)
}

fn object(kind: ObjectKind, name: impl Into<String>) -> ObjectName {
    ObjectName { kind, name: name.into() }
}

fn belonging(kind: ObjectKind, table: &str, name: &str) -> ObjectName {
    object(kind, format!("{table}.{name}"))
}

/// Adds an object under its name, or under the next free number where two have the same.
fn insert(catalog: &mut Catalog, name: ObjectName, properties: Properties) {
    let mut free = name.clone();
    let mut number = 1;
    while catalog.objects.contains_key(&free) {
        number += 1;
        free.name = format!("{} #{number}", name.name);
    }
    catalog.objects.insert(free, properties);
}

fn yes() -> String {
    "yes".to_owned()
}

fn database(handle: &Handle) -> Result<Properties> {
    let mut properties = Properties::new();
    for name in ["application_id", "user_version", "auto_vacuum", "page_size"] {
        properties.insert(name.to_owned(), handle.value::<i64>(&format!("PRAGMA main.{name}"), [])?.to_string());
    }
    properties.insert("encoding".to_owned(), handle.value("PRAGMA main.encoding", [])?);
    // The other modes belong to a connection and not to the file.
    let journal = if handle.has_write_ahead_log()? { "write-ahead log" } else { "rollback" };
    properties.insert("journal".to_owned(), journal.to_owned());
    Ok(properties)
}

fn texts(handle: &Handle) -> Result<BTreeMap<String, String>> {
    let sql = "SELECT name, sql FROM main.sqlite_schema WHERE type IN ('table', 'view') AND sql IS NOT NULL";
    Ok(handle.rows(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
}

/// Rows by ANALYZE, where somebody ran it: the first number of each `stat`.
fn estimates(handle: &Handle) -> Result<BTreeMap<String, u64>> {
    if !has_statistics(handle)? {
        return Ok(BTreeMap::new());
    }
    let sql = "SELECT tbl, max(CAST(stat AS INTEGER)) FROM main.sqlite_stat1 WHERE tbl IS NOT NULL GROUP BY tbl";
    let rows: Vec<(String, Option<i64>)> = handle.rows(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.into_iter().filter_map(|(table, rows)| Some((table, u64::try_from(rows?).ok()?))).collect())
}

/// Whether somebody ever ran ANALYZE.
///
/// # Errors
/// SQLite's.
pub(super) fn has_statistics(handle: &Handle) -> Result<bool> {
    handle.value("SELECT count(*) > 0 FROM main.sqlite_schema WHERE name = 'sqlite_stat1'", [])
}

fn virtual_table(catalog: &mut Catalog, entry: &Entry, text: &str) {
    let name = object(ObjectKind::Table, &entry.name);
    let module = definition::module(text);
    let reason = format!(
        "a virtual table's rows are made by its module, {module}; where the module keeps them in tables of this file, those are compared"
    );
    catalog.not_covered.push(NotCovered { object: name.clone(), reason });
    catalog.objects.insert(name, Properties::from([("module".to_owned(), module)]));
}

/// A table that is scanned.
///
/// # Errors
/// SQLite's.
pub(super) fn table(handle: &Handle, entry: &Entry) -> Result<Table> {
    let columns = described_columns(handle, &entry.name)?;
    let indexes = indexes(handle, &entry.name)?;
    let keys = keys(entry, &columns, &indexes);
    let alias = rowid_alias(entry, &columns, &indexes);
    let columns = columns
        .into_iter()
        .map(|column| Column {
            nullable: !column.not_null && alias.as_deref() != Some(column.name.as_str()),
            generated: column.generated,
            numeric: is_numeric(&column.data_type),
            utf8: entry.strict && column.data_type.eq_ignore_ascii_case("TEXT"),
            data_type: column.data_type,
            name: column.name,
        })
        .collect();
    Ok(Table {
        name: TableName::local(&entry.name),
        columns,
        keys,
        bytes: None,
        estimated_rows: None,
        rewrite_obstacles: Vec::new(),
        unit_obstacles: Vec::new(),
        shape: Default::default(),
    })
}

/// A column as `PRAGMA table_xinfo` tells it.
struct DescribedColumn {
    name: String,
    data_type: String,
    not_null: bool,
    default: Option<String>,
    /// Its place in the primary key, from 1; 0 where it is not in it.
    key_place: i64,
    generated: bool,
}

fn described_columns(handle: &Handle, table: &str) -> Result<Vec<DescribedColumn>> {
    let sql = "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1, 'main') ORDER BY cid";
    handle.rows(sql, [table], |row| {
        Ok(DescribedColumn {
            name: row.get(0)?,
            data_type: row.get(1)?,
            not_null: row.get(2)?,
            default: row.get(3)?,
            key_place: row.get(4)?,
            generated: row.get::<_, i64>(5)? >= 2,
        })
    })
}

/// An index with its columns.
struct Index {
    name: String,
    unique: bool,
    /// `c` by CREATE INDEX, `u` by UNIQUE, `pk` by PRIMARY KEY.
    origin: String,
    partial: bool,
    columns: Vec<IndexColumn>,
}

struct IndexColumn {
    /// `None` for an expression or the rowid.
    name: Option<String>,
    descending: bool,
    collation: Option<String>,
}

fn indexes(handle: &Handle, table: &str) -> Result<Vec<Index>> {
    let sql = "SELECT name, \"unique\", origin, partial FROM pragma_index_list(?1, 'main') ORDER BY name";
    let mut indexes = handle.rows(sql, [table], |row| {
        Ok(Index { name: row.get(0)?, unique: row.get(1)?, origin: row.get(2)?, partial: row.get(3)?, columns: Vec::new() })
    })?;
    for index in &mut indexes {
        let sql = "SELECT name, \"desc\", coll FROM pragma_index_xinfo(?1, 'main') WHERE key = 1 ORDER BY seqno";
        index.columns = handle
            .rows(sql, [&index.name], |row| Ok(IndexColumn { name: row.get(0)?, descending: row.get(1)?, collation: row.get(2)? }))?;
    }
    Ok(indexes)
}

/// The column that is another name of the rowid, and therefore never NULL. It has no index of its own, which tells it
/// from `INTEGER PRIMARY KEY DESC`.
fn rowid_alias(entry: &Entry, columns: &[DescribedColumn], indexes: &[Index]) -> Option<String> {
    let key: Vec<_> = columns.iter().filter(|column| column.key_place > 0).collect();
    match key.as_slice() {
        [column] if !entry.without_rowid && !indexes.iter().any(|index| index.origin == "pk") => Some(column.name.clone()),
        _ => None,
    }
}

fn keys(entry: &Entry, columns: &[DescribedColumn], indexes: &[Index]) -> Vec<Key> {
    let alias = rowid_alias(entry, columns, indexes);
    let key = |name: String, names: Vec<String>, primary: bool| {
        // A primary key of a rowid table may hold NULLs, unless it is the rowid or says NOT NULL.
        let enforced = |name: &String| alias.as_ref() == Some(name) || columns.iter().any(|column| column.name == *name && column.not_null);
        Key { name, not_null: names.iter().all(enforced), columns: names, primary }
    };
    let mut primary: Vec<_> = columns.iter().filter(|column| column.key_place > 0).collect();
    primary.sort_by_key(|column| column.key_place);
    let mut unique = Vec::new();
    for index in indexes.iter().filter(|index| index.unique && !index.partial && index.origin != "pk") {
        let names: Option<Vec<String>> = index.columns.iter().map(|column| column.name.clone()).collect();
        // The name of an automatic index is a number that the next rebuild changes.
        let name = if index.origin == "c" { index.name.clone() } else { String::new() };
        unique.extend(names.map(|names| key(name, names, false)));
    }
    unique.sort_by(|left, right| (&left.name, &left.columns).cmp(&(&right.name, &right.columns)));
    let primary_names: Vec<String> = primary.into_iter().map(|column| column.name.clone()).collect();
    let primary = (!primary_names.is_empty()).then(|| key(String::new(), primary_names, true));
    primary.into_iter().chain(unique).collect()
}

/// Whether a column has INTEGER, REAL or NUMERIC affinity ("Datatypes In SQLite", section 3.1) and is not a date or a time by its name.
fn is_numeric(data_type: &str) -> bool {
    let name = data_type.to_ascii_uppercase();
    let contains = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if contains(&["DATE", "TIME"]) || name == "ANY" {
        return false;
    }
    contains(&["INT"]) || !(name.is_empty() || contains(&["CHAR", "CLOB", "TEXT", "BLOB"]))
}

fn describe_table(catalog: &mut Catalog, handle: &Handle, entry: &Entry, table: &Table, text: &str) -> Result<()> {
    let mut properties = Properties::new();
    let flags = [
        ("strict", entry.strict),
        ("without_rowid", entry.without_rowid),
        ("autoincrement", definition::mentions(text, &["AUTOINCREMENT"])),
    ];
    properties.extend(flags.into_iter().filter(|(_, set)| *set).map(|(name, _)| (name.to_owned(), yes())));
    let described = described_columns(handle, &entry.name)?;
    let parts = definition::take_apart(text).filter(|parts| agrees(parts, &described));
    if parts.is_none() {
        // A text that we cannot take apart is compared as a whole.
        properties.insert("definition".to_owned(), definition::normalised(text));
    }
    catalog.objects.insert(object(ObjectKind::Table, table.name.to_string()), properties);
    for (place, column) in described.iter().enumerate() {
        let definition = parts.as_ref().map(|parts| &parts.columns[place]);
        catalog.objects.insert(belonging(ObjectKind::Column, &entry.name, &column.name), column_properties(column, definition));
    }
    for constraint in parts.iter().flat_map(|parts| &parts.constraints) {
        let name = constraint.name.as_ref().unwrap_or(&constraint.text);
        let properties = Properties::from([("definition".to_owned(), constraint.text.clone())]);
        insert(catalog, belonging(ObjectKind::Constraint, &entry.name, name), properties);
    }
    for index in indexes(handle, &entry.name)? {
        let shown = if index.origin == "c" { index.name.clone() } else { column_list(&index) };
        let properties = index_properties(handle, &index)?;
        insert(catalog, belonging(ObjectKind::Index, &entry.name, &shown), properties);
    }
    Ok(())
}

fn agrees(parts: &TableDefinition, described: &[DescribedColumn]) -> bool {
    parts.columns.len() == described.len()
        && parts.columns.iter().zip(described).all(|(part, column)| part.name.eq_ignore_ascii_case(&column.name))
}

fn column_properties(column: &DescribedColumn, definition: Option<&definition::ColumnDefinition>) -> Properties {
    let mut properties = Properties::from([("type".to_owned(), definition::normalised(&column.data_type))]);
    let mut set = |name: &str, value: Option<String>| _ = value.and_then(|value| properties.insert(name.to_owned(), value));
    match definition {
        Some(definition) => {
            set("not_null", definition.not_null.clone());
            set("default", definition.default.clone());
            set("collation", definition.collation.clone());
            set("generated", definition.generated.clone());
            set("definition", Some(definition.rest.join(" ")).filter(|rest| !rest.is_empty()));
        }
        None => {
            set("not_null", column.not_null.then(yes));
            set("default", column.default.as_deref().map(definition::normalised));
            set("generated", column.generated.then(yes));
        }
    }
    properties
}

fn column_list(index: &Index) -> String {
    let columns: Vec<_> = index
        .columns
        .iter()
        .map(|column| {
            let mut shown = column.name.clone().unwrap_or_else(|| "expression".to_owned());
            if let Some(collation) = column.collation.as_ref().filter(|collation| !collation.eq_ignore_ascii_case("BINARY")) {
                shown.push_str(&format!(" COLLATE {}", collation.to_ascii_uppercase()));
            }
            if column.descending {
                shown.push_str(" DESC");
            }
            shown
        })
        .collect();
    format!("({})", columns.join(", "))
}

fn index_properties(handle: &Handle, index: &Index) -> Result<Properties> {
    let mut properties = Properties::from([("columns".to_owned(), column_list(index)), ("origin".to_owned(), index.origin.clone())]);
    for (name, set) in [("unique", index.unique), ("partial", index.partial)] {
        if set {
            properties.insert(name.to_owned(), yes());
        }
    }
    // The primary key of a table WITHOUT ROWID is the table itself and has no line there.
    let text: Option<String> = handle.value("SELECT max(sql) FROM main.sqlite_schema WHERE type = 'index' AND name = ?1", [&index.name])?;
    properties.extend(text.map(|text| ("definition".to_owned(), definition::index_body(&text))));
    Ok(properties)
}

fn triggers(catalog: &mut Catalog, handle: &Handle, known: &dyn Fn(&str) -> bool) -> Result<()> {
    let sql = "SELECT tbl_name, name, sql FROM main.sqlite_schema WHERE type = 'trigger' ORDER BY tbl_name, name";
    let triggers: Vec<(String, String, String)> = handle.rows(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    for (table, name, text) in triggers.into_iter().filter(|(table, _, _)| known(table)) {
        let properties = Properties::from([("definition".to_owned(), definition::normalised(&text))]);
        catalog.objects.insert(belonging(ObjectKind::Trigger, &table, &name), properties);
    }
    Ok(())
}

/// Declared foreign keys between tables that exist, in the catalog's own spelling. One that refers to something that is
/// not there is compared as a text, with the column or constraint that it belongs to.
fn relationships(handle: &Handle, tables: &[Table]) -> Result<Vec<Relationship>> {
    let find = |name: &str| tables.iter().find(|table| table.name.name.eq_ignore_ascii_case(name));
    let mut relationships = Vec::new();
    for declared in constraints::declared(handle)? {
        let (Some(child), Some(parent)) = (find(&declared.child), find(&declared.parent)) else { continue };
        let (Some(columns), Some(parent_columns)) = (spelled(child, &declared.columns), spelled(parent, &declared.parent_columns)) else {
            continue;
        };
        if columns.len() == parent_columns.len() {
            relationships.push(Relationship {
                child: child.name.clone(),
                columns,
                parent: parent.name.clone(),
                parent_columns,
                declared: true,
            });
        }
    }
    relationships.sort();
    relationships.dedup();
    Ok(relationships)
}

fn spelled(table: &Table, names: &[String]) -> Option<Vec<String>> {
    let find = |name: &String| table.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
    names.iter().map(|name| find(name).map(|column| column.name.clone())).collect()
}

/// Where AUTOINCREMENT stands, by table. SQLite never gives a number that is not above the largest rowid, whatever stands here.
///
/// # Errors
/// SQLite's.
pub(super) fn sequences(handle: &Handle) -> Result<Vec<SequencePosition>> {
    if !handle.value::<bool>("SELECT count(*) > 0 FROM main.sqlite_schema WHERE name = 'sqlite_sequence'", [])? {
        return Ok(Vec::new());
    }
    let sql = "SELECT s.name, CAST(max(s.seq) AS INTEGER), (SELECT c.name FROM pragma_table_xinfo(s.name, 'main') c WHERE c.pk = 1) \
               FROM main.sqlite_sequence s JOIN main.sqlite_schema t ON t.type = 'table' AND t.name = s.name GROUP BY s.name ORDER BY s.name";
    let rows: Vec<(String, Option<i64>, Option<String>)> = handle.rows(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut positions: Vec<_> = rows.into_iter().map(|(table, last, column)| position(table, last, column)).collect();
    // A table whose line is not there, or was deleted, numbers on from its largest rowid.
    let texts = texts(handle)?;
    for entry in table_list(handle)?.into_iter().filter(Entry::is_plain) {
        let numbered = texts.get(&entry.name).is_some_and(|text| definition::mentions(text, &["AUTOINCREMENT"]));
        if numbered && !positions.iter().any(|position| position.sequence == entry.name) {
            use crate::model::dialect::Dialect as _;
            let quoted = super::SqliteDialect.quote_identifier(&entry.name);
            let last = handle.value(&format!("SELECT max(_rowid_) FROM main.{quoted}"), [])?;
            let column = handle.value("SELECT max(name) FROM pragma_table_xinfo(?1, 'main') WHERE pk = 1", [&entry.name])?;
            positions.push(position(entry.name, last, column));
        }
    }
    positions.sort();
    Ok(positions)
}

fn position(table: String, last: Option<i64>, column: Option<String>) -> SequencePosition {
    SequencePosition {
        numbers: column.map(|column| (TableName::local(&table), column)),
        sequence: table,
        next: i128::from(last.unwrap_or_default()) + 1,
        increment: 1,
    }
}

/// The statement that renews a table's statistics; empty where it has none.
///
/// # Errors
/// SQLite's.
pub(super) fn analyze(handle: &Handle, table: &str) -> Result<String> {
    use crate::model::dialect::Dialect as _;
    let has: bool = handle.value("SELECT count(*) > 0 FROM main.sqlite_stat1 WHERE tbl = ?1 COLLATE NOCASE", [table])?;
    let statement = || format!("ANALYZE main.{}", super::SqliteDialect.quote_identifier(table));
    Ok(if has { statement() } else { String::new() })
}
