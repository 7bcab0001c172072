//! The contract that a command would have needed: written for a person to read, to cut down, and to accept.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::examine::Examined;
use super::{Earlier, Guard, GuardOptions};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::{Catalog, ObjectKind, ObjectName};
use crate::plan::contract::ChangeRule;
use crate::plan::maps::ValueMap;
use crate::snapshot::seal::{private_directory, private_file};
use crate::verify::catalog::came;

/// Looks whether the file can be written, before anything is touched.
///
/// # Errors
/// `Input` where it exists already.
pub(super) fn look(options: &GuardOptions) -> Result<()> {
    match options.suggest.as_ref().filter(|path| path.exists()) {
        None => Ok(()),
        Some(path) => Err(Error::new(ErrorKind::Input, format!("{} exists already", path.display()))
            .hint("a contract is never written over: name a new file for --suggest-contract")
            .hint("nothing was touched")),
    }
}

impl Guard<'_> {
    /// Writes the contract, where one was asked for, and says where it is.
    pub(super) fn suggest(&self, earlier: &Earlier, examined: &Examined) -> Vec<String> {
        let Some(path) = &self.options.suggest else { return Vec::new() };
        let grants = Needed::of(&earlier.snapshot.manifest.catalog, examined);
        if grants.is_nothing() {
            return vec!["no contract is needed: nothing was lost or changed".to_owned()];
        }
        match grants.write(path, &self.directory.run) {
            Ok(()) => {
                vec![format!("what this command would have needed is in {}: read every line, and give it with --contract", path.display())]
            }
            Err(error) => vec![format!("the contract could not be written: {error}")],
        }
    }
}

/// Everything that is not granted.
struct Needed {
    changes: Vec<(String, ChangeRule, u64)>,
    rows: Vec<(String, u64, u64)>,
    schema: Vec<(&'static str, ObjectName)>,
}

impl Needed {
    fn of(before: &Catalog, examined: &Examined) -> Self {
        let now = &examined.catalog;
        let mut needed = Self { changes: Vec::new(), rows: Vec::new(), schema: Vec::new() };
        let gone = |object: &ObjectName| !now.objects.contains_key(object);
        // What belongs to a table that is gone is granted with it.
        let (all_gone, told) = came(now, before);
        let dropped = told.into_iter().filter(|object| !examined.grants.may_drop(object) && !is_renamed(object, examined));
        needed.schema.extend(dropped.map(|object| ("drop", object.clone())));
        let (_, come) = came(before, now);
        let added = come.into_iter().filter(|object| !examined.grants.may_add(object) && !is_renamed(object, examined));
        needed.schema.extend(added.map(|object| ("add", object.clone())));
        for (object, properties) in before.objects.iter().filter(|(object, _)| !gone(object) && !examined.grants.may_change(object)) {
            if now.objects.get(object) != Some(properties) {
                needed.schema.push(("change", object.clone()));
            }
        }
        let lost = |table: &String| all_gone.iter().any(|object| object.kind == ObjectKind::Table && object.name == *table);
        for refused in examined.refused.iter().filter(|refused| !lost(&refused.table.to_string())) {
            let table = refused.table.to_string();
            for (column, observed) in &refused.columns {
                needed.changes.push((format!("{table}.{column}"), observed.rule(), observed.cells()));
            }
            if refused.removed + refused.added > 0 {
                needed.rows.push((table, refused.removed, refused.added));
            }
        }
        needed
    }

    fn is_nothing(&self) -> bool {
        self.changes.is_empty() && self.rows.is_empty() && self.schema.is_empty()
    }

    fn write(&self, path: &Path, run: &str) -> Result<()> {
        let mut text = format!(
            "# What the command of the run {run} would have needed. Nobody has accepted it yet: read every line, take out what should not\n\
             # happen, and give what is left with --contract.\n\n[contract]\n"
        );
        let folder = path.parent().unwrap_or(Path::new("")).join("maps");
        let mut lines = Vec::new();
        for (column, rule, cells) in &self.changes {
            let how = match rule {
                ChangeRule::FromNull => "from = \"null\"".to_owned(),
                ChangeRule::From(value) => format!("from = {}", quoted(value)),
                ChangeRule::Any => "any = true".to_owned(),
                ChangeRule::Map(map) => format!("map = {}", quoted(&write_map(&folder, column, map)?)),
            };
            lines.push(format!("{{ column = {}, {how} }}, # {cells} cells", quoted(column)));
        }
        section(&mut text, "changes", &lines);
        let may = |removed: u64, added: u64| match (removed, added) {
            (_, 0) => "\"delete\"",
            (0, _) => "\"insert\"",
            _ => "\"insert\", \"delete\"",
        };
        let rows = self.rows.iter().map(|(table, removed, added)| {
            format!("{{ table = {}, may = [{}] }}, # {removed} gone, {added} new", quoted(table), may(*removed, *added))
        });
        section(&mut text, "rows", &rows.collect::<Vec<_>>());
        let schema = self.schema.iter().map(|(what, object)| format!("{{ {what} = {} }},", quoted(&object.to_string())));
        section(&mut text, "schema", &schema.collect::<Vec<_>>());
        let written = private_file(path)?.write_all(text.as_bytes());
        written.map_err(|source| Error::file("write", path, source))
    }
}

fn is_renamed(object: &ObjectName, examined: &Examined) -> bool {
    examined.grants.renamed.iter().any(|renamed| {
        let named = |column: &String| object.name == format!("{}.{column}", renamed.table);
        object.kind == ObjectKind::Column && (named(&renamed.from) || named(&renamed.to))
    })
}

fn section(text: &mut String, name: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    // Writing into a text cannot fail.
    let _ = writeln!(text, "{name} = [\n  {}\n]", lines.join("\n  "));
}

/// A text as TOML has it, which differs from JSON's in one letter.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}

/// Writes the value map of a column beside the contract, under a name that nobody has there; returns how the contract names it.
fn write_map(folder: &Path, column: &str, map: &ValueMap) -> Result<String> {
    private_directory(folder)?;
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    let stem = format!("of_{}", column.chars().map(plain).collect::<String>());
    let names = std::iter::once(stem.clone()).chain((2_u32..).map(|number| format!("{stem}_{number}")));
    let free = |name: &String| !folder.join(format!("{name}.csv")).exists();
    let name = names.into_iter().find(free).unwrap_or(stem);
    let path: PathBuf = folder.join(format!("{name}.csv"));
    let failed = |error: csv::Error| Error::new(ErrorKind::File, format!("cannot write {}", path.display())).because(error);
    let mut writer = csv::Writer::from_writer(private_file(&path)?);
    writer.write_record(["old", "new"]).map_err(failed)?;
    let cell = |value: &Option<String>| value.clone().unwrap_or_else(|| "\\N".to_owned());
    for (old, new) in map {
        writer.write_record([cell(old), cell(new)]).map_err(failed)?;
    }
    writer.flush().map_err(|source| Error::file("write", &path, source))?;
    Ok(format!("maps/{name}.csv"))
}
