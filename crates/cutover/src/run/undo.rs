//! `rollback` of a committed atomic run: its steps' undo in reverse order, in one transaction, committed only where the contents
//! are proven equal to the snapshot.

use std::path::Path;

use chrono::Utc;

use crate::database::{Mode, Reader, Session, Writer};
use crate::journal::{EventKind, Journal, Outcome, Stage};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::{Catalog, TableName};
use crate::plan::{Plan, RunValues};
use crate::snapshot::seal::private_directory;
use crate::snapshot::{Snapshot, TableEntry};
use crate::verify::added::{Besides, IntoAdded};
use crate::verify::differing::Kept;
use crate::verify::expected;
use crate::verify::grants::Grants;
use crate::verify::rulings::{Rulings, Terms};
use crate::verify::tables::{self, After};
use crate::verify::verdict::Verdict;

use super::apply::Execution;
use super::directory::{new_id, rfc3339, run_values};
use super::master_data;
use super::new_tables;
use super::options::{Ended, Engine, Options};
use super::prepare::{Prepared, PreparedStep, Undo as StepUndo, prepare};
use super::put_back::{self, Extent, OneTransaction, PutBack, kept};
use super::rollback::Rollback;
use super::transaction::{self, FenceLimit, finished};
use super::verification::{Listening, compare_catalog};
use super::{Attempt, RunDirectory, in_place};

/// Undoes a run. Rows that others wrote since are listed, and the undo is refused: those in tables that stay are kept where `how` keeps them,
/// those in tables that the run brought in go with their tables where `how` discards them.
///
/// # Errors
/// Only where the undo could not start: nothing was touched then.
pub fn undo(engine: &Engine<'_>, plan: &Plan, of: &RunDirectory, options: &Options, how: &Rollback) -> Result<Ended> {
    if of.mode()? == Mode::InPlace.to_string() {
        return in_place::undo(engine, plan, of, options, how);
    }
    let values = first_values(of)?;
    let before = Snapshot::open(&of.snapshot())?;
    let left = Snapshot::open(&of.after())?;
    let mut prepared = prepare(plan, engine.database.dialect(), &before.manifest.catalog, &values, options)?;
    master_data::complete_undo(&mut prepared, plan, engine.database.dialect(), &before.manifest.catalog, of)?;
    if let Some(step) = prepared.steps.iter().find(|step| matches!(step.undo, StepUndo::None)) {
        return Err(Error::new(ErrorKind::Refused, format!("the step {} has no undo", step.name))
            .hint(format!("write {}.undo.sql in a new version of the plan, or restore a backup", step.name))
            .hint("nothing was touched"));
    }
    check_recorded(engine, of)?;
    let now = Utc::now();
    let run = new_id(now);
    let mut writer = transaction::lock(engine, &run, options)?;
    let directory = RunDirectory::create(engine.home, &plan.name, run)?;
    let journal = Journal::open(&directory.path, engine.monitor)?;
    let undo = Undo { engine, plan, of, before: &before, left: Some(&left), prepared: &prepared, options, how };
    let result =
        undo.start(&directory, &journal, now, writer.as_mut()).and_then(|()| undo.attempt(&directory, &journal, &values, writer.as_mut()));
    let done = format!("undone: the contents are proven equal to the snapshot of {}", of.run);
    Ok(transaction::conclude(engine, &directory, &journal, writer.as_mut(), result, (Outcome::Undone, &done)))
}

/// The run's own values, as its journal has them.
///
/// # Errors
/// Where the journal cannot be read.
pub fn first_values(of: &RunDirectory) -> Result<RunValues> {
    match of.started()? {
        EventKind::RunStarted { run_started_at, run_date, .. } => Ok(RunValues { run_started_at, run_date }),
        _ => Ok(run_values(Utc::now())),
    }
}

fn check_recorded(engine: &Engine<'_>, of: &RunDirectory) -> Result<()> {
    let records = engine.database.read()?.records()?;
    in_place::none_unfinished(&records).map_err(|error| error.hint("nothing was touched"))?;
    match records.iter().find(|record| record.run == of.run).map(|record| record.state.as_str()) {
        Some("applied") => Ok(()),
        Some(_) => Err(Error::new(ErrorKind::Refused, format!("the run {} has been undone already", of.run)).hint("nothing was touched")),
        None => Err(Error::new(ErrorKind::Refused, format!("{} does not know a committed run {}", engine.database.place(), of.run))
            .hint("it was never committed there, or the database was restored since")
            .hint("nothing was touched")),
    }
}

/// Whether any of the rows are of a table to which the run has added columns.
fn kept_of_added(left: &Snapshot, kept: &Kept) -> bool {
    kept.keys().any(|table| left.added(table).is_some())
}

