//! MySQL and MariaDB: `mariadb-dump` or `mysqldump` in one transaction, compressed as it comes, and the client that restores it where it cannot
//! reach out of the scratch database.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::method::{Dump, Inspected, Method, Restore, Tools};
use super::program::{self, Found, Running};
use crate::database::{Access, Reader};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::{Catalog, ObjectKind};
use crate::snapshot::Snapshot;
use crate::snapshot::seal::SealedWriter;

mod floats;
pub(super) mod mydumper;
mod script;

use script::Script;

/// The files in `data/`: everything but events, and where mydumper has written the rows, without triggers, which come behind the rows; the digits
/// that rows have lost; and the events, which are restored disabled.
const FILE: &str = "dump.sql.gz";
const TRIGGERS: &str = "triggers.sql.gz";
const FLOATS: &str = "floats.sql.gz";
const EVENTS: &str = "events.sql.gz";

/// The table of what runs have set on the server.
const FENCE: &str = "cutover_fence";

/// The variables by which the programs would be led elsewhere.
const VARIABLES: [&str; 2] = ["MYSQL_", "MARIADB_"];

/// What makes a dump exact: one transaction, rows as they come, bytes in digits, and no session of its own in the binlog's positions.
const ARGUMENTS: [&str; 7] = [
    "--single-transaction",
    "--quick",
    "--hex-blob",
    "--tz-utc",
    "--no-tablespaces",
    "--default-character-set=utf8mb4",
    "--max-allowed-packet=1G",
];

/// What makes a dump of triggers, and one of events.
const TRIGGERS_ALONE: &[&str] = &["--triggers", "--no-data", "--no-create-info"];
const EVENTS_ALONE: &[&str] = &["--events", "--skip-triggers", "--no-data", "--no-create-info"];

/// Bytes that are read and compressed at a time.
const CHUNK: usize = 1 << 17;

/// How a dump that was written to its end ends.
const COMPLETED: &str = "Dump completed";

/// The method for MySQL and MariaDB.
pub(super) struct MySql;

