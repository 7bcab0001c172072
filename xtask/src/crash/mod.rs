//! `cargo xtask test crash`: the tool and the server are killed at random moments of a run, of its resumption and of its
//! rollback; what stands in the end must be the contents of an undisturbed run, or those of before.
//!
//! Everything is done by the command line, as people would do it. Where a kill falls is decided by the seed; what the machine
//! is doing at that moment is not, so that a seed repeats the decisions and not always the failure.

use std::process::ExitCode;

use crate::cargo;

mod arguments;
mod chance;
mod disturbance;
mod place;
mod round;
mod subject;
mod tool;

use arguments::Arguments;
use chance::Chance;
use place::Place;
use round::Crash;

/// Runs rounds until all have passed, or one fails.
///
/// # Errors
/// Where something cannot be built or started.
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
    let Some(arguments) = Arguments::parse(arguments).map_err(|message| format!("{message}\n\n{}", arguments::USAGE))? else {
        print!("{}", arguments::USAGE);
        return Ok(ExitCode::SUCCESS);
    };
    let failed = rounds(&arguments)?.1;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A few rounds on every database and in every mode, for a run of all tests: how many passed and failed.
///
/// # Errors
/// As of [`run`].
pub fn few() -> Result<(u64, u64), String> {
    let mut sums = (0, 0);
    for arguments in Arguments::few() {
        let (passed, failed) = rounds(&arguments)?;
        sums = (sums.0 + passed, sums.1 + failed);
    }
    Ok(sums)
}

/// The rounds that passed and failed: the first one that fails is the last.
fn rounds(arguments: &Arguments) -> Result<(u64, u64), String> {
    let root = cargo::workspace_root()?;
    let place = Place::create(arguments.database)?;
    let Arguments { subject: plan, database, mode, rounds, seed } = arguments;
    let subject = format!("crash: {plan}, {database}, {mode}");
    println!("{subject}: {rounds} rounds, seed {seed}");
    let mut crash = Crash::prepare(&root, place, *plan, *mode).map_err(|message| format!("{subject}: {message}"))?;
    let mut chance = Chance::new(*seed);
    for number in 1..=*rounds {
        match crash.round(number, &mut chance) {
            Ok(story) => println!("{subject}: round {number}: {story}"),
            Err(message) => {
                println!("{subject}: round {number}: FAILED\n{message}");
                println!("the files are kept in {}; again: cargo xtask test crash {}", crash.keep(), arguments.shown());
                return Ok((number - 1, 1));
            }
        }
    }
    println!("{subject}: {rounds} rounds, {} kills, nothing lost", crash.kills());
    Ok((*rounds, 0))
}
