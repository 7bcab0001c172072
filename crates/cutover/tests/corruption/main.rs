//! The corruption campaign: every fault that is planted in a run must be named, by the right table, key and column, and
//! no honest migration may raise an alarm.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod campaign;
mod case;
mod cells;
mod hidden;
mod honest;
mod naming;
mod rows;
mod schema;
#[path = "../support/mod.rs"]
mod support;
mod teeth;

use campaign::{Tally, campaign};
use case::Case;
use support::Scratch;

/// The database that every case begins with.
fn base(dialect: &str) -> Scratch {
    let database = if dialect == "postgres" { Scratch::postgres("corruption_base") } else { Scratch::sqlite("corruption_base") };
    fill(&database);
    database
}

fn fill(database: &Scratch) {
    let dialect = database.dialect();
    let schema = if dialect == "postgres" { include_str!("base.postgres.sql") } else { include_str!("base.sqlite.sql") };
    database.execute(&format!("{schema}{}{}", include_str!("data.sql"), cells::table(dialect)));
}

fn cases(dialect: &str) -> Vec<Case> {
    [cells::faults(dialect), rows::faults(dialect), schema::faults(dialect), hidden::faults(dialect), honest::migrations(dialect)].concat()
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
    assert_eq!((total.named, total.alarms), (total.planted, 0));
    assert!(total.planted >= 60 && total.clean >= 20, "the campaign has become too small: {total}");
}

support::each_database! {
    only (postgres, sqlite)

    fn a_count_of_rows_in_the_digest_s_place_would_miss_what_is_planted(database: Scratch) {
        fill(&database);
        teeth::bite(&database);
    }
}
