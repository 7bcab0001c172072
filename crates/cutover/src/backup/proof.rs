//! The proof of a backup: restored into a scratch database, read again, and compared with the snapshot of its instant.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::manifest::Backup;
use super::method::{self, Method, Restore};
use super::program::Watch;
use super::scratch::{Scratch, Work};
use crate::database::{Database, Session};
use crate::journal::{Monitor, Progress, Stage};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;
use crate::snapshot::seal::{private_directory, private_file};
use crate::snapshot::{Capture, Snapshot, capture};
use crate::verify::added::Besides;
use crate::verify::grants::Grants;
use crate::verify::rulings::{Rulings, Terms};
use crate::verify::tables::{self, After, Listener};
use crate::verify::verdict::{Finding, RuleOutcome, TableResult, Verdict};
use crate::verify::{catalog, expected};

/// Where a backup is restored.
pub enum Target<'a> {
    /// In a scratch database beside this one, which is dropped again however the proof ends.
    Beside(&'a dyn Database),
    /// In this database, which must be empty and keeps what was restored.
    Staging(&'a dyn Database),
}

/// What a proof is made with.
pub struct Prove<'a> {
    /// Where the backup is restored.
    pub target: Target<'a>,
    /// The id that the scratch database's name carries.
    pub id: &'a str,
    /// How many tables are restored, and how many sessions read, side by side.
    pub sessions: usize,
    /// Rules accepted by name.
    pub accept: &'a [String],
    /// What stops the work.
    pub interrupt: &'a Interrupt,
    /// Who is told of it.
    pub monitor: &'a dyn Monitor,
}

/// What became of a proof: `proof.json` in the backup's directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// The SHA-256 of the backup's manifest: what was proven.
    pub backup: String,
    /// When, RFC 3339, UTC.
    pub at: String,
    /// The server that it was restored on.
    pub on: Session,
    /// Where it was restored, without a password.
    pub place: String,
    /// Every table and object that was compared, and what was found.
    pub verdict: Verdict,
}

impl Proof {
    /// The proof of a backup as it is now; `None` where it was not proven, or has been changed since.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn of(backup: &Backup) -> Result<Option<Self>> {
        let path = backup.directory.join("proof.json");
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read(&path).map_err(|source| Error::file("read", &path, source))?;
        let proof: Self = serde_json::from_slice(&text)
            .map_err(|source| Error::new(ErrorKind::Corrupt, format!("{} is not a proof", path.display())).because(source))?;
        Ok((proof.backup == backup.seal).then_some(proof))
    }

    fn write(&self, directory: &Path) -> Result<()> {
        use std::io::Write;
        let path = directory.join("proof.json");
        let text = serde_json::to_vec_pretty(self)
            .map_err(|source| Error::new(ErrorKind::Internal, "the proof cannot be written as JSON").because(source))?;
        let mut file = private_file(&path)?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(|source| Error::file("write", &path, source))
    }

    /// How many rules did not hold and were accepted by name: with any, the backup may be used, and is not proven.
    #[must_use]
    pub fn waived(&self) -> u64 {
        self.verdict.rules.iter().filter(|rule| rule.outcome == RuleOutcome::Waived).count() as u64
    }

    /// Whether the backup is proven: what was restored equals the snapshot.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.verdict.passed && self.waived() == 0
    }

    /// What stands against the backup, one line each, without the values of cells.
    #[must_use]
    pub fn differences(&self) -> Vec<String> {
        let failed = self.verdict.findings.iter().filter(|finding| finding.severity == crate::plan::Severity::Error);
        failed.map(|finding| format!("{}: {}", finding.rule, finding.message)).collect()
    }
}

