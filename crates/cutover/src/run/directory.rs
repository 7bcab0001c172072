//! The directory of a run: `.cutover/PLAN/RUN/`, for its owner's eyes only.
//!
//! ```text
//! events.jsonl      the journal
//! plan/             the plan's files as they ran
//! master-data.json  what CSV steps found in the tables
//! snapshot/         before
//! backup/           what the database's own program wrote, and the proof of it
//! after/            the rows files of the verification
//! since/            which rows others had written since, when it was taken back
//! verdict.json
//! rehearsal.json    what a rehearsal measured
//! ```

use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Utc};
use xxhash_rust::xxh3::xxh3_64;

use crate::journal::{self, Event, EventKind};
use crate::model::error::{Error, ErrorKind, Result};
use crate::plan::{PlanFiles, RunValues};
use crate::snapshot::seal::{private_directory, private_file};
use crate::verify::verdict::Verdict;

use super::options::BackupAt;

/// A run's directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDirectory {
    /// Its path.
    pub path: PathBuf,
    /// The run's id.
    pub run: String,
}

impl RunDirectory {
    /// Creates the directory of a new run.
    ///
    /// # Errors
    /// Where it cannot be created.
    pub fn create(home: &Path, plan: &str, run: String) -> Result<Self> {
        let path = home.join(folder(plan)).join(&run);
        private_directory(&path)?;
        Ok(Self { path, run })
    }

    /// Finds a run by its directory, by its id, or as the latest one of a plan.
    ///
    /// # Errors
    /// Where there is none, with what there is.
    pub fn find(home: &Path, name: &str) -> Result<Self> {
        let candidate = Path::new(name);
        if candidate.join("events.jsonl").is_file() {
            return Self::of_path(candidate);
        }
        let mut runs = Self::list(home)?;
        if let Some(position) = runs.iter().position(|directory| directory.run == name) {
            return Ok(runs.swap_remove(position));
        }
        let of_plan = runs
            .iter()
            .rev()
            .find(|directory| directory.path.parent().and_then(Path::file_name).is_some_and(|plan| plan == folder(name).as_str()));
        of_plan.cloned().ok_or_else(|| {
            let known: Vec<_> = runs.iter().rev().take(5).map(|directory| directory.path.display().to_string()).collect();
            let hint = if known.is_empty() {
                format!("{} holds no runs", home.display())
            } else {
                format!("the latest runs are {}", known.join(", "))
            };
            Error::new(ErrorKind::Input, format!("no run is called `{name}`")).hint(hint)
        })
    }

    /// Every run below the home directory, oldest first.
    ///
    /// # Errors
    /// Where the directory cannot be read.
    pub fn list(home: &Path) -> Result<Vec<Self>> {
        let mut runs = Vec::new();
        for plan in children(home)? {
            for run in children(&plan)? {
                if run.join("events.jsonl").is_file() {
                    runs.push(Self::of_path(&run)?);
                }
            }
        }
        runs.sort_by(|left, right| left.run.cmp(&right.run));
        Ok(runs)
    }

