//! The database into which tables are moved that restored ones take the place of: what is written there before anything is touched, and
//! how far the exchange has come.
//!
//! One table has another name for each stage, and is renamed in the very statement that moves the tables: the stage and the tables cannot
//! disagree, whenever the server or the tool is killed.

use serde::{Deserialize, Serialize};

use super::definitions::Definition;
use super::dialect::MysqlDialect;
use super::session::Connection;
use crate::database::exchange::KEPT;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};

/// Where the definitions are written down.
const DEFINITIONS: &str = "cutover_definitions";

/// So many letters of them in one row, which is at most four times as many bytes.
const PIECE: usize = 100_000;

/// How far an exchange has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing that could not be forgotten.
    Untouched,
    /// Every definition is written down; triggers may be gone, and no table has been moved.
    Ready,
    /// The tables are exchanged; definitions may be missing.
    Moved,
    /// Everything is in its place.
    Done,
}

/// The names of the table that tells the stage.
const STAGES: [(Stage, &str); 3] = [(Stage::Ready, "cutover_ready"), (Stage::Moved, "cutover_moved"), (Stage::Done, "cutover_done")];

/// The names that no table may have that is moved here.
pub(super) const NAMES: [&str; 4] = [DEFINITIONS, "cutover_ready", "cutover_moved", "cutover_done"];

/// What is written down before anything is touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Contents {
    /// The name of the database whose tables are exchanged.
    pub database: String,
    /// Its own collation.
    pub collation: String,
    /// Its definitions.
    pub found: Vec<Definition>,
    /// Those of the restored database, with the events enabled that are to run.
    pub wanted: Vec<Definition>,
}

/// A database for what is kept, whether or not it is there yet.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    name: String,
}

impl Kept {
    /// By its name.
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned() }
    }

    /// Its name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// A table in it, quoted.
    pub(super) fn table(&self, name: &str) -> String {
        format!("{}.{}", MysqlDialect.quote_identifier(&self.name), MysqlDialect.quote_identifier(name))
    }

    /// How far the exchange has come.
    ///
    /// # Errors
    /// The server's.
    pub(super) fn stage(&self, connection: &mut Connection) -> Result<Stage> {
        let name = MysqlDialect.quote_literal(&self.name);
        let tables: Vec<_> = connection
            .rows(&format!("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {name}"))?
            .into_iter()
            .flatten()
            .flatten()
            .collect();
        Ok(STAGES.iter().find(|(_, name)| tables.iter().any(|table| table == name)).map_or(Stage::Untouched, |(stage, _)| *stage))
    }

    /// The words of a RENAME that lead from one stage to another.
    pub(super) fn step(&self, from: Stage, to: Stage) -> String {
        let name = |wanted: Stage| STAGES.iter().find(|(stage, _)| *stage == wanted).map_or("", |(_, name)| *name);
        format!("{} TO {}", self.table(name(from)), self.table(name(to)))
    }

    /// Creates the database and writes the definitions down. What a killed attempt has left is written anew.
    ///
    /// # Errors
    /// `Refused` where the account may not.
    pub(super) fn prepare(&self, contents: &Contents, connection: &mut Connection) -> Result<()> {
        let text = serde_json::to_string(contents)
            .map_err(|error| Error::new(ErrorKind::Internal, "definitions cannot be written as JSON").because(error))?;
        let quoted = MysqlDialect.quote_identifier(&self.name);
        connection.batch(&format!("CREATE DATABASE IF NOT EXISTS {quoted} CHARACTER SET utf8mb4")).map_err(|error| match error.kind() {
            ErrorKind::Statement => {
                Error::new(ErrorKind::Refused, format!("the database {} for what is kept cannot be created", self.name)).because(error)
            }
            _ => error,
        })?;
        // In pieces, because a statement may be no longer than the server allows.
        let table = self.table(DEFINITIONS);
        connection.batch(&format!(
            "DROP TABLE IF EXISTS {table}; CREATE TABLE {table} (number int NOT NULL PRIMARY KEY, piece longtext NOT NULL) \
             ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        ))?;
        let letters: Vec<_> = text.chars().collect();
        for (number, piece) in letters.chunks(PIECE).enumerate() {
            let piece = MysqlDialect.quote_literal(&piece.iter().collect::<String>());
            connection.batch(&format!("INSERT INTO {table} VALUES ({number}, {piece})"))?;
        }
        connection.batch(&format!("CREATE TABLE {} (nothing int) ENGINE = InnoDB", self.table(STAGES[0].1)))
    }

    /// What was written down.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn contents(&self, connection: &mut Connection) -> Result<Contents> {
        let table = self.table(DEFINITIONS);
        let rows = connection.rows(&format!("SELECT piece FROM {table} ORDER BY number"))?;
        let text: String = rows.into_iter().flatten().flatten().collect();
        serde_json::from_str(&text)
            .map_err(|error| Error::new(ErrorKind::Corrupt, format!("{table} does not hold what was written into it")).because(error))
    }

    /// Drops the database with everything that is in it.
    ///
    /// # Errors
    /// The server's.
    pub(super) fn drop(&self, connection: &mut Connection) -> Result<()> {
        connection.batch_in_peace(&format!("DROP DATABASE IF EXISTS {}", MysqlDialect.quote_identifier(&self.name)))
    }
}

/// The databases for what is kept that stand in a stage, by their names.
///
/// # Errors
/// The server's.
pub(super) fn in_stage(wanted: Stage, connection: &mut Connection) -> Result<Vec<String>> {
    let Some((_, table)) = STAGES.iter().find(|(stage, _)| *stage == wanted) else { return Ok(Vec::new()) };
    let rows = connection.rows(&format!(
        "SELECT TABLE_SCHEMA FROM information_schema.TABLES WHERE LEFT(TABLE_SCHEMA, {}) = {} AND TABLE_NAME = '{table}' ORDER BY 1",
        KEPT.len(),
        MysqlDialect.quote_literal(KEPT)
    ))?;
    Ok(rows.into_iter().flatten().flatten().collect())
}

/// The exchange of the session's database that was stopped half-way, where one was.
///
/// # Errors
/// The server's, or where what was written down cannot be read.
pub(super) fn unfinished(connection: &mut Connection) -> Result<Option<(Kept, Stage)>> {
    let own = connection.value("SELECT DATABASE()")?;
    for stage in [Stage::Ready, Stage::Moved] {
        for name in in_stage(stage, connection)? {
            let kept = Kept::new(&name);
            if Some(kept.contents(connection)?.database) == own {
                return Ok(Some((kept, stage)));
            }
        }
    }
    Ok(None)
}
