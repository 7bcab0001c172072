//! Rehearsals on every database: the plan runs on a copy, the database itself is untouched, and the run that follows knows what to expect.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/plans.rs"]
mod plans;
#[path = "support/small.rs"]
mod small;
mod support;

use std::sync::Mutex;

use cutover::backup::{self, Take};
use cutover::database::Mode;
use cutover::journal::{self, Event, EventKind, Monitor, Outcome, Progress, Rehearsal, Silent};
use cutover::model::error::{ErrorKind, Result};
use cutover::model::footprint::HeldLock;
use cutover::model::url::DatabaseUrl;
use cutover::plan::{Plan, PlanFiles};
use cutover::report::{Report, Values};
use cutover::run::rehearse::{Rehearsing, rehearse};
use cutover::run::{Ended, Options};
use plans::{Site, options, told};
use support::{Scratch, each_database};

/// Rehearses a plan that can be.
fn rehearsed(site: &Site, (files, plan): &(PlanFiles, Plan), options: &Options, monitor: &dyn Monitor) -> (Ended, Rehearsal) {
    match rehearse(&site.engine(monitor), files, plan, options) {
        Ok(Rehearsing::Ended { ended, rehearsal }) => (*ended, *rehearsal),
        Ok(other) => panic!("{other:?}"),
        Err(error) => panic!("{}", told(&error)),
    }
}

/// The scratch databases of a rehearsal that are left.
fn left(site: &Site, run: &str) -> Vec<String> {
    let own = cutover::database::access::scratch_name(run);
    site.database.scratches().unwrap().into_iter().filter(|name| *name == own).collect()
}

/// Watches whether the server's writes go on while the plan runs on the copy.
struct Watching<'a> {
    scratch: &'a Scratch,
    stopped: Mutex<Vec<String>>,
}

impl Monitor for Watching<'_> {
    fn event(&self, event: &Event) -> Result<()> {
        if self.scratch.dialect() == "mysql" && self.scratch.query("SELECT @@GLOBAL.read_only")[0][0].as_deref() != Some("0") {
            self.stopped.lock().unwrap().push(format!("{:?}", event.kind));
        }
        // Others write on, in the very tables that the plan changes.
        if matches!(event.kind, EventKind::StepFinished { .. }) {
            self.scratch.execute("UPDATE programs SET name = name WHERE id = 1");
        }
        Ok(())
    }

    fn progress(&self, _: &Progress) {}

    fn notice(&self, _: &str) {}
}

