//! The demo of wasl-v3 has the same rows on both databases, nothing in it stops the plan, and its dirt is as much as it says.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::path::Path;

use cutover::database;
use cutover::journal::Silent;
use cutover::model::interrupt::Interrupt;
use cutover::model::url::DatabaseUrl;
use cutover::plan::PlanFiles;
use cutover::run::Engine;
use cutover::run::demo::{Wanted, build};

use support::{Scratch, each_database};

const COUNTS: [(&str, u32); 12] = [
    ("candidates", 50_000),
    ("candidate_screenings", 60_000),
    ("batches", 925),
    ("training_schedules", 40_000),
    ("visa_processes", 25_000),
    ("departures", 20_000),
    ("complaints", 6_000),
    ("remittances", 80_000),
    ("activity_log", 200_000),
    ("users", 240),
    ("campuses", 12),
    ("migrations", 42),
];

/// What a query must find.
const FACTS: [(&str, u32); 22] = [
    // Scope: 3 % archived, 1 % tests, and drafts, none of them two of these.
    ("SELECT COUNT(*) FROM candidates WHERE deleted_at IS NOT NULL", 1_500),
    (
        "SELECT COUNT(*) FROM candidates WHERE btevta_id LIKE 'TEST%' OR btevta_id LIKE 'DEMO%' OR name LIKE 'test%' OR name LIKE 'demo%'",
        500,
    ),
    ("SELECT COUNT(*) FROM candidates WHERE status = 'draft' AND campus_id IS NULL AND trade_id IS NULL AND batch_id IS NULL", 100),
    // What would stop a run.
    ("SELECT COUNT(*) FROM candidates WHERE (campus_id IS NULL OR trade_id IS NULL) AND status <> 'draft'", 0),
    ("SELECT COUNT(*) FROM (SELECT code FROM campuses UNION ALL SELECT code FROM trades) codes WHERE COALESCE(code, '') = ''", 0),
    (
        "SELECT MAX(LENGTH(campuses.code) + LENGTH(trades.code)) + 20
         FROM candidates JOIN campuses ON campuses.id = campus_id JOIN trades ON trades.id = trade_id",
        31,
    ),
    (
        "SELECT COUNT(*) FROM candidate_screenings WHERE LOWER(TRIM(outcome)) NOT IN ('passed', 'approved', 'failed', 'rejected', 'pending', '')",
        0,
    ),
    ("SELECT COUNT(DISTINCT status) FROM candidates", 22),
    // What a plan must cope with.
    ("SELECT COUNT(batch_id) FROM candidates", 30_000),
    ("SELECT COUNT(*) FROM candidates JOIN batches ON batches.id = batch_id WHERE batches.campus_id <> candidates.campus_id", 30),
    ("SELECT COUNT(*) FROM candidates WHERE registered_at IS NULL", 1_000),
    ("SELECT COUNT(*) FROM candidate_screenings WHERE outcome IS NULL", 2_608),
    ("SELECT COUNT(*) FROM departures WHERE ticket_number = ''", 4_000),
    ("SELECT COUNT(*) FROM departures WHERE ptn_number = ''", 2_858),
    ("SELECT COUNT(*) FROM departures WHERE departure_date >= '2031-01-01'", 500),
    ("SELECT COUNT(*) FROM departures WHERE departure_date BETWEEN '2026-01-01' AND '2030-12-31'", 0),
    ("SELECT COUNT(*) FROM complaints WHERE status IS NULL", 666),
    ("SELECT COUNT(*) FROM training_schedules WHERE candidate_id NOT IN (SELECT id FROM candidates)", 5),
    ("SELECT COUNT(*) FROM remittances WHERE candidate_id NOT IN (SELECT id FROM candidates)", 8),
    ("SELECT COUNT(*) FROM next_of_kins WHERE candidate_id NOT IN (SELECT id FROM candidates)", 5),
    ("SELECT COUNT(*) FROM batches WHERE coordinator_id NOT IN (SELECT id FROM users)", 2),
    ("SELECT COUNT(*) FROM candidate_screenings WHERE screened_by NOT IN (SELECT id FROM users)", 0),
];

/// What a query must find once the dirt is in.
const DIRT: [(&str, u32); 8] = [
    ("SELECT COUNT(*) FROM candidates WHERE status IN ('returned', 'in process')", 22),
    ("SELECT COUNT(*) FROM candidates WHERE status LIKE '% '", 9),
    (
        "SELECT COUNT(*) FROM candidate_screenings WHERE LOWER(TRIM(outcome)) IN ('in_progress', 'eligible', 'deferred', 'cancelled', 'hold')",
        63,
    ),
    ("SELECT COUNT(*) FROM candidates WHERE (campus_id IS NULL OR trade_id IS NULL) AND status <> 'draft'", 24),
    ("SELECT COUNT(*) FROM candidates JOIN campuses ON campuses.id = campus_id WHERE code IS NULL", 15),
    ("SELECT COUNT(*) FROM candidate_screenings WHERE evidence_path LIKE 'screenings/evidence/%.pdf'", 60),
    ("SELECT COUNT(ptn_status) FROM departures", 24),
    ("SELECT COUNT(*) FROM candidate_screenings WHERE screened_by NOT IN (SELECT id FROM users)", 13),
];

#[track_caller]
fn found(database: &Scratch, sql: &str, wanted: u32) {
    assert_eq!(database.query(sql), [[Some(wanted.to_string())]], "{sql}");
}

each_database! {
    only (mysql_without_runs, sqlite)

    fn the_demo_has_what_it_promises_and_no_dirt_until_it_is_asked_for(scratch: Scratch) {
        let files = PlanFiles::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans/wasl-v3")).unwrap();
        let interrupt = Interrupt::new();
        let opened = database::open(&DatabaseUrl::new(scratch.url()).unwrap(), &interrupt).unwrap();
        let engine = Engine { database: opened.as_ref(), monitor: &Silent, interrupt: &interrupt, home: scratch.directory() };
        let built = build(&engine, &files, Wanted { scale: 1, dirty: false }).unwrap_or_else(|error| panic!("{error:#?}"));
        assert_eq!((built.tables, built.rows), (26, 536_195));
        for (table, rows) in COUNTS {
            found(&scratch, &format!("SELECT COUNT(*) FROM {table}"), rows);
        }
        for (sql, wanted) in FACTS {
            found(&scratch, sql, wanted);
        }

        let dirty = std::str::from_utf8(&files.files["demo/dirty.sql"]).unwrap();
        for statement in opened.dialect().split(dirty).unwrap() {
            scratch.execute(&statement.text);
        }
        for (sql, wanted) in DIRT {
            found(&scratch, sql, wanted);
        }
    }
}
