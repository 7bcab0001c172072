//! Views, triggers, routines and events as the server itself would write them down, so that they can be created again as they were:
//! with their definers, and with the settings that they were created under.

use serde::{Deserialize, Serialize};

use super::definition::without_database;
use super::dialect::MysqlDialect;
use super::literal;
use super::session::{Connection, TextRow, fields};
use crate::database::exchange::Part;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};

/// What a definition is of. What comes earlier is created earlier: a view may call a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Sort {
    /// A package of MariaDB's Oracle mode.
    Package,
    /// What a package does.
    PackageBody,
    /// A function.
    Function,
    /// A procedure.
    Procedure,
    /// A view.
    View,
    /// A trigger.
    Trigger,
    /// An event.
    Event,
}

impl Sort {
    const ALL: [Self; 7] = [Self::Package, Self::PackageBody, Self::Function, Self::Procedure, Self::View, Self::Trigger, Self::Event];

    /// The words of the statements that show, create and drop it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Package => "PACKAGE",
            Self::PackageBody => "PACKAGE BODY",
            Self::Function => "FUNCTION",
            Self::Procedure => "PROCEDURE",
            Self::View => "VIEW",
            Self::Trigger => "TRIGGER",
            Self::Event => "EVENT",
        }
    }

    /// A query for the table that it belongs to, or nothing, and its name, in the order in which they are to be created.
    fn listed(self) -> &'static str {
        match self {
            Self::Package | Self::PackageBody | Self::Function | Self::Procedure => {
                "SELECT '', ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_TYPE = '{}' ORDER BY 2"
            }
            Self::View => {
                "SELECT '', TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = '{}' ORDER BY 2"
            }
            Self::Trigger => {
                "SELECT EVENT_OBJECT_TABLE, TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() \
                 ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER"
            }
            Self::Event => "SELECT '', EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() ORDER BY 2",
        }
    }

    /// Where in the answer of SHOW CREATE the statement, its `sql_mode`, the character set, the collation, the database's collation and the time
    /// zone stand.
    fn places(self) -> [Option<usize>; 6] {
        match self {
            Self::View => [Some(1), None, Some(2), Some(3), None, None],
            Self::Event => [Some(3), Some(1), Some(4), Some(5), Some(6), Some(2)],
            _ => [Some(2), Some(1), Some(3), Some(4), Some(5), None],
        }
    }
}

/// One definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Definition {
    /// What it is.
    pub sort: Sort,
    /// Its name.
    pub name: String,
    /// The table of a trigger; empty for everything else.
    pub table: String,
    /// The statement that creates it, in which its own database is not named.
    pub statement: String,
    /// The session's settings that it was created under, as far as its sort remembers them.
    pub sql_mode: Option<String>,
    /// Of the client.
    pub character_set: String,
    /// Of the connection.
    pub collation: String,
    /// Of the database.
    pub database_collation: Option<String>,
    /// Of an event.
    pub time_zone: Option<String>,
}

/// What the words of an event's status are preceded by, and those of one that does not run and of one that does.
const COMPLETIONS: [&str; 2] = [" ON COMPLETION NOT PRESERVE ", " ON COMPLETION PRESERVE "];
const DISABLED: &str = "DISABLE ";
const ENABLED: &str = "ENABLE ";

impl Definition {
    /// Its kind and name, for people.
    pub(super) fn title(&self) -> String {
        format!("{} {}", self.sort.words().to_lowercase(), self.name)
    }

    /// Whether both are of the same thing.
    pub(super) fn names_the_same(&self, other: &Self) -> bool {
        (self.sort, &self.name) == (other.sort, &other.name)
    }

    /// Lets a disabled event be created enabled.
    pub(super) fn enable(&mut self) {
        let places = COMPLETIONS.iter().filter_map(|words| self.statement.find(words).map(|start| start + words.len()));
        if let Some(start) = places.min().filter(|start| self.statement[*start..].starts_with(DISABLED)) {
            self.statement.replace_range(start..start + DISABLED.len(), ENABLED);
        }
    }

