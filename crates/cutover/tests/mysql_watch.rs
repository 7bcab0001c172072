//! Where an account may not set `read_only`, the binlog is watched: a run stops as soon as somebody else has written.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/plans.rs"]
mod plans;
#[path = "support/small.rs"]
mod small;
mod support;

use std::time::Duration;

use cutover::database::{Commit, Entry, Fence, Mode, Raised, Writer};
use cutover::journal::{EventKind, Outcome};
use cutover::model::error::{Error, ErrorKind};
use cutover::model::table::TableName;
use cutover::run::Options;
use plans::{open, options, told};
use small::{At, PLAN};
use support::Scratch;

const NOTHING: [String; 0] = [];

/// An account with every right in the database, and some on the server.
struct Account {
    name: String,
    url: String,
}

impl Account {
    fn new(scratch: &Scratch, rights_on_server: &str) -> Self {
        let database = scratch.query("SELECT DATABASE()")[0][0].clone().unwrap();
        let name = format!("w{}", &database[database.len().saturating_sub(28)..]);
        scratch.execute(&format!("CREATE USER '{name}'@'%' IDENTIFIED BY 'watching'; GRANT ALL ON `{database}`.* TO '{name}'@'%'"));
        scratch.execute(&format!("GRANT {rights_on_server} ON *.* TO '{name}'@'%'"));
        let url = format!("mysql://{name}:watching@{}", scratch.url().split_once('@').unwrap().1);
        Self { name, url }
    }

    fn forget(self, scratch: &Scratch) {
        scratch.execute(&format!("DROP USER '{}'@'%'", self.name));
    }
}

fn fence() -> Fence {
    Fence {
        tables: Vec::new(),
        strongest: Vec::new(),
        lock_timeout: Duration::from_secs(1),
        patience: Duration::from_secs(10),
        terminate_blockers: false,
        mode: Mode::InPlace,
        unfenced: false,
        apart: false,
        volatile: vec![TableName::local("sessions")],
        opaque: false,
    }
}

fn opened(url: &str, fence: &Fence) -> Result<(Box<dyn Writer>, Raised), Error> {
    let interrupt = cutover::model::interrupt::Interrupt::new();
    let mut writer = open(url, &interrupt).lock("watched")?;
    let raised = writer.open(fence, &mut |_| ())?;
    Ok((writer, raised))
}

fn unit(writer: &mut dyn Writer, number: u64, sql: &str) {
    let entry = Entry { run: "watched".to_owned(), number, text: "{}".to_owned() };
    let commit = writer.unit(&mut |writer| writer.execute(sql).map(|_| entry.clone())).unwrap();
    assert_eq!(commit, Commit::Committed);
}

