//! The rows by `mydumper`, several tables side by side, where a person asks for it. Definitions are still the dump's own: `myloader`, which belongs
//! to it, keeps nothing from reaching out of the scratch database, and so the files are fed to the client like any dump.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::method::{Dump, Tools};
use super::super::program::{self, Running};
use super::{FENCE, VARIABLES};
use crate::database::{Access, Reader};
use crate::model::error::{Error, ErrorKind, Result};
use crate::snapshot::seal::{private_directory, private_file};

/// The directory in `data/` with a file for each table that has rows.
pub(super) const ROWS: &str = "rows";

/// What a session needs so that the rows come back as they were; the program's own files set the character set, foreign keys and the time zone.
pub(super) const SESSION: &str = "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', unique_checks = 0;\n";

/// What it is started with: rows under the names of their columns, which invisible ones need, and generated ones left out; no definitions; and a log
/// that tells when its sessions have begun.
const ARGUMENTS: [&str; 6] = ["--complete-insert", "--no-schemas", "--compress", "--tz-utc", "--verbose", "3"];

/// The columns that it would leave out in silence: it reads `*` (*seen* on 0.10.1).
const INVISIBLE: &str = "SELECT CONCAT(TABLE_NAME, '.', COLUMN_NAME) FROM information_schema.COLUMNS \
    WHERE TABLE_SCHEMA = DATABASE() AND EXTRA LIKE '%INVISIBLE%' ORDER BY 1";

/// The program, its version behind that of the dump's. A connection that has to be verified is refused: the program only encrypts.
///
/// # Errors
/// `Refused` where it is not installed, cannot reach the server as it has to be reached, or would leave something out.
pub(in crate::backup) fn with(tools: Tools, access: &Access, reader: &mut dyn Reader) -> Result<Tools> {
    let Some(found) = program::find(&["mydumper"], &[]).into_iter().next() else {
        return Err(Error::new(ErrorKind::Refused, "mydumper, which is to write the rows of the backup, is not installed")
            .hint("install the package mydumper (Debian, Ubuntu, brew), or leave --backup-program out"));
    };
    if access.settings.iter().any(|(name, value)| *name == "encryption" && value == "verified") {
        return Err(Error::new(ErrorKind::Refused, "mydumper does not verify who the server is, and this connection asks for it")
            .hint("leave --backup-program out: the database's own program verifies it"));
    }
    let mut invisible = Vec::new();
    reader.query(INVISIBLE, &mut |row| {
        invisible.push(row.cell(0).to_text());
        Ok(())
    })?;
    if !invisible.is_empty() {
        return Err(Error::new(ErrorKind::Refused, format!("mydumper leaves invisible columns out: {}", invisible.join(", ")))
            .hint("leave --backup-program out: the database's own program writes them"));
    }
    Ok(Tools { version: format!("{}, rows by {}", tools.version, found.version), rows: Some(found.path), ..tools })
}

/// Writes the rows of all tables. `begun` is told as soon as its sessions have begun.
///
/// # Errors
/// Where it fails, with what it has logged.
pub(super) fn write(program: &Path, dump: &Dump<'_>, done: &mut u64) -> Result<()> {
    let directory = dump.directory.join(ROWS);
    private_directory(&directory)?;
    let (log, omitted) = (dump.directory.join("mydumper.log"), dump.directory.join("omitted"));
    private_file(&log)?;
    let mut file = private_file(&omitted)?;
    std::io::Write::write_all(&mut file, format!("{}.{FENCE}\n", dump.access.database).as_bytes())
        .map_err(|source| Error::file("write", &omitted, source))?;
    let mut command = program::command(program, &VARIABLES);
    for (name, value) in &dump.access.settings {
        match (*name, value.as_str()) {
            ("encryption", "off") => &mut command,
            ("encryption", _) => command.arg("--ssl"),
            (name @ ("host" | "port" | "user" | "socket"), value) => command.arg(format!("--{name}")).arg(value),
            _ => &mut command,
        };
    }
    if let Some(password) = &dump.access.password {
        command.env("MYSQL_PWD", password.dangerous_secret());
    }
    command.args(ARGUMENTS).arg("--database").arg(&dump.access.database).arg("--threads").arg(dump.jobs.max(1).to_string());
    command.arg("--outputdir").arg(&directory).arg("--logfile").arg(&log).arg("--omit-from-file").arg(&omitted);
    let running = Running::start(&mut command, dump.watch.stop)?;
    let mut begun = false;
    let ended = running.wait(&mut || {
        if !begun && fs::read_to_string(&log).is_ok_and(|told| has_begun(&told)) {
            begun = true;
            (dump.watch.begun)();
        }
        (dump.watch.progress)(*done + size(&directory), None);
    });
    ended.map_err(|error| with_log(error, &log))?;
    (dump.watch.begun)();
    *done += size(&directory);
    for path in [log, omitted] {
        fs::remove_file(&path).map_err(|source| Error::file("remove", &path, source))?;
    }
    Ok(())
}

/// Whether all sessions have begun: only then are the locks let go that they have begun under. Different versions say it differently.
fn has_begun(log: &str) -> bool {
    log.lines().any(|line| {
        let line = line.to_ascii_lowercase();
        (line.contains("unlocking") || line.contains("releasing")) && (line.contains("table") || line.contains("lock"))
    })
}

/// A failure, with what the log says of faults.
fn with_log(error: Error, log: &Path) -> Error {
    let told = fs::read_to_string(log).unwrap_or_default();
    let is_fault = |line: &&str| ["CRITICAL", "ERROR", "Error"].iter().any(|word| line.contains(word));
    let faults: Vec<_> = told.lines().filter(is_fault).take(5).map(str::trim).collect();
    let error = if faults.is_empty() { error } else { error.hint(format!("its log says: {}", faults.join(" / "))) };
    error.hint("leave --backup-program out: the database's own program then writes the rows, too")
}

fn size(directory: &Path) -> u64 {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
}

/// The files with rows of a backup; none where the dump holds them.
///
/// # Errors
/// Where the directory cannot be read.
pub(super) fn files(data: &Path) -> Result<Vec<PathBuf>> {
    let directory = data.join(ROWS);
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let failed = |source| Error::file("read", &directory, source);
    let entries = fs::read_dir(&directory).map_err(failed)?.collect::<std::io::Result<Vec<_>>>().map_err(failed)?;
    let is_script = |path: &PathBuf| path.to_string_lossy().ends_with(".sql.gz") || path.to_string_lossy().ends_with(".sql");
    let mut files: Vec<_> = entries.into_iter().map(|entry| entry.path()).filter(is_script).collect();
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::has_begun;

    #[test]
    fn its_sessions_have_begun_when_the_locks_are_let_go() {
        assert!(!has_begun("[INFO] - Thread 4 connected using MySQL connection ID 15\n"));
        assert!(has_begun("[INFO] - Thread 4 connected\n[INFO] - Non-InnoDB dump complete, unlocking tables\n"));
        assert!(has_begun("Releasing FTWR lock\n"));
    }
}
