//! `cargo xtask bench`: the measurements of `docs/performance.md`.
//!
//! Every number is a ratio of two programs in the same run, which take turns on the same contents: what a machine does
//! today says little about what another one does tomorrow, but both sides have met the same machine on the same day.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::cargo;
use crate::postgres;
use crate::servers::{Product, Purpose, Servers};

mod arguments;
mod contents;
mod growth;
mod machine;
mod mariadb;
mod memory;
mod migration;
mod page;
mod programs;
mod reladiff;
mod safety;
mod scans;
mod sqlite;
mod table;
mod turns;
mod wasl;

use arguments::{Arguments, Subject};
use contents::Work;
use mariadb::MariaDb;
use programs::Programs;
use table::Section;

/// What every subject measures with.
pub struct Bench {
    root: PathBuf,
    programs: Programs,
    server: Servers,
    /// Only where it is measured.
    mariadb: Option<MariaDb>,
    work: Work,
    turns: u32,
    quick: bool,
}

/// Builds the programs, measures, and prints the tables; with `--write`, also into `docs/performance.md`.
///
/// # Errors
/// Where something cannot be built, started or measured. What was measured before that has been printed.
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
    let arguments = match Arguments::parse(arguments) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            print!("{}", arguments::USAGE);
            return Ok(ExitCode::SUCCESS);
        }
        Err(message) => return Err(format!("{message}\n\n{}", arguments::USAGE)),
    };
    let root = cargo::workspace_root()?;
    let scans = arguments.subjects.iter().any(|subject| subject.scans());
    let programs = Programs::build(&root, postgres::find_or_install()?, scans)?;
    let machine = machine::described(&programs, arguments.turns)?;
    let server = Servers::start(Product::Postgres, Purpose::Measurements, 1)?;
    let mariadb = if arguments.subjects.iter().any(|subject| [Subject::MariaDb, Subject::Wasl, Subject::Safety].contains(subject)) {
        let programs = crate::mariadb::find_or_install()?;
        Some(MariaDb::new(Servers::start(Product::MariaDb, Purpose::Measurements, 1)?, programs))
    } else {
        None
    };
    let work = Work::create(&root)?;
    let bench = Bench { root, programs, server, mariadb, work, turns: arguments.turns, quick: arguments.quick };
    println!("{machine}");
    for subject in &arguments.subjects {
        let section = subject.measure(&bench)?;
        println!("\n{}\n\n{section}", subject.title());
        if arguments.write {
            page::write(&bench.root, *subject, &format!("{machine}\n\n{section}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl Subject {
    fn measure(self, bench: &Bench) -> Result<Section, String> {
        match self {
            Self::Scans => scans::measure(bench),
            Self::Run => migration::measure(bench),
            Self::Growth => growth::measure(bench),
            Self::Memory => memory::measure(bench),
            Self::Sqlite => sqlite::measure(bench),
            Self::MariaDb => mariadb::measure(bench),
            Self::Wasl => wasl::measure(bench),
            Self::Safety => safety::measure(bench),
            Self::Reladiff => reladiff::measure(bench),
        }
    }
}
