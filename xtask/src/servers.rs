//! The private PostgreSQL server of one test run or of one measurement.
//!
//! The server must be gone afterwards whatever happens to the run: a failure, a panic, Ctrl-C, SIGTERM, `kill -9`. So a
//! supervisor owns it: this program again, in a process group of its own, where the terminal's Ctrl-C does not reach it.
//! The run holds the writing end of a pipe that the supervisor reads. However the run ends, the system closes that pipe;
//! then the supervisor stops the server and removes its directory.

use std::fs::{self, DirBuilder, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::postgres;

/// The task by which this program starts itself as a supervisor: `supervise PURPOSE PROGRAMS DIRECTORY`.
pub const SUPERVISE: &str = "supervise";

/// How long a server may take to start or to stop on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two looks at a server that starts.
const PAUSE: Duration = Duration::from_millis(20);

/// How often another port is tried where the free one was taken before the server had it.
const ATTEMPTS: u32 = 5;

/// What a server is for, which decides how it is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Tests: fast, and ready for everything that they do.
    Tests,
    /// Measurements: as durable as PostgreSQL is by default, because people's servers are.
    Measurements,
}

impl Purpose {
    /// Durability is worth nothing for contents that are thrown away; the rest is what the tests need: many parallel
    /// sessions, prepared transactions and publications. Measurements keep every default but the size of the buffers,
    /// whose default is meant for machines of long ago.
    fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Tests => &[
                "listen_addresses=127.0.0.1",
                "fsync=off",
                "full_page_writes=off",
                "synchronous_commit=off",
                "max_connections=200",
                "max_prepared_transactions=10",
                "wal_level=logical",
                "shared_buffers=64MB",
            ],
            Self::Measurements => &["listen_addresses=127.0.0.1", "shared_buffers=256MB"],
        }
    }

    /// Its word, in arguments and names of directories.
    fn word(self) -> &'static str {
        match self {
            Self::Tests => "test",
            Self::Measurements => "bench",
        }
    }

    /// The purpose of a word.
    ///
    /// # Errors
    /// Where no purpose is called so.
    pub fn of_word(word: &str) -> Result<Self, String> {
        [Self::Tests, Self::Measurements]
            .into_iter()
            .find(|purpose| purpose.word() == word)
            .ok_or_else(|| format!("a server for `{word}` is unknown"))
    }
}

/// A running server. Dropping it stops the server and removes everything that it wrote.
#[derive(Debug)]
pub struct Server {
    url: String,
    supervisor: Child,
    cluster: Cluster,
}

impl Server {
    /// Creates a server and waits until it answers.
    ///
    /// # Errors
    /// Where it cannot be created or does not start; the supervisor has then told why and has cleaned up.
    pub fn start(purpose: Purpose, programs: &Path) -> Result<Self, String> {
        let program = std::env::current_exe().map_err(|error| format!("this program cannot find itself: {error}"))?;
        let directory = std::env::temp_dir().join(format!("cutover-{}-{}", purpose.word(), std::process::id()));
        let mut supervisor = Command::new(program)
            .args([SUPERVISE, purpose.word()])
            .args([programs, &directory])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the server's supervisor does not start: {error}"))?;
        let mut url = String::new();
        if let Some(output) = supervisor.stdout.take() {
            BufReader::new(output).read_line(&mut url).map_err(|error| format!("the server's supervisor does not answer: {error}"))?;
        }
        let url = url.trim_end().to_owned();
        if url.is_empty() {
            // Only to let it finish: it has told on stderr what was wrong.
            let _ = supervisor.wait();
            return Err("there is no private PostgreSQL server".to_owned());
        }
        let cluster = Cluster { purpose, programs: programs.to_path_buf(), directory };
        Ok(Self { url, supervisor, cluster })
    }

    /// The superuser's URL.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let stopped = self.supervisor.wait().is_ok_and(|status| status.success());
        if !stopped {
            // Someone killed the supervisor: its work is done from here.
            self.cluster.remove();
        }
    }
}

/// Runs a server in a new directory until standard input ends. Prints its URL when it answers.
///
/// # Errors
/// Where it cannot be created, does not start, or has ended by itself.
pub fn supervise(purpose: Purpose, programs: &Path, directory: &Path) -> Result<ExitCode, String> {
    let supervised = Supervised { server: None, cluster: Cluster::create(purpose, programs, directory)? };
    supervised.until_input_ends()?;
    Ok(ExitCode::SUCCESS)
}

/// What the supervisor has started. Dropping it ends the server before its directory goes.
struct Supervised {
    server: Option<Child>,
    cluster: Cluster,
}

impl Supervised {
    fn until_input_ends(mut self) -> Result<(), String> {
        let port = self.start()?;
        // Where nobody reads any more, nobody holds our input either: the next line ends at once.
        let _ = writeln!(io::stdout(), "postgres://postgres@127.0.0.1:{port}/postgres");
        let _ = io::stdin().read_to_end(&mut Vec::new());
        if self.has_ended() {
            return Err(format!("the private PostgreSQL server has ended by itself\n{}", self.cluster.end_of_log()));
        }
        Ok(())
    }

