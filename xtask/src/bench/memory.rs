//! Peak memory: of the real migration, of ten times its rows, of a table of 1,600 columns, and of cells of 16 MiB.

use std::fs;
use std::path::PathBuf;

use super::Bench;
use super::contents::{Built, Kind};
use super::programs::peak;
use super::table::{Goal, Row, Section};

/// What the tool may have whatever it reads.
const BASE: u64 = 256 << 20;

/// As many columns as PostgreSQL allows.
const COLUMNS: u32 = 1600;
/// Rows of the table of so many columns: several row groups of contents.
const WIDE_ROWS: u32 = 20_000;
/// Bytes of a large cell, and how many rows have one.
const CELL: u64 = 16 << 20;
const CELL_ROWS: u32 = 12;

/// A plan that changes a small table, so that the others must be read and proven identical.
const PLAN: [(&str, &str); 2] = [
    ("plan.toml", "format = 1\nname = \"mark\"\ntitle = \"A mark on a small table\"\ndatabases = [\"postgres\", \"sqlite\"]\n"),
    (
        "steps/0010_add_mark.toml",
        "title = \"Add mark\"\n[add_column]\ntables = [\"small\"]\ncolumn = \"mark\"\ntype = \"integer\"\nnull = true\nfill = \"id\"\n",
    ),
];

/// Measures the peaks. They are no times: one run each.
///
/// # Errors
/// Where a run fails, or the system does not tell.
pub fn measure(bench: &Bench) -> Result<Section, String> {
    let mut section = Section { sides: ["peak", "limit"], rows: Vec::new(), notes: Vec::new() };
    for kind in [Kind::Sqlite, Kind::Postgres] {
        for scale in [1, 10] {
            if bench.quick && kind == Kind::Postgres && scale > 1 {
                section.notes.push("PostgreSQL with ten times the rows was left out (`--quick`).".to_owned());
                continue;
            }
            let times = if scale == 1 { String::new() } else { format!(", {scale} times the rows") };
            let registry = bench.registry(kind, scale)?;
            // Its rows have some hundred bytes: four of them do not count.
            section.rows.push(row(bench, "cms-id", format!("cms-id on {}{times}", kind.name()), &registry, 0)?);
        }
    }
    let plan = plan(bench)?.display().to_string();
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let wide = bench.built(kind, "wide", &wide())?;
        let what = format!("a table of {COLUMNS} columns on {}", kind.name());
        section.rows.push(row(bench, &plan, what, &wide, u64::from(COLUMNS) * 12)?);
        let letters = bench.built(kind, "letters", &letters(kind))?;
        section.rows.push(row(bench, &plan, format!("cells of 16 MiB on {}", kind.name()), &letters, CELL)?);
    }
    Ok(section)
}

fn row(bench: &Bench, plan: &str, what: String, of: &Built, largest_row: u64) -> Result<Row, String> {
    let copy = bench.copy(of, "weighed")?;
    let bytes = peak(&mut bench.run(plan, &copy)?).map_err(|error| format!("{what}: {error}"))?;
    eprintln!("memory: {what}: {bytes} bytes");
    Ok(Row::bytes(what, bytes, BASE + 4 * largest_row, Goal::AtMost(1.0)))
}

fn plan(bench: &Bench) -> Result<PathBuf, String> {
    let directory = bench.work.path("mark");
    for (name, text) in PLAN {
        let path = directory.join(name);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
        written.map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    }
    Ok(directory)
}

/// A table of many integer columns, in the SQL of either database.
fn wide() -> String {
    let columns: Vec<_> = (2..=COLUMNS).map(|number| format!("c{number} integer")).collect();
    let values: Vec<_> = (2..=COLUMNS).map(|number| format!("n + {number}")).collect();
    format!(
        "{SMALL}CREATE TABLE wide (id integer PRIMARY KEY, {});\n\
         WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {WIDE_ROWS})\n\
         INSERT INTO wide SELECT n, {} FROM numbers;\n",
        columns.join(", "),
        values.join(", ")
    )
}

/// A table of large cells.
fn letters(kind: Kind) -> String {
    let body = match kind {
        Kind::Postgres => format!("repeat('x', {CELL})"),
        Kind::Sqlite => format!("replace(hex(zeroblob({})), '0', 'x')", CELL / 2),
    };
    format!(
        "{SMALL}CREATE TABLE letters (id integer PRIMARY KEY, body text);\n\
         WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {CELL_ROWS})\n\
         INSERT INTO letters SELECT n, {body} FROM numbers;\n"
    )
}

/// What the plan changes.
const SMALL: &str = "CREATE TABLE small (id integer PRIMARY KEY, name text);\nINSERT INTO small VALUES (1, 'one'), (2, 'two');\n";
