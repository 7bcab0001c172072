//! Hooks: programs of the plan's that are run before and after the fence and at the end.
//!
//! A program is started as it is, without a shell, without input, in a process group of its own that ends with its time. It learns of the
//! run by its environment, in which no password is: whoever needs one in a hook gives it to the hook.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::journal::{EventKind, Journal, Outcome};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::url::DatabaseUrl;
use crate::plan::hooks::{Hook, Moment};
use crate::plan::{Plan, hooks};
use crate::snapshot::seal::{private_directory, private_file};
use crate::verify::verdict::Verdict;

use super::RunDirectory;
use super::options::{Ended, Engine, Options};

/// Between two looks at a program that runs.
const PAUSE: Duration = Duration::from_millis(20);
/// How much of a failed program's output an error tells; all of it is in the file.
const TOLD_LINES: usize = 5;
/// From how far behind the end of its output.
const TOLD_BYTES: i64 = 4096;

/// What hooks are run with.
pub(crate) struct Hooks<'a> {
    pub engine: &'a Engine<'a>,
    pub plan: &'a Plan,
    pub options: &'a Options,
    pub directory: &'a RunDirectory,
    pub journal: &'a Journal<'a>,
}

impl Hooks<'_> {
    /// Runs the hooks of a moment that can stop the run, in the order of the plan.
    ///
    /// # Errors
    /// That of the first one that fails: those behind it are not run.
    pub(crate) fn run(&self, moment: Moment) -> Result<()> {
        for (number, hook) in self.of(moment) {
            self.one(number, hook, None, true)?;
        }
        Ok(())
    }

    /// Ends a run that something stopped before anything was touched: `by` says what.
    pub(crate) fn not_started(&self, by: &str, error: Error) -> Ended {
        let interrupted = self.engine.interrupt.reason();
        self.engine.interrupt.clear();
        let (outcome, message) = match interrupted {
            Some(reason) => (Outcome::Interrupted, format!("interrupted ({reason}) before the fence: nothing was touched")),
            None => (Outcome::NotStarted, format!("stopped by {by} before the fence: nothing was touched")),
        };
        let mut hints = Vec::new();
        let ended = EventKind::RunFinished { outcome, message: message.clone(), hints: Vec::new(), seconds: self.journal.seconds() };
        if let Err(failure) = self.journal.record(ended) {
            hints.push(format!("the end could not be written to the journal: {failure}"));
        }
        let Self { directory, .. } = self;
        Ended { run: directory.run.clone(), directory: directory.path.clone(), outcome, message, hints, verdict: None, error: Some(error) }
    }

    /// Runs the hooks of a run's end. One that fails is told of, and changes nothing: the run has ended as it has.
    pub(crate) fn end(&self, ended: &mut Ended) {
        let moment = match ended.outcome {
            Outcome::Committed | Outcome::DryRun => Moment::OnSuccess,
            _ => Moment::OnFailure,
        };
        for (number, hook) in self.of(moment) {
            ended.hints.extend(self.last(number, hook, ended.verdict.as_ref()));
        }
    }

    /// Runs the hooks of a success that the run did not come to: it was killed, or never learnt that it had been committed. Those that the
    /// journal tells of have run already.
    ///
    /// # Errors
    /// Where the journal or the verdict cannot be read.
    pub(crate) fn make_up(&self) -> Result<()> {
        let events = self.directory.events()?.into_iter();
        let done: Vec<_> =
            events.filter_map(|event| if let EventKind::HookFinished { output, .. } = event.kind { Some(output) } else { None }).collect();
        let verdict = self.directory.verdict()?;
        for (number, hook) in self.of(Moment::OnSuccess).filter(|(number, hook)| !done.contains(&output_of(*number, hook))) {
            self.last(number, hook, verdict.as_ref());
        }
        Ok(())
    }

    /// Runs a hook of the end; that it fails is told, and returned.
    fn last(&self, number: usize, hook: &Hook, verdict: Option<&Verdict>) -> Option<String> {
        let error = self.one(number, hook, verdict, false).err()?;
        let told = error.hints().iter().map(|hint| format!("; {hint}")).collect::<String>();
        let message = format!("{error}{told}");
        self.engine.monitor.notice(&message);
        Some(message)
    }

    fn of(&self, moment: Moment) -> impl Iterator<Item = (usize, &Hook)> {
        let wanted = move |hook: &Hook| hook.moment == moment && self.options.hooks && (!self.options.dry_run || hook.dry_run);
        self.plan.hooks.iter().enumerate().map(|(index, hook)| (index + 1, hook)).filter(move |(_, hook)| wanted(hook))
    }

    fn one(&self, number: usize, hook: &Hook, verdict: Option<&Verdict>, stoppable: bool) -> Result<()> {
        let began = Instant::now();
        private_directory(&self.directory.path.join("hooks"))?;
        let output = output_of(number, hook);
        let path = self.directory.path.join(&output);
        // What an earlier attempt of the same run left there is replaced.
        if path.exists() {
            std::fs::remove_file(&path).map_err(|source| Error::file("remove", &path, source))?;
        }
        let file = private_file(&path)?;
        let handed = || file.try_clone().map_err(|source| Error::file("open", &path, source));
        let mut command = Command::new(&hook.command[0]);
        command.args(&hook.command[1..]).stdin(Stdio::null()).stdout(handed()?).stderr(handed()?);
        self.set_environment(&mut command, hook.moment, verdict);
        let result = match start(&mut command) {
            Ok(child) => self.wait(child, hook, stoppable),
            Err(source) => Err(self.failed(hook, "could not be started").because(source)),
        };
        let how = match &result {
            Ok(()) => "done".to_owned(),
            Err(error) => error.to_string(),
        };
        self.journal.record(EventKind::HookFinished {
            moment: hook.moment.to_string(),
            command: hook.command.clone(),
            ok: result.is_ok(),
            how,
            output,
            seconds: began.elapsed().as_secs_f64(),
        })?;
        result.map_err(|error| {
            let error = error.at(hook.place.clone());
            match last_lines(&path) {
                Some(lines) => error.hint(format!("its last words were: {lines}")),
                None => error,
            }
            .hint(format!("all that it said is in {}", path.display()))
        })
    }

    /// Everything that this program was given, except what may hold a password, and what a hook has to know.
    fn set_environment(&self, command: &mut Command, moment: Moment, verdict: Option<&Verdict>) {
        for (name, value) in std::env::vars_os() {
            let upper = name.to_string_lossy().to_uppercase();
            let named = upper.contains("PASSWORD") || upper.ends_with("_PWD") || upper.contains("DATABASE_URL");
            if named || holds_password(&value.to_string_lossy()) {
                command.env_remove(name);
            }
        }
        let path = &self.directory.path;
        // A hook may change its directory.
        let directory = path.canonicalize().unwrap_or_else(|_| path.clone());
        let verdict = verdict.map_or("none", |verdict| if verdict.passed { "passed" } else { "failed" });
        command
            .env("CUTOVER_RUN", &self.directory.run)
            .env("CUTOVER_PLAN", &self.plan.name)
            .env("CUTOVER_PHASE", moment.to_string())
            .env("CUTOVER_VERDICT", verdict)
            .env("CUTOVER_DIRECTORY", directory);
    }

    fn wait(&self, mut child: Child, hook: &Hook, stoppable: bool) -> Result<()> {
        let deadline = Instant::now() + hook.timeout;
        loop {
            let status = child.try_wait().map_err(|source| self.failed(hook, "could not be waited for").because(source))?;
            if let Some(status) = status {
                return if status.success() { Ok(()) } else { Err(self.failed(hook, &ending(status))) };
            }
            if Instant::now() >= deadline {
                end_group(&mut child);
                return Err(self.failed(hook, &format!("was ended: it took longer than {} s", hook.timeout.as_secs())));
            }
            if stoppable && let Err(error) = self.engine.interrupt.check() {
                end_group(&mut child);
                return Err(error);
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn failed(&self, hook: &Hook, how: &str) -> Error {
        Error::new(ErrorKind::Hook, format!("the hook {} `{}` {how}", hook.moment, hook.command.join(" ")))
    }
}

/// Runs the hooks of the success of a run that had ended well without them.
///
/// # Errors
/// As of [`Hooks::make_up`].
pub(crate) fn make_up(engine: &Engine<'_>, plan: &Plan, options: &Options, directory: &RunDirectory) -> Result<()> {
    let journal = Journal::open(&directory.path, engine.monitor)?;
    Hooks { engine, plan, options, directory, journal: &journal }.make_up()
}

/// Runs the hooks of the end of a run that another command has taken up again.
pub(crate) fn end(engine: &Engine<'_>, plan: &Plan, options: &Options, directory: &RunDirectory, journal: &Journal<'_>, ended: &mut Ended) {
    Hooks { engine, plan, options, directory, journal }.end(ended);
}

/// A hook in words.
#[must_use]
pub fn in_words(hook: &hooks::Hook) -> String {
    let dry_run = if hook.dry_run { ", under --dry-run too" } else { "" };
    format!("{}: {} (at most {} s{dry_run})", hook.moment, hook.command.join(" "), hook.timeout.as_secs())
}

/// Where what a hook says is kept, from the run's directory.
fn output_of(number: usize, hook: &Hook) -> String {
    format!("hooks/{number}-{}.txt", hook.moment)
}

/// Whether a value is, or holds, a URL with a password. What looks like one only because of an `@` in its path is not handed on, either.
fn holds_password(value: &str) -> bool {
    value.contains("://") && DatabaseUrl::new(value).is_ok_and(|url| url.to_string() != value)
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
    // Ctrl-C reaches this program alone: it decides what becomes of the hook.
    command.process_group(0).spawn()
}

#[cfg(not(unix))]
fn start(command: &mut Command) -> std::io::Result<Child> {
    command.spawn()
}

/// Ends a program and everything that it has started. That one of them has ended by itself meanwhile is no error.
fn end_group(child: &mut Child) {
    #[cfg(unix)]
    if let Ok(group) = i32::try_from(child.id()) {
        let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(group), nix::sys::signal::Signal::SIGKILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// The last lines of a program's output, for people; `None` where it said nothing, or the file cannot be read any more.
fn last_lines(path: &std::path::Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let length = i64::try_from(file.metadata().ok()?.len()).unwrap_or(i64::MAX);
    file.seek(SeekFrom::End(-length.min(TOLD_BYTES))).ok()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes).replace(|letter: char| letter.is_control() && letter != '\n', " ");
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines[lines.len().saturating_sub(TOLD_LINES)..].join(" / ");
    (!last.is_empty()).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::holds_password;

    #[test]
    fn a_url_with_a_password_is_known_wherever_it_stands() {
        for value in [
            "redis://:s3cret@cache:6379/0",
            "amqp://guest:s3/cret@queue",
            "mysql://u@h/d?password=s3cret",
            "main=https://h/a, other=postgres://u:s3cret@h/d",
        ] {
            assert!(holds_password(value), "{value}");
        }
        for value in ["/usr/bin:/bin", "https://example.org:8080/a?b=c", "ssh://git@example.org:22/a", "me@example.org", "12:30@noon", ""] {
            assert!(!holds_password(value), "{value}");
        }
    }
}