    /// Creates it in the session's database. Where it is a routine, one of its name is replaced, with the rights on it, where the server can do that.
    ///
    /// # Errors
    /// The server's, naming it.
    pub(super) fn create(&self, connection: &mut Connection) -> Result<()> {
        let created = self.try_create(connection);
        connection.pin_settings()?;
        created.map_err(|error| self.failed("created", error))
    }

    fn try_create(&self, connection: &mut Connection) -> Result<()> {
        if let Some(wanted) = &self.database_collation {
            set_database_collation(connection, wanted)?;
        }
        let statement = self.replacing(connection);
        let statement = match self.fits_its_character_set() {
            true => statement,
            // The server changes the text of such a statement into the client's character set, as which it was written.
            false => format!("EXECUTE IMMEDIATE CONVERT(x'{}' USING utf8mb4)", hexadecimal(statement.as_bytes())),
        };
        connection.batch_in_peace(&self.settings())?;
        connection.batch(&statement)
    }

    /// Whether one of its name need not be dropped before, which would take the rights on it along.
    pub(super) fn can_be_replaced(&self, connection: &Connection) -> bool {
        connection.server.mariadb && matches!(self.sort, Sort::Package | Sort::PackageBody | Sort::Function | Sort::Procedure)
    }

    fn replacing(&self, connection: &Connection) -> String {
        match self.statement.strip_prefix("CREATE ") {
            Some(rest) if self.can_be_replaced(connection) => format!("CREATE OR REPLACE {rest}"),
            _ => self.statement.clone(),
        }
    }

    /// Whether the statement can be sent as it stands, in UTF-8, by a client of its character set.
    pub(super) fn fits_its_character_set(&self) -> bool {
        self.character_set.starts_with("utf8") || self.statement.is_ascii()
    }

    /// Drops it from the session's database, if it is there.
    ///
    /// # Errors
    /// The server's, naming it.
    pub(super) fn drop(&self, connection: &mut Connection) -> Result<()> {
        let sql = format!("DROP {} IF EXISTS {}", self.sort.words(), MysqlDialect.quote_identifier(&self.name));
        // What a package is, the server knows in one mode only.
        let mode = self.sql_mode.as_deref().filter(|_| matches!(self.sort, Sort::Package | Sort::PackageBody));
        let Some(mode) = mode else { return connection.batch(&sql).map_err(|error| self.failed("dropped", error)) };
        connection.batch_in_peace(&format!("SET SESSION sql_mode = {}", literal::text(mode)))?;
        let dropped = connection.batch(&sql);
        connection.pin_settings()?;
        dropped.map_err(|error| self.failed("dropped", error))
    }

    fn failed(&self, what: &str, error: Error) -> Error {
        let told = Error::new(error.kind(), format!("the {} could not be {what}", self.title()));
        error.hints().to_vec().into_iter().fold(told, Error::hint).because(error)
    }

    /// The statements that create it again, for the database's own client.
    pub(super) fn script(&self) -> String {
        format!("{}\n;;\n{}\n;;\n", self.settings(), self.statement)
    }

    /// The statement that lets a session be what it was when this was created.
    fn settings(&self) -> String {
        let mut settings = vec![
            format!("character_set_client = {}", self.character_set),
            format!("collation_connection = {}", self.collation),
            format!("sql_mode = {}", literal::text(self.sql_mode.as_deref().unwrap_or_default())),
        ];
        settings.extend(self.time_zone.as_deref().map(|zone| format!("time_zone = {}", literal::text(zone))));
        format!("SET SESSION {}", settings.join(", "))
    }
}

/// All definitions of the session's database, in the order in which they are to be created; views may need one another all the same.
///
/// # Errors
/// The server's, or `Refused` where the account may not see one of them.
pub(super) fn read(connection: &mut Connection, database: &str) -> Result<Vec<Definition>> {
    let mut definitions = Vec::new();
    for sort in Sort::ALL {
        definitions.extend(read_sort(sort, connection, database)?);
    }
    Ok(definitions)
}

