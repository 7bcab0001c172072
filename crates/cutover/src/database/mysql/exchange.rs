//! The exchange: all tables at once, with what the server keeps beside them put back in the restored form.
//!
//! The journal's tables are not moved. They stay in the database all the time, and know the fence, what was set for the exchange, and the run.

use std::sync::Arc;

use super::address::Address;
use super::definitions;
use super::dialect::MysqlDialect;
use super::kept::{self, Kept, Stage};
use super::moving::Moving;
use super::session::Connection;
use super::writer::MysqlWriter;
use super::{hold, journal, obstacles, scratch};
use crate::database::exchange::{self, Exchange, Part, Stand, Stopped, Terms, kept_name, restored_name};
use crate::database::{Commit, Fence, Mode, Raised, Reader, RunRecord, Writer};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;

/// An exchange, in the session that holds the run's lock.
pub(super) struct MysqlExchange<'a> {
    writer: MysqlWriter,
    address: Arc<Address>,
    interrupt: Interrupt,
    terms: Terms<'a>,
    restored: String,
    kept: Kept,
}

impl<'a> MysqlExchange<'a> {
    /// Takes the run's lock.
    ///
    /// # Errors
    /// `Refused` where another session holds it, or on a replica.
    pub(super) fn begin(address: &Arc<Address>, interrupt: &Interrupt, terms: &Terms<'a>) -> Result<Self> {
        let mut writer = MysqlWriter::lock(address, terms.run, interrupt)?;
        writer.exchanging = true;
        Ok(Self {
            writer,
            address: Arc::clone(address),
            interrupt: interrupt.clone(),
            terms: *terms,
            restored: restored_name(terms.run),
            kept: Kept::new(&kept_name(terms.run)),
        })
    }

    fn moving(&self) -> Moving<'a> {
        Moving { live: self.address.database.clone(), restored: self.restored.clone(), kept: self.kept.clone(), before: self.terms.before }
    }

    fn stage(&mut self) -> Result<Stage> {
        self.kept.stage(self.writer.connection())
    }

    /// Raises the fence, or finds it standing, and lets no event run.
    fn hold_off(&mut self, notice: &mut dyn FnMut(String)) -> Result<Raised> {
        let fence = Fence {
            tables: Vec::new(),
            strongest: Vec::new(),
            lock_timeout: self.terms.lock_timeout,
            patience: self.terms.patience,
            terminate_blockers: self.terms.terminate_blockers,
            mode: Mode::InPlace,
            unfenced: self.terms.unfenced,
            apart: false,
            volatile: Vec::new(),
            // To see afterwards who has written is not enough here: whatever others write would be left behind.
            opaque: true,
        };
        let mut raised = self.writer.open(&fence, notice)?;
        raised.notes.extend(hold::stop_events(self.writer.connection(), self.terms.run, self.terms.patience, self.terms.before, notice)?);
        Ok(raised)
    }

    /// Moves the tables. Where that fails, everything is as it was before.
    fn go(&mut self, part: Part<'_>) -> Result<()> {
        let moving = self.moving();
        let moved = self.prepare(&moving, part).and_then(|()| moving.exchange(&mut self.writer, part));
        let Err(error) = moved else { return Ok(()) };
        // What interrupts the work has been heard; what was taken down has to be put back all the same.
        self.interrupt.clear();
        Err(match moving.retreat(self.writer.connection()) {
            Ok(()) => error,
            Err(failed) => error.hint(format!("what was taken down could not be put back: {failed}")),
        })
    }

    fn prepare(&mut self, moving: &Moving<'_>, part: Part<'_>) -> Result<()> {
        if self.stage()? == Stage::Ready {
            return Ok(());
        }
        obstacles::none(self.writer.connection(), &self.address.database, self.kept.name())?;
        let mut restored = Connection::open(&Arc::new(self.address.of_scratch(&self.restored)), "cutover", &self.interrupt)?;
        scratch::keep_out_of_binlog(&mut restored)?;
        part("try out whether views, triggers, routines and events can be created once more, and write them down")?;
        moving.prepare(&mut restored, &mut self.writer, self.terms.directory)
    }

    /// Writes the record, and drops what is left of the restored database.
    fn conclude(&mut self, record: &RunRecord, part: Part<'_>) -> Result<()> {
        if !journal::records(self.writer.connection())?.contains(record) {
            part("record that the run is undone")?;
            match self.writer.commit(record)? {
                Commit::Committed => {}
                Commit::RolledBack(reason) | Commit::Unknown(reason) => {
                    return Err(Error::new(ErrorKind::Connection, format!("whether the run is recorded as undone is not known: {reason}")));
                }
            }
        }
        scratch::drop(&self.address, &self.restored, true)
    }
}

