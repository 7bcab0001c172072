//! What commands do that do not simply end: they hang, are interrupted, go on in the background, write when nobody looks any more. And
//! what others do meanwhile.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/guarded.rs"]
mod guarded;
#[path = "support/plans.rs"]
mod plans;
#[path = "support/small.rs"]
mod small;
mod support;

use std::sync::Mutex;
use std::time::Duration;

use cutover::journal::{Event, EventKind, Monitor, Outcome, Progress, Silent, Stage};
use cutover::model::error::Result;
use cutover::run::Ended;
use cutover::run::guard::GuardOptions;
use guarded::{event, failing, guarded, guarding, shell, sql, with};
use plans::Site;
use support::{Scratch, each_database};

fn site(scratch: Scratch) -> Site {
    let sql = small::before(scratch.dialect());
    Site::filled(scratch, &sql)
}

/// The test that a command is: see `guarded`.
#[test]
fn child() {
    guarded::child();
}

/// Does something when an event comes, and keeps what the command says.
struct Watching<'a> {
    when: fn(&EventKind) -> bool,
    action: &'a (dyn Fn() + Sync),
    said: Mutex<String>,
}

impl<'a> Watching<'a> {
    fn new(when: fn(&EventKind) -> bool, action: &'a (dyn Fn() + Sync)) -> Self {
        Self { when, action, said: Mutex::default() }
    }
}

impl Monitor for Watching<'_> {
    fn event(&self, event: &Event) -> Result<()> {
        if (self.when)(&event.kind) {
            (self.action)();
        }
        Ok(())
    }

    fn progress(&self, _: &Progress) {}

    fn said(&self, words: &str) {
        if words.contains("ready") {
            (self.action)();
        }
        self.said.lock().unwrap().push_str(words);
    }

    fn notice(&self, _: &str) {}
}

fn finished(site: &Site, ended: &Ended) -> (Option<i32>, Option<i32>, bool, Vec<String>) {
    event(site, ended, |kind| match kind {
        EventKind::CommandFinished { code, signal, timed_out, left, .. } => Some((code, signal, timed_out, left)),
        _ => None,
    })
}

/// The findings of a rule, whether they fail or not.
fn of_rule(ended: &Ended, rule: &str) -> Vec<String> {
    let findings = ended.verdict.as_ref().unwrap().findings.iter().filter(|finding| finding.rule == rule);
    findings.map(|finding| finding.message.clone()).collect()
}

