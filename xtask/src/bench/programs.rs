//! The programs of both sides, and how they are called.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::cargo;

/// The variable that names a program to measure instead of the checkout's own.
const CUTOVER_VARIABLE: &str = "CUTOVER";

/// Between two looks at a program's memory.
const PAUSE: Duration = Duration::from_millis(2);

/// Where the programs are.
#[derive(Debug)]
pub struct Programs {
    postgres: PathBuf,
    cutover: PathBuf,
    scan: PathBuf,
}

impl Programs {
    /// Builds cutover as people build it, and, where it is wanted, the example that scans.
    ///
    /// # Errors
    /// Where they do not build.
    pub fn build(root: &Path, postgres: PathBuf, scans: bool) -> Result<Self, String> {
        let cutover = match env::var_os(CUTOVER_VARIABLE) {
            Some(named) => PathBuf::from(named).canonicalize().map_err(|error| format!("{CUTOVER_VARIABLE}: {error}"))?,
            None => {
                build(root, &["--package", "cutover-cli"])?;
                root.join("target/release/cutover")
            }
        };
        if scans {
            build(root, &["--package", "cutover", "--example", "scan"])?;
        }
        Ok(Self { postgres, cutover, scan: root.join("target/release/examples/scan") })
    }

    /// The program that is measured.
    pub fn path_of_cutover(&self) -> &Path {
        &self.cutover
    }

    /// `cutover`, quiet, with its runs below a directory.
    pub fn cutover(&self, home: &Path) -> Command {
        let mut command = Command::new(&self.cutover);
        command.arg("--quiet").arg("--home").arg(home);
        command
    }

    /// The example that scans.
    pub fn scan(&self) -> Command {
        Command::new(&self.scan)
    }

    /// `psql`, which ends at the first error.
    pub fn psql(&self, url: &str) -> Command {
        let mut command = Command::new("psql");
        command.env("PATH", self.path()).arg(url);
        command.args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1"]);
        command
    }

    /// `PATH` with the programs of the server's own version first.
    pub fn path(&self) -> OsString {
        let others = env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(self.postgres.clone()).chain(env::split_paths(&others));
        env::join_paths(all).unwrap_or(others)
    }

    /// `cutover 0.1.0`.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn version_of_cutover(&self) -> Result<String, String> {
        output(Command::new(&self.cutover).arg("--version"))
    }

    /// `PostgreSQL 15.8`.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn version_of_postgres(&self) -> Result<String, String> {
        let told = output(Command::new(self.postgres.join("postgres")).arg("--version"))?;
        Ok(format!("PostgreSQL {}", told.split(' ').nth(2).unwrap_or(&told)))
    }

    /// `3.40.1`: of the program `sqlite3`, not of the SQLite that is built into cutover.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn version_of_sqlite(&self) -> Result<String, String> {
        let told = output(Command::new("sqlite3").arg("--version"))
            .map_err(|error| format!("{error}\nthe measurements need the program sqlite3: install Debian's package of this name"))?;
        Ok(told.split(' ').next().unwrap_or(&told).to_owned())
    }
}

fn build(root: &Path, what: &[&str]) -> Result<(), String> {
    let status = cargo::command(root).args(["build", "--release", "--quiet"]).args(what).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`cargo build --release {}` ended with {status}", what.join(" "))),
        Err(error) => Err(format!("cargo does not start: {error}")),
    }
}

/// What a program prints, without the white space around it.
///
/// # Errors
/// Where it does not start, or fails: with what it says on stderr.
pub fn output(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| not_started(command, &error))?;
    succeeded(command, &output)?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The seconds that a program takes.
///
/// # Errors
/// As of [`output`].
pub fn seconds(command: &mut Command) -> Result<f64, String> {
    let began = Instant::now();
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let output = command.output().map_err(|error| not_started(command, &error))?;
    let seconds = began.elapsed().as_secs_f64();
    succeeded(command, &output)?;
    Ok(seconds)
}

