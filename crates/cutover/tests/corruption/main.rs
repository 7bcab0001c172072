//! The corruption campaign: every fault that is planted in a run must be named, by the right table, key and column, and
//! no honest migration may raise an alarm.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod campaign;
mod case;
mod cells;
#[path = "../support/events.rs"]
mod events;
mod hidden;
mod honest;
mod naming;
mod rows;
mod schema;
mod schema_mysql;
#[path = "../support/mod.rs"]
mod support;
mod teeth;

use campaign::{Tally, campaign};
use case::Case;
use cutover::database::Mode;
use support::Scratch;

/// The database that every case begins with.
fn base(dialect: &str) -> Scratch {
    let database = match dialect {
        "postgres" => Scratch::postgres("corruption_base"),
        "mysql" => Scratch::mysql("corruption_base"),
        _ => Scratch::sqlite("corruption_base"),
    };
    fill(&database);
    database
}

fn fill(database: &Scratch) {
    let dialect = database.dialect();
    let schema = match dialect {
        "postgres" => include_str!("base.postgres.sql"),
        "mysql" => include_str!("base.mysql.sql"),
        _ => include_str!("base.sqlite.sql"),
    };
    database.execute(&format!("{schema}{}{}", include_str!("data.sql"), cells::table(dialect)));
}

/// Some faults again, in a run that is no transaction.
fn in_place(dialect: &str) -> Vec<Case> {
    // An anonymous block commits by itself, and has no query that tells whether it was done. A trigger on DDL fires when the guard
    // is installed, before the snapshot.
    let fits = |case: &Case| !["in Block", "in DdlTrigger"].iter().any(|carrier| case.name.ends_with(carrier));
    let rows = rows::faults(dialect).into_iter().step_by(6);
    let cells = cells::faults(dialect).into_iter().step_by(2);
    let schema = schema::faults(dialect).into_iter().step_by(5);
    let mut cases: Vec<_> = rows.chain(cells).chain(schema).filter(fits).collect();
    for case in &mut cases {
        case.mode = Some(Mode::InPlace);
        case.name.push_str(", in place");
    }
    cases
}

/// Every honest migration, and every fault; where not all are asked for, one of two of them, others on every database.
fn cases(dialect: &str) -> Vec<Case> {
    let faults = [cells::faults(dialect), rows::faults(dialect), schema::faults(dialect), hidden::faults(dialect)].concat();
    let faults = faults.into_iter().zip(1..).filter(|(_, number)| events::is_taken(dialect, *number, 2)).map(|(case, _)| case);
    faults.chain(honest::migrations(dialect)).collect()
}

#[test]
fn every_planted_fault_is_named_and_no_honest_migration_raises_an_alarm() {
    let run = |dialect: &'static str| {
        let more = if dialect == "mysql" { Vec::new() } else { in_place(dialect) };
        let tally = campaign(&base(dialect), &[cases(dialect), more].concat());
        eprintln!("{dialect}: {tally}");
        tally
    };
    let mut total = Tally::default();
    std::thread::scope(|scope| {
        // A run on MariaDB mostly waits, so that the others cost little meanwhile.
        let tallies = ["mysql", "postgres", "sqlite"].map(|dialect| scope.spawn(move || run(dialect)));
        tallies.into_iter().for_each(|tally| total.add(tally.join().unwrap()));
    });
    eprintln!("total: {total}");
    assert!(total.failures.is_empty(), "{} cases:\n{}", total.failures.len(), total.failures.join("\n"));
    assert_eq!((total.named, total.alarms), (total.planted, 0));
    assert!(total.planted >= 60 && total.clean >= 20, "the campaign has become too small: {total}");
}

support::each_database! {
    fn a_count_of_rows_in_the_digest_s_place_would_miss_what_is_planted(database: Scratch) {
        fill(&database);
        teeth::bite(&database);
    }
}
