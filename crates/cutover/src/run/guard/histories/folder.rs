//! The folder of a tool's migrations: which of its files have been applied, which have not, and what the tool will make of that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest as _, Sha384};

use super::known::Tool;
use super::{Applied, History, names, traps};
use crate::snapshot::seal::sha256;

/// A file of a migration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct MigrationFile {
    /// What people call it.
    pub name: String,
    /// What the tool's table identifies it by, or the first part of that.
    pub version: String,
    /// What it hangs on, where the tool says so: alembic's earlier revisions.
    pub after: Vec<String>,
    /// The tool's own hash of it, where it keeps one; else empty.
    pub hash: String,
    /// What stands in it, where it is text.
    pub text: String,
}

/// A folder as it stands to a history.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// What would be applied next, in order.
    pub pending: Vec<String>,
}

/// How a history stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The tool.
    pub tool: String,
    /// Its table.
    pub table: String,
    /// What it says is applied, in its order.
    pub applied: Vec<String>,
    /// The folder of its files; `None` where none was found.
    pub folder: Option<Folder>,
    /// What is wrong, and what the tool will not tell.
    pub warnings: Vec<String>,
}

/// How a history stands to its folder. `faults` are what its tables tell by themselves, `is_there` knows the database's tables.
#[must_use]
pub fn standing(
    history: &History,
    applied: &Applied,
    faults: Vec<String>,
    path: Option<PathBuf>,
    is_there: &dyn Fn(&str) -> bool,
) -> Standing {
    let files = path.as_deref().map(|path| files_of(history.tool, path)).unwrap_or_default();
    let mut warnings = faults;
    let pending = pending(history.tool, applied, &files);
    warnings.extend(traps::in_folder(history.tool, applied, &files, &pending, is_there));
    Standing {
        tool: history.tool.to_string(),
        table: history.table.to_string(),
        applied: applied.rows.iter().map(|row| names::of(history.tool, row, path.as_deref())).collect(),
        folder: path.map(|path| Folder { path, pending: pending.into_iter().map(|file| file.name.clone()).collect() }),
        warnings,
    }
}

/// The folder of a tool's files: the one that is given, if it holds any of them, else the one that the tool uses where nothing is said.
#[must_use]
pub fn folder_for(tool: Tool, given: Option<&Path>, below: &Path) -> Option<PathBuf> {
    match given {
        Some(path) => Some(path.to_owned()).filter(|path| !files_of(tool, path).is_empty()),
        None => folder_of(tool, below),
    }
}

/// The folder that a tool uses where nothing is said, if it holds any of its files.
fn folder_of(tool: Tool, below: &Path) -> Option<PathBuf> {
    tool.folders().iter().map(|folder| below.join(folder)).find(|path| path.is_dir() && !files_of(tool, path).is_empty())
}

/// The files that have not been applied, in order.
fn pending<'a>(tool: Tool, applied: &Applied, files: &'a [MigrationFile]) -> Vec<&'a MigrationFile> {
    let first: BTreeSet<String> = applied.rows.iter().map(|row| row.first().cloned().flatten().unwrap_or_default()).collect();
    match tool {
        Tool::Drizzle => {
            let last = drizzle_position(applied);
            files.iter().filter(|file| file.version.parse::<i128>().is_ok_and(|when| last.is_none_or(|last| when > last))).collect()
        }
        Tool::GolangMigrate => {
            let position = first.iter().filter_map(|version| version.parse::<i128>().ok()).max();
            let later =
                |file: &&MigrationFile| file.version.parse::<i128>().is_ok_and(|version| position.is_none_or(|last| version > last));
            files.iter().filter(later).collect()
        }
        Tool::Alembic => {
            let done = ancestors(&first, files);
            files.iter().filter(|file| !done.contains(&file.version)).collect()
        }
        Tool::Django => {
            let done: BTreeSet<_> = applied.rows.iter().map(|row| names::of(tool, row, None)).collect();
            files.iter().filter(|file| !done.contains(&file.name)).collect()
        }
        Tool::Flyway => {
            let done: BTreeSet<_> = applied.rows.iter().filter_map(|row| row.get(3).cloned().flatten()).collect();
            files.iter().filter(|file| !done.contains(&file.name)).collect()
        }
        _ => files.iter().filter(|file| !first.contains(&file.version)).collect(),
    }
}

/// The time of the last migration that drizzle has applied: it looks at nothing else.
pub(super) fn drizzle_position(applied: &Applied) -> Option<i128> {
    applied.rows.iter().filter_map(|row| row.get(1).cloned().flatten()?.parse().ok()).max()
}

/// Revisions and everything that they hang on.
fn ancestors(heads: &BTreeSet<String>, files: &[MigrationFile]) -> BTreeSet<String> {
    let after: BTreeMap<&str, &[String]> = files.iter().map(|file| (file.version.as_str(), file.after.as_slice())).collect();
    let mut open: Vec<String> = heads.iter().cloned().collect();
    let mut done = BTreeSet::new();
    while let Some(revision) = open.pop() {
        if done.insert(revision.clone()) {
            open.extend(after.get(revision.as_str()).into_iter().flat_map(|earlier| earlier.iter().cloned()));
        }
    }
    done
}

