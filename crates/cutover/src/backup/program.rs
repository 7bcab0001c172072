//! The database's own programs: found, asked for their version, run without a shell, and ended when the work is stopped.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::{Interrupt, Registration};

/// Between two looks at a program that runs.
const PAUSE: Duration = Duration::from_millis(20);
/// How much of what a program said is kept: its end.
const KEPT_BYTES: usize = 8192;
/// How many of its last lines an error tells.
const TOLD_LINES: usize = 5;

/// What stops the work, and who is told of it.
pub(super) struct Watch<'a> {
    /// What stops it.
    pub stop: &'a Interrupt,
    /// Told of bytes: how many were written or read, and of how many where that is known exactly.
    pub progress: &'a (dyn Fn(u64, Option<u64>) + Sync),
    /// Told that the instant is fixed.
    pub begun: &'a (dyn Fn() + Sync),
}

/// A program that was found, and what it says when it is asked for its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub path: PathBuf,
    pub version: String,
}

/// Looks for programs of these names in `PATH` and in further directories, each file once.
pub(super) fn find(names: &[&str], further: &[PathBuf]) -> Vec<Found> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories: Vec<PathBuf> = std::env::split_paths(&path).chain(further.iter().cloned()).collect();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for name in names {
        for candidate in directories.iter().map(|directory| directory.join(name)).filter(|path| path.is_file()) {
            if seen.insert(candidate.clone())
                && let Some(version) = version(&candidate)
            {
                found.push(Found { path: candidate, version });
            }
        }
    }
    found
}

/// The directories that fit a pattern with one star in its last component but one: `/usr/lib/postgresql/*/bin`.
pub(super) fn directories(patterns: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (before, after) in patterns.iter().filter_map(|pattern| pattern.split_once('*')) {
        let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
        let Ok(entries) = std::fs::read_dir(if parent.is_empty() { "/" } else { parent }) else { continue };
        let names = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
        found.extend(names.map(|entry| entry.path().join(after.trim_start_matches('/'))).filter(|path| path.is_dir()));
    }
    found.sort();
    found
}

/// The first line that a program says of its version; `None` where it cannot be run.
fn version(path: &Path) -> Option<String> {
    let output = Command::new(path).arg("--version").stdin(Stdio::null()).output().ok()?;
    let line = String::from_utf8_lossy(&output.stdout).lines().next()?.trim().to_owned();
    (output.status.success() && !line.is_empty()).then_some(line)
}

