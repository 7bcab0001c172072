//! Which columns a query reads, as SQLite itself understands it: its authorizer is asked for every one of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use crate::model::error::Result;
use crate::model::table::{Table, TableName};

use super::catalog;
use super::definition::mentions;
use super::session::Handle;

/// What SQLite asked for while it prepared a query.
#[derive(Debug, Default)]
struct Asked {
    /// Table and column; the column is empty where only the rows' number matters.
    reads: BTreeSet<(String, String)>,
    functions: BTreeSet<String>,
    /// Views and common table expressions in which something was read.
    within: BTreeSet<String>,
    /// Something that is neither reading nor a function.
    other: bool,
}

/// Built-in functions that give the same result for the same rows, besides those that SQLite itself calls
/// deterministic. Aggregates whose result depends on the order of the rows are not among them.
const DEPENDABLE: [&str; 6] = ["avg", "count", "max", "min", "sum", "total"];

/// Functions that SQLite calls deterministic and that are not for us: they read the clock where an argument is `now`, and
/// that may come from a column; or they depend on the order of the rows.
const UNDEPENDABLE: [&str; 9] =
    ["date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff", "json_group_array", "json_group_object"];

/// Table-valued functions whose rows depend on nothing but their arguments.
const TABLE_FUNCTIONS: [&str; 2] = ["json_each", "json_tree"];

/// `SQLITE_DETERMINISTIC` in the flags of `PRAGMA function_list`.
const DETERMINISTIC: i64 = 0x800;

/// The columns that a query reads, its views resolved. `None` where its result can change although none of them does, or
/// where SQLite does not tell: it is silent about the columns that `NATURAL` and `USING` compare, and `LIMIT` picks rows by
/// an order that an index may change.
///
/// # Errors
/// Where the query is not valid.
pub(super) fn of(handle: &Handle, sql: &str) -> Result<Option<Vec<(TableName, String)>>> {
    // Prepared once before it is watched: the first use of a table-valued function makes SQLite read its own catalog.
    if !handle.prepare(sql)?.readonly() {
        return Ok(None);
    }
    let asked = watch(handle, sql)?;
    let views = views(handle)?;
    let known = catalog::table_list(handle)?;
    if asked.other || asked.functions.iter().any(|name| !is_dependable(handle, name)) {
        return Ok(None);
    }
    let within = asked.within.iter().chain(asked.reads.iter().map(|(table, _)| table));
    let texts = [sql].into_iter().chain(within.filter_map(|name| views.get(&name.to_ascii_lowercase()).map(String::as_str)));
    if texts.into_iter().any(|text| mentions(text, &["NATURAL", "USING", "LIMIT"])) {
        return Ok(None);
    }
    let mut columns = BTreeSet::new();
    for (table, column) in &asked.reads {
        if views.contains_key(&table.to_ascii_lowercase()) || TABLE_FUNCTIONS.contains(&table.as_str()) {
            continue;
        }
        let Some(entry) = known.iter().find(|entry| entry.name == *table && entry.is_plain()) else { return Ok(None) };
        let table = catalog::table(handle, entry)?;
        match table.column(column) {
            Some(column) => _ = columns.insert((table.name.clone(), column.name.clone())),
            None if column.is_empty() => columns.extend(identifying(&table)),
            // A rowid that is no column is compared by nobody.
            None => return Ok(None),
        }
    }
    Ok(Some(columns.into_iter().collect()))
}

/// The columns that stand for the set of a table's rows.
fn identifying(table: &Table) -> Vec<(TableName, String)> {
    let columns =
        table.keys.first().map_or_else(|| table.columns.iter().map(|column| column.name.clone()).collect(), |key| key.columns.clone());
    columns.into_iter().map(|column| (table.name.clone(), column)).collect()
}

fn watch(handle: &Handle, sql: &str) -> Result<Asked> {
    let asked = Arc::new(Mutex::new(Asked::default()));
    let listener = Arc::clone(&asked);
    let listen = move |context: AuthContext<'_>| {
        let mut asked = listener.lock().unwrap_or_else(PoisonError::into_inner);
        asked.within.extend(context.accessor.map(str::to_owned));
        match context.action {
            AuthAction::Read { table_name, column_name } if context.database_name.is_none_or(|database| database == "main") => {
                asked.reads.insert((table_name.to_owned(), column_name.to_owned()));
            }
            AuthAction::Function { function_name } => _ = asked.functions.insert(function_name.to_ascii_lowercase()),
            AuthAction::Select | AuthAction::Recursive => {}
            _ => asked.other = true,
        }
        Authorization::Allow
    };
    handle.told("watch the query", handle.connection.authorizer(Some(listen)))?;
    let prepared = handle.prepare(sql).map(drop);
    handle.told("stop watching", handle.connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>))?;
    prepared?;
    Ok(std::mem::take(&mut *asked.lock().unwrap_or_else(PoisonError::into_inner)))
}

/// The views' texts by their names in lower case.
fn views(handle: &Handle) -> Result<BTreeMap<String, String>> {
    let rows =
        handle.rows("SELECT lower(name), sql FROM main.sqlite_schema WHERE type = 'view'", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.into_iter().collect())
}

fn is_dependable(handle: &Handle, function: &str) -> bool {
    let sql = "SELECT count(*) > 0 AND min(builtin AND flags & ?2) FROM pragma_function_list WHERE name = ?1";
    let deterministic = || handle.value::<bool>(sql, (function, DETERMINISTIC)).unwrap_or(false);
    DEPENDABLE.contains(&function) || (!UNDEPENDABLE.contains(&function) && deterministic())
}
