//! What is special to one database: names of other databases, events, large objects, floating numbers, and leftovers of a kill.

use cutover::backup::{self, Target};
use cutover::database::access::scratch_name;
use cutover::model::error::ErrorKind;
use cutover::run::status::scratches;

use crate::plans::Site;
use crate::support::Scratch;
use crate::{files, prove, prove_with, registry, take, told, traces};

#[test]
fn a_dump_that_names_another_database_is_not_restored_beside_it() {
    let scratch = Scratch::mysql_without_runs("names_another");
    let live = scratch.query("SELECT DATABASE()")[0][0].clone().unwrap();
    scratch.execute(&format!(
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int); INSERT INTO a VALUES (1);
         CREATE TRIGGER outside AFTER INSERT ON a FOR EACH ROW INSERT INTO `{live}`.b VALUES (NEW.id)"
    ));
    let site = Site::new(scratch);
    let made = take(&site, "made");
    let error = prove(&site, &made).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(told(&error).contains("TRIGGER") && told(&error).contains("outside"), "{}", told(&error));
    assert_eq!(traces(&site, &made), Vec::<String>::new());
    assert_eq!(site.scratch.query("SELECT count(*) FROM b"), [[Some("0".to_owned())]]);
}

#[test]
fn a_script_that_leaves_its_database_is_refused_before_its_first_statement() {
    let scratch = Scratch::mysql_without_runs("leaves_its_database");
    scratch.execute("CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)");
    let site = Site::new(scratch);
    let made = take(&site, "made");
    let live = made.manifest.session.database.clone();
    let header = format!("-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB\n-- Host: h    Database: {live}\n");
    let file = site.scratch.directory().join("script.sql");
    std::fs::write(&file, format!("{header}USE `{live}`;\nDELETE FROM a;\n-- Dump completed on 2026-01-01\n")).unwrap();
    let ready = backup::ready(site.database.as_ref(), backup::Program::Own).unwrap();
    let adopted = backup::adopt(&file, &site.scratch.directory().join("adopted"), &ready).unwrap();
    let adopted = adopted.compared_with(&site.snapshot()).unwrap();
    let error = prove(&site, &adopted).unwrap_err();
    assert!(told(&error).contains("USE"), "{}", told(&error));
    assert_eq!(site.scratch.query("SELECT count(*) FROM a"), [[Some("1".to_owned())]]);

    std::fs::write(&file, format!("{header}INSERT INTO `a` VALUES (2);\n")).unwrap();
    let error = backup::adopt(&file, &site.scratch.directory().join("cut"), &ready).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    std::fs::write(&file, format!("{}-- Dump completed\n", header.replace(&live, "elsewhere"))).unwrap();
    let error = backup::adopt(&file, &site.scratch.directory().join("other"), &ready).unwrap_err();
    assert!(error.to_string().contains("elsewhere"), "{error}");
}

#[test]
fn no_event_runs_in_a_scratch_database() {
    let scratch = Scratch::mysql("no_event_runs");
    scratch.execute(
        "CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY);
         CREATE EVENT often ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01 00:00:00' DO INSERT INTO a VALUES (DEFAULT)",
    );
    let site = Site::new(scratch);
    let made = take(&site, "made");
    let other = Scratch::mysql_without_runs("no_event_runs_staging");
    let staging = crate::plans::open(&other.url(), &site.interrupt);
    let proof = prove_with(&site, &made, Target::Staging(staging.as_ref())).unwrap();
    assert!(proof.verdict.passed, "{:?}", proof.differences());
    let status = "SELECT STATUS FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()";
    assert_eq!(other.query(status), [[Some("DISABLED".to_owned())]]);
    assert_eq!(site.scratch.query(status), [[Some("ENABLED".to_owned())]]);
    assert!(proof.verdict.findings.iter().any(|finding| finding.message.contains("restored disabled")), "{:?}", proof.verdict.findings);
}

#[test]
fn the_digits_that_a_dump_loses_of_a_float_are_put_back_and_found_where_they_cannot_be() {
    let scratch = Scratch::mysql_without_runs("floating");
    scratch.execute(
        "CREATE TABLE a (code varchar(20), year int, ratio float, other float, touched timestamp DEFAULT current_timestamp ON UPDATE current_timestamp,
                         PRIMARY KEY (code, year));
         INSERT INTO a VALUES ('it''s', 1, 0.5, NULL, '2020-01-01 00:00:00'), ('it''s', 2, 16777215, 0.1, '2020-01-01 00:00:00'),
                              ('x', 1, 1/3, -1e-30/3, '2020-01-01 00:00:00')",
    );
    let site = Site::new(scratch);
    let made = take(&site, "made");
    assert_eq!(files(&made).len(), 3, "what is lost stands beside the dump");
    let proof = prove(&site, &made).unwrap();
    assert_eq!(proof.differences(), Vec::<String>::new());

    site.scratch.execute("CREATE TRIGGER touched BEFORE UPDATE ON a FOR EACH ROW SET NEW.other = 1");
    let made = take(&site, "with-trigger");
    assert_eq!(files(&made).len(), 2);
    let proof = prove(&site, &made).unwrap();
    let found = ["cells:a: 2 cells of a.ratio changed without a grant", "cells:a: 1 cell of a.other changed without a grant"];
    assert_eq!(proof.differences(), found);
    assert!(
        proof.verdict.findings.iter().any(|finding| finding.message.contains("its triggers would fire")),
        "{:?}",
        proof.verdict.findings
    );
}

