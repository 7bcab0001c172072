//! The database of a crash test, and the server that it kills.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::arguments::Database;
use crate::mariadb::{self, Account};
use crate::postgres;
use crate::servers::{Product, Purpose, Servers};

/// The database's name on its server.
const NAME: &str = "crash";

/// How the tool reaches the database.
#[derive(Debug, Clone)]
pub struct Address {
    /// Its URL, without a password.
    pub url: String,
    /// The password, for the environment.
    pub password: Option<String>,
}

/// A private server, or none, and a directory.
pub struct Place {
    server: Option<Servers>,
    address: Address,
    directory: PathBuf,
    keeps: bool,
}

impl Place {
    /// Starts the server, and creates an empty database on it.
    ///
    /// # Errors
    /// Where that fails.
    pub fn create(database: Database) -> Result<Self, String> {
        let directory = std::env::temp_dir().join(format!("cutover-crash-{database}-{}", std::process::id()));
        fs::create_dir_all(&directory).map_err(|error| format!("{} cannot be created: {error}", directory.display()))?;
        let address = Address { url: directory.join("crash.db").display().to_string(), password: None };
        let mut place = Self { server: None, address, directory, keeps: false };
        match database {
            Database::Sqlite => {}
            Database::Postgres => {
                let server = Servers::start(Product::Postgres, Purpose::Tests, 1)?;
                let mut psql = Command::new(postgres::find_or_install()?.join("psql"));
                succeed(psql.args([server.url(), "--no-psqlrc", "--quiet", "--command", &format!("CREATE DATABASE {NAME}")]))?;
                place.address.url = server.url().rsplit_once('/').map_or_else(String::new, |(server, _)| format!("{server}/{NAME}"));
                place.server = Some(server);
            }
            Database::MariaDb => {
                let server = Servers::start(Product::MariaDb, Purpose::Tests, 1)?;
                let account = Account::of(server.url())?;
                let mut client = mariadb::find_or_install()?.command("mariadb", &account);
                succeed(client.args(["--execute", &format!("CREATE DATABASE {NAME}")]))?;
                let Account { user, host, port, password } = account;
                place.address = Address { url: format!("mysql://{user}@{host}:{port}/{NAME}"), password: Some(password.to_owned()) };
                place.server = Some(server);
            }
        }
        Ok(place)
    }

    /// How the tool reaches the database.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// A path in the directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// The server, where there is one.
    pub fn server(&mut self) -> Option<&mut Servers> {
        self.server.as_mut()
    }

    /// Keeps the directory, for people to look at.
    pub fn keep(&mut self) -> String {
        self.keeps = true;
        self.directory.display().to_string()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.keeps
            && let Err(error) = fs::remove_dir_all(&self.directory)
        {
            eprintln!("warning: {} cannot be removed: {error}", self.directory.display());
        }
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
