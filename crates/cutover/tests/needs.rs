//! What a run will need is said before anything is touched, and refused where it cannot succeed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/plans.rs"]
mod plans;
#[path = "support/small.rs"]
mod small;
mod support;

use cutover::journal::{EventKind, Outcome, Silent};
use cutover::model::error::ErrorKind;
use cutover::report::{Report, Values};
use cutover::run::Options;
use cutover::run::explain::{Explanation, Readiness, explain};
use plans::{Site, open, options, told};
use small::{PLAN, site};
use support::{Scratch, each_database};

const NOTHING: [String; 0] = [];

fn explained(site: &Site, options: &Options) -> Explanation {
    let (_, plan) = site.plan(&PLAN);
    explain(Some(&site.engine(&Silent)), &plan, site.database.dialect(), options).unwrap()
}

/// Why a run would be refused.
fn refused(site: &Site, options: &Options) -> String {
    match explained(site, options).ready {
        Some(Readiness::Refused(reasons)) => reasons.join("; "),
        other => panic!("{other:?}"),
    }
}

fn has(needs: &[String], beginning: &str) -> bool {
    needs.iter().any(|line| line.starts_with(beginning))
}

each_database! {
    fn what_is_said_before_a_run_is_in_its_journal_and_its_report(scratch: Scratch) {
        let site = site(scratch);
        let needs = explained(&site, &options()).needs;
        assert!(has(&needs, "disk here: up to ") && has(&needs, "disk of the database: up to "), "{needs:?}");
        assert!(needs.iter().any(|line| line.contains("schools") && line.contains("may be written anew")), "{needs:?}");
        let fenced = has(&needs, "what holds other sessions' writes off: the server's read_only");
        assert_eq!(fenced, site.scratch.dialect() == "mysql", "{needs:?}");
        assert_eq!(has(&needs, "sessions: up to 4 at once; "), site.scratch.dialect() != "sqlite", "{needs:?}");
        if site.scratch.dialect() == "sqlite" {
            assert!(needs.iter().all(|line| !line.contains("cannot be seen")), "a file's disk can be: {needs:?}");
        }

        let ended = site.end(&site.plan(&PLAN), &options(), &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        let events = site.directory(&ended.run).events().unwrap();
        let found: Vec<_> = events.iter().filter(|event| matches!(event.kind, EventKind::NeedsFound { .. })).collect();
        assert_eq!(found.len(), 1);
        let report = Report::of(&events, None, Values::Masked);
        assert!(has(&report.needs, "disk here: "), "{:?}", report.needs);
    }
}

/// A role with some rights, and the site as it sees it.
fn as_role(site: &mut Site, name: &str, rights: &[&str]) {
    let unique = format!("{name}_{}", std::process::id());
    site.scratch.execute(&format!("CREATE ROLE \"{unique}\" LOGIN PASSWORD 'needs'"));
    for right in rights {
        site.scratch.execute(&right.replace("{role}", &format!("\"{unique}\"")));
    }
    let url = site.scratch.url();
    let (_, place) = url.split_once('@').unwrap_or(("", url.split_once("//").unwrap().1));
    site.database = open(&format!("postgres://{unique}:needs@{place}"), &site.interrupt);
}

fn forget_role(site: &Site, name: &str) {
    let unique = format!("{name}_{}", std::process::id());
    site.scratch.execute(&format!("DROP OWNED BY \"{unique}\"; DROP ROLE \"{unique}\""));
}

#[test]
fn rights_that_are_missing_are_named_with_what_mends_them() {
    let mut site = site(Scratch::postgres("rights_that_are_missing"));
    let reads = ["GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}", "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"];
    as_role(&mut site, "cutover_needs_rights", &reads);
    let old = site.snapshot();
    let atomic = refused(&site, &options());
    assert!(atomic.contains("may not lock programs against writes") && atomic.contains("GRANT UPDATE ON "), "{atomic}");
    assert!(atomic.contains("may not create the schema of the journal") && atomic.contains("GRANT CREATE ON DATABASE "), "{atomic}");
    let in_place = refused(&site, &plans::in_place_options());
    assert!(in_place.contains("may not put a trigger on schools") && in_place.contains("GRANT "), "{in_place}");
    let error = site.run(&site.plan(&PLAN), &options(), &Silent).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(told(&error).ends_with("nothing was touched"), "{error:?}");
    assert_eq!(site.differences(&old), NOTHING);
    site.database = open(&site.scratch.url(), &site.interrupt);
    forget_role(&site, "cutover_needs_rights");
}

#[test]
fn sessions_that_are_left_are_counted_by_every_limit() {
    let mut site = site(Scratch::postgres("sessions_that_are_left"));
    as_role(&mut site, "cutover_needs_sessions", &["ALTER ROLE {role} CONNECTION LIMIT 3", "GRANT pg_read_all_data TO {role}"]);
    // One is the session that reads, one is the session that looks.
    let reasons = refused(&site, &options());
    assert!(reasons.contains("a run has 2 sessions at the least") && reasons.contains("raise the server's limit"), "{reasons}");
    site.database = open(&site.scratch.url(), &site.interrupt);
    forget_role(&site, "cutover_needs_sessions");
}

#[test]
fn transactions_and_slots_that_stay_are_named() {
    let site = site(Scratch::postgres("transactions_and_slots_that_stay"));
    let slot = format!("cutover_needs_{}", std::process::id());
    site.scratch.execute(&format!("SELECT pg_create_physical_replication_slot('{slot}', true)"));
    site.scratch.execute("BEGIN; UPDATE programs SET name = 'Physics' WHERE id = 1; PREPARE TRANSACTION 'left behind'");
    let reasons = refused(&site, &options());
    site.scratch.execute("ROLLBACK PREPARED 'left behind'");
    let needs = explained(&site, &options()).needs;
    site.scratch.execute(&format!("SELECT pg_drop_replication_slot('{slot}')"));
    assert!(
        reasons.contains("a prepared transaction stays in the way") && reasons.contains("ROLLBACK PREPARED 'left behind'"),
        "{reasons}"
    );
    assert!(has(&needs, &format!("the replication slot {slot} (physical, not in use) keeps ")), "{needs:?}");
}

#[test]
fn what_a_server_cannot_be_asked_is_said_and_what_the_fence_lacks_is_refused() {
    let mut site = site(Scratch::mysql("what_a_server_cannot_be_asked"));
    let database = site.scratch.query("SELECT DATABASE()")[0][0].clone().unwrap();
    let name = format!("n{}", std::process::id());
    site.scratch.execute(&format!(
        "CREATE USER '{name}'@'%' IDENTIFIED BY 'needs'; GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON `{database}`.* TO '{name}'@'%'"
    ));
    site.scratch.execute("XA START 'left'; UPDATE programs SET name = 'Chemistry' WHERE id = 1; XA END 'left'; XA PREPARE 'left'");
    let root = explained(&site, &options()).needs;
    site.scratch.execute("XA ROLLBACK 'left'");
    assert!(root.iter().any(|line| line.contains("left; XA COMMIT 'left', '', 1; or XA ROLLBACK 'left', '', 1;")), "{root:?}");

    let url = format!("mysql://{name}:needs@{}", site.scratch.url().split_once('@').unwrap().1);
    site.database = open(&url, &site.interrupt);
    let reasons = refused(&site, &options());
    assert!(reasons.contains("nowhere in this database the right to ALTER") && reasons.contains("GRANT ALTER ON "), "{reasons}");
    assert!(reasons.contains("may not set read_only, and the binlog cannot be watched instead"), "{reasons}");
    site.scratch.execute(&format!("GRANT ALTER ON `{database}`.* TO '{name}'@'%'; GRANT BINLOG MONITOR ON *.* TO '{name}'@'%'"));
    let needs = explained(&site, &options()).needs;
    assert!(has(&needs, "what holds other sessions' writes off: nothing: the binlog is watched"), "{needs:?}");
    assert!(has(&needs, "cannot be seen: the transactions of other sessions: GRANT PROCESS ON *.* TO "), "{needs:?}");
    site.scratch.execute(&format!("DROP USER '{name}'@'%'"));
}