#[test]
fn large_objects_are_restored_and_told_as_not_compared() {
    let scratch = Scratch::postgres("large_objects");
    scratch.execute(
        "SELECT lo_from_bytea(4711, '\\x00ff'); CREATE TABLE a (id integer PRIMARY KEY, object oid); INSERT INTO a VALUES (1, 4711)",
    );
    let site = Site::new(scratch);
    let made = take(&site, "made");
    let proof = prove(&site, &made).unwrap();
    assert!(proof.verdict.passed, "{:?}", proof.differences());
    assert!(proof.verdict.findings.iter().any(|finding| finding.subject.contains("large object")), "{:?}", proof.verdict.findings);
}

#[test]
fn an_archive_of_another_database_or_cut_off_is_refused_with_its_reason() {
    let site = registry(Scratch::postgres("another_archive"));
    let ready = backup::ready(site.database.as_ref(), backup::Program::Own).unwrap();
    let other = Site::filled(Scratch::postgres("another_archive_other"), "CREATE TABLE a (id integer)");
    let made = take(&other, "made");
    let error = backup::adopt(&made.data(), &site.scratch.directory().join("adopted"), &ready).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.to_string().contains(&made.manifest.session.database), "{error}");

    let made = take(&site, "made");
    let toc = made.data().join("toc.dat");
    let bytes = std::fs::read(&toc).unwrap();
    std::fs::write(&toc, &bytes[..bytes.len() / 2]).unwrap();
    let error = backup::adopt(&made.data(), &site.scratch.directory().join("cut"), &ready).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    // The fifth byte is the major version of the format.
    let mut newer = bytes;
    newer[5] = 9;
    std::fs::write(&toc, newer).unwrap();
    let error = backup::adopt(&made.data(), &site.scratch.directory().join("newer"), &ready).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(told(&error).contains("version"), "{}", told(&error));
}

#[test]
fn what_a_killed_proof_has_left_is_named_and_removed_unless_it_is_in_use() {
    for scratch in [Scratch::postgres("killed_proof"), Scratch::mysql_without_runs("killed_proof")] {
        let site = Site::filled(scratch, "CREATE TABLE a (id integer)");
        let name = scratch_name(&format!("{}-killed", std::process::id()));
        let left = site.database.create_scratch(&name, site.scratch.directory()).unwrap();
        let engine = site.engine(&cutover::journal::Silent);
        assert!(scratches(Some(&engine)).unwrap().contains(&name));
        let in_use = left.read().unwrap();
        let error = site.database.drop_scratch(&name, &site.home, false).unwrap_err();
        assert!(told(&error).contains("use"), "{}", told(&error));
        drop(in_use);
        // A session takes a moment to vanish. Other tests' databases on the same server are not ours to drop.
        while scratches(Some(&engine)).unwrap().contains(&name) {
            drop(site.database.drop_scratch(&name, &site.home, false));
        }
        assert_eq!(site.scratch.query("SELECT count(*) FROM a"), [[Some("0".to_owned())]]);
    }
}

#[test]
fn what_a_killed_proof_has_left_beside_the_backup_goes_with_the_next_one() {
    let site = registry(Scratch::sqlite("left_beside"));
    let made = take(&site, "made");
    let (dead, living) = (made.directory.join("proof-1"), made.directory.join("proof-2"));
    let locks: Vec<_> = [&dead, &living]
        .iter()
        .map(|directory| {
            std::fs::create_dir(directory).unwrap();
            std::fs::File::create(directory.join("lock")).unwrap()
        })
        .collect();
    locks[1].try_lock().unwrap();
    assert!(prove(&site, &made).unwrap().verdict.passed);
    assert!(!dead.exists() && living.exists());
}

#[test]
fn a_file_is_of_no_use_where_its_snapshot_was_replaced() {
    let site = registry(Scratch::sqlite("replaced"));
    let made = take(&site, "made");
    let other = take(&site, "other");
    assert_eq!(files(&made).len(), 1);
    std::fs::remove_dir_all(made.directory.join("snapshot")).unwrap();
    std::fs::rename(other.directory.join("snapshot"), made.directory.join("snapshot")).unwrap();
    let error = prove(&site, &made).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert!(error.to_string().contains("another snapshot"), "{error}");
}
