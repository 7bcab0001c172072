//! Rollback by restore on every database: the backup restored beside, proven, exchanged, and what stood before kept.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../support/child.rs"]
mod child;
#[path = "../support/events.rs"]
mod events;
#[path = "../support/plans.rs"]
mod plans;
#[path = "../support/small.rs"]
mod small;
#[path = "../support/mod.rs"]
mod support;

mod kills;
mod postgres;
mod sqlite;
mod ways;
mod writes;

use cutover::database::Mode;
use cutover::database::exchange::restored_name;
use cutover::journal::{Monitor, Outcome, Silent};
use cutover::model::error::Result;
use cutover::plan::{Plan, PlanFiles};
use cutover::run::rollback::{Method, Rollback, rollback};
use cutover::run::{BackupAt, Ended, Options, status};
use plans::{Site, options};
use small::{PLAN, before};
use support::Scratch;

const NOTHING: [String; 0] = [];

/// Not a test by itself: the program that the tests of kills start.
#[test]
fn child() {
    kills::run();
}

fn site(scratch: Scratch) -> Site {
    let sql = before(scratch.dialect());
    Site::filled(scratch, &sql)
}

fn with_backup() -> Options {
    Options { backup: BackupAt::Fence, ..options() }
}

/// Options of an in-place run with a backup, on a database that has another mode by itself.
fn in_place(site: &Site) -> Options {
    let unfenced = site.scratch.dialect() == "sqlite";
    Options { mode: Some(Mode::InPlace), unfenced, ..with_backup() }
}

fn by_restore() -> Rollback {
    Rollback { method: Method::Restore, ..Rollback::default() }
}

fn discarding() -> Rollback {
    Rollback { discard_new_writes: true, ..by_restore() }
}

/// Runs the small plan with a backup, and commits.
fn committed(site: &Site) -> ((PlanFiles, Plan), String) {
    let plan = site.plan(&PLAN);
    let ended = site.end(&plan, &with_backup(), &Silent);
    assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
    (plan, ended.run)
}

fn back_with(site: &Site, plan: &Plan, run: &str, how: &Rollback, monitor: &dyn Monitor) -> Result<Ended> {
    rollback(&site.engine(monitor), plan, &site.directory(run), &options(), how)
}

fn back(site: &Site, plan: &Plan, run: &str, how: &Rollback) -> Ended {
    back_with(site, plan, run, how, &Silent).unwrap_or_else(|error| panic!("{error:?}"))
}

/// What a rollback of a run must not leave on the server, or beside the file.
fn left_over(site: &Site, run: &str) -> Vec<String> {
    let own = restored_name(run);
    let mut left: Vec<_> = site.database.scratches().unwrap().into_iter().filter(|name| *name == own).collect();
    for directory in cutover::run::RunDirectory::list(&site.home).unwrap() {
        let names = std::fs::read_dir(&directory.path).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        left.extend(names.filter(|name| name.starts_with(&own) || name.starts_with("proof-") || name.ends_with(".unfinished")));
    }
    left
}

/// The names of what rollbacks of a run have kept.
fn kept(site: &Site, run: &str) -> Vec<String> {
    let kept = status::kept(&site.home, Some(&site.engine(&Silent))).unwrap();
    kept.into_iter().filter(|state| state.of.as_deref() == Some(run)).map(|state| state.name).collect()
}

/// Drops what a rollback has kept.
fn clean(site: &Site, run: &str) {
    assert_eq!(status::drop_kept(&site.engine(&Silent), run).unwrap().len(), 1);
    assert_eq!(kept(site, run), NOTHING);
}
