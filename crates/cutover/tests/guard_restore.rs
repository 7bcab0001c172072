//! Guards that put the old contents back: by themselves where nobody else has written, and by a rollback later.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/guarded.rs"]
mod guarded;
#[path = "support/plans.rs"]
mod plans;
#[path = "support/small.rs"]
mod small;
mod support;

use cutover::journal::{Event, EventKind, Monitor, Outcome, Progress, Silent, Stage};
use cutover::model::error::Result;
use cutover::run::guard::{Contract, GuardOptions};
use cutover::run::rollback::{Rollback, rollback};
use guarded::{guarded, guarding, sql, sql_and, with};
use plans::{Site, options, told};
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

/// Writes into the database when the verification begins.
struct Writing(String);

impl Monitor for Writing {
    fn event(&self, event: &Event) -> Result<()> {
        if matches!(event.kind, EventKind::StageStarted { stage: Stage::Verify }) {
            guarded::execute(&self.0, "INSERT INTO schools (name) VALUES ('Somebody else')");
        }
        Ok(())
    }

    fn progress(&self, _: &Progress) {}

    fn notice(&self, _: &str) {}
}

const HARM: &str = "UPDATE programs SET status = 'gone'; DELETE FROM schools WHERE id = 1; CREATE TABLE added (id integer PRIMARY KEY)";

each_database! {
    fn what_failed_is_put_back_and_proven(database: Scratch) {
        let site = site(database);
        let before = site.snapshot();
        for (command, told) in [(sql(HARM), "the verification failed"), (sql_and(HARM, "exit 6"), "exit code 6")] {
            let options = GuardOptions { restore_on_failure: true, ..guarding(&site, command) };
            let ended = with(&site, &options, &Silent).unwrap();
            assert_eq!(ended.outcome, Outcome::VerificationFailed, "{ended:?}");
            assert!(ended.message.contains(told), "{}", ended.message);
            assert!(ended.message.contains("the old contents were put back, and are proven equal to the snapshot"), "{ended:?}");
            assert_eq!(site.differences(&before), Vec::<String>::new());
            assert!(site.status(&ended.run).1.contains("taken back, and the old contents were proven"), "{:?}", site.status(&ended.run));
        }
    }

    fn nothing_is_put_back_by_itself_where_others_have_written(database: Scratch) {
        let site = site(database);
        let options = GuardOptions { restore_on_failure: true, ..guarding(&site, sql(HARM)) };
        let ended = with(&site, &options, &Writing(site.scratch.url())).unwrap();
        assert_eq!(ended.outcome, Outcome::VerificationFailed, "{ended:?}");
        assert!(ended.hints.iter().any(|hint| hint.contains("nothing was put back by itself, because others may have written")), "{ended:?}");
        let kept = site.scratch.query("SELECT count(*) FROM schools WHERE name = 'Somebody else'");
        assert_eq!(kept, [[Some("1".to_owned())]]);
    }

    fn a_guard_is_taken_back_later_unless_rows_were_written_since(database: Scratch) {
        let site = site(database);
        let before = site.snapshot();
        let ended = guarded(&site, sql("ALTER TABLE schools ADD COLUMN motto varchar(50); CREATE TABLE added (id integer PRIMARY KEY)"), &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        site.scratch.execute("INSERT INTO added VALUES (1)");
        let contract = Contract::read(None, site.database.dialect(), &cutover::database::dialects()).unwrap();
        let back = |how: &Rollback| rollback(&site.engine(&Silent), &contract.plan, &site.directory(&ended.run), &options(), how);
        let refused = back(&Rollback::default());
        assert!(refused.as_ref().is_ok_and(|ended| ended.outcome != Outcome::Undone) || refused.is_err(), "{refused:?}");
        assert!(!site.scratch.query("SELECT id FROM added").is_empty());
        let undone = back(&Rollback { discard_new_writes: true, ..Rollback::default() }).unwrap_or_else(|error| panic!("{}", told(&error)));
        assert_eq!(undone.outcome, Outcome::Undone, "{undone:?}");
        assert_eq!(site.differences(&before), Vec::<String>::new());
    }
}
