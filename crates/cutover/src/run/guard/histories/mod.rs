//! The tables in which migration tools keep what they have applied. What they say is told in their words, and is no changed data.

use std::path::Path;

use crate::database::{Database, Reader};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::{Catalog, TableName};

mod folder;
mod known;
mod names;
mod traps;

pub use folder::{Folder, Standing, folder_for, standing};
pub use known::Tool;

/// One tool's history in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The tool.
    pub tool: Tool,
    /// Its table.
    pub table: TableName,
    /// Other tables that it writes by itself.
    pub beside: Vec<TableName>,
}

/// What a tool says that it has applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// Each in the order of the table, with the columns of [`Tool::columns`]; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
}

impl History {
    /// All tables that the tool writes by itself.
    pub fn tables(&self) -> impl Iterator<Item = &TableName> {
        std::iter::once(&self.table).chain(&self.beside)
    }

    /// Reads what it says.
    ///
    /// # Errors
    /// Where the table cannot be read.
    pub fn read(&self, reader: &mut dyn Reader) -> Result<Applied> {
        let columns: Vec<String> = self.tool.columns().iter().map(|name| (*name).to_owned()).collect();
        let mut rows = Vec::new();
        reader.scan(&self.table, &columns, &mut |row| {
            rows.push(row.cells().map(|cell| (!cell.is_null()).then(|| cell.to_text())).collect());
            Ok(())
        })?;
        // A table has no order of its own.
        rows.sort_by_key(|row: &Vec<_>| self.tool.order(row));
        Ok(Applied { rows })
    }
}

/// The histories in a database, known by the names and columns of their tables.
#[must_use]
pub fn find(catalog: &Catalog) -> Vec<History> {
    let mut found = Vec::new();
    for table in &catalog.tables {
        let has = |name: &str| table.columns.iter().any(|column| column.name == name);
        let beside = |name: &str| {
            let sibling = TableName { schema: table.name.schema.clone(), name: name.to_owned() };
            catalog.table(&sibling).map(|table| table.name.clone())
        };
        let tool = Tool::ALL.into_iter().find(|tool| {
            tool.tables().contains(&table.name.name.as_str())
                && tool.columns().iter().all(|name| has(name))
                && tool.fits(&has, &|name| beside(name).is_some())
        });
        if let Some(tool) = tool {
            let beside = tool.beside().iter().filter_map(|name| beside(name)).collect();
            found.push(History { tool, table: table.name.clone(), beside });
        }
    }
    found
}

/// What came into a history, and what went out of it, in the tool's own names; from files where a folder of them is known.
#[must_use]
pub fn difference(history: &History, before: &Applied, after: &Applied, folder: Option<&Path>) -> (Vec<String>, Vec<String>) {
    let tool = history.tool;
    let name = |row: &Vec<Option<String>>| names::of(tool, row, folder);
    let mut rest: Vec<_> = before.rows.iter().map(|row| tool.identity(row)).collect();
    let mut applied = Vec::new();
    for row in &after.rows {
        match rest.iter().position(|identity| *identity == tool.identity(row)) {
            Some(position) => _ = rest.remove(position),
            None => applied.push(name(row)),
        }
    }
    let gone = before.rows.iter().filter(|row| rest.contains(&tool.identity(row)));
    let withdrawn: Vec<_> = gone.map(name).collect();
    // Some tools keep nothing but where they stand.
    if tool.keeps_position() && !applied.is_empty() {
        let from = if withdrawn.is_empty() { String::new() } else { format!(" (from {})", withdrawn.join(", ")) };
        applied.last_mut().into_iter().for_each(|last| last.push_str(&from));
        return (applied, Vec::new());
    }
    (applied, withdrawn)
}

/// How every history of a database stands to its folder: to `given` where that is the one of its tool, else to the one that the tool uses
/// where nothing is said, below `below`.
///
/// # Errors
/// Where something cannot be read; `Input` where `given` holds no migration of any tool that has a history there.
pub fn standings(database: &dyn Database, given: Option<&Path>, below: &Path) -> Result<Vec<Standing>> {
    let mut reader = database.read()?;
    let catalog = reader.catalog()?;
    let is_there = |name: &str| catalog.tables.iter().any(|table| table.name.name == name);
    let mut standings = Vec::new();
    let mut used = given.is_none();
    for history in find(&catalog) {
        let applied = history.read(reader.as_mut())?;
        let faults = faults(&history, &applied, reader.as_mut())?;
        let folder = folder_for(history.tool, given, below);
        used |= folder.is_some();
        standings.push(standing(&history, &applied, faults, folder, &is_there));
    }
    match given.filter(|_| !used) {
        None => Ok(standings),
        Some(path) => {
            let tools: Vec<_> = standings.iter().map(|standing| standing.tool.as_str()).collect();
            let has =
                if tools.is_empty() { "no history of a migration tool".to_owned() } else { format!("histories of {}", tools.join(", ")) };
            Err(Error::new(ErrorKind::Input, format!("{} holds no migrations of a tool that is used in this database", path.display()))
                .hint(format!("{} has {has}", database.place())))
        }
    }
}

/// What stands against a history in its table alone: a migration that was left half done, a lock that was left behind.
///
/// # Errors
/// Where a table cannot be read.
pub fn faults(history: &History, applied: &Applied, reader: &mut dyn Reader) -> Result<Vec<String>> {
    traps::in_table(history, applied, reader)
}
