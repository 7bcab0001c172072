//! A watched binlog: where nothing may hold other sessions' writes off, the server's binlog tells of every one that was committed.
//!
//! Seen on MariaDB 10.11: a transaction's rows stand in a group of events that does not say which session wrote it. Ours are known all the
//! same: every transaction of a run writes into a table of the journal, and after a definition, which commits by itself, the session is told the
//! number of its group (`@@last_gtid`). MySQL has no such variable and its listing leaves the session out, so that it is not watched.

use super::dialect::MysqlDialect;
use super::fence::SETTINGS;
use super::journal;
use super::session::{Connection, fields, number};
use crate::database::Fence;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};

/// How the place that has been read up to is kept among the fence's settings, and each definition behind it that is ours.
const PLACE: &str = "binlog";
const OWN: &str = "gtid ";

/// The longest value that the table of settings takes.
const LONGEST_VALUE: usize = 64;

/// Events that are listed at once: the server lets nobody write into its binlog while it makes a list.
const AT_ONCE: u64 = 2_000;

/// Writes of others that are told one by one.
const TOLD: usize = 5;

/// Definitions that change no contents, by their first words.
const HARMLESS: [&str; 5] = ["ANALYZE ", "OPTIMIZE ", "FLUSH ", "DROP TEMPORARY ", "DROP /*!40005 TEMPORARY */"];

/// A place between two groups of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Position {
    file: String,
    offset: u64,
}

impl std::fmt::Display for Position {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.file, self.offset)
    }
}

impl Position {
    fn parse(text: &str) -> Option<Self> {
        let (file, offset) = text.rsplit_once(':')?;
        Some(Self { file: file.to_owned(), offset: offset.parse().ok()? })
    }
}

/// How far the binlog has been read, and what in the rest of it is ours.
#[derive(Debug)]
pub(super) struct Watch {
    run: String,
    at: Position,
    own: Vec<String>,
    volatile: Vec<String>,
}

impl Watch {
    /// Begins to watch from now on. The reason is returned where the binlog would not tell of every write.
    ///
    /// # Errors
    /// The server's, for what is asked of it on the way, and not for what the account may not ask.
    pub(super) fn begin(connection: &mut Connection, run: &str, fence: &Fence) -> Result<std::result::Result<Self, String>> {
        let at = match place(connection, fence)? {
            Ok(at) => at,
            Err(why) => return Ok(Err(why)),
        };
        let watch = Self { run: run.to_owned(), at, own: Vec::new(), volatile: volatile(fence) };
        watch.keep(connection)?;
        Ok(Ok(watch))
    }

    /// Goes on where an earlier session of the run has read up to; `None` where it did not watch.
    ///
    /// # Errors
    /// The server's.
    pub(super) fn resume(connection: &mut Connection, run: &str, fence: &Fence) -> Result<Option<Self>> {
        let literal = MysqlDialect.quote_literal(run);
        let rows = connection.rows(&format!("SELECT setting, value FROM {} WHERE run = {literal} ORDER BY setting", SETTINGS.name))?;
        let (mut at, mut own) = (None, Vec::new());
        for row in &rows {
            let [setting, value] = fields(row)?;
            match setting.strip_prefix(OWN) {
                Some(group) => own.push(group.to_owned()),
                None if setting == PLACE => at = Position::parse(&value),
                None => {}
            }
        }
        Ok(at.map(|at| Self { run: run.to_owned(), at, own, volatile: volatile(fence) }))
    }

    /// Remembers that the session's last group of events is a definition of ours.
    ///
    /// # Errors
    /// The server's.
    pub(super) fn defined(&mut self, connection: &mut Connection) -> Result<()> {
        let Some(group) = connection.value("SELECT @@last_gtid")?.filter(|group| !group.is_empty() && !self.own.contains(group)) else {
            return Ok(());
        };
        set(connection, &self.run, &format!("{OWN}{group}"), "")?;
        self.own.push(group);
        Ok(())
    }

