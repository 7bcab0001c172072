//! A command of a person's: started in a process group of its own, its words passed through and kept, ended where it takes too long, and
//! waited for with everything that it has started.
//!
//! It writes into a file and not into a pipe of this program: were this program killed, the command would go on as if nothing had happened,
//! and what it leaves running in the background holds nobody up.

use std::fs::File;
use std::io::{IsTerminal, Read, Seek, SeekFrom};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::command::{Command, Mask};
use super::descendants::Family;
use crate::journal::Monitor;
use crate::model::error::{Error, Result};
use crate::model::interrupt::Interrupt;
use crate::snapshot::seal::private_file;

/// Between two looks at a command that runs.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks in a row that find nobody, before it is believed that nothing goes on.
const LOOKS: u32 = 2;

/// How a command is run.
pub(super) struct Run<'a> {
    /// The file of what it says, which does not exist yet.
    pub output: &'a Path,
    /// The run's id, by which what it starts is known again.
    pub run: &'a str,
    /// How long it may take; `None` for as long as it likes.
    pub timeout: Option<Duration>,
    /// How long what it has started may go on after it has returned, before that is told.
    pub settle: Duration,
    /// How long it may take to end, before it is told to in the next, harder way.
    pub grace: Duration,
    /// What stops it.
    pub interrupt: &'a Interrupt,
    /// Who is told what it says.
    pub monitor: &'a dyn Monitor,
}

/// How a command returned.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Returned {
    /// Its exit code; `None` where a signal ended it, or it could not be started.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Whether it was ended because its time was over.
    pub timed_out: bool,
    /// Why a person stopped it, where one did.
    pub interrupted: Option<String>,
    /// What it has started and what still runs, for people.
    pub left: Vec<String>,
    /// Seconds from its start to its return.
    pub seconds: f64,
}

impl Returned {
    /// Whether it says of itself that it succeeded.
    pub(super) fn is_good(&self) -> bool {
        self.code == Some(0)
    }
}

/// Why a command is to end, and how far it was asked.
struct Ending {
    asked: Instant,
    signals: &'static [Signal],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Signal {
    Interrupt,
    Terminate,
    Kill,
}

/// Runs a command to its end.
///
/// # Errors
/// Where it could not be started, or its words not be kept. That it fails is no error.
pub(super) fn run(command: &Command, run: &Run<'_>) -> Result<Returned> {
    let file = private_file(run.output)?;
    let failed = |source| Error::file("write", run.output, source);
    let appending = || std::fs::OpenOptions::new().append(true).open(run.output);
    drop(file);
    let (stdout, stderr) = (appending().map_err(failed)?, appending().map_err(failed)?);
    let mut words = Words::of(run.output, command.mask(), run.monitor)?;
    let mut program = std::process::Command::new(&command.words[0]);
    program.args(&command.words[1..]).stdin(input()?).stdout(stdout).stderr(stderr);
    program.envs(command.variables.iter().map(|(name, value)| (*name, value.dangerous_secret()))).env("CUTOVER_RUN", run.run);
    let began = Instant::now();
    let mut child = start(&mut program).map_err(|source| Error::file("start", Path::new(&command.words[0]), source))?;
    let family = Family::new(child.id(), run.run);
    let mut returned = Returned::default();
    let status = wait(&mut child, &family, run, began, &mut returned, &mut words)?;
    (returned.code, returned.signal) = parts(status);
    returned.seconds = began.elapsed().as_secs_f64();
    // Whoever was asked to end was asked with all that it had started; otherwise what goes on has a moment to end by itself.
    let returned_at = Instant::now();
    let stopped = returned.timed_out || returned.interrupted.is_some();
    let mut nobody = 0;
    loop {
        words.pass_on()?;
        returned.left = family.members();
        // In the moment in which a process becomes another program, it has left the group and has no environment: one look may miss it.
        nobody = if returned.left.is_empty() { nobody + 1 } else { 0 };
        if nobody == LOOKS || (!stopped && returned_at.elapsed() >= run.settle) || run.interrupt.reason().is_some() && !stopped {
            break;
        }
        if stopped {
            family.signal(kind(Signal::Kill));
            if returned_at.elapsed() >= run.grace {
                break;
            }
        }
        std::thread::sleep(PAUSE);
    }
    words.finish()?;
    words.mask_file(run.output)?;
    Ok(returned)
}

