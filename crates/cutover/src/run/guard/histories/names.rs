//! What people call a migration: the name of its file, as far as the table and the folder tell.

use std::path::Path;

use super::folder::files_of;
use super::known::Tool;

/// How much of a hash is shown where it has no name.
const SHOWN_HASH: usize = 12;

/// The name of the migration of a row.
pub(super) fn of(tool: Tool, row: &[Option<String>], folder: Option<&Path>) -> String {
    let text = |column: usize| row.get(column).cloned().flatten().unwrap_or_default();
    match tool {
        Tool::Drizzle => drizzle(&text(0), &text(1), folder),
        Tool::Django => format!("{}.{}", text(0), text(1)),
        Tool::Sqlx => joined(&text(0), "_", &text(1).replace(' ', "_")),
        Tool::Flyway if text(1).is_empty() => text(3),
        Tool::Flyway => format!("V{}", joined(&text(1), "__", &text(2).replace(' ', "_"))),
        Tool::Refinery => format!("V{}", joined(&text(0), "__", &text(1))),
        Tool::GolangMigrate if matches!(text(1).as_str(), "1" | "t" | "true") => format!("{} (dirty)", text(0)),
        Tool::Rails | Tool::Dbmate => by_version(tool, &text(0), folder),
        Tool::Laravel | Tool::Alembic | Tool::Knex | Tool::GolangMigrate => text(0),
    }
}

/// Drizzle keeps the SHA-256 of a file and the time that its journal gives it.
fn drizzle(hash: &str, created: &str, folder: Option<&Path>) -> String {
    let files = folder.map(|folder| files_of(Tool::Drizzle, folder)).unwrap_or_default();
    let named = files.iter().find(|file| file.hash == hash).or_else(|| files.iter().find(|file| file.version == created));
    named.map_or_else(|| format!("{}… of {created}", hash.chars().take(SHOWN_HASH).collect::<String>()), |file| file.name.clone())
}

fn by_version(tool: Tool, version: &str, folder: Option<&Path>) -> String {
    let files = folder.map(|folder| files_of(tool, folder)).unwrap_or_default();
    files.into_iter().find(|file| file.version == version).map_or_else(|| version.to_owned(), |file| file.name)
}

fn joined(one: &str, between: &str, other: &str) -> String {
    if other.is_empty() { one.to_owned() } else { format!("{one}{between}{other}") }
}
