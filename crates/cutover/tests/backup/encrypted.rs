//! Encrypted backups: nothing of them can be read without an identity, and with it they are proven like any other.

use std::path::{Path, PathBuf};
use std::process::Command;

use cutover::backup::{self, Backup, Encrypted, Encryption, Kept, Prove, Recipients, Target};
use cutover::journal::Silent;
use cutover::model::error::{Error, ErrorKind};

use super::support::{Scratch, each_database};
use super::{Site, id, registry, take, told};

/// A new identity, and its public key.
fn identity(directory: &Path, name: &str) -> (PathBuf, String) {
    let path = directory.join(name);
    let made = Command::new("age-keygen").arg("-o").arg(&path).output().expect("age-keygen is installed");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let shown = Command::new("age-keygen").arg("-y").arg(&path).output().unwrap();
    (path, String::from_utf8(shown.stdout).unwrap().trim().to_owned())
}

fn encryption(site: &Site, key: &str) -> Encryption {
    Encryption::for_recipients(&Recipients { keys: vec![key.to_owned()], files: Vec::new() }, &site.interrupt)
        .unwrap_or_else(|error| panic!("{}", told(&error)))
}

fn proven(site: &Site, encrypted: &Encrypted, identity: &Path) -> Result<(Backup, backup::Proof), Error> {
    let target = Target::Beside(site.database.as_ref());
    let how = Prove { target, id: &id(site), sessions: 2, accept: &[], interrupt: &site.interrupt, monitor: &Silent };
    encrypted.prove(identity, &how)
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

each_database! {
    fn only_the_holder_of_an_identity_can_read_or_prove_it(database: Scratch) {
        let site = registry(database);
        let keys = site.scratch.directory().join("keys");
        std::fs::create_dir(&keys).unwrap();
        let (own, key) = identity(&keys, "own");
        let (foreign, _) = identity(&keys, "foreign");
        let made = take(&site, "made");
        let bytes = made.bytes();
        let encrypted = encryption(&site, &key).encrypt(made, &site.interrupt).unwrap_or_else(|error| panic!("{}", told(&error)));
        for file in files(&encrypted.directory) {
            let (name, contents) = (file.to_string_lossy().into_owned(), std::fs::read(&file).unwrap());
            let describes = name.ends_with("encrypted.json") || name.ends_with("encrypted.sha256");
            assert!(describes || contents.starts_with(b"age-encryption.org/v1"), "{name} can be read");
            assert!(!contents.windows(5).any(|window| window == b"Thabo"), "{name} holds a name");
        }
        assert_eq!(encrypted.description.proven, None);

        let refused = Backup::open(&encrypted.directory).unwrap_err();
        assert!(told(&refused).contains("is encrypted") && told(&refused).contains("cutover backup decrypt"), "{}", told(&refused));
        let refused = proven(&site, &encrypted, &foreign).unwrap_err();
        assert!(told(&refused).contains("could not be decrypted"), "{}", told(&refused));
        let (_, proof) = proven(&site, &encrypted, &own).unwrap_or_else(|error| panic!("{}", told(&error)));
        assert!(proof.is_proven(), "{:?}", proof.differences());
        assert_eq!(files(&encrypted.directory).len(), encrypted.description.files.len() + 2, "nothing readable is left");
        assert_eq!(Encrypted::open(&encrypted.directory).unwrap(), encrypted);

        let readable = site.scratch.directory().join("readable");
        let back = encrypted.decrypt(&own, &readable, &site.interrupt).unwrap_or_else(|error| panic!("{}", told(&error)));
        assert_eq!(back.bytes(), bytes);
        back.check().unwrap();
        let again = encrypted.decrypt(&own, &readable, &site.interrupt).unwrap_err();
        assert!(told(&again).contains("exists already"), "{}", told(&again));
    }
}

/// What is damaged is named before anything of it is decrypted, and nothing readable is left.
#[test]
fn a_damaged_file_is_named_and_nothing_readable_is_left() {
    let site = registry(Scratch::sqlite("encrypted_damaged"));
    let (own, key) = identity(site.scratch.directory(), "own");
    let encrypted = encryption(&site, &key).encrypt(take(&site, "made"), &site.interrupt).unwrap();
    let file = encrypted.directory.join("data/backup.db.age");
    let mut contents = std::fs::read(&file).unwrap();
    let middle = contents.len() / 2;
    contents[middle] ^= 1;
    std::fs::write(&file, contents).unwrap();
    let into = site.scratch.directory().join("readable");
    let error = encrypted.decrypt(&own, &into, &site.interrupt).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert!(error.to_string().contains("backup.db.age") && !into.exists(), "{error}");
}

/// Whatever a killed encryption has left is put in order when the backup is used next.
#[test]
fn an_encryption_that_was_killed_leaves_one_or_the_other() {
    let site = registry(Scratch::sqlite("encrypted_killed"));
    let (own, key) = identity(site.scratch.directory(), "own");
    let made = take(&site, "made");
    // Killed before everything was encrypted: the backup is what it was, and can be encrypted once more.
    std::fs::write(made.directory.join("data/backup.db.age"), "half of it").unwrap();
    std::fs::write(made.directory.join("encrypted.sha256"), "of nothing").unwrap();
    Backup::open(&made.directory).unwrap().check().unwrap();
    let plain = std::fs::read(made.directory.join("data/backup.db")).unwrap();
    let encrypted = encryption(&site, &key).encrypt(made, &site.interrupt).unwrap();
    // Killed before everything readable was removed.
    let readable = encrypted.directory.join("data/backup.db");
    std::fs::write(&readable, &plain).unwrap();
    let encrypted = Encrypted::open(&encrypted.directory).unwrap();
    assert!(!readable.exists());
    assert!(proven(&site, &encrypted, &own).unwrap().1.is_proven());
}

/// Who is named wrongly is told before anything is backed up.
#[test]
fn a_recipient_that_is_none_is_refused_before_anything_is_written() {
    let site = registry(Scratch::sqlite("encrypted_recipient"));
    for recipients in [
        Recipients { keys: vec!["age1nobody".to_owned()], files: Vec::new() },
        Recipients { keys: Vec::new(), files: vec![site.scratch.directory().join("not/there")] },
    ] {
        let error = Encryption::for_recipients(&recipients, &site.interrupt).err().unwrap();
        assert!(told(&error).contains("nothing was backed up"), "{}", told(&error));
    }
    assert_eq!(Encryption::for_recipients(&Recipients::default(), &site.interrupt).err().unwrap().kind(), ErrorKind::Input);
}

/// Encrypted backups count among those that are kept.
#[test]
fn encrypted_backups_are_found_and_kept_like_others() {
    let site = registry(Scratch::sqlite("encrypted_kept"));
    let (_, key) = identity(site.scratch.directory(), "own");
    let at = |name: &str| {
        let directory = backup::directory(&site.home, name);
        let take = backup::Take {
            directory: &directory,
            name,
            sessions: 1,
            program: backup::Program::Own,
            held: false,
            interrupt: &site.interrupt,
            monitor: &Silent,
        };
        backup::take(site.database.as_ref(), &take).unwrap()
    };
    let seal = |made| encryption(&site, &key).encrypt(made, &site.interrupt).unwrap();
    seal(at("1"));
    at("2");
    let third = Kept::Encrypted(seal(at("3")));
    assert_eq!(backup::keep(&site.home, &third, 2).unwrap(), [backup::directory(&site.home, "1")]);
    assert_eq!(backup::find(&site.home, "latest").unwrap(), third);
    assert!(matches!(backup::find(&site.home, "2").unwrap(), Kept::Readable(_)));
}
