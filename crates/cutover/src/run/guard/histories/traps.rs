//! The known traps of the tools: what they do without saying so, and what they leave behind.

use super::folder::{MigrationFile, drizzle_position};
use super::known::Tool;
use super::{Applied, History};
use crate::database::Reader;
use crate::model::error::Result;

/// What stands in the table itself.
pub(super) fn in_table(history: &History, applied: &Applied, reader: &mut dyn Reader) -> Result<Vec<String>> {
    let text = |row: &[Option<String>], column: usize| row.get(column).cloned().flatten().unwrap_or_default();
    let is = |value: &str| matches!(value, "1" | "t" | "true");
    let mut found = Vec::new();
    for row in &applied.rows {
        match history.tool {
            Tool::GolangMigrate if is(&text(row, 1)) => found.push(format!(
                "version {} is dirty: it failed half-way, and golang-migrate does nothing until somebody has put it right and said so (migrate force)",
                text(row, 0)
            )),
            Tool::Sqlx if !is(&text(row, 2)) => {
                found.push(format!("version {} did not succeed: it was begun, and its end is not recorded", text(row, 0)));
            }
            Tool::Flyway if !is(&text(row, 4)) => {
                found.push(format!("{} failed, and flyway does nothing until it was repaired (flyway repair)", text(row, 3)));
            }
            _ => {}
        }
    }
    if history.tool == Tool::Knex {
        for table in &history.beside {
            let mut locked = false;
            reader.scan(table, &["is_locked".to_owned()], &mut |row| {
                locked |= row.cell(0).to_text() == "1";
                Ok(())
            })?;
            if locked {
                found.push("knex's lock is set: a migration works now, or was killed (knex migrate:unlock)".to_owned());
            }
        }
    }
    Ok(found)
}

/// What the tool will make of the files. `is_there` knows the database's tables.
pub(super) fn in_folder(
    tool: Tool,
    applied: &Applied,
    files: &[MigrationFile],
    pending: &[&MigrationFile],
    is_there: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    match tool {
        Tool::Drizzle => skipped(applied, files),
        Tool::Laravel => half_applied(pending, is_there),
        Tool::Sqlx => changed_since(applied, files),
        _ => Vec::new(),
    }
}

/// Drizzle looks at the time of the last migration that it has applied, and at nothing else: a file with an earlier time, from another
/// branch, is never applied, and the exit code is 0.
fn skipped(applied: &Applied, files: &[MigrationFile]) -> Vec<String> {
    let Some(last) = drizzle_position(applied) else { return Vec::new() };
    let known = |file: &MigrationFile| {
        applied.rows.iter().any(|row| {
            let column = |column: usize| row.get(column).cloned().flatten().unwrap_or_default();
            (!file.hash.is_empty() && column(0) == file.hash) || column(1) == file.version
        })
    };
    let earlier = |file: &&MigrationFile| file.version.parse::<i128>().is_ok_and(|when| when <= last);
    let skipped = files.iter().filter(earlier).filter(|file| !known(file));
    let told = |file: &MigrationFile| {
        format!(
            "{} was never applied and never will be: its time ({}) is before that of the last one ({last}), and drizzle skips it without a word; \
             generate it again",
            file.name, file.version
        )
    };
    skipped.map(told).collect()
}

/// Where a definition commits by itself, a migration that fails leaves what it has done before, and Laravel knows nothing of it: the next
/// attempt fails at the table that is there already.
fn half_applied(pending: &[&MigrationFile], is_there: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for file in pending {
        for part in file.text.split("Schema::create(").skip(1) {
            let table = part.trim_start().trim_start_matches(['"', '\'']).split(['"', '\'']).next().unwrap_or_default();
            if is_there(table) {
                found.push(format!(
                    "{} is not recorded as applied, and the table {table} that it creates is there: it was left half-way, or was made by hand",
                    file.name
                ));
            }
        }
    }
    found
}

fn changed_since(applied: &Applied, files: &[MigrationFile]) -> Vec<String> {
    let mut found = Vec::new();
    for row in &applied.rows {
        let text = |column: usize| row.get(column).cloned().flatten().unwrap_or_default();
        // Bytes are shown as x'…' or \x….
        let checksum: String = text(3).trim_start_matches("\\x").trim_start_matches("x'").trim_end_matches('\'').to_lowercase();
        match files.iter().find(|file| file.version == text(0)) {
            Some(file) if !checksum.is_empty() && checksum != file.hash => {
                found.push(format!("{} was changed after it had been applied: sqlx refuses to go on", file.name));
            }
            None if !files.is_empty() => {
                found.push(format!("version {} was applied, and its file is gone: sqlx refuses to go on", text(0)))
            }
            _ => {}
        }
    }
    found
}
