//! The plan's own checks: queries whose rows are offenders.

use super::queries::{found, offenders};
use super::rulings::Rulings;
use crate::database::Reader;
use crate::model::dialect::Dialect;
use crate::model::error::Result;
use crate::plan::{Plan, Query, RunValues, Severity};

/// What a check found, in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Checked {
    /// Its rows.
    pub rows: u64,
    /// How long it took.
    pub seconds: f64,
}

/// Runs checks and decides `check:`. Each is told of as it ends.
///
/// # Errors
/// Where the database refuses a check (with its place in the plan), the work was interrupted, or `each` fails.
pub fn run(
    plan: &Plan,
    checks: &[Query],
    dialect: &dyn Dialect,
    values: &RunValues,
    reader: &mut dyn Reader,
    rulings: &mut Rulings,
    each: &mut dyn FnMut(&Query, Checked) -> Result<()>,
) -> Result<()> {
    for check in checks {
        let rule = format!("check:{}", check.name);
        let began = std::time::Instant::now();
        let sql = plan.sql(&check.statement, dialect, values);
        let rows = match offenders(reader, &sql) {
            Ok((0, _)) => {
                rulings.pass(&rule, format!("{}: no rows", check.title));
                0
            }
            Ok((count, rows)) => {
                let noun = if count == 1 { "row" } else { "rows" };
                let mut finding = found(&rule, &check.name, format!("{}: {count} {noun}", check.title), count, rows);
                finding.severity = check.severity;
                finding.revealed = check.reveal;
                let fails = check.severity != Severity::Note;
                finding.hint = fails.then(|| format!("--accept {rule} accepts it by name; the report shows that"));
                rulings.judge(&rule, format!("{}: {count} {noun}", check.title), vec![finding]);
                count
            }
            Err(error) => return Err(error.at(check.statement.place.clone())),
        };
        each(check, Checked { rows, seconds: began.elapsed().as_secs_f64() })?;
    }
    Ok(())
}
