//! SQLite: connections that were open before the exchange see what came with it.

use std::time::Duration;

use cutover::journal::Outcome;
use rusqlite::Connection;

use crate::support::Scratch;
use crate::{NOTHING, back, by_restore, clean, committed, kept, site};

fn count(connection: &Connection) -> i64 {
    connection.query_row("SELECT count(*) FROM programs WHERE status = 'active'", [], |row| row.get(0)).unwrap()
}

fn open_connections_see_the_restored_contents(mode: &str) {
    let site = site(Scratch::sqlite(&format!("open_connections_{mode}")));
    site.scratch.query(&format!("PRAGMA journal_mode = {mode}"));
    let old = site.snapshot();
    let (plan, run) = committed(&site);
    let file = site.scratch.directory().join("scratch.db");
    let application = Connection::open(&file).unwrap();
    application.busy_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(count(&application), 1);
    let ended = back(&site, &plan.1, &run, &by_restore());
    assert_eq!(ended.outcome, Outcome::Undone, "{ended:?}");
    assert_eq!(count(&application), 0, "a connection that was open all the time");
    application.execute("INSERT INTO schools (name) VALUES ('Law')", []).unwrap();
    application.execute("DELETE FROM schools WHERE name = 'Law'", []).unwrap();
    assert_eq!(count(&Connection::open(&file).unwrap()), 0, "and a new one");
    assert_eq!(site.scratch.query("PRAGMA journal_mode")[0][0].as_deref(), Some(mode));
    drop(application);
    assert_eq!(site.differences(&old), NOTHING);
    let kept_file = kept(&site, &run).remove(0);
    assert_eq!(count(&Connection::open(&kept_file).unwrap()), 1, "what was exchanged is kept");
    clean(&site, &run);
    assert!(!std::path::Path::new(&kept_file).exists());
}

#[test]
fn open_connections_see_the_restored_contents_with_a_rollback_journal() {
    open_connections_see_the_restored_contents("delete");
}

#[test]
fn open_connections_see_the_restored_contents_with_a_write_ahead_log() {
    open_connections_see_the_restored_contents("wal");
}

/// A reader that does not end keeps the file from being written, and nothing was touched then.
#[test]
fn a_reader_that_reads_on_is_waited_for_and_nothing_is_half_done() {
    let site = site(Scratch::sqlite("a_reader_that_reads_on"));
    let old = site.snapshot();
    let (plan, run) = committed(&site);
    let new = site.snapshot();
    let reader = Connection::open(site.scratch.directory().join("scratch.db")).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(count(&reader), 1);
    let ended = back(&site, &plan.1, &run, &by_restore());
    assert_eq!(ended.outcome, Outcome::NotStarted, "{ended:?}");
    assert!(crate::plans::told(ended.error.as_ref().unwrap()).contains("read on"), "{ended:?}");
    reader.execute_batch("ROLLBACK").unwrap();
    assert_eq!(site.differences(&new), NOTHING);
    let ended = back(&site, &plan.1, &run, &by_restore());
    assert_eq!(ended.outcome, Outcome::Undone, "{ended:?}");
    assert_eq!(site.differences(&old), NOTHING);
    clean(&site, &run);
}
