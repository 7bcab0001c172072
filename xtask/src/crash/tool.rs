//! The tool, called as people call it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::arguments::Mode;
use super::place::Address;
use super::subject::Subject;
use crate::cargo;
use crate::mariadb::PASSWORD_VARIABLE;

/// The variable in which the tool finds the database.
const DATABASE_VARIABLE: &str = "DATABASE_URL";

/// The option that does without a fence.
const UNFENCED: &str = "--unfenced";

/// The tool of this checkout.
pub struct Tool {
    program: PathBuf,
    answers: PathBuf,
    subject: Subject,
    plan: PathBuf,
    mode: Mode,
    /// Whether nothing can hold off other sessions, which has to be accepted.
    unfenced: bool,
}

impl Tool {
    /// Builds it, and the example that asks a database.
    ///
    /// # Errors
    /// Where they do not build.
    pub fn build(root: &Path, subject: Subject, plan: PathBuf, mode: Mode, unfenced: bool) -> Result<Self, String> {
        let [program, answers] = cargo::build(root, ["cutover", "examples/answers"])?;
        Ok(Self { program, answers, subject, plan, mode, unfenced })
    }

    /// `cutover demo`, which builds the database of before.
    pub fn demo(&self, address: &Address) -> Vec<String> {
        words(&["demo", &self.plan.display().to_string(), "--database", &address.url])
    }

    /// `cutover run`.
    pub fn run(&self) -> Vec<String> {
        self.allowed(words(&["run", &self.plan.display().to_string(), "--mode", &self.mode.to_string()]))
    }

    /// `cutover resume` or `cutover rollback`; `unfenced` accepts that no fence stood for a while.
    pub fn go_on(&self, command: &str, run: &str, unfenced: bool) -> Vec<String> {
        let mut arguments = self.allowed(words(&[command, run]));
        if unfenced && command == "rollback" && !arguments.iter().any(|argument| argument == UNFENCED) {
            arguments.push(UNFENCED.to_owned());
        }
        arguments
    }

    /// What queries find in the database, one line a row.
    ///
    /// # Errors
    /// Where they fail.
    pub fn answers(&self, queries: &Path, address: &Address) -> Result<String, String> {
        let mut command = Command::new(&self.answers);
        command.arg(&address.url).arg(queries).envs(address.password.as_ref().map(|password| (PASSWORD_VARIABLE, password)));
        let output = command.stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("{} does not start: {error}", self.answers.display()))?;
        let [told, talk] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        if output.status.success() { Ok(told) } else { Err(format!("the example `answers` ended with {}\n{talk}", output.status)) }
    }

    /// The runs below a directory of runs, the oldest first: none where there is no directory yet.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn runs(&self, home: &Path) -> Result<Vec<String>, String> {
        let directory = home.join(self.subject.plan());
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

    fn allowed(&self, mut arguments: Vec<String>) -> Vec<String> {
        if self.unfenced && self.mode == Mode::InPlace {
            arguments.push(UNFENCED.to_owned());
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

/// The rule and the message of each finding that `cutover diff --format json` tells.
pub fn findings(difference: &str) -> Vec<(String, String)> {
    let findings =
        difference.split_once("\n  \"findings\": [").and_then(|(_, rest)| rest.split_once("\n  \"")).map_or("", |(inside, _)| inside);
    // Deeper members, those of rows and cells, are further in.
    let member = |finding: &str, name: &str| {
        let (_, value) = finding.split_once(&format!("\n      \"{name}\": \""))?;
        Some(value.split("\"\n").next()?.split("\",\n").next()?.to_owned())
    };
    findings.split("\n    {").skip(1).filter_map(|finding| Some((member(finding, "rule")?, member(finding, "message")?))).collect()
}

/// Words as arguments.
pub fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::{findings, recorded};

    #[test]
    fn the_state_of_the_very_run_is_found() {
        let status = "{\"runs\": [ {\n \"run\": \"1\",\n \"recorded\": null,\n \"meaning\": \"x\" }, {\n \"run\": \"2\",\n \"recorded\": \"running\" } ]}";
        assert_eq!(recorded(status, "2").as_deref(), Some("running"));
        assert_eq!(recorded(status, "1"), None);
        assert_eq!(recorded(status, "3"), None);
    }

    #[test]
    fn each_finding_is_told_by_its_rule_and_message() {
        let finding = |rule: &str, message: &str| {
            format!(
                "\n    {{\n      \"rule\": \"{rule}\",\n      \"message\": \"{message}\",\n      \"rows\": [\n        {{\n          \"rule\": \"x\"\n        }}\n      ]\n    }}"
            )
        };
        let both = format!("{},{}", finding("keys:batches", "1 row is gone"), finding("catalog", "2 differ"));
        let difference =
            format!("{{\n  \"format\": 1,\n  \"findings\": [{both}\n  ],\n  \"rules\": [\n    {{\n      \"rule\": \"y\"\n    }}\n  ]\n}}");
        let told = |rule: &str, message: &str| (rule.to_owned(), message.to_owned());
        assert_eq!(findings(&difference), [told("keys:batches", "1 row is gone"), told("catalog", "2 differ")]);
        assert_eq!(findings("{\n  \"findings\": [],\n  \"rules\": []\n}"), []);
    }
}