/// The migrations in a folder, in the tool's order; none where it cannot be read.
pub(super) fn files_of(tool: Tool, folder: &Path) -> Vec<MigrationFile> {
    let mut files: Vec<MigrationFile> = match tool {
        Tool::Drizzle => return drizzle(folder),
        Tool::Django => django(folder),
        _ => named(folder).filter_map(|(name, path)| file_of(tool, &name, &path)).collect(),
    };
    let number = |file: &MigrationFile| file.version.parse::<i128>().unwrap_or(i128::MAX);
    files.sort_by(|one, other| (number(one), &one.name).cmp(&(number(other), &other.name)));
    files
}

fn named(folder: &Path) -> impl Iterator<Item = (String, PathBuf)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).filter(|(_, path)| path.is_file())
}

fn file_of(tool: Tool, name: &str, path: &Path) -> Option<MigrationFile> {
    let text = || std::fs::read_to_string(path).unwrap_or_default();
    let digits = |name: &str| name.chars().take_while(char::is_ascii_digit).collect::<String>();
    let plain =
        |name: &str, version: String| (!version.is_empty()).then(|| MigrationFile { name: name.to_owned(), version, ..Default::default() });
    match tool {
        Tool::Laravel => {
            let stem = name.strip_suffix(".php")?;
            Some(MigrationFile { text: text(), ..plain(stem, stem.to_owned())? })
        }
        Tool::Knex => {
            let code = [".js", ".ts", ".cjs", ".mjs"].iter().any(|ending| name.ends_with(ending)) && !name.ends_with(".d.ts");
            plain(name, name.to_owned()).filter(|_| code)
        }
        Tool::Alembic => alembic(name.strip_suffix(".py")?, &text()),
        Tool::Sqlx => {
            let stem = name.strip_suffix(".sql").filter(|stem| !stem.ends_with(".down"))?;
            let hash = Sha384::digest(std::fs::read(path).ok()?).iter().map(|byte| format!("{byte:02x}")).collect();
            let stem = stem.strip_suffix(".up").unwrap_or(stem);
            // `0001` and `1` are the same version.
            let version = digits(stem).parse::<i128>().ok()?.to_string();
            Some(MigrationFile { hash, ..plain(stem, version)? })
        }
        Tool::GolangMigrate => {
            let stem = name.strip_suffix(".sql")?.strip_suffix(".up")?;
            plain(stem, digits(stem).parse::<i128>().ok()?.to_string())
        }
        Tool::Rails => plain(name.strip_suffix(".rb")?, digits(name)),
        Tool::Dbmate => plain(name.strip_suffix(".sql")?, digits(name)),
        Tool::Flyway => {
            let ends = name.ends_with(".sql") && (name.starts_with('V') || name.starts_with('R')) && name.contains("__");
            plain(name, name.to_owned()).filter(|_| ends)
        }
        Tool::Refinery => {
            let stem = name.strip_suffix(".sql").or_else(|| name.strip_suffix(".rs"))?;
            let number = stem.strip_prefix('V').or_else(|| stem.strip_prefix('U'))?;
            plain(stem, digits(number).parse::<i128>().ok()?.to_string())
        }
        Tool::Drizzle | Tool::Django => None,
    }
}

/// Drizzle's own journal names its files, and the time of each.
fn drizzle(folder: &Path) -> Vec<MigrationFile> {
    let text = std::fs::read_to_string(folder.join("meta/_journal.json")).unwrap_or_default();
    let journal: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let entries = journal.get("entries").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
    let file = |entry: serde_json::Value| {
        let name = entry.get("tag")?.as_str()?.to_owned();
        let when = entry.get("when")?.as_i64()?;
        let hash = std::fs::read(folder.join(format!("{name}.sql"))).map(|bytes| sha256(&bytes)).unwrap_or_default();
        Some(MigrationFile { name, version: when.to_string(), hash, ..MigrationFile::default() })
    };
    entries.into_iter().filter_map(file).collect()
}

/// Every app of a project has a folder of its own.
fn django(project: &Path) -> Vec<MigrationFile> {
    let mut files = Vec::new();
    let direct = [(String::new(), project.to_owned())].into_iter().chain(
        std::fs::read_dir(project)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())),
    );
    for (app, path) in direct {
        let (app, folder) = match path.file_name().and_then(|name| name.to_str()) {
            // The folder of one app was given.
            Some("migrations") => match path.parent().and_then(Path::file_name) {
                Some(parent) => (parent.to_string_lossy().into_owned(), path.clone()),
                None => continue,
            },
            _ => (app, path.join("migrations")),
        };
        for (name, _) in named(&folder) {
            if let Some(stem) = name.strip_suffix(".py").filter(|stem| stem.starts_with(|first: char| first.is_ascii_digit())) {
                files.push(MigrationFile { name: format!("{app}.{stem}"), version: stem.to_owned(), ..MigrationFile::default() });
            }
        }
    }
    files
}

/// `revision = "…"` and `down_revision = …`, which may name several, with or without a type.
fn alembic(stem: &str, text: &str) -> Option<MigrationFile> {
    let assigned = |name: &str| {
        let line = text.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', ':', '='])))?;
        line.split_once('=').map(|(_, value)| value.to_owned())
    };
    let quoted = |value: &str| {
        let parts = value.split(['"', '\'']);
        parts.skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let version = quoted(&assigned("revision")?).into_iter().next()?;
    let after = assigned("down_revision").map(|value| quoted(&value)).unwrap_or_default();
    Some(MigrationFile { name: stem.to_owned(), version, after, ..MigrationFile::default() })
}
