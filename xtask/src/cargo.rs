//! Cargo, called from inside `cargo run`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The top of the checkout that the current directory is in.
///
/// # Errors
/// Where the current directory is outside of a checkout.
pub fn workspace_root() -> Result<PathBuf, String> {
    let current = std::env::current_dir().map_err(|error| format!("the current directory cannot be read: {error}"))?;
    current
        .ancestors()
        .find(|directory| directory.join("xtask/Cargo.toml").is_file())
        .map(Path::to_path_buf)
        .ok_or_else(|| format!("{} is not inside a checkout of cutover: change to one, and try again", current.display()))
}

/// Cargo in the checkout, in the environment that it would have if a person had called it.
///
/// `cargo run` describes the package that it runs in variables such as `CARGO_PKG_NAME`. Build scripts watch some of
/// them (ring does), so handing them on would build half of the dependencies again whenever people change between
/// `cargo xtask test` and `cargo test`.
pub fn command(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(describes_the_running_package) {
            command.env_remove(name);
        }
    }
    command
}

/// Builds the program and the examples, and returns where some of them are. They are built as the tests build them: for one package alone, its
/// dependencies would have other features, and everything would be compiled once more. The task that runs is not built again: it starts
/// itself for its servers, and could not be found where another file has its place.
///
/// # Errors
/// Where they do not build.
pub fn build<const COUNT: usize>(root: &Path, programs: [&str; COUNT]) -> Result<[PathBuf; COUNT], String> {
    const ARGUMENTS: [&str; 6] = ["build", "--quiet", "--workspace", "--bin", "cutover", "--examples"];
    match command(root).args(ARGUMENTS).status() {
        Ok(status) if status.success() => Ok(programs.map(|name| target(root).join("debug").join(name))),
        Ok(status) => Err(format!("`cargo {}` ended with {status}", ARGUMENTS.join(" "))),
        Err(error) => Err(format!("cargo does not start: {error}")),
    }
}

/// Where cargo puts what it builds.
fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

fn describes_the_running_package(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_")
        || variable.starts_with("CARGO_MANIFEST_")
        || ["CARGO_BIN_NAME", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE"].contains(&variable)
}
