//! What must hold of the rows before an operation: looked at before anything is touched, so that a server's refusal half-way is no
//! surprise.

use crate::database::Reader;
use crate::model::error::{Error, ErrorKind, Fault, Result};
use crate::verify::queries::offenders;

use super::options::Options;
use super::prepare::Prepared;

/// How many rows a refusal shows.
const SHOWN: usize = 5;

/// Looks at every precondition of a plan's operations.
///
/// # Errors
/// `Refused` with each one that does not hold: how many rows, under `--reveal` some of them, and what to do.
pub fn look(prepared: &Prepared, options: &Options, reader: &mut dyn Reader) -> Result<()> {
    let mut faults = Vec::new();
    let mut shown = Vec::new();
    for (place, precondition) in &prepared.preconditions {
        let (count, rows) = match offenders(reader, &precondition.sql) {
            Ok(found) => found,
            // A value that a conversion cannot even read ends the query, and the server names it.
            Err(error) if error.kind() == ErrorKind::Statement => {
                let message = format!("{}: {error}", precondition.message);
                faults.push(Fault { message, place: place.clone(), remedy: precondition.remedy.clone() });
                continue;
            }
            Err(error) => return Err(error),
        };
        if count == 0 {
            continue;
        }
        let message = format!("{}: {count}", precondition.message);
        faults.push(Fault { message, place: place.clone(), remedy: precondition.remedy.clone() });
        for row in rows.iter().take(SHOWN).filter(|_| options.reveal) {
            let cells: Vec<_> =
                row.cells.iter().map(|cell| format!("{} = {}", cell.column, cell.after.as_deref().unwrap_or("NULL"))).collect();
            shown.push(cells.join(", "));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    let mut error = Error::faults("what the operations need does not hold of the rows", faults).hint("nothing was touched");
    if !options.reveal {
        error = error.hint("--reveal shows the rows");
    }
    Err(shown.into_iter().fold(error, Error::hint))
}