impl Method for MySql {
    fn dialect(&self) -> &'static str {
        "mysql"
    }

    fn tools(&self, product: &str) -> Result<Tools> {
        let mariadb = product.contains("MariaDB");
        let server = two(&program::numbers(product));
        let (names, client, package): (&[&str], _, _) = match mariadb {
            true => (&["mariadb-dump", "mysqldump"], "mariadb", "mariadb-client (Debian, Ubuntu), mariadb (Fedora, RHEL), mariadb (brew)"),
            false => (&["mysqldump"], "mysql", "mysql-client (Debian, Ubuntu), mysql (Fedora, RHEL), mysql-client (brew)"),
        };
        let found: Vec<_> = program::find(names, &[]).into_iter().filter(|found| found.version.contains("MariaDB") == mariadb).collect();
        let name = if mariadb { "MariaDB" } else { "MySQL" };
        let newest = found.iter().map(|found| format!("{} is {}", found.path.display(), found.version)).next();
        let fitting = found.into_iter().find_map(|found| {
            let restore = [client, "mysql"].iter().map(|name| found.path.with_file_name(name)).find(|path| path.is_file())?;
            (own_version(&found) >= server).then_some(Tools { dump: found.path, restore, version: found.version, rows: None })
        });
        fitting.ok_or_else(|| {
            match newest {
                None => Error::new(
                    ErrorKind::Refused,
                    format!("{} and {client}, which write and prove backups of {name}, are not installed", names[0]),
                ),
                Some(newest) => {
                    Error::new(ErrorKind::Refused, format!("{} does not fit the server, which is {product}: {newest}", names[0]))
                }
            }
            .hint(format!("install the package {package}, of the server's version or later"))
        })
    }

    /// Compressed, and without indexes.
    fn room(&self, bytes: u64) -> u64 {
        bytes / 2
    }

    fn dump(&self, dump: &Dump<'_>) -> Result<()> {
        let mariadb = dump.tools.version.contains("MariaDB");
        let mut done = 0;
        let all: &[(&str, &[&str])] = &[(FILE, &["--routines", "--triggers"]), (EVENTS, EVENTS_ALONE)];
        let definitions: &[(&str, &[&str])] =
            &[(FILE, &["--routines", "--skip-triggers", "--no-data"]), (TRIGGERS, TRIGGERS_ALONE), (EVENTS, EVENTS_ALONE)];
        let parts = match &dump.tools.rows {
            None => all,
            Some(program) => {
                mydumper::write(program, dump, &mut done)?;
                definitions
            }
        };
        for (name, arguments) in parts {
            let mut command = reaching(&dump.tools.dump, dump.access, mariadb);
            command.args(ARGUMENTS).args(*arguments).stdout(Stdio::piped());
            if !mariadb {
                command.arg("--set-gtid-purged=OFF");
            }
            // A fence that stands now does not stand where this is restored.
            command.arg(format!("--ignore-table={}.{FENCE}", dump.access.database));
            command.arg(&dump.access.database);
            write_compressed(&mut command, &dump.directory.join(name), dump, &mut done)?;
        }
        Ok(())
    }

    fn complete(&self, snapshot: &Snapshot, directory: &Path) -> Result<()> {
        floats::write(snapshot, &directory.join(FLOATS))
    }

    fn inspect(&self, file: &Path, _tools: &Tools) -> Result<Inspected> {
        let file = if file.is_dir() { file.join(FILE) } else { file.to_owned() };
        let mut lines = lines(&file)?;
        let mut inspected = Inspected::default();
        let mut line = Vec::new();
        let mut last = String::new();
        while read_line(&mut lines, &file, &mut line)? {
            // Only comments matter here; rows may be long, and need not be text.
            let Some(comment) = line.strip_prefix(b"-- ") else { continue };
            let text = String::from_utf8_lossy(comment).trim_end().to_owned();
            if inspected.made_by.is_empty() && text.contains(" dump ") && text.contains("Distrib ") {
                inspected.made_by.clone_from(&text);
            }
            if inspected.database.is_none() && text.starts_with("Host:") {
                inspected.database = text.split_once("Database: ").map(|(_, name)| name.trim().to_owned()).filter(|name| !name.is_empty());
            }
            last = text;
        }
        if inspected.made_by.is_empty() {
            return Err(Error::new(ErrorKind::Refused, format!("{} is no dump of mariadb-dump or mysqldump", file.display()))
                .hint("give the SQL file, compressed by gzip or not, with its comments"));
        }
        if !last.starts_with(COMPLETED) {
            return Err(Error::new(ErrorKind::Corrupt, format!("{} was cut off", file.display()))
                .hint(format!("a whole dump ends with `-- {COMPLETED}`; --skip-comments leaves that out, and then nobody can tell")));
        }
        Ok(inspected)
    }

    fn restore(&self, restore: &Restore<'_>) -> Result<()> {
        let whole = if restore.data.is_dir() { restore.data.join(FILE) } else { PathBuf::from(restore.data) };
        refuse_names_of_others(&whole, restore)?;
        let rows = mydumper::files(restore.data)?;
        for file in &rows {
            refuse_names_of_others(file, restore)?;
        }
        feed(&whole, b"", restore)?;
        side_by_side(&rows, restore)?;
        // What a backup of our own has beside its dump. Lost digits are our own statements, and name nothing.
        let (is_ours, own) = (restore.data.is_dir(), [(TRIGGERS, true), (FLOATS, false), (EVENTS, true)]);
        for (name, may_reach_out) in own {
            let file = restore.data.join(name);
            if !is_ours || !file.is_file() {
                continue;
            }
            if may_reach_out {
                refuse_names_of_others(&file, restore)?;
            }
            feed(&file, b"", restore)?;
        }
        Ok(())
    }

    /// Events are restored disabled, so that none of them runs in a scratch database. Of lost digits that could not be put back it is told whose
    /// they may be.
    fn level(&self, before: &mut Catalog, restored: &mut Catalog) -> Vec<String> {
        let mut notes = Vec::new();
        for table in before.tables.iter().filter(|table| table.columns.iter().any(floats::is_float)) {
            let key = table.keys.iter().find(|key| key.not_null || key.primary).map(|key| key.columns.as_slice()).unwrap_or_default();
            if let Some(why) = floats::obstacle(&table.name, &table.columns, key, before) {
                notes.push(format!(
                    "{} has a FLOAT, of which the dump writes six digits only, and what that loses cannot be put back: {why}",
                    table.name
                ));
            }
        }
        for (object, properties) in before.objects.iter_mut().filter(|(object, _)| object.kind == ObjectKind::Event) {
            let Some(other) = restored.objects.get_mut(object) else { continue };
            let (was, is) = (properties.get("status").cloned(), other.get("status").map(String::as_str));
            if was.as_deref() != is && is.is_some_and(|status| status.contains("DISABLED")) {
                properties.remove("status");
                other.remove("status");
                notes.push(format!("{object} was restored disabled, and its status was not compared"));
            }
        }
        notes
    }
}

