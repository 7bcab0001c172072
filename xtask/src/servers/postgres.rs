//! How a private PostgreSQL server is created, started and stopped.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{Files, Kind, Purpose};
use crate::postgres;

/// PostgreSQL, by the programs of one version.
pub struct Postgres {
    programs: PathBuf,
}

impl Postgres {
    /// The programs that this machine has.
    ///
    /// # Errors
    /// Where there are none.
    pub fn new() -> Result<Self, String> {
        Ok(Self { programs: postgres::find_or_install()? })
    }

    fn program(&self, name: &str, files: &Files) -> Command {
        files.command(self.programs.join(name))
    }
}

/// Durability is worth nothing for contents that are thrown away; the rest is what the tests need: many parallel
/// sessions, prepared transactions and publications. Measurements keep every default but the size of the buffers,
/// whose default is meant for machines of long ago.
fn settings(purpose: Purpose) -> &'static [&'static str] {
    match purpose {
        Purpose::Tests => &[
            "listen_addresses=127.0.0.1",
            "fsync=off",
            "full_page_writes=off",
            "synchronous_commit=off",
            "max_connections=200",
            "max_prepared_transactions=10",
            "wal_level=logical",
            "shared_buffers=64MB",
        ],
        Purpose::Measurements => &["listen_addresses=127.0.0.1", "shared_buffers=256MB"],
    }
}

impl Kind for Postgres {
    fn users(&self) -> &'static [&'static str] {
        &["postgres", "nobody"]
    }

    fn initialise(&self, files: &Files) -> Result<(), String> {
        let output = self
            .program("initdb", files)
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--pgdata"])
            .arg(files.data())
            .output()
            .map_err(|error| format!("initdb does not start: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("initdb ended with {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
    }

    fn server(&self, files: &Files, purpose: Purpose, port: u16) -> Result<Command, String> {
        let mut server = self.program("postgres", files);
        server.arg("-D").arg(files.data()).arg("-k").arg(files.directory()).arg("-p").arg(port.to_string());
        for setting in settings(purpose) {
            server.args(["-c", setting]);
        }
        Ok(server)
    }

    fn is_ready(&self, files: &Files, process: u32) -> bool {
        let status = fs::read_to_string(files.data().join("postmaster.pid")).unwrap_or_default();
        // A server that was killed has left its own.
        let own = status.lines().next().is_some_and(|number| number.trim() == process.to_string());
        own && status.lines().nth(7).is_some_and(|state| state.trim() == "ready")
    }

    fn port_was_taken(&self, log: &str) -> bool {
        log.contains("could not bind")
    }

    fn stop(&self, files: &Files) {
        if !files.data().join("postmaster.pid").exists() {
            return;
        }
        // A server that does not stop is the caller's to deal with.
        let _ = self
            .program("pg_ctl", files)
            .args(["stop", "--wait", "--mode=immediate", "--silent", "--pgdata"])
            .arg(files.data())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }

    fn url(&self, port: u16) -> String {
        format!("postgres://postgres@127.0.0.1:{port}/postgres")
    }
}
