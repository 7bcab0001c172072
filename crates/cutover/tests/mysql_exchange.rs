//! The exchange of a MariaDB database for one that was restored beside it: everything as it was, whatever stops it on the way.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod mysql_support;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cutover::backup::{self, Prove, Take, Target};
use cutover::database::exchange::{Exchange, Stand, Terms, kept_name, restored_name};
use cutover::database::mysql::MysqlDatabase;
use cutover::database::{Database, RunRecord};
use cutover::journal::Silent;
use cutover::model::error::{Error, ErrorKind, Result};
use cutover::model::interrupt::Interrupt;
use cutover::model::table::{Catalog, ObjectKind};
use cutover::model::url::DatabaseUrl;
use mysql_support::{Scratch, record, scanned};

const BEFORE: &str = include_str!("exchange/before.mysql.sql");
const CHANGE: &str = include_str!("exchange/change.mysql.sql");

/// Everything that can be seen of a database.
#[derive(Debug, PartialEq, Clone)]
struct Contents {
    catalog: Catalog,
    rows: BTreeMap<String, Vec<Vec<String>>>,
}

/// A database, its backup, and what it was then.
struct Case {
    scratch: Scratch,
    database: MysqlDatabase,
    directory: tempfile::TempDir,
    run: String,
    before: Contents,
}

impl Case {
    /// A database of these contents, backed up; then changed, and marked as changed by a run.
    fn new(setup: &str, change: &str) -> Self {
        let scratch = Scratch::fenced("");
        let run = format!("run-{}", scratch.name);
        let mut session = scratch.other();
        session.run("SET GLOBAL event_scheduler = ON");
        session.run(setup);
        let database = scratch.database();
        let before = contents(&database);
        let directory = tempfile::tempdir().unwrap();
        let take = Take {
            directory: &directory.path().join("backup"),
            name: &run,
            sessions: 1,
            program: backup::Program::Own,
            held: false,
            interrupt: &Interrupt::new(),
            monitor: &Silent,
        };
        backup::take(&database, &take).unwrap_or_else(|error| panic!("{error:?}"));
        session.run(change);
        let mut writer = database.lock(&run).unwrap();
        writer.open(&mysql_support::fence(), &mut |_| ()).unwrap();
        writer.commit(&record(&run)).unwrap();
        writer.lower().unwrap();
        Self { scratch, database, directory, run, before }
    }

    fn restored(&self) -> String {
        restored_name(&self.run)
    }

    fn kept(&self) -> String {
        kept_name(&self.run)
    }

    /// Restores the backup beside the database, and proves it.
    fn restore(&self) {
        self.database.drop_scratch(&self.restored(), self.directory.path(), true).unwrap();
        let beside = self.database.create_scratch(&self.restored(), self.directory.path()).unwrap();
        let made = backup::Backup::open(&self.directory.path().join("backup")).unwrap();
        let prove = Prove {
            target: Target::Staging(beside.as_ref()),
            id: "unused",
            sessions: 1,
            accept: &[],
            interrupt: &Interrupt::new(),
            monitor: &Silent,
        };
        let proof = backup::prove(&made, &prove).unwrap_or_else(|error| panic!("{error:?}"));
        assert!(proof.verdict.passed, "{:?}", proof.differences());
    }

