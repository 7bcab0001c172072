//! The committed run that a person names, and its plan as it ran.

use cutover::database::Mode;
use cutover::journal::{EventKind, Outcome};
use cutover::model::dialect::Dialect;
use cutover::model::error::{Error, ErrorKind, Result};
use cutover::plan::Plan;
use cutover::run::RunDirectory;
use cutover::run::directory::folder;
use cutover::run::guard::MODE;

use crate::context::{Context, load};

/// Finds a run that can be verified. Where a plan is named, its latest committed run is meant: dry runs, failed runs and undos after
/// it left nothing behind.
///
/// # Errors
/// Where there is none, or the one that is named is an undo.
pub fn committed(context: &Context, name: &str) -> Result<RunDirectory> {
    find(context, name, &may_have_committed)
}

/// Finds a run that can be taken back: a committed one, or an in-place run that was stopped part-way. Where a plan is named, its
/// latest such run is meant.
///
/// # Errors
/// Where there is none, or the one that is named is an undo.
pub fn undoable(context: &Context, name: &str) -> Result<RunDirectory> {
    find(context, name, &|directory| Ok(may_have_committed(directory)? || may_be_half_done(directory)?))
}

fn find(context: &Context, name: &str, is_meant: &dyn Fn(&RunDirectory) -> Result<bool>) -> Result<RunDirectory> {
    let found = RunDirectory::find(&context.home, name)?;
    let of_plan =
        found.path.parent().and_then(std::path::Path::file_name).is_some_and(|plan| plan == folder(name).as_str()) && found.run != name;
    if !of_plan {
        return if found.mode()? == "undo" { Err(is_undo(&found)) } else { Ok(found) };
    }
    let mut latest = None;
    for directory in RunDirectory::list(&context.home)? {
        let same_plan = directory.path.parent() == found.path.parent();
        // A rehearsal ran on a copy.
        if same_plan && directory.mode()? != "undo" && directory.rehearses()?.is_none() && is_meant(&directory)? {
            latest = Some(directory);
        }
    }
    latest.ok_or_else(|| {
        Error::new(ErrorKind::Input, format!("no run of the plan `{name}` was committed")).hint("`cutover status` lists the runs")
    })
}

/// The plan of a run as it ran, with the parameters that it ran with.
///
/// # Errors
/// Where its files cannot be read, or are no plan any more.
pub fn plan(directory: &RunDirectory, dialect: &dyn Dialect) -> Result<Plan> {
    let EventKind::RunStarted { plan: name, parameters, .. } = directory.started()? else {
        return Err(Error::new(ErrorKind::Internal, "a run began without its start"));
    };
    let parameters: Vec<_> = parameters.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let plan = load(&directory.plan()?, dialect, &parameters)?;
    match name.split_once('/') {
        Some((_, step)) => plan.only(step),
        None => Ok(plan),
    }
}

/// A run that was killed during or after COMMIT may have committed as well: the database itself is asked then.
fn may_have_committed(directory: &RunDirectory) -> Result<bool> {
    let (mut committing, mut ended) = (false, None);
    for event in directory.events()? {
        match event.kind {
            EventKind::CommitStarted => committing = true,
            EventKind::RunFinished { outcome, .. } => ended = Some(outcome),
            _ => {}
        }
    }
    Ok(match ended {
        Some(outcome) => matches!(outcome, Outcome::Committed | Outcome::Unknown),
        None => committing,
    })
}

/// An in-place run that ended in any other way than before its first statement.
fn may_be_half_done(directory: &RunDirectory) -> Result<bool> {
    // Hooks may have run behind the end.
    let mut events = directory.events()?.into_iter().map(|event| event.kind).rev();
    let last = events.find(|kind| !matches!(kind, EventKind::HookFinished { .. }));
    let never_begun = matches!(last, Some(EventKind::RunFinished { outcome: Outcome::NotStarted | Outcome::Failed | Outcome::DryRun, .. }));
    let mode = directory.mode()?;
    // What a guarded command has committed stands, however the guard ended.
    Ok((mode == Mode::InPlace.to_string() || mode == MODE) && !never_begun)
}

fn is_undo(directory: &RunDirectory) -> Error {
    Error::new(ErrorKind::Input, format!("{} is the undo of another run", directory.run))
        .hint("name the run itself: `cutover status` lists them")
}
