//! Reading tables: a snapshot's scan and a verification's against the server's own COPY.

use super::Bench;
use super::contents::{Built, Kind, TABLES};
use super::programs::output;
use super::table::{Goal, Row, Section};
use super::turns::{Side, medians};

/// Measures one table, the 12 tables, and the whole command.
///
/// # Errors
/// Where a program fails.
pub fn measure(bench: &Bench) -> Result<Section, String> {
    let registry = bench.registry(Kind::Postgres, 1)?;
    let address = bench.address(&registry);
    let mut rows = Vec::new();
    for (what, tables) in [("`student_modules`", &["student_modules"][..]), ("the 12 tables", &TABLES)] {
        let [copy, stored, digest] = medians(
            what,
            bench.turns,
            [
                Side::new("COPY", || server_copies(bench, &registry, tables)),
                Side::new("stored", || bench.scan("stored", &address, tables)),
                Side::new("digest", || bench.scan("digest", &address, tables)),
            ],
        )?;
        rows.push(Row::cost(format!("{what}: snapshot scan, stored"), stored, copy, Goal::AtMost(1.3)));
        rows.push(Row::cost(format!("{what}: verification scan"), digest, copy, Goal::AtMost(1.1)));
    }
    let all = all_tables(bench, &registry)?;
    let every: Vec<&str> = all.iter().map(String::as_str).collect();
    let what = format!("`cutover snapshot` of all {} tables", every.len());
    let [copy, snapshot] = medians(
        &what,
        bench.turns,
        [Side::new("COPY", || server_copies(bench, &registry, &every)), Side::new("cutover snapshot", || bench.snapshot(&address))],
    )?;
    rows.push(Row::cost(what, snapshot, copy, Goal::AtMost(1.3)));
    Ok(Section { sides: ["cutover", "COPY … TO '/dev/null'"], rows, notes: Vec::new() })
}

/// The seconds that the server needs to write tables as text to nowhere, one after the other.
fn server_copies(bench: &Bench, database: &Built, tables: &[&str]) -> Result<f64, String> {
    let mut psql = bench.programs.psql(&bench.address(database).url);
    psql.args(["--command", "\\timing on"]);
    for table in tables {
        psql.args(["--command", &format!("COPY {table} TO '/dev/null'")]);
    }
    let told = output(&mut psql)?;
    let times = timings(&told);
    if times.len() == tables.len() { Ok(times.iter().sum()) } else { Err(format!("psql told no times but\n{told}")) }
}

/// The seconds of each `Time: 12.345 ms` line.
fn timings(told: &str) -> Vec<f64> {
    let times = told.lines().filter_map(|line| line.strip_prefix("Time: ")?.split(' ').next()?.parse::<f64>().ok());
    times.map(|milliseconds| milliseconds / 1000.0).collect()
}

fn all_tables(bench: &Bench, database: &Built) -> Result<Vec<String>, String> {
    let sql = "SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
        WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY 1";
    let told = output(bench.programs.psql(&bench.address(database).url).args(["--command", sql]))?;
    Ok(told.lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::timings;

    #[test]
    fn times_are_read_in_seconds() {
        assert_eq!(timings("Timing is on.\nTime: 2002.500 ms (00:02.002)\nTime: 0.5 ms\n"), [2.0025, 0.0005]);
    }
}
