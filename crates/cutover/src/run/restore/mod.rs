//! `rollback` by restore: the run's backup is restored beside, proven equal to the snapshot, and exchanged for the database.
//!
//! early refusals → what was written since → restored beside → proven → others are held off → what was written meanwhile → exchanged.
//! Until the exchange nothing of the database is touched. What is exchanged is kept. Whoever is killed on the way begins again: what
//! the server says decides how far it came, not the journal.

mod beside;
mod concluded;
mod export;
mod since;

use chrono::Utc;

use crate::backup::Backup;
use crate::database::exchange::{Exchange, Stand, Terms};
use crate::database::{Mode, RunRecord};
use crate::journal::{EventKind, Journal, Outcome, Stage};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::Catalog;
use crate::plan::{Plan, RunValues};
use crate::snapshot::Snapshot;
use crate::verify::added::Besides;
use crate::verify::grants::Grants;
use crate::verify::rulings::{Rulings, Terms as VerdictTerms};
use crate::verify::tables::{self, After};
use crate::verify::verdict::Verdict;
use crate::{backup, verify};

use super::directory::new_id;
use super::in_place::{self, ABANDONED, RUNNING, UNDOING};
use super::options::{Ended, Engine, Options};
use super::prepare::prepare;
use super::rollback::Rollback;
use super::transaction::{self, FenceLimit, finished};
use super::undo::{Start, first_values};
use super::verification::{Listening, compare_catalog};
use super::{RunDirectory, guard};
use beside::Restored;
use export::Export;
use since::{Look, NewWrites};

/// The word for it in the journal.
const METHOD: &str = "restore";

/// The directory of a rollback by restore that has not come to its end.
///
/// # Errors
/// Where a journal cannot be read.
pub(crate) fn unfinished(home: &std::path::Path, of: &RunDirectory) -> Result<Option<RunDirectory>> {
    let mut found = None;
    for directory in RunDirectory::list(home)? {
        let events: Vec<_> = directory.events()?.into_iter().map(|event| event.kind).collect();
        let undoes = |event: &EventKind| matches!(event, EventKind::RunStarted { undoes: Some(run), .. } if *run == of.run);
        let by_restore = |event: &EventKind| matches!(event, EventKind::MethodChosen { method, .. } if method == METHOD);
        let open = match events.last() {
            Some(EventKind::RunFinished { outcome, .. }) => *outcome == Outcome::UndoFailed,
            _ => true,
        };
        if open && events.iter().any(undoes) && events.iter().any(by_restore) {
            found = Some(directory);
        }
    }
    Ok(found)
}

/// Takes a run back by restoring its backup. `why` says why this way was chosen.
///
/// # Errors
/// Only where it could not start: nothing was touched then.
pub(crate) fn restore(engine: &Engine<'_>, plan: &Plan, of: &RunDirectory, options: &Options, how: &Rollback, why: &str) -> Result<Ended> {
    let now = Utc::now();
    let again = unfinished(engine.home, of)?;
    let directory = match &again {
        Some(directory) => directory.clone(),
        None => RunDirectory::create(engine.home, &plan.name, new_id(now))?,
    };
    let outcome = begin(engine, plan, of, options, how, why, &directory, again.is_some());
    if outcome.is_err() && !directory.path.join("events.jsonl").exists() {
        // It is empty, and what went wrong is told already.
        let _ = std::fs::remove_dir_all(&directory.path);
    }
    outcome.map_err(|error| if again.is_some() { error } else { error.hint("nothing was touched") })
}