#[test]
fn what_others_write_is_seen_and_what_the_run_writes_is_not_taken_for_it() {
    let scratch = Scratch::mysql("what_others_write_is_seen");
    scratch.execute("CREATE TABLE t (id integer PRIMARY KEY, v integer); CREATE TABLE sessions (id integer); INSERT INTO t VALUES (1, 1)");
    scratch.execute("CREATE DATABASE cutover_elsewhere; CREATE TABLE cutover_elsewhere.t (id integer)");
    let account = Account::new(&scratch, "BINLOG MONITOR");
    let (mut writer, raised) = opened(&account.url, &fence()).unwrap();
    assert!(raised.open.is_none() && raised.interrupted.is_none(), "{raised:?}");
    assert!(raised.watched.as_ref().unwrap().contains("the binlog is watched from "), "{raised:?}");

    unit(writer.as_mut(), 1, "UPDATE t SET v = 2");
    for definition in
        ["CREATE TABLE made (id integer)", "ALTER TABLE t ADD COLUMN w integer", "DROP TABLE made", "CREATE VIEW seen AS SELECT id FROM t"]
    {
        writer.execute(definition).unwrap();
    }
    unit(writer.as_mut(), 2, "DELETE FROM t WHERE id = 7");
    assert_eq!(writer.intrusions().unwrap(), NOTHING, "all of it was the run's own");

    scratch.execute("INSERT INTO cutover_elsewhere.t VALUES (1); INSERT INTO sessions VALUES (1); ANALYZE TABLE t; SELECT * FROM t");
    assert_eq!(writer.intrusions().unwrap(), NOTHING, "another database, a volatile table, and what changes nothing");

    scratch.execute("UPDATE t SET v = 3");
    let seen = writer.intrusions().unwrap().join("");
    assert!(seen.contains("other sessions have written") && seen.contains(": t at ") && seen.contains("(transaction "), "{seen}");
    assert_eq!(writer.intrusions().unwrap(), NOTHING, "it is told once");

    // In a later file of the binlog, and in one transaction with rows of a table that does not count.
    scratch.execute("FLUSH BINARY LOGS; BEGIN; INSERT INTO sessions VALUES (2); INSERT INTO t (id) VALUES (9); COMMIT; FLUSH BINARY LOGS");
    scratch.execute("CREATE INDEX t_by_v ON t (v)");
    let seen = writer.intrusions().unwrap().join("");
    assert!(seen.contains(": t at ") && seen.contains("`CREATE INDEX t_by_v ON …`"), "{seen}");

    // A session of the run that was killed after a definition of its own, and somebody who came before the next one.
    writer.execute("ALTER TABLE t ADD COLUMN x integer").unwrap();
    drop(writer);
    let (writer, raised) = opened(&account.url, &fence()).unwrap();
    assert_eq!(raised.interrupted, None);
    drop(writer);
    scratch.execute("UPDATE t SET v = 4");
    let (mut writer, raised) = opened(&account.url, &fence()).unwrap();
    assert!(raised.interrupted.unwrap().contains(": t at "));
    assert_eq!(writer.intrusions().unwrap(), NOTHING, "that was told when the run was taken up");

    scratch.execute("FLUSH BINARY LOGS");
    let last = scratch.query("SHOW MASTER STATUS")[0][0].clone().unwrap();
    // The server keeps a file as long as its own recovery may need it, and only warns.
    while scratch.query("SHOW BINARY LOGS")[0][0].as_ref() != Some(&last) {
        scratch.execute(&format!("PURGE BINARY LOGS TO '{last}'"));
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(writer.intrusions().unwrap_err().kind(), ErrorKind::Conflict, "what was not read is gone");

    writer.lower().unwrap();
    assert_eq!(scratch.query("SELECT COUNT(*) FROM cutover_fence")[0][0].as_deref(), Some("0"));
    assert_eq!(scratch.query("SELECT @@GLOBAL.read_only")[0][0].as_deref(), Some("0"));
    drop(writer);
    scratch.execute("DROP DATABASE cutover_elsewhere");
    account.forget(&scratch);
}

#[test]
fn a_binlog_that_would_not_tell_everything_is_not_watched() {
    let scratch = Scratch::mysql("a_binlog_that_would_not_tell");
    scratch.execute("CREATE TABLE t (id integer PRIMARY KEY)");
    let refused = |account: &Account, fence: &Fence| told(&opened(&account.url, fence).map(|_| ()).unwrap_err());
    let plain = Account::new(&scratch, "USAGE");
    let why = refused(&plain, &fence());
    assert!(
        why.contains("GRANT READ_ONLY ADMIN ON *.* TO ") && why.contains("cannot be watched instead") && why.contains("--unfenced"),
        "{why}"
    );
    plain.forget(&scratch);
    let account = Account::new(&scratch, "BINLOG MONITOR");
    let why = refused(&account, &Fence { opaque: true, ..fence() });
    assert!(why.contains("the plan has statements that commit by themselves"), "{why}");
    scratch.execute("XA START 'open'; INSERT INTO t VALUES (1); XA END 'open'; XA PREPARE 'open'");
    let why = refused(&account, &fence());
    scratch.execute("XA ROLLBACK 'open'");
    assert!(why.contains("XA RECOVER"), "{why}");
    scratch.execute("SET GLOBAL binlog_format = MIXED");
    let why = refused(&account, &fence());
    scratch.execute("SET GLOBAL binlog_format = ROW");
    assert!(why.contains("binlog_format is not ROW"), "{why}");
    assert_eq!(scratch.query("SELECT COUNT(*) FROM cutover_fence")[0][0].as_deref(), Some("0"));
    let (writer, raised) = opened(&account.url, &Fence { unfenced: true, ..fence() }).unwrap();
    assert!(raised.open.is_some() && raised.watched.is_none(), "who accepts every write is not stopped by one");
    drop(writer);
    account.forget(&scratch);
}

#[test]
fn a_run_stops_where_others_write_and_goes_on_when_they_do_not() {
    let mut site = small::site(Scratch::mysql("a_run_stops_where_others_write"));
    let account = Account::new(&site.scratch, "BINLOG MONITOR");
    site.database = open(&account.url, &site.interrupt);
    let old = site.snapshot();
    let plan = site.plan(&PLAN);
    let intrude = |_: &EventKind| {
        site.scratch.execute("UPDATE schools SET name = 'Sciences' WHERE id = 1");
        Ok(())
    };
    let is_second_step = |event: &EventKind| matches!(event, EventKind::StepFinished { .. });
    let all = At::new(u64::MAX, &|_| Ok(()));
    let undisturbed = site.end(&plan, &options(), &all);
    assert_eq!(undisturbed.outcome, Outcome::Committed, "{undisturbed:?}");
    let notes: Vec<_> = undisturbed.verdict.unwrap().findings.into_iter().map(|finding| finding.message).collect();
    assert_eq!(notes, ["nothing held other sessions off, but none has written into this database during the run"]);
    assert_eq!(site.undo(&plan.1, &undisturbed.run, &options(), false).unwrap().outcome, Outcome::Undone);
    assert_eq!(site.differences(&old), NOTHING);

    let number = (1..).zip(all.events()).find(|(_, event)| is_second_step(event)).unwrap().0;
    let ended = site.end(&plan, &options(), &At::new(number, &intrude));
    assert_eq!(ended.outcome, Outcome::Stopped, "{ended:?}");
    assert!(ended.message.ends_with("nothing, or not always, held other sessions off"), "{}", ended.message);
    let error = told(ended.error.as_ref().unwrap());
    assert!(error.contains("other sessions have written") && error.contains(": schools at "), "{error}");

    // Their row is a difference that the contract does not grant: it is put back, and the run verified again.
    let again = site.resume(&plan.1, &ended.run, &options());
    assert_eq!(again.outcome, Outcome::VerificationFailed, "{again:?}");
    let found: Vec<_> = again.verdict.unwrap().findings.into_iter().map(|finding| (finding.rule, finding.message)).collect();
    assert!(found.iter().any(|(rule, message)| rule == "fence" && message.contains(": schools at ")), "{found:?}");
    assert!(found.iter().any(|(rule, _)| rule == "cells:schools"), "{found:?}");
    site.scratch.execute("UPDATE schools SET name = 'Science' WHERE id = 1");
    let last = site.resume(&plan.1, &ended.run, &Options { unfenced: true, ..options() });
    assert_eq!(last.outcome, Outcome::Committed, "{last:?}");
    assert_eq!(site.undo(&plan.1, &last.run, &options(), false).unwrap().outcome, Outcome::Undone);
    assert_eq!(site.differences(&old), NOTHING);
    assert_eq!(site.database.read().unwrap().standing_fence().unwrap(), None);
    account.forget(&site.scratch);
}
