//! MariaDB: scans and a whole snapshot against its own program for backups.

use std::process::{Command, Stdio};

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

/// The name of the plan's demo on the server.
const REGISTRY: &str = "registry";

impl MariaDb {
    /// A server that has been started, and the programs that started it.
    pub fn new(server: Servers, programs: Programs) -> Self {
        Self { server, programs }
    }

    /// How cutover reaches a database.
    fn address(&self, database: &str) -> Result<Address, String> {
        let account = Account::of(self.server.url())?;
        let url = format!("mysql://{}@{}:{}/{database}", account.user, account.host, account.port);
        Ok(Address { url, password: Some((PASSWORD_VARIABLE, account.password.to_owned())) })
    }

    fn program(&self, name: &str) -> Result<Command, String> {
        Ok(self.programs.command(name, &Account::of(self.server.url())?))
    }

    fn version(&self) -> Result<String, String> {
        output(self.program("mariadb")?.args(["--skip-column-names", "--batch", "--execute", "SELECT VERSION()"]))
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
