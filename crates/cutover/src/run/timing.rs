//! Typical reads, timed before the fence and after the steps: for people, who want to know what became slower. Times decide
//! nothing.

use std::time::Instant;

use crate::database::Reader;
use crate::model::dialect::Dialect;
use crate::model::error::Result;
use crate::plan::{Plan, RunValues, Severity};
use crate::verify::queries::found;
use crate::verify::rulings::Rulings;

/// Runs that count, after one warm-up; their median is taken.
const RUNS: usize = 5;
/// A query is named when it takes so many times as long, and longer by so many milliseconds: less is noise.
const SLOWER: f64 = 1.5;
const NOISE: f64 = 5.0;

/// Times every query of the plan: the median in milliseconds, in the plan's order.
///
/// # Errors
/// Where a query fails, with its place.
pub fn measure(plan: &Plan, dialect: &dyn Dialect, values: &RunValues, reader: &mut dyn Reader) -> Result<Vec<f64>> {
    let mut medians = Vec::new();
    for query in &plan.queries {
        let sql = plan.sql(&query.statement, dialect, values);
        let mut times = Vec::new();
        for run in 0..=RUNS {
            let began = Instant::now();
            reader.query(&sql, &mut |_| Ok(())).map_err(|error| error.at(query.statement.place.clone()))?;
            if run > 0 {
                times.push(began.elapsed().as_secs_f64() * 1000.0);
            }
        }
        times.sort_by(f64::total_cmp);
        medians.push(times[RUNS / 2]);
    }
    Ok(medians)
}

/// Decides `query:`: it always holds, and names what became slower.
pub fn compare(plan: &Plan, before: &[f64], after: &[f64], rulings: &mut Rulings) {
    for ((query, before), after) in plan.queries.iter().zip(before).zip(after) {
        let rule = format!("query:{}", query.name);
        let mut findings = Vec::new();
        if *after > before * SLOWER && after - before > NOISE {
            let message = format!("{} takes {after:.1} ms, and took {before:.1} ms before", query.title);
            let mut finding = found(&rule, &query.name, message, 1, Vec::new());
            finding.severity = Severity::Note;
            finding.hint = Some("statistics are brought up to date after the commit; look at it again then".to_owned());
            findings.push(finding);
        }
        rulings.judge(&rule, format!("{before:.1} ms before, {after:.1} ms after"), findings);
    }
}
