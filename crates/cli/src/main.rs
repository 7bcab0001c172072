//! `cutover`: arguments → options → one command → an exit code. Everything that a run does is done by the library.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod arguments;
mod built_in;
mod commands;
mod context;
mod exit;
mod options;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use arguments::Arguments;
use context::Context;
use exit::Exit;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return terminal::usage(&error),
    };
    let context = match Context::new(&arguments.global) {
        Ok(context) => context,
        Err(error) => {
            terminal::Terminal::plain().failure(&error);
            return Exit::of_error(&error).into();
        }
    };
    match commands::execute(&context, &arguments.command) {
        Ok(exit) => exit.into(),
        Err(error) => {
            context.terminal.failure(&error);
            Exit::of_error(&error).into()
        }
    }
}
