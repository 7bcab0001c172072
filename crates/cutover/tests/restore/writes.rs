//! What was written since the run: listed and refused, given up, or exported first.

use cutover::database::Reader;
use cutover::journal::{Outcome, Silent};
use cutover::run::rollback::{Method, Rollback};

use crate::plans::{Site, options, told};
use crate::support::{Scratch, each_database};
use crate::{NOTHING, back, back_with, by_restore, clean, committed, discarding, kept, left_over, site, with_backup};

/// One row of each sort, in an old table, and one in a table that the run has brought in.
fn write(site: &Site) {
    site.scratch.execute(
        "INSERT INTO schools (name, cms_id) VALUES ('Law, and \"Order\"', 77); UPDATE schools SET name = '' WHERE id = 1; \
         UPDATE programs SET name = NULL WHERE id = 3; DELETE FROM programs WHERE id = 2; INSERT INTO statuses VALUES ('paused')",
    );
}

const TWO_TABLES: &str = "CREATE TABLE candidates (id integer PRIMARY KEY, cnic TEXT, paid integer);
    CREATE TABLE marks (student integer, mark TEXT);
    INSERT INTO candidates VALUES (10, 'A-1', 100), (11, 'A-2', NULL), (12, NULL, 7);
    INSERT INTO marks VALUES (1, '70'), (1, '70'), (2, NULL), (2, NULL);";

/// A column for a table without a key, and one for a table of which another column gets another name.
const ADDING: [(&str, &str); 4] = [
    ("plan.toml", "format = 1\nname = \"adding\"\ndatabases = [\"postgres\", \"mysql\", \"sqlite\"]\n"),
    ("steps/0010_term.toml", "[add_column]\ntables = [\"marks\"]\ncolumn = \"term\"\ntype = \"integer\"\nfill = \"student + 1\"\n"),
    ("steps/0020_rename.toml", "[rename_column]\ntable = \"candidates\"\ncolumn = \"cnic\"\nto = \"national_id\"\n"),
    ("steps/0030_grade.toml", "[add_column]\ntables = [\"candidates\"]\ncolumn = \"grade\"\ntype = \"integer\"\n"),
];

fn lines(path: &std::path::Path) -> Vec<String> {
    let mut lines: Vec<_> = std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect();
    lines[1..].sort();
    lines
}