    /// Reads on, and tells what others have written into the database since the last look.
    ///
    /// # Errors
    /// The server's; `Conflict` where a part of the binlog is gone that was not read.
    pub(super) fn look(&mut self, connection: &mut Connection) -> Result<Vec<String>> {
        let database = connection.value("SELECT DATABASE()")?.unwrap_or_default();
        let mut listing = Listing::new(&database, &self.own, &self.volatile);
        let mut at = self.at.clone();
        loop {
            let sql = format!("SHOW BINLOG EVENTS IN {} FROM {} LIMIT {AT_ONCE}", MysqlDialect.quote_literal(&at.file), at.offset);
            let rows = connection.rows(&sql).map_err(|error| {
                Error::new(
                    ErrorKind::Conflict,
                    format!("the binlog cannot be read on from {at}, so that nobody knows who has written since"),
                )
                .because(error)
            })?;
            for row in &rows {
                let [file, offset, kind, _server, end, info] = fields(row)?;
                listing.add(&Event { file, offset: number(Some(&offset))?, kind, info });
                at.offset = number(Some(&end))?;
                if listing.group.is_none() {
                    self.at = at.clone();
                }
            }
            if rows.len() as u64 == AT_ONCE {
                continue;
            }
            let Some(next) = next_file(connection, &at.file)? else { break };
            // Nothing of a group is left for another file.
            listing.end_group();
            at = Position { file: next, offset: 4 };
            self.at = at.clone();
        }
        let Listing { mut found, more, .. } = listing;
        if more > 0 {
            found.push(format!("{more} more"));
        }
        self.own.clear();
        self.keep(connection)?;
        Ok(found)
    }

    /// Up to where the binlog has been read.
    pub(super) fn position(&self) -> &Position {
        &self.at
    }

    /// Keeps what a later session of the run needs to know.
    fn keep(&self, connection: &mut Connection) -> Result<()> {
        set(connection, &self.run, PLACE, &self.at.to_string())?;
        let run = MysqlDialect.quote_literal(&self.run);
        connection.batch_in_peace(&format!("DELETE FROM {} WHERE run = {run} AND setting LIKE '{OWN}%'", SETTINGS.name))
    }
}

/// Whether the binlog can be watched, and if not, why.
///
/// # Errors
/// As those of [`Watch::begin`].
pub(super) fn may_begin(connection: &mut Connection, fence: &Fence) -> Result<std::result::Result<(), String>> {
    Ok(place(connection, fence)?.map(drop))
}

/// Where one would begin; what the account may not ask is a reason, and no error.
fn place(connection: &mut Connection, fence: &Fence) -> Result<std::result::Result<Position, String>> {
    match look_at_binlog(connection, fence) {
        Err(error) if matches!(error.kind(), ErrorKind::Statement | ErrorKind::Refused) => Ok(Err(error.to_string())),
        other => other,
    }
}

/// Forgets what runs have kept of their watches.
///
/// # Errors
/// The server's.
pub(super) fn forget(connection: &mut Connection) -> Result<()> {
    connection.batch_in_peace(&format!("DELETE FROM {} WHERE setting = '{PLACE}' OR setting LIKE '{OWN}%'", SETTINGS.name))
}

fn set(connection: &mut Connection, run: &str, setting: &str, value: &str) -> Result<()> {
    let [run, setting, value] = [run, setting, value].map(|text| MysqlDialect.quote_literal(text));
    connection.batch_in_peace(&format!(
        "INSERT INTO {} (run, setting, value) VALUES ({run}, {setting}, {value}) ON DUPLICATE KEY UPDATE value = VALUES(value)",
        SETTINGS.name
    ))
}

fn volatile(fence: &Fence) -> Vec<String> {
    fence.volatile.iter().map(|table| table.name.clone()).collect()
}

/// Where the binlog stands, or why it would not tell of every write.
fn look_at_binlog(connection: &mut Connection, fence: &Fence) -> Result<std::result::Result<Position, String>> {
    let why = |text: &str| Ok(Err(text.to_owned()));
    if !connection.server.mariadb {
        return why("this server's binlog does not tell whose a definition is");
    }
    if fence.opaque {
        return why(
            "the plan has statements that commit by themselves and write rows, which the binlog does not tell from those of others",
        );
    }
    match connection.value("SELECT CONCAT(IF(@@log_bin, 1, 0), IF(@@sql_log_bin, 1, 0), @@GLOBAL.binlog_format)")?.as_deref() {
        Some("11ROW") => {}
        Some(other) if other.starts_with("11") => return why("the server's binlog_format is not ROW"),
        _ => return why("the server writes no binlog"),
    }
    if !connection.rows("XA RECOVER")?.is_empty() {
        return why("there are prepared transactions (XA RECOVER), whose rows are in the binlog before they are in the tables");
    }
    let Some(row) = connection.rows("SHOW MASTER STATUS")?.into_iter().next() else { return why("the server writes no binlog") };
    let [file, offset, only, not] = fields(&row)?;
    if !only.is_empty() || !not.is_empty() {
        return why("the server leaves databases out of its binlog (binlog_do_db, binlog_ignore_db)");
    }
    let at = Position { file, offset: number(Some(&offset))? };
    if at.to_string().len() > LONGEST_VALUE {
        return why("the names of the binlog's files are too long to be kept");
    }
    connection.rows(&format!("SHOW BINLOG EVENTS IN {} FROM {} LIMIT 1", MysqlDialect.quote_literal(&at.file), at.offset))?;
    Ok(Ok(at))
}

