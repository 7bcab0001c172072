//! `cutover demo`: a realistic database, and a built-in plan run on it.

use std::io::ErrorKind::NotFound;
use std::path::{Path, PathBuf};

use cutover::model::error::{Error, Result};
use cutover::model::url::DatabaseUrl;
use cutover::plan::PlanFiles;
use cutover::report::words::{counted, seconds};
use cutover::run::demo::{self, Wanted};
use cutover::run::{Engine, Finished, Options};
use cutover::snapshot::seal::private_directory;

use super::{ending, run};
use crate::arguments::{Demo, Findings, Format};
use crate::built_in;
use crate::context::{Context, load, load_for_any};
use crate::exit::Exit;

/// Builds the database, and runs the plan where no database was named.
///
/// # Errors
/// Where the database cannot be built, or the run could not start.
pub fn execute(context: &Context, arguments: &Demo) -> Result<Exit> {
    let files = built_in::find(&arguments.plan)?;
    let wanted = Wanted { scale: arguments.scale, dirty: arguments.dirty };
    match &arguments.url {
        Some(url) => {
            let database = context.open(url)?;
            build(context, &context.engine(database.as_ref()), &files, wanted)?;
            let database = ending::shown(&database.place());
            context.terminal.result(&format!("now run the plan: cutover run {} --database {database}", arguments.plan))?;
            Ok(Exit::Done)
        }
        None => build_and_run(context, &arguments.plan, &files, wanted),
    }
}

fn build_and_run(context: &Context, name: &str, files: &PlanFiles, wanted: Wanted) -> Result<Exit> {
    let (plan, _) = load_for_any(files, &[])?;
    let path = anew(&context.home.join("demo"), &plan.name)?;
    let database = context.open(&DatabaseUrl::new(path.display().to_string())?)?;
    let plan = load(files, database.dialect(), &[])?;
    let engine = context.engine(database.as_ref());
    build(context, &engine, files, wanted)?;
    let refused = |error: Error| {
        let error = run::refused(error, files, &plan.name);
        // What stops the run is there to be mended, and the run to be started once more.
        match wanted.dirty {
            true => {
                let (plan, database) = (ending::shown(name), ending::shown(&engine.database.place()));
                error.hint(format!("mend what is named, then: cutover run {plan} --database {database}"))
            }
            false => error,
        }
    };
    match cutover::run::run(&engine, files, &plan, &Options::default()).map_err(refused)? {
        Finished::Ended(ended) => ending::tell(context, &engine, &ended, &Findings { format: Format::Text, reveal: false }),
        Finished::NothingToDo { run, .. } => {
            context.terminal.result(&format!("nothing to do: the demo was applied by the run {run}"))?;
            Ok(Exit::Done)
        }
    }
}

fn build(context: &Context, engine: &Engine<'_>, files: &PlanFiles, wanted: Wanted) -> Result<()> {
    context.terminal.say(&format!("building the database of before: {}", engine.database.place()));
    let built = demo::build(engine, files, wanted)?;
    context.terminal.say(&format!(
        "built {} with {} in {}",
        counted(built.tables, "table"),
        counted(built.rows, "row"),
        seconds(built.seconds)
    ));
    Ok(())
}

/// The path of a demo's database that is not there. The one of the demo before, with the files that belong to it, is
/// removed: it is in a folder of its own, in which nothing else is kept.
fn anew(directory: &Path, plan: &str) -> Result<PathBuf> {
    private_directory(directory)?;
    for companion in ["", "-wal", "-shm", "-journal"] {
        let path = directory.join(format!("{plan}.db{companion}"));
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != NotFound => return Err(Error::file("remove", &path, source)),
            _ => {}
        }
    }
    Ok(directory.join(format!("{plan}.db")))
}