/// Proves a backup: its files are what was written, they can be restored, and what was restored equals the snapshot of the same instant in every
/// cell and every object. Whether it does is in the proof's verdict.
///
/// # Errors
/// `Corrupt` or `Refused` where the backup is damaged, belongs to another kind of database, or cannot be restored, with the reason. Nothing
/// but a scratch database that could not be dropped is left then, which the error names.
pub fn prove(backup: &Backup, prove: &Prove<'_>) -> Result<Proof> {
    // Without a snapshot there is nothing to prove it against, and it need not be restored.
    backup.snapshot()?;
    let (proof, ()) = prove_and(backup, prove, |_, _| Ok(()))?;
    proof.ok_or_else(|| Error::new(ErrorKind::Internal, "a backup with a snapshot was restored and not compared"))
}

/// Restores a backup, proves it where a snapshot of its instant is known, and works in the restored database, which is then dropped, or
/// stays where it is a staging database. `work` is told what the proof says, and decides by itself whether it goes on.
///
/// # Errors
/// As of [`prove`], and those of `work`.
pub fn prove_and<Done>(
    backup: &Backup,
    prove: &Prove<'_>,
    work: impl FnOnce(&dyn Database, Option<&Proof>) -> Result<Done>,
) -> Result<(Option<Proof>, Done)> {
    let before = backup.manifest.snapshot.as_ref().map(|_| backup.snapshot()).transpose()?;
    backup.check()?;
    let working = Work::begin(&backup.directory)?;
    let directory = working.directory.clone();
    let restored = |target: &dyn Database| -> Result<Option<Proof>> {
        let method = restore(backup, target, prove)?;
        let Some(before) = &before else { return Ok(None) };
        let proof = compare(backup, before, target, method, &directory, prove)?;
        proof.write(&backup.directory)?;
        Ok(Some(proof))
    };
    match &prove.target {
        Target::Staging(staging) => {
            same_kind(backup, *staging)?;
            staging.build(&[], &mut |_| ()).map_err(|error| error.hint("a backup is restored into an empty database only"))?;
            let proof = restored(*staging)?;
            let done = work(*staging, proof.as_ref())?;
            Ok((proof, done))
        }
        Target::Beside(beside) => {
            same_kind(backup, *beside)?;
            let bytes = before.as_ref().map_or(backup.manifest.session.bytes, |before| before.manifest.session.bytes);
            let mut scratch = Scratch::create(*beside, prove.id, &directory, bytes)?;
            let outcome = restored(scratch.target.as_ref()).and_then(|proof| {
                // Whoever works in it has sessions of its own, and must not wait for one that reads an older instant.
                scratch.presence = None;
                let done = work(scratch.target.as_ref(), proof.as_ref())?;
                Ok((proof, done))
            });
            scratch.end_with(outcome)
        }
    }
}

fn same_kind(backup: &Backup, target: &dyn Database) -> Result<()> {
    let (made, found) = (backup.manifest.dialect.as_str(), target.dialect().name());
    if made == found {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Refused,
        format!("the backup in {} is one of {made}, and {} is {found}", backup.directory.display(), target.place()),
    ))
}

