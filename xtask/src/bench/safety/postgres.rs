//! PostgreSQL, the registry of cms-id: `pg_dump -Fc`, `pg_restore`, and the runbook on a staging database.

use std::process::Command;

use super::super::Bench;
use super::super::contents::{Built, Kind};
use super::super::programs::output;
use super::super::table::Row;
use super::super::turns::{Side, medians};
use super::{Sides, about_plan, backup, timed};

const PLAN: &str = "cms-id";
const STAGING: &str = "staging";
const COPY: &str = "registry_copy";

/// Measures the five comparisons.
pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, String> {
    let hand = ByHand { bench, registry: bench.registry(Kind::Postgres, 1)? };
    let path = bench.programs.path();
    let address = bench.address(&hand.registry);
    let backup_sides = medians(
        "PostgreSQL, backup",
        bench.turns,
        [Side::new("cutover", || backup(bench, &address, &path, &[])), Side::new("pg_dump", || timed(|| hand.dump()))],
    )?;
    let proof = medians(
        "PostgreSQL, proven backup",
        bench.turns,
        [
            Side::new("cutover", || backup(bench, &address, &path, &["--prove"])),
            Side::new("by hand", || {
                timed(|| {
                    hand.dump()?;
                    hand.restore(STAGING)?;
                    bench.drop_database(STAGING)
                })
            }),
        ],
    )?;
    let rehearsal = medians(
        "PostgreSQL, rehearsal",
        bench.turns,
        [
            Side::new("cutover", || about_plan(bench, &bench.work.fresh("home")?, ("rehearse", PLAN), &address, &path, &[])),
            Side::new("by hand", || {
                timed(|| {
                    hand.dump()?;
                    hand.restore(STAGING)?;
                    hand.runbook(STAGING)?;
                    bench.drop_database(STAGING)
                })
            }),
        ],
    )?;
    let taken_back = |method: &str| {
        let copy = bench.address(&bench.copy(&hand.registry, COPY)?);
        let home = bench.work.fresh("home")?;
        about_plan(bench, &home, ("run", PLAN), &copy, &path, &["--backup", "fence"])?;
        let taken = about_plan(bench, &home, ("rollback", PLAN), &copy, &path, &["--method", method])?;
        if method == "restore" {
            output(bench.programs.cutover(&home).args(["clean", "--kept", "all", "--database", &copy.url]))?;
        }
        Ok(taken)
    };
    let rollback = medians(
        "PostgreSQL, rollback",
        bench.turns,
        [
            Side::new("restore", || taken_back("restore")),
            Side::new("undo", || taken_back("undo")),
            Side::new("by hand", || {
                bench.copy(&hand.registry, COPY)?;
                hand.dump()?;
                timed(|| {
                    bench.drop_database(COPY)?;
                    hand.restore(COPY)
                })
            }),
        ],
    )?;
    Ok(Sides { backup: backup_sides, proof, rehearsal, rollback }.rows("PostgreSQL", PLAN, "pg_dump -Fc"))
}

/// The steps of the document.
struct ByHand<'a> {
    bench: &'a Bench,
    registry: Built,
}

impl ByHand<'_> {
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env("PATH", self.bench.programs.path());
        command
    }

    fn file(&self) -> std::path::PathBuf {
        self.bench.work.path("by-hand.dump")
    }

    fn dump(&self) -> Result<(), String> {
        let url = self.bench.url(&self.registry.name);
        output(self.program("pg_dump").args(["--format=custom", "--file"]).arg(self.file()).arg(url)).map(drop)
    }

    fn restore(&self, into: &str) -> Result<(), String> {
        let server = self.bench.server.url();
        output(self.bench.programs.psql(server).args(["--command", &format!("CREATE DATABASE {into}")]))?;
        output(self.program("pg_restore").args(["--exit-on-error", "--dbname", &self.bench.url(into)]).arg(self.file())).map(drop)
    }

    fn runbook(&self, database: &str) -> Result<(), String> {
        let url = self.bench.server.url();
        let port = url.rsplit(':').next().and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let mut script = self.program(&self.bench.root.join("bench/cms-id-runbook.sh").display().to_string());
        script.arg("--without-backup").arg(self.bench.work.fresh("runbook")?);
        script.envs([("PGHOST", "127.0.0.1"), ("PGPORT", port), ("PGUSER", "postgres"), ("PGDATABASE", database)]);
        output(&mut script).map(drop)
    }
}