    fn terms(&self) -> Terms<'_> {
        terms(&self.run, self.directory.path(), &self.before.catalog)
    }

    fn begin(&self) -> Result<Box<dyn Exchange + '_>> {
        self.database.exchange(&self.terms())
    }

    /// The exchange in one go, with a restored database beside.
    fn exchange(&self) -> Result<()> {
        let mut exchange = self.begin()?;
        exchange.hold(&mut |_| ())?;
        exchange.exchange(&undone(&self.run), &mut |_| Ok(()))?;
        exchange.release().map(drop)
    }

    /// The database is what it was, nobody is held off, and nothing is left but the kept state.
    #[track_caller]
    fn is_as_before(&self) {
        let now = contents(&self.database);
        assert_eq!(now.rows, self.before.rows);
        assert_eq!(now.catalog.relationships, self.before.catalog.relationships);
        for (name, properties) in &self.before.catalog.objects {
            assert_eq!(now.catalog.objects.get(name), Some(properties), "{name}");
        }
        // Rights are not exchanged: what was granted since stays.
        let names = |contents: &Contents| -> Vec<_> {
            contents.catalog.objects.keys().filter(|name| name.kind != ObjectKind::Grant).map(ToString::to_string).collect()
        };
        assert_eq!(names(&now), names(&self.before));
        self.nothing_stands();
        let mut reader = self.scratch.reader();
        let known: Vec<_> =
            reader.records().unwrap().into_iter().filter(|record| record.run == self.run).map(|record| record.state).collect();
        assert_eq!(known, ["undone"]);
        assert_eq!(self.database.kept(&[]).unwrap().iter().filter(|kept| kept.is_of(&self.run)).count(), 1);
    }

    /// No fence, no scratch database, no event that is held up.
    #[track_caller]
    fn nothing_stands(&self) {
        assert_eq!(self.database.read().unwrap().standing_fence().unwrap(), None);
        assert!(!self.database.scratches().unwrap().contains(&self.restored()));
        assert_eq!(self.database.stopped_exchange().unwrap(), None);
        let mut other = self.scratch.other();
        assert_eq!(other.rows("SELECT @@GLOBAL.read_only, @@GLOBAL.event_scheduler"), [[Some("0".to_owned()), Some("ON".to_owned())]]);
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        let mut session = self.scratch.other();
        session.run("SET GLOBAL event_scheduler = OFF");
        if !std::thread::panicking() {
            for name in [self.kept(), self.restored()] {
                session.run(&format!("DROP DATABASE IF EXISTS `{name}`"));
            }
        }
    }
}

fn terms<'a>(run: &'a str, directory: &'a Path, before: &'a Catalog) -> Terms<'a> {
    Terms {
        run,
        directory,
        lock_timeout: Duration::from_secs(1),
        patience: Duration::from_secs(30),
        terminate_blockers: false,
        unfenced: false,
        before,
    }
}

fn undone(run: &str) -> RunRecord {
    RunRecord { state: "undone".to_owned(), ..record(run) }
}

fn contents(database: &MysqlDatabase) -> Contents {
    let mut reader = database.read().unwrap();
    let mut catalog = reader.catalog().unwrap();
    let mut rows = BTreeMap::new();
    for table in &mut catalog.tables {
        let names: Vec<_> = table.columns.iter().map(|column| column.name.as_str()).collect();
        rows.insert(table.name.to_string(), scanned(reader.as_mut(), &table.name.name, &names));
        // What is stored where differs from one copy to the next.
        table.bytes = None;
        table.estimated_rows = None;
    }
    Contents { catalog, rows }
}

fn told(error: &Error) -> String {
    format!("{error:?}")
}

