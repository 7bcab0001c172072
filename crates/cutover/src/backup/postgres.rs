//! PostgreSQL: `pg_dump` on the exported MVCC snapshot into its directory format, and `pg_restore`.

use std::path::Path;
use std::process::{Command, Stdio};

use super::method::{Dump, Inspected, Method, Restore, Tools};
use super::program::{self, Running};
use crate::database::Access;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::{Catalog, ObjectKind, ObjectName};

/// Where packages put the programs of one version each.
const DIRECTORIES: [&str; 5] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/usr/local/pgsql*/bin",
];

/// Compression that costs less time than it saves: what is not written need not be synchronized.
const COMPRESSION: &str = "--compress=1";

/// How long a table's lock is waited for: somebody who changes definitions all that time is in the way of the run itself.
const LOCK_WAIT: &str = "--lock-wait-timeout=60s";

/// The variables by which libpq would be led elsewhere.
const VARIABLES: [&str; 1] = ["PG"];

/// The method for PostgreSQL.
pub(super) struct Postgres;

impl Method for Postgres {
    fn dialect(&self) -> &'static str {
        "postgres"
    }

    fn tools(&self, product: &str) -> Result<Tools> {
        let server = program::numbers(product).first().copied().unwrap_or_default();
        let mut found: Vec<_> = program::find(&["pg_dump"], &program::directories(&DIRECTORIES))
            .into_iter()
            .filter_map(|dump| {
                let restore = dump.path.with_file_name("pg_restore");
                restore.is_file().then(|| (program::numbers(&dump.version).first().copied().unwrap_or_default(), dump, restore))
            })
            .collect();
        // The server's own version first, else the nearest later one: an older pg_dump refuses a newer server.
        found.sort_by_key(|(version, ..)| *version);
        let package = format!(
            "install it: apt-get install postgresql-client-{server} (Debian, Ubuntu), dnf install postgresql{server} (Fedora, RHEL), brew install \
             postgresql@{server}"
        );
        let newest = found.last().map(|(_, dump, _)| format!("{} is {}", dump.path.display(), dump.version));
        match found.into_iter().find(|(version, ..)| *version >= server) {
            Some((_, dump, restore)) => Ok(Tools { dump: dump.path, restore, version: dump.version, rows: None }),
            None => Err(match newest {
                None => {
                    Error::new(ErrorKind::Refused, "pg_dump and pg_restore, which write and prove backups of PostgreSQL, are not installed")
                }
                Some(newest) => {
                    Error::new(ErrorKind::Refused, format!("pg_dump is older than the server, which is PostgreSQL {server}: {newest}"))
                }
            }
            .hint(package)),
        }
    }

    /// Compressed, and without indexes.
    fn room(&self, bytes: u64) -> u64 {
        bytes / 2
    }

    fn dump(&self, dump: &Dump<'_>) -> Result<()> {
        let mut command = reaching(&dump.tools.dump, dump.access, &format!("cutover {} backup", dump.name));
        command.args(["--format=directory", COMPRESSION, LOCK_WAIT, "--no-password"]);
        command.arg(format!("--jobs={}", dump.jobs)).arg("--file").arg(dump.directory);
        if let Some(snapshot) = &dump.instant.exported {
            command.arg(format!("--snapshot={snapshot}"));
        }
        let running = Running::start(&mut command, dump.watch.stop)?;
        // The session that exported the snapshot outlives this one.
        (dump.watch.begun)();
        let mut looks = 0_u32;
        running.wait(&mut || {
            looks += 1;
            if looks.is_multiple_of(LOOKS_BETWEEN_SIZES) {
                (dump.watch.progress)(size(dump.directory), None);
            }
        })
    }

    fn inspect(&self, file: &Path, tools: &Tools) -> Result<Inspected> {
        let toc = if file.is_dir() { file.join("toc.dat") } else { file.to_owned() };
        let mut magic = [0; 5];
        let read = std::fs::File::open(&toc).and_then(|mut opened| std::io::Read::read_exact(&mut opened, &mut magic));
        let tar = !file.is_dir() && file.extension().is_some_and(|ending| ending == "tar");
        if (read.is_err() || &magic != b"PGDMP") && !tar {
            return Err(Error::new(ErrorKind::Refused, format!("{} is no archive of pg_dump", file.display()))
                .hint("give what pg_dump --format=custom or --format=directory has written; a script of SQL statements cannot be proven"));
        }
        let listed = program::command(&tools.restore, &VARIABLES).arg("--list").arg(file).stdout(Stdio::piped()).output();
        let listed = listed.map_err(|source| Error::new(ErrorKind::Hook, "pg_restore could not be started").because(source))?;
        if !listed.status.success() {
            let words = String::from_utf8_lossy(&listed.stderr).trim().replace('\n', " / ");
            let kind = if words.contains("unsupported version") { ErrorKind::Refused } else { ErrorKind::Corrupt };
            return Err(Error::new(kind, format!("{} cannot be read by {}", file.display(), tools.restore.display()))
                .hint(format!("its last words were: {words}"))
                .hint("an archive of a newer pg_dump needs its own pg_restore; one that was cut off or damaged is of no use"));
        }
        let text = String::from_utf8_lossy(&listed.stdout);
        let said = |name: &str| {
            text.lines().find_map(|line| line.trim_start_matches([';', ' ']).strip_prefix(name)).map(|value| value.trim().to_owned())
        };
        let made_by = said("Dumped by pg_dump version:").map_or_else(|| "pg_dump".to_owned(), |version| format!("pg_dump {version}"));
        Ok(Inspected { made_by, database: said("dbname:") })
    }

    fn restore(&self, restore: &Restore<'_>) -> Result<()> {
        let mut command = reaching(&restore.tools.restore, restore.access, "cutover restore");
        // A subscription would hold the scratch database, and fetch rows into it if anybody enabled it.
        command.args(["--exit-on-error", "--no-subscriptions", "--no-password"]);
        // A name alone would be read as settings where it has an equals sign in it.
        let name = restore.access.database.replace('\\', "\\\\").replace('\'', "\\'");
        command.arg(format!("--dbname=dbname='{name}'"));
        // Only what several programs may read at once is restored by several sessions.
        if restore.data.is_dir() {
            command.arg(format!("--jobs={}", restore.jobs));
        }
        command.arg(restore.data);
        Running::start(&mut command, restore.watch.stop)?.wait(&mut || ())
    }

    /// An archive sets the database's own properties only where it creates the database under its own name.
    fn level(&self, before: &mut Catalog, restored: &mut Catalog) -> Vec<String> {
        let own = |object: &ObjectName| {
            object.kind == ObjectKind::Database && object.name != "properties"
                || object.kind == ObjectKind::Grant && object.name.starts_with("database: ")
                || object.kind == ObjectKind::Other && object.name.starts_with("subscription ")
        };
        let left: Vec<_> = before.objects.keys().filter(|object| own(object)).map(ToString::to_string).collect();
        for catalog in [before, restored] {
            catalog.objects.retain(|object, _| !own(object));
            for (object, properties) in &mut catalog.objects {
                if object.kind == ObjectKind::Database {
                    properties.remove("owner");
                    properties.remove("comment");
                }
            }
        }
        let mut notes = vec!["the database's owner and comment are restored by pg_restore --create only, and were not compared".to_owned()];
        notes.extend(left.iter().map(|object| format!("{object} is restored by pg_restore --create only, and was not compared")));
        notes
    }
}

/// About once in half a second.
const LOOKS_BETWEEN_SIZES: u32 = 25;

/// A program that reaches a database. The password is in its environment, which only its own account can see.
fn reaching(path: &Path, access: &Access, name: &str) -> Command {
    let mut command = program::command(path, &VARIABLES);
    command.env("PGDATABASE", &access.database).env("PGAPPNAME", name);
    command.envs(access.settings.iter().map(|(name, value)| (name, value)));
    if let Some(password) = &access.password {
        command.env("PGPASSWORD", password.dangerous_secret());
    }
    command
}

/// Bytes in a directory so far.
fn size(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_newer_than_every_pg_dump_is_told_the_package() {
        let error = Postgres.tools("PostgreSQL 99.1").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.hints()[0].contains("postgresql-client-99"), "{error:?}");
    }
}