each_database! {
    fn a_rehearsal_measures_every_statement_and_leaves_the_database_as_it_is(database: Scratch) {
        let site = small::site(database);
        let plan = site.plan(&small::PLAN);
        let before = site.snapshot();
        let watching = Watching { scratch: &site.scratch, stopped: Mutex::default() };
        let (ended, rehearsal) = rehearsed(&site, &plan, &options(), &watching);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        assert_eq!(*watching.stopped.lock().unwrap(), Vec::<String>::new());
        assert_eq!(site.differences(&before), Vec::<String>::new());
        assert_eq!(left(&site, &rehearsal.run), Vec::<String>::new());
        assert!(site.database.read().unwrap().records().unwrap().is_empty(), "the database itself knows of no run");

        let backup = rehearsal.backup.clone().unwrap();
        assert_eq!((backup.proven, rehearsal.copied_in, rehearsal.rows, rehearsal.rows_now), (Some(true), None, 5, 5));
        assert!(backup.cells > 0 && !rehearsal.kept);
        let kept = Rehearsal::read(&ended.directory).unwrap().unwrap();
        assert_eq!((kept.run, kept.statements.len()), (rehearsal.run.clone(), rehearsal.statements.len()));
        let window = rehearsal.window.clone().unwrap();
        assert!(window.least > 0.0 && window.most > window.least && !window.how.is_empty(), "{window:?}");
        let phases: Vec<_> = rehearsal.phases.iter().map(|time| time.phase.as_str()).collect();
        assert_eq!(phases, ["fence", "snapshot", "steps", "verify", "commit"]);

        let finished = journal::read(&ended.directory).unwrap();
        let finished = finished.iter().filter(|event| matches!(event.kind, EventKind::StatementFinished { .. })).count();
        assert_eq!(rehearsal.statements.len(), finished);
        for statement in &rehearsal.statements {
            assert!(statement.weight.rewritten.is_some() && statement.weight.growth.is_some(), "{statement:?}");
        }
        let lock = |on: &str, mode: &str| HeldLock { on: on.to_owned(), mode: mode.to_owned() };
        let taken: Vec<_> = rehearsal.statements.iter().flat_map(|statement| statement.weight.locks.clone().unwrap_or_default()).collect();
        match site.scratch.dialect() {
            "postgres" => {
                assert!(rehearsal.fence.as_ref().unwrap().contains(&lock("schools", "ShareRowExclusiveLock")), "{:?}", rehearsal.fence);
                assert!(taken.contains(&lock("schools", "AccessExclusiveLock")), "{taken:?}");
                assert!(taken.contains(&lock("programs", "RowExclusiveLock")), "{taken:?}");
                assert!(rehearsal.statements.iter().all(|statement| statement.weight.log_bytes.is_some()));
            }
            "mysql" => assert_eq!(rehearsal.fence, None),
            _ => assert_eq!(rehearsal.fence, Some(vec![lock("the whole file", "RESERVED")])),
        }
    }

    fn a_rehearsal_goes_the_way_that_the_run_will_go(database: Scratch) {
        let site = small::site(database);
        let plan = site.plan(&small::PLAN);
        let before = site.snapshot();
        let in_place = Options { mode: Some(Mode::InPlace), ..options() };
        let (ended, rehearsal) = rehearsed(&site, &plan, &in_place, &Silent);
        assert_eq!((ended.outcome, rehearsal.mode.as_str()), (Outcome::Committed, "in-place"), "{ended:?}");
        assert_eq!(rehearsal.fence, None, "no transaction holds the whole run");
        if site.scratch.dialect() != "mysql" {
            let locks = rehearsal.statements.iter().map(|statement| statement.weight.locks.clone().unwrap());
            assert!(locks.clone().all(|locks| !locks.is_empty()), "{:?}", locks.collect::<Vec<_>>());
        }
        assert_eq!(site.differences(&before), Vec::<String>::new());
        assert_eq!(site.database.read().unwrap().standing_fence().unwrap(), None);
    }

    fn a_table_that_is_written_anew_is_named(database: Scratch) {
        let site = small::site(database);
        let step = match site.scratch.dialect() {
            "postgres" => "ALTER TABLE schools ALTER COLUMN name TYPE varchar(100);\nCREATE INDEX schools_by_name ON schools (name);\n",
            "mysql" => "ALTER TABLE schools FORCE;\n",
            _ => "CREATE TABLE anew (id integer PRIMARY KEY AUTOINCREMENT, name text NOT NULL);\n\
                  INSERT INTO anew SELECT id, name FROM schools;\nDROP TABLE schools;\nALTER TABLE anew RENAME TO schools;\n",
        };
        let plan = site.plan(&[
            ("plan.toml", "format = 1\nname = \"anew\"\ndatabases = [\"postgres\", \"mysql\", \"sqlite\"]\n\
              [contract]\nschema = [{ change = \"column schools.name\" }, { add = \"column schools.stamp\" }]\n"),
            ("steps/0010_anew.sql", step),
        ]);
        let (_, rehearsal) = rehearsed(&site, &plan, &options(), &Silent);
        let rewritten: Vec<_> = rehearsal.statements.iter().flat_map(|statement| statement.weight.rewritten.clone().unwrap()).collect();
        assert_eq!(rewritten, ["schools"], "{:?}", rehearsal.statements);
    }

    fn a_run_knows_its_rehearsal_and_can_require_it(database: Scratch) {
        let site = small::site(database);
        let plan = site.plan(&small::PLAN);
        let before = site.snapshot();
        let required = Options { require_rehearsal: true, ..options() };
        let refused = site.run(&plan, &required, &Silent).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Refused);
        assert!(told(&refused).contains("holds no rehearsal") && told(&refused).contains("cutover rehearse small"), "{}", told(&refused));

        let mut changed = small::PLAN.to_vec();
        changed.push(("invariants/schools.sql", "SELECT count(*) AS schools FROM schools;\n"));
        let changed = site.plan(&changed);
        rehearsed(&site, &changed, &options(), &Silent);
        let refused = site.run(&plan, &required, &Silent).unwrap_err();
        assert!(told(&refused).contains("the plan has changed since its rehearsal"), "{}", told(&refused));
        assert_eq!(site.differences(&before), Vec::<String>::new());

        let (_, rehearsal) = rehearsed(&site, &plan, &options(), &Silent);
        let ended = site.end(&plan, &required, &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        let report = Report::of(&journal::read(&ended.directory).unwrap(), ended.verdict.as_ref(), Values::Masked);
        let planned = report.rehearsed.unwrap();
        assert_eq!(planned.rehearsal, rehearsal.run);
        let names: Vec<_> = planned.phases.iter().map(|phase| phase.phase.as_str()).collect();
        assert_eq!(names, ["fence", "snapshot", "steps", "verify", "commit"]);
        assert!(planned.phases.iter().all(|phase| phase.planned.is_some() && phase.real.is_some()), "{:?}", planned.phases);
        assert!(site.status(&rehearsal.run).1.contains("a rehearsal on a copy"));
        assert_eq!(site.directory(&rehearsal.run).rehearses().unwrap(), Some(site.database.place()));
    }

    fn a_rehearsal_that_fails_is_told_and_counts_for_nothing(database: Scratch) {
        let site = small::site(database);
        let plan = site.plan(&small::failing());
        let before = site.snapshot();
        let (ended, rehearsal) = rehearsed(&site, &plan, &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::VerificationFailed, "{ended:?}");
        assert_eq!((rehearsal.window, rehearsal.outcome), (None, Outcome::VerificationFailed));
        assert_eq!(site.differences(&before), Vec::<String>::new());
        assert_eq!(left(&site, &rehearsal.run), Vec::<String>::new());
        let refused = site.run(&plan, &Options { require_rehearsal: true, ..options() }, &Silent).unwrap_err();
        assert!(told(&refused).contains("did not come to its end"), "{}", told(&refused));
    }

    fn a_backup_that_is_given_is_proven_and_the_window_grows_with_the_rows(database: Scratch) {
        let site = small::site(database);
        let plan = site.plan(&small::PLAN);
        let directory = site.scratch.directory().join("given");
        let take = Take { directory: &directory, name: "given", sessions: 2, program: backup::Program::Own, held: false, interrupt: &site.interrupt, monitor: &Silent };
        backup::take(site.database.as_ref(), &take).unwrap();
        site.scratch.execute("INSERT INTO programs (school_id, name) VALUES (1, 'a'), (1, 'b'), (1, 'c'), (1, 'd'), (1, 'e')");
        let given = Options { backup_file: Some(directory), ..options() };
        let (_, rehearsal) = rehearsed(&site, &plan, &given, &Silent);
        let backup = rehearsal.backup.clone().unwrap();
        assert_eq!((backup.proven, backup.seconds), (Some(true), None));
        assert_eq!((rehearsal.rows, rehearsal.rows_now), (5, 10));
        let took: f64 = rehearsal.phases.iter().map(|phase| phase.seconds).sum();
        let least = rehearsal.window.unwrap().least;
        assert!((least - 2.0 * took).abs() < 1e-6, "{least} {took}");
    }
}

