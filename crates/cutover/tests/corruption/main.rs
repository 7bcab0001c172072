//! The corruption campaign: every fault that is planted in a run must be named, by the right table, key and column, and
//! no honest migration may raise an alarm.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod campaign;
mod case;
mod cells;
mod hidden;
mod naming;
mod rows;
mod schema;
#[path = "../support/mod.rs"]
mod support;

use campaign::{Tally, campaign};
use case::Case;
use support::Scratch;

/// The database that every case begins with.
fn base(dialect: &str) -> Scratch {
    let (database, sql) = match dialect {
        "postgres" => (Scratch::postgres("corruption_base"), include_str!("base.postgres.sql")),
        _ => (Scratch::sqlite("corruption_base"), include_str!("base.sqlite.sql")),
    };
    database.execute(&format!("{sql}{}{}", include_str!("data.sql"), cells::table(dialect)));
    database
}

fn cases(dialect: &str) -> Vec<Case> {
    [cells::faults(dialect), rows::faults(dialect), schema::faults(dialect), hidden::faults(dialect)].concat()
}

#[test]
fn every_planted_fault_is_named_and_no_honest_migration_raises_an_alarm() {
    let mut total = Tally::default();
    for dialect in ["postgres", "sqlite"] {
        let tally = campaign(&base(dialect), &cases(dialect));
        eprintln!("{dialect}: {tally}");
        total.add(tally);
    }
    eprintln!("total: {total}");
    assert!(total.failures.is_empty(), "{} cases:\n{}", total.failures.len(), total.failures.join("\n"));
}