/// The file behind another one; `None` behind the last.
fn next_file(connection: &mut Connection, file: &str) -> Result<Option<String>> {
    let files = connection.rows("SHOW BINARY LOGS")?;
    let mut names = files.into_iter().filter_map(|row| row.into_iter().next().flatten());
    if names.by_ref().any(|name| name == file) {
        return Ok(names.next());
    }
    Err(Error::new(ErrorKind::Conflict, format!("the server has removed {file} of its binlog before it was read")))
}

/// One event, as the server lists it.
struct Event {
    file: String,
    offset: u64,
    kind: String,
    info: String,
}

/// Events of one transaction or definition, so far.
struct Group {
    at: String,
    name: String,
    /// A definition stands alone, without an event that ends it.
    alone: bool,
    ours: bool,
    /// What it writes into the database.
    writes: Vec<String>,
}

/// What a listing tells of others.
struct Listing<'a> {
    database: String,
    own: &'a [String],
    volatile: &'a [String],
    group: Option<Group>,
    found: Vec<String>,
    more: usize,
}

impl<'a> Listing<'a> {
    fn new(database: &str, own: &'a [String], volatile: &'a [String]) -> Self {
        Self { database: database.to_lowercase(), own, volatile, group: None, found: Vec::new(), more: 0 }
    }

