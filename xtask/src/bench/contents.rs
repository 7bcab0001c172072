//! The databases that are measured: the plan's own demo, and tables that are wide or hold large cells.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Bench;
use super::programs::{output, seconds};

/// The 12 tables of the plan `cms-id`.
pub const TABLES: [&str; 12] = [
    "schools",
    "programs",
    "structures",
    "structure_semesters",
    "modules",
    "semester_modules",
    "module_prerequisites",
    "student_education",
    "next_of_kins",
    "student_programs",
    "student_semesters",
    "student_modules",
];

/// The folder of the plan's demo, from the top of the checkout.
const DEMO: &str = "plans/cms-id/demo";

/// The directory of one `cargo xtask bench`, on the disk of the checkout. Dropping it removes it.
pub struct Work {
    directory: PathBuf,
}

impl Work {
    /// Creates the directory.
    ///
    /// # Errors
    /// Where it cannot be created.
    pub fn create(root: &Path) -> Result<Self, String> {
        let directory = root.join(format!("target/bench-{}", std::process::id()));
        fs::create_dir_all(&directory).map_err(|error| format!("{} cannot be created: {error}", directory.display()))?;
        Ok(Self { directory })
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// A path in it where nothing stands any more.
    ///
    /// # Errors
    /// Where what stands there cannot be removed.
    pub fn fresh(&self, name: &str) -> Result<PathBuf, String> {
        let path = self.path(name);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match removed {
            Err(error) if path.exists() => Err(format!("{} cannot be removed: {error}", path.display())),
            _ => Ok(path),
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.directory) {
            eprintln!("warning: {} cannot be removed: {error}", self.directory.display());
        }
    }
}

/// The two kinds of databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A database on the private server.
    Postgres,
    /// A file in the working directory.
    Sqlite,
}

impl Kind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
        }
    }
}

/// A database that has been built, and is only copied or read from then on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Its kind.
    pub kind: Kind,
    /// The database's name, or the file's path.
    pub name: String,
}

/// How a program reaches a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// What `--database` takes.
    pub url: String,
    /// The variable that holds the password, and the password, where there is one: no argument tells it.
    pub password: Option<(&'static str, String)>,
}

impl Bench {
    /// The URL of a database of the server.
    pub fn url(&self, database: &str) -> String {
        let server = self.server.url();
        server.rsplit_once('/').map_or_else(|| server.to_owned(), |(server, _)| format!("{server}/{database}"))
    }

    /// How programs reach a database that was built.
    pub fn address(&self, database: &Built) -> Address {
        let url = match database.kind {
            Kind::Postgres => self.url(&database.name),
            Kind::Sqlite => database.name.clone(),
        };
        Address { url, password: None }
    }

    /// The plan's demo, so many times as large as the real one: built where it is not there yet.
    ///
    /// # Errors
    /// Where it cannot be built.
    pub fn registry(&self, kind: Kind, scale: u32) -> Result<Built, String> {
        let file = match kind {
            Kind::Postgres => "postgres.sql",
            Kind::Sqlite => "sqlite.sql",
        };
        let path = self.root.join(DEMO).join(file);
        let script = fs::read_to_string(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        self.built(kind, &format!("registry_{scale}"), &script.replace(":scale", &scale.to_string()))
    }

    /// A database made by a script: built where there is none of this name yet. Nothing is left to be done the first time
    /// that somebody reads it.
    ///
    /// # Errors
    /// Where it cannot be built.
    pub fn built(&self, kind: Kind, name: &str, script: &str) -> Result<Built, String> {
        let file = self.work.path(&format!("{name}.sql"));
        fs::write(&file, script).map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
        match kind {
            Kind::Postgres => self.built_on_server(name, &file),
            Kind::Sqlite => self.built_in_file(name, &file),
        }
    }

    fn built_on_server(&self, name: &str, script: &Path) -> Result<Built, String> {
        let built = Built { kind: Kind::Postgres, name: name.to_owned() };
        let known = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
        if output(self.programs.psql(self.server.url()).args(["--command", &known]))? == "1" {
            return Ok(built);
        }
        eprintln!("building the PostgreSQL database {name}");
        output(self.programs.psql(self.server.url()).args(["--command", &format!("CREATE DATABASE {name}")]))?;
        output(self.programs.psql(&self.url(name)).arg("--single-transaction").arg("--file").arg(script))?;
        // The first reader would otherwise pay for hint bits, and the first writer for a checkpoint.
        output(self.programs.psql(&self.url(name)).args(["--command", "VACUUM (ANALYZE)", "--command", "CHECKPOINT"]))?;
        Ok(built)
    }

    fn built_in_file(&self, name: &str, script: &Path) -> Result<Built, String> {
        let path = self.work.path(&format!("{name}.db"));
        if !path.exists() {
            eprintln!("building the SQLite database {name}");
            output(Command::new("sqlite3").args(["-bail", "-batch"]).arg(&path).arg(format!(".read {}", script.display())))?;
        }
        Ok(Built { kind: Kind::Sqlite, name: path.display().to_string() })
    }

    /// A fresh copy, which is the only one of its name; everything of it is on the disk.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn copy(&self, of: &Built, name: &str) -> Result<Built, String> {
        match of.kind {
            Kind::Postgres => {
                self.drop_database(name)?;
                let create = format!("CREATE DATABASE {name} TEMPLATE {}", of.name);
                output(self.programs.psql(self.server.url()).args(["--command", &create, "--command", "CHECKPOINT"]))?;
                Ok(Built { kind: of.kind, name: name.to_owned() })
            }
            Kind::Sqlite => {
                let path = self.work.fresh(&format!("{name}.db"))?;
                fs::copy(&of.name, &path)
                    .and_then(|_| File::open(&path)?.sync_all())
                    .map_err(|error| format!("{} cannot be copied: {error}", of.name))?;
                Ok(Built { kind: of.kind, name: path.display().to_string() })
            }
        }
    }

    /// Removes a database of the server, if there is one.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn drop_database(&self, name: &str) -> Result<(), String> {
        let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        output(self.programs.psql(self.server.url()).args(["--command", "SET client_min_messages = warning", "--command", &sql])).map(drop)
    }

    /// `cutover run PLAN` on a database, with its runs in a fresh directory.
    ///
    /// # Errors
    /// Where that directory cannot be made.
    pub fn run(&self, plan: &str, database: &Built) -> Result<Command, String> {
        let mut command = self.programs.cutover(&self.work.fresh("home")?);
        command.args(["run", plan, "--database", &self.address(database).url]);
        Ok(command)
    }

    /// The seconds that one scan takes by `target/release/examples/scan`; `mode` is `stored` or `digest`.
    ///
    /// # Errors
    /// Where it fails.
    pub fn scan(&self, mode: &str, database: &Address, tables: &[&str]) -> Result<f64, String> {
        let directory = self.work.fresh("scan")?;
        let mut command = self.programs.scan();
        command.args([mode, "1", &database.url]).arg(directory).args(tables).envs(database.password.clone());
        let told = output(&mut command)?;
        told.parse().map_err(|_| format!("the example `scan` printed no seconds but `{told}`"))
    }

    /// The seconds that `cutover snapshot` takes, from its start to its end.
    ///
    /// # Errors
    /// Where it fails.
    pub fn snapshot(&self, database: &Address) -> Result<f64, String> {
        let directory = self.work.fresh("snapshot")?;
        let mut command = self.programs.cutover(&self.work.path("home"));
        seconds(command.args(["snapshot", "--database", &database.url]).arg(directory).envs(database.password.clone()))
    }
}
