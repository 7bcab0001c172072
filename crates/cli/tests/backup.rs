//! Backups from the command line: taken, kept, proven, refused, and nothing left where the disk is full.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::path::PathBuf;

use support::{Output, Place};

/// The directories of all backups that belong to no run.
fn backups(place: &Place) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(place.path().join(".cutover/backups")).into_iter().flatten();
    let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

/// Runs the program with a limit of 256 KiB for every file: a disk that is full for this program alone.
fn on_a_full_disk(place: &Place, arguments: &str) -> Output {
    let script = format!("trap '' XFSZ; ulimit -f 512; exec \"$0\" {arguments}");
    let output = std::process::Command::new("sh")
        .args(["-c", &script])
        .arg(assert_cmd::cargo::cargo_bin!("cutover"))
        .current_dir(place.path())
        .env_remove("DATABASE_URL")
        .output()
        .unwrap();
    Output {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_backup_is_taken_and_proven_and_only_the_latest_are_kept() {
    let place = Place::new();
    let taken = place.cutover("backup --database registry.db");
    assert_eq!(taken.code, 0, "{}", taken.all());
    assert!(taken.stdout.contains("1 file") && taken.stdout.contains("nobody else could write"), "{}", taken.stdout);
    assert!(!taken.stdout.contains("proven"), "{}", taken.stdout);
    let first = backups(&place);
    let proven = place.cutover("backup verify --database registry.db");
    assert_eq!(proven.code, 0, "{}", proven.all());
    assert!(proven.stdout.contains("proven: restored, 2 tables with 16 cells"), "{}", proven.stdout);
    let again = place.cutover("backup --database registry.db --prove --keep 1 --format json");
    assert_eq!(again.code, 0, "{}", again.all());
    assert!(again.stdout.contains("\"proven\": true"), "{}", again.stdout);
    assert_eq!(backups(&place).len(), 1);
    assert_ne!(backups(&place), first);
}

#[test]
fn a_damaged_backup_is_refused_and_a_missing_one_is_named() {
    let place = Place::new();
    let missing = place.cutover("backup verify --database registry.db");
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("there is no backup `latest`"), "{}", missing.stderr);
    assert_eq!(place.cutover("backup --database registry.db copy").code, 0);
    let file = place.path().join("copy/data/backup.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 0x10;
    std::fs::write(&file, bytes).unwrap();
    let refused = place.cutover("backup verify copy --database registry.db");
    assert_eq!(refused.code, 2, "{}", refused.all());
    assert!(refused.stderr.contains("is not what was written") && refused.stderr.contains("SHA-256"), "{}", refused.stderr);
    let unnamed = place.cutover("backup");
    assert_eq!(unnamed.code, 2);
    assert!(unnamed.stderr.contains("--database URL"), "{}", unnamed.stderr);
}

#[test]
fn a_run_tells_of_its_backup_and_so_does_its_report() {
    let place = Place::new();
    for (backup, said) in [("none", "there is no backup that a program is to write"), ("fence", "mydumper reads MySQL and MariaDB alone")] {
        let other = place.cutover(&format!("run tiny --database registry.db --backup {backup} --backup-program mydumper"));
        assert!(other.code == 2 && other.stderr.contains(said), "{}", other.all());
    }
    let run = place.cutover("run tiny --database registry.db --backup fence --prove-backup");
    assert_eq!(run.code, 0, "{}", run.all());
    assert!(run.stderr.contains("proof: proven: 2 tables"), "{}", run.stderr);
    let report = place.cutover("report tiny");
    assert!(report.stdout.contains("proven by restore, 16 cells compared"), "{}", report.stdout);
    let report = place.cutover("report tiny --format json");
    assert!(report.stdout.contains("\"proven\": true") && report.stdout.contains("backup API"), "{}", report.stdout);
    // The run has changed the database since; its backup still equals its snapshot.
    let later = place.cutover("backup verify tiny --database registry.db");
    assert_eq!(later.code, 0, "{}", later.all());
    assert_eq!(place.cutover("backup verify .cutover/tiny/nothing --database registry.db").code, 2);
    let both = place.cutover("run tiny --database registry.db --backup fence --backup-file copy.db");
    assert_eq!(both.code, 2);
    assert!(both.stderr.contains("cannot be used with"), "{}", both.stderr);
}

#[test]
fn a_full_disk_ends_a_backup_and_leaves_nothing_of_it() {
    let place = Place::new();
    // Compressed, the snapshot of it is small; the backup is not.
    place.execute("CREATE TABLE blobs (id INTEGER PRIMARY KEY, data BLOB); INSERT INTO blobs VALUES (1, zeroblob(1000000))");
    let full = on_a_full_disk(&place, "backup --database registry.db");
    assert_eq!(full.code, 2, "{}", full.all());
    assert!(full.stderr.contains("free space"), "{}", full.stderr);
    assert_eq!(backups(&place), Vec::<PathBuf>::new());
    let run = on_a_full_disk(&place, "run tiny --database registry.db --backup fence");
    assert_eq!(run.code, 1, "{}", run.all());
    assert!(run.all().contains("the database is as it was"), "{}", run.all());
    assert_eq!(place.number("SELECT count(*) FROM pragma_table_info('schools') WHERE name = 'old_id'"), 0);
    let left: Vec<_> =
        std::fs::read_dir(place.path().join(".cutover/tiny")).unwrap().map(|entry| entry.unwrap().path().join("backup")).collect();
    assert!(!left.is_empty() && left.iter().all(|path| !path.exists()), "{left:?}");
}

#[test]
fn an_encrypted_backup_is_proven_and_read_with_its_identity_only() {
    let place = Place::new();
    let refused = place.cutover("backup --database registry.db --encrypt-to age1nobody");
    assert_eq!(refused.code, 2, "{}", refused.all());
    assert!(
        refused.stderr.contains("a recipient is a public key") && refused.stderr.contains("nothing was backed up"),
        "{}",
        refused.stderr
    );
    assert_eq!(backups(&place), Vec::<PathBuf>::new());
    let identity = place.path().join("backup.key");
    let made = std::process::Command::new("age-keygen").arg("-o").arg(&identity).output().unwrap();
    let told = String::from_utf8(made.stderr).unwrap();
    let (_, key) = told.trim().rsplit_once(' ').unwrap();

    let taken = place.cutover(&format!("backup --database registry.db --prove --encrypt-to {key}"));
    assert_eq!(taken.code, 0, "{}", taken.all());
    assert!(taken.stdout.contains("encrypted by age") && taken.stdout.contains("proven: restored"), "{}", taken.stdout);
    let directory = &backups(&place)[0];
    assert!(!directory.join("manifest.json").exists() && directory.join("data/backup.db.age").is_file());

    let without = place.cutover("backup verify --database registry.db");
    assert_eq!(without.code, 2, "{}", without.all());
    assert!(without.stderr.contains("is encrypted") && without.stderr.contains("--identity FILE"), "{}", without.stderr);
    let proven = place.cutover("backup verify --database registry.db --identity backup.key --format json");
    assert_eq!(proven.code, 0, "{}", proven.all());
    assert!(proven.stdout.contains("\"proven\": true") && proven.stdout.contains("\"encrypted\": {"), "{}", proven.stdout);
    let rehearsal = place.cutover(&format!("rehearse tiny --database registry.db --backup-file {}", directory.display()));
    assert_eq!(rehearsal.code, 2, "{}", rehearsal.all());
    assert!(rehearsal.stderr.contains("cutover backup decrypt"), "{}", rehearsal.stderr);

    let readable = place.cutover("backup decrypt latest readable --identity backup.key");
    assert_eq!(readable.code, 0, "{}", readable.all());
    let rehearsal = place.cutover("rehearse tiny --database registry.db --backup-file readable");
    assert_eq!(rehearsal.code, 0, "{}", rehearsal.all());
    let plain = place.cutover("backup decrypt readable again --identity backup.key");
    assert!(plain.code == 2 && plain.stderr.contains("is not encrypted"), "{}", plain.all());
}

#[test]
fn a_run_that_has_no_room_is_refused_before_anything_is_touched() {
    let place = Place::new();
    place.execute("CREATE TABLE blobs (id INTEGER PRIMARY KEY, data BLOB); INSERT INTO blobs VALUES (1, zeroblob(1000000))");
    std::fs::create_dir(place.path().join("small")).unwrap();
    // The disk is this process's own, and goes with it.
    let script = "mount -t tmpfs -o size=200k tmpfs small && exec \"$0\" run tiny --database registry.db --home small --backup fence";
    let output = std::process::Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script])
        .arg(assert_cmd::cargo::cargo_bin!("cutover"))
        .current_dir(place.path())
        .env_remove("DATABASE_URL")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    for part in ["the run could not succeed: the disk of small has", "MiB may be needed", "--home DIR", "nothing was touched"] {
        assert!(told.contains(part), "{part} is missing in\n{told}");
    }
    assert_eq!(place.number("SELECT count(*) FROM pragma_table_info('schools') WHERE name = 'old_id'"), 0);
}
