//! What happens around a backup when the disk is full or the server dies: a clear message, nothing touched, and it works the next time.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/own_server.rs"]
mod own_server;
#[path = "support/plans.rs"]
mod plans;
#[path = "support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use cutover::backup::{self, Backup, Prove, Take, Target};
use cutover::database::exchange::{Stand, Terms, restored_name};
use cutover::database::{Database, RunRecord};
use cutover::journal::{Event, Monitor, Progress, Silent, Stage};
use cutover::model::error::{Error, ErrorKind, Result};
use cutover::model::interrupt::Interrupt;
use own_server::{OwnServer, Product};
use plans::{Site, open};
use support::{Scratch, each_database};

/// So many bytes that no compression makes smaller.
const RANDOM: usize = 20_000_000;

fn random_rows(product: Product) -> String {
    match product {
        Product::Postgres => format!(
            "CREATE TABLE blobs (id int PRIMARY KEY, data bytea NOT NULL);
             INSERT INTO blobs SELECT n, decode(string_agg(md5(random()::text), ''), 'hex') FROM generate_series(1, {}) n, generate_series(1, 64) GROUP BY n;",
            RANDOM / 1024
        ),
        Product::MariaDb => format!(
            "CREATE TABLE blobs (id int PRIMARY KEY, data blob NOT NULL);
             INSERT INTO blobs SELECT seq, RANDOM_BYTES(1024) FROM seq_1_to_{};
             ANALYZE TABLE blobs",
            RANDOM / 1024
        ),
    }
}

fn told(error: &Error) -> String {
    format!("{error:?}")
}

/// Not a test by itself: takes a backup on a disk that is too small for it, and says what became of that.
#[test]
fn child() {
    let Ok(url) = std::env::var("CUTOVER_TEST_FULL_URL") else { return };
    let home = PathBuf::from(std::env::var("CUTOVER_TEST_FULL_HOME").unwrap());
    let interrupt = Interrupt::new();
    let database = open(&url, &interrupt);
    let directory = home.join("made");
    let take = Take {
        directory: &directory,
        name: "full",
        sessions: 2,
        program: backup::Program::Own,
        held: false,
        interrupt: &interrupt,
        monitor: &Silent,
    };
    let error = backup::take(database.as_ref(), &take).unwrap_err();
    assert!(told(&error).contains("No space left on device") || told(&error).contains("free space"), "{error:?}");
    assert!(!told(&error).contains("there is no room"), "it was begun: {error:?}");
    assert!(!directory.exists(), "what was written is gone");
    std::fs::write(home.join("room again"), vec![1; 1_000_000]).unwrap();
}

each_database! {
    only (postgres, mysql)
    fn a_disk_that_becomes_full_while_dumping_ends_the_backup_and_leaves_nothing(database: Scratch) {
        let product = if database.dialect() == "postgres" { Product::Postgres } else { Product::MariaDb };
        database.execute(&random_rows(product));
        let site = Site::new(database);
        let old = site.snapshot();
        // More than what is looked for before, and less than what is needed; it is the child's alone, and goes with it.
        let bytes = site.database.read().unwrap().session().unwrap().bytes;
        let size = (bytes / 2 + 200_000).min(RANDOM as u64 - 500_000);
        assert!(size > bytes / 2, "{bytes} bytes are not mostly random ones");
        let home = site.scratch.directory().join("full");
        std::fs::create_dir(&home).unwrap();
        let script = format!("mount -t tmpfs -o size={size} tmpfs \"$CUTOVER_TEST_FULL_HOME\" && exec \"$0\" child --exact");
        let output = Command::new("unshare")
            .args(["--map-root-user", "--mount", "sh", "-c", &script])
            .arg(std::env::current_exe().unwrap())
            .env("CUTOVER_TEST_FULL_URL", site.scratch.url())
            .env("CUTOVER_TEST_FULL_HOME", &home)
            .output()
            .unwrap_or_else(|error| panic!("unshare, of the package util-linux, gives a process a disk of its own: {error}"));
        let words = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && words.contains("1 passed"), "{words}");
        assert_eq!(site.differences(&old), Vec::<String>::new());
        let directory = site.scratch.directory().join("made");
        let take = Take { directory: &directory, name: "again", sessions: 2, program: backup::Program::Own, held: false, interrupt: &site.interrupt, monitor: &Silent };
        let made = backup::take(site.database.as_ref(), &take).unwrap_or_else(|error| panic!("{error:?}"));
        made.check().unwrap();
    }
}

