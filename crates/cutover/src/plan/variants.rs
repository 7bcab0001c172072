//! Which files of a folder are meant for which database: `x.postgres.sql` wins over `x.sql`.

use std::collections::BTreeMap;

use super::faults::{and_also, did_you_mean};
use super::load::Reading;
use crate::model::error::Place;

/// The words for databases in file names and in `databases`. A plan may be written for one that this version does not
/// open yet; its files are then left alone.
pub(super) const DATABASES: [&str; 3] = ["postgres", "mysql", "sqlite"];

/// A file's name below its folder, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FileName<'a> {
    stem: &'a str,
    undo: bool,
    database: Option<&'a str>,
    extension: &'a str,
}

/// All the files that share a name without extensions.
#[derive(Debug, Default)]
pub(super) struct Family<'a> {
    /// Its name below the folder.
    pub(super) name: &'a str,
    /// `.sql`, by database; the empty word is the portable one.
    sql: BTreeMap<&'a str, &'a str>,
    /// `.undo.sql`, by database.
    undo: BTreeMap<&'a str, &'a str>,
    /// Files with any other extension: the extension and the path.
    pub(super) others: Vec<(&'a str, &'a str)>,
}

impl<'a> Family<'a> {
    /// The SQL file for a database.
    pub(super) fn sql(&self, database: &str) -> Option<&'a str> {
        self.sql.get(database).or_else(|| self.sql.get("")).copied()
    }

    /// The SQL file that undoes it on a database.
    pub(super) fn undo(&self, database: &str) -> Option<&'a str> {
        self.undo.get(database).or_else(|| self.undo.get("")).copied()
    }

    /// Whether it has an SQL file for any database.
    pub(super) fn has_sql(&self) -> bool {
        !self.sql.is_empty()
    }

    /// Every file that undoes it, for any database.
    pub(super) fn undo_files(&self) -> impl Iterator<Item = &'a str> {
        self.undo.values().copied()
    }

    /// The files that undo a step which is not there.
    pub(super) fn undo_without_step(&self) -> impl Iterator<Item = &'a str> {
        let missing = |database: &str| if database.is_empty() { !self.has_sql() } else { self.sql(database).is_none() };
        self.undo.iter().filter(move |(database, _)| missing(database)).map(|(_, path)| *path)
    }
}

/// The families of a folder (`steps/`), in the order of their paths: bytewise, component by component.
pub(super) fn families<'a>(reading: &mut Reading<'a>, folder: &str) -> Vec<Family<'a>> {
    let files = reading.files;
    let mut families: BTreeMap<Vec<&'a str>, Family<'a>> = BTreeMap::new();
    for path in files.files.keys().filter(|path| path.starts_with(folder)) {
        let Some(name) = parse(reading, path, folder.len()) else { continue };
        let family = families.entry(name.stem.split('/').collect()).or_default();
        family.name = name.stem;
        let database = name.database.unwrap_or_default();
        match (name.extension, name.undo) {
            ("sql", false) => {
                family.sql.insert(database, path);
            }
            ("sql", true) => {
                family.undo.insert(database, path);
            }
            (extension, _) => family.others.push((extension, path)),
        }
    }
    families.into_values().collect()
}

fn parse<'a>(reading: &mut Reading<'_>, path: &'a str, folder: usize) -> Option<FileName<'a>> {
    let below = &path[folder..];
    let start = below.rfind('/').map_or(0, |slash| slash + 1);
    let mut parts: Vec<&str> = below[start..].split('.').collect();
    let extension = if parts.len() > 1 { parts.pop().unwrap_or_default() } else { "" };
    let database = parts.last().copied().filter(|part| parts.len() > 1 && DATABASES.contains(part));
    if database.is_some() {
        parts.pop();
    }
    let undo = parts.len() > 1 && parts.last() == Some(&"undo");
    if undo {
        parts.pop();
    }
    if let [_, .., odd] = parts.as_slice() {
        let remedy = match DATABASES.contains(odd) {
            true => "the database stands directly before `.sql`: name.undo.postgres.sql".to_owned(),
            false => and_also(did_you_mean(odd, DATABASES.into_iter().chain(["undo"])), "rename the file: a name itself has no dots"),
        };
        reading.faults.add(Place::file(path), format!("`{odd}` is neither a database nor `undo`"), remedy);
        return None;
    }
    if extension != "sql" && (undo || database.is_some()) {
        reading.faults.add(
            Place::file(path),
            "only SQL files have variants for databases and undo files",
            "take the word out of the file's name",
        );
        return None;
    }
    let stem = &below[..start + parts.first().map_or(0, |part| part.len())];
    Some(FileName { stem, undo, database, extension })
}
