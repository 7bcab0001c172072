//! The plans that the program carries with it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cutover::model::error::{Error, ErrorKind, Result};
use cutover::plan::PlanFiles;

/// What stands for the directory of a built-in plan.
const ROOT: &str = "built-in";

/// Plan, path below the plan's directory, contents.
type BuiltInFile = (&'static str, &'static str, &'static [u8]);

static FILES: &[BuiltInFile] = &include!(concat!(env!("OUT_DIR"), "/built_in_plans.rs"));

/// The files of the plan that a person names: a directory, or a built-in plan.
///
/// # Errors
/// Where there is neither, or the name could mean either.
pub fn find(name: &str) -> Result<PlanFiles> {
    let built_in = files(name);
    let directory = Path::new(name);
    match built_in {
        // Which of the two is meant cannot be guessed, and running the wrong one would be found out too late.
        Some(_) if directory.join("plan.toml").is_file() => {
            Err(Error::new(ErrorKind::Input, format!("`{name}` is a directory here, and a built-in plan as well"))
                .hint(format!("write ./{name} for the directory; for the built-in plan, work in another directory")))
        }
        Some(files) => Ok(files),
        None if directory.exists() || name.contains(std::path::is_separator) => PlanFiles::read(directory),
        None => Err(Error::new(ErrorKind::Input, format!("there is no plan `{name}`"))
            .hint(format!("give a plan's directory, or one of the built-in plans: {}", names().join(", ")))),
    }
}

/// Whether files are those of a built-in plan.
pub fn is_built_in(files: &PlanFiles) -> bool {
    files.root == Path::new(ROOT)
}

/// Says how a built-in plan is edited, where what went wrong names one of its files.
pub fn edited_in_a_copy(error: Error, files: &PlanFiles, plan: &str) -> Error {
    let names_file = |text: &str| files.files.keys().any(|path| text.contains(path.as_str()));
    let named = error.hints().iter().any(|hint| names_file(hint))
        || error.fault_list().iter().any(|fault| names_file(&fault.place.file.display().to_string()))
        || error.exhibits().iter().any(|exhibit| names_file(&exhibit.title) || exhibit.rows.iter().flatten().any(|cell| names_file(cell)));
    match is_built_in(files) && named {
        true => error.hint(format!("a built-in plan is edited in a copy: cutover init DIR --from {plan}, and then cutover run DIR")),
        false => error,
    }
}

/// The names of the built-in plans.
pub fn names() -> Vec<&'static str> {
    let names: BTreeSet<_> = FILES.iter().map(|(plan, _, _)| *plan).collect();
    names.into_iter().collect()
}

fn files(name: &str) -> Option<PlanFiles> {
    let of_plan = FILES.iter().filter(|(plan, _, _)| *plan == name);
    let files = of_plan.map(|(_, path, contents)| ((*path).to_owned(), contents.to_vec()));
    let plan = PlanFiles { root: PathBuf::from(ROOT), files: files.collect() };
    (!plan.files.is_empty()).then_some(plan)
}

#[cfg(test)]
mod tests {
    use super::{files, find, names};

    #[test]
    fn built_in_plans_are_found_by_name() {
        assert!(names().contains(&"cms-id"));
        assert!(files("cms-id").unwrap().files.keys().any(|path| path.starts_with("demo/")));
        let error = find("no-such-plan").unwrap_err();
        assert!(error.hints()[0].contains("cms-id"), "{error:?}");
    }
}
