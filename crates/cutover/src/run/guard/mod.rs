//! The guard: a command of a person's, such as a migration tool, between a snapshot and a verification.
//!
//! preflight → snapshot and backup of one instant → (the command on a copy) → the command → verification → verdict. Nothing can fence a
//! database against a foreign command, so that nothing is rolled back here: what the command has committed stands, and is judged.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::backup;
use crate::database::{Session, Writer};
use crate::journal::{EventKind, Journal, Outcome, Stage};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::url::DatabaseUrl;
use crate::plan::{RunValues, against};
use crate::snapshot::Snapshot;

use super::backup::Backups;
use super::options::{BackupAt, Ended, Engine, Options};
use super::prepare::{Prepared, prepare};
use super::transaction::finished;
use super::{RunDirectory, apply, directory, in_place, transaction};

mod child;
mod command;
mod contract;
mod descendants;
mod ending;
mod examine;
pub mod histories;
mod others;
mod rehearse;
mod restore;
mod suggest;
mod terms;

pub use contract::{Contract, NAME};
pub(super) use ending::meaning;
pub(super) use terms::{grant, grant_later};

use child::Returned;
use command::Command;
use examine::Examined;
use histories::{Applied, History};
use others::{Before, Known};

/// The rule about how the command itself ended.
pub const COMMAND: &str = "command";
/// Under which mode a guard stands in its journal.
pub const MODE: &str = "guard";
/// The file of what the command says, in the run's directory.
const OUTPUT: &str = "command.txt";

/// How a command is guarded.
#[derive(Debug, Clone)]
pub struct GuardOptions {
    /// The database, as the command is to be told of it.
    pub url: DatabaseUrl,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Whether the command is run on a copy first, which is restored from the backup, and on the database only where it passes there.
    pub rehearse: bool,
    /// Whether the old contents are put back where the command or the verification fails, nobody else wrote, and there is a backup.
    pub restore_on_failure: bool,
    /// What guards share with runs: which backup is taken, whether it is proven, what is accepted, how many sessions read.
    pub options: Options,
    /// The folder of the migrations, by which they get their names; where the tool keeps it by itself if `None`.
    pub migrations: Option<PathBuf>,
    /// The file into which the contract is written that the command would have needed; it must not exist.
    pub suggest: Option<PathBuf>,
    /// How long the command may take.
    pub timeout: Option<Duration>,
    /// How long what the command has started may go on after it has returned, before that is told.
    pub settle: Duration,
    /// How long a command that was told to end may take, before it is told in the next, harder way.
    pub grace: Duration,
}

/// How long a command that was told to end may take, where nothing else is said.
pub const GRACE: Duration = Duration::from_secs(10);

/// Guards a command.
///
/// # Errors
/// Only where it could not be started: nothing was touched then. Whatever happens later is told by what is returned.
pub fn guard(engine: &Engine<'_>, contract: &Contract, options: &GuardOptions) -> Result<Ended> {
    let now = Utc::now();
    let values = directory::run_values(now);
    let ready = preflight(engine, contract, options, &values)?;
    let run = directory::new_id(now);
    // The lock first: a guard that cannot have it leaves no directory behind.
    let lock = hold_off_runs(engine, &run, options)?;
    let directory = RunDirectory::create(engine.home, NAME, run)?;
    directory.keep_plan(&contract.files)?;
    let doubts = RefCell::default();
    let ended = {
        let journal = Journal::open(&directory.path, engine.monitor)?;
        let guard = Guard { engine, contract, options, directory: &directory, journal: &journal, values: &values, doubts: &doubts };
        guard.run(&ready, now)
    };
    // What puts the old contents back has a lock of its own.
    drop(lock);
    let failed = matches!(ended.outcome, Outcome::VerificationFailed | Outcome::Stopped) && ended.verdict.is_some();
    if !options.restore_on_failure || !failed {
        return Ok(ended);
    }
    Ok(restore::put_back(engine, contract, options, &directory, ended, &doubts.into_inner()))
}

/// Keeps runs of this program away; where their lock would keep the command from writing as well, nothing does.
fn hold_off_runs(engine: &Engine<'_>, run: &str, options: &GuardOptions) -> Result<Option<Box<dyn Writer>>> {
    let holds = engine.database.capabilities().lock_holds;
    (!holds).then(|| transaction::lock(engine, run, &options.options)).transpose()
}

/// What preflight found of a guard that may start.
struct Ready {
    session: Session,
    command: Command,
    backup: Option<backup::Ready>,
    seconds: f64,
}

