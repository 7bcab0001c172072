//! Comparing two databases: `cutover diff` against reladiff's hashdiff, on differences that were planted.

use std::path::PathBuf;
use std::process::Command;

use super::Bench;
use super::contents::{Built, Kind, TABLES};
use super::programs::{Ended, ended, output};
use super::table::{Goal, Row, Section};
use super::turns::{Side, medians};

/// What pip installs. The version is fixed: another one may see more, or be faster.
const PACKAGE: &str = "reladiff[postgresql]==0.6.0";

/// Sessions for each database that reladiff is tried with: its default, and more.
const THREADS: [&str; 4] = ["1", "2", "4", "8"];

/// Without it reladiff sorts the differences before it prints them, which fails where one side of a cell is NULL.
const UNSORTED: &str = "--skip-sort-results";

/// In both databases, before anything is planted: a float that its neighbour can replace.
const PREPARE: &str = "UPDATE student_modules SET credits = 12 WHERE id = 101";

/// A difference, and the row that shows it.
struct Planted {
    what: &'static str,
    table: &'static str,
    id: &'static str,
    sql: &'static str,
}

/// What makes the second database another one. Their ids are those of the demo at its real size.
const PLANTED: [Planted; 6] = [
    Planted {
        what: "a `real` 12 that became 12.000001",
        table: "student_modules",
        id: "101",
        sql: "UPDATE student_modules SET credits = 12.000001 WHERE id = 101",
    },
    Planted {
        what: "a timestamp that became NULL",
        table: "student_modules",
        id: "200001",
        sql: "UPDATE student_modules SET created_at = NULL WHERE id = 200001 AND created_at IS NOT NULL",
    },
    Planted {
        what: "a NULL that became a timestamp",
        table: "student_modules",
        id: "300009",
        sql: "UPDATE student_modules SET created_at = '2020-02-02 02:02:02' WHERE id = 300009 AND created_at IS NULL",
    },
    Planted {
        what: "a text with one letter more",
        table: "student_modules",
        id: "400001",
        sql: "UPDATE student_modules SET marks = marks || 'x' WHERE id = 400001",
    },
    Planted { what: "a deleted row", table: "student_modules", id: "500001", sql: "DELETE FROM student_modules WHERE id = 500001" },
    Planted {
        what: "a NULL that became the text `<null>`",
        table: "student_semesters",
        id: "117333",
        sql: "UPDATE student_semesters SET caf_date = '<null>' WHERE id = 117333 AND caf_date IS NULL",
    },
];

/// Two databases that hold these tables and no others.
struct Pair<'a> {
    tables: &'a [&'a str],
    before: String,
    after: String,
}

/// Measures the largest table alone and all 12, with and without differences, and tells who found which.
///
/// # Errors
/// Where reladiff cannot be installed, or a program fails.
pub fn measure(bench: &Bench) -> Result<Section, String> {
    let reladiff = install(bench)?;
    let mut section = Section { sides: ["cutover diff", "reladiff"], rows: Vec::new(), notes: Vec::new() };
    let registry = bench.registry(Kind::Postgres, 1)?;
    for (what, name, tables) in [("`student_modules`", "largest", &["student_modules"][..]), ("the 12 tables", "twelve", &TABLES)] {
        let different = Pair::with(bench, &registry, name, tables, true)?;
        compare(bench, &reladiff, &mut section, &format!("{what}, which differ"), &different)?;
        let equal = Pair::with(bench, &registry, &format!("{name}_equal"), tables, false)?;
        compare(bench, &reladiff, &mut section, &format!("{what}, which are equal"), &equal)?;
        if tables.len() == TABLES.len() {
            section.notes.extend(found(bench, &reladiff, &different)?);
        }
    }
    Ok(section)
}

/// reladiff, in a virtual environment of this bench.
fn install(bench: &Bench) -> Result<PathBuf, String> {
    let environment = bench.work.fresh("reladiff")?;
    eprintln!("installing {PACKAGE}");
    output(Command::new("python3").args(["-m", "venv"]).arg(&environment))
        .map_err(|error| format!("{error}\nreladiff needs python3 with its module venv"))?;
    output(Command::new(environment.join("bin/pip")).args(["install", "--quiet", "--disable-pip-version-check", PACKAGE]))?;
    Ok(environment.join("bin/reladiff"))
}

