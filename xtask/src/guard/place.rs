//! The databases of the cases: a new one for each, on private servers or in a file.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::project::{Database, Project};
use crate::mariadb::{self, Account};
use crate::postgres;
use crate::servers::{Product, Purpose, Servers};

/// The private servers.
pub struct Place {
    postgres: Servers,
    postgres_programs: PathBuf,
    mariadb: Servers,
    mariadb_programs: mariadb::Programs,
    databases: Cell<u32>,
}

/// A new database.
#[derive(Debug)]
pub struct Address {
    /// Its URL, with the password.
    pub url: String,
    database: Database,
    /// Its file, where it is one.
    file: PathBuf,
    /// Its name on its server, where it has one.
    name: String,
}

impl Place {
    /// Starts the servers.
    ///
    /// # Errors
    /// Where one does not start.
    pub fn start() -> Result<Self, String> {
        let postgres_programs = postgres::find_or_install()?;
        let mariadb_programs = mariadb::find_or_install()?;
        let postgres = Servers::start(Product::Postgres, Purpose::Tests, 1)?;
        let mariadb = Servers::start(Product::MariaDb, Purpose::Tests, 1)?;
        Ok(Self { postgres, postgres_programs, mariadb, mariadb_programs, databases: Cell::new(0) })
    }

    /// The directories of the servers' programs, which a tool may call.
    pub fn programs(&self) -> Vec<PathBuf> {
        let mariadb = std::env::split_paths(&self.mariadb_programs.directories()).collect::<Vec<_>>();
        std::iter::once(self.postgres_programs.clone()).chain(mariadb).collect()
    }

    /// Creates an empty database for a project that is worked on in a directory.
    ///
    /// # Errors
    /// Where that fails.
    pub fn new_database(&self, project: &Project, directory: &Path) -> Result<Address, String> {
        self.databases.set(self.databases.get() + 1);
        let name = format!("guarded_{}", self.databases.get());
        let file = directory.join("guarded.db");
        let url = match project.database {
            Database::Sqlite => {
                std::fs::write(&file, "").map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
                file.display().to_string()
            }
            Database::Postgres => {
                let mut psql = self.psql(self.postgres.url());
                succeed(psql.args(["--command", &format!("CREATE DATABASE {name}")]))?;
                self.postgres.url().rsplit_once('/').map_or_else(String::new, |(server, _)| format!("{server}/{name}"))
            }
            Database::Mysql => {
                succeed(self.mariadb()?.args(["--execute", &format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")]))?;
                format!("{}{name}", self.mariadb.url())
            }
        };
        let pattern = project.url.as_deref().unwrap_or("{url}");
        let url = pattern.replace("{url}", &url).replace("{path}", &file.display().to_string());
        Ok(Address { url, database: project.database, file, name })
    }

    /// Executes a file of statements, as the users of the deployed project would have.
    ///
    /// # Errors
    /// Where one of them fails.
    pub fn execute(&self, address: &Address, statements: &Path) -> Result<(), String> {
        let path = statements.display().to_string();
        match address.database {
            Database::Sqlite => succeed(Command::new("sqlite3").arg("-bail").arg(&address.file).arg(format!(".read '{path}'"))),
            Database::Postgres => succeed(self.psql(&address.url).args(["--file", &path])),
            Database::Mysql => succeed(self.mariadb()?.args([&address.name, "--execute", &format!("source {path}")])),
        }
    }

    /// `psql`, which ends at the first error.
    fn psql(&self, url: &str) -> Command {
        let mut psql = Command::new(self.postgres_programs.join("psql"));
        psql.arg(url).args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]);
        psql
    }

    fn mariadb(&self) -> Result<Command, String> {
        Ok(self.mariadb_programs.command("mariadb", &Account::of(self.mariadb.url())?))
    }
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{} does not start: {error}", command.get_program().display()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{} ended with {}\n{}", command.get_program().display(), output.status, String::from_utf8_lossy(&output.stderr)))
}