    fn add(&mut self, event: &Event) {
        if event.kind == "Gtid" {
            self.end_group();
            let name = event.info.split("GTID ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or_default().to_owned();
            self.group = Some(Group {
                at: format!("{}:{}", event.file, event.offset),
                alone: event.info.starts_with("GTID "),
                ours: self.own.contains(&name),
                name,
                writes: Vec::new(),
            });
            return;
        }
        let ends = matches!(event.kind.as_str(), "Xid" | "XA_prepare" | "Stop" | "Rotate" | "Format_desc");
        if event.kind == "Table_map" {
            self.table(&event.info);
        } else if event.kind.starts_with("Query") && !matches!(event.info.as_str(), "COMMIT" | "ROLLBACK") {
            self.statement(&event.info);
        }
        let alone = self.group.as_ref().is_some_and(|group| group.alone);
        if ends || (event.kind.starts_with("Query") && (alone || matches!(event.info.as_str(), "COMMIT" | "ROLLBACK"))) {
            self.end_group();
        }
    }

    /// `table_id: 18 (live.t)`: rows of a table follow. Names that hold a dot may be taken for another database's, never the other way round.
    fn table(&mut self, info: &str) {
        let Some(group) = &mut self.group else { return };
        let name = info.split_once('(').map_or(info, |(_, rest)| rest.strip_suffix(')').unwrap_or(rest));
        let prefix = self.database.len() + 1;
        let of_ours = name.get(..prefix).is_some_and(|start| start.to_lowercase() == format!("{}.", self.database));
        let Some(table) = name.get(prefix..).filter(|_| of_ours) else { return };
        if journal::is_our_name(table) {
            group.ours = true;
        } else if !self.volatile.iter().any(|volatile| volatile == table) {
            group.writes.push(table.to_owned());
        }
    }

    /// ``use `live`; alter table t …``: a definition, or a statement that is logged as it was given.
    fn statement(&mut self, info: &str) {
        let Some(group) = &mut self.group else { return };
        let (inside, text) = match info.strip_prefix("use `").and_then(|rest| rest.split_once("`; ")) {
            Some((database, text)) => (database.to_lowercase() == self.database, text),
            None => (false, info),
        };
        let beginning = text.get(..32).unwrap_or(text).to_uppercase();
        let is_mark = ["SAVEPOINT ", "XA END ", "BEGIN", "ROLLBACK TO "].iter().any(|word| beginning.starts_with(word));
        let harmless = is_mark || HARMLESS.iter().any(|word| beginning.starts_with(word));
        if !harmless && (inside || text.to_lowercase().contains(&self.database)) {
            let words: Vec<_> = text.split_whitespace().take(4).collect();
            group.writes.push(format!("`{} …`", words.join(" ")));
        }
    }

    fn end_group(&mut self) {
        let Some(mut group) = self.group.take().filter(|group| !group.ours && !group.writes.is_empty()) else { return };
        if self.found.len() == TOLD {
            self.more += 1;
            return;
        }
        group.writes.sort();
        group.writes.dedup();
        self.found.push(format!("{} at {} (transaction {})", group.writes.join(", "), group.at, group.name));
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, Listing, Position};

    /// Events as MariaDB 10.11 lists them.
    fn found(own: &[&str], volatile: &[&str], events: &[(&str, &str)]) -> Vec<String> {
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let (own, volatile) = (owned(own), owned(volatile));
        let mut listing = Listing::new("live", &own, &volatile);
        for (position, (kind, info)) in events.iter().enumerate() {
            listing.add(&Event { file: "b.1".to_owned(), offset: position as u64, kind: (*kind).to_owned(), info: (*info).to_owned() });
        }
        listing.found
    }

    #[test]
    fn a_transaction_of_ours_has_the_journal_in_it() {
        let ours = [
            ("Gtid", "BEGIN GTID 0-7-12"),
            ("Table_map", "table_id: 18 (live.t)"),
            ("Write_rows_v1", "table_id: 18 flags: STMT_END_F"),
            ("Query", "SAVEPOINT `cutover_mark`"),
            ("Table_map", "table_id: 22 (live.cutover_entries)"),
            ("Xid", "COMMIT /* xid=19 */"),
        ];
        assert!(found(&[], &[], &ours).is_empty());
        let theirs = [("Gtid", "BEGIN GTID 0-7-13"), ("Table_map", "table_id: 18 (live.t)"), ("Xid", "COMMIT /* xid=22 */")];
        assert_eq!(found(&[], &[], &theirs), ["t at b.1:0 (transaction 0-7-13)"]);
        assert!(found(&[], &["t"], &theirs).is_empty(), "a volatile table lives on");
        let elsewhere = [("Gtid", "BEGIN GTID 0-7-14"), ("Table_map", "table_id: 23 (liver.o)"), ("Xid", "COMMIT /* xid=23 */")];
        assert!(found(&[], &[], &elsewhere).is_empty());
    }

    #[test]
    fn a_definition_of_ours_is_known_by_its_group() {
        let definition = [("Gtid", "GTID 0-7-15"), ("Query", "use `live`; alter table t add column x int")];
        assert!(found(&["0-7-15"], &[], &definition).is_empty());
        assert_eq!(found(&["0-7-1"], &[], &definition), ["`alter table t add …` at b.1:0 (transaction 0-7-15)"]);
        let harmless = [
            ("Gtid", "GTID 0-7-22"),
            ("Query", "use `live`; analyze table t"),
            ("Gtid", "GTID 0-7-23"),
            ("Query", "use `other`; drop table o"),
        ];
        assert!(found(&[], &[], &harmless).is_empty());
        let from_elsewhere = [("Gtid", "GTID 0-7-24"), ("Query", "use `other`; drop table live.t")];
        assert_eq!(found(&[], &[], &from_elsewhere).len(), 1);
    }

    #[test]
    fn statements_that_are_logged_as_they_were_given_and_prepared_transactions_are_seen() {
        let statement = [
            ("Gtid", "BEGIN GTID 0-7-21"),
            ("Query", "use `live`; set statement binlog_format='STATEMENT' for insert into t values(7,7,7)"),
            ("Xid", "COMMIT /* xid=30 */"),
        ];
        assert_eq!(found(&[], &[], &statement).len(), 1);
        let prepared = [
            ("Gtid", "XA START X'78',X'',1 GTID 0-7-24"),
            ("Table_map", "table_id: 24 (live.t)"),
            ("Query", "XA END X'78',X'',1"),
            ("XA_prepare", "XA PREPARE X'78',X'',1"),
        ];
        assert_eq!(found(&[], &[], &prepared), ["t at b.1:0 (transaction 0-7-24)"]);
    }

    #[test]
    fn a_position_is_read_as_it_is_written() {
        let position = Position { file: "log:bin.000003".to_owned(), offset: 1759 };
        assert_eq!(Position::parse(&position.to_string()), Some(position));
        assert_eq!(Position::parse("nothing"), None);
    }
}