impl<'a> Pair<'a> {
    /// Two copies of the registry, cut down to some tables; the second one with what was planted, where that is wanted.
    fn with(bench: &Bench, registry: &Built, name: &str, tables: &'a [&'a str], planted: bool) -> Result<Self, String> {
        let side = |side: &str, changed: bool| {
            let copy = bench.copy(registry, &format!("{name}_{side}"))?;
            let url = bench.address(&copy).url;
            let mut psql = bench.programs.psql(&url);
            // Neither triggers nor foreign keys are to make differences of their own.
            psql.args(["--command", "SET session_replication_role = replica", "--command", "SET client_min_messages = warning"]);
            psql.args(["--command", &only(tables), "--command", PREPARE]);
            for difference in PLANTED.iter().filter(|difference| changed && tables.contains(&difference.table)) {
                psql.args(["--command", difference.sql]);
            }
            output(psql.args(["--command", "VACUUM (ANALYZE)", "--command", "CHECKPOINT"]))?;
            Ok::<_, String>(url)
        };
        Ok(Self { tables, before: side("before", false)?, after: side("after", planted)? })
    }

    /// `cutover diff` of the whole databases, which hold nothing else.
    fn cutover(&self, bench: &Bench) -> Result<Ended, String> {
        let mut command = bench.programs.cutover(&bench.work.path("home"));
        ended(command.args(["diff", "--reveal", &self.before, &self.after]), &[0, 1])
    }

    /// reladiff of one table after the other, every column of each.
    fn reladiff(&self, program: &PathBuf, arguments: &[&str]) -> Result<Ended, String> {
        let [before, after] = [&self.before, &self.after].map(|url| url.replace("postgres://", "postgresql://"));
        let mut all = Ended::default();
        for table in self.tables {
            let mut command = Command::new(program);
            command.args([&before, *table, &after, *table, "-k", "id", "-c", "%", "-a", "hashdiff", "--allow-empty-tables"]);
            all.add(ended(command.args(arguments), &[0])?);
        }
        Ok(all)
    }
}

/// Drops every table but these.
fn only(tables: &[&str]) -> String {
    let kept = tables.iter().map(|table| format!("'{table}'")).collect::<Vec<_>>().join(", ");
    format!(
        "DO $$ DECLARE other regclass; BEGIN \
            FOR other IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' \
                AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND c.relname NOT IN ({kept}) \
            LOOP EXECUTE format('DROP TABLE %s CASCADE', other); END LOOP; END $$"
    )
}

/// One line for reladiff's defaults, and one for the number of threads that serves it best.
fn compare(bench: &Bench, reladiff: &PathBuf, section: &mut Section, what: &str, pair: &Pair<'_>) -> Result<(), String> {
    let with = |threads: &'static str| {
        Side::new("reladiff", move || {
            let ended = pair.reladiff(reladiff, &[UNSORTED, "--threads", threads])?;
            ended.complaint().map_or(Ok(ended.seconds), |complaint| Err(complaint.to_owned()))
        })
    };
    let cutover = Side::new("cutover diff", || Ok(pair.cutover(bench)?.seconds));
    let sides = [cutover, with(THREADS[0]), with(THREADS[1]), with(THREADS[2]), with(THREADS[3])];
    let [ours, default, others @ ..] = medians(what, bench.turns, sides)?;
    section.rows.push(Row::speed(format!("{what}: its defaults"), ours, default, Goal::AtLeast(5.0)));
    let best = others.into_iter().zip(&THREADS[1..]).min_by(|(one, _), (other, _)| one.total_cmp(other));
    if let Some((best, threads)) = best {
        section.rows.push(Row::speed(format!("{what}: its best, {threads} threads"), ours, best, Goal::AtLeast(5.0)));
    }
    Ok(())
}

/// Who found which of the planted differences, and what reladiff does with its defaults.
fn found(bench: &Bench, reladiff: &PathBuf, pair: &Pair<'_>) -> Result<Vec<String>, String> {
    let ours = pair.cutover(bench)?;
    let theirs = pair.reladiff(reladiff, &[UNSORTED])?;
    let differences = PLANTED.iter().map(|difference| {
        let who = match (names(&ours.told, difference.id), names(&theirs.told, difference.id)) {
            (true, true) => "both",
            (true, false) => "cutover alone",
            (false, true) => "reladiff alone",
            (false, false) => "neither of them",
        };
        format!("{} ({who})", difference.what)
    });
    let mut notes = vec![format!("Planted, and found by: {}.", differences.collect::<Vec<_>>().join("; "))];
    let sorted = pair.reladiff(reladiff, &[])?;
    if let Some(complaint) = sorted.complaint() {
        let named = PLANTED.iter().filter(|difference| names(&sorted.told, difference.id)).count();
        notes.push(format!(
            "{UNSORTED} was given to reladiff: without it, it said `{complaint}`, ended with exit code 0, and named {named} of the {} \
             differences.",
            PLANTED.len()
        ));
    }
    Ok(notes)
}

/// Whether a page names the row of an id: cutover as `id = 101  …`, reladiff as `+ 101, …` or `- 101, …`.
fn names(page: &str, id: &str) -> bool {
    page.lines().map(str::trim).any(|line| {
        let rest = ["id = ", "+ ", "- "].iter().find_map(|before| line.strip_prefix(before));
        rest.and_then(|rest| rest.split([' ', ',']).next()) == Some(id)
    })
}

#[cfg(test)]
mod tests {
    use super::{names, only};

    #[test]
    fn a_row_is_found_by_its_id_and_by_nothing_else() {
        let page = "Findings 101\n      id = 400001  marks: 58 → 58x\n+ 200001, 101, 11.0\n- 300009\n";
        assert!(["400001", "200001", "300009"].iter().all(|id| names(page, id)));
        assert!(!names(page, "101") && !names(page, "40000"));
    }

    #[test]
    fn what_is_kept_is_named() {
        assert!(only(&["schools", "modules"]).contains("NOT IN ('schools', 'modules')"));
    }
}