fn preflight(engine: &Engine<'_>, contract: &Contract, options: &GuardOptions, values: &RunValues) -> Result<Ready> {
    let began = Instant::now();
    let untouched = |error: Error| error.hint("nothing was touched");
    suggest::look(options)?;
    if options.options.staging.is_some() && !options.rehearse && !options.options.prove_backup {
        return Err(Error::new(ErrorKind::Input, "nothing is restored into the staging database")
            .hint("add --rehearse or --prove-backup, or leave --staging out")
            .hint("nothing was touched"));
    }
    if options.restore_on_failure && options.options.backup == BackupAt::Nowhere {
        return Err(Error::new(ErrorKind::Input, "without a backup nothing can be put back")
            .hint("leave --backup none out, or --restore-on-failure")
            .hint("nothing was touched"));
    }
    if options.rehearse && options.options.backup == BackupAt::Nowhere {
        return Err(Error::new(ErrorKind::Input, "a rehearsal needs a backup, because its copy is restored from it")
            .hint("leave --backup none out")
            .hint("nothing was touched"));
    }
    let command = Command::prepare(&options.command, &options.url, &engine.database.reach()?)?;
    let mut reader = engine.database.read()?;
    let session = reader.session()?;
    if session.replica {
        return Err(Error::new(ErrorKind::Refused, format!("{} is a replica, which cannot be written", engine.database.place()))
            .hint("guard the command on the primary"));
    }
    in_place::none_unfinished(&reader.records()?).map_err(untouched)?;
    let catalog = reader.catalog()?;
    let faults = against::check_against(&contract.plan, &catalog, engine.database.dialect());
    if !faults.is_empty() {
        let message = format!("the contract does not fit {}", engine.database.place());
        return Err(untouched(contract.in_its_file(&Error::faults(message, faults))));
    }
    prepare(&contract.plan, engine.database.dialect(), &catalog, values, &options.options)?;
    let backup = super::backup::look(engine, &options.options)
        .map_err(|error| error.hint("--backup none goes on without one: then nothing can be put back").hint("nothing was touched"))?;
    Ok(Ready { session, command, backup, seconds: began.elapsed().as_secs_f64() })
}

/// One guard while it works.
struct Guard<'a> {
    engine: &'a Engine<'a>,
    contract: &'a Contract,
    options: &'a GuardOptions,
    directory: &'a RunDirectory,
    journal: &'a Journal<'a>,
    values: &'a RunValues,
    /// Why it is not known that nobody but the command has written.
    doubts: &'a RefCell<Vec<String>>,
}

/// What was there before the command.
struct Earlier {
    snapshot: Snapshot,
    prepared: Prepared,
    histories: Vec<(History, Applied)>,
}

/// What the command did, as far as it is known.
struct Done {
    returned: Returned,
    known: Known,
    examined: Examined,
}

