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

fn describes_the_running_package(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_")
        || variable.starts_with("CARGO_MANIFEST_")
        || ["CARGO_BIN_NAME", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE"].contains(&variable)
}
