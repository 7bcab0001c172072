//! One case: the deployed database, the command under guard, and what has to be said and to stand afterwards.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::install::Installed;
use super::place::{Address, Place};
use super::project::{Case, Project, Wanted};

/// Exit codes of cutover.
const DONE: i32 = 0;
const DIFFERENT: i32 = 1;

/// A case that is tried.
pub struct Trial<'a> {
    cutover: &'a Path,
    place: &'a Place,
    project: &'a Project,
    case: &'a Case,
    /// Where the project is worked on.
    directory: PathBuf,
    /// Where cutover keeps its runs, and this trial its snapshots: outside of the project, where no tool trips over them.
    home: PathBuf,
    path: OsString,
    address: Address,
}

impl<'a> Trial<'a> {
    /// Lays the deployed project out, with a new and empty database.
    ///
    /// # Errors
    /// Where that fails.
    pub fn prepare(cutover: &'a Path, place: &'a Place, tool: &Installed, project: &'a Project, case: &'a Case) -> Result<Self, String> {
        let name = project.folder.file_name().unwrap_or_default().to_string_lossy();
        let directory = tool.place.join("projects").join(format!("{name}-{}", case.name));
        let home = tool.place.join("runs").join(format!("{name}-{}", case.name));
        for old in [&directory, &home] {
            if old.exists() {
                fs::remove_dir_all(old).map_err(|error| format!("{} cannot be removed: {error}", old.display()))?;
            }
        }
        lay(&project.folder.join("base"), &directory)?;
        fs::create_dir_all(&home).map_err(|error| format!("{} cannot be created: {error}", home.display()))?;
        let address = place.new_database(project, &directory)?;
        let path = tool.path(&place.programs());
        Ok(Self { cutover, place, project, case, directory, home, path, address })
    }

    /// Tries it. Returned is what guard said of it in short.
    ///
    /// # Errors
    /// What was not as it has to be.
    pub fn run(&self) -> Result<String, String> {
        // The first migration of an empty database is the most honest one.
        let first = self.guard(&self.project.before, &[])?;
        first.passed(0).map_err(|message| format!("the project's own `before`: {message}"))?;
        let rows = self.project.folder.join("rows.sql");
        if rows.is_file() {
            self.place.execute(&self.address, &rows)?;
        }
        lay(&self.project.folder.join(&self.case.name), &self.directory)?;
        let before = self.snapshot("before")?;
        let command = self.case.command.as_ref().unwrap_or(&self.project.command);
        if !self.case.is_harmful() {
            let said = self.guard(command, &[])?;
            said.passed(self.case.child)?;
            said.found("warning", &self.case.warnings)?;
            return Ok("passed".to_owned());
        }
        if self.case.rehearse {
            self.guard(command, &["--rehearse"])?.failed(self.case).map_err(|message| format!("on a copy: {message}"))?;
            self.equal(&before, &self.snapshot("rehearsed")?).map_err(|message| format!("after a copy had failed: {message}"))?;
        }
        let said = self.guard(command, &["--restore-on-failure"])?;
        said.failed(self.case)?;
        self.equal(&before, &self.snapshot("restored")?).map_err(|message| format!("{message}\n{}", said.told))?;
        Ok(if self.case.rehearse { "named on a copy, named and undone" } else { "named and undone" }.to_owned())
    }

    /// The directories of its files.
    pub fn directories(&self) -> String {
        format!("{} and {}", self.directory.display(), self.home.display())
    }

    fn guard(&self, command: &[String], options: &[&str]) -> Result<Said, String> {
        let mut guard = self.cutover(&["guard", "--format", "json", "--reveal"]);
        Said::of(guard.args(options).arg("--").args(command))
    }

    fn snapshot(&self, name: &str) -> Result<PathBuf, String> {
        let directory = self.home.join(name);
        let output = output(self.cutover(&["snapshot"]).arg(&directory))?;
        if output.status.code() == Some(DONE) { Ok(directory) } else { Err(format!("`cutover snapshot`: {}", told(&output))) }
    }

