//! The exchange of the database's tables for those of a restored one, by one RENAME of all of them.
//!
//! The server refuses that for a table with triggers (*seen*), so these are taken down on both sides; their definitions, and those of views,
//! routines and events, are written down before, where a later attempt finds them. A foreign key follows its tables, and all of them are
//! moved at once, out before in, so that none is left to refer to where it does not belong. A server that is killed in the RENAME comes
//! back with all tables in their old places (*seen*).

use std::io::Write;
use std::path::Path;

use super::definitions::{self, Definition, Sort};
use super::dialect::MysqlDialect;
use super::journal;
use super::kept::{Contents, Kept, Stage};
use super::obstacles;
use super::session::Connection;
use super::writer::MysqlWriter;
use crate::database::Writer;
use crate::database::exchange::Part;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::{Catalog, ObjectKind, ObjectName};

/// The file of the definitions as they were, in the directory of the undo.
const SCRIPT: &str = "kept.sql";

/// What is moved.
pub(super) struct Moving<'a> {
    /// The database's own name.
    pub live: String,
    /// That of the restored database beside it.
    pub restored: String,
    /// Where what stood until now is kept.
    pub kept: Kept,
    /// What the snapshot's catalog says: of whether events run, and of the database itself.
    pub before: &'a Catalog,
}

impl Moving<'_> {
    /// Reads both sides' definitions, tries those of the restored database out there, and writes them down. Nothing of the database itself is touched.
    ///
    /// # Errors
    /// `Refused` where a definition could not be created again as it is; the server's.
    pub(super) fn prepare(&self, restored: &mut Connection, writer: &mut MysqlWriter, directory: &Path) -> Result<()> {
        let connection = writer.connection();
        let mut wanted = definitions::read(restored, &self.restored)?;
        try_out(&wanted, &self.restored, restored)?;
        for definition in wanted.iter_mut().filter(|definition| definition.sort == Sort::Event && self.runs(definition)) {
            definition.enable();
        }
        let found = definitions::read(connection, &self.live)?;
        write_script(&directory.join(SCRIPT), &found)?;
        let collation = connection.value("SELECT @@collation_database")?.unwrap_or_default();
        self.kept.prepare(&Contents { database: self.live.clone(), collation, found, wanted }, connection)
    }

    /// Events are restored disabled.
    fn runs(&self, event: &Definition) -> bool {
        let object = ObjectName { kind: ObjectKind::Event, name: event.name.clone() };
        self.before.objects.get(&object).and_then(|properties| properties.get("status")).is_some_and(|status| status == "ENABLED")
    }

    /// Takes the triggers down on both sides, and moves all tables at once.
    ///
    /// # Errors
    /// The server's, or that of `part`. `retreat` puts back what was taken down.
    pub(super) fn exchange(&self, writer: &mut MysqlWriter, part: Part<'_>) -> Result<()> {
        for database in [&self.live, &self.restored] {
            for trigger in triggers(database, writer.connection())? {
                let name = format!("{}.{}", MysqlDialect.quote_identifier(database), MysqlDialect.quote_identifier(&trigger));
                part(&format!("take down the trigger {trigger} of {database}"))?;
                writer.execute(&format!("DROP TRIGGER IF EXISTS {name}"))?;
            }
        }
        let [out, back] = [tables(&self.live, writer.connection())?, tables(&self.restored, writer.connection())?];
        let table =
            |database: &str, name: &str| format!("{}.{}", MysqlDialect.quote_identifier(database), MysqlDialect.quote_identifier(name));
        let mut moves: Vec<_> = out.iter().map(|name| format!("{} TO {}", table(&self.live, name), self.kept.table(name))).collect();
        moves.extend(back.iter().map(|name| format!("{} TO {}", table(&self.restored, name), table(&self.live, name))));
        moves.push(self.kept.step(Stage::Ready, Stage::Moved));
        part(&format!("move {} tables out of {} and {} restored ones in, at once", out.len(), self.live, back.len()))?;
        writer.execute(&format!("RENAME TABLE {}", moves.join(", "))).map(drop)
    }

    /// Puts everything back that was taken down before the tables were moved, and forgets the exchange. Nothing where none was begun.
    ///
    /// # Errors
    /// `Refused` where the tables have been moved; the server's, and a later attempt goes on.
    pub(super) fn retreat(&self, connection: &mut Connection) -> Result<()> {
        match self.kept.stage(connection)? {
            Stage::Untouched => {}
            Stage::Ready => {
                let contents = self.kept.contents(connection)?;
                put_triggers(&contents.found, &self.live, connection, &mut |_| Ok(()))?;
                definitions::set_database_collation(connection, &contents.collation)?;
            }
            Stage::Moved | Stage::Done => {
                return Err(Error::new(ErrorKind::Refused, "the tables have been exchanged already: the only way is to its end"));
            }
        }
        self.kept.drop(connection)
    }

    /// Brings routines, views, events and triggers into the form that they have in the restored database, and makes sure that they have it. What has
    /// it already is not touched, and keeps the rights on it.
    ///
    /// # Errors
    /// The server's, or that of `part`; once more does what is missing.
    pub(super) fn finish(&self, connection: &mut Connection, part: Part<'_>) -> Result<()> {
        let contents = self.kept.contents(connection)?;
        let wanted: Vec<_> = contents.wanted.iter().filter(|definition| definition.sort != Sort::Trigger).collect();
        for definition in definitions::read(connection, &self.live)? {
            let is_one = wanted.contains(&&definition) || definition.sort == Sort::Trigger;
            let is_replaced = definition.can_be_replaced(connection) && wanted.iter().any(|wanted| wanted.names_the_same(&definition));
            if !is_one && !is_replaced {
                part(&format!("drop the {}", definition.title()))?;
                definition.drop(connection)?;
            }
        }
        // After the drops, because a package takes its body along.
        let found = definitions::read(connection, &self.live)?;
        definitions::create_all(wanted.into_iter().filter(|definition| !found.contains(definition)), connection, part)?;
        put_triggers(&contents.wanted, &self.live, connection, part)?;
        self.put_properties(connection)?;
        if definitions::read(connection, &self.live)? != contents.wanted {
            return Err(Error::new(ErrorKind::Internal, "a definition that was put back is not what was written down")
                .hint("compare the database's views, triggers, routines and events with the snapshot"));
        }
        connection.batch(&format!("RENAME TABLE {}", self.kept.step(Stage::Moved, Stage::Done)))
    }

    /// What belongs to the database itself.
    fn put_properties(&self, connection: &mut Connection) -> Result<()> {
        let object = ObjectName { kind: ObjectKind::Database, name: "properties".to_owned() };
        let Some(properties) = self.before.objects.get(&object) else { return Ok(()) };
        let value = |name: &str| properties.get(name).map(String::as_str);
        if let Some(collation) = value("collation") {
            definitions::set_database_collation(connection, collation)?;
        }
        let name = MysqlDialect.quote_identifier(&self.live);
        let rest = match connection.server.mariadb {
            true => format!("COMMENT = {}", MysqlDialect.quote_literal(value("comment").unwrap_or_default())),
            false => format!("ENCRYPTION = '{}'", if value("encryption").is_some() { "Y" } else { "N" }),
        };
        connection.batch(&format!("ALTER DATABASE {name} {rest}"))
    }
}

