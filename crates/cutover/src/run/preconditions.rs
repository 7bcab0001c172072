//! What must hold of the rows before an operation: looked at before anything is touched, and once more under the fence, so that a
//! server's refusal half-way is no surprise.

use crate::database::Reader;
use crate::model::error::{Error, ErrorKind, Fault, Result};
use crate::verify::queries::offenders;

use super::options::Options;
use super::prepare::Prepared;

/// How many rows a refusal shows.
const SHOWN: usize = 5;

/// Looks at every precondition of a plan's operations, before anything is touched.
///
/// # Errors
/// `Input` with each one that does not hold: how many rows, under `--reveal` some of them, and what to do.
pub fn look(prepared: &Prepared, options: &Options, reader: &mut dyn Reader) -> Result<()> {
    let missed = missed(prepared, options, reader, false)?;
    missed.told("what the operations need does not hold of the rows", |error| error.hint("nothing was touched"))
}

/// Looks once more, under the fence: between the first look and the fence other sessions could write, and where no transaction holds the
/// run together a server's refusal would leave half of it.
///
/// # Errors
/// As of [`look`].
pub fn look_again(prepared: &Prepared, options: &Options, reader: &mut dyn Reader) -> Result<()> {
    let missed = missed(prepared, options, reader, true)?;
    missed.told("what the operations need of the rows held before the fence, and does not any more", |error| {
        error.hint("other sessions wrote until the fence stood")
    })
}

/// What does not hold.
#[derive(Default)]
struct Missed {
    faults: Vec<Fault>,
    /// Rows, where they may be shown.
    shown: Vec<String>,
    masked: bool,
}

impl Missed {
    fn told(self, message: &str, state: impl FnOnce(Error) -> Error) -> Result<()> {
        if self.faults.is_empty() {
            return Ok(());
        }
        let mut error = state(Error::faults(message, self.faults));
        if self.masked {
            error = error.hint("--reveal shows the rows");
        }
        Err(self.shown.into_iter().fold(error, Error::hint))
    }
}

/// `in_transaction`: a query that fails may have ended what could still be asked.
fn missed(prepared: &Prepared, options: &Options, reader: &mut dyn Reader, in_transaction: bool) -> Result<Missed> {
    let mut missed = Missed { masked: !options.reveal, ..Missed::default() };
    for (place, precondition) in &prepared.preconditions {
        let fault = |message| Fault { message, place: place.clone(), remedy: precondition.remedy.clone() };
        let (count, rows) = match offenders(reader, &precondition.sql) {
            Ok(found) => found,
            // A value that a conversion cannot even read ends the query, and the server names it.
            Err(error) if error.kind() == ErrorKind::Statement => {
                missed.faults.push(fault(format!("{}: {error}", precondition.message)));
                if in_transaction { break } else { continue }
            }
            Err(error) => return Err(error),
        };
        if count == 0 {
            continue;
        }
        missed.faults.push(fault(format!("{}: {count}", precondition.message)));
        for row in rows.iter().take(SHOWN).filter(|_| options.reveal) {
            let cells: Vec<_> =
                row.cells.iter().map(|cell| format!("{} = {}", cell.column, cell.after.as_deref().unwrap_or("NULL"))).collect();
            missed.shown.push(cells.join(", "));
        }
    }
    Ok(missed)
}