fn wait(
    child: &mut Child,
    family: &Family,
    run: &Run<'_>,
    began: Instant,
    returned: &mut Returned,
    words: &mut Words<'_>,
) -> Result<ExitStatus> {
    let mut ending: Option<Ending> = None;
    loop {
        words.pass_on()?;
        let looked = child.try_wait().map_err(|source| Error::file("wait for", Path::new("the command"), source))?;
        if let Some(status) = looked {
            return Ok(status);
        }
        if ending.is_none() {
            if let Some(reason) = run.interrupt.reason() {
                returned.interrupted = Some(reason);
                run.monitor.notice("the command was told to stop (SIGINT); what it leaves is looked at when it has returned");
                ending = Some(Ending { asked: Instant::now(), signals: &[Signal::Terminate, Signal::Kill] });
                family.signal(kind(Signal::Interrupt));
            } else if run.timeout.is_some_and(|timeout| began.elapsed() >= timeout) {
                returned.timed_out = true;
                run.monitor.notice("the command's time is over: it was told to end (SIGTERM)");
                ending = Some(Ending { asked: Instant::now(), signals: &[Signal::Kill] });
                family.signal(kind(Signal::Terminate));
            }
        }
        if let Some(asked) = &mut ending
            && asked.asked.elapsed() >= run.grace
            && let Some((next, rest)) = asked.signals.split_first()
        {
            family.signal(kind(*next));
            *asked = Ending { asked: Instant::now(), signals: rest };
        }
        std::thread::sleep(PAUSE);
    }
}

/// What the command reads: what this program was given, unless that is a terminal. A process group in the background that asks a terminal is
/// stopped by it, and would wait for ever.
fn input() -> Result<Stdio> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Ok(Stdio::null());
    }
    let owned = stdin.as_fd().try_clone_to_owned().map_err(|source| Error::file("hand on", Path::new("standard input"), source))?;
    let mut file = File::from(owned);
    // Read a second time from where it began, where the same command is run on a copy first.
    if file.metadata().is_ok_and(|metadata| metadata.is_file()) {
        file.rewind().map_err(|source| Error::file("rewind", Path::new("standard input"), source))?;
    }
    Ok(file.into())
}

/// What a command says, on its way to people.
struct Words<'a> {
    file: File,
    held: Vec<u8>,
    mask: &'a Mask,
    monitor: &'a dyn Monitor,
}

impl<'a> Words<'a> {
    fn of(path: &Path, mask: &'a Mask, monitor: &'a dyn Monitor) -> Result<Self> {
        let file = File::open(path).map_err(|source| Error::file("read", path, source))?;
        Ok(Self { file, held: Vec::new(), mask, monitor })
    }

    /// Passes whole lines on.
    fn pass_on(&mut self) -> Result<()> {
        self.file.read_to_end(&mut self.held).map_err(|source| Error::file("read", Path::new("what the command says"), source))?;
        if let Some(end) = self.held.iter().rposition(|byte| *byte == b'\n') {
            let lines: Vec<u8> = self.held.drain(..=end).collect();
            self.monitor.said(&self.mask.hide(&String::from_utf8_lossy(&lines)));
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.pass_on()?;
        if !self.held.is_empty() {
            let rest = std::mem::take(&mut self.held);
            self.monitor.said(&format!("{}\n", self.mask.hide(&String::from_utf8_lossy(&rest))));
        }
        Ok(())
    }

    /// Takes passwords out of the file that is kept.
    fn mask_file(&mut self, path: &Path) -> Result<()> {
        let failed = |source| Error::file("read", path, source);
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0)).map_err(failed)?;
        self.file.read_to_end(&mut bytes).map_err(failed)?;
        let text = String::from_utf8_lossy(&bytes);
        let masked = self.mask.hide(&text);
        if masked == text {
            return Ok(());
        }
        // What the command has left running goes on writing into the file that is removed here.
        std::fs::remove_file(path).map_err(|source| Error::file("remove", path, source))?;
        std::io::Write::write_all(&mut private_file(path)?, masked.as_bytes()).map_err(|source| Error::file("write", path, source))
    }
}

#[cfg(unix)]
fn start(command: &mut std::process::Command) -> std::io::Result<Child> {
    use std::os::unix::process::CommandExt as _;
    // Ctrl-C reaches this program alone, which hands it on: so it knows of it, and looks at what was left.
    command.process_group(0).spawn()
}

fn kind(signal: Signal) -> nix::sys::signal::Signal {
    match signal {
        Signal::Interrupt => nix::sys::signal::Signal::SIGINT,
        Signal::Terminate => nix::sys::signal::Signal::SIGTERM,
        Signal::Kill => nix::sys::signal::Signal::SIGKILL,
    }
}

fn parts(status: ExitStatus) -> (Option<i32>, Option<i32>) {
    (status.code(), std::os::unix::process::ExitStatusExt::signal(&status))
}