fn begin(step: &PreparedStep, number: u64, of: u64, journal: &Journal<'_>) -> Result<()> {
    journal.record(EventKind::StepStarted {
        step: step.name.clone(),
        title: format!("Undo: {}", step.title),
        phase: step.phase.clone(),
        number,
        of,
    })
}

/// Records that the old cells are put back, as the last of so many steps.
///
/// # Errors
/// Where the journal cannot be written.
pub(crate) fn begin_put_back(of: u64, journal: &Journal<'_>) -> Result<()> {
    journal.record(EventKind::StepStarted {
        step: put_back::STEP.to_owned(),
        title: "Undo: the old cells from the snapshot".to_owned(),
        phase: String::new(),
        number: of,
        of,
    })
}

/// How the undo of a run begins, whichever way it goes.
pub(super) struct Start<'a> {
    pub engine: &'a Engine<'a>,
    pub plan: &'a Plan,
    pub of: &'a RunDirectory,
    pub options: &'a Options,
}

impl Start<'_> {
    /// The first event of the undo with the id `run`.
    pub(super) fn event(&self, run: &str, title: String, session: &Session, now: chrono::DateTime<Utc>) -> EventKind {
        EventKind::RunStarted {
            run: run.to_owned(),
            plan: self.plan.name.clone(),
            title,
            plan_hash: self.plan.hash.clone(),
            tool: format!("cutover {}", env!("CARGO_PKG_VERSION")),
            database: self.engine.database.place(),
            product: session.product.clone(),
            account: session.account.clone(),
            mode: "undo".to_owned(),
            parameters: self.plan.parameters.iter().map(|(name, value)| (name.clone(), value.value.clone())).collect(),
            started_at: rfc3339(now),
            run_started_at: run_values(now).run_started_at,
            run_date: run_values(now).run_date,
            no_rewrite: self.options.no_rewrite,
            backup: String::new(),
            prove_backup: false,
            undoes: Some(self.of.run.clone()),
            rehearses: None,
        }
    }
}

/// One undo.
pub(crate) struct Undo<'a> {
    pub engine: &'a Engine<'a>,
    pub plan: &'a Plan,
    pub of: &'a RunDirectory,
    pub before: &'a Snapshot,
    /// What the run left; `None` where it did not come to its end.
    pub left: Option<&'a Snapshot>,
    pub prepared: &'a Prepared,
    pub options: &'a Options,
    pub how: &'a Rollback,
}

