//! The private servers of one test run or of one measurement.
//!
//! The servers must be gone afterwards whatever happens to the run: a failure, a panic, Ctrl-C, SIGTERM, `kill -9`. So a
//! supervisor owns them: this program again, in a process group of its own, where the terminal's Ctrl-C does not reach it.
//! The run holds the writing end of a pipe that the supervisor reads. However the run ends, the system closes that pipe;
//! then the supervisor stops the servers and removes their directory.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

mod files;
mod mariadb;
mod postgres;
mod supervisor;

use files::Files;
pub use supervisor::supervise;

/// The task by which this program starts itself as a supervisor: `supervise PRODUCT PURPOSE COUNT DIRECTORY`.
pub const SUPERVISE: &str = "supervise";

/// What a server is for, which decides how it is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Tests: fast, and ready for everything that they do.
    Tests,
    /// Measurements: as durable as the product is by default, because people's servers are.
    Measurements,
}

impl Purpose {
    /// Its word, in arguments and names of directories.
    fn word(self) -> &'static str {
        match self {
            Self::Tests => "test",
            Self::Measurements => "bench",
        }
    }

    fn of_word(word: &str) -> Result<Self, String> {
        [Self::Tests, Self::Measurements]
            .into_iter()
            .find(|purpose| purpose.word() == word)
            .ok_or_else(|| format!("a server for `{word}` is unknown"))
    }
}

/// What there is a server of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// PostgreSQL.
    Postgres,
    /// MariaDB.
    MariaDb,
}

impl Product {
    /// Its word, in arguments and names of directories.
    fn word(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::MariaDb => "mariadb",
        }
    }

    fn of_word(word: &str) -> Result<Self, String> {
        [Self::Postgres, Self::MariaDb]
            .into_iter()
            .find(|product| product.word() == word)
            .ok_or_else(|| format!("a server of `{word}` is unknown"))
    }

    /// How its servers are handled on this machine.
    fn kind(self) -> Result<Box<dyn Kind>, String> {
        Ok(match self {
            Self::Postgres => Box::new(postgres::Postgres::new()?),
            Self::MariaDb => Box::new(mariadb::MariaDb::new()?),
        })
    }
}

impl fmt::Display for Product {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Postgres => "PostgreSQL",
            Self::MariaDb => "MariaDB",
        })
    }
}

/// How the servers of one product are created, started and stopped. Everything that they write is below their `Files`.
trait Kind: Sync {
    /// The users as whom a server runs where this is root, the best first.
    fn users(&self) -> &'static [&'static str];

    /// Writes the files of a new server.
    ///
    /// # Errors
    /// What the product's own program says.
    fn initialise(&self, files: &Files) -> Result<(), String>;

    /// The command that runs the server in the foreground.
    ///
    /// # Errors
    /// Where a file that it needs cannot be written.
    fn server(&self, files: &Files, purpose: Purpose, port: u16) -> Result<Command, String>;

    /// Whether the server, which is this process, says that it answers. Its own files are asked, not the port, which a stranger
    /// may have taken.
    fn is_ready(&self, files: &Files, process: u32) -> bool;

    /// Whether a log tells that somebody else has the port.
    fn port_was_taken(&self, log: &str) -> bool;

    /// Stops the server at once, if one is running in these files. One that does not stop is the caller's to deal with.
    fn stop(&self, files: &Files);

    /// The superuser's URL.
    fn url(&self, port: u16) -> String;
}

/// Running servers of one product. Dropping them stops the servers and removes everything that they wrote.
#[derive(Debug)]
pub struct Servers {
    product: Product,
    urls: Vec<String>,
    supervisor: Child,
    answers: BufReader<ChildStdout>,
    directory: PathBuf,
}

impl Servers {
    /// Creates servers and waits until all of them answer.
    ///
    /// # Errors
    /// Where one cannot be created or does not start; the supervisor has then told why and has cleaned up.
    pub fn start(product: Product, purpose: Purpose, count: usize) -> Result<Self, String> {
        let program = std::env::current_exe().map_err(|error| format!("this program cannot find itself: {error}"))?;
        let directory = std::env::temp_dir().join(format!("cutover-{}-{}-{}", purpose.word(), product.word(), std::process::id()));
        let mut supervisor = Command::new(program)
            .args([SUPERVISE, product.word(), purpose.word(), &count.to_string()])
            .arg(&directory)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the servers' supervisor does not start: {error}"))?;
        let mut answers = BufReader::new(supervisor.stdout.take().ok_or("the servers' supervisor has no output")?);
        let line = next_line(&mut answers)?;
        let urls: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        if urls.is_empty() {
            // Only to let it finish: it has told on stderr what was wrong.
            let _ = supervisor.wait();
            return Err(format!("there is no private {product} server"));
        }
        Ok(Self { product, urls, supervisor, answers, directory })
    }

    /// The superuser's URL of the first server.
    pub fn url(&self) -> &str {
        self.urls.first().map_or("", String::as_str)
    }

    /// Kills the first server and starts it again on the same files and port; it answers when this returns.
    ///
    /// # Errors
    /// Where it does not start again.
    pub fn crash(&mut self) -> Result<(), String> {
        let told = self.supervisor.stdin.as_mut().map(|input| writeln!(input, "{}", supervisor::CRASH).and_then(|()| input.flush()));
        match (told, next_line(&mut self.answers)?.as_str()) {
            (Some(Ok(())), supervisor::RESTARTED) => Ok(()),
            _ => Err(format!("the {} server was killed, and does not start again", self.product)),
        }
    }

    /// The superuser's URLs of the servers behind the first.
    pub fn further_urls(&self) -> &[String] {
        self.urls.get(1..).unwrap_or_default()
    }
}

/// What the supervisor says next, without the line's end; nothing where it has ended.
fn next_line(answers: &mut BufReader<ChildStdout>) -> Result<String, String> {
    let mut line = String::new();
    answers.read_line(&mut line).map_err(|error| format!("the servers' supervisor does not answer: {error}"))?;
    Ok(line.trim_end().to_owned())
}

impl Drop for Servers {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let stopped = self.supervisor.wait().is_ok_and(|status| status.success());
        if !stopped {
            // Someone killed the supervisor: its work is done from here.
            supervisor::remove(self.product, self.urls.len(), &self.directory);
        }
    }
}
