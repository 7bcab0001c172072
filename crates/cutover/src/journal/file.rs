//! `events.jsonl`: one event a line, on disk before anybody is told of it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{SecondsFormat, Utc};

use super::{Event, EventKind, Monitor};
use crate::model::error::{Error, ErrorKind, Result};

/// The journal of one run, open for appending.
pub struct Journal<'a> {
    path: PathBuf,
    state: Mutex<State>,
    began: Instant,
    monitor: &'a dyn Monitor,
}

struct State {
    file: File,
    number: u64,
}

impl<'a> Journal<'a> {
    /// Opens the journal of a run's directory; what stands there already is kept, and numbering goes on behind it. Nobody else can open it
    /// as long as it is open, so that two processes never work on one run.
    ///
    /// # Errors
    /// Where the file cannot be opened, or what stands there is not a journal; `Refused` where another process holds it.
    pub fn open(directory: &Path, monitor: &'a dyn Monitor) -> Result<Self> {
        let path = directory.join("events.jsonl");
        let number = if path.exists() { read(directory)?.last().map_or(0, |event| event.number) } else { 0 };
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        // For its owner's eyes only: events name tables, accounts and what was waited for.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|source| Error::file("open", &path, source))?;
        hold(&file, &path)?;
        Ok(Self { path, state: Mutex::new(State { file, number }), began: Instant::now(), monitor })
    }

    /// Writes an event, makes sure that it is on disk, and then tells the monitor.
    ///
    /// # Errors
    /// Where it cannot be written, or the monitor stops the run.
    pub fn record(&self, kind: EventKind) -> Result<()> {
        let event = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let event = Event {
                number: state.number + 1,
                at: Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
                elapsed: self.began.elapsed().as_secs_f64(),
                kind,
            };
            let mut line = serde_json::to_vec(&event)
                .map_err(|source| Error::new(ErrorKind::Internal, "an event cannot be written as JSON").because(source))?;
            line.push(b'\n');
            state.file.write_all(&line).map_err(|source| Error::file("write", &self.path, source))?;
            state.file.sync_data().map_err(|source| Error::file("write", &self.path, source))?;
            state.number = event.number;
            event
        };
        self.monitor.event(&event)
    }

    /// The monitor, for progress and notices.
    #[must_use]
    pub fn monitor(&self) -> &'a dyn Monitor {
        self.monitor
    }

    /// Seconds since the journal was opened.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }
}

/// How long a lock is asked for again. A program that is being started shares the files of the process that starts it for a moment, its
/// locks among them, until it has become itself.
const STARTING: Duration = Duration::from_secs(1);

/// The lock ends with the process, however it ends.
fn hold(file: &File, path: &Path) -> Result<()> {
    let asked = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if asked.elapsed() < STARTING => std::thread::sleep(Duration::from_millis(20)),
            Err(TryLockError::WouldBlock) => {
                return Err(Error::new(ErrorKind::Refused, format!("another process is working on the run of {}", path.display()))
                    .hint("wait until it has ended; `cutover status` tells how the run stands"));
            }
            Err(TryLockError::Error(source)) => return Err(Error::file("lock", path, source)),
        }
    }
}

/// Reads the events of a run's directory. A last line without its end, as a power cut leaves it, is not an event.
///
/// # Errors
/// Where the file cannot be read, or a line is not an event.
pub fn read(directory: &Path) -> Result<Vec<Event>> {
    let path = directory.join("events.jsonl");
    let file = File::open(&path).map_err(|source| Error::file("read", &path, source))?;
    let mut reader = BufReader::new(file);
    let mut events = Vec::new();
    let mut line = String::new();
    loop {
        line.clear();
        let length = reader.read_line(&mut line).map_err(|source| Error::file("read", &path, source))?;
        if length == 0 || !line.ends_with('\n') {
            return Ok(events);
        }
        let event = serde_json::from_str(&line).map_err(|source| {
            Error::new(ErrorKind::Corrupt, format!("line {} of {} is not an event", events.len() + 1, path.display())).because(source)
        })?;
        events.push(event);
    }
}