impl Undo<'_> {
    /// Records that the undo begins.
    ///
    /// # Errors
    /// Where the journal cannot be written.
    pub(crate) fn start(
        &self,
        directory: &RunDirectory,
        journal: &Journal<'_>,
        now: chrono::DateTime<Utc>,
        writer: &mut dyn Writer,
    ) -> Result<()> {
        let session = writer.session()?;
        let start = Start { engine: self.engine, plan: self.plan, of: self.of, options: self.options };
        journal.record(start.event(&directory.run, format!("Undo of {}", self.of.run), &session, now))
    }

    fn attempt(&self, directory: &RunDirectory, journal: &Journal<'_>, values: &RunValues, writer: &mut dyn Writer) -> Result<Attempt> {
        let limit = FenceLimit::start(self.engine.interrupt, self.options.max_fence);
        transaction::raise(self.engine, &self.prepared.fence(self.options, Mode::Atomic), journal, writer)?;
        let kept = self.new_writes(directory, journal, writer)?;
        self.steps(&kept, directory, journal, writer)?;
        let verdict = self.prove(directory, journal, writer)?;
        if !verdict.passed {
            return Ok(Attempt::Given(Outcome::VerificationFailed, verdict));
        }
        if self.options.dry_run {
            return Ok(Attempt::Given(Outcome::DryRun, verdict));
        }
        writer.await_older_readers(self.options.patience, &mut |message| self.engine.monitor.notice(&message))?;
        self.engine.interrupt.check()?;
        let mut record = transaction::record(self.of, self.plan, "undone", values);
        record.plan_hash.clone_from(&self.recorded_hash()?);
        transaction::commit(journal, writer, &record, verdict, limit, &self.prepared.strongest, &mut |_| ())
    }

    fn recorded_hash(&self) -> Result<String> {
        match self.of.started()? {
            EventKind::RunStarted { plan_hash, .. } => Ok(plan_hash),
            _ => Ok(self.plan.hash.clone()),
        }
    }

    /// Lists the rows written since the run, before anything is touched. The key hashes of those that are kept are returned.
    ///
    /// # Errors
    /// `Refused` where there are any, and they are not to be kept, or cannot be told from those that the run has changed.
    pub(crate) fn new_writes(&self, directory: &RunDirectory, journal: &Journal<'_>, writer: &mut dyn Writer) -> Result<Kept> {
        let catalog = writer.catalog()?;
        let folder = directory.path.join("since");
        private_directory(&folder.join("rows"))?;
        // Columns that the run has given other names or types are read as they were.
        let grants = Grants {
            renamed: self.prepared.grants.renamed.clone(),
            retyped: self.prepared.grants.retyped.clone(),
            read_by: self.prepared.grants.read_by.clone(),
            ..Grants::default()
        };
        let listening = Listening::new(journal, self.before);
        // The contents of the run's end were not kept, only their rows files: which rows differ is known from these.
        let mut ignored = Rulings::default();
        let after = After::Live(writer, &folder, self.besides(self.left));
        let tables = tables::compare(self.before, &catalog, after, &grants, &folder.join("scratch"), &mut ignored, &listening)?;
        self.what_goes(&tables.into_added, &catalog, &folder, journal, writer)?;
        if tables.since.is_empty() {
            return Ok(tables.written);
        }
        let list: Vec<_> = tables.since.iter().map(|(table, rows)| format!("{rows} in {table}")).collect();
        let message = format!("rows were written since the run: {}", list.join(", "));
        if self.how.keep_new_writes {
            self.can_be_told_apart(&tables.written)?;
            if self.is_from_snapshot() {
                kept::refer_to_what_stays(&tables.written, self.before, self.left, &grants, writer)?;
            }
            let stays = if self.is_from_snapshot() { "; they stay as they are, with the values that the run gave them" } else { "" };
            let goes = if self.left.is_some_and(|left| kept_of_added(left, &tables.written)) {
                "; what stands in columns that the run has added goes with these"
            } else {
                ""
            };
            let message = format!("{message}{stays}{goes}");
            self.engine.monitor.notice(&message);
            journal.record(EventKind::Noticed { message })?;
            return Ok(tables.written);
        }
        Err(Error::new(ErrorKind::Refused, message)
            .hint("--keep-new-writes undoes the run and keeps them: everything else is then proven equal to the snapshot"))
    }

    /// With what the run has left, what was written since is told from what it wrote.
    fn besides<'b>(&'b self, left: Option<&'b Snapshot>) -> Besides<'b> {
        left.map_or(Besides::Nothing, |left| Besides::Since(left, self.engine.database.dialect()))
    }

    /// Lists what was written since into columns and tables that the run brought in: the undo drops them with all that is in them.
    fn what_goes(
        &self,
        into_added: &[IntoAdded],
        catalog: &Catalog,
        folder: &Path,
        journal: &Journal<'_>,
        reader: &mut dyn Reader,
    ) -> Result<()> {
        let Some(left) = self.left else { return Ok(()) };
        let mut list: Vec<_> = into_added.iter().map(IntoAdded::in_words).collect();
        let found = new_tables::look(self.before, left, catalog, folder, reader)?;
        // What others have created is nothing that the undo drops.
        for table in found.iter().filter(|table| table.left.is_some()) {
            match (&table.now, table.written) {
                (None, _) => list.push(format!("columns of {} are gone", table.name)),
                (Some(_), 0) => {}
                (Some(_), written) => list.push(format!("{written} in {}", table.name)),
            }
        }
        if list.is_empty() {
            return Ok(());
        }
        let message = format!("this was written since the run into what it brought in, which the undo drops: {}", list.join(", "));
        if self.how.discard_new_writes {
            let message = format!("{message}: given up");
            self.engine.monitor.notice(&message);
            return journal.record(EventKind::Noticed { message });
        }
        Err(Error::new(ErrorKind::Refused, message)
            .hint("copy it to where it is to be; --discard-new-writes then gives it up")
            .hint("--method restore --export-new-writes DIR writes it into files first, where the run has a backup"))
    }

    /// Whether a step is undone by putting old cells back.
    pub(crate) fn is_from_snapshot(&self) -> bool {
        self.prepared.steps.iter().any(|step| step.undo.from_snapshot().is_some())
    }

    /// Without a key, a row that was changed by the run and then by somebody else is nobody's any more.
    fn can_be_told_apart(&self, kept: &Kept) -> Result<()> {
        let changed = |entry: &&TableEntry| {
            let left = self.left.and_then(|left| left.table(&entry.table));
            left.is_some_and(|left| left.contents.digest != entry.contents.digest)
        };
        let tables = self.before.manifest.tables.iter().filter(|entry| entry.key.is_empty() && kept.contains_key(&entry.table));
        match tables.filter(|_| self.is_from_snapshot()).find(changed) {
            None => Ok(()),
            Some(entry) => Err(Error::new(
                ErrorKind::Refused,
                format!(
                    "rows of {} were written since the run, and it has no key by which they could be told from those of the run",
                    entry.table
                ),
            )
            .hint("take back by hand what was written into it since, or restore a backup")),
        }
    }

    fn steps(&self, kept: &Kept, directory: &RunDirectory, journal: &Journal<'_>, writer: &mut dyn Writer) -> Result<()> {
        let began = std::time::Instant::now();
        journal.record(EventKind::StageStarted { stage: Stage::Steps })?;
        let from_snapshot = self.is_from_snapshot();
        let all = &self.prepared.steps;
        let total = all.len() as u64 + u64::from(from_snapshot);
        let mut rewritten = false;
        let rows_of = |table: &TableName| self.before.rows_of(table);
        let execution = Execution {
            measure: None,
            dialect: self.engine.database.dialect(),
            options: self.options,
            journal,
            interrupt: self.engine.interrupt,
            rows_of: &rows_of,
        };
        for (position, step) in all.iter().rev().enumerate() {
            let started = std::time::Instant::now();
            begin(step, position as u64 + 1, total, journal)?;
            let mut rows = 0;
            for (number, statement) in step.undo.of_all().into_iter().flatten().enumerate() {
                rows += execution.execute(statement, &step.name, number as u64 + 1, &mut rewritten, writer)?;
            }
            if let Some(tables) = step.undo.from_snapshot().filter(|_| put_back::is_early(all[..all.len() - position - 1].iter())) {
                let back = self.put_back(kept, directory, journal);
                rows += back.run(&step.name, Extent::Early(tables), &mut OneTransaction, writer)?;
            }
            writer.settle()?;
            journal.record(EventKind::StepFinished { step: step.name.clone(), rows, seconds: started.elapsed().as_secs_f64() })?;
        }
        if from_snapshot {
            let started = std::time::Instant::now();
            begin_put_back(total, journal)?;
            let rows = self.put_back(kept, directory, journal).run(put_back::STEP, Extent::All, &mut OneTransaction, writer)?;
            journal.record(EventKind::StepFinished { step: put_back::STEP.to_owned(), rows, seconds: started.elapsed().as_secs_f64() })?;
        }
        finished(journal, Stage::Steps, began)
    }

    /// What puts old cells back.
    pub(crate) fn put_back<'b>(&'b self, kept: &'b Kept, directory: &RunDirectory, journal: &'b Journal<'b>) -> PutBack<'b> {
        PutBack {
            engine: self.engine,
            journal,
            before: self.before,
            prepared: self.prepared,
            grants: self.only_volatile(),
            kept,
            scratch: directory.path.join("since/scratch/back"),
        }
    }

    /// Where everything is to be as it was, only what lives on may differ.
    fn only_volatile(&self) -> Grants {
        Grants {
            contract: crate::plan::Contract { volatile: self.plan.contract.volatile.clone(), ..Default::default() },
            ..Grants::default()
        }
    }

    /// Proves that the contents are those of the snapshot.
    ///
    /// # Errors
    /// Where something could not be looked at. What differs is in the verdict.
    pub(crate) fn prove(&self, directory: &RunDirectory, journal: &Journal<'_>, writer: &mut dyn Writer) -> Result<Verdict> {
        let began = std::time::Instant::now();
        journal.record(EventKind::StageStarted { stage: Stage::Verify })?;
        let folder = directory.after();
        private_directory(&folder.join("rows"))?;
        let mut rulings = Rulings::default();
        rulings.pass("steps", format!("{} steps undone", self.prepared.steps.len()));
        let grants = self.only_volatile();
        let now = writer.catalog()?;
        let listening = Listening::new(journal, self.before);
        let after = After::Live(writer, &folder, self.besides(self.left.filter(|_| self.how.keep_new_writes)));
        let tables = tables::compare(self.before, &now, after, &grants, &folder.join("scratch"), &mut rulings, &listening)?;
        compare_catalog(&self.before.manifest.catalog, &now, &grants, &mut rulings);
        // What a sequence gave since stays given: only its being ahead of the keys counts.
        expected::sequences(&[], &writer.sequences()?, self.before, &tables, &mut rulings);
        let terms = Terms { accept: &self.options.accept, strict: self.options.strict, criteria: &[] };
        let verdict = rulings.finish(&terms, tables.results);
        directory.keep_verdict(&verdict)?;
        journal.record(EventKind::VerdictReached {
            passed: verdict.passed,
            findings: verdict.findings.len() as u64,
            rules: verdict.rules.len() as u64,
            cells: verdict.cells,
        })?;
        finished(journal, Stage::Verify, began)?;
        Ok(verdict)
    }
}
