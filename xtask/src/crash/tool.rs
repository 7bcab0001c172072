//! The tool, called as people call it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::arguments::Mode;
use super::place::Address;
use crate::cargo;
use crate::mariadb::PASSWORD_VARIABLE;

/// The variable in which the tool finds the database.
const DATABASE_VARIABLE: &str = "DATABASE_URL";

/// The plan, from the top of the checkout.
const PLAN: &str = "xtask/src/crash/plan";

/// The tool of this checkout.
pub struct Tool {
    program: PathBuf,
    plan: PathBuf,
    mode: Mode,
    /// Whether nothing can hold off other sessions, which has to be accepted.
    unfenced: bool,
}

impl Tool {
    /// Builds it.
    ///
    /// # Errors
    /// Where it does not build.
    pub fn build(root: &Path, mode: Mode, unfenced: bool) -> Result<Self, String> {
        let status = cargo::command(root).args(["build", "--quiet", "--package", "cutover-cli"]).status();
        match status {
            Ok(status) if status.success() => {
                Ok(Self { program: root.join("target/debug/cutover"), plan: root.join(PLAN), mode, unfenced })
            }
            Ok(status) => Err(format!("`cargo build --package cutover-cli` ended with {status}")),
            Err(error) => Err(format!("cargo does not start: {error}")),
        }
    }

    /// `cutover demo`, which builds the database of before.
    pub fn demo(&self, address: &Address) -> Vec<String> {
        words(&["demo", &self.plan.display().to_string(), "--database", &address.url])
    }

    /// `cutover run`.
    pub fn run(&self) -> Vec<String> {
        self.allowed(words(&["run", &self.plan.display().to_string(), "--mode", &self.mode.to_string()]))
    }

    /// `cutover resume` or `cutover rollback`.
    pub fn go_on(&self, command: &str, run: &str) -> Vec<String> {
        self.allowed(words(&[command, run]))
    }

    fn allowed(&self, mut arguments: Vec<String>) -> Vec<String> {
        if self.unfenced && self.mode == Mode::InPlace {
            arguments.push("--unfenced".to_owned());
        }
        arguments
    }

    /// Starts a command; what it says goes to a file, and is added to what stands there.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn start(&self, arguments: &[String], address: &Address, home: &Path, log: &Path) -> Result<Child, String> {
        let unwritable = |error| format!("{} cannot be written: {error}", log.display());
        let output = File::options().create(true).append(true).open(log).map_err(unwritable)?;
        let errors = output.try_clone().map_err(unwritable)?;
        Command::new(&self.program)
            .args(["--quiet", "--home"])
            .arg(home)
            .args(arguments)
            .env(DATABASE_VARIABLE, &address.url)
            .envs(address.password.as_ref().map(|password| (PASSWORD_VARIABLE, password)))
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("{} does not start: {error}", self.program.display()))
    }
}

/// What the database has recorded of a run, as `cutover status --format json` tells it.
pub fn recorded(status: &str, run: &str) -> Option<String> {
    let of_run = status.split("\"run\": ").find(|part| part.starts_with(&format!("\"{run}\"")))?;
    let (_, value) = of_run.split_once("\"recorded\": \"")?;
    Some(value.split('"').next()?.to_owned())
}

/// The runs in a directory of runs, the oldest first: none where there is no directory yet.
///
/// # Errors
/// Where it cannot be read.
pub fn runs(home: &Path) -> Result<Vec<String>, String> {
    let directory = home.join("crash");
    if !directory.exists() {
        return Ok(Vec::new());
    }
    let unreadable = |error| format!("{} cannot be read: {error}", directory.display());
    let mut runs = Vec::new();
    for entry in fs::read_dir(&directory).map_err(unreadable)? {
        runs.push(entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned());
    }
    runs.sort();
    Ok(runs)
}

/// Words as arguments.
pub fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::recorded;

    #[test]
    fn the_state_of_the_very_run_is_found() {
        let status = "{\"runs\": [ {\n \"run\": \"1\",\n \"recorded\": null,\n \"meaning\": \"x\" }, {\n \"run\": \"2\",\n \"recorded\": \"running\" } ]}";
        assert_eq!(recorded(status, "2").as_deref(), Some("running"));
        assert_eq!(recorded(status, "1"), None);
        assert_eq!(recorded(status, "3"), None);
    }
}
