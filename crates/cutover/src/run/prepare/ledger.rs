//! The step that enters the run into the application's own migration ledger.

use crate::model::dialect::Dialect;
use crate::model::error::Place;
use crate::plan::{Ledger, LedgerValue, RunValues};

use super::{PreparedStatement, PreparedStep, Undo};

/// The name of the step that enters the run into the application's own migration ledger.
pub const LEDGER_STEP: &str = "ledger";

/// The last step, where the plan has a ledger.
pub(super) fn step(ledger: &Ledger, dialect: &dyn Dialect, values: &RunValues) -> PreparedStep {
    let literal = |value: &LedgerValue| match value {
        LedgerValue::Integer(number) => number.to_string(),
        LedgerValue::Text(text) | LedgerValue::FileHash(text) => dialect.quote_literal(text),
        LedgerValue::StartedMilliseconds => started_milliseconds(values).to_string(),
    };
    let columns: Vec<String> = ledger.values.keys().cloned().collect();
    let literals: Vec<String> = ledger.values.values().map(literal).collect();
    let table = dialect.quote_table(&ledger.table);
    let matches: Vec<String> =
        columns.iter().zip(&literals).map(|(column, value)| format!("{} = {value}", dialect.quote_identifier(column))).collect();
    let statement = |sql: String| PreparedStatement::of_engine(sql, &Place::file("plan.toml"), false, dialect);
    PreparedStep {
        name: LEDGER_STEP.to_owned(),
        phase: String::new(),
        title: format!("Enter the change into {}", ledger.table),
        statements: vec![statement(format!(
            "INSERT INTO {table} ({}) VALUES ({})",
            dialect.quote_columns("", &columns),
            literals.join(", ")
        ))],
        undo: Undo::Each(vec![Some(statement(format!("DELETE FROM {table} WHERE {}", matches.join(" AND "))))]),
        ways: Vec::new(),
        proofs: Vec::new(),
    }
}

fn started_milliseconds(values: &RunValues) -> i64 {
    chrono::NaiveDateTime::parse_from_str(&values.run_started_at, "%Y-%m-%d %H:%M:%S").map_or(0, |time| time.and_utc().timestamp_millis())
}
