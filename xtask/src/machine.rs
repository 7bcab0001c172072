//! The machine on which the tasks run: its users, its programs, its packages.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The file by which Debian asks whether an installed service may start.
const SERVICE_POLICY: &str = "/usr/sbin/policy-rc.d";

/// Whether this process runs as root, as whom database servers refuse to run.
pub fn is_root() -> bool {
    identity(&["-u"]) == Some(0)
}

/// The user and the group as whom a server runs where this is root: the first of these users that there is.
///
/// # Errors
/// Where the machine has none of them.
pub fn unprivileged_account(users: &[&str]) -> Result<(u32, u32), String> {
    users
        .iter()
        .find_map(|user| Some((identity(&["-u", user])?, identity(&["-g", user])?)))
        .ok_or_else(|| format!("database servers do not run as root, and this machine has no user `{}`: create one", users.join("` or `")))
}

/// A number that `id` prints; `None` where it knows no such user.
fn identity(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// A program in `PATH`.
pub fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|directory| directory.join(program)).find(|path| path.is_file())
}

/// Debian's installer, where this process may use it.
pub fn installer() -> Option<PathBuf> {
    on_path("apt-get").filter(|_| is_root())
}

/// Makes sure that a program is there, out of a package of Debian's where it is missing.
///
/// # Errors
/// Where it is missing, and cannot be installed.
pub fn find_or_install(program: &str, package: &str) -> Result<(), String> {
    match (on_path(program), installer()) {
        (Some(_), _) => Ok(()),
        (None, Some(installer)) => install(&installer, program, &[package]),
        (None, None) => Err(format!(
            "the program {program} is not installed: `apt-get install {package}` on Debian and Ubuntu, `brew install {package}` elsewhere"
        )),
    }
}

/// Installs Debian's packages of a product. No server of the machine's own starts.
///
/// # Errors
/// Where the installer fails.
pub fn install(installer: &Path, product: &str, packages: &[&str]) -> Result<(), String> {
    let names = packages.join(" and ");
    eprintln!("{product} is not installed: installing Debian's packages {names}");
    let _quiet = NoServices::declare(Path::new(SERVICE_POLICY));
    let install: Vec<_> = ["install", "-y", "--no-install-recommends"].iter().chain(packages).copied().collect();
    for arguments in [&["update"][..], &install] {
        // What it prints is talk: stdout stays free for the tests' own results.
        let status = Command::new(installer)
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .stdout(std::io::stderr())
            .status()
            .map_err(|error| format!("{} does not start: {error}", installer.display()))?;
        if !status.success() {
            return Err(format!(
                "`apt-get {}` ended with {status}: install the packages {names} by hand, then try again",
                arguments.join(" ")
            ));
        }
    }
    Ok(())
}

/// While it lives, packages start no services. A policy that the machine has already stays as it is.
struct NoServices<'a> {
    ours: Option<&'a Path>,
}

impl<'a> NoServices<'a> {
    fn declare(policy: &'a Path) -> Self {
        let created = OpenOptions::new().write(true).create_new(true).mode(0o755).open(policy);
        // 101: the action is forbidden. Without the file the packages may start what they want, which is only untidy.
        let ours = created.is_ok_and(|mut file| file.write_all(b"#!/bin/sh\nexit 101\n").is_ok());
        Self { ours: ours.then_some(policy) }
    }
}

impl Drop for NoServices<'_> {
    fn drop(&mut self) {
        if let Some(policy) = self.ours
            && let Err(error) = fs::remove_file(policy)
        {
            eprintln!("warning: {} keeps services from starting, and cannot be removed: {error}", policy.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NoServices, unprivileged_account};
    use std::fs;

    #[test]
    fn services_are_only_kept_from_starting_meanwhile() {
        let policy = std::env::temp_dir().join(format!("xtask-policy-{}", std::process::id()));
        let quiet = NoServices::declare(&policy);
        assert!(fs::read_to_string(&policy).unwrap().contains("exit 101"));
        drop(quiet);
        assert!(!policy.exists());
    }

    #[test]
    fn a_policy_of_the_machine_stays() {
        let policy = std::env::temp_dir().join(format!("xtask-own-policy-{}", std::process::id()));
        fs::write(&policy, "mine").unwrap();
        drop(NoServices::declare(&policy));
        let kept = fs::read_to_string(&policy).unwrap();
        fs::remove_file(&policy).unwrap();
        assert_eq!(kept, "mine");
    }

    #[test]
    fn a_machine_without_the_users_says_which_are_missing() {
        let missing = unprivileged_account(&["no-such-user", "nor-this-one"]).unwrap_err();
        assert!(missing.contains("`no-such-user` or `nor-this-one`"), "{missing}");
        assert!(unprivileged_account(&["no-such-user", "root"]).is_ok());
    }
}
