//! Findings as lines: `students[id=3].name: Lineo → lineo`, `next_of_kins[id=2] is gone`, `index students.students_name is gone`.

use cutover::plan::Severity;
use cutover::verify::verdict::{Finding, RowEvidence, Verdict};

/// Everything that the verdict calls an error, sorted.
pub fn named(verdict: &Verdict) -> Vec<String> {
    let errors: Vec<_> = verdict.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let mut lines: Vec<String> =
        errors.iter().filter(|finding| !follows(finding, &errors)).flat_map(|finding| of_finding(finding)).collect();
    lines.sort();
    lines
}

/// Whether what was found on both sides is the same; what is left over on each.
pub fn difference(wanted: &[String], found: &[String]) -> Option<String> {
    let mut left: Vec<_> = found.to_vec();
    let mut missing = Vec::new();
    for line in wanted {
        let fits = |found: &String| line.strip_suffix('…').map_or_else(|| found == line, |start| found.starts_with(start));
        match left.iter().position(fits) {
            Some(position) => _ = left.remove(position),
            None => missing.push(line.clone()),
        }
    }
    if missing.is_empty() && left.is_empty() {
        return None;
    }
    Some(format!("not named: {missing:?}; named beside it: {left:?}"))
}

/// The counts of a table differ because rows of it came or went, which its keys tell one by one.
fn follows(finding: &Finding, errors: &[&Finding]) -> bool {
    finding.rule.starts_with("rows:")
        && errors.iter().any(|other| other.subject == finding.subject && other.rows.iter().any(|row| whole(row).is_some()))
}

fn of_finding(finding: &Finding) -> Vec<String> {
    let table = &finding.subject;
    match finding.rule.split(':').next() {
        Some("keys" | "cells") if !finding.rows.is_empty() => {
            let mut lines: Vec<_> = finding.rows.iter().flat_map(|row| of_row(table, row)).collect();
            if finding.count != finding.rows.len() as u64 {
                lines.push(format!("{} in all", finding.message));
            }
            lines
        }
        _ => vec![format!("{}{}", finding.message, finding.rows.iter().map(shown).collect::<String>())],
    }
}

fn of_row(table: &str, row: &RowEvidence) -> Vec<String> {
    let identity = if row.key.is_empty() { cells(row) } else { row.key.clone() };
    let key: Vec<_> = identity.iter().map(|(column, value)| format!("{column}={value}")).collect();
    let key = key.join(", ");
    if let Some(what) = whole(row) {
        return vec![format!("{table}[{key}] is {what}")];
    }
    let side = |value: &Option<String>| value.clone().unwrap_or_default();
    row.cells.iter().map(|cell| format!("{table}[{key}].{}: {} → {}", cell.column, side(&cell.before), side(&cell.after))).collect()
}

/// What became of the row as a whole.
fn whole(row: &RowEvidence) -> Option<&'static str> {
    let first = row.cells.first()?;
    match (&first.before, &first.after) {
        (Some(_), None) => Some("gone"),
        (None, Some(_)) => Some("new"),
        _ => None,
    }
}

fn cells(row: &RowEvidence) -> Vec<(String, String)> {
    let value = |before: &Option<String>, after: &Option<String>| before.clone().or(after.clone()).unwrap_or_default();
    row.cells.iter().map(|cell| (cell.column.clone(), value(&cell.before, &cell.after))).collect()
}

/// The rows of a query's finding.
fn shown(row: &RowEvidence) -> String {
    let cells: Vec<_> = cells(row).into_iter().map(|(column, value)| format!("{column}={value}")).collect();
    format!(" ({})", cells.join(", "))
}
