//! `cargo xtask test guard`: real migration tools under `cutover guard`. An honest migration passes with no alarm; a harmful one is
//! named, and undone by `--restore-on-failure` until every cell and object is as in the snapshot from before.

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use crate::cargo;

mod install;
mod place;
mod project;
mod trial;

use install::Installed;
use place::Place;
use project::Tool;
use trial::Trial;

/// The variable that names a program to try instead of the checkout's own.
const CUTOVER_VARIABLE: &str = "CUTOVER";

/// Tries every case whose path `TOOL/PROJECT/CASE` holds one of the words; all of them where there is none.
///
/// # Errors
/// Where something cannot be built, installed or started.
pub fn run(words: &[String]) -> Result<ExitCode, String> {
    let (passed, failed) = trials(words)?;
    println!("\n{passed} passed, {failed} failed");
    Ok(if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The cases of the databases' own clients, for a run of all tests: how many passed and failed. The other tools come from registries, one of
/// them as source that takes minutes to build.
///
/// # Errors
/// As of [`run`].
pub fn few() -> Result<(u64, u64), String> {
    trials(&["plain/".to_owned()])
}

/// The cases that passed and failed.
fn trials(words: &[String]) -> Result<(u64, u64), String> {
    let root = cargo::workspace_root()?;
    let mut tools = project::read_all(&root)?;
    tools.retain(|tool| names(tool).iter().any(|name| is_wanted(name, words)));
    let cutover = build(&root)?;
    let place = Place::start()?;
    let installed = install_all(&tools, &root);
    let (mut passed, mut failed) = (0, 0);
    for (tool, installed) in tools.iter().zip(&installed) {
        for project in &tool.projects {
            let of = project.folder.file_name().unwrap_or_default().to_string_lossy();
            for case in &project.cases {
                let name = format!("{}/{of}/{}", tool.name, case.name);
                if !is_wanted(&name, words) {
                    continue;
                }
                let began = Instant::now();
                let trial = installed.as_ref().map_err(Clone::clone).and_then(|tool| Trial::prepare(&cutover, &place, tool, project, case));
                let outcome = trial.as_ref().map_err(Clone::clone).and_then(Trial::run);
                match outcome {
                    Ok(said) => {
                        println!("guard: {name}: {said} in {:.1} s · {}: {}", began.elapsed().as_secs_f64(), project.title, case.about);
                        passed += 1;
                    }
                    Err(message) => {
                        let kept = trial.map(|trial| format!("\nits files are in {}", trial.directories())).unwrap_or_default();
                        println!("guard: {name}: FAILED · {}: {}\n{message}{kept}", project.title, case.about);
                        failed += 1;
                    }
                }
            }
        }
    }
    Ok((passed, failed))
}

/// The paths of a tool's cases.
fn names(tool: &Tool) -> Vec<String> {
    let of = |project: &project::Project| project.folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    tool.projects
        .iter()
        .flat_map(|project| project.cases.iter().map(move |case| format!("{}/{}/{}", tool.name, of(project), case.name)))
        .collect()
}

fn is_wanted(name: &str, words: &[String]) -> bool {
    words.is_empty() || words.iter().any(|word| name.contains(word.as_str()))
}

/// The tool of this checkout, unless the environment names another.
fn build(root: &Path) -> Result<PathBuf, String> {
    if let Some(named) = env::var_os(CUTOVER_VARIABLE) {
        return PathBuf::from(named).canonicalize().map_err(|error| format!("{CUTOVER_VARIABLE}: {error}"));
    }
    cargo::build(root, ["cutover"]).map(|[program]| program)
}

/// Installs what is missing, side by side: most of the time is spent waiting for registries.
fn install_all(tools: &[Tool], root: &Path) -> Vec<Result<Installed, String>> {
    thread::scope(|scope| {
        let all: Vec<_> = tools.iter().map(|tool| scope.spawn(|| Installed::of(tool, root))).collect();
        all.into_iter().map(|one| one.join().unwrap_or_else(|_| Err("an installation has panicked".to_owned()))).collect()
    })
}
