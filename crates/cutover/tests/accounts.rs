//! Accounts with less than every right: what only reads works and harms nothing, and what is missing is named with its GRANT.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/plans.rs"]
mod plans;
#[path = "support/small.rs"]
mod small;
mod support;

use cutover::database::Database;
use cutover::journal::{Outcome, Silent};
use cutover::model::error::{Error, ErrorKind, Result};
use cutover::model::interrupt::Interrupt;
use cutover::plan::{Plan, PlanFiles};
use cutover::run::diff::{Side, diff};
use cutover::run::explain::{Readiness, explain};
use cutover::run::{Engine, later, status, undo};
use cutover::snapshot::Snapshot;
use plans::{Site, open, options, told};
use small::{PLAN, site};
use support::Scratch;

const NOTHING: [String; 0] = [];

/// An account of a test's own, without any right at first; it is dropped with everything that it was granted.
struct Account<'a> {
    name: String,
    scratch: &'a Scratch,
}

impl<'a> Account<'a> {
    fn new(scratch: &'a Scratch) -> Self {
        let name = format!("{}_reader", scratch.query("SELECT left(current_database(), 50)")[0][0].clone().unwrap());
        scratch.execute(&format!("CREATE ROLE \"{name}\" LOGIN PASSWORD 'secret'"));
        Self { name, scratch }
    }

    fn grant(&self, rights: &str) {
        self.scratch.execute(&format!("GRANT {rights} TO \"{}\"", self.name));
    }

    fn url(&self) -> String {
        let url = self.scratch.url();
        let (scheme, rest) = url.split_once("://").unwrap();
        let address = rest.split_once('@').map_or(rest, |(_, address)| address);
        format!("{scheme}://{}:secret@{address}", self.name)
    }
}

impl Drop for Account<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.scratch.execute(&format!("DROP OWNED BY \"{0}\"; DROP ROLE \"{0}\"", self.name));
        }
    }
}

/// What an account sees and can do.
struct Reading<'a> {
    site: &'a Site,
    database: Box<dyn Database>,
    interrupt: Interrupt,
}

impl<'a> Reading<'a> {
    fn new(site: &'a Site, url: &str) -> Self {
        let interrupt = Interrupt::new();
        Self { site, database: open(url, &interrupt), interrupt }
    }

    fn engine(&self) -> Engine<'_> {
        Engine { database: self.database.as_ref(), monitor: &Silent, interrupt: &self.interrupt, home: &self.site.home }
    }

    fn snapshot(&self, name: &str) -> Result<Snapshot> {
        later::snapshot(&self.engine(), &self.site.scratch.directory().join(format!("snapshot-{name}")), &options())
    }

    /// Every command that only reads, after a run.
    fn everything(&self, plan: &Plan, run: &str, name: &str) {
        let engine = self.engine();
        let explained = explain(Some(&engine), plan, self.database.dialect(), &options()).unwrap();
        assert!(matches!(explained.ready, Some(Readiness::Applied(applied)) if applied == run));
        let (one, other) = (self.snapshot(&format!("{name}-1")).unwrap(), self.snapshot(&format!("{name}-2")).unwrap());
        let scratch = self.site.scratch.directory().join("snapshot-diff");
        let verdict = diff(Side::stored(one.clone()), Side::stored(other.clone()), &scratch, &Silent).unwrap();
        assert!(verdict.passed && verdict.findings.is_empty(), "{verdict:?}");
        let directory = self.site.directory(run);
        let verdict = later::verify(&engine, plan, &directory, &undo::first_values(&directory).unwrap(), &options()).unwrap();
        assert!(verdict.passed && verdict.findings.is_empty(), "{verdict:?}");
        let runs = status::status(&self.site.home, Some(&engine)).unwrap();
        assert!(runs.iter().any(|status| status.run == run && status.recorded == Some(Some("applied".to_owned()))), "{runs:?}");
    }
}

/// The statements that an error offers as its remedy.
fn grants(error: &Error) -> Vec<String> {
    let hints = error.hints().iter().filter(|hint| hint.starts_with("GRANT"));
    hints.map(|hint| hint.trim_end_matches(';').to_owned()).collect()
}

fn committed(site: &Site) -> ((PlanFiles, Plan), String) {
    let plan = site.plan(&PLAN);
    let ended = site.end(&plan, &options(), &Silent);
    assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
    (plan, ended.run)
}

/// Every relation of the database, the file that it is in, and where sequences stand.
fn traces(site: &Site) -> Vec<Vec<Option<String>>> {
    site.scratch.query(
        "SELECT n.nspname, c.relname, c.relkind, c.relfilenode, CASE WHEN c.relkind = 'S' THEN pg_sequence_last_value(c.oid) END \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') \
         ORDER BY 1, 2",
    )
}

#[test]
fn an_account_that_may_only_read_can_do_everything_that_reads() {
    let site = site(Scratch::postgres("an_account_that_may_only_read"));
    let account = Account::new(&site.scratch);
    account.grant("SELECT ON ALL TABLES IN SCHEMA public");
    account.grant("SELECT ON ALL SEQUENCES IN SCHEMA public");
    // What the plan creates is for its eyes as well, and that belongs to what the contract grants.
    site.scratch.execute(&format!("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO \"{}\"", account.name));
    let (plan, run) = committed(&site);
    let reading = Reading::new(&site, &account.url());

    let refused = status::status(&site.home, Some(&reading.engine())).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Refused, "{refused:?}");
    assert!(refused.to_string().contains("may not read the journal cutover.runs"), "{refused}");
    grants(&refused).iter().for_each(|grant| site.scratch.execute(grant));

    let (before, traces_before) = (site.snapshot(), traces(&site));
    reading.everything(&plan.1, &run, "reader");
    assert_eq!(site.differences(&before), NOTHING);
    assert_eq!(traces(&site), traces_before);
    assert_eq!(site.leftovers(true), NOTHING);
}

