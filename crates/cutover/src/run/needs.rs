//! What a run will need, against what is there: said before anything is touched, and refused where it cannot succeed.

use std::path::Path;

use crate::database::{Database, Fence};
use crate::model::conditions::{Conditions, PreparedTransaction};
use crate::model::disk;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::size;
use crate::model::table::{Catalog, TableName};

use super::options::{BackupAt, Engine, Options};
use super::prepare::Prepared;

/// Sessions that a run has beside those that read side by side: the one that executes the steps, and one to stop a statement with.
const BESIDE: u64 = 2;

/// From this age on, a transaction of somebody else is one to look after before a run.
const OLD: u64 = 60;

/// Looks at what a run needs, and says it line by line.
///
/// # Errors
/// `Refused` with everything that is missing; where the database does not answer.
pub fn look(engine: &Engine<'_>, prepared: &Prepared, catalog: &Catalog, options: &Options) -> Result<Vec<String>> {
    let fence = prepared.fence(options, engine.mode(options)?);
    // A session of its own: what it looks at is of now, and not of the instant that others read.
    let mut reader = engine.database.read()?;
    let whole = reader.session()?.bytes;
    let conditions = reader.conditions(&fence)?;
    drop(reader);
    let tables: u64 = catalog.tables.iter().filter_map(|table| table.bytes).sum();
    let needs = Needs {
        // Where tables have no sizes of their own, no part of the database is larger than all of it.
        contents: if tables == 0 { whole } else { tables },
        rewritten: rewritten(prepared, catalog),
        sessions: options.sessions as u64 + BESIDE,
        backup: options.backup != BackupAt::Nowhere,
        proof: options.prove_backup && options.staging.is_none(),
        here: disk::free_below(engine.home),
        rewrites: prepared.steps.iter().flat_map(|step| &step.statements).any(|statement| statement.rewrites),
        fence: &fence,
        conditions: &conditions,
    };
    needs.refuse(engine.home, engine.database)?;
    Ok(needs.in_words(engine.home))
}

/// The tables that steps may write anew, with their sizes where they are known, the largest first.
fn rewritten(prepared: &Prepared, catalog: &Catalog) -> Vec<(TableName, Option<u64>)> {
    let known = prepared.strongest.iter().filter_map(|name| catalog.table(name));
    let mut tables: Vec<_> = known.map(|table| (table.name.clone(), table.bytes)).collect();
    tables.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    tables
}

struct Needs<'a> {
    /// Bytes of all tables.
    contents: u64,
    rewritten: Vec<(TableName, Option<u64>)>,
    sessions: u64,
    /// Whether a backup is taken here.
    backup: bool,
    /// Whether a copy of everything is restored beside.
    proof: bool,
    /// Bytes that are free here, where the system tells.
    here: Option<u64>,
    /// Whether a statement may write a table anew that others would then see as empty.
    rewrites: bool,
    fence: &'a Fence,
    conditions: &'a Conditions,
}

