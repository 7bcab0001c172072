//! Mistakes in arguments.

use std::io::Write;
use std::process::ExitCode;

use clap::Error;

use super::secrets::without_passwords;
use crate::exit::Exit;

/// Shows help, the version, or what is wrong with the arguments. An argument that is quoted back never shows a password.
pub fn usage(error: &Error) -> ExitCode {
    let shown = error.render().to_string();
    let masked = without_passwords(&shown);
    if masked == shown {
        // With colours, where they are wanted. Nobody could be told that it cannot be printed.
        let _ = error.print();
    } else {
        let _ = std::io::stderr().lock().write_all(masked.as_bytes());
    }
    match error.exit_code() {
        0 => Exit::Done.into(),
        _ => Exit::NotStarted.into(),
    }
}