each_database! {
    fn a_copy_of_the_database_s_own_needs_no_backup(database: Scratch) {
        let site = small::site(database);
        let plan = site.plan(&small::PLAN);
        let before = site.snapshot();
        let copy = Options { copy: true, ..options() };
        if site.scratch.dialect() == "mysql" {
            let refused = rehearse(&site.engine(&Silent), &plan.0, &plan.1, &copy).unwrap_err();
            assert!(told(&refused).contains("cannot copy a database by itself"), "{}", told(&refused));
            return;
        }
        let (ended, rehearsal) = rehearsed(&site, &plan, &copy, &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        assert_eq!((rehearsal.backup.as_ref(), rehearsal.rows, rehearsal.rows_now), (None, 5, 5));
        assert!(rehearsal.copied_in.is_some() && rehearsal.window.is_some());
        assert_eq!(site.differences(&before), Vec::<String>::new());
        assert_eq!(left(&site, &rehearsal.run), Vec::<String>::new());
        assert!(!ended.directory.join("backup").exists());
        let required = Options { require_rehearsal: true, ..options() };
        assert_eq!(site.end(&plan, &required, &Silent).outcome, Outcome::Committed);
    }

    fn a_plan_that_fails_on_a_copy_leaves_nothing_of_it(database: Scratch) {
        let site = small::site(database);
        let plan = site.plan(&small::failing());
        let before = site.snapshot();
        let copy = Options { copy: true, ..options() };
        if site.scratch.dialect() == "mysql" {
            assert_eq!(rehearse(&site.engine(&Silent), &plan.0, &plan.1, &copy).unwrap_err().kind(), ErrorKind::Refused);
            assert_eq!(site.differences(&before), Vec::<String>::new());
            return;
        }
        let (ended, rehearsal) = rehearsed(&site, &plan, &copy, &Silent);
        assert_eq!((ended.outcome, rehearsal.window), (Outcome::VerificationFailed, None));
        assert_eq!(site.differences(&before), Vec::<String>::new());
        assert_eq!(left(&site, &rehearsal.run), Vec::<String>::new());
    }
}

/// An index over rows that do not fit into the memory for it is sorted in files.
#[test]
fn the_files_that_postgres_sorts_in_are_seen_while_it_sorts() {
    let site = small::site(Scratch::postgres("the_files_that_postgres_sorts_in"));
    site.scratch.execute(
        "INSERT INTO programs (school_id, name) SELECT 1, md5(n::text) || md5(n::text) FROM generate_series(1, 300000) n;
         CREATE FUNCTION index_names() RETURNS void LANGUAGE plpgsql SET maintenance_work_mem = '1MB'
         AS 'BEGIN CREATE INDEX programs_by_name ON public.programs (name); END'",
    );
    let plan = site.plan(&[
        ("plan.toml", "format = 1\nname = \"sorted\"\ndatabases = [\"postgres\"]\n[contract]\nschema = [{ add = \"index programs.programs_by_name\" }]\n"),
        ("steps/0010_sorted.sql", "SELECT index_names();\n"),
    ]);
    let (ended, rehearsal) = rehearsed(&site, &plan, &options(), &Silent);
    assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
    let index = rehearsal.statements.last().unwrap();
    assert!(index.weight.temporary_bytes.unwrap() > 1 << 20, "{index:?}");
}

/// PostgreSQL copies no database that somebody is in; who that is, is said, and nothing is begun.
#[test]
fn postgres_is_not_copied_while_others_are_in_it() {
    let site = small::site(Scratch::postgres("not_copied_while_others_are_in_it"));
    let plan = site.plan(&small::PLAN);
    let other = site.database.read().unwrap();
    let refused = rehearse(&site.engine(&Silent), &plan.0, &plan.1, &Options { copy: true, ..options() }).unwrap_err();
    assert!(told(&refused).contains("while other sessions are in it") && told(&refused).contains("pid "), "{}", told(&refused));
    assert_eq!(site.database.scratches().unwrap().into_iter().filter(|name| name.contains("not_copied")).count(), 0);
    drop(other);
}

/// SQLite is copied as it is at one instant, whoever writes meanwhile.
#[test]
fn sqlite_is_copied_while_somebody_writes() {
    let site = small::site(Scratch::sqlite("copied_while_somebody_writes"));
    let plan = site.plan(&small::PLAN);
    let writer = rusqlite::Connection::open(site.scratch.directory().join("scratch.db")).unwrap();
    writer
        .execute_batch("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; INSERT INTO programs (school_id, name) VALUES (1, 'not committed')")
        .unwrap();
    let (ended, rehearsal) = rehearsed(&site, &plan, &Options { copy: true, ..options() }, &Silent);
    assert_eq!((ended.outcome, rehearsal.rows), (Outcome::Committed, 5), "{ended:?}");
    writer.execute_batch("COMMIT").unwrap();
    assert_eq!(site.scratch.query("SELECT count(*) FROM programs WHERE name = 'not committed'"), [[Some("1".to_owned())]]);
}

each_database! {
    only (postgres, sqlite)
    fn staging_that_is_given_is_kept_with_what_the_plan_did(database: Scratch) {
        let staging = if database.dialect() == "postgres" { Scratch::postgres("staging_kept") } else { Scratch::sqlite("staging_kept") };
        let site = small::site(database);
        let plan = site.plan(&small::PLAN);
        let given = Options { staging: Some(DatabaseUrl::new(staging.url()).unwrap()), ..options() };
        let (_, rehearsal) = rehearsed(&site, &plan, &given, &Silent);
        assert!(rehearsal.kept);
        assert_eq!(staging.query("SELECT cms_id FROM schools ORDER BY id"), [[Some("1".to_owned())], [Some("2".to_owned())]]);
        let refused = rehearse(&site.engine(&Silent), &plan.0, &plan.1, &given).unwrap_err();
        assert!(told(&refused).contains("empty database"), "{}", told(&refused));
    }
}

each_database! {
    only (mysql)
    fn metadata_locks_are_told_where_the_plugin_is_there(database: Scratch) {
        database.execute("INSTALL PLUGIN IF NOT EXISTS METADATA_LOCK_INFO SONAME 'metadata_lock_info'");
        let site = small::site(database);
        let plan = site.plan(&small::PLAN);
        let (_, rehearsal) = rehearsed(&site, &plan, &options(), &Silent);
        let update = rehearsal.statements.iter().find(|statement| statement.sql.starts_with("UPDATE programs")).unwrap();
        let written = HeldLock { on: "programs".to_owned(), mode: "MDL_SHARED_WRITE".to_owned() };
        assert!(update.weight.locks.as_ref().unwrap().contains(&written), "{update:?}");
    }

    fn what_an_alter_holds_and_builds_is_seen_while_it_runs(database: Scratch) {
        database.execute("INSTALL PLUGIN IF NOT EXISTS METADATA_LOCK_INFO SONAME 'metadata_lock_info'");
        let site = small::site(database);
        // Enough rows for the table to be built in more than one look's time.
        site.scratch.execute("INSERT INTO programs (school_id, name) SELECT 1, REPEAT('x', 50) FROM seq_1_to_200000");
        let plan = site.plan(&[
            ("plan.toml", "format = 1\nname = \"anew\"\ndatabases = [\"mysql\"]\n"),
            ("steps/0010_anew.sql", "ALTER TABLE programs FORCE, ALGORITHM=COPY;\n"),
        ]);
        let (ended, rehearsal) = rehearsed(&site, &plan, &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        let alter = &rehearsal.statements[0];
        let locks = alter.weight.locks.as_ref().unwrap();
        assert!(locks.iter().any(|lock| lock.on == "programs" && lock.mode != "MDL_SHARED_READ"), "{alter:?}");
        assert!(alter.weight.temporary_bytes.unwrap() > 1 << 20, "{alter:?}");
    }
}
