//! `cutover backup` and `cutover backup verify`: a backup of one instant with its snapshot, and the proof that it can be restored.

use cutover::backup::{self, Backup, Prove, Take, Target};
use cutover::database::Database;
use cutover::model::error::{Error, ErrorKind, Result};
use cutover::model::url::DatabaseUrl;
use cutover::report::words::{counted, size};
use cutover::report::{Detail, Report, json, text};
use cutover::run::RunDirectory;
use cutover::run::directory::id_of_now;
use serde::Serialize;

use super::ending;
use crate::arguments::{self, BackupCommand, Findings, Format, Sessions, VerifyBackup};
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
        None => take(context, arguments),
    }
}

/// What a backup is, for programs.
#[derive(Serialize)]
struct Told<'a> {
    directory: &'a std::path::Path,
    backup: &'a backup::Manifest,
    removed: Vec<std::path::PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proven: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<Report>,
}

fn take(context: &Context, arguments: &arguments::Backup) -> Result<Exit> {
    let url = arguments.database.url.as_ref().ok_or_else(no_database)?;
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
            held: false,
            interrupt: &context.interrupt,
            monitor: context.terminal.monitor(),
        },
    )?;
    let proof = match arguments.prove {
        true => Some(prove(context, &made, Some(database.as_ref()), arguments.staging.as_ref(), &[], &arguments.sessions)?),
        false => None,
    };
    // A backup that could not be proven pushes none out.
    let good = proof.as_ref().is_none_or(|proof| proof.verdict.passed);
    let removed = match arguments.keep.filter(|_| good) {
        Some(count) => backup::keep(&context.home, &made, usize::from(count))?,
        None => Vec::new(),
    };
    tell(context, &made, proof.as_ref(), removed, &arguments.findings)
}

fn prove_existing(context: &Context, arguments: &VerifyBackup) -> Result<Exit> {
    // A run, or the latest one of a plan, stands for the backup that it took.
    let existing = match RunDirectory::find(&context.home, &arguments.backup) {
        Ok(run) if run.backup().is_dir() => Backup::open(&run.backup())?,
        _ => backup::find(&context.home, &arguments.backup)?,
    };
    let database = arguments.database.url.as_ref().filter(|_| arguments.staging.is_none()).map(|url| context.open(url)).transpose()?;
    let (staging, accept) = (arguments.staging.as_ref(), &arguments.accept);
    let proof = prove(context, &existing, database.as_deref(), staging, accept, &arguments.sessions)?;
    tell(context, &existing, Some(&proof), Vec::new(), &arguments.findings)
}

fn prove(
    context: &Context,
    made: &Backup,
    beside: Option<&dyn Database>,
    staging: Option<&DatabaseUrl>,
    accept: &[String],
    sessions: &Sessions,
) -> Result<backup::Proof> {
    let staging = staging.map(|url| context.open(url)).transpose()?;
    let target = match (staging.as_deref(), beside) {
        (Some(staging), _) => Target::Staging(staging),
        (None, Some(beside)) => Target::Beside(beside),
        (None, None) => return Err(no_database()),
    };
    let id = id_of_now();
    let sessions = options::sessions(sessions).sessions;
    let (interrupt, monitor) = (&context.interrupt, context.terminal.monitor());
    backup::prove(made, &Prove { target, id: &id, sessions, accept, interrupt, monitor })
}

fn tell(
    context: &Context,
    made: &Backup,
    proof: Option<&backup::Proof>,
    removed: Vec<std::path::PathBuf>,
    findings: &Findings,
) -> Result<Exit> {
    let proven = proof.map(backup::Proof::is_proven);
    let good = proof.is_none_or(|proof| proof.verdict.passed);
    let report = proof.map(|proof| Report::of(&[], Some(&proof.verdict), ending::values(findings)));
    let exit = Exit::of_comparison(good);
    if findings.format == Format::Json {
        let told = Told { directory: &made.directory, backup: &made.manifest, removed, proven, proof: report };
        context.terminal.result(&json::versioned(&told)?)?;
        return Ok(exit);
    }
    let mut page = String::new();
    if let Some(report) = report.as_ref().filter(|_| proven == Some(false)) {
        page.push_str(&text::text(report, &context.terminal.view(Detail::Summary, false)));
        page.push('\n');
    }
    let manifest = &made.manifest;
    let kept = format!(
        "{}: {}, {}, of {} ({}) by {}",
        made.directory.display(),
        counted(manifest.files.len() as u64, "file"),
        size(made.bytes()),
        manifest.session.database,
        manifest.session.product,
        manifest.program
    );
    page.push_str(&format!("{}\n  {}\n", context.terminal.judged(true, &kept), manifest.instant));
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