/// What a program did whose exit code says more than failure.
#[derive(Debug, Default)]
pub struct Ended {
    /// From its start to its end.
    pub seconds: f64,
    /// What it printed as its result.
    pub told: String,
    /// What it said meanwhile.
    talk: String,
}

impl Ended {
    /// Another program that was started after this one had ended.
    pub fn add(&mut self, next: Self) {
        self.seconds += next.seconds;
        self.told.push_str(&next.told);
        self.talk.push_str(&next.talk);
    }

    /// What it said meanwhile in lines that begin with a word.
    pub fn talked_of<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'a str> {
        self.talk.lines().filter(move |line| line.starts_with(word))
    }

    /// The first error that it logged and went on, or ended as if all were well.
    pub fn complaint(&self) -> Option<&str> {
        [&self.told, &self.talk].into_iter().flat_map(|text| text.lines()).find_map(|line| Some(line.split_once("ERROR - ")?.1.trim()))
    }
}

/// Runs a program that may end with any of some codes.
///
/// # Errors
/// As of [`output`], but for these codes.
pub fn ended(command: &mut Command, codes: &[i32]) -> Result<Ended, String> {
    let began = Instant::now();
    let output = command.stdin(Stdio::null()).output().map_err(|error| not_started(command, &error))?;
    let seconds = began.elapsed().as_secs_f64();
    if !output.status.code().is_some_and(|code| codes.contains(&code)) {
        succeeded(command, &output)?;
    }
    let [told, talk] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok(Ended { seconds, told, talk })
}

/// The most memory that a program had at once, in bytes: the high-water mark that Linux keeps, read again and again until
/// the program ends. What it takes in its very last milliseconds may be missed.
///
/// # Errors
/// As of [`output`], or where the system keeps no such mark.
pub fn peak(command: &mut Command) -> Result<u64, String> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| not_started(command, &error))?;
    let peak = watch(&mut child);
    let output = child.wait_with_output().map_err(|error| not_started(command, &error))?;
    succeeded(command, &output)?;
    peak.ok_or_else(|| "peak memory can only be read on Linux".to_owned())
}

fn watch(child: &mut Child) -> Option<u64> {
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = None;
    while matches!(child.try_wait(), Ok(None)) {
        // A program that has just ended has no mark any more; the one before it stands.
        peak = peak.max(fs::read_to_string(&status).ok().as_deref().and_then(high_water_mark));
        sleep(PAUSE);
    }
    peak
}

/// `VmHWM:     4096 kB`, in bytes.
fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

fn not_started(command: &Command, error: &std::io::Error) -> String {
    format!("{} does not start: {error}", command.get_program().display())
}

fn succeeded(command: &Command, output: &Output) -> Result<(), String> {
    if output.status.success() {
        return Ok(());
    }
    let told = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned()).join("\n");
    Err(format!("{} ended with {}\n{}", command.get_program().display(), output.status, told.trim()))
}

#[cfg(test)]
mod tests {
    use super::{ended, high_water_mark, output};
    use std::process::Command;

    #[test]
    fn the_mark_is_found_and_counted_in_bytes() {
        assert_eq!(high_water_mark("Name:\tx\nVmPeak:\t  90 kB\nVmHWM:\t      42 kB\n"), Some(42 * 1024));
        assert_eq!(high_water_mark("Name:\tx\n"), None);
    }

    #[test]
    fn a_program_that_fails_tells_why() {
        let failed = output(Command::new("sh").args(["-c", "echo out; echo why >&2; exit 3"])).unwrap_err();
        assert!(failed.contains("exit status: 3") && failed.contains("why"), "{failed}");
    }

    #[test]
    fn an_expected_code_is_no_failure_and_a_logged_error_is_a_complaint() {
        let script = ["-c", "echo '- 1, 2'; echo '[12:00] ERROR - broken' >&2; exit 1"];
        assert!(ended(Command::new("sh").args(script), &[0]).is_err());
        let ended = ended(Command::new("sh").args(script), &[0, 1]).unwrap();
        assert_eq!((ended.told.as_str(), ended.complaint()), ("- 1, 2\n", Some("broken")));
    }
}
