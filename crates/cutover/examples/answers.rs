//! Prints what the queries of a script find, one line a row, in the exact form in which a snapshot reads cells. `cargo xtask test crash`
//! compares by it what two runs have left, where the keys that a database gave itself are not to count.
//!
//! ```text
//! answers URL FILE
//! ```
//!
//! All queries read one instant. Each row is the number of its query and its cells, parted by bars. A cell stands in quotes, with its
//! own quotes, backslashes and line breaks escaped; NULL stands without.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use cutover::database;
use cutover::model::error::{Error, ErrorKind, Result};
use cutover::model::interrupt::Interrupt;
use cutover::model::url::DatabaseUrl;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, file] = arguments.as_slice() else {
        eprintln!("usage: answers URL FILE");
        return ExitCode::from(2);
    };
    match answers(url, Path::new(file)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn answers(url: &str, file: &Path) -> Result<()> {
    let script = std::fs::read_to_string(file).map_err(|source| Error::file("read", file, source))?;
    let database = database::open(&DatabaseUrl::new(url)?, &Interrupt::new())?;
    let invalid =
        |error: cutover::model::statement::SplitError| Error::new(ErrorKind::Input, format!("{}: {}", file.display(), error.message));
    let queries = database.dialect().split(&script).map_err(invalid)?;
    let mut reader = database.read()?;
    let mut output = std::io::stdout().lock();
    for (number, query) in queries.iter().enumerate() {
        reader.query(&query.text, &mut |row| {
            let cells: Vec<_> =
                row.cells().map(|cell| if cell.is_null() { "NULL".to_owned() } else { format!("{:?}", cell.to_text()) }).collect();
            writeln!(output, "{}|{}", number + 1, cells.join("|"))
                .map_err(|error| Error::new(ErrorKind::Input, format!("the rows cannot be printed: {error}")))
        })?;
    }
    Ok(())
}
