//! Reads tables the way a snapshot or a verification does, and prints the seconds of each repetition: what
//! `cargo xtask bench` measures against the database's own programs.
//!
//! ```text
//! scan stored|digest REPETITIONS URL DIRECTORY TABLE…
//! ```
//!
//! `stored` writes rows files and contents, as a snapshot does; `digest` writes rows files only, as a verification does. The
//! tables are read one after the other in one session. Opening it, reading the catalog and choosing keys do not count; that
//! every file has reached the disk does. The files go below DIRECTORY, and each repetition writes over those of the one before.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use cutover::database;
use cutover::model::error::{Error, ErrorKind, Result};
use cutover::model::interrupt::Interrupt;
use cutover::model::table::Table;
use cutover::model::url::DatabaseUrl;
use cutover::snapshot::seal::private_directory;
use cutover::snapshot::{Scanned, Target, choose_key, file_stem, scan};

const USAGE: &str = "usage: scan stored|digest REPETITIONS URL DIRECTORY TABLE…";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, repetitions, url, directory, tables @ ..] = arguments.as_slice() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let (Some(stored), Ok(repetitions), false) = (stored(mode), repetitions.parse(), tables.is_empty()) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match measure(stored, repetitions, url, Path::new(directory), tables) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether a mode keeps the contents.
fn stored(mode: &str) -> Option<bool> {
    match mode {
        "stored" => Some(true),
        "digest" => Some(false),
        _ => None,
    }
}

fn measure(stored: bool, repetitions: u32, url: &str, directory: &Path, names: &[String]) -> Result<()> {
    for folder in ["rows", "contents"] {
        private_directory(&directory.join(folder))?;
    }
    let database = database::open(&DatabaseUrl::new(url)?, &Interrupt::new())?;
    let classes = database.capabilities().storage_classes;
    let mut reader = database.read()?;
    let catalog = reader.catalog()?;
    let mut tables = Vec::new();
    for name in names {
        let missing = || Error::new(ErrorKind::Input, format!("{} has no table {name}", database.place()));
        let table: &Table = catalog.tables.iter().find(|table| table.name.to_string() == *name).ok_or_else(missing)?;
        tables.push((table, choose_key(reader.as_mut(), table)?));
    }
    for _ in 0..repetitions {
        let began = Instant::now();
        for (table, key) in &tables {
            let stem = file_stem(&table.name.to_string());
            let target = Target {
                directory,
                rows: Some(format!("rows/{stem}.rows")),
                file: stored.then(|| format!("contents/{stem}.parquet")),
                classes,
            };
            scan(reader.as_mut(), Scanned::Table(&table.name, &table.columns, key), &target, &mut |_| {})?;
        }
        println!("{:.6}", began.elapsed().as_secs_f64());
    }
    Ok(())
}