each_database! {
    fn they_are_listed_and_refused_and_given_up_only_when_told(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let (plan, run) = committed(&site);
        write(&site);
        let written = site.snapshot();
        let ended = back(&site, &plan.1, &run, &by_restore());
        assert_eq!(ended.outcome, Outcome::NotStarted, "{ended:?}");
        let message = told(ended.error.as_ref().unwrap());
        assert!(message.contains("2 in schools") && message.contains("2 in programs") && message.contains("1 in statuses"), "{message}");
        let verdict = ended.verdict.unwrap();
        let sample = verdict.findings.iter().find(|finding| finding.subject == "schools").unwrap();
        assert_eq!((sample.count, sample.rows.len()), (2, 2), "{sample:?}");
        assert_eq!(site.differences(&written), NOTHING);
        assert_eq!((left_over(&site, &run), kept(&site, &run)), (Vec::new(), Vec::new()));

        let ended = back(&site, &plan.1, &run, &discarding());
        assert_eq!(ended.outcome, Outcome::Undone, "{ended:?}");
        assert_eq!(site.differences(&old), NOTHING);
        clean(&site, &run);
    }

    fn they_are_exported_with_what_they_were_and_are(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let (plan, run) = committed(&site);
        write(&site);
        let directory = site.scratch.directory().join("new-writes");
        let how = Rollback { export_new_writes: Some(directory.clone()), ..by_restore() };
        std::fs::create_dir(&directory).unwrap();
        std::fs::write(directory.join("mine"), "").unwrap();
        assert!(told(&back_with(&site, &plan.1, &run, &how, &Silent).unwrap_err()).contains("not an empty directory"));
        std::fs::remove_dir_all(&directory).unwrap();

        let ended = back(&site, &plan.1, &run, &how);
        assert_eq!(ended.outcome, Outcome::Undone, "{ended:?}");
        assert_eq!(site.differences(&old), NOTHING);
        assert_eq!(
            lines(&directory.join("schools.csv")),
            ["what,id,name,cms_id", "changed from,1,Science,", "changed,1,\"\",1", "inserted,3,\"Law, and \"\"Order\"\"\",77"]
        );
        assert_eq!(
            lines(&directory.join("programs.csv")),
            ["what,id,school_id,name,status", "changed from,3,,\"\",", "changed,3,,,", "deleted,2,2,Music,Closed"]
        );
        assert_eq!(lines(&directory.join("statuses.csv")), ["what,code", "inserted,paused"]);
        #[cfg(unix)]
        for (path, mode) in [(directory.clone(), 0o700), (directory.join("schools.csv"), 0o600)] {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode, "{}", path.display());
        }
        clean(&site, &run);
    }

    fn values_in_columns_that_the_run_added_are_told_though_nothing_else_was_written(scratch: Scratch) {
        let text = if scratch.dialect() == "mysql" { "varchar(20)" } else { "text" };
        let site = Site::filled(scratch, &TWO_TABLES.replace("TEXT", text));
        let old = site.snapshot();
        let plan = site.plan(&ADDING);
        let ended = site.end(&plan, &with_backup(), &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        site.scratch.execute(
            "UPDATE candidates SET grade = 5 WHERE id = 11; UPDATE candidates SET paid = 8, grade = 1 WHERE id = 12; \
             INSERT INTO candidates (id, grade) VALUES (13, 3); UPDATE marks SET term = 9 WHERE student = 2",
        );
        let written = site.snapshot();
        let (candidates, marks) = (
            "1 row of candidates in what the run has added to it (grade)",
            "2 rows of marks in what the run has added to it (term)",
        );

        let later = site.verify(&plan.1, &ended.run, &options());
        for expected in [candidates, marks] {
            assert!(later.findings.iter().any(|finding| finding.message == format!("{expected}, written since the run")), "{later:?}");
        }

        for how in [by_restore(), Rollback { method: Method::Undo, ..Rollback::default() }] {
            let (error, verdict) = match back_with(&site, &plan.1, &ended.run, &how, &Silent) {
                Ok(ended) => (ended.error.unwrap(), ended.verdict),
                Err(error) => (error, None),
            };
            let message = told(&error);
            assert!(message.contains(candidates) && message.contains(marks), "{message}");
            if let Some(verdict) = verdict {
                assert!(message.contains("2 in candidates"), "{message}");
                let sample = verdict.findings.iter().find(|finding| finding.rule == "new-writes:candidates.grade").unwrap();
                assert_eq!(sample.rows[0].key, [("id".to_owned(), "11".to_owned())]);
            }
            assert_eq!(site.differences(&written), NOTHING);
        }

        let directory = site.scratch.directory().join("new-writes");
        let how = Rollback { export_new_writes: Some(directory.clone()), ..by_restore() };
        assert_eq!(back(&site, &plan.1, &ended.run, &how).outcome, Outcome::Undone);
        assert_eq!(site.differences(&old), NOTHING);
        assert_eq!(
            lines(&directory.join("candidates.csv")),
            [
                "what,id,national_id,paid,grade",
                "changed from,11,A-2,,",
                "changed from,12,,7,",
                "changed,11,A-2,,5",
                "changed,12,,8,1",
                "inserted,13,,,3",
            ]
        );
        assert_eq!(
            lines(&directory.join("marks.csv")),
            ["what,student,mark,term", "changed from,2,,", "changed from,2,,", "changed,2,,9", "changed,2,,9"]
        );
        clean(&site, &ended.run);
    }

    fn an_undo_drops_values_in_columns_that_the_run_added_only_when_told(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let (plan, run) = committed(&site);
        site.scratch.execute("UPDATE schools SET cms_id = 77 WHERE id = 2; INSERT INTO schools (name, cms_id) VALUES ('Law', 78)");
        let undo = |discard_new_writes| {
            let how = Rollback { method: Method::Undo, keep_new_writes: true, discard_new_writes, ..Rollback::default() };
            back_with(&site, &plan.1, &run, &how, &Silent)
        };
        let refused = undo(false).map_or_else(|error| error, |ended| ended.error.unwrap());
        let message = told(&refused);
        assert!(message.contains("1 row of schools in what the run has added to it (cms_id)"), "{message}");
        let ended = undo(true).unwrap();
        assert_eq!(ended.outcome, Outcome::Undone, "{ended:?}");
        site.scratch.execute("DELETE FROM schools WHERE name = 'Law'");
        assert_eq!(site.differences(&old), NOTHING);
    }

    fn what_is_written_while_it_is_restored_is_not_lost_either(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let (plan, run) = committed(&site);
        // As soon as the restored contents are proven.
        let proven = |kind: &cutover::journal::EventKind| {
            if matches!(kind, cutover::journal::EventKind::BackupProven { .. }) {
                site.scratch.execute("INSERT INTO schools (name) VALUES ('Law')");
            }
            Ok(())
        };
        let monitor = Each(&proven);
        let ended = back_with(&site, &plan.1, &run, &by_restore(), &monitor).unwrap();
        assert_eq!(ended.outcome, Outcome::NotStarted, "{ended:?}");
        assert!(told(ended.error.as_ref().unwrap()).contains("1 in schools"), "{ended:?}");
        assert_eq!(site.scratch.query("SELECT count(*) FROM schools")[0][0].as_deref(), Some("3"));
        assert_eq!((left_over(&site, &run), kept(&site, &run)), (Vec::new(), Vec::new()));

        let directory = site.scratch.directory().join("new-writes");
        let how = Rollback { export_new_writes: Some(directory.clone()), ..by_restore() };
        let ended = back_with(&site, &plan.1, &run, &how, &monitor).unwrap();
        assert_eq!(ended.outcome, Outcome::Undone, "{ended:?}");
        assert_eq!(lines(&directory.join("schools.csv")), ["what,id,name,cms_id", "inserted,3,Law,", "inserted,4,Law,"]);
        assert_eq!(site.differences(&old), NOTHING);
        clean(&site, &run);
    }

    fn a_table_that_somebody_has_created_since_is_told(scratch: Scratch) {
        let site = site(scratch);
        let (plan, run) = committed(&site);
        site.scratch.execute("CREATE TABLE notes (id integer PRIMARY KEY, note text); INSERT INTO notes VALUES (1, 'mine')");
        let ended = back(&site, &plan.1, &run, &by_restore());
        assert_eq!(ended.outcome, Outcome::NotStarted, "{ended:?}");
        let message = told(ended.error.as_ref().unwrap());
        assert!(message.contains("1 in notes") && message.contains("definitions"), "{message}");
        let mut reader = site.database.read().unwrap();
        assert!(Reader::catalog(reader.as_mut()).unwrap().tables.iter().any(|table| table.name.to_string() == "notes"));
    }
}

/// A monitor that does something at every event.
pub struct Each<'a>(pub &'a (dyn Fn(&cutover::journal::EventKind) -> cutover::model::error::Result<()> + Sync));

impl cutover::journal::Monitor for Each<'_> {
    fn event(&self, event: &cutover::journal::Event) -> cutover::model::error::Result<()> {
        (self.0)(&event.kind)
    }
    fn progress(&self, _: &cutover::journal::Progress) {}
    fn notice(&self, _: &str) {}
}
