//! Backups on every database: proven by restore, refused where they are damaged or of something else, and no trace of the proof.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../support/child.rs"]
mod child;
#[path = "../support/plans.rs"]
mod plans;
#[path = "../support/small.rs"]
mod small;
#[path = "../support/mod.rs"]
mod support;

mod encrypted;
mod killed;
mod made;
mod mydumper;
mod runs;
mod special;

use std::path::{Path, PathBuf};

use cutover::backup::{self, Backup, Proof, Prove, Take, Target};
use cutover::journal::Silent;
use cutover::model::error::{Error, Result};
use plans::Site;
use support::Scratch;

/// Not a test by itself: the program that the tests of kills start.
#[test]
fn child() {
    killed::run();
}

/// A registry with every sort of object, and what a dump could lose besides.
fn registry(scratch: Scratch) -> Site {
    let (base, more) = match scratch.dialect() {
        "postgres" => (include_str!("../corruption/base.postgres.sql"), include_str!("postgres.sql")),
        "mysql" => (include_str!("../corruption/base.mysql.sql"), include_str!("mysql.sql")),
        _ => (include_str!("../corruption/base.sqlite.sql"), include_str!("sqlite.sql")),
    };
    // What follows the base is written for sessions with its settings.
    let sql = if scratch.dialect() == "mysql" {
        format!("{base}\n{}\nSET sql_mode = '';\n{more}", include_str!("../corruption/data.sql"))
    } else {
        format!("{base}\n{}\n{more}", include_str!("../corruption/data.sql"))
    };
    Site::filled(scratch, &sql)
}

/// Takes a backup into a directory of the test's own.
fn take(site: &Site, name: &str) -> Backup {
    let directory = site.scratch.directory().join(name);
    let take = Take {
        directory: &directory,
        name,
        sessions: 2,
        program: backup::Program::Own,
        held: false,
        interrupt: &site.interrupt,
        monitor: &Silent,
    };
    backup::take(site.database.as_ref(), &take).unwrap_or_else(|error| panic!("{error:?}"))
}

fn prove_with(site: &Site, made: &Backup, target: Target<'_>) -> Result<Proof> {
    let id = id(site);
    backup::prove(made, &Prove { target, id: &id, sessions: 2, accept: &[], interrupt: &site.interrupt, monitor: &Silent })
}

/// An id that no other test's proof on the same server has.
fn id(site: &Site) -> String {
    site.scratch.directory().file_name().unwrap().to_string_lossy().chars().rev().take(12).collect()
}

fn prove(site: &Site, made: &Backup) -> Result<Proof> {
    prove_with(site, made, Target::Beside(site.database.as_ref()))
}

/// What a proof must not leave behind: scratch databases and working directories.
fn traces(site: &Site, made: &Backup) -> Vec<String> {
    let own = cutover::database::access::scratch_name(&id(site));
    let mut left: Vec<_> = site.database.scratches().unwrap().into_iter().filter(|name| *name == own).collect();
    let names = std::fs::read_dir(&made.directory).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    left.extend(names.filter(|name| name.starts_with("proof-")));
    left
}

/// Every file of a backup's data.
fn files(made: &Backup) -> Vec<PathBuf> {
    made.manifest.files.iter().map(|file| made.directory.join("data").join(&file.path)).collect()
}

/// A copy of a backup's whole directory, to be harmed.
fn copy(made: &Backup, to: &Path) -> Backup {
    copy_directory(&made.directory, to);
    Backup::open(to).unwrap()
}

fn copy_directory(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_directory(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

fn told(error: &Error) -> String {
    plans::told(error)
}
