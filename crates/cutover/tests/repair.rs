//! Repair: what an in-place run has damaged beyond its contract gets its old cells back, and the run is verified again.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/plans.rs"]
mod plans;
mod support;

use cutover::database::Mode;
use cutover::journal::{Outcome, Silent};
use cutover::model::error::ErrorKind;
use cutover::plan::Plan;
use cutover::run::in_place::{Repaired, repair};
use cutover::run::{Ended, Options};
use plans::Site;
use support::{Scratch, each_database};

const NOTHING: [String; 0] = [];

const OLD: &str = "
    CREATE TABLE marks (id integer PRIMARY KEY, candidate integer NOT NULL, mark varchar(9));
    CREATE TABLE candidates (id integer PRIMARY KEY, status varchar(20), name varchar(20));
    INSERT INTO marks VALUES (1, 1, 'secret'), (2, 2, 'B');
    INSERT INTO candidates VALUES (1, 'New', 'Ada'), (2, 'Old', 'Grace'), (3, 'New', 'Edsger');";

/// A status is mapped as granted; a name, a mark and a whole row are lost on the way.
const FILES: [(&str, &str); 3] = [
    (
        "plan.toml",
        "format = 1\nname = \"damage\"\ndatabases = [\"postgres\", \"mysql\", \"sqlite\"]\n[contract]\n\
         changes = [{ column = \"candidates.status\", from = \"New\" }]\n",
    ),
    (
        "steps/0010_status.sql",
        "UPDATE candidates SET status = 'open', name = CASE id WHEN 1 THEN 'nobody' ELSE name END WHERE status = 'New';\n\
         DELETE FROM candidates WHERE id = 2;\nUPDATE marks SET mark = 'A' WHERE mark = 'secret';\n",
    ),
    ("steps/0010_status.undo.sql", "UPDATE candidates SET status = 'New' WHERE status = 'open';\n"),
];

fn options() -> Options {
    Options { mode: Some(Mode::InPlace), unfenced: true, ..plans::options() }
}

fn repaired(site: &Site, plan: &Plan, run: &str, tables: &[&str], options: &Options) -> Repaired {
    let tables: Vec<_> = tables.iter().map(|table| (*table).to_owned()).collect();
    repair(&site.engine(&Silent), plan, &site.directory(run), &tables, options).unwrap()
}

fn ended(repaired: Repaired) -> Ended {
    match repaired {
        Repaired::Ended(ended) => *ended,
        shown @ Repaired::Shown(_) => panic!("{shown:?}"),
    }
}

fn shown(repaired: Repaired) -> String {
    match repaired {
        Repaired::Shown(statements) => statements.join(";\n"),
        ended @ Repaired::Ended(_) => panic!("{ended:?}"),
    }
}

each_database! {
    fn damage_is_put_back_and_the_run_is_verified_again(scratch: Scratch) {
        let site = Site::filled(scratch, OLD);
        let plan = site.plan(&FILES);
        let failed = site.end(&plan, &options(), &Silent);
        assert_eq!(failed.outcome, Outcome::VerificationFailed, "{failed:?}");
        assert!(failed.hints.iter().any(|hint| hint.contains("cutover repair")), "{:?}", failed.hints);
        let damaged = site.snapshot();

        // On trial, nothing is written, and no value is shown that may be anybody's.
        let trial = Options { dry_run: true, ..options() };
        let masked = shown(repaired(&site, &plan.1, &failed.run, &[], &trial));
        assert!(masked.contains("UPDATE") && masked.contains("INSERT") && !masked.contains("secret") && !masked.contains("Grace"), "{masked}");
        let revealed = shown(repaired(&site, &plan.1, &failed.run, &["marks"], &Options { reveal: true, ..trial }));
        assert!(revealed.contains("secret") && !revealed.contains("INSERT"), "{revealed}");
        assert_eq!(site.differences(&damaged), NOTHING);

        // One table first: the other one is still damaged, and that is told.
        let first = ended(repaired(&site, &plan.1, &failed.run, &["marks"], &options()));
        assert_eq!(first.outcome, Outcome::VerificationFailed, "{first:?}");
        let findings: Vec<_> = first.verdict.unwrap().findings.into_iter().map(|finding| finding.subject).collect();
        assert!(findings.iter().all(|subject| subject != "marks") && findings.iter().any(|subject| subject == "candidates"), "{findings:?}");

        let second = ended(repaired(&site, &plan.1, &failed.run, &["candidates"], &options()));
        assert_eq!(second.outcome, Outcome::Committed, "{second:?}");
        let text = |row: Vec<Option<String>>| row.into_iter().flatten().collect::<Vec<_>>().join("|");
        let rows: Vec<_> = site.scratch.query("SELECT id, status, name FROM candidates ORDER BY id").into_iter().map(text).collect();
        assert_eq!(rows, ["1|open|Ada", "2|Old|Grace", "3|open|Edsger"]);
        assert_eq!(site.scratch.query("SELECT mark FROM marks WHERE id = 1")[0][0].as_deref(), Some("secret"));
        assert_eq!(site.status(&failed.run).0.as_deref(), Some("applied"));
        assert_eq!(site.database.read().unwrap().standing_fence().unwrap(), None);
        assert_eq!(site.leftovers(true), NOTHING);

        // Finished, there is nothing left to repair.
        let engine = site.engine(&Silent);
        let again = repair(&engine, &plan.1, &site.directory(&failed.run), &[], &options()).unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Refused);
    }

    fn a_run_that_is_half_done_is_not_repaired(scratch: Scratch) {
        let site = Site::filled(scratch, OLD);
        let mut files = FILES.to_vec();
        files.push(("steps/0020_fails.sql", "UPDATE nowhere SET a = 1;\n"));
        let plan = site.plan(&files);
        let stopped = site.end(&plan, &options(), &Silent);
        assert_eq!(stopped.outcome, Outcome::Stopped, "{stopped:?}");
        let engine = site.engine(&Silent);
        let refused = repair(&engine, &plan.1, &site.directory(&stopped.run), &[], &options()).unwrap_err();
        assert!(refused.to_string().contains("0020_fails has not been executed"), "{refused:?}");
        let unknown = repair(&engine, &plan.1, &site.directory(&stopped.run), &["nowhere".to_owned()], &options()).unwrap_err();
        assert_eq!(unknown.kind(), ErrorKind::Input);
    }
}