    /// Starts the server on a free port and waits until it answers.
    fn start(&mut self) -> Result<u16, String> {
        for attempt in 1.. {
            let port = free_port()?;
            self.server = Some(self.cluster.start(port)?);
            let patient_until = Instant::now() + PATIENCE;
            while !self.has_ended() {
                if self.cluster.is_ready() {
                    return Ok(port);
                }
                if Instant::now() > patient_until {
                    return Err(format!("the PostgreSQL server is not ready after {PATIENCE:?}\n{}", self.cluster.end_of_log()));
                }
                sleep(PAUSE);
            }
            let log = self.cluster.end_of_log();
            if attempt == ATTEMPTS || !log.contains("could not bind") {
                return Err(format!("the PostgreSQL server does not start\n{log}"));
            }
        }
        Err("no port is free".to_owned())
    }

    fn has_ended(&mut self) -> bool {
        self.server.as_mut().is_none_or(|server| !matches!(server.try_wait(), Ok(None)))
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.cluster.stop();
        if let Some(mut server) = self.server.take() {
            // Does nothing where it has stopped as told; otherwise the children follow when they miss their parent.
            let _ = server.kill();
            let _ = server.wait();
        }
        self.cluster.remove();
    }
}

/// The programs and files of one server.
#[derive(Debug)]
struct Cluster {
    purpose: Purpose,
    programs: PathBuf,
    directory: PathBuf,
}

impl Cluster {
    /// Initialises the server's files in a directory that must not exist yet. Nothing is left where that fails.
    fn create(purpose: Purpose, programs: &Path, directory: &Path) -> Result<Self, String> {
        DirBuilder::new()
            .mode(0o700)
            .create(directory)
            .map_err(|error| format!("the directory {} cannot be created: {error}", directory.display()))?;
        let cluster = Self { purpose, programs: programs.to_path_buf(), directory: directory.to_path_buf() };
        cluster.initialise().inspect_err(|_| cluster.remove())?;
        Ok(cluster)
    }

    fn initialise(&self) -> Result<(), String> {
        if postgres::is_root() {
            let (user, group) = postgres::unprivileged_account()?;
            chown(&self.directory, Some(user), Some(group))
                .map_err(|error| format!("{} cannot be given to another user: {error}", self.directory.display()))?;
        }
        let output = self
            .program("initdb")?
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--pgdata"])
            .arg(self.data())
            .output()
            .map_err(|error| format!("initdb does not start: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("initdb ended with {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
    }

    fn start(&self, port: u16) -> Result<Child, String> {
        let log = File::create(self.log()).map_err(|error| format!("{} cannot be written: {error}", self.log().display()))?;
        let log_too = log.try_clone().map_err(|error| format!("{} cannot be opened twice: {error}", self.log().display()))?;
        let mut server = self.program("postgres")?;
        server.arg("-D").arg(self.data()).arg("-k").arg(&self.directory).arg("-p").arg(port.to_string());
        for setting in self.purpose.settings() {
            server.args(["-c", setting]);
        }
        server
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(log_too)
            .spawn()
            .map_err(|error| format!("{} does not start: {error}", self.programs.join("postgres").display()))
    }

    /// Whether the server says that it answers. Its own file is asked, not the port, which a stranger may have taken.
    fn is_ready(&self) -> bool {
        let status = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        status.lines().nth(7).is_some_and(|state| state.trim() == "ready")
    }

    /// Stops the server, if one is running in these files.
    fn stop(&self) {
        let Ok(mut stop) = self.program("pg_ctl") else { return };
        // A server that is not running, or that does not stop, is the caller's to deal with.
        let _ = stop
            .args(["stop", "--wait", "--mode=immediate", "--silent", "--pgdata"])
            .arg(self.data())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }

    /// Stops the server, if one is running, and removes its files.
    fn remove(&self) {
        if !self.directory.exists() {
            return;
        }
        if self.data().join("postmaster.pid").exists() {
            self.stop();
        }
        if let Err(error) = fs::remove_dir_all(&self.directory) {
            eprintln!("warning: {} cannot be removed: {error}", self.directory.display());
        }
    }

    /// One of the programs, as the user who may run the server, from a directory that this user may read.
    fn program(&self, name: &str) -> Result<Command, String> {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(&self.directory);
        if postgres::is_root() {
            let (user, group) = postgres::unprivileged_account()?;
            command.uid(user).gid(group);
        }
        Ok(command)
    }

    fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    fn log(&self) -> PathBuf {
        self.directory.join("server.log")
    }

    fn end_of_log(&self) -> String {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

fn free_port() -> Result<u16, String> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("no port of 127.0.0.1 is free: {error}"))
}
