//! The commands, one file each.

mod backup;
mod clean;
mod demo;
mod diff;
mod ending;
mod explain;
mod guard;
mod init;
mod recorded;
mod rehearse;
mod repair;
mod report;
mod resume;
mod rollback;
mod run;
mod snapshot;
mod status;
mod step;
mod verify;

use cutover::model::error::Result;

use crate::arguments::Command;
use crate::context::Context;
use crate::exit::Exit;

/// Executes a command.
///
/// # Errors
/// Where it could not start, or only reads and could not.
pub fn execute(context: &Context, command: &Command) -> Result<Exit> {
    match command {
        Command::Init(arguments) => init::execute(context, arguments),
        Command::Explain(arguments) => explain::execute(context, arguments),
        Command::Snapshot(arguments) => snapshot::execute(context, arguments),
        Command::Diff(arguments) => diff::execute(context, arguments),
        Command::Backup(arguments) => backup::execute(context, arguments),
        Command::Rehearse(arguments) => rehearse::execute(context, arguments),
        Command::Run(arguments) => run::execute(context, arguments),
        Command::Guard(arguments) => guard::execute(context, arguments),
        Command::Resume(arguments) => resume::execute(context, arguments),
        Command::Step(arguments) => step::execute(context, arguments),
        Command::Verify(arguments) => verify::execute(context, arguments),
        Command::Rollback(arguments) => rollback::execute(context, arguments),
        Command::Repair(arguments) => repair::execute(context, arguments),
        Command::Status(arguments) => status::execute(context, arguments),
        Command::Report(arguments) => report::execute(context, arguments),
        Command::Clean(arguments) => clean::execute(context, arguments),
        Command::Demo(arguments) => demo::execute(context, arguments),
    }
}