/// Kills the server as soon as some bytes have been restored.
struct Killer<'a>(&'a Mutex<OwnServer>);

impl Monitor for Killer<'_> {
    fn event(&self, _: &Event) -> Result<()> {
        Ok(())
    }

    fn progress(&self, progress: &Progress) {
        if progress.stage == Stage::Proof && progress.done > 0 {
            self.0.lock().unwrap().kill();
        }
    }

    fn notice(&self, _: &str) {}
}

/// Of what PostgreSQL restores nothing is told on the way: it is killed as soon as it makes an index that takes its time.
const SLOW: &str = "CREATE FUNCTION slow(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(2); RETURN n; END';
     CREATE INDEX counted_slowly ON counted (slow(id));";

fn kill_in_the_index(server: &Mutex<OwnServer>) {
    let restoring = "SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'cutover_scratch_%' AND query LIKE 'CREATE INDEX%'";
    let since = std::time::Instant::now();
    while server.lock().unwrap().value("postgres", restoring) == "0" {
        assert!(since.elapsed() < std::time::Duration::from_secs(60), "no index is restored");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    server.lock().unwrap().kill();
}

fn take(database: &dyn Database, directory: &Path) -> Backup {
    let interrupt = Interrupt::new();
    let take =
        Take { directory, name: "made", sessions: 2, program: backup::Program::Own, held: false, interrupt: &interrupt, monitor: &Silent };
    backup::take(database, &take).unwrap_or_else(|error| panic!("{error:?}"))
}

fn killed_while_restoring(product: Product) {
    let server = OwnServer::start(product);
    let administrative = if product == Product::Postgres { "postgres" } else { "mysql" };
    server.execute(administrative, "CREATE DATABASE live");
    server.execute("live", &random_rows(product));
    server.execute("live", "CREATE TABLE counted (id int PRIMARY KEY); INSERT INTO counted VALUES (1), (2)");
    if product == Product::Postgres {
        server.execute("live", SLOW);
    }
    let url = server.url("live");
    let server = Mutex::new(server);
    let interrupt = Interrupt::new();
    let database = open(&url, &interrupt);
    let directory = tempfile::tempdir().unwrap();
    let made = take(database.as_ref(), &directory.path().join("made"));
    let prove = |monitor: &dyn Monitor| {
        let target = Target::Beside(database.as_ref());
        backup::prove(&made, &Prove { target, id: "killed", sessions: 2, accept: &[], interrupt: &interrupt, monitor })
    };
    let error = match product {
        Product::MariaDb => prove(&Killer(&server)).unwrap_err(),
        Product::Postgres => std::thread::scope(|scope| {
            scope.spawn(|| kill_in_the_index(&server));
            prove(&Silent).unwrap_err()
        }),
    };
    assert!(matches!(error.kind(), ErrorKind::Hook | ErrorKind::Connection), "{error:?}");
    assert!(error.hints().iter().any(|hint| hint.contains("the backup was made by") || hint.contains("server runs")), "{error:?}");
    server.lock().unwrap().again();
    assert_eq!(server.lock().unwrap().value("live", "SELECT count(*) FROM counted"), "2");
    // What the dead server could not drop is known by its name.
    assert_eq!(database.scratches().unwrap(), ["cutover_scratch_killed"]);
    database.drop_scratch("cutover_scratch_killed", directory.path(), false).unwrap();
    let proof = prove(&Silent).unwrap_or_else(|error| panic!("{error:?}"));
    assert!(proof.is_proven(), "{:?}", proof.differences());
    assert_eq!(database.scratches().unwrap(), Vec::<String>::new());
}

#[test]
fn a_postgres_server_that_is_killed_while_restoring_is_told_and_the_next_proof_works() {
    killed_while_restoring(Product::Postgres);
}

#[test]
fn a_mariadb_server_that_is_killed_while_restoring_is_told_and_the_next_proof_works() {
    killed_while_restoring(Product::MariaDb);
}

/// Killed before every part of an exchange, and started again, which lets everybody write: what comes back is either of both states, whole.
#[test]
fn a_mariadb_server_that_is_killed_in_an_exchange_comes_back_with_one_state_or_the_other() {
    const BEFORE: &str =
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES p (id));
         INSERT INTO p VALUES (1); INSERT INTO c VALUES (1, 1); CREATE VIEW v AS SELECT id FROM p;
         CREATE TRIGGER t BEFORE INSERT ON p FOR EACH ROW SET @t = 1;
         CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01 00:00:00' DO SET @e = 1;";
    const CHANGE: &str =
        "DROP TRIGGER t; CREATE TRIGGER other BEFORE INSERT ON c FOR EACH ROW SET @t = 2; DROP VIEW v; INSERT INTO c VALUES (2, 1);";
    let mut server = OwnServer::start(Product::MariaDb);
    server.execute("mysql", "CREATE DATABASE live");
    server.execute("live", BEFORE);
    let interrupt = Interrupt::new();
    let database = open(&server.url("live"), &interrupt);
    let directory = tempfile::tempdir().unwrap();
    let made = take(database.as_ref(), &directory.path().join("made"));
    let before = database.read().unwrap().catalog().unwrap();
    server.execute("live", CHANGE);
    let record = RunRecord {
        run: "killed".to_owned(),
        plan: "plan".to_owned(),
        plan_hash: "hash".to_owned(),
        state: "undone".to_owned(),
        started_at: "2026-01-19T08:30:00Z".to_owned(),
        tool: "0.1.0".to_owned(),
    };
    let terms = Terms {
        run: "killed",
        directory: directory.path(),
        lock_timeout: std::time::Duration::from_secs(1),
        patience: std::time::Duration::from_secs(30),
        terminate_blockers: false,
        unfenced: false,
        before: &before,
    };
    let is = |server: &OwnServer, restored: bool| {
        let name = |kind: &str, condition: &str| {
            server
                .value("live", &format!("SELECT COALESCE(GROUP_CONCAT({kind}_NAME), '') FROM information_schema.{kind}S WHERE {condition}"))
        };
        let seen = (server.value("live", "SELECT count(*) FROM c"), name("TRIGGER", "TRIGGER_SCHEMA = 'live'"));
        assert_eq!(seen, if restored { ("1".to_owned(), "t".to_owned()) } else { ("2".to_owned(), "other".to_owned()) });
        assert_eq!(server.value("live", "SELECT CONCAT(@@GLOBAL.read_only, @@GLOBAL.event_scheduler)"), "OFFON");
    };
    let (mut back, mut forward) = (0, 0);
    for part in 1.. {
        let beside = database.create_scratch(&restored_name("killed"), directory.path()).unwrap();
        let prove = Prove {
            target: Target::Staging(beside.as_ref()),
            id: "unused",
            sessions: 1,
            accept: &[],
            interrupt: &interrupt,
            monitor: &Silent,
        };
        assert!(backup::prove(&made, &prove).unwrap().verdict.passed);
        let mut exchange = database.exchange(&terms).unwrap();
        exchange.hold(&mut |_| ()).unwrap();
        let mut number = 0;
        let outcome = exchange.exchange(&record, &mut |_| {
            number += 1;
            if number == part {
                server.kill();
            }
            Ok(())
        });
        if outcome.is_ok() {
            exchange.release().unwrap();
            break;
        }
        drop(exchange);
        server.again();
        let mut exchange = database.exchange(&terms).unwrap();
        match exchange.stand().unwrap() {
            Stand::Held(_) => {
                exchange.release().unwrap();
                back += 1;
                is(&server, false);
            }
            Stand::Half(_) | Stand::Exchanged => {
                exchange.exchange(&record, &mut |_| Ok(())).unwrap_or_else(|error| panic!("{error:?}"));
                exchange.release().unwrap();
                forward += 1;
                is(&server, true);
                let kept = database.kept(&[]).unwrap();
                database.drop_kept(&kept[0]).unwrap();
                server.execute("live", CHANGE);
            }
            Stand::Untouched => panic!("nothing is held before part {part}"),
        }
        drop(exchange);
        database.drop_scratch(&restored_name("killed"), directory.path(), true).unwrap();
    }
    is(&server, true);
    assert!(back > 3 && forward > 1, "{back} back, {forward} forward");
}
