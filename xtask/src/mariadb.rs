//! Where the MariaDB programs are, and how they come onto the machine.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::machine;

/// The variable that names the directories of the programs, written as in `PATH`, for people and for the tests.
pub const PROGRAMS_VARIABLE: &str = "CUTOVER_TEST_MYSQL_BIN";

/// The variable from which the product's programs, and cutover, take a password.
pub const PASSWORD_VARIABLE: &str = "MYSQL_PWD";

/// What the server and the tests call.
const PROGRAMS: [&str; 5] = ["mariadb-install-db", "mariadbd", "mariadb", "mariadb-admin", "mariadb-dump"];

/// Where distributions install the server, which is rarely in people's `PATH`.
const INSTALLED: [&str; 4] = ["/usr/sbin", "/usr/libexec", "/usr/bin", "/opt/homebrew/opt/mariadb/bin"];

/// Debian's packages.
const PACKAGES: [&str; 2] = ["mariadb-server", "mariadb-client"];

/// Directories that hold all of the programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    directories: Vec<PathBuf>,
}

impl Programs {
    /// Those in these directories, where all are there.
    fn below(directories: Vec<PathBuf>) -> Option<Self> {
        let programs = Self { directories };
        PROGRAMS.iter().all(|program| programs.path_of(program).is_file()).then_some(programs)
    }

    /// The path of one of them.
    pub fn path_of(&self, program: &str) -> PathBuf {
        let mut paths = self.directories.iter().map(|directory| directory.join(program));
        paths.find(|path| path.is_file()).unwrap_or_else(|| PathBuf::from(program))
    }

    /// One of them, with an account and no argument that tells the password.
    pub fn command(&self, program: &str, account: &Account<'_>) -> Command {
        let mut command = Command::new(self.path_of(program));
        command.arg("--no-defaults").arg(format!("--host={}", account.host)).arg(format!("--port={}", account.port));
        command.arg(format!("--user={}", account.user)).env(PASSWORD_VARIABLE, account.password);
        command
    }

    /// The directories that hold one of them, written as in `PATH`.
    pub fn directories(&self) -> OsString {
        let mut used: Vec<PathBuf> = Vec::new();
        for directory in PROGRAMS.iter().filter_map(|program| self.path_of(program).parent().map(Path::to_path_buf)) {
            if !used.contains(&directory) {
                used.push(directory);
            }
        }
        env::join_paths(used).unwrap_or_default()
    }
}

/// The parts of `mysql://USER:PASSWORD@HOST:PORT/`.
#[derive(Debug, PartialEq, Eq)]
pub struct Account<'a> {
    /// The user.
    pub user: &'a str,
    /// The password.
    pub password: &'a str,
    /// The server's host.
    pub host: &'a str,
    /// The server's port.
    pub port: &'a str,
}

impl<'a> Account<'a> {
    /// The account in a private server's URL.
    ///
    /// # Errors
    /// Where it is no such URL; it is not repeated, since it may hold a password.
    pub fn of(url: &'a str) -> Result<Self, String> {
        let parts = || {
            let (account, place) = url.strip_prefix("mysql://")?.rsplit_once('@')?;
            let (user, password) = account.split_once(':')?;
            let (host, port) = place.trim_end_matches('/').split_once(':')?;
            Some(Self { user, password, host, port })
        };
        parts().ok_or_else(|| "the server's URL is not mysql://USER:PASSWORD@HOST:PORT/".to_owned())
    }
}

/// The MariaDB programs: those that the environment names, else those in `PATH` and where distributions install them; else
/// Debian's packages are installed, where this is root on a Debian.
///
/// # Errors
/// Where there are none, with the packages to install.
pub fn find_or_install() -> Result<Programs, String> {
    if let Some(programs) = find()? {
        return Ok(programs);
    }
    let Some(installer) = machine::installer() else {
        return Err("the tests need the programs of a MariaDB server, and there are none in PATH, /usr/sbin or /usr/libexec\n\
             install them: `apt-get install mariadb-server mariadb-client` on Debian and Ubuntu, `dnf install mariadb-server \
             mariadb` on Fedora, `brew install mariadb` on macOS\n\
             or set CUTOVER_TEST_MYSQL_BIN to their directories"
            .to_owned());
    };
    machine::install(&installer, "MariaDB", &PACKAGES)?;
    find()?.ok_or_else(|| format!("the packages are installed, but {} are not all there: set {PROGRAMS_VARIABLE}", PROGRAMS.join(", ")))
}

/// The MariaDB programs, where this machine has them already.
///
/// # Errors
/// Where the environment names directories that do not hold them.
pub fn find() -> Result<Option<Programs>, String> {
    if let Some(named) = env::var_os(PROGRAMS_VARIABLE) {
        return Programs::below(env::split_paths(&named).collect())
            .map(Some)
            .ok_or_else(|| format!("{PROGRAMS_VARIABLE} is {}, which does not hold all of {}", named.display(), PROGRAMS.join(", ")));
    }
    let path = env::var_os("PATH").unwrap_or_default();
    Ok(Programs::below(env::split_paths(&path).chain(INSTALLED.iter().map(PathBuf::from)).collect()))
}

#[cfg(test)]
mod tests {
    use super::{Account, PROGRAMS, Programs};
    use std::fs;

    #[test]
    fn an_account_is_taken_from_the_url() {
        let account = Account { user: "root", password: "secret", host: "127.0.0.1", port: "3307" };
        assert_eq!(Account::of("mysql://root:secret@127.0.0.1:3307/"), Ok(account));
        let wrong = Account::of("postgres://postgres:secret@127.0.0.1:5432/postgres").unwrap_err();
        assert!(!wrong.contains("secret"), "{wrong}");
    }

    #[test]
    fn programs_may_stand_in_several_directories() {
        let top = std::env::temp_dir().join(format!("xtask-mariadb-{}", std::process::id()));
        let [first, second] = ["bin", "sbin"].map(|name| top.join(name));
        for directory in [&first, &second] {
            fs::create_dir_all(directory).unwrap();
        }
        for (number, program) in PROGRAMS.iter().enumerate() {
            fs::write([&first, &second][number % 2].join(program), "").unwrap();
        }
        let incomplete = Programs::below(vec![first.clone()]);
        let complete = Programs::below(vec![top.clone(), second.clone(), first.clone()]);
        let found = complete.as_ref().map(|programs| (programs.path_of("mariadbd"), programs.directories()));
        fs::remove_dir_all(&top).unwrap();
        assert_eq!(incomplete, None);
        let (server, directories) = found.unwrap();
        assert_eq!(server, second.join("mariadbd"));
        assert_eq!(directories, std::env::join_paths([first, second]).unwrap(), "each once, and none that is not needed");
    }
}