impl Guard<'_> {
    fn run(&self, ready: &Ready, now: DateTime<Utc>) -> Ended {
        let began = self.started(ready, now).and_then(|()| self.look_before(ready, true));
        let earlier = match began {
            Ok(earlier) => earlier,
            Err(error) => return self.not_started(error),
        };
        let rehearsed = match self.options.rehearse.then(|| self.rehearse(ready)).transpose() {
            Ok(None) => None,
            Ok(Some(Ok(evidence))) => Some(evidence),
            Ok(Some(Err(ended))) => return *ended,
            Err(error) => return self.not_started(error),
        };
        let others = match Before::look(self.engine, &self.directory.run) {
            Ok(others) => others,
            Err(error) => return self.not_started(error),
        };
        if let Err(error) = self.tell_of_others(&others) {
            return self.not_started(error);
        }
        let returned = match self.command(&ready.command) {
            Ok(returned) => returned,
            Err(error) => return self.not_started(error),
        };
        // Whatever stopped the command must not stop the look at what it left.
        self.engine.interrupt.clear();
        match self.look_after(&earlier, &others, &returned, rehearsed) {
            Ok((known, examined)) => {
                let suggested = self.suggest(&earlier, &examined);
                self.conclude(Done { returned, known, examined }, suggested)
            }
            Err(error) => self.unverified(&returned, error),
        }
    }

    fn started(&self, ready: &Ready, now: DateTime<Utc>) -> Result<()> {
        let plan = &self.contract.plan;
        self.journal.record(EventKind::RunStarted {
            run: self.directory.run.clone(),
            plan: plan.name.clone(),
            title: ready.command.shown().join(" "),
            plan_hash: plan.hash.clone(),
            tool: format!("cutover {}", env!("CARGO_PKG_VERSION")),
            database: self.engine.database.place(),
            product: ready.session.product.clone(),
            account: ready.session.account.clone(),
            mode: MODE.to_owned(),
            parameters: std::collections::BTreeMap::new(),
            started_at: directory::rfc3339(now),
            run_started_at: self.values.run_started_at.clone(),
            run_date: self.values.run_date.clone(),
            no_rewrite: false,
            backup: self.options.options.backup.word().to_owned(),
            prove_backup: self.options.options.prove_backup,
            undoes: None,
            rehearses: None,
        })?;
        self.journal.record(EventKind::StageStarted { stage: Stage::Preflight })?;
        self.journal.record(EventKind::StageFinished { stage: Stage::Preflight, seconds: ready.seconds })
    }

    /// The snapshot and the backup of one instant, and what migration tools have in their histories then.
    fn look_before(&self, ready: &Ready, with_backup: bool) -> Result<Earlier> {
        // A rehearsal proves the backup by itself.
        let given = &self.options.options;
        let options = &Options { prove_backup: given.prove_backup && !self.options.rehearse, ..given.clone() };
        let engine = self.engine;
        let backup = ready.backup.as_ref().filter(|_| with_backup);
        let hold = if backup.is_some() { engine.database.hold()? } else { None };
        let open = hold.is_none().then_some("other sessions could not be held off while both began");
        let mut reader = engine.database.read()?;
        let catalog = reader.catalog()?;
        let prepared = prepare(&self.contract.plan, engine.database.dialect(), &catalog, self.values, options)?;
        let backups =
            Backups { engine, options, directory: self.directory, journal: self.journal, ready: backup, hold: RefCell::new(hold) };
        let (plan, directory, journal) = (&self.contract.plan, self.directory, self.journal);
        let snapshot = apply::snapshot(engine, plan, &prepared, options, directory, journal, self.values, &backups, open, reader.as_mut())?;
        let mut histories = Vec::new();
        for history in histories::find(&catalog) {
            let applied = history.read(reader.as_mut())?;
            histories.push((history, applied));
        }
        Ok(Earlier { snapshot, prepared, histories })
    }

    fn tell_of_others(&self, others: &Before) -> Result<()> {
        let names = others.names();
        if names.is_empty() {
            return Ok(());
        }
        let sessions = if names.len() == 1 { "1 other session is".to_owned() } else { format!("{} other sessions are", names.len()) };
        self.notice(format!("{sessions} connected, and nothing keeps them from writing: {}", names.join("; ")))
    }

    fn notice(&self, message: String) -> Result<()> {
        self.engine.monitor.notice(&message);
        self.journal.record(EventKind::Noticed { message })
    }

    /// Runs the command on the database.
    fn command(&self, command: &Command) -> Result<Returned> {
        let began = Instant::now();
        self.journal.record(EventKind::StageStarted { stage: Stage::Command })?;
        let returned = self.start(command, &self.engine.database.place(), OUTPUT)?;
        finished(self.journal, Stage::Command, began)?;
        Ok(returned)
    }

    fn start(&self, command: &Command, place: &str, output: &str) -> Result<Returned> {
        self.journal.record(EventKind::CommandStarted { command: command.shown(), place: place.to_owned() })?;
        let run = child::Run {
            output: &self.directory.path.join(output),
            run: &self.directory.run,
            timeout: self.options.timeout,
            settle: self.options.settle,
            grace: self.options.grace,
            interrupt: self.engine.interrupt,
            monitor: self.engine.monitor,
        };
        let returned = child::run(command, &run)?;
        self.journal.record(EventKind::CommandFinished {
            code: returned.code,
            signal: returned.signal,
            timed_out: returned.timed_out,
            output: output.to_owned(),
            left: returned.left.clone(),
            seconds: returned.seconds,
        })?;
        Ok(returned)
    }

    /// Looks at what the command left.
    fn look_after(&self, earlier: &Earlier, others: &Before, returned: &Returned, rehearsed: Option<String>) -> Result<(Known, Examined)> {
        let since = others.again(self.engine, &self.directory.run, self.options.settle)?;
        let looked = self.look(self.engine, earlier, &self.directory.after())?;
        let known = since.end()?;
        self.doubts.borrow_mut().extend(known.doubts().into_iter().chain(returned.left.iter().map(|left| format!("{left} goes on"))));
        let examined = self.decide(looked, returned, &known, rehearsed)?;
        Ok((known, examined))
    }

    /// The folder by which a tool's migrations get their names.
    fn folder(&self, history: &History) -> Option<PathBuf> {
        histories::folder_for(history.tool, self.options.migrations.as_deref(), Path::new("."))
    }

    fn not_started(&self, error: Error) -> Ended {
        let interrupted = self.engine.interrupt.reason();
        self.engine.interrupt.clear();
        let (outcome, message) = match interrupted {
            Some(reason) => (Outcome::Interrupted, format!("interrupted ({reason}) before the command: nothing was touched")),
            None => (Outcome::NotStarted, "stopped before the command: nothing was touched".to_owned()),
        };
        self.ended(outcome, message, Vec::new(), None, Some(error))
    }
}
