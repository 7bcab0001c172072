//! The files of one server, and the account that owns them.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Kind;
use crate::machine;

/// How many lines of a log people are shown.
const SHOWN: usize = 20;

/// A directory with everything that one server writes.
#[derive(Debug)]
pub struct Files {
    directory: PathBuf,
    /// The user and the group as whom the server runs, where this process is root.
    account: Option<(u32, u32)>,
}

impl Files {
    /// The files below a directory, whether they exist or not.
    ///
    /// # Errors
    /// Where this is root and there is no user as whom the server could run.
    pub fn below(kind: &dyn Kind, directory: PathBuf) -> Result<Self, String> {
        let account = if machine::is_root() { Some(machine::unprivileged_account(kind.users())?) } else { None };
        Ok(Self { directory, account })
    }

    /// Creates the directory, which must not exist yet.
    ///
    /// # Errors
    /// Where that fails.
    pub fn create(&self) -> Result<(), String> {
        DirBuilder::new()
            .mode(0o700)
            .create(&self.directory)
            .map_err(|error| format!("the directory {} cannot be created: {error}", self.directory.display()))?;
        self.give_away(&self.directory)
    }

    /// Takes over what another server's files hold, before either of them has run.
    ///
    /// # Errors
    /// Where they cannot be copied.
    pub fn copy(&self, other: &Self) -> Result<(), String> {
        let output = self.command("cp").arg("-R").arg(other.data()).arg(self.data()).output();
        match output {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) => Err(format!("cp ended with {}\n{}", output.status, String::from_utf8_lossy(&output.stderr))),
            Err(error) => Err(format!("cp does not start: {error}")),
        }
    }

    /// A file that only the server's account may read.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write_private(&self, name: &str, text: &str) -> Result<PathBuf, String> {
        let path = self.directory.join(name);
        let written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path);
        written
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
        self.give_away(&path)?;
        Ok(path)
    }

    /// A new log, twice: for both outputs of a program.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn new_log(&self) -> Result<(File, File), String> {
        let log = File::create(self.log()).map_err(|error| format!("{} cannot be written: {error}", self.log().display()))?;
        let log_too = log.try_clone().map_err(|error| format!("{} cannot be opened twice: {error}", self.log().display()))?;
        Ok((log, log_too))
    }

    /// A program, as the user who may run the server, from a directory that this user may read.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.directory);
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        command
    }

    /// The directory itself, where sockets are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The directory of the server's data.
    pub fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// What the server has said since it was started last.
    pub fn told(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log()).unwrap_or_default()).into_owned()
    }

    /// The end of it, for people.
    pub fn end_of_log(&self) -> String {
        let log = self.told();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(SHOWN)..].join("\n")
    }

    fn log(&self) -> PathBuf {
        self.directory.join("server.log")
    }

    fn give_away(&self, path: &Path) -> Result<(), String> {
        let Some((user, group)) = self.account else { return Ok(()) };
        chown(path, Some(user), Some(group)).map_err(|error| format!("{} cannot be given to another user: {error}", path.display()))
    }
}
