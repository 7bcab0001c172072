//! Where the PostgreSQL programs are, and how they come onto the machine.

use std::env;
use std::path::{Path, PathBuf};

use crate::machine;

/// The variable that names the directory of the programs, for people and for the tests.
pub const PROGRAMS_VARIABLE: &str = "CUTOVER_TEST_POSTGRES_BIN";

/// What the server and the tests call.
const PROGRAMS: [&str; 5] = ["initdb", "postgres", "pg_ctl", "pg_dump", "pg_restore"];

/// Debian's packages.
const PACKAGES: [&str; 2] = ["postgresql", "postgresql-client"];

/// Where distributions install one directory for each major version.
const INSTALLED: [&str; 2] = ["/usr/lib/postgresql", "/opt/homebrew/opt"];

/// The directory of the PostgreSQL programs: the one that the environment names, else that of the `initdb` in PATH, else
/// the newest installed one; else Debian's packages are installed, where this is root on a Debian.
///
/// # Errors
/// Where there is none, with the packages to install.
pub fn find_or_install() -> Result<PathBuf, String> {
    if let Some(programs) = find()? {
        return Ok(programs);
    }
    let Some(installer) = machine::installer() else {
        return Err("the tests need the programs of a PostgreSQL server, and there are none in PATH or below /usr/lib/postgresql\n\
             install them: `apt-get install postgresql postgresql-client` on Debian and Ubuntu, `dnf install postgresql-server \
             postgresql-contrib` on Fedora, `brew install postgresql` on macOS\n\
             or set CUTOVER_TEST_POSTGRES_BIN to their directory"
            .to_owned());
    };
    machine::install(&installer, "PostgreSQL", &PACKAGES)?;
    find()?.ok_or_else(|| {
        format!("the packages are installed, but {} are not all below /usr/lib/postgresql: set {PROGRAMS_VARIABLE}", PROGRAMS.join(", "))
    })
}

/// The directory of the PostgreSQL programs, where there is one on this machine already.
///
/// # Errors
/// Where the environment names a directory that does not hold them.
pub fn find() -> Result<Option<PathBuf>, String> {
    if let Some(named) = env::var_os(PROGRAMS_VARIABLE).map(PathBuf::from) {
        if is_complete(&named) {
            return Ok(Some(named));
        }
        return Err(format!("{PROGRAMS_VARIABLE} is {}, which does not hold all of {}", named.display(), PROGRAMS.join(", ")));
    }
    let in_path = machine::on_path("initdb")
        .and_then(|program| program.canonicalize().ok())
        .and_then(|program| Some(program.parent()?.to_path_buf()));
    if let Some(programs) = in_path.filter(|programs| is_complete(programs)) {
        return Ok(Some(programs));
    }
    Ok(INSTALLED.iter().find_map(|installed| newest(Path::new(installed))))
}

fn is_complete(programs: &Path) -> bool {
    PROGRAMS.iter().all(|program| programs.join(program).is_file())
}

/// The complete directory of the highest version below a directory that has one for each (`15/bin`, `postgresql@17/bin`).
fn newest(installed: &Path) -> Option<PathBuf> {
    let directories = installed.read_dir().ok()?.filter_map(Result::ok);
    let versions = directories.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let version: u32 = name.strip_prefix("postgresql@").unwrap_or(&name).parse().ok()?;
        Some((version, entry.path().join("bin")))
    });
    versions.filter(|(_, programs)| is_complete(programs)).max().map(|(_, programs)| programs)
}

#[cfg(test)]
mod tests {
    use super::{PROGRAMS, newest};
    use std::fs;

    #[test]
    fn the_newest_complete_version_is_taken() {
        let installed = std::env::temp_dir().join(format!("xtask-newest-{}", std::process::id()));
        for (version, programs) in [("9", &PROGRAMS[..]), ("15", &PROGRAMS[..]), ("17", &PROGRAMS[..1]), ("common", &PROGRAMS[..])] {
            let directory = installed.join(version).join("bin");
            fs::create_dir_all(&directory).unwrap();
            for program in programs {
                fs::write(directory.join(program), "").unwrap();
            }
        }
        let found = newest(&installed);
        fs::remove_dir_all(&installed).unwrap();
        assert_eq!(found, Some(installed.join("15/bin")));
    }

    #[test]
    fn a_machine_without_any_version_has_no_newest() {
        assert_eq!(newest(&std::env::temp_dir().join("xtask-there-is-nothing-here")), None);
    }
}
