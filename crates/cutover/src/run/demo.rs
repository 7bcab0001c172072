//! A plan's demo: a realistic database of before, built by the SQL in the plan's own `demo/` folder.

use std::time::Instant;

use crate::journal::{Progress, Stage};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Place, Result};
use crate::model::statement::{ScriptStatement, TokenKind};
use crate::plan::PlanFiles;

use super::options::Engine;

/// What was built.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demo {
    /// Tables.
    pub tables: u64,
    /// Rows in all of them.
    pub rows: u64,
    /// How long it took.
    pub seconds: f64,
}

/// Which database of before is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// `:scale` in the script: how many times the document's row counts.
    pub scale: u32,
    /// Whether it also holds what stops the plan's run.
    pub dirty: bool,
}

/// Fills an empty database by `demo/DATABASE.sql` of a plan. The dirt that is wanted comes behind it, from `demo/dirty.DATABASE.sql`
/// or, where one text fits all databases, `demo/dirty.sql`.
///
/// # Errors
/// Where the plan has no such demo for this database, or the database is not empty.
pub fn build(engine: &Engine<'_>, files: &PlanFiles, wanted: Wanted) -> Result<Demo> {
    let began = Instant::now();
    let dialect = engine.database.dialect();
    let clean = format!("demo/{}.sql", dialect.name());
    let mut statements = read(files, dialect, &[&clean], "demo")?;
    if wanted.dirty {
        statements.append(&mut read(files, dialect, &[&format!("demo/dirty.{}.sql", dialect.name()), "demo/dirty.sql"], "dirty demo")?);
    }
    let (titles, rendered): (Vec<_>, Vec<_>) = statements.iter().map(|(title, statement)| (title, scaled(statement, wanted.scale))).unzip();
    let total = rendered.len() as u64;
    engine.database.build(&rendered, &mut |number| {
        engine.monitor.progress(&Progress {
            stage: Stage::Steps,
            item: titles[number].clone(),
            done: number as u64,
            total: Some(total),
            unit: "statements",
        });
    })?;
    let mut reader = engine.database.read()?;
    let (mut tables, mut rows) = (0, 0);
    for table in reader.catalog()?.tables {
        tables += 1;
        reader.query(&format!("SELECT COUNT(*) FROM {}", dialect.quote_table(&table.name)), &mut |row| {
            rows += row.cell(0).to_text().parse::<u64>().unwrap_or(0);
            Ok(())
        })?;
    }
    Ok(Demo { tables, rows, seconds: began.elapsed().as_secs_f64() })
}

/// The statements of the first of some files that a plan has, each with its title.
fn read(files: &PlanFiles, dialect: &dyn Dialect, names: &[&str], what: &str) -> Result<Vec<(String, ScriptStatement)>> {
    let Some((name, script)) = names.iter().find_map(|name| Some((*name, files.files.get(*name)?))) else {
        let has: Vec<_> = files.files.keys().filter(|name| name.starts_with("demo/")).cloned().collect();
        let missing = format!("the plan in {} has no {what} here: no {}", files.root.display(), names.join(" and no "));
        return Err(Error::new(ErrorKind::Input, missing).hint(if has.is_empty() {
            "it has no demo at all".to_owned()
        } else {
            format!("it has {}", has.join(", "))
        }));
    };
    let script = std::str::from_utf8(script)
        .map_err(|source| Error::new(ErrorKind::Input, format!("{name} is not UTF-8")).because(source).at(Place::file(name)))?;
    let statements =
        dialect.split(script).map_err(|error| Error::new(ErrorKind::Input, error.message).at(Place::at(name, script, error.offset)))?;
    Ok(statements.into_iter().map(|statement| (title(script, &statement), statement)).collect())
}

fn scaled(statement: &ScriptStatement, scale: u32) -> String {
    let mut sql = statement.text.clone();
    for token in statement.tokens.iter().rev().filter(|token| token.kind == TokenKind::Parameter && token.text == "scale") {
        sql.replace_range(token.span.clone(), &scale.to_string());
    }
    sql
}

/// The comment line above a statement, or else its first words.
fn title(script: &str, statement: &ScriptStatement) -> String {
    let above = script[..statement.offset].trim_end().lines().next_back().unwrap_or_default();
    match above.trim().strip_prefix("--") {
        Some(comment) => comment.trim().to_owned(),
        None => statement.text.split_whitespace().take(4).collect::<Vec<_>>().join(" "),
    }
}
