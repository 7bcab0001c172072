//! `cutover backup` and `cutover backup verify`: a backup of one instant with its snapshot, and the proof that it can be restored.

use std::path::{Path, PathBuf};

use cutover::backup::{self, Backup, Encrypted, Encryption, Kept, Prove, Recipients, Take, Target};
use cutover::database::Database;
use cutover::model::error::{Error, ErrorKind, Result};
use cutover::model::url::DatabaseUrl;
use cutover::report::words::{counted, size};
use cutover::report::{Detail, Report, json, text};
use cutover::run::RunDirectory;
use cutover::run::directory::id_of_now;
use serde::Serialize;

use super::ending;
use crate::arguments::{self, BackupCommand, DecryptBackup, Findings, Format, Sessions, VerifyBackup};
use crate::context::Context;
use crate::exit::Exit;
use crate::options;

/// Takes a backup, or proves one.
///
/// # Errors
/// Where it cannot be taken, or is damaged or cannot be restored.
pub fn execute(context: &Context, arguments: &arguments::Backup) -> Result<Exit> {
    match &arguments.command {
        Some(BackupCommand::Verify(verify)) => prove_existing(context, verify),
        Some(BackupCommand::Decrypt(decrypt)) => write_readable(context, decrypt),
        None => take(context, arguments),
    }
}

/// What a backup is, for programs.
#[derive(Serialize)]
struct Told<'a> {
    directory: &'a Path,
    backup: &'a backup::Manifest,
    #[serde(skip_serializing_if = "Option::is_none")]
    encrypted: Option<&'a backup::Description>,
    removed: Vec<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proven: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<Report>,
}

/// What was done with a backup.
struct Done<'a> {
    directory: &'a Path,
    manifest: &'a backup::Manifest,
    encrypted: Option<&'a Encrypted>,
    proof: Option<&'a backup::Proof>,
    removed: Vec<PathBuf>,
}

fn take(context: &Context, arguments: &arguments::Backup) -> Result<Exit> {
    let url = arguments.database.url.as_ref().ok_or_else(no_database)?;
    let recipients = Recipients { keys: arguments.encrypt_to.clone(), files: arguments.encrypt_to_file.clone() };
    // Found and tried before anything is written that nobody is to read.
    let encryption =
        (recipients != Recipients::default()).then(|| Encryption::for_recipients(&recipients, &context.interrupt)).transpose()?;
    let database = context.open(url)?;
    let id = id_of_now();
    let directory = arguments.directory.clone().unwrap_or_else(|| backup::directory(&context.home, &id));
    let sessions = options::sessions(&arguments.sessions).sessions;
    let made = backup::take(
        database.as_ref(),
        &Take {
            directory: &directory,
            name: &id,
            sessions,
            program: options::program(arguments.program.backup_program),
            held: false,
            interrupt: &context.interrupt,
            monitor: context.terminal.monitor(),
        },
    )?;
    let manifest = made.manifest.clone();
    let proof = match arguments.prove {
        true => {
            let place =
                Place { beside: Some(database.as_ref()), staging: arguments.staging.as_ref(), accept: &[], sessions: &arguments.sessions };
            Some(place.with(context, |how| backup::prove(&made, how))?)
        }
        false => None,
    };
    // A backup that could not be proven pushes none out.
    let good = proof.as_ref().is_none_or(|proof| proof.verdict.passed);
    let made = match &encryption {
        Some(encryption) => Kept::Encrypted(encryption.encrypt(made, &context.interrupt)?),
        None => Kept::Readable(made),
    };
    let removed = match arguments.keep.filter(|_| good) {
        Some(count) => backup::keep(&context.home, &made, usize::from(count))?,
        None => Vec::new(),
    };
    let encrypted = match &made {
        Kept::Encrypted(encrypted) => Some(encrypted),
        Kept::Readable(_) => None,
    };
    tell(context, Done { directory: &directory, manifest: &manifest, encrypted, proof: proof.as_ref(), removed }, &arguments.findings)
}

fn prove_existing(context: &Context, arguments: &VerifyBackup) -> Result<Exit> {
    // A run, or the latest one of a plan, stands for the backup that it took.
    let existing = match RunDirectory::find(&context.home, &arguments.backup) {
        Ok(run) if run.backup().is_dir() => Kept::Readable(Backup::open(&run.backup())?),
        _ => backup::find(&context.home, &arguments.backup)?,
    };
    let database = arguments.database.url.as_ref().filter(|_| arguments.staging.is_none()).map(|url| context.open(url)).transpose()?;
    let (staging, accept) = (arguments.staging.as_ref(), &arguments.accept);
    let place = Place { beside: database.as_deref(), staging, accept, sessions: &arguments.sessions };
    let (made, encrypted, proof) = match existing {
        Kept::Readable(made) => {
            let proof = place.with(context, |how| backup::prove(&made, how))?;
            (made, None, proof)
        }
        Kept::Encrypted(encrypted) => {
            let identity = arguments.identity.as_ref().ok_or_else(|| {
                Error::new(ErrorKind::Input, format!("the backup in {} is encrypted", encrypted.directory.display()))
                    .hint("give --identity FILE: one that can read it")
            })?;
            let (made, proof) = place.with(context, |how| encrypted.prove(identity, how))?;
            (made, Some(encrypted), proof)
        }
    };
    let directory = encrypted.as_ref().map_or(&made.directory, |encrypted| &encrypted.directory);
    let done = Done { directory, manifest: &made.manifest, encrypted: encrypted.as_ref(), proof: Some(&proof), removed: Vec::new() };
    tell(context, done, &arguments.findings)
}