/// The version of the database that a program belongs to, not the program's own.
fn own_version(found: &Found) -> (u32, u32) {
    // `Ver 10.19 Distrib 10.11.6-MariaDB`, `from 11.4.2-MariaDB, client 10.19`, `Ver 8.0.36 for Linux`.
    let text =
        ["Distrib ", "from "].iter().find_map(|word| found.version.split_once(word)).map_or(found.version.as_str(), |(_, rest)| rest);
    two(&program::numbers(text))
}

fn two(numbers: &[u32]) -> (u32, u32) {
    (numbers.first().copied().unwrap_or_default(), numbers.get(1).copied().unwrap_or_default())
}

/// A program that reaches a server. The password is in its environment, which only its own account can see; files of options, which may
/// hold anything, are not read.
fn reaching(path: &Path, access: &Access, mariadb: bool) -> Command {
    let mut command = program::command(path, &VARIABLES);
    command.arg("--no-defaults");
    for (name, value) in &access.settings {
        match (*name, value.as_str(), mariadb) {
            ("encryption", "off", true) => command.arg("--skip-ssl"),
            ("encryption", "unverified", true) => command.args(["--ssl", "--skip-ssl-verify-server-cert"]),
            ("encryption", _, true) => command.args(["--ssl", "--ssl-verify-server-cert"]),
            ("encryption", "off", false) => command.arg("--ssl-mode=DISABLED"),
            ("encryption", "unverified", false) => command.arg("--ssl-mode=REQUIRED"),
            ("encryption", _, false) => command.arg("--ssl-mode=VERIFY_IDENTITY"),
            ("host", value, _) => command.arg("--protocol=tcp").arg(format!("--host={value}")),
            (name, value, _) => command.arg(format!("--{name}={value}")),
        };
    }
    if let Some(password) = &access.password {
        command.env("MYSQL_PWD", password.dangerous_secret());
    }
    command
}

fn write_compressed(command: &mut Command, path: &Path, dump: &Dump<'_>, done: &mut u64) -> Result<()> {
    let mut running = Running::start(command, dump.watch.stop)?;
    let mut output = running.stdout().ok_or_else(|| Error::new(ErrorKind::Internal, "the dump's output was not asked for"))?;
    let mut file = GzEncoder::new(SealedWriter::create(path)?, Compression::fast());
    let mut buffer = vec![0; CHUNK];
    loop {
        let length = output.read(&mut buffer).map_err(|source| Error::new(ErrorKind::Hook, "the dump cannot be read").because(source))?;
        // What comes first is written behind the beginning of the transaction.
        (dump.watch.begun)();
        if length == 0 {
            break;
        }
        file.write_all(&buffer[..length]).map_err(|source| Error::file("write", path, source))?;
        *done += length as u64;
        (dump.watch.progress)(*done, None);
    }
    running.wait(&mut || ())?;
    file.finish().map_err(|source| Error::file("write", path, source))?.finish().map(|_| ())
}

/// The lines of a dump, compressed or not.
fn lines(path: &Path) -> Result<BufReader<Box<dyn Read>>> {
    let failed = |source| Error::file("read", path, source);
    let mut file = BufReader::with_capacity(CHUNK, File::open(path).map_err(failed)?);
    let compressed = file.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    let source: Box<dyn Read> = if compressed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    Ok(BufReader::with_capacity(CHUNK, source))
}

/// Reads one line with its end; false behind the last one.
fn read_line(lines: &mut BufReader<Box<dyn Read>>, path: &Path, line: &mut Vec<u8>) -> Result<bool> {
    line.clear();
    let length = lines.read_until(b'\n', line).map_err(|source| {
        Error::new(ErrorKind::Corrupt, format!("{} cannot be decompressed: it was cut off or damaged", path.display())).because(source)
    })?;
    Ok(length > 0)
}

/// Looks through a whole dump before anything of it is executed.
///
/// # Errors
/// `Refused` where a statement or a routine names another database: it would reach out of the scratch database. All of them are listed.
fn refuse_names_of_others(path: &Path, restore: &Restore<'_>) -> Result<()> {
    let mut source = lines(path)?;
    let mut script = Script::new(others(restore)?);
    let mut line = Vec::new();
    let mut found = Vec::new();
    while read_line(&mut source, path, &mut line)? {
        found.extend(script.look(&line));
    }
    if found.is_empty() {
        return Ok(());
    }
    let error = Error::new(
        ErrorKind::Refused,
        format!("{} is not restored into a scratch database: it names other databases, and would reach out of it", path.display()),
    );
    let error = found.iter().take(20).fold(error, |error, what| error.hint(what.clone()));
    Err(if found.len() > 20 { error.hint(format!("and {} more", found.len() - 20)) } else { error }
        .hint("prove it on a server of its own, where nothing else can be reached"))
}