#[allow(clippy::too_many_arguments, reason = "the start hands on what it was given")]
fn begin(
    engine: &Engine<'_>,
    plan: &Plan,
    of: &RunDirectory,
    options: &Options,
    how: &Rollback,
    why: &str,
    directory: &RunDirectory,
    again: bool,
) -> Result<Ended> {
    let before =
        Snapshot::open(&of.snapshot()).map_err(|error| error.hint("a run that stopped before its snapshot has executed nothing"))?;
    let backup = Backup::open(&of.backup())
        .map_err(|error| Error::new(ErrorKind::Refused, format!("the run {} has no backup that could be restored", of.run)).because(error))?
        .against(&before)?;
    how.export_new_writes.as_deref().filter(|_| !again).map_or(Ok(()), export::is_free)?;
    // One process at a time on this machine; the exchange has a lock on the server.
    let _held = Journal::open(&of.path, engine.monitor)?;
    let terms = Terms {
        run: &of.run,
        directory: &directory.path,
        before: &before.manifest.catalog,
        lock_timeout: options.lock_timeout,
        patience: options.patience,
        terminate_blockers: options.terminate_blockers,
        unfenced: options.unfenced || how.discard_new_writes,
    };
    let may_have_left_a_session = again || !has_ended(of)?;
    let mut exchange = locked(engine, &terms, options, may_have_left_a_session)?;
    let mut stand = exchange.stand()?;
    if let Stand::Held(_) = stand {
        exchange.release()?.iter().for_each(|note| engine.monitor.notice(note));
        // What holds others off held us off as well.
        drop(exchange);
        exchange = locked(engine, &terms, options, may_have_left_a_session)?;
        stand = exchange.stand()?;
    }
    if stand == Stand::Exchanged && !again {
        return Err(Error::new(ErrorKind::Refused, format!("the run {} has been undone already", of.run)));
    }
    let (left, notes) = match stand {
        Stand::Untouched => {
            let records = engine.database.read()?.records()?;
            let state = may_be_taken_back(engine, of, &records)?;
            let left = (state == "applied").then(|| Snapshot::open(&of.after())).transpose()?;
            if left.is_none() {
                refuse_uncertain(engine, of, &state, options, how)?;
            }
            (left, exchange.look()?)
        }
        _ => (None, Vec::new()),
    };
    let values = first_values(of)?;
    let options = &Options { no_rewrite: of.no_rewrite()?, ..options.clone() };
    let mut grants = prepare(plan, engine.database.dialect(), &before.manifest.catalog, &values, options)?.grants;
    if let Some(left) = left.as_ref().filter(|_| of.mode().is_ok_and(|mode| mode == guard::MODE)) {
        guard::grant_later(engine.database, &before.manifest.catalog, &left.manifest.catalog, &mut grants)?;
    }
    let journal = Journal::open(&directory.path, engine.monitor)?;
    let restore = Restore {
        engine,
        plan,
        of,
        options,
        how,
        before: &before,
        left: left.as_ref(),
        backup: &backup,
        grants: Grants {
            renamed: grants.renamed,
            retyped: grants.retyped,
            read_by: grants.read_by,
            rows_may_come: grants.rows_may_come,
            ..Grants::default()
        },
        values: &values,
        directory,
        journal: &journal,
    };
    let result = restore.start(again, why, &notes).and_then(|()| restore.attempt(&stand, exchange.as_mut()));
    Ok(restore.conclude(exchange.as_mut(), result))
}

/// Whether the run, or whatever took it up, came to an end of its own.
fn has_ended(of: &RunDirectory) -> Result<bool> {
    Ok(of.events()?.last().is_some_and(|event| matches!(event.kind, EventKind::RunFinished { .. })))
}

/// Begins the exchange. The session of a tool that was killed holds the lock until the server notices: it is ended where the run or a
/// rollback of this directory was killed. Else whoever holds the lock works on another machine, with a copy of the directory.
fn locked<'a>(engine: &'a Engine<'_>, terms: &Terms<'a>, options: &Options, killed: bool) -> Result<Box<dyn Exchange + 'a>> {
    match transaction::patiently(engine, options, || engine.database.exchange(terms)) {
        Err(error) if error.kind() == ErrorKind::Refused && killed && engine.database.end_holder(terms.run).unwrap_or(false) => {
            engine.monitor.notice("the session of the run that was killed has been ended");
            transaction::patiently(engine, options, || engine.database.exchange(terms))
        }
        other => other,
    }
}