each_database! {
    fn a_command_that_hangs_is_ended_with_all_that_it_has_started(database: Scratch) {
        let site = site(database);
        let timeout = Some(Duration::from_millis(300));
        // The first does as it is told; the second must be killed, and so must what it has put into the background.
        let ended = with(&site, &GuardOptions { timeout, ..guarding(&site, shell("echo begun; sleep 600")) }, &Silent).unwrap();
        assert_eq!(ended.outcome, Outcome::Failed, "{ended:?}");
        assert_eq!(finished(&site, &ended), (None, Some(15), true, Vec::new()));
        assert!(ended.message.contains("because its time was over, and the database is as it was"), "{}", ended.message);
        let stubborn = shell("trap '' TERM INT; setsid sleep 600 & while :; do sleep 1; done");
        let ended = with(&site, &GuardOptions { timeout, ..guarding(&site, stubborn) }, &Silent).unwrap();
        assert_eq!(finished(&site, &ended), (None, Some(9), true, Vec::new()));
    }

    fn what_goes_on_in_the_background_is_waited_for_or_named(database: Scratch) {
        let site = site(database);
        let file = site.scratch.directory().join("go");
        // It has left the command's process group, and all that is known of it is the mark in its environment.
        let background = format!("setsid sh -c 'while [ ! -e {0} ]; do sleep 0.05; done' >/dev/null 2>&1 & echo returned", file.display());
        let options = GuardOptions { settle: Duration::from_millis(200), ..guarding(&site, shell(&background)) };
        let ended = with(&site, &options, &Silent).unwrap();
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        let (code, _, _, left) = finished(&site, &ended);
        assert_eq!(code, Some(0));
        assert!(!left.is_empty() && left.iter().all(|process| process.contains("process ")), "{left:?}");
        assert!(of_rule(&ended, "sessions").iter().any(|message| message.contains("was started by the command, and went on")), "{ended:?}");
        std::fs::write(&file, "").unwrap();
        // One that ends in time is no finding.
        let ended = guarded(&site, shell(&background), &Silent);
        assert_eq!(finished(&site, &ended).3, Vec::<String>::new());
        assert_eq!(ended.verdict.unwrap().findings, []);
    }

    fn an_interruption_is_handed_on_and_what_was_left_is_looked_at(database: Scratch) {
        let site = site(database);
        let interrupt = site.interrupt.clone();
        let stop = || interrupt.trigger("Ctrl-C");
        let monitor = Watching::new(|_| false, &stop);
        let ended = with(&site, &guarding(&site, shell("echo ready; sleep 600")), &monitor).unwrap();
        assert_eq!(ended.outcome, Outcome::Interrupted, "{ended:?}");
        assert!(ended.message.contains("interrupted (Ctrl-C)") && ended.message.contains("the database is as it was"), "{}", ended.message);
        // Whoever was started with SIGINT ignored, as in the background of a script, hears SIGTERM.
        assert!(matches!(finished(&site, &ended).1, Some(2 | 15)), "{ended:?}");
        // A command that takes no notice and ends well has done what it was for.
        let ended = with(&site, &guarding(&site, shell("trap '' INT; echo ready; sleep 0.1; true")), &monitor).unwrap();
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
    }

    fn a_stop_before_the_command_starts_nothing(database: Scratch) {
        let site = site(database);
        let interrupt = site.interrupt.clone();
        let stop = || interrupt.trigger("Ctrl-C");
        let monitor = Watching::new(|kind| matches!(kind, EventKind::StageStarted { stage: Stage::Snapshot }), &stop);
        let marker = site.scratch.directory().join("started");
        let ended = with(&site, &guarding(&site, shell(&format!("touch {}", marker.display()))), &monitor).unwrap();
        assert_eq!(ended.outcome, Outcome::Interrupted, "{ended:?}");
        assert!(ended.message.contains("before the command: nothing was touched") && !marker.exists(), "{ended:?}");
    }

    fn what_is_written_after_the_command_has_returned_is_told(database: Scratch) {
        let site = site(database);
        let write = || guarded::execute(&site.scratch.url(), "INSERT INTO schools (name) VALUES ('Afterwards')");
        let monitor = Watching::new(|kind| matches!(kind, EventKind::StageStarted { stage: Stage::Verify }), &write);
        let ended = with(&site, &guarding(&site, sql("CREATE TABLE added (id integer PRIMARY KEY)")), &monitor).unwrap();
        assert_eq!(of_rule(&ended, "afterwards").len(), 1, "{ended:?}");
        // What a server counts of all its databases may have been in another one.
        let fails = site.scratch.dialect() != "mysql";
        assert_eq!(ended.outcome == Outcome::VerificationFailed, fails, "{ended:?}");
        assert_eq!(failing(&ended).iter().any(|finding| finding.contains("after the command had returned")), fails, "{ended:?}");
        // Nobody wrote this time.
        let ended = guarded(&site, shell("true"), &Silent);
        assert_eq!(ended.verdict.unwrap().findings, []);
    }

    fn what_the_command_says_is_passed_on_and_kept_without_a_password(database: Scratch) {
        let site = site(database);
        let nothing = || ();
        let monitor = Watching::new(|_| false, &nothing);
        // A file has no password; one is put in by the way of a URL that is only shown.
        let line = "printf 'one\\ntwo'; echo; echo \"$CUTOVER_RUN\"; echo \"$DB_DATABASE\"";
        let ended = with(&site, &guarding(&site, shell(line)), &monitor).unwrap();
        let said = monitor.said.lock().unwrap().clone();
        assert!(said.starts_with(&format!("one\ntwo\n{}\n", ended.run)), "{said}");
        assert_eq!(std::fs::read_to_string(ended.directory.join("command.txt")).unwrap(), said);
    }
}

each_database! {
    only (postgres, mysql)
    fn other_sessions_are_named(database: Scratch) {
        let site = site(database);
        let url = site.scratch.url();
        let (open, close) = (site.scratch.directory().join("open"), site.scratch.directory().join("close"));
        std::thread::scope(|scope| {
            // It comes while the command works, and stays.
            let begin = || drop(std::fs::write(&open, ""));
            scope.spawn(|| {
                let wait = |path: &std::path::Path| while !path.exists() { std::thread::sleep(Duration::from_millis(10)) };
                wait(&open);
                let session = Session::open(&url);
                std::fs::write(open.with_file_name("there"), "").unwrap();
                wait(&close);
                drop(session);
            });
            let monitor = Watching::new(|kind| matches!(kind, EventKind::CommandStarted { .. }), &begin);
            let there = open.with_file_name("there");
            let command = shell(&format!("while [ ! -e {} ]; do sleep 0.05; done", there.display()));
            let options = GuardOptions { settle: Duration::from_millis(300), ..guarding(&site, command) };
            let ended = with(&site, &options, &monitor);
            std::fs::write(&close, "").unwrap();
            let ended = ended.unwrap();
            let found = of_rule(&ended, "sessions");
            assert!(found.iter().any(|message| message.contains("came while the command worked, and was still there")), "{found:?}");
        });
    }
}

/// A session of an application.
#[allow(clippy::large_enum_variant, reason = "there is one")]
enum Session {
    Postgres { _session: postgres::Client },
    MySql { _session: mysql::Conn },
}

impl Session {
    fn open(url: &str) -> Self {
        match url.split(':').next() {
            Some("postgres") => Self::Postgres { _session: postgres::Client::connect(url, postgres::NoTls).unwrap() },
            _ => Self::MySql { _session: mysql::Conn::new(mysql::Opts::from_url(url).unwrap()).unwrap() },
        }
    }
}
