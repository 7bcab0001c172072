//! What a plan must not ask for where every statement stands by itself.

use crate::database::Database;
use crate::model::dialect::Boundary;
use crate::model::error::{Error, ErrorKind, Fault, Result};
use crate::model::table::Catalog;
use crate::plan::{Plan, PlanStatement};
use crate::run::options::Options;
use crate::run::prepare::{Prepared, PreparedStatement, Undo};

/// Everything that keeps a plan from being run in place.
///
/// # Errors
/// All of it at once, each with its place and remedy.
pub fn check(plan: &Plan, prepared: &Prepared, catalog: &Catalog, database: &dyn Database, options: &Options) -> Result<()> {
    let what = format!("the plan {} cannot be run in place on {}", plan.name, database.place());
    refuse_tables(&what, prepared, catalog)?;
    let mut faults = Vec::new();
    for statement in prepared.steps.iter().flat_map(|step| step.statements.iter().chain(undo(&step.undo))) {
        undecidable(statement, &mut faults);
    }
    let dialect = database.dialect();
    for probe in &plan.probes {
        for PlanStatement { statement, place, .. } in probe.statements.iter().map(|statement| &statement.statement) {
            if dialect.boundary(statement) != Boundary::Inside {
                faults.push(Fault {
                    message: "this statement commits by itself, so the probe could not be undone".to_owned(),
                    place: place.clone(),
                    remedy: "take it out of the probe: what defines or truncates belongs into a step".to_owned(),
                });
            }
        }
    }
    if options.dry_run {
        return Err(Error::new(ErrorKind::Refused, format!("{what} without changing it: there is no transaction to roll back"))
            .hint("take --dry-run out, and try the plan on a copy of the database first")
            .hint("nothing was touched"));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::faults(what, faults).hint("nothing was touched")) }
}

/// A statement and its entry in the journal are one transaction, or neither can be trusted after a crash.
fn refuse_tables(what: &str, prepared: &Prepared, catalog: &Catalog) -> Result<()> {
    let touched = prepared.touched.iter().filter_map(|name| catalog.table(name));
    let reasons: Vec<_> =
        touched.flat_map(|table| table.unit_obstacles.iter().map(move |reason| format!("{}: {reason}", table.name))).collect();
    if reasons.is_empty() {
        return Ok(());
    }
    let mut error = Error::new(ErrorKind::Refused, format!("{what}: it touches tables that take no part in transactions"));
    for reason in reasons {
        error = error.hint(reason);
    }
    Err(error.hint("nothing was touched"))
}

fn undo(undo: &Undo) -> Vec<&PreparedStatement> {
    undo.of_all().unwrap_or_default()
}

fn undecidable(statement: &PreparedStatement, faults: &mut Vec<Fault>) {
    if statement.boundary == Boundary::Asked && statement.done_when.is_none() {
        faults.push(Fault {
            message: "this statement commits by itself, and after a crash nothing would tell whether it was done".to_owned(),
            place: statement.place.clone(),
            remedy: "write before it: --! done_when = \"SELECT …\", a query that returns a row exactly where it has been done".to_owned(),
        });
    }
    if statement.boundary != Boundary::Inside && statement.batch.is_some() {
        faults.push(Fault {
            message: "this statement commits by itself, so it cannot be executed in ranges".to_owned(),
            place: statement.place.clone(),
            remedy: "take :batch_first and :batch_last out of it".to_owned(),
        });
    }
}
