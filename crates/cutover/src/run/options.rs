//! What a run is told: immutable, built once.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::backup::Program;
use crate::database::{Database, Mode};
use crate::journal::{Monitor, Outcome};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;
use crate::model::url::DatabaseUrl;
use crate::verify::verdict::Verdict;

/// What every command of the engine works with.
pub struct Engine<'a> {
    /// The database.
    pub database: &'a dyn Database,
    /// Who is told.
    pub monitor: &'a dyn Monitor,
    /// What stops the work. The database was opened with the same one.
    pub interrupt: &'a Interrupt,
    /// The directory of all runs: `.cutover`.
    pub home: &'a Path,
}

impl Engine<'_> {
    /// In which mode the database is changed: as asked, else in the safest one that it has.
    ///
    /// # Errors
    /// `Refused` where it does not have the one that is asked for.
    pub fn mode(&self, options: &Options) -> Result<Mode> {
        match (options.mode, self.database.capabilities().transactional_ddl) {
            (Some(Mode::Atomic), false) => Err(Error::new(
                ErrorKind::Refused,
                format!(
                    "{} cannot run a plan atomically: there, a definition (CREATE, ALTER, DROP) commits by itself",
                    self.database.place()
                ),
            )
            .hint("leave --mode out: in-place mode journals every statement, so that a run can be resumed or rolled back")
            .hint("nothing was touched")),
            (Some(mode), _) => Ok(mode),
            (None, true) => Ok(Mode::Atomic),
            (None, false) => Ok(Mode::InPlace),
        }
    }
}

/// Which backup a run takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BackupAt {
    /// None.
    #[default]
    Nowhere,
    /// One of the instant before the fence, with a snapshot of its own: nobody waits for it.
    Before,
    /// One of the very instant that the run's snapshot describes, beside it, under the fence.
    Fence,
}

impl BackupAt {
    /// The word for it; empty where there is none.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Nowhere => "",
            Self::Before => "before",
            Self::Fence => "fence",
        }
    }
}

/// How a run is done.
#[derive(Debug, Clone)]
pub struct Options {
    /// In which mode; `None` for the safest that the database has.
    pub mode: Option<Mode>,
    /// In-place: whether to go on where nothing can hold off other sessions' writes.
    pub unfenced: bool,
    /// In-place: how long to rest after each range of a statement that is executed in ranges.
    pub batch_delay: Duration,
    /// In-place: how many statements of other sessions the server may be working on before the next range waits.
    pub max_load: Option<u64>,
    /// Whether the plan's programs are run.
    pub hooks: bool,
    /// Whether a plan is run that has been applied already.
    pub force: bool,
    /// Whether everything is rolled back even where the verdict passes.
    pub dry_run: bool,
    /// Rules accepted by name.
    pub accept: Vec<String>,
    /// Whether warnings fail.
    pub strict: bool,
    /// Whether invariants and relationships are executed even where their results are implied.
    pub execute_all: bool,
    /// Whether messages may show cells' values, which may be personal data.
    pub reveal: bool,
    /// Whether operations must not rewrite tables.
    pub no_rewrite: bool,
    /// Which backup is taken.
    pub backup: BackupAt,
    /// By which program it is taken.
    pub backup_program: Program,
    /// A backup that was made elsewhere: it is sealed where it stands.
    pub backup_file: Option<PathBuf>,
    /// Whether the backup is restored and compared before the first step.
    pub prove_backup: bool,
    /// The empty database that a backup is restored into, in place of one beside.
    pub staging: Option<DatabaseUrl>,
    /// Whether a rehearsal copies the database by the database's own means, in place of restoring a backup.
    pub copy: bool,
    /// The database, without a password, of a copy of which the run is a rehearsal; `None` for a run on the database itself.
    pub rehearses: Option<String>,
    /// Whether the run is refused unless exactly its plan was rehearsed for its database.
    pub require_rehearsal: bool,
    /// Where files of keys and invariants are written, before and after.
    pub csv: Option<PathBuf>,
    /// The longest that other sessions' writes may wait; the run then rolls back by itself.
    pub max_fence: Option<Duration>,
    /// How long to wait for one lock before beginning again.
    pub lock_timeout: Duration,
    /// How long to go on beginning again, and to wait for older readers.
    pub patience: Duration,
    /// Whether sessions that hold the run up are ended.
    pub terminate_blockers: bool,
    /// How many sessions read the snapshot side by side.
    pub sessions: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: None,
            unfenced: false,
            batch_delay: Duration::ZERO,
            max_load: None,
            // Whoever runs programs of a plan has to say so.
            hooks: false,
            force: false,
            dry_run: false,
            accept: Vec::new(),
            strict: false,
            execute_all: false,
            reveal: false,
            no_rewrite: false,
            backup: BackupAt::Nowhere,
            backup_program: Program::Own,
            backup_file: None,
            prove_backup: false,
            staging: None,
            copy: false,
            rehearses: None,
            require_rehearsal: false,
            csv: None,
            max_fence: None,
            // Above PostgreSQL's deadlock_timeout (1 s by default), so that a deadlock is told as one.
            lock_timeout: Duration::from_secs(3),
            patience: Duration::from_secs(60),
            terminate_blockers: false,
            sessions: std::thread::available_parallelism().map_or(2, usize::from).min(8),
        }
    }
}

/// With what the name of a rule begins that is one of the backup's proof: `backup:cells:students`.
const OF_BACKUP: &str = "backup:";

impl Options {
    /// The rules of the verdict that are accepted by name.
    pub(crate) fn accepted(&self) -> Vec<String> {
        self.accept.iter().filter(|name| !name.starts_with(OF_BACKUP)).cloned().collect()
    }

    /// The rules of the backup's proof that are accepted by name, as the proof spells them.
    pub(crate) fn accepted_of_backup(&self) -> Vec<String> {
        self.accept.iter().filter_map(|name| name.strip_prefix(OF_BACKUP)).map(str::to_owned).collect()
    }
}

/// How a command that has a run ended.
#[derive(Debug)]
pub struct Ended {
    /// The run's id.
    pub run: String,
    /// Its directory.
    pub directory: PathBuf,
    /// How it ended.
    pub outcome: Outcome,
    /// What happened and what state the database is in now, for people.
    pub message: String,
    /// What to do next.
    pub hints: Vec<String>,
    /// What was decided, where it came so far.
    pub verdict: Option<Verdict>,
    /// What failed, where something did.
    pub error: Option<Error>,
}

/// How `run` ended.
#[derive(Debug)]
pub enum Finished {
    /// The same plan has been applied already; nothing was touched.
    NothingToDo {
        /// The run that applied it.
        run: String,
        /// When it started, RFC 3339, UTC.
        at: String,
    },
    /// A run took place.
    Ended(Box<Ended>),
}