#[test]
fn everything_is_as_it_was_and_what_stood_is_kept() {
    let case = Case::new(BEFORE, CHANGE);
    let mut session = case.scratch.other();
    case.scratch.account("clerk", "SELECT");
    let clerk = format!("{}_clerk@'%'", case.scratch.name);
    session.run(&format!(
        "GRANT INSERT ON parents TO {clerk}; GRANT EXECUTE ON PROCEDURE stays TO {clerk}; GRANT EXECUTE ON FUNCTION twice TO {clerk}"
    ));
    let rights = format!("SHOW GRANTS FOR {clerk}");
    let granted = session.rows(&rights);
    let changed = contents(&case.database);
    case.restore();
    let mut exchange = case.begin().unwrap();
    assert_eq!(exchange.stand().unwrap(), Stand::Untouched);
    exchange.look().unwrap();
    let raised = exchange.hold(&mut |_| ()).unwrap();
    assert_eq!(raised.open, None);
    assert!(matches!(exchange.stand().unwrap(), Stand::Held(_)));
    assert_eq!(session.value("SELECT @@GLOBAL.event_scheduler"), "OFF");
    assert_eq!(mysql_support::rows(exchange.live().unwrap(), "SELECT id FROM new_table"), [["1"]]);
    let mut parts = Vec::new();
    exchange
        .exchange(&undone(&case.run), &mut |part| {
            parts.push(part.to_owned());
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(exchange.stand().unwrap(), Stand::Exchanged);
    assert_eq!(
        exchange.exchange(&undone(&case.run), &mut |part| panic!("nothing is missing, not even: {part}")).unwrap(),
        Vec::<String>::new()
    );
    // Others are held off until what stands now has been looked at.
    assert_eq!(mysql_support::rows(exchange.exchanged().unwrap(), "SELECT count(*) FROM parted"), [["2"]]);
    assert_eq!(session.rows("SELECT @@GLOBAL.read_only, @@GLOBAL.event_scheduler"), [[Some("1".to_owned()), Some("OFF".to_owned())]]);
    exchange.release().unwrap();
    assert!(exchange.exchanged().is_none());
    drop(exchange);
    case.is_as_before();
    assert_eq!(session.rows(&rights), granted);
    // What is equal on both sides was left alone.
    assert!(!parts.iter().any(|part| part.contains("stays") || part.contains("checked")), "{parts:?}");
    assert!(parts.iter().any(|part| part.contains("put the view a_second back")), "{parts:?}");

    // Triggers fire in their order, views show, foreign keys hold, and what counts goes on.
    session.run("INSERT INTO noted (what) VALUES ('now')");
    assert_eq!(session.value("SELECT what FROM noted"), "now first second between third");
    assert_eq!(session.value("SELECT @last"), "a\\now first second between thirdü");
    assert_eq!(session.value("SELECT doubled FROM a_second WHERE id = 2"), "4");
    session.try_run("DELETE FROM parents WHERE id = 2").unwrap_err();
    assert_eq!(session.value("SELECT count(*) FROM searched WHERE MATCH (t) AGAINST ('hello')"), "1");

    // What stood until then: tables that refer to each other and to nothing else, and the definitions in a file of its owner's.
    let kept = case.kept();
    let foreign = format!(
        "SELECT DISTINCT UNIQUE_CONSTRAINT_SCHEMA FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = '{kept}'"
    );
    assert_eq!(session.rows(&foreign), [[Some(kept.clone())]]);
    assert_eq!(session.value(&format!("SELECT count(*) FROM `{kept}`.new_table")), changed.rows["new_table"].len().to_string());
    assert_eq!(session.value(&format!("SELECT boss FROM `{kept}`.people WHERE id = 1")), "2");
    let script = case.directory.path().join("kept.sql");
    let text = std::fs::read_to_string(&script).unwrap();
    assert!(text.contains("`new_procedure`") && text.contains("trigger added") | text.contains("TRIGGER added"), "{text}");
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&script.metadata().unwrap().permissions()) & 0o777, 0o600);

    let state = case.database.kept(&[]).unwrap().into_iter().find(|state| state.is_of(&case.run)).unwrap();
    let mut inside = case.scratch.other();
    inside.run(&format!("USE `{kept}`"));
    assert_eq!(case.database.drop_kept(&state).unwrap_err().kind(), ErrorKind::Refused);
    drop(inside);
    case.scratch
        .wait_until(&format!("SELECT 1 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = '{kept}')"));
    case.database.drop_kept(&state).unwrap();
    case.database.drop_kept(&state).unwrap();
    case.is_gone(&kept);
}

impl Case {
    #[track_caller]
    fn is_gone(&self, name: &str) {
        assert_eq!(
            self.scratch.other().value(&format!("SELECT count(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '{name}'")),
            "0"
        );
    }
}

#[test]
fn what_was_taken_down_is_put_back_where_a_table_cannot_be_moved() {
    let case = Case::new(BEFORE, CHANGE);
    let changed = contents(&case.database);
    case.restore();
    let mut reader = case.scratch.other();
    reader.run("START TRANSACTION; SELECT * FROM people");
    let terms = Terms { patience: Duration::ZERO, ..case.terms() };
    let mut exchange = case.database.exchange(&terms).unwrap();
    exchange.hold(&mut |_| ()).unwrap();
    let error = exchange.exchange(&undone(&case.run), &mut |_| Ok(())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error:?}");
    reader.run("COMMIT");
    assert!(matches!(exchange.stand().unwrap(), Stand::Held(_)));
    exchange.release().unwrap();
    assert_eq!(exchange.stand().unwrap(), Stand::Untouched);
    drop(exchange);
    assert_eq!(contents(&case.database), changed);
    case.is_gone(&case.kept());

    case.restore();
    case.exchange().unwrap();
    case.is_as_before();
}