/// Those of one sort.
///
/// # Errors
/// As of [`read`].
pub(super) fn read_sort(sort: Sort, connection: &mut Connection, database: &str) -> Result<Vec<Definition>> {
    let mut definitions = Vec::new();
    for row in connection.rows(&sort.listed().replace("{}", sort.words()))? {
        let [table, name] = fields(&row)?;
        let sql = format!("SHOW CREATE {} {}", sort.words(), MysqlDialect.quote_identifier(&name));
        definitions.push(shown(sort, table, name, &connection.row(&sql)?, database)?);
    }
    Ok(definitions)
}

fn shown(sort: Sort, table: String, name: String, row: &TextRow, database: &str) -> Result<Definition> {
    let value = |place: Option<usize>| place.and_then(|place| row.get(place).cloned().flatten());
    let [statement, sql_mode, character_set, collation, database_collation, time_zone] = sort.places().map(value);
    let Some(statement) = statement else {
        return Err(Error::new(
            ErrorKind::Refused,
            format!("the account may not see the definition of the {} {name}", sort.words().to_lowercase()),
        )
        .hint("it needs SHOW CREATE ROUTINE (MariaDB 11.3), SHOW_ROUTINE (MySQL), or SELECT ON mysql.proc"));
    };
    let statement = if sort == Sort::View { without_database(&statement, database) } else { statement };
    let [character_set, collation] = [character_set, collation].map(Option::unwrap_or_default);
    Ok(Definition { sort, name, table, statement, sql_mode, character_set, collation, database_collation, time_zone })
}

/// Creates definitions of which some may need others. None of them may be there yet.
///
/// # Errors
/// That of the first one that cannot be created, however often it is tried.
pub(super) fn create_all<'a>(
    definitions: impl IntoIterator<Item = &'a Definition>,
    connection: &mut Connection,
    part: Part<'_>,
) -> Result<()> {
    let mut left: Vec<&Definition> = definitions.into_iter().collect();
    while !left.is_empty() {
        let mut waiting = Vec::new();
        let mut first_failure = None;
        for definition in &left {
            part(&format!("put the {} back", definition.title()))?;
            match definition.create(connection) {
                Ok(()) => {}
                // A view of one that is not there yet.
                Err(error) if definition.sort == Sort::View && error.kind() == ErrorKind::Statement => {
                    waiting.push(*definition);
                    first_failure.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        if let Some(error) = first_failure.filter(|_| waiting.len() == left.len()) {
            return Err(error);
        }
        left = waiting;
    }
    Ok(())
}

/// The collation of the session's database, which what is created in it remembers.
pub(super) fn set_database_collation(connection: &mut Connection, wanted: &str) -> Result<()> {
    if connection.value("SELECT @@collation_database")?.as_deref() == Some(wanted) {
        return Ok(());
    }
    let sql = format!(
        "ALTER DATABASE {} COLLATE {wanted}",
        MysqlDialect.quote_identifier(&connection.value("SELECT DATABASE()")?.unwrap_or_default())
    );
    connection.batch_in_peace(&sql)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(statement: &str) -> Definition {
        Definition {
            sort: Sort::Event,
            name: "e".to_owned(),
            table: String::new(),
            statement: statement.to_owned(),
            sql_mode: None,
            character_set: "latin1".to_owned(),
            collation: "latin1_swedish_ci".to_owned(),
            database_collation: None,
            time_zone: None,
        }
    }

    #[test]
    fn an_event_is_enabled_whatever_its_body_says() {
        let mut definition = event(
            "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE DISABLE DO SELECT ' ON COMPLETION NOT PRESERVE DISABLE '",
        );
        definition.enable();
        assert!(definition.statement.contains("DAY ON COMPLETION PRESERVE ENABLE DO SELECT ' ON COMPLETION NOT PRESERVE DISABLE '"));
        let enabled = definition.clone();
        definition.enable();
        assert_eq!(definition, enabled);
    }

    #[test]
    fn what_is_not_ascii_is_sent_in_its_own_character_set() {
        assert!(event("CREATE EVENT e").fits_its_character_set());
        assert!(!event("CREATE EVENT é").fits_its_character_set());
    }
}