/// The run's state, where it can be taken back by a restore.
fn may_be_taken_back(engine: &Engine<'_>, of: &RunDirectory, records: &[RunRecord]) -> Result<String> {
    let refused = |message: String| Error::new(ErrorKind::Refused, message);
    // A guard leaves no record on the server before it is taken back.
    if of.mode()? == guard::MODE && !records.iter().any(|record| record.run == of.run) {
        in_place::none_unfinished(records)?;
        return none_later(of, records).map(|()| "applied".to_owned());
    }
    let record = records.iter().find(|record| record.run == of.run).ok_or_else(|| {
        refused(format!("{} does not know the run {}", engine.database.place(), of.run))
            .hint("it was never committed there, or the database was restored since")
    })?;
    let half_done = [RUNNING, UNDOING, ABANDONED].contains(&record.state.as_str()) && of.mode()? == Mode::InPlace.to_string();
    if record.state != "applied" && !half_done {
        return Err(refused(format!("the run {} is {}: there is nothing to take back", of.run, record.state)));
    }
    let others: Vec<_> = records.iter().filter(|other| other.run != of.run).cloned().collect();
    in_place::none_unfinished(&others)?;
    none_later(of, &others)?;
    Ok(record.state.clone())
}

/// Makes sure that nothing was applied after a run, which would be taken back with it.
fn none_later(of: &RunDirectory, others: &[RunRecord]) -> Result<()> {
    // Ids begin with the time at which a run began.
    let Some(later) = others.iter().find(|other| other.run > of.run && other.state == "applied") else { return Ok(()) };
    Err(Error::new(
        ErrorKind::Refused,
        format!("the run {} of the plan {} was applied after it, and would be taken back as well", later.run, later.plan),
    )
    .hint(format!("cutover rollback {} takes that one back first", later.run)))
}

/// A run that did not come to its end has not kept what it left: what others wrote cannot be told from what it did.
fn refuse_uncertain(engine: &Engine<'_>, of: &RunDirectory, state: &str, options: &Options, how: &Rollback) -> Result<()> {
    if how.export_new_writes.is_some() {
        return Err(Error::new(
            ErrorKind::Refused,
            "the run did not come to its end, so that what others wrote cannot be told from what it did",
        )
        .hint("--discard-new-writes takes everything back to the snapshot; `cutover diff` shows all that differs from it"));
    }
    let mut reader = engine.database.read()?;
    let reason = if state == ABANDONED {
        Some("the run was given up, and its fence taken down".to_owned())
    } else if state == UNDOING && of.was_committed()? {
        Some("it had been finished before its undo was begun".to_owned())
    } else if reader.standing_fence()?.as_deref() != Some(of.run.as_str()) {
        Some("its fence does not stand".to_owned())
    } else {
        in_place::fence_was_down(&of.run, reader.as_mut())?
    };
    let Some(reason) = reason.filter(|_| !how.discard_new_writes && !options.unfenced) else { return Ok(()) };
    Err(uncertain(&reason))
}

fn uncertain(reason: &str) -> Error {
    Error::new(ErrorKind::Refused, format!("others could write since the run began, and their rows cannot be told from its own: {reason}"))
        .hint("--discard-new-writes accepts that all of it goes")
}

/// One rollback by restore.
struct Restore<'a> {
    engine: &'a Engine<'a>,
    plan: &'a Plan,
    of: &'a RunDirectory,
    options: &'a Options,
    how: &'a Rollback,
    before: &'a Snapshot,
    /// What the run left; `None` where it did not come to its end.
    left: Option<&'a Snapshot>,
    backup: &'a Backup,
    /// By which names and types the old columns are read.
    grants: Grants,
    values: &'a RunValues,
    directory: &'a RunDirectory,
    journal: &'a Journal<'a>,
}

/// How far it came, where nothing failed.
enum Came {
    /// Exchanged and looked at; whether that passed is in the verdict.
    Exchanged(Verdict, Vec<String>),
    /// Not exchanged, as asked.
    Tried(Verdict),
    /// Refused, with what stands against it.
    Refused(Verdict, Error),
}