    fn of_path(path: &Path) -> Result<Self> {
        let name = std::fs::canonicalize(path).map_err(|source| Error::file("read", path, source))?;
        let run = name.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { path: path.to_owned(), run })
    }

    /// Where the snapshot stands.
    #[must_use]
    pub fn snapshot(&self) -> PathBuf {
        self.path.join("snapshot")
    }

    /// Where the backup stands.
    #[must_use]
    pub fn backup(&self) -> PathBuf {
        self.path.join("backup")
    }

    /// Where the rows files of the verification stand.
    #[must_use]
    pub fn after(&self) -> PathBuf {
        self.path.join("after")
    }

    /// Keeps the plan's files as they run, so that an undo uses what was run.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn keep_plan(&self, files: &PlanFiles) -> Result<()> {
        for (name, contents) in &files.files {
            let path = self.path.join("plan").join(name);
            if let Some(parent) = path.parent() {
                private_directory(parent)?;
            }
            private_file(&path)?.write_all(contents).map_err(|source| Error::file("write", &path, source))?;
        }
        Ok(())
    }

    /// The plan's files as they ran.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn plan(&self) -> Result<PlanFiles> {
        PlanFiles::read(&self.path.join("plan"))
    }

    /// Writes the verdict.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn keep_verdict(&self, verdict: &Verdict) -> Result<()> {
        let path = self.path.join("verdict.json");
        let text = serde_json::to_vec_pretty(verdict)
            .map_err(|source| Error::new(ErrorKind::Internal, "the verdict cannot be written as JSON").because(source))?;
        let mut file = private_file(&path)?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(|source| Error::file("write", &path, source))
    }

    /// Reads the verdict; `None` where the run did not come so far.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn verdict(&self) -> Result<Option<Verdict>> {
        let path = self.path.join("verdict.json");
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read(&path).map_err(|source| Error::file("read", &path, source))?;
        serde_json::from_slice(&text)
            .map(Some)
            .map_err(|source| Error::new(ErrorKind::Corrupt, format!("{} is not a verdict", path.display())).because(source))
    }

    /// The journal's events.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn events(&self) -> Result<Vec<Event>> {
        journal::read(&self.path)
    }

    /// How the run changes the database: `atomic`, `in-place`, or `undo` for the undo of another run.
    ///
    /// # Errors
    /// Where the journal cannot be read.
    pub fn mode(&self) -> Result<String> {
        match self.started()? {
            EventKind::RunStarted { mode, .. } => Ok(mode),
            _ => Ok(String::new()),
        }
    }

    /// The database of a copy of which the run was a rehearsal, without a password; `None` for a run on the database itself.
    ///
    /// # Errors
    /// Where the journal cannot be read.
    pub fn rehearses(&self) -> Result<Option<String>> {
        match self.started()? {
            EventKind::RunStarted { rehearses, .. } => Ok(rehearses),
            _ => Ok(None),
        }
    }

    /// Whether the run's operations must not rewrite tables.
    ///
    /// # Errors
    /// Where the journal cannot be read.
    pub fn no_rewrite(&self) -> Result<bool> {
        Ok(matches!(self.started()?, EventKind::RunStarted { no_rewrite: true, .. }))
    }

    /// Whether the run was to take a backup under the fence, and whether it was to be proven: a run that goes on does the same.
    ///
    /// # Errors
    /// Where the journal cannot be read.
    pub fn backup_at_fence(&self) -> Result<(bool, bool)> {
        match self.started()? {
            EventKind::RunStarted { backup, prove_backup, .. } => Ok((backup == BackupAt::Fence.word(), prove_backup)),
            _ => Ok((false, false)),
        }
    }

    /// Whether the run came to its end, as far as its journal knows: applications may have written since.
    ///
    /// # Errors
    /// Where the journal cannot be read.
    pub fn was_committed(&self) -> Result<bool> {
        Ok(self.events()?.iter().any(|event| event.kind == EventKind::CommitStarted))
    }

    /// How the run began: its first event.
    ///
    /// # Errors
    /// Where the journal cannot be read or does not begin with a run's start.
    pub fn started(&self) -> Result<EventKind> {
        let first = self.events()?.into_iter().next().map(|event| event.kind);
        first.filter(|kind| matches!(kind, EventKind::RunStarted { .. })).ok_or_else(|| {
            Error::new(ErrorKind::Corrupt, format!("the journal in {} does not begin with the start of a run", self.path.display()))
        })
    }
}

/// The folder of a plan's runs. The runs of one step alone, `PLAN/STEP`, have a folder beside it.
#[must_use]
pub fn folder(plan: &str) -> String {
    plan.replace('/', "+")
}

/// The folders in a directory, sorted; none where the directory does not exist.
fn children(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(Error::file("read", directory, source)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|source| Error::file("read", directory, source))?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The id of a new run: the time to the millisecond, so that ids sort by it, and four hexadecimal digits:
/// `20260119-083000.123-4f2a`.
#[must_use]
pub fn new_id(now: DateTime<Utc>) -> String {
    let seed = format!("{}{now:?}", std::process::id());
    format!("{}-{:04x}", now.format("%Y%m%d-%H%M%S%.3f"), xxh3_64(seed.as_bytes()) & 0xffff)
}

/// The id of something that begins now, and is no run: a backup, or a proof of one.
#[must_use]
pub fn id_of_now() -> String {
    new_id(Utc::now())
}

/// The run's own values at a time.
#[must_use]
pub fn run_values(now: DateTime<Utc>) -> RunValues {
    RunValues { run_started_at: now.format("%Y-%m-%d %H:%M:%S").to_string(), run_date: now.format("%Y-%m-%d").to_string() }
}

/// A time as RFC 3339 with milliseconds.
#[must_use]
pub fn rfc3339(now: DateTime<Utc>) -> String {
    now.to_rfc3339_opts(SecondsFormat::Millis, true)
}