#[test]
fn what_cannot_be_moved_is_refused_by_name_before_anything_is_touched() {
    let case = Case::new(
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE `h``istory` (id int PRIMARY KEY) WITH SYSTEM VERSIONING",
        "CREATE TABLE cutover_moved (id int)",
    );
    let mut session = case.scratch.other();
    let other = format!("{}_other", case.scratch.name);
    session.run(&format!(
        "CREATE DATABASE {other}; CREATE TABLE {other}.`re``fers ü` (id int, FOREIGN KEY (id) REFERENCES {}.a (id))",
        case.scratch.name
    ));
    session.run(&format!(
        "CREATE TABLE {other}.b (id int PRIMARY KEY); CREATE TABLE outwards (id int, FOREIGN KEY (id) REFERENCES {other}.b (id))"
    ));
    let error = case.begin().unwrap().look().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    for name in [format!("{other}.re`fers ü"), "h`istory".to_owned(), "cutover_moved".to_owned(), format!("outwards refers to {other}.b")]
    {
        assert!(error.hints().iter().any(|hint| hint.contains(&name)), "{name}: {error:?}");
    }
    case.nothing_stands();
    session.run(&format!("DROP TABLE outwards; DROP DATABASE {other}"));
}

#[test]
fn an_account_without_the_rights_is_told_the_grants() {
    let case = Case::new("CREATE TABLE a (id int PRIMARY KEY)", "DROP TABLE a");
    let account = case.scratch.account("few", "SELECT, INSERT, UPDATE, DELETE, CREATE, TRIGGER, EVENT, SHOW VIEW");
    let database = case.scratch.database_as(&account);
    let error = database.exchange(&case.terms()).unwrap().look().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(
        error.hints().iter().any(|hint| hint.starts_with("GRANT ALTER, ALTER ROUTINE, CREATE ROUTINE, CREATE VIEW, DROP ON ")),
        "{error:?}"
    );
    assert!(error.hints().iter().any(|hint| hint.contains("`cutover\\_kept\\_%`")), "{error:?}");
    case.nothing_stands();
}

#[test]
fn two_exchanges_do_not_go_on_at_once_and_no_run_beside_one() {
    let case = Case::new("CREATE TABLE a (id int PRIMARY KEY)", "DROP TABLE a");
    case.restore();
    let mut exchange = case.begin().unwrap();
    assert_eq!(case.begin().err().unwrap().kind(), ErrorKind::Refused);
    assert_eq!(case.database.lock("another").err().unwrap().kind(), ErrorKind::Refused);
    exchange.hold(&mut |_| ()).unwrap();
    drop(exchange);
    // Stopped before it began: another run must not take its fence for its own.
    let mut writer = case.database.lock("another").unwrap();
    let error = writer.open(&mysql_support::fence(), &mut |_| ()).unwrap_err();
    assert!(told(&error).contains(&case.run), "{error:?}");
    drop(writer);
    let mut exchange = case.begin().unwrap();
    assert!(matches!(exchange.stand().unwrap(), Stand::Held(_)));
    exchange.release().unwrap();
    drop(exchange);
    assert_eq!(case.database.read().unwrap().standing_fence().unwrap(), None);
    case.exchange().unwrap();
    case.is_as_before();
}

#[test]
fn a_fence_that_the_run_had_left_stays_when_the_exchange_is_given_up() {
    let case = Case::new("CREATE TABLE a (id int PRIMARY KEY)", "DROP TABLE a");
    let mut writer = case.database.lock(&case.run).unwrap();
    writer.open(&mysql_support::fence(), &mut |_| ()).unwrap();
    writer.commit(&RunRecord { state: "running".to_owned(), ..record(&case.run) }).unwrap();
    drop(writer);
    case.restore();
    let mut exchange = case.begin().unwrap();
    assert_eq!(exchange.stand().unwrap(), Stand::Untouched);
    exchange.hold(&mut |_| ()).unwrap();
    exchange.release().unwrap();
    drop(exchange);
    assert_eq!(case.database.read().unwrap().standing_fence().unwrap(), Some(case.run.clone()));
    assert_eq!(case.scratch.other().value("SELECT @@GLOBAL.read_only"), "1");
    case.exchange().unwrap();
    case.is_as_before();
}

