//! SQLite: its own online backup API, on a second connection. A backup is a complete database file.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::method::{Dump, Inspected, Method, Restore, Tools};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::Catalog;
use crate::snapshot::seal::private_file;

/// The backup's file in `data/`.
const FILE: &str = "backup.db";
/// Pages that are copied between two looks at the stop signal: some milliseconds' worth.
const PAGES: i32 = 1024;
/// Between two attempts to read a page that somebody holds.
const PAUSE: Duration = Duration::from_millis(20);
/// How every database file begins ("Database File Format", section 1.3), and where in it the size of a page and their number stand.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const HEADER: usize = 100;

/// The method for SQLite.
pub(super) struct Sqlite;

impl Method for Sqlite {
    fn dialect(&self) -> &'static str {
        "sqlite"
    }

    /// The library is built in.
    fn tools(&self, _product: &str) -> Result<Tools> {
        Ok(Tools { version: format!("SQLite {} backup API", rusqlite::version()), ..Tools::default() })
    }

    fn room(&self, bytes: u64) -> u64 {
        bytes
    }

    fn dump(&self, dump: &Dump<'_>) -> Result<()> {
        let source = open_for_reading(Path::new(&dump.access.database))?;
        let failed = |error: &rusqlite::Error| told("back up", &dump.access.database, error);
        // The transaction fixes the instant, before anybody who was held off writes again.
        source.execute_batch("BEGIN").map_err(|error| failed(&error))?;
        source.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(|error| failed(&error))?;
        (dump.watch.begun)();
        let path = dump.directory.join(FILE);
        private_file(&path)?;
        {
            let mut target = Connection::open(&path).map_err(|error| failed(&error))?;
            // What is lost in a power cut has no manifest, and is no backup; everything is written out in the end.
            target.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF").map_err(|error| failed(&error))?;
            let backup = Backup::new(&source, &mut target).map_err(|error| failed(&error))?;
            loop {
                dump.watch.stop.check()?;
                match backup.step(PAGES).map_err(|error| failed(&error))? {
                    StepResult::Done => break,
                    StepResult::Busy | StepResult::Locked => std::thread::sleep(PAUSE),
                    _ => {}
                }
                let progress = backup.progress();
                let pages = |count: i32| u64::try_from(count).unwrap_or_default();
                (dump.watch.progress)(pages(progress.pagecount - progress.remaining), Some(pages(progress.pagecount)));
            }
        }
        File::open(&path).and_then(|file| file.sync_all()).map_err(|source| Error::file("write", &path, source))
    }

    fn inspect(&self, file: &Path, _tools: &Tools) -> Result<Inspected> {
        let failed = |source| Error::file("read", file, source);
        let mut header = [0; HEADER];
        let length = std::fs::metadata(file).map_err(failed)?.len();
        let read = File::open(file).and_then(|mut opened| opened.read_exact(&mut header));
        if read.is_err() || !header.starts_with(MAGIC) {
            return Err(Error::new(ErrorKind::Refused, format!("{} is no SQLite database", file.display()))
                .hint("give a file that SQLite's backup API, `.backup` or VACUUM INTO has written"));
        }
        let number = |at: usize, size: usize| header[at..at + size].iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        // A page of 65536 bytes is written as 1. The number of pages holds only if the counter beside it is that of the file.
        let page = match number(16, 2) {
            1 => 65_536,
            size => size,
        };
        if number(24, 4) == number(92, 4) && length < page * number(28, 4) {
            return Err(Error::new(ErrorKind::Corrupt, format!("{} was cut off", file.display()))
                .hint(format!("it has {length} bytes, and {} pages of {page} bytes belong to it", number(28, 4))));
        }
        Ok(Inspected { made_by: "SQLite".to_owned(), database: None })
    }

    fn restore(&self, restore: &Restore<'_>) -> Result<()> {
        let file = if restore.data.is_dir() { restore.data.join(FILE) } else { PathBuf::from(restore.data) };
        let target = Path::new(&restore.access.database);
        restore.watch.stop.check()?;
        let bytes = std::fs::copy(&file, target).map_err(|source| Error::file("restore", &file, source))?;
        (restore.watch.progress)(bytes, Some(bytes));
        Ok(())
    }

    fn level(&self, _before: &mut Catalog, _restored: &mut Catalog) -> Vec<String> {
        Vec::new()
    }
}

/// A handle that could write, because only such a handle can recover a file whose writer was killed; SQLite lets it write nothing.
fn open_for_reading(path: &Path) -> Result<Connection> {
    let open = |mode: OpenFlags| {
        let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        // The last connection to close would otherwise write the write-ahead log into the file.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.execute_batch("PRAGMA query_only = ON")?;
        Ok(connection)
    };
    let opened: rusqlite::Result<Connection> = open(OpenFlags::SQLITE_OPEN_READ_WRITE).or_else(|_| open(OpenFlags::SQLITE_OPEN_READ_ONLY));
    opened.map_err(|error| told("open", &path.display().to_string(), &error))
}

fn told(action: &str, place: &str, error: &rusqlite::Error) -> Error {
    let kind = match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => ErrorKind::Conflict,
        _ => ErrorKind::File,
    };
    Error::new(kind, format!("cannot {action} {place}: {error}"))
        .hint("look at the disk's free space, and at who else has the database open")
}
