//! What stands in `tests/guard`: the projects of real migration tools, and what guard has to say of each of their migrations.
//!
//! ```text
//! tests/guard/TOOL/install.toml              what its registry has to give
//! tests/guard/TOOL/PROJECT/cases.toml        the commands, and the cases
//! tests/guard/TOOL/PROJECT/base/             the project as it was deployed
//! tests/guard/TOOL/PROJECT/rows.sql          rows that its users have written since
//! tests/guard/TOOL/PROJECT/CASE/             what a pull request lays over it
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Where the projects are, from the root.
const FOLDER: &str = "tests/guard";

/// A tool and the projects that use it.
#[derive(Debug)]
pub struct Tool {
    /// Its name, which is that of its folder.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Where it comes from.
    pub install: Install,
    /// Its projects.
    pub projects: Vec<Project>,
}

/// Where a tool comes from.
#[derive(Debug, Deserialize)]
#[serde(tag = "registry", rename_all = "lowercase", deny_unknown_fields)]
pub enum Install {
    /// npm: what `package.json` names, and `package-lock.json` where there is one.
    Npm,
    /// PyPI: what `requirements.txt` names.
    Pypi,
    /// crates.io: one program, built without debug information.
    Crates {
        /// The package.
        package: String,
        /// Its version.
        version: String,
        /// Its program.
        program: String,
        /// Its features.
        features: Vec<String>,
    },
    /// Debian's packages, where something that they provide is missing.
    Debian {
        /// Programs in `PATH`, and files by their whole path.
        provides: Vec<String>,
        /// The packages.
        packages: Vec<String>,
    },
}

/// A project, and what is tried with it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// For people.
    pub title: String,
    /// What its database is.
    pub database: Database,
    /// The URL that is given to cutover, which hands it on: with `{url}`, or `{path}` for a file.
    pub url: Option<String>,
    /// The command that makes the deployed database of an empty one.
    pub before: Vec<String>,
    /// The command that migrates it.
    pub command: Vec<String>,
    /// What is tried.
    #[serde(rename = "case")]
    pub cases: Vec<Case>,
    /// Its folder.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Database {
    /// A file.
    Sqlite,
    /// A private PostgreSQL server.
    Postgres,
    /// A private MariaDB server.
    Mysql,
}

/// A migration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its folder's name.
    pub name: String,
    /// What it does, for people.
    pub about: String,
    /// The command, where it is not the project's.
    pub command: Option<Vec<String>>,
    /// The exit code of the command; 0 where it is not given.
    #[serde(default)]
    pub child: i32,
    /// What has to be found. Nothing: the migration is honest.
    #[serde(default)]
    pub findings: Vec<Wanted>,
    /// Whether it is tried on a copy first, where it has to fail and leave the database untouched.
    #[serde(default)]
    pub rehearse: bool,
    /// What has to be told besides, and fails nothing.
    #[serde(default)]
    pub warnings: Vec<Wanted>,
}

/// A finding that has to be there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Its rule.
    pub rule: String,
    /// What stands in it: a value, a column, an object.
    #[serde(default)]
    pub tells: String,
}

impl Case {
    /// Whether it does harm.
    pub fn is_harmful(&self) -> bool {
        !self.findings.is_empty()
    }
}

/// Every tool, in the order of names.
///
/// # Errors
/// Where a file cannot be read or is not understood.
pub fn read_all(root: &Path) -> Result<Vec<Tool>, String> {
    folders(&root.join(FOLDER))?
        .into_iter()
        .map(|(name, folder)| {
            let install = read(&folder.join("install.toml"))?;
            let projects = folders(&folder)?.into_values().map(project).collect::<Result<_, _>>()?;
            Ok(Tool { name, folder, install, projects })
        })
        .collect()
}

fn project(folder: PathBuf) -> Result<Project, String> {
    let mut project: Project = read(&folder.join("cases.toml"))?;
    for case in &project.cases {
        if !folder.join(&case.name).is_dir() {
            return Err(format!("{} names the case `{}`, which has no folder beside it", folder.join("cases.toml").display(), case.name));
        }
    }
    project.folder = folder;
    Ok(project)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    toml::from_str(&text).map_err(|error| format!("{} is not understood\n{error}", path.display()))
}

/// The folders in a folder, by name.
fn folders(folder: &Path) -> Result<BTreeMap<String, PathBuf>, String> {
    let unreadable = |error| format!("{} cannot be read: {error}", folder.display());
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            found.insert(path.file_name().unwrap_or_default().to_string_lossy().into_owned(), path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::read_all;
    use crate::cargo;

    #[test]
    fn every_tool_has_an_honest_and_a_harmful_migration() {
        let tools = read_all(&cargo::workspace_root().unwrap()).unwrap();
        assert!(tools.len() >= 8, "{tools:?}");
        for tool in &tools {
            let cases = || tool.projects.iter().flat_map(|project| &project.cases);
            assert!(cases().any(|case| !case.is_harmful()), "{} has no honest migration", tool.name);
            assert!(cases().any(super::Case::is_harmful), "{} has no harmful migration", tool.name);
        }
    }

    #[test]
    fn no_folder_of_a_project_is_forgotten() {
        for project in read_all(&cargo::workspace_root().unwrap()).unwrap().iter().flat_map(|tool| &tool.projects) {
            let folders = super::folders(&project.folder).unwrap();
            let named = |folder: &String| folder == "base" || project.cases.iter().any(|case| case.name == *folder);
            assert!(folders.keys().all(named), "{}: {:?}", project.folder.display(), folders.keys());
        }
    }
}
