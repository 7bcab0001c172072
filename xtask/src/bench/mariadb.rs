//! MariaDB: scans and a whole snapshot against its own program for backups.

use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::Bench;
use super::contents::{Address, TABLES};
use super::programs::{output, seconds};
use super::table::{Goal, Row, Section};
use super::turns::{Side, medians};
use crate::mariadb::{Account, PASSWORD_VARIABLE, Programs};
use crate::servers::Servers;

/// The server that is measured, and the programs of its version.
pub struct MariaDb {
    server: Servers,
    programs: Programs,
}

/// Between two looks at what the server still has to write.
const PAUSE: Duration = Duration::from_millis(200);
const MOST_LOOKS: u32 = 1500;

/// The name of the plan's demo on the server.
const REGISTRY: &str = "registry";

impl MariaDb {
    /// A server that has been started, and the programs that started it.
    pub fn new(server: Servers, programs: Programs) -> Self {
        Self { server, programs }
    }

    /// How cutover reaches a database.
    ///
    /// # Errors
    /// Where the server's URL is not understood.
    pub fn address(&self, database: &str) -> Result<Address, String> {
        let account = Account::of(self.server.url())?;
        let url = format!("mysql://{}@{}:{}/{database}", account.user, account.host, account.port);
        Ok(Address { url, password: Some((PASSWORD_VARIABLE, account.password.to_owned())) })
    }

    /// The superuser.
    ///
    /// # Errors
    /// Where the server's URL is not understood.
    pub fn account(&self) -> Result<Account<'_>, String> {
        Account::of(self.server.url())
    }

    /// The directories of the programs, written as in `PATH`.
    pub fn directories(&self) -> OsString {
        self.programs.directories()
    }

    /// One of the programs, with the superuser's account.
    ///
    /// # Errors
    /// Where the server's URL is not understood.
    pub fn program(&self, name: &str) -> Result<Command, String> {
        Ok(self.programs.command(name, &self.account()?))
    }

    /// The server's version.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn version(&self) -> Result<String, String> {
        output(self.program("mariadb")?.args(["--skip-column-names", "--batch", "--execute", "SELECT VERSION()"]))
    }

    /// Takes the statistics of every table of a database, and waits until the server has written what it still holds in memory: the side that
    /// comes first would otherwise pay for the one that filled the database.
    ///
    /// # Errors
    /// Where the server does not answer, or does not come to rest within minutes.
    pub fn settle(&self, database: &str) -> Result<(), String> {
        let ask = |sql: &str| output(self.program("mariadb")?.args(["--skip-column-names", "--batch", "--execute", sql]));
        let tables = format!(
            "SELECT CONCAT('ANALYZE TABLE ', GROUP_CONCAT(CONCAT(table_schema, '.`', table_name, '`'))) FROM information_schema.tables \
             WHERE table_schema = '{database}' AND table_type = 'BASE TABLE'"
        );
        ask(&format!("SET SESSION group_concat_max_len = 1000000; {tables}")).and_then(|analyze| ask(&analyze))?;
        ask("SET GLOBAL innodb_max_dirty_pages_pct = 0")?;
        let mut looks = 0;
        while ask("SHOW STATUS LIKE 'Innodb_buffer_pool_pages_dirty'")?.split_whitespace().nth(1) != Some("0") {
            looks += 1;
            if looks == MOST_LOOKS {
                return Err("the MariaDB server does not come to rest: it still has pages to write".to_owned());
            }
            sleep(PAUSE);
        }
        ask("SET GLOBAL innodb_max_dirty_pages_pct = DEFAULT").map(drop)
    }

    /// The seconds in which the product's own program writes tables to nowhere, from its start to its end; all of the
    /// database where none are named.
    fn dump(&self, tables: &[&str]) -> Result<f64, String> {
        let mut command = self.program("mariadb-dump")?;
        command.args(["--single-transaction", REGISTRY]).args(tables).stdout(Stdio::null());
        seconds(&mut command)
    }
}

/// Measures one table, the 12 tables, and the whole command.
///
/// # Errors
/// Where a program fails.
pub fn measure(bench: &Bench) -> Result<Section, String> {
    let mariadb = bench.mariadb.as_ref().ok_or("there is no MariaDB server")?;
    eprintln!("building the MariaDB database {REGISTRY}");
    output(mariadb.program("mariadb")?.args(["--execute", &format!("CREATE DATABASE {REGISTRY}")]))?;
    let registry = mariadb.address(REGISTRY)?;
    let mut demo = bench.programs.cutover(&bench.work.path("home"));
    output(demo.args(["demo", "cms-id", "--database", &registry.url]).envs(registry.password.clone()))?;

    let mut rows = Vec::new();
    for (what, tables) in [("`student_modules`", &["student_modules"][..]), ("the 12 tables", &TABLES)] {
        let [dump, stored, digest] = medians(
            what,
            bench.turns,
            [
                Side::new("mariadb-dump", || mariadb.dump(tables)),
                Side::new("stored", || bench.scan("stored", &registry, tables)),
                Side::new("digest", || bench.scan("digest", &registry, tables)),
            ],
        )?;
        rows.push(Row::cost(format!("{what}: snapshot scan, stored"), stored, dump, Goal::AtMost(1.3)));
        rows.push(Row::cost(format!("{what}: verification scan"), digest, dump, Goal::AtMost(1.1)));
    }
    let what = "`cutover snapshot` of the whole database";
    let [dump, snapshot] = medians(
        what,
        bench.turns,
        [Side::new("mariadb-dump", || mariadb.dump(&[])), Side::new("cutover snapshot", || bench.snapshot(&registry))],
    )?;
    rows.push(Row::cost(what, snapshot, dump, Goal::AtMost(1.3)));
    let notes = vec![format!("MariaDB {} with innodb_buffer_pool_size = 256M and otherwise MariaDB's defaults.", mariadb.version()?)];
    Ok(Section { sides: ["cutover", "mariadb-dump > /dev/null"], rows, notes })
}
