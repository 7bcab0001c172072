//! What every command works with.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use cutover::database::{self, Database};
use cutover::model::dialect::Dialect;
use cutover::model::error::{Error, ErrorKind, Result};
use cutover::model::interrupt::Interrupt;
use cutover::model::url::DatabaseUrl;
use cutover::plan::{self, Plan, PlanFiles};
use cutover::run::Engine;

use crate::arguments::Global;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// What every command works with.
pub struct Context {
    /// The directory of all runs.
    pub home: PathBuf,
    /// What people see.
    pub terminal: Terminal,
    /// What Ctrl-C triggers.
    pub interrupt: Interrupt,
}

impl Context {
    /// Builds it, and lets Ctrl-C, SIGTERM and SIGHUP stop the work instead of the program.
    ///
    /// # Errors
    /// Where signals cannot be caught: a run must not be started then.
    pub fn new(global: &Global) -> Result<Self> {
        let context = Self { home: global.home.clone(), terminal: Terminal::new(global.color, global.quiet), interrupt: Interrupt::new() };
        let (live, interrupt) = (context.terminal.live(), context.interrupt.clone());
        let asked = AtomicBool::new(false);
        ctrlc::set_handler(move || {
            if asked.swap(true, Ordering::SeqCst) {
                live.clear();
                eprintln!("stopped at once: what was not committed, the database rolls back by itself; `cutover status` tells what stands");
                std::process::exit(Exit::Interrupted.code().into());
            }
            live.notice("stopping: the transaction that is open is rolled back; once more stops at once");
            interrupt.trigger("Ctrl-C");
        })
        .map_err(|source| Error::new(ErrorKind::Internal, "signals cannot be caught").because(source))?;
        Ok(context)
    }

    /// Opens the database of a URL.
    ///
    /// # Errors
    /// Where no supported database has such a URL.
    pub fn open(&self, url: &DatabaseUrl) -> Result<Box<dyn Database>> {
        database::open(url, &self.interrupt)
    }

    /// The engine on a database.
    pub fn engine<'a>(&'a self, database: &'a dyn Database) -> Engine<'a> {
        Engine { database, monitor: self.terminal.monitor(), interrupt: &self.interrupt, home: &self.home }
    }
}

/// Loads a plan for one database.
///
/// # Errors
/// Every fault of the plan at once, or a parameter that is set twice.
pub fn load(files: &PlanFiles, dialect: &dyn Dialect, parameters: &[(String, String)]) -> Result<Plan> {
    plan::load(files, dialect, &database::dialects(), &arguments(parameters)?)
}

/// Loads a plan for whichever database it is written for, the first where there are several.
///
/// # Errors
/// Every fault of the plan at once, or a parameter that is set twice.
pub fn load_for_any(files: &PlanFiles, parameters: &[(String, String)]) -> Result<(Plan, &'static dyn Dialect)> {
    let arguments = arguments(parameters)?;
    let mut fewest: Option<Error> = None;
    for dialect in database::dialects() {
        match plan::load(files, dialect, &database::dialects(), &arguments) {
            Ok(plan) => return Ok((plan, dialect)),
            // A database that the plan is not written for is a fault of its own: the right one has fewer.
            Err(error) if fewest.as_ref().is_none_or(|fewest| error.fault_list().len() < fewest.fault_list().len()) => {
                fewest = Some(error);
            }
            Err(_) => {}
        }
    }
    Err(fewest.unwrap_or_else(|| Error::new(ErrorKind::Internal, "no database is supported")))
}

fn arguments(parameters: &[(String, String)]) -> Result<BTreeMap<String, String>> {
    let mut arguments = BTreeMap::new();
    for (name, value) in parameters {
        if arguments.insert(name.clone(), value.clone()).is_some() {
            return Err(Error::new(ErrorKind::Input, format!("the parameter `{name}` is set twice")).hint("leave one --set out"));
        }
    }
    Ok(arguments)
}