fn restore(backup: &Backup, target: &dyn Database, prove: &Prove<'_>) -> Result<&'static dyn Method> {
    let method = method::of(target.dialect().name())?;
    let product = target.read()?.session()?.product;
    let tools = method.tools(&product)?;
    // What was made here is sealed; a file that was made elsewhere says of itself whether it is whole.
    if backup.manifest.elsewhere.is_some() {
        method.inspect(&backup.data(), &tools)?;
    }
    let item = format!("restoring into {}", target.place());
    let progress = |done: u64, total: Option<u64>| {
        prove.monitor.progress(&Progress { stage: Stage::Proof, item: item.clone(), done, total, unit: "bytes" });
    };
    let watch = Watch { stop: prove.interrupt, progress: &progress, begun: &|| () };
    let access = target.access()?;
    let restored =
        method.restore(&Restore { target, access: &access, tools: &tools, data: &backup.data(), jobs: prove.sessions, watch: &watch });
    restored.map(|()| method).map_err(|error| match error.kind() {
        ErrorKind::Interrupted => error,
        _ => error.hint(format!("the backup was made by {} on {}", backup.manifest.program, backup.manifest.session.product)),
    })
}

fn compare(
    backup: &Backup,
    before: &Snapshot,
    target: &dyn Database,
    method: &dyn Method,
    work: &Path,
    prove: &Prove<'_>,
) -> Result<Proof> {
    let watching = Watching { monitor: prove.monitor, done: AtomicU64::new(0) };
    let directory = work.join("restored");
    private_directory(&directory)?;
    let mut reader = target.read()?;
    let after = capture(
        reader.as_mut(),
        Capture {
            directory: &directory,
            dialect: target.dialect().name(),
            classes: before.manifest.classes,
            contents: false,
            sessions: prove.sessions,
            tables: None,
            queries: Vec::new(),
            progress: &|item, more| watching.rows(item, more),
            captured: &mut |_| Ok(()),
            instant: &mut |_| Ok(()),
        },
    )?;
    let mut rulings = Rulings::default();
    let grants = Grants::default();
    let scratch = work.join("differences");
    // What is equal needs no contents; what differs is explained from the restored database itself.
    let compared = match equal(before, &after) {
        true => After::Snapshot(&after, &scratch),
        false => After::Live(reader.as_mut(), &scratch, Besides::Nothing),
    };
    if matches!(compared, After::Live(..)) {
        private_directory(&scratch.join("rows"))?;
    }
    let tables = tables::compare(before, &after.manifest.catalog, compared, &grants, &scratch, &mut rulings, &watching)?;
    let (mut old, mut restored) = (before.manifest.catalog.clone(), after.manifest.catalog.clone());
    for message in method.level(&mut old, &mut restored) {
        rulings.note("backup", "the database itself", message);
    }
    let comparison = catalog::compare(&old, &restored, &grants);
    let evidence = format!("{} objects compared, {} differ", comparison.objects, comparison.findings.len());
    rulings.judge(catalog::RULE, evidence, comparison.findings);
    for object in &old.not_covered {
        rulings.note(
            "backup",
            object.object.to_string(),
            format!("{} is in the backup as far as its program takes it along; it was not compared: {}", object.object, object.reason),
        );
    }
    expected::sequences(&before.manifest.sequences, &after.manifest.sequences, before, &tables, &mut rulings);
    if let Some(faults) = reader.integrity()? {
        let evidence =
            if faults.is_empty() { "the database's own check finds nothing".to_owned() } else { format!("{} faults", faults.len()) };
        rulings.judge("integrity", evidence, faults.into_iter().map(of_integrity).collect());
    }
    let verdict = rulings.finish(&Terms { accept: prove.accept, strict: false, criteria: &[] }, tables.results);
    Ok(Proof {
        backup: backup.seal.clone(),
        at: Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
        on: after.manifest.session,
        place: target.place(),
        verdict,
    })
}

/// Whether every table has the same columns, key and sums.
fn equal(before: &Snapshot, after: &Snapshot) -> bool {
    before.manifest.tables.iter().all(|entry| {
        after.table(&entry.table).is_some_and(|other| {
            let names = |entry: &crate::snapshot::TableEntry| entry.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
            names(entry) == names(other) && entry.key == other.key && entry.contents.digest == other.contents.digest
        })
    })
}

fn of_integrity(fault: String) -> Finding {
    Finding {
        rule: "integrity".to_owned(),
        severity: crate::plan::Severity::Error,
        subject: "the restored database".to_owned(),
        message: fault,
        count: 1,
        rows: Vec::new(),
        hint: None,
        revealed: false,
    }
}

struct Watching<'a> {
    monitor: &'a dyn Monitor,
    done: AtomicU64,
}

impl Listener for Watching<'_> {
    fn rows(&self, item: &str, more: u64) {
        let done = self.done.fetch_add(more, Ordering::Relaxed) + more;
        self.monitor.progress(&Progress { stage: Stage::Proof, item: item.to_owned(), done, total: None, unit: "rows" });
    }

    fn compared(&self, _: &TableResult, _: f64) -> Result<()> {
        Ok(())
    }
}
