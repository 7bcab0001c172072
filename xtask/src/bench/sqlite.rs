//! SQLite: scans against its own program, and how long a whole run takes.

use std::process::Command;

use super::Bench;
use super::contents::Kind;
use super::growth::stages_of;
use super::programs::seconds;
use super::table::{Goal, Row, Section, seconds as shown};
use super::turns::{Side, medians};

const TABLE: &str = "student_modules";

/// Measures scans and the run.
///
/// # Errors
/// Where a program fails.
pub fn measure(bench: &Bench) -> Result<Section, String> {
    let registry = bench.registry(Kind::Sqlite, 1)?;
    let address = bench.address(&registry);
    let [select, stored, digest] = medians(
        TABLE,
        bench.turns,
        [
            Side::new("SELECT", || seconds(Command::new("sqlite3").args(["-readonly", &registry.name, &format!("SELECT * FROM {TABLE}")]))),
            Side::new("stored", || bench.scan("stored", &address, &[TABLE])),
            Side::new("digest", || bench.scan("digest", &address, &[TABLE])),
        ],
    )?;
    let mut stages = String::new();
    let [run] = medians(
        "`cutover run cms-id` on SQLite",
        bench.turns,
        [Side::new("cutover", || {
            let copy = bench.copy(&registry, "run")?;
            let seconds = seconds(&mut bench.run("cms-id", &copy)?)?;
            stages = stages_of(&bench.work.path("home"))?;
            Ok(seconds)
        })],
    )?;
    let rows = vec![
        Row::cost(format!("`{TABLE}`: snapshot scan, stored"), stored, select, Goal::None),
        Row::cost(format!("`{TABLE}`: verification scan"), digest, select, Goal::None),
        Row { what: "`cutover run cms-id`".to_owned(), ours: shown(run), theirs: "–".to_owned(), ratio: None, goal: Goal::None },
    ];
    Ok(Section { sides: ["cutover", "sqlite3, SELECT * to nowhere"], rows, notes: vec![format!("Stages of the last run: {stages}.")] })
}
