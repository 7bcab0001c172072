//! A small registry, a small plan, and the program itself.

// Each test program uses its own part of this module.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

/// A password that no output may show.
pub const PASSWORD: &str = "correct-horse";

/// A directory with a database, a plan, and the runs of one test.
pub struct Place {
    directory: TempDir,
}

impl Place {
    /// Two schools and four students in `registry.db`, and the sound plan `tiny`.
    pub fn new() -> Self {
        let place = Self { directory: tempfile::tempdir().unwrap() };
        place.execute(
            "CREATE TABLE schools (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE);
             CREATE TABLE students (id INTEGER PRIMARY KEY, school_id INTEGER NOT NULL REFERENCES schools (id), name TEXT);
             INSERT INTO schools VALUES (1, 'A'), (2, 'B');
             INSERT INTO students VALUES (10, 1, 'Thabo Mokoena'), (11, 1, 'Lerato Letsie'), (12, 2, NULL), (13, 2, 'Neo Molapo');",
        );
        place.plan_file(
            "plan.toml",
            "format = 1\nname = \"tiny\"\ntitle = \"A small change\"\ndatabases = [\"sqlite\", \"postgres\"]\n\n\
             [relationships]\n\"students.school_id\" = \"schools.id\"\n\n\
             [criteria]\n\"No row is lost\" = [\"rows\", \"keys\", \"cells\"]\n\"Every code is copied\" = [\"value:schools.old_id\"]\n",
        );
        place.plan_file(
            "steps/1-schema/0010_old_id.toml",
            "title = \"Add old_id\"\n[add_column]\ntables = [\"schools\"]\ncolumn = \"old_id\"\ntype = \"integer\"\nnull = true\nfill = \"id\"\n",
        );
        place
    }

    /// The directory, in which the program runs.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file of the plan.
    pub fn plan_file(&self, name: &str, text: &str) {
        let path = self.path().join("tiny").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Runs statements in the database.
    pub fn execute(&self, sql: &str) {
        rusqlite::Connection::open(self.path().join("registry.db")).unwrap().execute_batch(sql).unwrap();
    }

    /// One number from the database.
    pub fn number(&self, sql: &str) -> i64 {
        rusqlite::Connection::open(self.path().join("registry.db")).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Runs the program with arguments separated by spaces.
    pub fn cutover(&self, arguments: &str) -> Output {
        let output = self.command().args(arguments.split_whitespace()).output().unwrap();
        Output {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The program, not started yet.
    pub fn command(&self) -> Command {
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("cutover");
        command.current_dir(self.path()).env_remove("DATABASE_URL").env_remove("NO_COLOR");
        command
    }
}

/// What the program left behind.
#[derive(Debug)]
pub struct Output {
    /// The exit code.
    pub code: i32,
    /// Results.
    pub stdout: String,
    /// Talk.
    pub stderr: String,
}

impl Output {
    /// Both streams.
    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// What differs from run to run.
pub const FILTERS: [(&str, &str); 5] = [
    (r"\d{8}-\d{6}\.\d{3}-[0-9a-f]{4}", "[run]"),
    (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "[time]"),
    (r"\d+\.\d\d? s", "[seconds]"),
    (r"SQLite \d[\d.]*", "SQLite [version]"),
    (r"\d+(\.\d)? [KMGT]iB are free", "[bytes] are free"),
];
