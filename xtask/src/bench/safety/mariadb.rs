//! MariaDB, the demo of wasl-v3: `mariadb-dump | gzip`, the client, and the guide on a staging database.

use std::fs::File;
use std::process::{Command, Stdio};

use super::super::Bench;
use super::super::mariadb::MariaDb;
use super::super::programs::output;
use super::super::table::Row;
use super::super::turns::{Side, medians};
use super::super::wasl::{COPY, PLAN, by_hand, dumped, loaded, path};
use super::{Sides, about_plan, backup, piped, timed};

const STAGING: &str = "wasl_staging";

/// Measures the five comparisons; the server's version comes with them.
pub(super) fn measure(bench: &Bench) -> Result<(Vec<Row>, String), String> {
    let mariadb = bench.mariadb.as_ref().ok_or("there is no MariaDB server")?;
    let demo = dumped(bench, mariadb)?;
    loaded(mariadb, &demo, COPY)?;
    let hand = ByHand { bench, mariadb };
    let (path, address) = (path(mariadb)?, mariadb.address(COPY)?);
    let backup_sides = medians(
        "MariaDB, backup",
        bench.turns,
        [Side::new("cutover", || backup(bench, &address, &path, &[])), Side::new("mariadb-dump", || timed(|| hand.dump()))],
    )?;
    let proof = medians(
        "MariaDB, proven backup",
        bench.turns,
        [
            Side::new("cutover", || backup(bench, &address, &path, &["--prove"])),
            Side::new("by hand", || {
                timed(|| {
                    hand.dump()?;
                    hand.restore(STAGING)?;
                    hand.remove(STAGING)
                })
            }),
        ],
    )?;
    let rehearsal = medians(
        "MariaDB, rehearsal",
        bench.turns,
        [
            Side::new("cutover", || about_plan(bench, &bench.work.fresh("home")?, ("rehearse", PLAN), &address, &path, &[])),
            Side::new("by hand", || {
                timed(|| {
                    hand.dump()?;
                    hand.restore(STAGING)?;
                    by_hand(bench, mariadb, &["--without-backup"], STAGING)?;
                    hand.remove(STAGING)
                })
            }),
        ],
    )?;
    let taken_back = |method: &str| {
        loaded(mariadb, &demo, COPY)?;
        let home = bench.work.fresh("home")?;
        about_plan(bench, &home, ("run", PLAN), &address, &path, &["--backup", "fence"])?;
        let taken = about_plan(bench, &home, ("rollback", PLAN), &address, &path, &["--method", method])?;
        if method == "restore" {
            about_plan(bench, &home, ("clean", "--kept=all"), &address, &path, &[])?;
        }
        Ok(taken)
    };
    let rollback = medians(
        "MariaDB, rollback",
        bench.turns,
        [
            Side::new("restore", || taken_back("restore")),
            Side::new("undo", || taken_back("undo")),
            Side::new("by hand", || {
                loaded(mariadb, &demo, COPY)?;
                hand.dump()?;
                timed(|| {
                    hand.remove(COPY)?;
                    hand.restore(COPY)
                })
            }),
        ],
    )?;
    let rows = Sides { backup: backup_sides, proof, rehearsal, rollback }.rows("MariaDB", PLAN, "mariadb-dump`, `gzip");
    Ok((rows, mariadb.version()?))
}

/// The steps of the guide.
struct ByHand<'a> {
    bench: &'a Bench,
    mariadb: &'a MariaDb,
}

impl ByHand<'_> {
    fn file(&self) -> std::path::PathBuf {
        self.bench.work.path("by-hand.sql.gz")
    }

    fn dump(&self) -> Result<(), String> {
        let path = self.file();
        let file = File::create(&path).map_err(|error| format!("{} cannot be created: {error}", path.display()))?;
        let mut dump = self.mariadb.program("mariadb-dump")?;
        dump.args(["--single-transaction", "--routines", "--triggers", "--events", COPY]);
        piped(&mut dump, Command::new("gzip").stdout(file))
    }

    fn restore(&self, into: &str) -> Result<(), String> {
        let create = format!("CREATE DATABASE {into} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");
        output(self.mariadb.program("mariadb")?.args(["--execute", &create]))?;
        let mut client = self.mariadb.program("mariadb")?;
        piped(Command::new("gunzip").arg("--stdout").arg(self.file()), client.arg(into).stdout(Stdio::null()))
    }

    fn remove(&self, database: &str) -> Result<(), String> {
        output(self.mariadb.program("mariadb")?.args(["--execute", &format!("DROP DATABASE {database}")])).map(drop)
    }
}