    fn equal(&self, before: &Path, after: &Path) -> Result<(), String> {
        let output = output(self.cutover(&["diff", "--reveal"]).args([before, after]))?;
        if output.status.code() == Some(DONE) { Ok(()) } else { Err(format!("what stands is not the snapshot: {}", told(&output))) }
    }

    /// cutover, in the project, with the database in its environment, where a password belongs.
    fn cutover(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.cutover);
        command.current_dir(&self.directory).arg("--quiet").arg("--home").arg(&self.home).args(arguments);
        command.env("PATH", &self.path).env("DATABASE_URL", &self.address.url);
        command
    }
}

/// What guard said.
struct Said {
    code: Option<i32>,
    report: Value,
    told: String,
}

impl Said {
    fn of(guard: &mut Command) -> Result<Self, String> {
        let output = output(guard)?;
        let report: Value = serde_json::from_slice(&output.stdout).map_err(|error| format!("no report ({error}): {}", told(&output)))?;
        let talk = String::from_utf8_lossy(&output.stderr).into_owned();
        let findings = report["findings"].as_array().into_iter().flatten();
        let told =
            findings.fold(talk, |told, finding| format!("{told}\n{} {}: {}", finding["severity"], finding["rule"], finding["message"]));
        Ok(Self { code: output.status.code(), report, told })
    }

    /// The exit code of the command.
    fn child(&self) -> Option<i64> {
        self.report["guard"]["commands"].as_array()?.last()?["code"].as_i64()
    }

    /// # Errors
    /// Where it is not the verdict of an honest migration.
    fn passed(&self, child: i32) -> Result<(), String> {
        if self.code == Some(DONE) && self.report["passed"] == true && self.child() == Some(child.into()) {
            return Ok(());
        }
        Err(format!("guard ended with {:?}, and its command with {:?}: an honest migration passes\n{}", self.code, self.child(), self.told))
    }

    /// # Errors
    /// Where it is not the verdict of a harmful migration, or a finding is missing.
    fn failed(&self, case: &Case) -> Result<(), String> {
        if self.child() != Some(case.child.into()) {
            return Err(format!("the command ended with {:?}, not with {}\n{}", self.child(), case.child, self.told));
        }
        if self.code != Some(DIFFERENT) || self.report["passed"] != false {
            return Err(format!("guard ended with {:?}, not with {DIFFERENT}: a harmful migration fails\n{}", self.code, self.told));
        }
        self.found("error", &case.findings)
    }

    /// # Errors
    /// Where a finding of this severity is missing.
    fn found(&self, severity: &str, all: &[Wanted]) -> Result<(), String> {
        let is_there = |wanted: &&Wanted| {
            self.report["findings"].as_array().into_iter().flatten().any(|finding| {
                finding["rule"] == wanted.rule && finding["severity"] == severity && finding.to_string().contains(&wanted.tells)
            })
        };
        match all.iter().find(|wanted| !is_there(wanted)) {
            None => Ok(()),
            Some(Wanted { rule, tells }) => Err(format!("no {severity} of the rule `{rule}` tells `{tells}`\n{}", self.told)),
        }
    }
}

fn output(command: &mut Command) -> Result<Output, String> {
    command.stdin(Stdio::null()).output().map_err(|error| format!("{} does not start: {error}", command.get_program().display()))
}

fn told(output: &Output) -> String {
    let [said, errors] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{}\n{errors}{said}", output.status)
}

/// Copies the files of a folder over those of another.
fn lay(from: &Path, to: &Path) -> Result<(), String> {
    fs::create_dir_all(to).map_err(|error| format!("{} cannot be created: {error}", to.display()))?;
    let unreadable = |error| format!("{} cannot be read: {error}", from.display());
    for entry in fs::read_dir(from).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            lay(&path, &target)?;
        } else {
            fs::copy(&path, &target).map_err(|error| format!("{} cannot be copied: {error}", path.display()))?;
        }
    }
    Ok(())
}
