//! Backups that were made, harmed, and proven or refused.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use cutover::backup::{self, Backup, Kept, Proof, SameInstant, Take, Target};
use cutover::journal::Silent;
use cutover::model::error::ErrorKind;

use crate::plans::open;
use crate::support::{Scratch, each_database};
use crate::{copy, files, prove, prove_with, registry, take, told, traces};

/// Files and directories that anybody but their owner may look into.
fn seen_by_others(path: &Path) -> Vec<String> {
    let mut seen = Vec::new();
    let metadata = std::fs::metadata(path).unwrap();
    // A directory that nobody else may enter protects what the program itself has made in it.
    if metadata.permissions().mode() & 0o077 != 0 {
        seen.push(path.display().to_string());
    }
    if metadata.is_dir() {
        seen.extend(std::fs::read_dir(path).unwrap().flat_map(|entry| seen_by_others(&entry.unwrap().path())));
    }
    seen
}

each_database! {
    fn a_backup_of_everything_is_proven_cell_by_cell_and_object_by_object(database: Scratch) {
        let site = registry(database);
        let before = site.snapshot();
        let made = take(&site, "made");
        assert!(made.bytes() > 0);
        assert!(!matches!(made.manifest.instant, SameInstant::Unknown(_)), "{}", made.manifest.instant);
        assert_eq!(seen_by_others(&made.directory), Vec::<String>::new());
        assert!(Proof::of(&made).unwrap().is_none(), "nothing is proven before it was restored");
        // What becomes of the live database later is no matter.
        site.scratch.execute("DELETE FROM student_modules; UPDATE students SET name = 'x' WHERE id = 1; DROP VIEW active_students");
        let proof = prove(&site, &made).unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(proof.differences(), Vec::<String>::new());
        assert!(proof.verdict.passed, "{:?}", proof.verdict.rules);
        assert_eq!(proof.verdict.tables.len(), before.manifest.tables.len());
        assert!(proof.verdict.tables.iter().all(|table| table.identical));
        assert!(proof.verdict.rules.iter().any(|rule| rule.rule == "catalog"), "objects are compared");
        assert_eq!(Proof::of(&made).unwrap(), Some(proof));
        assert_eq!(traces(&site, &made), Vec::<String>::new());
        assert_eq!(seen_by_others(&made.directory), Vec::<String>::new());
    }

    fn a_file_that_was_changed_or_cut_off_is_named_and_never_restored(database: Scratch) {
        let site = registry(database);
        let made = take(&site, "made");
        for (number, _) in files(&made).iter().enumerate() {
            let harmed = copy(&made, &site.scratch.directory().join(format!("flipped-{number}")));
            let path = &files(&harmed)[number];
            let mut bytes = std::fs::read(path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            std::fs::write(path, &bytes).unwrap();
            let error = prove(&site, &harmed).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt);
            assert!(error.to_string().contains(&path.display().to_string()) && told(&error).contains("SHA-256"), "{}", told(&error));

            std::fs::write(path, &bytes[..bytes.len() - 1]).unwrap();
            let error = prove(&site, &harmed).unwrap_err();
            assert!(error.to_string().contains("was cut off"), "{error}");
            std::fs::remove_file(path).unwrap();
            assert!(prove(&site, &harmed).unwrap_err().to_string().contains("is gone"));
            assert_eq!(traces(&site, &harmed), Vec::<String>::new());
        }
        let harmed = copy(&made, &site.scratch.directory().join("forged"));
        let manifest = harmed.directory.join("manifest.json");
        std::fs::write(&manifest, std::fs::read_to_string(&manifest).unwrap().replace("cutover", "Cutover")).unwrap();
        assert_eq!(Backup::open(&harmed.directory).unwrap_err().kind(), ErrorKind::Corrupt);
    }

    fn a_backup_of_an_earlier_state_is_not_proven_and_the_difference_is_named(database: Scratch) {
        let site = registry(database);
        let earlier = take(&site, "earlier");
        site.scratch.execute("UPDATE students SET name = 'Thabiso' WHERE id = 1; CREATE INDEX later ON sponsors (name)");
        let ready = backup::ready(site.database.as_ref(), backup::Program::Own).unwrap();
        let file = if site.scratch.dialect() == "postgres" { earlier.data() } else { files(&earlier).swap_remove(0) };
        let adopted = backup::adopt(&file, &site.scratch.directory().join("adopted"), &ready).unwrap();
        let adopted = adopted.compared_with(&site.snapshot()).unwrap();
        let proof = prove(&site, &adopted).unwrap_or_else(|error| panic!("{error:?}"));
        assert!(!proof.verdict.passed);
        let differences = proof.differences().join("\n");
        assert!(differences.contains("students") && differences.contains("later"), "{differences}");
        assert!(!differences.contains("Thab"), "values stay out of what is told: {differences}");
        assert_eq!(traces(&site, &adopted), Vec::<String>::new());
    }

    fn a_backup_is_restored_into_an_empty_database_that_is_given_and_into_no_other(database: Scratch) {
        let site = registry(database);
        let made = take(&site, "made");
        let other = match site.scratch.dialect() {
            "postgres" => Scratch::postgres("a_backup_is_restored_staging"),
            "mysql" => Scratch::mysql_without_runs("a_backup_is_restored_staging"),
            _ => Scratch::sqlite("a_backup_is_restored_staging"),
        };
        let staging = open(&other.url(), &site.interrupt);
        let proof = prove_with(&site, &made, Target::Staging(staging.as_ref())).unwrap_or_else(|error| panic!("{}", told(&error)));
        // A server's own collation may be another one, which is told; every cell is the same.
        assert!(proof.verdict.tables.iter().all(|table| table.identical), "{:?}", proof.differences());
        assert_eq!(other.query("SELECT name FROM students WHERE id = 1"), [[Some("Thabo".to_owned())]]);
        let error = prove_with(&site, &made, Target::Staging(staging.as_ref())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(told(&error).contains("not empty"), "{}", told(&error));
        assert_eq!(other.query("SELECT count(*) FROM students"), site.scratch.query("SELECT count(*) FROM students"));
    }

    fn what_is_no_backup_of_this_database_is_refused_before_anything_is_restored(database: Scratch) {
        let site = registry(database);
        let ready = backup::ready(site.database.as_ref(), backup::Program::Own).unwrap();
        let file = site.scratch.directory().join("letter.txt");
        std::fs::write(&file, "Dear registrar,\n").unwrap();
        let error = backup::adopt(&file, &site.scratch.directory().join("adopted"), &ready).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.to_string().contains("letter.txt"), "{error}");
        assert!(!site.scratch.directory().join("adopted").exists());
        let elsewhere = registry(match site.scratch.dialect() {
            "sqlite" => Scratch::postgres("what_is_no_backup"),
            _ => Scratch::sqlite("what_is_no_backup"),
        });
        let made = take(&elsewhere, "made");
        let error = prove(&site, &made).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.to_string().contains(elsewhere.scratch.dialect()), "{error}");
    }

    fn only_as_many_backups_of_a_database_are_kept_as_asked(database: Scratch) {
        let site = registry(database);
        let other = registry(Scratch::sqlite("only_as_many_other"));
        let at = |site: &crate::Site, name: &str| {
            let directory = backup::directory(&site.home, name);
            let take = Take { directory: &directory, name, sessions: 1, program: backup::Program::Own, held: false, interrupt: &site.interrupt, monitor: &Silent };
            Kept::Readable(backup::take(site.database.as_ref(), &take).unwrap())
        };
        at(&site, "1");
        let second = at(&site, "2");
        let Kept::Readable(mut foreign) = at(&other, "0") else { panic!("it is not encrypted") };
        foreign.manifest.session.database = "another".to_owned();
        let foreign = Kept::Readable(foreign);
        let third = at(&site, "3");
        assert_eq!(backup::keep(&site.home, &third, 2).unwrap(), [backup::directory(&site.home, "1")]);
        assert_eq!(backup::keep(&site.home, &third, 2).unwrap(), Vec::<std::path::PathBuf>::new());
        assert_eq!(backup::find(&site.home, "latest").unwrap(), third);
        assert_eq!(backup::find(&site.home, "2").unwrap(), second);
        assert!(backup::find(&site.home, "1").is_err());
        assert_eq!(backup::keep(&site.home, &foreign, 1).unwrap(), Vec::<std::path::PathBuf>::new(), "others are not touched");
    }

    fn a_backup_is_of_one_instant_with_its_snapshot_while_others_write(database: Scratch) {
        let more = match database.dialect() {
            "postgres" => "INSERT INTO a SELECT n, repeat('x', 200) FROM generate_series(1, 20000) n; INSERT INTO b SELECT * FROM a",
            _ => {
                "INSERT INTO a WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 900) \
                 SELECT n, 'a rather long text that fills some pages' FROM numbers; INSERT INTO b SELECT * FROM a"
            }
        };
        database.execute(&format!("CREATE TABLE a (id integer PRIMARY KEY, name text); CREATE TABLE b (id integer PRIMARY KEY, name text); {more}"));
        let site = crate::Site::new(database);
        let over = std::sync::atomic::AtomicBool::new(false);
        let (scratch, over) = (&site.scratch, &over);
        let written = std::thread::scope(|scope| {
            let writer = scope.spawn(move || {
                let mut number = 0;
                while !over.load(std::sync::atomic::Ordering::Relaxed) {
                    number += 1;
                    scratch.execute(&format!("INSERT INTO a VALUES ({0}, 'a'); INSERT INTO b VALUES ({0}, 'b'); DELETE FROM a WHERE id = {1}", 100_000 + number, number));
                }
                number
            });
            let proofs: Vec<_> = (0..3).map(|number| prove(&site, &take(&site, &format!("made-{number}")))).collect();
            over.store(true, std::sync::atomic::Ordering::Relaxed);
            for proof in proofs {
                let proof = proof.unwrap_or_else(|error| panic!("{error:?}"));
                assert!(proof.verdict.passed, "{:?}", proof.differences());
            }
            writer.join().unwrap()
        });
        assert!(written > 3, "{written}");
    }

    fn a_backup_that_is_interrupted_leaves_nothing(database: Scratch) {
        let site = registry(database);
        let made = take(&site, "made");
        site.interrupt.trigger("Ctrl-C");
        let directory = site.scratch.directory().join("never");
        let take = Take { directory: &directory, name: "never", sessions: 2, program: backup::Program::Own, held: false, interrupt: &site.interrupt, monitor: &Silent };
        assert_eq!(backup::take(site.database.as_ref(), &take).unwrap_err().kind(), ErrorKind::Interrupted);
        assert!(!directory.exists());
        assert_eq!(prove(&site, &made).unwrap_err().kind(), ErrorKind::Interrupted);
        site.interrupt.clear();
        assert_eq!(traces(&site, &made), Vec::<String>::new());
    }
}

#[test]
fn a_database_file_that_was_cut_off_is_refused_by_its_own_header() {
    let site = registry(Scratch::sqlite("cut_off"));
    let made = take(&site, "made");
    let file = site.scratch.directory().join("copy.db");
    let bytes = std::fs::read(&files(&made)[0]).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let ready = backup::ready(site.database.as_ref(), backup::Program::Own).unwrap();
    let error = backup::adopt(&file, &site.scratch.directory().join("adopted"), &ready).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert!(told(&error).contains("pages"), "{}", told(&error));
}

#[test]
fn a_backup_with_a_write_ahead_log_holds_what_is_in_the_log() {
    let scratch = Scratch::sqlite("write_ahead");
    scratch.execute("PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
    let application = rusqlite::Connection::open(scratch.directory().join("scratch.db")).unwrap();
    application.execute_batch("INSERT INTO t VALUES (2)").unwrap();
    let site = crate::Site::new(scratch);
    let made = take(&site, "made");
    application.execute_batch("INSERT INTO t VALUES (3)").unwrap();
    let proof = prove(&site, &made).unwrap();
    assert!(proof.verdict.passed, "{:?}", proof.differences());
    assert_eq!(proof.verdict.tables[0].rows_after, Some(2));
    drop(application);
}
