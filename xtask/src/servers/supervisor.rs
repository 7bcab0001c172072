//! The process that owns the servers of a run.

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::net::TcpListener;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitCode, Stdio};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use super::{Files, Kind, Product, Purpose};

/// How long a server may take to start or to stop on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two looks at a server that starts.
const PAUSE: Duration = Duration::from_millis(20);

/// How often another port is tried where the free one was taken before the server had it.
const ATTEMPTS: u32 = 5;

/// What the run writes to have the first server killed, as a machine that loses its memory would, and started again on the same
/// files and port. The answer is `RESTARTED`, when it answers again.
pub const CRASH: &str = "crash";

/// The answer to `CRASH`.
pub const RESTARTED: &str = "restarted";

/// Runs servers in a new directory until standard input ends. Prints their URLs on one line when all of them answer, and then
/// does what the lines of standard input say.
///
/// # Errors
/// Where one cannot be created, does not start, or has ended by itself.
pub fn supervise(product: &str, purpose: &str, count: &str, directory: &Path) -> Result<ExitCode, String> {
    let (product, purpose) = (Product::of_word(product)?, Purpose::of_word(purpose)?);
    let count = count.parse().map_err(|_| format!("`{count}` is no number of servers"))?;
    let mut supervised = Supervised { product, kind: product.kind()?, purpose, directory: directory.to_path_buf(), servers: Vec::new() };
    supervised.create(count)?;
    supervised.until_input_ends()?;
    Ok(ExitCode::SUCCESS)
}

/// Stops the servers of a supervisor that was killed, and removes what they wrote.
pub fn remove(product: Product, count: usize, directory: &Path) {
    if !directory.exists() {
        return;
    }
    if let Ok(kind) = product.kind() {
        let files: Vec<_> = (0..count).filter_map(|number| Files::below(kind.as_ref(), place(directory, number)).ok()).collect();
        stop(kind.as_ref(), files.iter());
    }
    if let Err(error) = fs::remove_dir_all(directory) {
        eprintln!("warning: {} cannot be removed: {error}", directory.display());
    }
}

/// What the supervisor has started. Dropping it ends the servers before their directory goes.
struct Supervised {
    product: Product,
    kind: Box<dyn Kind>,
    purpose: Purpose,
    directory: PathBuf,
    servers: Vec<Server>,
}

/// One of them.
struct Server {
    files: Files,
    port: u16,
    process: Option<Child>,
}

impl Supervised {
    /// Initialises the files of the servers in a directory that must not exist yet.
    fn create(&mut self, count: usize) -> Result<(), String> {
        // Others may pass through it, to what they own below.
        DirBuilder::new()
            .mode(0o711)
            .create(&self.directory)
            .map_err(|error| format!("the directory {} cannot be created: {error}", self.directory.display()))?;
        for number in 0..count {
            let files = Files::below(self.kind.as_ref(), place(&self.directory, number))?;
            files.create()?;
            match self.servers.first() {
                Some(first) => files.copy(&first.files)?,
                None => self.kind.initialise(&files)?,
            }
            self.servers.push(Server { files, port: 0, process: None });
        }
        Ok(())
    }

    fn until_input_ends(mut self) -> Result<(), String> {
        for server in &mut self.servers {
            server.start(self.kind.as_ref(), self.purpose)?;
        }
        for server in &mut self.servers {
            server.until_ready(self.product, self.kind.as_ref(), self.purpose)?;
        }
        let urls: Vec<_> = self.servers.iter().map(|server| self.kind.url(server.port)).collect();
        // Where nobody reads any more, nobody holds our input either: it ends at once.
        let _ = writeln!(io::stdout(), "{}", urls.join(" "));
        for line in io::stdin().lines().map_while(Result::ok) {
            let server = self.servers.first_mut().filter(|_| line == CRASH);
            let server = server.ok_or_else(|| format!("nobody knows what to do at `{line}`"))?;
            server.crash(self.product, self.kind.as_ref(), self.purpose)?;
            let _ = writeln!(io::stdout(), "{RESTARTED}");
        }
        for server in &mut self.servers {
            if server.has_ended() {
                return Err(format!("a private {} server has ended by itself\n{}", self.product, server.files.end_of_log()));
            }
        }
        Ok(())
    }
}