/// Makes sure that definitions can be created again, and are then what they are now. Triggers and events of the restored database fire at nothing
/// meanwhile.
fn try_out(wanted: &[Definition], database: &str, restored: &mut Connection) -> Result<()> {
    obstacles::none_of(wanted, restored)?;
    let refused = |message: String| Error::new(ErrorKind::Refused, message);
    let again = wanted.iter().rev().try_for_each(|definition| definition.drop(restored));
    again.and_then(|()| definitions::create_all(wanted, restored, &mut |_| Ok(()))).map_err(|error| {
        refused("what was restored cannot be created once more, as it has to be in the database itself".to_owned()).because(error)
    })?;
    let again = definitions::read(restored, database)?;
    match wanted.iter().zip(&again).find(|(wanted, again)| wanted != again) {
        None if wanted.len() == again.len() => Ok(()),
        None => Err(refused("not everything that was restored can be created once more".to_owned())),
        Some((wanted, _)) => Err(refused(format!("the {} becomes another one when it is created once more", wanted.title()))),
    }
}

/// Brings the triggers of the session's database into the form and order that they are wanted in.
fn put_triggers(definitions: &[Definition], database: &str, connection: &mut Connection, part: Part<'_>) -> Result<()> {
    let of_table = |all: &[Definition], table: &str| -> Vec<Definition> {
        all.iter().filter(|definition| definition.sort == Sort::Trigger && definition.table == table).cloned().collect()
    };
    let found = definitions::read_sort(Sort::Trigger, connection, database)?;
    let all = definitions.iter().chain(&found).filter(|definition| definition.sort == Sort::Trigger);
    let tables: std::collections::BTreeSet<_> = all.map(|definition| definition.table.clone()).collect();
    let differing: Vec<_> = tables.iter().filter(|table| of_table(definitions, table) != of_table(&found, table)).collect();
    // All of them first: a name is one for the whole database, and may stand for a trigger of another table.
    for definition in differing.iter().flat_map(|table| of_table(&found, table)) {
        definition.drop(connection)?;
    }
    for definition in differing.iter().flat_map(|table| of_table(definitions, table)) {
        part(&format!("put the {} back", definition.title()))?;
        definition.create(connection)?;
    }
    Ok(())
}

/// Everything in a database that RENAME moves, but the journal of runs, which stays where it is.
fn tables(database: &str, connection: &mut Connection) -> Result<Vec<String>> {
    let rows = connection.rows(&format!(
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND TABLE_TYPE <> 'VIEW' ORDER BY 1",
        MysqlDialect.quote_literal(database)
    ))?;
    Ok(rows.into_iter().flatten().flatten().filter(|name| !journal::is_our_name(name)).collect())
}

fn triggers(database: &str, connection: &mut Connection) -> Result<Vec<String>> {
    let rows = connection.rows(&format!(
        "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = {} ORDER BY 1",
        MysqlDialect.quote_literal(database)
    ))?;
    Ok(rows.into_iter().flatten().flatten().collect())
}

/// Writes the definitions down for people, in a form that the database's own client reads.
fn write_script(path: &Path, definitions: &[Definition]) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let text: String = definitions.iter().map(Definition::script).collect();
    let text = format!("-- Routines, views, triggers and events as they were before the rollback.\nDELIMITER ;;\n{text}DELIMITER ;\n");
    let mut file = options.open(path).map_err(|source| Error::file("create", path, source))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|source| Error::file("write", path, source))
}