impl Exchange for MysqlExchange<'_> {
    fn stand(&mut self) -> Result<Stand> {
        let standing = hold::marked(self.writer.connection())?.is_some_and(|mark| mark.run == self.terms.run);
        Ok(match self.stage()? {
            Stage::Untouched if standing => Stand::Held("others cannot write".to_owned()),
            Stage::Untouched => Stand::Untouched,
            Stage::Ready => Stand::Held("others cannot write, and triggers may have been taken down".to_owned()),
            Stage::Moved => Stand::Half(HALF.to_owned()),
            Stage::Done => Stand::Exchanged,
        })
    }

    fn look(&mut self) -> Result<Vec<String>> {
        let connection = self.writer.connection();
        obstacles::none(connection, &self.address.database, self.kept.name())?;
        let found = definitions::read(connection, &self.address.database)?;
        obstacles::none_of(&found, connection)?;
        let mut notes = Vec::new();
        if connection.value("SELECT @@log_bin")?.as_deref() == Some("1") {
            notes.push(
                "the restored tables are in no binlog: take a backup afterwards, because what comes after them in the binlog does not fit \
                 an earlier one"
                    .to_owned(),
            );
        }
        Ok(notes)
    }

    fn hold(&mut self, notice: &mut dyn FnMut(String)) -> Result<Raised> {
        if self.stage()? == Stage::Ready {
            self.moving().retreat(self.writer.connection())?;
        }
        hold::mark(self.writer.connection(), self.terms.run)?;
        self.hold_off(notice).map_err(|error| match self.release() {
            Ok(_) => error,
            Err(failed) => error.hint(format!("what had been set could not be put back: {failed}")),
        })
    }

    fn live(&mut self) -> Result<&mut dyn Reader> {
        self.writer.rollback()?;
        self.writer.begin()?;
        Ok(&mut self.writer)
    }

    fn exchange(&mut self, record: &RunRecord, part: Part<'_>) -> Result<Vec<String>> {
        self.writer.rollback()?;
        scratch::keep_out_of_binlog(self.writer.connection())?;
        if matches!(self.stage()?, Stage::Untouched | Stage::Ready) {
            self.go(part)?;
        }
        // From here on, the way forward is the only one.
        self.interrupt.clear();
        let mut told = Vec::new();
        if self.stage()? == Stage::Moved {
            // A server that was started again has forgotten the fence.
            told.extend(self.hold_off(&mut |_| ())?.interrupted);
            self.moving().finish(self.writer.connection(), part)?;
        }
        scratch::go_on_with_binlog(self.writer.connection())?;
        self.conclude(record, part)?;
        Ok(told)
    }

    /// The fence stands until `release`.
    fn exchanged(&mut self) -> Option<&mut dyn Reader> {
        let fenced = hold::marked(self.writer.connection()).ok().flatten().is_some_and(|mark| mark.run == self.terms.run);
        let begun = fenced && self.writer.rollback().and_then(|_| self.writer.begin()).is_ok();
        begun.then_some(&mut self.writer as &mut dyn Reader)
    }

    fn release(&mut self) -> Result<Vec<String>> {
        self.interrupt.clear();
        self.writer.rollback()?;
        // Behind an exchange, the fence of the run is of no use any more either.
        if self.stage()? == Stage::Done {
            return self.writer.lower();
        }
        let Some(mark) = hold::marked(self.writer.connection())?.filter(|mark| mark.run == self.terms.run) else { return Ok(Vec::new()) };
        scratch::keep_out_of_binlog(self.writer.connection())?;
        self.moving().retreat(self.writer.connection())?;
        scratch::go_on_with_binlog(self.writer.connection())?;
        if mark.found_standing { hold::end(self.writer.connection()) } else { self.writer.lower() }
    }
}

/// How an exchange stands whose tables have been moved.
const HALF: &str = "the restored tables are in place; views, triggers, routines and events may be missing, and others cannot write";

/// An exchange of this database's tables that was stopped.
///
/// # Errors
/// The server's.
pub(super) fn stopped(address: &Arc<Address>, interrupt: &Interrupt) -> Result<Option<Stopped>> {
    let mut connection = Connection::open(address, "cutover", interrupt)?;
    let Some((kept, stage)) = kept::unfinished(&mut connection)? else { return Ok(None) };
    let Some(state) = exchange::Kept::of_name(kept.name()) else { return Ok(None) };
    let message = match stage {
        Stage::Moved => HALF,
        _ => "triggers may have been taken down, no table has been exchanged, and others cannot write",
    };
    Ok(Some(Stopped { run: state.run, message: message.to_owned() }))
}

/// The kept states of the server.
///
/// # Errors
/// The server's.
pub(super) fn kept(address: &Arc<Address>, interrupt: &Interrupt) -> Result<Vec<exchange::Kept>> {
    let mut connection = Connection::open(address, "cutover", interrupt)?;
    let names = kept::in_stage(Stage::Done, &mut connection)?;
    Ok(names.iter().filter_map(|name| exchange::Kept::of_name(name)).collect())
}

/// Drops a kept state.
///
/// # Errors
/// `Refused` where a session uses it, or the exchange that it belongs to has not come to its end.
pub(super) fn drop_kept(address: &Arc<Address>, name: &str) -> Result<()> {
    let mut connection = Connection::open(address, "cutover", &Interrupt::new())?;
    let kept = Kept::new(name);
    let refused = |message: String| Error::new(ErrorKind::Refused, message);
    match kept.stage(&mut connection)? {
        Stage::Done => {}
        Stage::Untouched => return Ok(()),
        Stage::Ready | Stage::Moved => {
            return Err(
                refused(format!("{name} belongs to a rollback that has not come to its end")).hint("cutover rollback goes on with it")
            );
        }
    }
    let sql = format!("SELECT ID FROM information_schema.PROCESSLIST WHERE DB = {}", MysqlDialect.quote_literal(name));
    if let Some(session) = connection.rows(&sql)?.into_iter().flatten().flatten().next() {
        return Err(refused(format!("the kept state {name} is in use by the session {session}")).hint("wait until it has ended"));
    }
    scratch::keep_out_of_binlog(&mut connection)?;
    kept.drop(&mut connection)
}
