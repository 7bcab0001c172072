//! `cutover init`: a new plan for a first try, or a copy of one that is to be edited.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use cutover::model::error::Result;
use cutover::plan::PlanFiles;
use cutover::report::words::counted;

use super::ending;
use crate::arguments::Init;
use crate::built_in;
use crate::context::Context;
use crate::exit::Exit;

/// The name in the manifest of the first plan, for which the directory's own is put in.
const NAME: &str = "first-plan";

/// Path below the plan's directory, contents.
const FIRST_PLAN: [(&str, &str); 5] = [
    ("plan.toml", include_str!("../../first-plan/plan.toml")),
    ("README.md", include_str!("../../first-plan/README.md")),
    ("steps/1-schema/0010_review_states.toml", include_str!("../../first-plan/steps/1-schema/0010_review_states.toml")),
    ("steps/2-master-data/0020_review_states.csv", include_str!("../../first-plan/steps/2-master-data/0020_review_states.csv")),
    ("checks/after/every_state_is_there.sql", include_str!("../../first-plan/checks/after/every_state_is_there.sql")),
];

/// Writes the plan.
///
/// # Errors
/// Where the directory is not empty, there is no plan to copy, or a file cannot be written.
pub fn execute(context: &Context, arguments: &Init) -> Result<Exit> {
    let files = match &arguments.from {
        Some(plan) => built_in::find(plan)?,
        None => first_plan(&arguments.directory),
    };
    files.write(&arguments.directory)?;
    let directory = ending::shown(&typed(&arguments.directory));
    context.terminal.result(&format!(
        "wrote {} into {directory}\n  explain cutover explain {directory}\n  run     cutover run {directory} --database URL",
        counted(files.files.len() as u64, "file"),
    ))?;
    Ok(Exit::Done)
}

fn first_plan(directory: &Path) -> PlanFiles {
    let name = named(directory);
    let files = FIRST_PLAN.iter().map(|(path, text)| ((*path).to_owned(), text.replace(NAME, &name).into_bytes())).collect();
    PlanFiles { root: directory.to_owned(), files }
}

/// What a plan in a directory is called: as the directory, with `-` for what a plan's name cannot have.
fn named(directory: &Path) -> String {
    let word = |character: char| if character.is_ascii_alphanumeric() || character == '_' { character } else { '-' };
    let name: String = directory.file_name().and_then(OsStr::to_str).unwrap_or_default().chars().map(word).collect();
    let name = name.trim_matches(['-', '_']);
    if name.is_empty() { NAME.to_owned() } else { name.to_owned() }
}

/// A directory as the next command names it: never by a word that could be a built-in plan's name.
fn typed(directory: &Path) -> String {
    let plain = !directory.is_absolute() && !directory.starts_with(".") && !directory.starts_with("..");
    let typed = if plain { PathBuf::from(".").join(directory) } else { directory.to_owned() };
    typed.display().to_string()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{named, typed};

    #[test]
    fn a_plan_is_called_as_its_directory() {
        assert_eq!(named(Path::new("plans/codes-2026")), "codes-2026");
        assert_eq!(named(Path::new("my plan.d")), "my-plan-d");
        assert_eq!(named(Path::new("..")), "first-plan");
        assert_eq!(named(Path::new("計画")), "first-plan");
    }

    #[test]
    fn the_next_command_names_a_directory() {
        assert_eq!(typed(Path::new("cms-id")), "./cms-id");
        assert_eq!(typed(Path::new("./cms-id")), "./cms-id");
        assert_eq!(typed(Path::new("../plans/one")), "../plans/one");
        assert_eq!(typed(Path::new("/plans/one")), "/plans/one");
    }
}
