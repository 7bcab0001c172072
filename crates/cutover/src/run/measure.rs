//! What the statements of a rehearsal weigh: the database is looked at before the first one, after each, and from another session while
//! they run.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::database::{Mode, Writer};
use crate::journal::{EventKind, Journal};
use crate::model::error::Result;
use crate::model::footprint::{Footprint, HeldLock, Weight};

use super::options::{Engine, Options};
use super::samples::Samples;

/// What was seen last.
pub struct Measure {
    state: RefCell<State>,
    samples: Option<Samples>,
}

struct State {
    /// Whether one transaction holds everything: a lock is then taken once, and held to the end.
    atomic: bool,
    /// The locks that were held before the statement.
    held: BTreeSet<HeldLock>,
    /// Those that were seen within its transactions; `None` where none was looked at, or the server does not tell.
    seen: Option<BTreeSet<HeldLock>>,
    /// Where each table was stored when it was last there: what is built beside and renamed into its place is told of then.
    storage: BTreeMap<String, String>,
    last: Footprint,
}

impl State {
    /// The locks of the statement, as its own transactions tell them, and those that another session saw it hold.
    fn locks(&mut self, sampled: Option<BTreeSet<HeldLock>>) -> Option<Vec<HeldLock>> {
        let told = self.seen.take();
        let all = match (told.clone(), sampled) {
            (None, None) => return None,
            (told, sampled) => told.into_iter().chain(sampled).flatten().collect::<BTreeSet<_>>(),
        };
        let taken = all.difference(&self.held).cloned().collect();
        if let Some(told) = told.filter(|_| self.atomic) {
            self.held = told;
        }
        Some(taken)
    }
}

impl Measure {
    /// Looks at what stands before the first statement, in a rehearsal; nothing is measured in any other run.
    ///
    /// # Errors
    /// Where the server does not answer, or the journal cannot be written.
    pub fn of_rehearsal(engine: &Engine<'_>, options: &Options, journal: &Journal<'_>, writer: &mut dyn Writer) -> Result<Option<Self>> {
        if options.rehearses.is_none() {
            return Ok(None);
        }
        let atomic = engine.mode(options)? == Mode::Atomic;
        let locks = if atomic { writer.held_locks()? } else { None };
        let last = writer.footprint()?;
        if let Some(locks) = &locks {
            let weight = Weight { locks: Some(locks.clone()), ..Weight::default() };
            journal.record(EventKind::StatementMeasured { step: "fence".to_owned(), statement: 0, weight })?;
        }
        let held = locks.into_iter().flatten().collect();
        let storage = last.storage.clone().unwrap_or_default();
        let state = RefCell::new(State { atomic, held, seen: None, storage, last });
        Ok(Some(Self { state, samples: Samples::of(writer)? }))
    }

    /// Looks at the locks of the transaction that is open.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub fn see_locks(&self, writer: &mut dyn Writer) -> Result<()> {
        let locks = writer.held_locks()?;
        let mut state = self.state.borrow_mut();
        if let Some(locks) = locks {
            state.seen.get_or_insert_default().extend(locks);
        }
        Ok(())
    }

    /// What the statement weighed that has just ended.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub fn weigh(&self, writer: &mut dyn Writer) -> Result<Weight> {
        let sampled = self.samples.as_ref().map(Samples::take).unwrap_or_default();
        let now = writer.footprint()?;
        let mut state = self.state.borrow_mut();
        let locks = state.locks(sampled.locks);
        let rewritten = now.storage.as_ref().map(|storage| {
            let moved = |(table, place): &(&String, &String)| state.storage.get(*table).is_some_and(|before| before != *place);
            storage.iter().filter(moved).map(|(table, _)| table.clone()).collect()
        });
        state.storage.extend(now.storage.clone().unwrap_or_default());
        let log_bytes = now.log_bytes.zip(state.last.log_bytes).map(|(now, before)| now.saturating_sub(before));
        let growth = now
            .disk_bytes
            .zip(state.last.disk_bytes)
            .map(|(now, before)| now.saturating_sub(before) as i64 - before.saturating_sub(now) as i64);
        state.last = now;
        Ok(Weight { locks, rewritten, temporary_bytes: sampled.temporary_bytes, log_bytes, growth })
    }
}
