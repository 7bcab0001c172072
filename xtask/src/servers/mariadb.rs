//! How a private MariaDB server is created, started and stopped.

use std::fs::File;
use std::io::Read;
use std::process::{Command, Stdio};

use super::{Files, Kind, Purpose};
use crate::mariadb::{self, Programs};

/// MariaDB, by the programs of this machine.
pub struct MariaDb {
    programs: Programs,
    /// The superuser's, for this run alone. It is a real one, so that a test sees it wherever it is printed.
    password: String,
}

impl MariaDb {
    /// The programs that this machine has, and a new password.
    ///
    /// # Errors
    /// Where there are none, or the system has no randomness.
    pub fn new() -> Result<Self, String> {
        Ok(Self { programs: mariadb::find_or_install()?, password: new_password()? })
    }

    fn program(&self, name: &str, files: &Files) -> Command {
        files.command(self.programs.path_of(name))
    }
}

/// The file with the account of the program that stops a server.
const CLIENT: &str = "client.cnf";

/// The server's default would be latin1, which no distribution's own configuration keeps.
const ALWAYS: [&str; 5] = [
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_general_ci",
    "--performance-schema=OFF",
];

/// Tests: nothing is flushed to the disk, but what is committed has been written, so that it outlives a killed server. A
/// binary log as on servers with replicas; buffers that let several servers stand on a small machine. Measurements keep
/// every default but the size of the buffers.
fn settings(purpose: Purpose) -> &'static [&'static str] {
    match purpose {
        Purpose::Tests => &[
            "--innodb-flush-method=nosync",
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-buffer-pool-size=32M",
            "--innodb-log-file-size=16M",
            "--innodb-log-buffer-size=2M",
            "--innodb-fast-shutdown=2",
            "--innodb-buffer-pool-dump-at-shutdown=OFF",
            "--key-buffer-size=1M",
            "--aria-pagecache-buffer-size=8M",
            "--sync-frm=OFF",
            "--max-connections=300",
            "--server-id=1",
            "--log-bin=binlog",
            "--binlog-format=ROW",
            "--sync-binlog=0",
        ],
        Purpose::Measurements => &["--innodb-buffer-pool-size=256M"],
    }
}

impl Kind for MariaDb {
    fn users(&self) -> &'static [&'static str] {
        &["mysql", "nobody"]
    }

    fn initialise(&self, files: &Files) -> Result<(), String> {
        let output = self
            .program("mariadb-install-db", files)
            .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"])
            .args(["--innodb-flush-method=nosync", "--innodb-log-file-size=16M"])
            .arg(format!("--datadir={}", files.data().display()))
            // A server that starts removes what others left in its directory for temporary files: one for all would take theirs, too.
            .env("TMPDIR", files.directory())
            .output()
            .map_err(|error| format!("mariadb-install-db does not start: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        Err(format!("mariadb-install-db ended with {}\n{told}", output.status))
    }

    fn server(&self, files: &Files, purpose: Purpose, port: u16) -> Result<Command, String> {
        let socket = files.directory().join("socket");
        let password = &self.password;
        files.write_private(CLIENT, &format!("[client]\nuser=root\npassword={password}\nsocket={}\n", socket.display()))?;
        // The server reads it before it answers anybody. A later start finds the account and sets it once more.
        let accounts = files.write_private(
            "accounts.sql",
            &format!(
                "SET SESSION sql_log_bin = 0;\n\
                 ALTER USER root@localhost IDENTIFIED BY '{password}';\n\
                 CREATE OR REPLACE USER root@'127.0.0.1' IDENTIFIED BY '{password}';\n\
                 GRANT ALL PRIVILEGES ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n"
            ),
        )?;
        let mut server = self.program("mariadbd", files);
        server.arg("--no-defaults").args(ALWAYS).args(settings(purpose));
        server.arg(format!("--port={port}"));
        for (option, path) in
            [("datadir", files.data()), ("tmpdir", files.directory().to_path_buf()), ("socket", socket), ("init-file", accounts)]
        {
            server.arg(format!("--{option}={}", path.display()));
        }
        Ok(server)
    }

    fn is_ready(&self, files: &Files, _: u32) -> bool {
        // Every start has a log of its own.
        files.told().contains("ready for connections")
    }

    fn port_was_taken(&self, log: &str) -> bool {
        log.contains("Bind on TCP/IP port")
    }

    fn stop(&self, files: &Files) {
        if !files.directory().join("socket").exists() {
            return;
        }
        // A server that does not stop is the caller's to deal with.
        let _ = self
            .program("mariadb-admin", files)
            .arg(format!("--defaults-file={}", files.directory().join(CLIENT).display()))
            .arg("shutdown")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }

    fn url(&self, port: u16) -> String {
        format!("mysql://root:{}@127.0.0.1:{port}/", self.password)
    }
}

/// Thirty-two hexadecimal digits.
fn new_password() -> Result<String, String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .map_err(|error| format!("the system has no random bytes for a password: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