impl Server {
    /// Starts it on a free port.
    fn start(&mut self, kind: &dyn Kind, purpose: Purpose) -> Result<(), String> {
        self.port = free_port()?;
        self.start_on_port(kind, purpose)
    }

    fn start_on_port(&mut self, kind: &dyn Kind, purpose: Purpose) -> Result<(), String> {
        let (log, log_too) = self.files.new_log()?;
        let mut command = kind.server(&self.files, purpose, self.port)?;
        command.stdin(Stdio::null()).stdout(log).stderr(log_too);
        let process = command.spawn().map_err(|error| format!("{} does not start: {error}", command.get_program().display()))?;
        self.process = Some(process);
        Ok(())
    }

    /// Waits until it answers; on another port where somebody else was faster.
    fn until_ready(&mut self, product: Product, kind: &dyn Kind, purpose: Purpose) -> Result<(), String> {
        for _ in 0..ATTEMPTS {
            let patient_until = Instant::now() + PATIENCE;
            while !self.has_ended() {
                if self.is_ready(kind) {
                    return Ok(());
                }
                if Instant::now() > patient_until {
                    return Err(format!("the {product} server is not ready after {PATIENCE:?}\n{}", self.files.end_of_log()));
                }
                sleep(PAUSE);
            }
            if !kind.port_was_taken(&self.files.told()) {
                return Err(format!("the {product} server does not start\n{}", self.files.end_of_log()));
            }
            self.start(kind, purpose)?;
        }
        Err(format!("every port of the {product} server was taken before it had it\n{}", self.files.end_of_log()))
    }

    /// Kills it and starts it again, until it answers.
    fn crash(&mut self, product: Product, kind: &dyn Kind, purpose: Purpose) -> Result<(), String> {
        if let Some(mut process) = self.process.take() {
            // Where it has ended already, there is nothing to kill.
            let _ = process.kill();
            let _ = process.wait();
        }
        let patient_until = Instant::now() + PATIENCE;
        loop {
            self.start_on_port(kind, purpose)?;
            while !self.has_ended() {
                if self.is_ready(kind) {
                    return Ok(());
                }
                sleep(PAUSE);
            }
            // What the killed server has left (children, the port) may take a moment to go.
            if Instant::now() > patient_until {
                return Err(format!("the {product} server does not start again after a crash\n{}", self.files.end_of_log()));
            }
            sleep(PAUSE);
        }
    }

    fn is_ready(&self, kind: &dyn Kind) -> bool {
        self.process.as_ref().is_some_and(|process| kind.is_ready(&self.files, process.id()))
    }

    fn has_ended(&mut self) -> bool {
        self.process.as_mut().is_none_or(|process| !matches!(process.try_wait(), Ok(None)))
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        stop(self.kind.as_ref(), self.servers.iter().map(|server| &server.files));
        for server in &mut self.servers {
            if let Some(mut process) = server.process.take() {
                // Does nothing where it has stopped as told; otherwise the children follow when they miss their parent.
                let _ = process.kill();
                let _ = process.wait();
            }
        }
        // Nothing was written where the directory was somebody else's.
        if self.directory.exists()
            && !self.servers.is_empty()
            && let Err(error) = fs::remove_dir_all(&self.directory)
        {
            eprintln!("warning: {} cannot be removed: {error}", self.directory.display());
        }
    }
}

/// Stops servers, side by side: each may take a second.
fn stop<'a>(kind: &dyn Kind, servers: impl Iterator<Item = &'a Files>) {
    thread::scope(|scope| {
        for files in servers {
            scope.spawn(|| kind.stop(files));
        }
    });
}

/// The directory of one of the servers.
fn place(directory: &Path, number: usize) -> PathBuf {
    directory.join((number + 1).to_string())
}

fn free_port() -> Result<u16, String> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("no port of 127.0.0.1 is free: {error}"))
}
