//! The whole cms_id migration: `bench/cms-id.sh`, which lets cutover and the runbook take turns.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::Bench;
use super::contents::Kind;
use super::table::{Goal, Row, Section, mebibytes};

/// What `bench/cms-id.sh` tells of one side: medians.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Told {
    seconds: f64,
    before: u64,
    after: u64,
    /// The longest wait of a reader, in seconds.
    wait: f64,
}

impl Told {
    fn growth(&self) -> f64 {
        self.after as f64 / self.before as f64
    }
}

/// Measures the migration.
///
/// # Errors
/// Where a side fails.
pub fn measure(bench: &Bench) -> Result<Section, String> {
    let registry = bench.registry(Kind::Postgres, 1)?;
    let url = bench.server.url();
    let port = url.rsplit(':').next().and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let mut script = Command::new(bench.root.join("bench/cms-id.sh"))
        .args(["--turns", &bench.turns.to_string(), &registry.name])
        .env("PATH", bench.programs.path())
        .env("CUTOVER", bench.programs.path_of_cutover())
        .env("TMPDIR", bench.work.path(""))
        .envs([("PGHOST", "127.0.0.1"), ("PGPORT", port), ("PGUSER", "postgres")])
        .env_remove("PGDATABASE")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("bench/cms-id.sh does not start: {error}"))?;
    let mut lines = Vec::new();
    if let Some(output) = script.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line.map_err(|error| format!("bench/cms-id.sh cannot be read: {error}"))?;
            eprintln!("cms-id: {line}");
            lines.push(line);
        }
    }
    let status = script.wait().map_err(|error| format!("bench/cms-id.sh cannot be waited for: {error}"))?;
    if !status.success() {
        return Err(format!("bench/cms-id.sh ended with {status}"));
    }
    let side = |name: &str| median(&lines, name).ok_or_else(|| format!("bench/cms-id.sh told no medians of {name}"));
    Ok(section(side("cutover")?, side("executed")?, side("backup")?, side("by_hand")?, side("no_backup")?))
}

fn section(cutover: Told, executed: Told, backup: Told, by_hand: Told, no_backup: Told) -> Section {
    let rows = vec![
        Row::speed("no backup on either side", cutover.seconds, no_backup.seconds, Goal::AtLeast(4.0)),
        Row::speed("no backup on either side, every invariant executed", executed.seconds, no_backup.seconds, Goal::AtLeast(2.0)),
        Row::speed("the backup on both sides", backup.seconds, by_hand.seconds, Goal::AtLeast(3.0)),
        Row {
            what: "database afterwards, against before".to_owned(),
            ours: mebibytes(cutover.after),
            theirs: mebibytes(cutover.before),
            ratio: Some(cutover.growth()),
            goal: Goal::AtMost(1.05),
        },
        Row::cost("longest wait of a reader", cutover.wait, no_backup.wait, Goal::AtMost(0.25)),
    ];
    let notes = vec![
        "In the row about the database's size, the other side is cutover's own database before the run; in all others it is the \
         runbook done by hand."
            .to_owned(),
        format!("After the runbook the database is {:.2} times as large as before ({}).", no_backup.growth(), mebibytes(no_backup.after)),
    ];
    Section { sides: ["cutover", "by hand"], rows, notes }
}

/// The line `side median seconds before after wait`; bytes and milliseconds.
fn median(lines: &[String], side: &str) -> Option<Told> {
    lines.iter().find_map(|line| match line.split(' ').collect::<Vec<_>>()[..] {
        [name, "median", seconds, before, after, wait] if name == side => Some(Told {
            seconds: seconds.parse().ok()?,
            before: before.parse().ok()?,
            after: after.parse().ok()?,
            wait: wait.parse::<f64>().ok()? / 1000.0,
        }),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Told, median, section};

    #[test]
    fn the_medians_of_the_script_are_read() {
        let lines = ["cutover 1 9.0 100 100 1.5", "cutover median 4.250 200 210 1500.5", "by_hand median x 1 2 3"].map(str::to_owned);
        assert_eq!(median(&lines, "cutover"), Some(Told { seconds: 4.25, before: 200, after: 210, wait: 1.5005 }));
        assert_eq!(median(&lines, "by_hand"), None);
        assert_eq!(median(&lines, "executed"), None);
    }

    #[test]
    fn what_is_not_reached_is_said_so() {
        let told = |seconds, after, wait| Told { seconds, before: 100 << 20, after, wait };
        let section = section(
            told(5.0, 103 << 20, 1.0),
            told(9.0, 103 << 20, 1.0),
            told(11.0, 103 << 20, 1.0),
            told(30.0, 156 << 20, 8.0),
            told(20.0, 156 << 20, 8.0),
        );
        let reached: Vec<_> =
            section.to_string().lines().skip(2).filter_map(|line| Some(line.rsplit('|').nth(1)?.trim().to_owned())).collect();
        assert_eq!(reached, ["yes", "yes", "**no**", "yes", "yes"]);
    }
}