#[test]
fn an_account_that_may_only_read_cannot_run_a_plan() {
    let site = site(Scratch::postgres("an_account_that_cannot_run"));
    let account = Account::new(&site.scratch);
    account.grant("SELECT ON ALL TABLES IN SCHEMA public");
    account.grant("SELECT ON ALL SEQUENCES IN SCHEMA public");
    let before = site.snapshot();
    let reading = Reading::new(&site, &account.url());
    let (files, plan) = site.plan(&PLAN);
    // Everything that it lacks at once, before the fence.
    let error = cutover::run::run(&reading.engine(), &files, &plan, &options()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused, "{error:?}");
    for missing in ["may not lock programs", "may not lock schools", "may not create the schema of the journal"] {
        assert!(told(&error).contains(missing), "{missing}: {error:?}");
    }
    assert!(grants(&error).iter().any(|grant| grant.starts_with("GRANT CREATE ON DATABASE")), "{error:?}");
    assert_eq!(site.differences(&before), NOTHING);
    assert_eq!(site.leftovers(false), NOTHING);
}

#[test]
fn a_table_that_may_not_be_read_is_named_with_its_grant() {
    let site = site(Scratch::postgres("a_table_that_may_not_be_read"));
    site.scratch.execute("CREATE SCHEMA \"Aside\"; CREATE TABLE \"Aside\".\"Odd \"\"one\" (id integer PRIMARY KEY)");
    let account = Account::new(&site.scratch);
    account.grant("SELECT ON schools");
    let reading = Reading::new(&site, &account.url());
    let mut offered = Vec::new();
    // One remedy may lead to the next: a schema's right, a table's, a sequence's.
    let snapshot = loop {
        match reading.snapshot(&format!("attempt-{}", offered.len())) {
            Ok(snapshot) => break snapshot,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Refused, "{error:?}");
                let grants: Vec<_> = grants(&error).into_iter().filter(|grant| !offered.contains(grant)).collect();
                assert!(!grants.is_empty(), "nothing new to mend it: {error:?}");
                grants.iter().for_each(|grant| site.scratch.execute(grant));
                offered.extend(grants);
            }
        }
    };
    let tables: Vec<_> = snapshot.manifest.tables.iter().map(|entry| entry.table.to_string()).collect();
    assert_eq!(tables, ["programs", "schools", "Aside.Odd \"one"]);
    assert!(offered.iter().any(|grant| grant.contains("\"programs\"")), "{offered:?}");
    assert!(!offered.iter().any(|grant| grant.contains("\"schools\"")), "what may be read already: {offered:?}");
}

#[test]
fn an_account_under_a_policy_is_told_so_and_never_reads_fewer_rows() {
    let site = site(Scratch::postgres("an_account_under_a_policy"));
    site.scratch.execute("ALTER TABLE programs ENABLE ROW LEVEL SECURITY; CREATE POLICY open_ones ON programs USING (status = 'Active')");
    let account = Account::new(&site.scratch);
    account.grant("SELECT ON ALL TABLES IN SCHEMA public");
    account.grant("SELECT ON ALL SEQUENCES IN SCHEMA public");
    let reading = Reading::new(&site, &account.url());
    let refused = reading.snapshot("hidden").unwrap_err();
    assert!(told(&refused).contains("row-level security"), "{refused:?}");
    assert!(told(&refused).contains("programs"), "{refused:?}");
    assert!(told(&refused).contains("BYPASSRLS"), "the remedy is not named: {refused:?}");

    site.scratch.execute(&format!("ALTER ROLE \"{}\" BYPASSRLS", account.name));
    let whole = reading.snapshot("whole").unwrap();
    let programs = whole.manifest.tables.iter().find(|entry| entry.table.name == "programs").unwrap();
    assert_eq!(programs.contents.digest.rows, 3);
}

#[test]
fn reading_a_file_leaves_every_byte_of_it() {
    for journal in ["DELETE", "WAL"] {
        let site = site(Scratch::sqlite("reading_a_file_leaves_every_byte_of_it"));
        site.scratch.query(&format!("PRAGMA journal_mode = {journal}"));
        let (plan, run) = committed(&site);
        let file = site.scratch.directory().join("scratch.db");
        let bytes = std::fs::read(&file).unwrap();
        let mut permissions = std::fs::metadata(&file).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&file, permissions).unwrap();
        let reading = Reading::new(&site, &site.scratch.url());
        reading.everything(&plan.1, &run, "reader");
        assert!(std::fs::read(&file).unwrap() == bytes, "{journal}: the file has changed");
    }
}

#[test]
fn looking_before_the_first_run_creates_nothing() {
    for scratch in [Scratch::postgres("looking_before_the_first_run"), Scratch::sqlite("looking_before_the_first_run")] {
        let site = site(scratch);
        let before = site.snapshot();
        let (_, plan) = site.plan(&PLAN);
        let explained = explain(Some(&site.engine(&Silent)), &plan, site.database.dialect(), &options()).unwrap();
        assert!(matches!(explained.ready, Some(Readiness::Ready)), "{:?}", explained.ready);
        assert!(status::status(&site.home, Some(&site.engine(&Silent))).unwrap().is_empty());
        assert_eq!(site.differences(&before), NOTHING);
        assert_eq!(site.leftovers(false), NOTHING);
        assert!(!site.home.exists());
    }
}