impl Restore<'_> {
    fn start(&self, again: bool, why: &str, notes: &[String]) -> Result<()> {
        if again {
            self.journal.record(EventKind::RunResumed)?;
        } else {
            let start = Start { engine: self.engine, plan: self.plan, of: self.of, options: self.options };
            let title = format!("Undo of {} by restore", self.of.run);
            self.journal.record(start.event(&self.directory.run, title, &self.before.manifest.session, Utc::now()))?;
            self.journal.record(EventKind::MethodChosen { method: METHOD.to_owned(), why: why.to_owned() })?;
        }
        notes.iter().try_for_each(|note| self.tell(note.clone()))
    }

    fn tell(&self, message: String) -> Result<()> {
        self.engine.monitor.notice(&message);
        self.journal.record(EventKind::Noticed { message })
    }

    fn attempt(&self, stand: &Stand, exchange: &mut dyn Exchange) -> Result<Came> {
        if matches!(stand, Stand::Half(_) | Stand::Exchanged) {
            return self.exchange(None, exchange);
        }
        let writes = self.written(self.engine.database.read()?.as_mut())?;
        if let Some(refused) = self.refuse(&writes) {
            return Ok(refused);
        }
        let restored = Restored::make(self)?;
        if !restored.proof.verdict.passed {
            let error = super::backup::not_proven(&restored.proof, self.backup);
            return Ok(Came::Refused(restored.proof.verdict.clone(), error));
        }
        if self.options.dry_run {
            return Ok(Came::Tried(restored.proof.verdict.clone()));
        }
        let limit = FenceLimit::start(self.engine.interrupt, self.options.max_fence);
        self.hold(exchange)?;
        let writes = self.written(exchange.live()?)?;
        if let Some(refused) = self.refuse(&writes) {
            return Ok(refused);
        }
        if let (Some(directory), Some(left)) = (&self.how.export_new_writes, self.left) {
            let (before, grants, folder, dialect) = (self.before, &self.grants, &self.since(), self.engine.database.dialect());
            Export { before, left, grants, dialect, folder, directory }.write(&writes, exchange.live()?)?;
            self.tell(format!("what was written since the run is in {}: {}", directory.display(), writes.in_words()))?;
        }
        self.engine.interrupt.check()?;
        drop(limit);
        self.exchange(Some(restored), exchange)
    }

    fn since(&self) -> std::path::PathBuf {
        self.directory.path.join("since")
    }

    /// What was written since the run. Nothing is known of that of a run that did not come to its end; nobody could write, or that is accepted.
    fn written(&self, reader: &mut dyn crate::database::Reader) -> Result<NewWrites> {
        let Some(left) = self.left else { return Ok(NewWrites::default()) };
        // Between the first look and this one, another rollback may have come to its end.
        may_be_taken_back(self.engine, self.of, &reader.records()?)?;
        let folder = self.since();
        let dialect = self.engine.database.dialect();
        Look { before: self.before, left, grants: &self.grants, dialect, folder: &folder, journal: self.journal }.at(reader)
    }

    fn refuse(&self, writes: &NewWrites) -> Option<Came> {
        let accepted = self.how.discard_new_writes || self.how.export_new_writes.is_some();
        if writes.is_empty() || accepted {
            if !writes.is_empty() {
                self.engine.monitor.notice(&format!("written since the run, and given up: {}", writes.in_words()));
            }
            return None;
        }
        let error = Error::new(ErrorKind::Refused, format!("this was written since the run, and would be lost: {}", writes.in_words()))
            .hint("--export-new-writes DIR writes it into CSV files first; --discard-new-writes gives it up")
            .hint("--method undo --keep-new-writes takes back what the run did, and keeps those rows");
        Some(Came::Refused(writes.verdict(), error))
    }

    fn hold(&self, exchange: &mut dyn Exchange) -> Result<()> {
        let began = std::time::Instant::now();
        self.journal.record(EventKind::StageStarted { stage: Stage::Fence })?;
        let raised = exchange.hold(&mut |message| self.engine.monitor.notice(&message))?;
        if let (None, Some(reason)) = (self.left, raised.open.as_ref().or(raised.interrupted.as_ref()))
            && !self.how.discard_new_writes
            && !self.options.unfenced
        {
            return Err(uncertain(reason));
        }
        if let (Some(_), Some(reason)) = (self.left, raised.open.as_ref()) {
            self.tell(format!("others can write until the exchange, and what they write then goes unseen: {reason}"))?;
        }
        raised.notes.iter().try_for_each(|note| self.tell(note.clone()))?;
        let tables = self.before.manifest.tables.iter().filter(|_| raised.open.is_none()).map(|entry| entry.table.to_string()).collect();
        self.journal.record(EventKind::FenceRaised { tables, seconds: began.elapsed().as_secs_f64() })?;
        finished(self.journal, Stage::Fence, began)
    }

    /// The exchange, or the rest of one.
    fn exchange(&self, restored: Option<Restored<'_>>, exchange: &mut dyn Exchange) -> Result<Came> {
        let began = std::time::Instant::now();
        self.journal.record(EventKind::StageStarted { stage: Stage::Commit })?;
        self.journal.record(EventKind::CommitStarted)?;
        let mut record = transaction::record(self.of, self.plan, "undone", self.values);
        if let EventKind::RunStarted { plan_hash, .. } = self.of.started()? {
            record.plan_hash = plan_hash;
        }
        let proof = restored.map(Restored::leave);
        let mut notes =
            exchange.exchange(&record, &mut |part| self.journal.record(EventKind::Noticed { message: format!("the exchange: {part}") }))?;
        notes.iter().try_for_each(|note| self.tell(note.clone()))?;
        finished(self.journal, Stage::Commit, began)?;
        let proof = match proof {
            Some(proof) => Some(proof),
            // That of the attempt that was stopped behind it.
            None => backup::Proof::of(self.backup)?,
        };
        let verdict = self.verify(proof, exchange)?;
        notes.extend(exchange.release()?);
        Ok(Came::Exchanged(verdict, notes))
    }

    /// Compares what stands now, as far as others have not written already: then the restored database was proven before, and is the same one.
    fn verify(&self, proof: Option<backup::Proof>, exchange: &mut dyn Exchange) -> Result<Verdict> {
        let began = std::time::Instant::now();
        self.journal.record(EventKind::StageStarted { stage: Stage::Verify })?;
        let mut rulings = Rulings::default();
        let (results, catalog) = match (exchange.exchanged(), proof) {
            (None, Some(proof)) => {
                let names: std::collections::BTreeSet<_> = proof.verdict.rules.iter().map(|rule| rule.rule.as_str()).collect();
                names.into_iter().filter(|name| *name != verify::catalog::RULE).for_each(|name| rulings.keep(name, &proof.verdict));
                (proof.verdict.tables, self.engine.database.read()?.catalog()?)
            }
            (Some(reader), _) => self.compare(reader, &mut rulings)?,
            (None, None) => self.compare(self.engine.database.read()?.as_mut(), &mut rulings)?,
        };
        compare_catalog(&self.before.manifest.catalog, &catalog, &Grants::default(), &mut rulings);
        let accept = self.options.accepted_of_backup();
        let verdict = rulings.finish(&VerdictTerms { accept: &accept, strict: false, criteria: &[] }, results);
        self.directory.keep_verdict(&verdict)?;
        self.journal.record(EventKind::VerdictReached {
            passed: verdict.passed,
            findings: verdict.findings.len() as u64,
            rules: verdict.rules.len() as u64,
            cells: verdict.cells,
        })?;
        finished(self.journal, Stage::Verify, began)?;
        Ok(verdict)
    }

    fn compare(
        &self,
        reader: &mut dyn crate::database::Reader,
        rulings: &mut Rulings,
    ) -> Result<(Vec<verify::verdict::TableResult>, Catalog)> {
        let folder = self.directory.after();
        crate::snapshot::seal::private_directory(&folder.join("rows"))?;
        let catalog = reader.catalog()?;
        let listening = Listening::new(self.journal, self.before);
        let after = After::Live(reader, &folder, Besides::Nothing);
        let found = tables::compare(self.before, &catalog, after, &Grants::default(), &folder.join("scratch"), rulings, &listening)?;
        verify::expected::sequences(&self.before.manifest.sequences, &reader.sequences()?, self.before, &found, rulings);
        Ok((found.results, catalog))
    }
}