fn write_readable(context: &Context, arguments: &DecryptBackup) -> Result<Exit> {
    let Kept::Encrypted(encrypted) = backup::find(&context.home, &arguments.backup)? else {
        return Err(Error::new(ErrorKind::Input, format!("the backup `{}` is not encrypted", arguments.backup)));
    };
    let made = encrypted.decrypt(&arguments.identity, &arguments.directory, &context.interrupt)?;
    let told = format!("{}: {}, of {}, can be read now", made.directory.display(), size(made.bytes()), made.manifest.session.database);
    context.terminal.result(&format!("{}\n", context.terminal.judged(true, &told)))?;
    Ok(Exit::Done)
}

/// Where a backup is proven, and how.
struct Place<'a> {
    beside: Option<&'a dyn Database>,
    staging: Option<&'a DatabaseUrl>,
    accept: &'a [String],
    sessions: &'a Sessions,
}

impl Place<'_> {
    fn with<T>(&self, context: &Context, prove: impl FnOnce(&Prove<'_>) -> Result<T>) -> Result<T> {
        let staging = self.staging.map(|url| context.open(url)).transpose()?;
        let target = match (staging.as_deref(), self.beside) {
            (Some(staging), _) => Target::Staging(staging),
            (None, Some(beside)) => Target::Beside(beside),
            (None, None) => return Err(no_database()),
        };
        let id = id_of_now();
        let sessions = options::sessions(self.sessions).sessions;
        let (interrupt, monitor) = (&context.interrupt, context.terminal.monitor());
        prove(&Prove { target, id: &id, sessions, accept: self.accept, interrupt, monitor })
    }
}

fn tell(context: &Context, done: Done<'_>, findings: &Findings) -> Result<Exit> {
    let Done { directory, manifest, encrypted, proof, removed } = done;
    let proven = proof.map(backup::Proof::is_proven);
    let good = proof.is_none_or(|proof| proof.verdict.passed);
    let report = proof.map(|proof| Report::of(&[], Some(&proof.verdict), ending::values(findings)));
    let exit = Exit::of_comparison(good);
    if findings.format == Format::Json {
        let encrypted = encrypted.map(|encrypted| &encrypted.description);
        let told = Told { directory, backup: manifest, encrypted, removed, proven, proof: report };
        context.terminal.result(&json::versioned(&told)?)?;
        return Ok(exit);
    }
    let mut page = String::new();
    if let Some(report) = report.as_ref().filter(|_| proven == Some(false)) {
        page.push_str(&text::text(report, &context.terminal.view(Detail::Summary, false)));
        page.push('\n');
    }
    let (files, bytes) = match encrypted {
        Some(encrypted) => (encrypted.description.files.len(), encrypted.bytes()),
        None => (manifest.files.len(), manifest.files.iter().map(|file| file.bytes).sum()),
    };
    let kept = format!(
        "{}: {}, {}, of {} ({}) by {}",
        directory.display(),
        counted(files as u64, "file"),
        size(bytes),
        manifest.session.database,
        manifest.session.product,
        manifest.program
    );
    page.push_str(&format!("{}\n  {}\n", context.terminal.judged(true, &kept), manifest.instant));
    if let Some(encrypted) = encrypted {
        page.push_str(&format!(
            "  encrypted by {}: `cutover backup decrypt` and `verify` read it with --identity\n",
            encrypted.description.program
        ));
    }
    if let Some(proof) = proof {
        let totals = &proof.verdict;
        let sentence = match (totals.passed, proof.waived()) {
            (true, 0) => format!(
                "proven: restored, {} with {} and every object of the catalog equal the snapshot",
                counted(totals.tables.len() as u64, "table"),
                counted(totals.cells, "cell")
            ),
            (true, waived) => format!("restored, and not proven: differences in {} are accepted by name", counted(waived, "rule")),
            (false, _) => "not proven: what was restored differs from the snapshot".to_owned(),
        };
        page.push_str(&format!("{}\n", context.terminal.judged(totals.passed, &sentence)));
    }
    for path in &removed {
        page.push_str(&format!("  removed {}\n", path.display()));
    }
    context.terminal.result(&page)?;
    Ok(exit)
}

fn no_database() -> Error {
    Error::new(ErrorKind::Input, "no database is named")
        .hint("give --database URL, or set DATABASE_URL; a backup can also be proven in an empty database, with --staging URL")
}