impl Needs<'_> {
    /// Bytes in the run's directory: the snapshot, and the backup beside it. Both are compressed, and indexes are not in them.
    fn disk_here(&self) -> u64 {
        if self.backup { self.contents.saturating_mul(2) } else { self.contents }
    }

    /// Bytes where the database stands.
    fn disk_there(&self) -> u64 {
        let sizes: Option<u64> = self.rewritten.iter().map(|(_, bytes)| *bytes).sum();
        let rewritten = sizes.unwrap_or(self.contents);
        if self.proof { rewritten.saturating_add(self.contents) } else { rewritten }
    }

    fn in_words(&self, home: &Path) -> Vec<String> {
        let conditions = self.conditions;
        let mut lines = Vec::new();
        let whats = if self.backup { "the snapshot and the backup" } else { "the snapshot" };
        let here = self.here.map_or_else(|| "what is free cannot be seen".to_owned(), |free| format!("{} are free", size::in_words(free)));
        lines.push(format!("disk here: up to {} in {} for {whats}; {here}", size::in_words(self.disk_here()), home.display()));
        lines.push(self.disk_there_in_words());
        if let Some(left) = conditions.free_sessions {
            let fewer = if left < self.sessions { ", so that fewer read side by side" } else { "" };
            lines.push(format!("sessions: up to {} at once; {left} more can be opened{fewer}", self.sessions));
        }
        if !conditions.fence.is_empty() && !self.fence.apart {
            lines.push(format!("what holds other sessions' writes off: {}", conditions.fence));
        }
        match &conditions.oldest_transaction {
            Some(oldest) if oldest.seconds >= OLD => {
                let waits = if self.rewrites { "; the run waits for it before it writes a table anew" } else { "" };
                lines.push(format!("the oldest transaction of others: open for {} s, {}{waits}", oldest.seconds, oldest.who));
            }
            Some(oldest) => lines.push(format!("the oldest transaction of others: open for {} s", oldest.seconds)),
            None => {}
        }
        lines.extend(
            conditions.prepared.iter().map(|transaction| format!("a prepared transaction that nobody has ended: {}", named(transaction))),
        );
        lines.extend(conditions.log_keepers.iter().cloned());
        lines.extend(conditions.unseen.iter().map(|what| format!("cannot be seen: {what}")));
        lines
    }

    fn disk_there_in_words(&self) -> String {
        const SHOWN: usize = 4;
        let names: Vec<_> = self.rewritten.iter().take(SHOWN).map(|(table, _)| table.to_string()).collect();
        let more = self.rewritten.len().saturating_sub(SHOWN);
        let what = match (names.is_empty(), self.proof) {
            (true, false) => return "disk of the database: no table is written anew".to_owned(),
            (true, true) => "for the backup that is restored beside".to_owned(),
            (false, proof) => {
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let beside = if proof { ", and the backup that is restored beside" } else { "" };
                format!("for tables that may be written anew: {}{more}{beside}", names.join(", "))
            }
        };
        let free = self.conditions.free_disk;
        let free = free.map_or_else(|| "what is free there cannot be seen".to_owned(), |free| format!("{} are free", size::in_words(free)));
        format!("disk of the database: up to {} {what}; {free}", size::in_words(self.disk_there()))
    }

    /// # Errors
    /// Where the run could not succeed. What is needed of a disk is known by the upper end alone, so that only less than half of it refuses.
    fn refuse(&self, home: &Path, database: &dyn Database) -> Result<()> {
        let mut missing = Vec::new();
        let mut remedies = Vec::new();
        let mut disk = |needed: u64, free: Option<u64>, place: String, remedy: &str| {
            if let Some(free) = free.filter(|free| *free < needed / 2) {
                missing.push(format!("{place} has {} free, and up to {} may be needed", size::in_words(free), size::in_words(needed)));
                remedies.push(remedy.to_owned());
            }
        };
        disk(
            self.disk_here(),
            self.here,
            format!("the disk of {}", home.display()),
            "free some, or put the runs on another disk with --home DIR",
        );
        let there = format!("the disk of {}", database.place());
        disk(
            self.disk_there(),
            self.conditions.free_disk,
            there,
            "free some before the run: a table that is written anew stands there twice",
        );
        if let Some(left) = self.conditions.free_sessions.filter(|left| *left < BESIDE) {
            missing.push(format!("a run has {BESIDE} sessions at the least, and {} has room for {left} more", database.place()));
            remedies.push("end sessions that nobody needs, or raise the server's limit".to_owned());
        }
        for lack in &self.conditions.lacking {
            missing.push(lack.what.clone());
            remedies.push(lack.remedy.clone());
        }
        for transaction in self.conditions.prepared.iter().filter(|transaction| transaction.in_the_way || self.rewrites) {
            missing.push(format!("a prepared transaction stays in the way until somebody ends it: {}", transaction.name));
            remedies.push(transaction.remedy.clone());
        }
        if missing.is_empty() {
            return Ok(());
        }
        let refused = Error::new(ErrorKind::Refused, format!("the run could not succeed: {}", missing.join("; ")));
        Err(remedies.into_iter().fold(refused, Error::hint).hint("nothing was touched"))
    }
}

fn named(transaction: &PreparedTransaction) -> String {
    format!("{}; {}", transaction.name, transaction.remedy)
}
