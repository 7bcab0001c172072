//! Servers of a test's own, which it may kill: by the programs of this machine, on a free port, in a directory that goes with the test.

// Each test program uses its own part of this module.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a server may take to answer.
const STARTING: Duration = Duration::from_secs(60);

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    Postgres,
    MariaDb,
}

/// A server that dies with the test.
pub struct OwnServer {
    product: Product,
    port: u16,
    directory: TempDir,
    process: Option<Child>,
}

impl OwnServer {
    /// A new, empty server.
    pub fn start(product: Product) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // The path of a socket must be short, which that of a person's own directory for temporary files is not everywhere.
        let place = Some(std::env::temp_dir()).filter(|path| path.as_os_str().len() < 40).unwrap_or_else(|| "/tmp".into());
        let directory = tempfile::Builder::new().prefix("cutover-own-").tempdir_in(place).unwrap();
        if let Some((user, group)) = account() {
            chown(directory.path(), Some(user), Some(group)).unwrap();
        }
        let mut server = Self { product, port, directory, process: None };
        let data = server.data();
        let output = match product {
            Product::Postgres => {
                let mut initdb = server.command("initdb");
                initdb
                    .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--pgdata"])
                    .arg(&data)
                    .output()
            }
            Product::MariaDb => {
                let mut install = server.command("mariadb-install-db");
                install.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]);
                install.args(["--innodb-log-file-size=16M"]).arg(format!("--datadir={}", data.display())).output()
            }
        };
        let output = output.unwrap_or_else(|error| panic!("the programs of {product:?} are not installed: {error}"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        if product == Product::MariaDb {
            let accounts = "CREATE OR REPLACE USER root@'127.0.0.1' IDENTIFIED BY 'of its own';\nGRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n";
            std::fs::write(server.directory.path().join("accounts.sql"), accounts).unwrap();
        }
        server.again();
        server
    }

    /// Starts it once more, after it was killed, and waits until it answers.
    pub fn again(&mut self) {
        assert!(self.process.is_none(), "it runs");
        let log = self.directory.path().join("log");
        let told = || std::fs::read_to_string(&log).unwrap_or_default();
        let since = Instant::now();
        self.process = Some(self.spawn(&log));
        while !self.answers() {
            assert!(since.elapsed() < STARTING, "the server does not answer: {}", told());
            std::thread::sleep(Duration::from_millis(100));
            // The children of a killed PostgreSQL server end by themselves, and no new one begins before.
            if self.process.as_mut().unwrap().try_wait().unwrap().is_some() {
                assert!(told().contains("still in use") || told().contains("lock file"), "the server has ended: {}", told());
                self.process = Some(self.spawn(&log));
            }
        }
    }

    fn spawn(&self, log: &Path) -> Child {
        let (data, directory, port) = (self.data(), self.directory.path(), self.port);
        let log = std::fs::File::create(log).unwrap();
        let mut command = match self.product {
            Product::Postgres => {
                let mut server = self.command("postgres");
                server.arg("-D").arg(data).arg("-k").arg(directory).args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
                server
            }
            Product::MariaDb => {
                let mut server = self.command("mariadbd");
                server.args(["--no-defaults", "--bind-address=127.0.0.1", "--skip-name-resolve", "--innodb-buffer-pool-size=32M"]);
                server.args(["--innodb-log-file-size=16M", "--character-set-server=utf8mb4", "--event-scheduler=ON"]);
                server.arg(format!("--port={port}")).arg(format!("--datadir={}", data.display()));
                server.arg(format!("--socket={}", directory.join("socket").display()));
                server.arg(format!("--init-file={}", directory.join("accounts.sql").display()));
                server
            }
        };
        let process = command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn();
        process.unwrap_or_else(|error| panic!("the programs of {:?} are not installed: {error}", self.product))
    }

    /// Kills it, as by a power cut.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.process.as_ref().unwrap().id()
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        match self.product {
            Product::Postgres => format!("postgres://postgres@127.0.0.1:{}/{database}", self.port),
            Product::MariaDb => format!("mysql://root:of%20its%20own@127.0.0.1:{}/{database}", self.port),
        }
    }

    /// Runs statements in one of its databases, by the product's own client.
    #[track_caller]
    pub fn execute(&self, database: &str, sql: &str) {
        let file = self.directory.path().join("statements.sql");
        std::fs::write(&file, sql).unwrap();
        let mut client = self.client(database);
        let output = client.stdin(std::fs::File::open(&file).unwrap()).output().unwrap();
        assert!(output.status.success(), "{}\n{sql}", String::from_utf8_lossy(&output.stderr));
    }

    /// The first value of a query.
    #[track_caller]
    pub fn value(&self, database: &str, sql: &str) -> String {
        let mut client = self.client(database);
        let word = if self.product == Product::Postgres { "-c" } else { "-e" };
        let output = client.args([word, sql]).output().unwrap();
        assert!(output.status.success(), "{}\n{sql}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().next().unwrap_or_default().to_owned()
    }

    fn client(&self, database: &str) -> Command {
        let port = self.port.to_string();
        match self.product {
            Product::Postgres => {
                let mut client = self.command("psql");
                client.args([
                    "-X",
                    "-q",
                    "-A",
                    "-t",
                    "-v",
                    "ON_ERROR_STOP=1",
                    "-h",
                    "127.0.0.1",
                    "-U",
                    "postgres",
                    "-p",
                    &port,
                    "-d",
                    database,
                ]);
                client
            }
            Product::MariaDb => {
                let mut client = self.command("mariadb");
                client
                    .args(["--no-defaults", "-N", "-B", "-h", "127.0.0.1", "-u", "root", "-P", &port, database])
                    .env("MYSQL_PWD", "of its own");
                client
            }
        }
    }

    fn answers(&self) -> bool {
        let (database, question) = match self.product {
            Product::Postgres => ("postgres", "-c"),
            Product::MariaDb => ("mysql", "-e"),
        };
        self.client(database).args([question, "SELECT 1"]).output().is_ok_and(|output| output.status.success())
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(path_of(self.product, program));
        // MariaDB removes, as it starts, what others left in its directory for temporary files: in one for all, those of another test.
        command.current_dir(self.directory.path()).env("TMPDIR", self.directory.path());
        if let Some((user, group)) = account() {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // The test is over; a server that is gone already is as good.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// As whom a server runs where this process is root, which no server does.
fn account() -> Option<(u32, u32)> {
    let number = |arguments: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if number(&["-u"]) != Some(0) {
        return None;
    }
    ["postgres", "mysql", "nobody"].iter().find_map(|user| Some((number(&["-u", user])?, number(&["-g", user])?)))
}

fn path_of(product: Product, program: &str) -> PathBuf {
    let (variable, installed): (_, &[&str]) = match product {
        Product::Postgres => ("CUTOVER_TEST_POSTGRES_BIN", &[]),
        Product::MariaDb => ("CUTOVER_TEST_MYSQL_BIN", &["/usr/sbin", "/usr/bin", "/usr/libexec"]),
    };
    let named = std::env::var_os(variable).unwrap_or_default();
    let versions = || -> Vec<PathBuf> {
        let entries = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut found: Vec<_> = entries.map(|entry| entry.path().join("bin")).collect();
        found.sort();
        found.reverse();
        found
    };
    let more = if product == Product::Postgres { versions() } else { installed.iter().map(PathBuf::from).collect() };
    let path = std::env::split_paths(&named).chain(more).map(|directory| directory.join(program)).find(|path| path.is_file());
    path.unwrap_or_else(|| Path::new(program).to_owned())
}
