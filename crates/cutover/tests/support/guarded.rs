//! Commands for guards: the test program itself, started again for its test `child` alone, which executes the SQL that it is given on the
//! database that its environment names, as a migration tool does.

// Each test program uses its own part of this module.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use cutover::database::dialects;
use cutover::journal::{EventKind, Monitor};
use cutover::model::error::Result;
use cutover::model::url::DatabaseUrl;
use cutover::run::guard::{Contract, GuardOptions, guard};
use cutover::run::{BackupAt, Ended, Options};
use cutover::verify::verdict::Verdict;
use mysql::prelude::Queryable;

use crate::plans::{Site, options, told};

/// The variable that holds the SQL.
const SQL: &str = "CUTOVER_TEST_SQL";

/// What this process is, if it is a command: it executes its SQL where `DATABASE_URL` says.
pub fn child() {
    let Ok(sql) = std::env::var(SQL) else { return };
    execute(&std::env::var("DATABASE_URL").unwrap(), &sql);
}

/// Executes statements in a session as a migration tool has one.
pub fn execute(url: &str, sql: &str) {
    match url.split(':').next().unwrap() {
        "postgres" => postgres::Client::connect(url, postgres::NoTls).unwrap().batch_execute(sql).unwrap(),
        "mysql" => {
            let mut session = mysql::Conn::new(mysql::Opts::from_url(url).unwrap()).unwrap();
            let mut results = session.query_iter(sql).unwrap();
            while let Some(rows) = results.iter() {
                rows.for_each(|row| drop(row.unwrap()));
            }
        }
        _ => {
            let connection = rusqlite::Connection::open(url.trim_start_matches("sqlite://")).unwrap();
            connection.busy_timeout(Duration::from_secs(20)).unwrap();
            connection.execute_batch(sql).unwrap();
        }
    }
}

/// The words of a command that executes SQL, and then runs a line of a shell.
pub fn sql_and(sql: &str, then: &str) -> Vec<String> {
    let program = std::env::current_exe().unwrap().display().to_string();
    let line = format!("{SQL}=\"$1\" \"$0\" child --exact --nocapture --quiet || exit 99; {then}");
    ["sh", "-c", &line, &program, sql].map(str::to_owned).to_vec()
}

/// The words of a command that executes SQL.
pub fn sql(sql: &str) -> Vec<String> {
    sql_and(sql, "true")
}

/// The words of a line of a shell.
pub fn shell(line: &str) -> Vec<String> {
    ["sh", "-c", line].map(str::to_owned).to_vec()
}

/// Options of a guard.
pub fn guarding(site: &Site, command: Vec<String>) -> GuardOptions {
    GuardOptions {
        url: DatabaseUrl::new(site.scratch.url()).unwrap(),
        command,
        options: Options { backup: BackupAt::Fence, ..options() },
        rehearse: false,
        restore_on_failure: false,
        migrations: None,
        suggest: None,
        timeout: None,
        settle: Duration::from_secs(20),
        grace: Duration::from_millis(300),
    }
}

/// Guards a command without a contract.
pub fn guarded(site: &Site, command: Vec<String>, monitor: &dyn Monitor) -> Ended {
    with(site, &guarding(site, command), monitor).unwrap_or_else(|error| panic!("{}", told(&error)))
}

/// Guards a command without a contract.
///
/// # Errors
/// Where it could not be started.
pub fn with(site: &Site, options: &GuardOptions, monitor: &dyn Monitor) -> Result<Ended> {
    let contract = Contract::read(None, site.database.dialect(), &dialects()).unwrap();
    guard(&site.engine(monitor), &contract, options)
}

/// The findings that fail, each with its rule.
pub fn failing(ended: &Ended) -> Vec<String> {
    of_verdict(ended.verdict.as_ref().unwrap_or_else(|| panic!("{ended:?}")))
}

/// The findings of a verdict that fail, each with its rule.
pub fn of_verdict(verdict: &Verdict) -> Vec<String> {
    let failing = verdict.findings.iter().filter(|finding| finding.severity == cutover::plan::Severity::Error);
    failing.map(|finding| format!("{}: {}", finding.rule, finding.message)).collect()
}

/// The event of a run of which something is wanted.
pub fn event<T>(site: &Site, ended: &Ended, wanted: impl Fn(EventKind) -> Option<T>) -> T {
    let events = site.directory(&ended.run).events().unwrap();
    events.into_iter().find_map(|event| wanted(event.kind)).unwrap()
}
