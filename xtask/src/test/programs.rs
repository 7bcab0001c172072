//! All test programs of the workspace, several of them at a time. Cargo runs one after the other, and while the one long test at a program's end
//! goes on, the other cores have nothing to do.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use serde::Deserialize;

use super::Tally;
use crate::cargo;

/// Those that take longest, and are begun first: whichever comes last is waited for by nobody else's work. Whatever is not named comes after
/// them, in the order of names; a name that is wrong costs time and nothing else.
const LONGEST: [&str; 10] =
    ["in_place", "corruption", "scenarios", "decisions", "put_back", "restore", "in_place_endings", "backup", "endings", "disasters"];

/// A program with tests.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Program {
    name: String,
    executable: PathBuf,
    /// Where cargo would run it: in its package.
    directory: PathBuf,
}

/// A message of cargo about something that it has built.
#[derive(Deserialize)]
struct Built {
    executable: Option<PathBuf>,
    manifest_path: PathBuf,
    target: Target,
    profile: Profile,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// Builds all test programs and runs them, as many at a time as the machine has cores, and the examples in the documentation after them.
/// `environment` is set for each of them. Whether everything could be built, and the sums of all results, are returned.
///
/// # Errors
/// Where cargo or a program cannot be started.
pub(super) fn run(root: &Path, environment: &Command) -> Result<(bool, Tally), String> {
    let Some(programs) = build(root)? else { return Ok((false, Tally::default())) };
    let queue = Mutex::new(VecDeque::from(programs));
    let sum = Mutex::new(Tally::default());
    let workers = thread::available_parallelism().map_or(2, usize::from);
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let outcome: Result<(), String> = thread::scope(|scope| {
        let work = || -> Result<(), String> {
            while let Some(program) = next() {
                eprintln!("     Running {}", program.name);
                let (output, tally) = program.run(environment)?;
                let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
                // Of one program at a time, and as a whole.
                std::io::stdout().write_all(&output).map_err(|error| format!("the tests' output cannot be passed on: {error}"))?;
                sum.add_all(&tally);
            }
            Ok(())
        };
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let ended = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err("a program could not be watched".to_owned())));
        ended.fold(Ok(()), Result::and)
    });
    outcome?;
    let mut sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    sum.add_all(&examples(root, environment)?);
    Ok((true, sum))
}

/// Builds the programs, in the order in which they are to be run; `None` where something does not build, which cargo has told.
fn build(root: &Path) -> Result<Option<Vec<Program>>, String> {
    let mut cargo = cargo::command(root);
    cargo.args(["test", "--workspace", "--no-run", "--message-format=json-render-diagnostics"]).stdout(Stdio::piped());
    let mut building = cargo.spawn().map_err(|error| format!("cargo does not start: {error}"))?;
    let mut programs = Vec::new();
    for line in building.stdout.take().into_iter().flat_map(|output| BufReader::new(output).lines()) {
        let line = line.map_err(|error| format!("cargo's messages cannot be read: {error}"))?;
        programs.extend(program(&line));
    }
    let status = building.wait().map_err(|error| format!("cargo cannot be waited for: {error}"))?;
    let place = |program: &Program| LONGEST.iter().position(|name| *name == program.name).unwrap_or(LONGEST.len());
    programs.sort_by(|one, other| (place(one), &one.executable).cmp(&(place(other), &other.executable)));
    Ok(status.success().then_some(programs))
}

/// The program that a message of cargo tells of; `None` for any other message.
fn program(message: &str) -> Option<Program> {
    let built: Built = serde_json::from_str(message).ok()?;
    let directory = built.manifest_path.parent()?.to_owned();
    built.executable.filter(|_| built.profile.test).map(|executable| Program { name: built.target.name, executable, directory })
}

/// Runs the examples in the documentation, which only cargo can build.
fn examples(root: &Path, environment: &Command) -> Result<Tally, String> {
    let mut cargo = cargo::command(root);
    cargo.args(["test", "--workspace", "--doc"]).stdout(Stdio::piped());
    inherit(environment, &mut cargo);
    let output = cargo.spawn().and_then(std::process::Child::wait_with_output).map_err(|error| format!("cargo does not start: {error}"))?;
    let mut tally = Tally::of(output.stdout.as_slice(), std::io::stdout()).map_err(|error| error.to_string())?;
    if !output.status.success() && tally.failed() == 0 {
        tally.unfinished += 1;
    }
    Ok(tally)
}

impl Program {
    /// Runs it. What it said, errors in between, and its results are returned; a program that ends in any other way has failed.
    fn run(&self, environment: &Command) -> Result<(Vec<u8>, Tally), String> {
        let since = Instant::now();
        let mut command = Command::new(&self.executable);
        command.current_dir(&self.directory).env("CARGO_MANIFEST_DIR", &self.directory).stdin(Stdio::null());
        inherit(environment, &mut command);
        let output = command.output().map_err(|error| format!("{} does not start: {error}", self.executable.display()))?;
        let mut said = format!("\n     {}, {} s\n", self.name, since.elapsed().as_secs()).into_bytes();
        let mut tally = Tally::of(output.stdout.as_slice(), &mut said).map_err(|error| error.to_string())?;
        said.extend(output.stderr);
        if !output.status.success() && tally.failed() == 0 {
            said.extend(format!("{} ended with {}\n", self.name, output.status).bytes());
            tally.unfinished += 1;
        }
        Ok((said, tally))
    }
}

/// Hands on the variables that were set for a command.
fn inherit(from: &Command, to: &mut Command) {
    to.envs(from.get_envs().filter_map(|(name, value)| value.map(|value| (name, value))));
}

#[cfg(test)]
mod tests {
    use super::{Program, program};

    #[test]
    fn programs_are_those_that_cargo_has_built_for_tests() {
        let message = |test: bool, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"p","manifest_path":"/w/crates/cli/Cargo.toml","target":{{"kind":["test"],"name":"output"}},"profile":{{"opt_level":"1","test":{test}}},"executable":{executable},"fresh":true}}"#
            )
        };
        let found = program(&message(true, r#""/w/target/debug/deps/output-1""#)).unwrap();
        let expected =
            Program { name: "output".into(), executable: "/w/target/debug/deps/output-1".into(), directory: "/w/crates/cli".into() };
        assert_eq!(found, expected);
        assert_eq!(program(&message(true, "null")), None);
        assert_eq!(program(&message(false, r#""/w/target/debug/cutover""#)), None);
        assert_eq!(program(r#"{"reason":"build-finished","success":true}"#), None);
    }
}