/// The numbers of a version such as `15.18`, as far as they are numbers.
pub(super) fn numbers(text: &str) -> Vec<u32> {
    let digits = text
        .split(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .find(|part| part.starts_with(|first: char| first.is_ascii_digit()));
    digits.unwrap_or_default().split('.').map_while(|part| part.parse().ok()).collect()
}

/// A command without the variables that would lead the program elsewhere than it is told.
pub(super) fn command(path: &Path, variables: &[&str]) -> Command {
    let mut command = Command::new(path);
    for (name, _) in std::env::vars_os() {
        if variables.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    // Its words are looked at, in the language that it is written in.
    command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// A program that runs. Dropping it ends the program and everything that it has started.
pub(super) struct Running {
    child: Child,
    name: String,
    words: Option<JoinHandle<String>>,
    stop: Interrupt,
    _canceller: Registration,
}

impl Running {
    /// Starts a program.
    ///
    /// # Errors
    /// Where it cannot be started, or the work has been stopped already.
    pub(super) fn start(command: &mut Command, stop: &Interrupt) -> Result<Self> {
        stop.check()?;
        let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut child =
            start(command).map_err(|source| Error::new(ErrorKind::Hook, format!("{name} could not be started")).because(source))?;
        let words = child.stderr.take().map(|stderr| std::thread::spawn(move || last_words(stderr)));
        let process = child.id();
        let canceller = stop.register(move || end_group(process));
        Ok(Self { child, name, words, stop: stop.clone(), _canceller: canceller })
    }

    /// What the program writes, where it was asked for.
    pub(super) fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// What the program reads, where it was asked for.
    pub(super) fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Waits for the end. `tick` is called now and then.
    ///
    /// # Errors
    /// Where the program failed, with its last words, or the work was stopped.
    pub(super) fn wait(mut self, tick: &mut dyn FnMut()) -> Result<()> {
        loop {
            let status = self.child.try_wait().map_err(|source| self.failed("could not be waited for").because(source))?;
            if let Some(status) = status {
                self.stop.check()?;
                return if status.success() { Ok(()) } else { Err(self.with_words(&ending(status))) };
            }
            self.stop.check()?;
            tick();
            std::thread::sleep(PAUSE);
        }
    }

    /// The failure of the program where it has one, in place of one that only followed from it.
    pub(super) fn blame(self, followed: Error) -> Error {
        match self.wait(&mut || ()) {
            Err(own) => own,
            Ok(()) => followed,
        }
    }

    fn with_words(&mut self, how: &str) -> Error {
        let words = self.words.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        let lines: Vec<_> = words.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let error = self.failed(how);
        match lines[lines.len().saturating_sub(TOLD_LINES)..].join(" / ") {
            last if last.is_empty() => error,
            last => error.hint(format!("its last words were: {last}")),
        }
    }

    fn failed(&self, how: &str) -> Error {
        Error::new(ErrorKind::Hook, format!("{} {how}", self.name))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(Some(_)) = self.child.try_wait() {
            return;
        }
        end_group(self.child.id());
        // It has ended, or nothing that is tried here could end it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ending(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with the exit code {code}"),
        None => "was ended by a signal".to_owned(),
    }
}

#[cfg(unix)]
fn start(command: &mut Command) -> std::io::Result<Child> {
    use std::os::unix::process::CommandExt as _;
    // Ctrl-C reaches this program alone: it ends the other one itself.
    command.process_group(0).spawn()
}

#[cfg(not(unix))]
fn start(command: &mut Command) -> std::io::Result<Child> {
    command.spawn()
}

/// Ends a program and everything that it has started. That one of them has ended by itself meanwhile is no error.
fn end_group(process: u32) {
    #[cfg(unix)]
    if let Ok(group) = i32::try_from(process) {
        let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(group), nix::sys::signal::Signal::SIGKILL);
    }
    #[cfg(not(unix))]
    let _ = process;
}

/// The end of what a program says, read to its end, so that it never waits for a reader.
fn last_words(mut stderr: impl Read) -> String {
    let mut kept = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(length) = stderr.read(&mut buffer) {
        if length == 0 {
            break;
        }
        kept.extend_from_slice(&buffer[..length]);
        let surplus = kept.len().saturating_sub(KEPT_BYTES);
        kept.drain(..surplus);
    }
    String::from_utf8_lossy(&kept).replace(|letter: char| letter.is_control() && letter != '\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_numbers() {
        assert_eq!(numbers("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), [15, 18]);
        assert_eq!(numbers("PostgreSQL 17beta1"), [17]);
        assert_eq!(numbers("10.11.19-MariaDB, for debian"), [10, 11, 19]);
        assert!(numbers("none").is_empty());
    }

    #[test]
    fn a_program_that_fails_is_quoted_and_one_that_is_stopped_ends() {
        let stop = Interrupt::new();
        let mut failing = command(Path::new("sh"), &[]);
        failing.args(["-c", "echo one >&2; echo two >&2; exit 3"]);
        let error = Running::start(&mut failing, &stop).unwrap().wait(&mut || ()).unwrap_err();
        assert_eq!(error.to_string(), "sh ended with the exit code 3");
        assert_eq!(error.hints(), ["its last words were: one / two"]);
        let mut endless = command(Path::new("sh"), &[]);
        endless.args(["-c", "sleep 600"]);
        let running = Running::start(&mut endless, &stop).unwrap();
        stop.trigger("enough");
        assert_eq!(running.wait(&mut || ()).unwrap_err().kind(), ErrorKind::Interrupted);
    }
}