/// Not a test by itself: the program that the test of kills starts.
#[test]
fn child() {
    let Ok(url) = std::env::var("CUTOVER_TEST_URL") else { return };
    let of_parent = |name: &str| std::env::var(name).unwrap();
    let (run, directory) = (of_parent("CUTOVER_TEST_RUN"), PathBuf::from(of_parent("CUTOVER_TEST_HOME")));
    let last: u64 = of_parent("CUTOVER_TEST_EVENT").parse().unwrap();
    let before: Catalog = serde_json::from_slice(&std::fs::read(directory.join("before.json")).unwrap()).unwrap();
    let database = MysqlDatabase::new(&DatabaseUrl::new(url).unwrap(), &Interrupt::new()).unwrap();
    let mut exchange = database.exchange(&terms(&run, &directory, &before)).unwrap();
    if exchange.stand().unwrap() == Stand::Untouched {
        exchange.hold(&mut |_| ()).unwrap();
    }
    let number = Cell::new(0);
    let die = |_: &str| {
        number.set(number.get() + 1);
        if number.get() == last {
            Command::new("kill").args(["-9", &std::process::id().to_string()]).status().unwrap();
            std::thread::park();
        }
        Ok(())
    };
    exchange.exchange(&undone(&run), &mut { die }).unwrap();
    exchange.release().unwrap();
}

fn start(case: &Case, event: u64) -> Child {
    std::fs::write(case.directory.path().join("before.json"), serde_json::to_vec(&case.before.catalog).unwrap()).unwrap();
    Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact"])
        .env("CUTOVER_TEST_URL", case.scratch.url())
        .env("CUTOVER_TEST_RUN", &case.run)
        .env("CUTOVER_TEST_HOME", case.directory.path())
        .env("CUTOVER_TEST_EVENT", event.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Killed before every part, one after the other: what is stopped before the tables are moved is given up and begun again, and what is stopped
/// behind goes on.
#[test]
fn a_kill_before_any_part_leaves_what_ends_in_the_same_place() {
    const FEW: &str = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES p (id));
         INSERT INTO p VALUES (1); INSERT INTO c VALUES (1, 1);
         CREATE VIEW z AS SELECT id FROM p; CREATE VIEW a AS SELECT id FROM z;
         CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1;
         CREATE TRIGGER t1 BEFORE INSERT ON p FOR EACH ROW SET @t = 1; CREATE TRIGGER t2 BEFORE INSERT ON p FOR EACH ROW SET @t = 2;
         CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01 00:00:00' DO SET @e = 1";
    const CHANGED: &str =
        "DROP TRIGGER t2; CREATE TRIGGER t3 BEFORE INSERT ON c FOR EACH ROW SET @t = 3; DROP VIEW z; CREATE OR REPLACE VIEW a AS SELECT 1;
         DROP FUNCTION f; CREATE PROCEDURE f() SELECT 1; DROP EVENT e; INSERT INTO c VALUES (2, 1); ALTER TABLE p ADD x int";
    let case = Case::new(FEW, CHANGED);
    let changed = contents(&case.database);
    let (mut given_up, mut gone_on) = (0, 0);
    for event in 1.. {
        case.restore();
        let killed = !start(&case, event).wait().unwrap().success();
        if !killed {
            break;
        }
        case.scratch.wait_until(&format!("SELECT 1 FROM DUAL WHERE IS_USED_LOCK('cutover:{}') IS NULL", case.scratch.name));
        let mut exchange = case.begin().unwrap();
        match exchange.stand().unwrap() {
            Stand::Held(_) => {
                exchange.release().unwrap();
                drop(exchange);
                assert_eq!(contents(&case.database), changed, "killed before part {event}");
                given_up += 1;
            }
            Stand::Half(_) | Stand::Exchanged => {
                exchange.exchange(&undone(&case.run), &mut |_| Ok(())).unwrap();
                exchange.release().unwrap();
                drop(exchange);
                case.is_as_before();
                gone_on += 1;
                // Once more from the beginning.
                let state = case.database.kept(&[]).unwrap().into_iter().find(|state| state.is_of(&case.run)).unwrap();
                case.database.drop_kept(&state).unwrap();
                case.scratch.other().run(CHANGED);
            }
            Stand::Untouched => panic!("nothing stands after a kill before part {event}"),
        }
    }
    case.is_as_before();
    assert!(given_up > 4 && gone_on > 6, "{given_up} given up, {gone_on} gone on");
}
