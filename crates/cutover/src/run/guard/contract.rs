//! What a guarded command may change: nothing of what was there, or what a file grants in the words of a plan's `[contract]`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::model::dialect::Dialect;
use crate::model::error::{Error, Place, Result};
use crate::plan::{self, Plan, PlanFiles};

/// The name under which guards are kept: `.cutover/guard/RUN/`.
pub const NAME: &str = "guard";

/// The contract of a guard, as a plan without steps, so that everything that looks at a run later finds what it knows.
#[derive(Debug, Clone)]
pub struct Contract {
    /// The plan.
    pub plan: Plan,
    /// Its files, as they are kept with the run.
    pub files: PlanFiles,
}

impl Contract {
    /// Reads the contract for one database; without a file, nothing is granted. Value maps are read from `maps/` beside the file.
    ///
    /// # Errors
    /// Where a file cannot be read, and every fault of it at once, with line and column.
    pub fn read(file: Option<&Path>, dialect: &dyn Dialect, known: &[&'static dyn Dialect]) -> Result<Self> {
        let head = head(dialect);
        let mut files = BTreeMap::new();
        let text = match file {
            Some(path) => std::fs::read_to_string(path).map_err(|source| Error::file("read the contract", path, source))?,
            None => String::new(),
        };
        if let Some(path) = file {
            files.extend(maps(path, &text)?);
        }
        files.insert("plan.toml".to_owned(), format!("{head}{text}").into_bytes());
        let files = PlanFiles { root: file.map_or_else(|| PathBuf::from(NAME), Path::to_owned), files };
        let plan = plan::load(&files, dialect, known, &BTreeMap::new()).map_err(|error| in_file(&error, file, HEAD_LINES))?;
        Ok(Self { plan, files })
    }
}

impl Contract {
    /// The faults of the plan that a contract is, as faults of its own file.
    pub(super) fn in_its_file(&self, error: &Error) -> Error {
        let file = (self.files.root.as_os_str() != NAME).then_some(self.files.root.as_path());
        in_file(error, file, HEAD_LINES)
    }
}

/// How many lines `head` has.
const HEAD_LINES: usize = 3;

/// What makes a plan of a contract.
fn head(dialect: &dyn Dialect) -> String {
    format!("format = 1\nname = \"{NAME}\"\ndatabases = [\"{}\"]\n", dialect.name())
}

/// The value maps that a contract names.
fn maps(contract: &Path, text: &str) -> Result<Vec<(String, Vec<u8>)>> {
    let folder = contract.parent().unwrap_or(Path::new("")).join("maps");
    let mut maps = Vec::new();
    let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(maps) };
    for entry in entries.flatten() {
        let name = format!("maps/{}", entry.file_name().to_string_lossy());
        // Other contracts may keep theirs in the same folder.
        if text.contains(&name) {
            let path = entry.path();
            maps.push((name, std::fs::read(&path).map_err(|source| Error::file("read", &path, source))?));
        }
    }
    maps.sort();
    Ok(maps)
}

/// The faults of a plan as faults of the contract's own file.
fn in_file(error: &Error, file: Option<&Path>, lines: usize) -> Error {
    let Some(file) = file else { return Error::new(error.kind(), error.to_string()) };
    let moved = |place: &Place| match place.file.to_str() {
        Some("plan.toml") if place.line > lines => Place { file: file.to_owned(), line: place.line - lines, ..place.clone() },
        Some("plan.toml") => Place::file(file),
        _ => Place { file: file.parent().unwrap_or(Path::new("")).join(&place.file), ..place.clone() },
    };
    let faults: Vec<_> = error.fault_list().iter().map(|fault| plan_fault(fault, moved(&fault.place))).collect();
    let distinct = faults.iter().map(|fault| (&fault.place, &fault.message)).collect::<BTreeSet<_>>().len();
    let what = if distinct == 1 { "a fault".to_owned() } else { format!("{distinct} faults") };
    Error::faults(format!("the contract {} has {what}", file.display()), faults).hint("nothing was touched")
}

fn plan_fault(fault: &crate::model::error::Fault, place: Place) -> crate::model::error::Fault {
    crate::model::error::Fault { place, ..fault.clone() }
}