/// Feeds files with rows to as many clients as may work side by side.
fn side_by_side(files: &[PathBuf], restore: &Restore<'_>) -> Result<()> {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            feed(file, mydumper::SESSION.as_bytes(), restore).inspect_err(|_| next.store(files.len(), Ordering::Relaxed))?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..restore.jobs.clamp(1, files.len().max(1))).map(|_| scope.spawn(work)).collect();
        let panicked = || Err(Error::new(ErrorKind::Internal, "the restore of a file ended in a panic"));
        clients.into_iter().map(|client| client.join().unwrap_or_else(|_| panicked())).fold(Ok(()), Result::and)
    })
}

/// Feeds a dump to the client, behind some statements, which executes it in the target and nowhere else. Events are created disabled, so that none of
/// them runs there.
fn feed(path: &Path, first: &[u8], restore: &Restore<'_>) -> Result<()> {
    let mariadb = restore.tools.version.contains("MariaDB");
    let mut command = reaching(&restore.tools.restore, restore.access, mariadb);
    command.args(["--batch", "--binary-mode", "--default-character-set=utf8mb4", "--max-allowed-packet=1G"]).stdin(Stdio::piped());
    if supports_sandbox(&restore.tools.restore) {
        command.arg("--sandbox");
    }
    if has_binlog(restore.target.read()?.as_mut())? {
        command.arg("--init-command=SET SESSION sql_log_bin = 0");
    }
    command.arg(format!("--database={}", restore.access.database));
    let mut running = Running::start(&mut command, restore.watch.stop)?;
    let mut input = running.stdin().ok_or_else(|| Error::new(ErrorKind::Internal, "the client's input was not asked for"))?;
    let mut source = lines(path)?;
    let mut script = Script::new(Vec::new());
    let mut line = Vec::new();
    let mut done = 0;
    // Where the client has ended already, the first line of the file tells it.
    let _ = input.write_all(first);
    let fed = loop {
        match read_line(&mut source, path, &mut line) {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(error) => break Err(error),
        }
        if !script.adapt(&mut line, &restore.access.database) {
            script::disable_event(&mut line);
        }
        if input.write_all(&line).is_err() {
            // The client has ended: it says itself why.
            break Err(Error::new(ErrorKind::Hook, "the client ended before it had read everything"));
        }
        done += line.len() as u64;
        (restore.watch.progress)(done, None);
    };
    drop(input);
    match fed {
        Ok(()) => running.wait(&mut || ()),
        Err(error) if error.kind() == ErrorKind::Hook => Err(running.blame(error)),
        Err(error) => Err(error),
    }
}

/// Clients before MariaDB 10.11 and those of MySQL have none: `--binary-mode` keeps their commands from being read.
fn supports_sandbox(client: &Path) -> bool {
    let help = Command::new(client).args(["--no-defaults", "--help"]).stdin(Stdio::null()).output();
    help.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("--sandbox"))
}

/// The other databases of the target's server, as far as the account can see them: it can reach no others.
fn others(restore: &Restore<'_>) -> Result<Vec<String>> {
    let mut names = Vec::new();
    restore.target.read()?.query("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA", &mut |row| {
        names.push(row.cell(0).to_text());
        Ok(())
    })?;
    names.retain(|name| *name != restore.access.database);
    Ok(names)
}

fn has_binlog(reader: &mut dyn Reader) -> Result<bool> {
    let mut on = false;
    reader.query("SELECT @@log_bin AS binlog", &mut |row| {
        on = row.cell(0).to_text() == "1";
        Ok(())
    })?;
    Ok(on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_no_program_fits_is_told_the_package() {
        for (product, package) in [("MariaDB 99.1.0", "mariadb-client"), ("MySQL 99.0.0", "mysql-client")] {
            let error = MySql.tools(product).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Refused);
            assert!(error.hints()[0].contains(package), "{error:?}");
        }
    }

    #[test]
    fn the_version_of_a_program_is_that_of_its_database() {
        for (text, version) in [
            ("mariadb-dump  Ver 10.19 Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)", (10, 11)),
            ("mariadb-dump from 11.4.2-MariaDB, client 10.19 for Linux (x86_64)", (11, 4)),
            ("mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)", (8, 0)),
        ] {
            assert_eq!(own_version(&Found { path: PathBuf::new(), version: text.to_owned() }), version, "{text}");
        }
    }
}
