//! Functional tests: in the transaction of the run, and always undone.

use super::queries::{found, offenders};
use super::rulings::Rulings;
use super::verdict::RowEvidence;
use crate::database::Writer;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Place, Result};
use crate::plan::{Plan, Probe, RunValues};

/// Runs every probe of a plan and decides `probe:`.
///
/// # Errors
/// Where a probe could not be undone, or the work was interrupted. A probe that fails is a finding.
pub fn run(plan: &Plan, dialect: &dyn Dialect, values: &RunValues, writer: &mut dyn Writer, rulings: &mut Rulings) -> Result<()> {
    for probe in &plan.probes {
        let rule = format!("probe:{}", probe.name);
        let mut outcome = Ok(None);
        writer.probe(&mut |writer| {
            outcome = one(plan, probe, dialect, values, writer);
            // The probe's own failure must not hide whether it could be undone.
            Ok(())
        })?;
        match outcome {
            Ok(None) => rulings.pass(rule, format!("{}: {} statements, all undone", probe.title, probe.statements.len())),
            Ok(Some(wrong)) => {
                let message = format!("{} ({}): {} rows say what went wrong", probe.title, wrong.place, wrong.count);
                rulings.judge(&rule, "failed, and undone", vec![found(&rule, &probe.name, message, wrong.count, wrong.rows)]);
            }
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::Connection) => return Err(error),
            Err(error) => {
                let place = error.place().map(|place| format!(" ({place})")).unwrap_or_default();
                let cause = std::error::Error::source(&error).map(|source| format!(": {source}")).unwrap_or_default();
                let message = format!("{}{place}: {error}{cause}", probe.title);
                rulings.judge(&rule, "failed, and undone", vec![found(&rule, &probe.name, message, 1, Vec::new())]);
            }
        }
    }
    Ok(())
}

/// The rows by which a probe says what went wrong.
struct Wrong {
    place: Place,
    count: u64,
    rows: Vec<RowEvidence>,
}

fn one(plan: &Plan, probe: &Probe, dialect: &dyn Dialect, values: &RunValues, writer: &mut dyn Writer) -> Result<Option<Wrong>> {
    for statement in &probe.statements {
        let sql = plan.sql(&statement.statement, dialect, values);
        let place = statement.statement.place.clone();
        if statement.refused {
            // In a probe of its own: a refused statement leaves some databases' transaction unusable until it is undone.
            let mut accepted = false;
            writer.probe(&mut |writer| {
                accepted = match writer.execute(&sql) {
                    Ok(_) => true,
                    Err(error) if error.kind() == ErrorKind::Statement => false,
                    Err(error) => return Err(error),
                };
                Ok(())
            })?;
            if accepted {
                return Err(Error::new(ErrorKind::Statement, "the database accepted what it must refuse").at(place));
            }
        } else if statement.check {
            let (count, rows) = offenders(writer, &sql).map_err(|error| error.at(place.clone()))?;
            if count > 0 {
                return Ok(Some(Wrong { place, count, rows }));
            }
        } else {
            writer.execute(&sql).map_err(|error| error.at(place))?;
        }
    }
    Ok(None)
}
