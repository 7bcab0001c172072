//! PostgreSQL: what belongs to the database itself, what keeps it from being exchanged, and sessions and servers that end on the way.

use cutover::journal::{EventKind, Outcome, Silent};
use cutover::model::error::ErrorKind;
use cutover::model::interrupt::Interrupt;
use cutover::run::rollback::rollback;
use cutover::run::{Engine, Finished, Options, in_place, status};

use crate::child::{self, killed};
use crate::plans::{Site, open, options, told};
use crate::small::PLAN;
use crate::support::Scratch;
use crate::writes::Each;
use crate::{NOTHING, back, back_with, by_restore, clean, committed, kept, left_over, site};

/// A registry with every sort of object, and a database that is more than its contents.
fn registry(name: &str) -> Site {
    let site = Site::filled(
        Scratch::postgres(name),
        &format!(
            "{}\n{}\n{}",
            include_str!("../corruption/base.postgres.sql"),
            include_str!("../corruption/data.sql"),
            include_str!("../backup/postgres.sql")
        ),
    );
    site.scratch.execute(
        "CREATE EXTENSION pgcrypto; CREATE EXTENSION citext;
         CREATE TABLE archive.accounts (name citext PRIMARY KEY, secret bytea DEFAULT gen_random_bytes(4),
             length integer GENERATED ALWAYS AS (length(name::text)) STORED);
         INSERT INTO archive.accounts (name) VALUES ('Ann'), ('bob');
         CREATE TABLE archive.scans (id integer PRIMARY KEY, scan oid);
         INSERT INTO archive.scans VALUES (1, lo_from_bytea(0, '\\x00010203'));",
    );
    let database = site.database.access().unwrap().database;
    site.scratch.execute(&format!(
        "ALTER DATABASE \"{database}\" OWNER TO pg_monitor;
         ALTER DATABASE \"{database}\" SET search_path = archive, public;
         ALTER DATABASE \"{database}\" SET work_mem = '8MB';
         ALTER ROLE postgres IN DATABASE \"{database}\" SET application_name = 'it''s';
         ALTER DATABASE \"{database}\" CONNECTION LIMIT 90;
         COMMENT ON DATABASE \"{database}\" IS 'The registry, it''s live';
         REVOKE ALL ON DATABASE \"{database}\" FROM PUBLIC;
         GRANT CONNECT ON DATABASE \"{database}\" TO pg_read_all_stats WITH GRANT OPTION;
         SET ROLE pg_read_all_stats; GRANT CONNECT ON DATABASE \"{database}\" TO pg_signal_backend; RESET ROLE"
    ));
    site
}

const REGISTRY_PLAN: [(&str, &str); 3] = [
    (
        "plan.toml",
        "format = 1\nname = \"graduates\"\ndatabases = [\"postgres\"]\n[contract]\nchanges = [{ column = \"public.schools.name\", from = \"Arts\" }]\n",
    ),
    ("steps/1.sql", "ALTER TABLE public.schools ADD COLUMN seen integer; ALTER TABLE public.schools DROP COLUMN seen;\n"),
    ("steps/2.sql", "ALTER SEQUENCE public.receipt_number RESTART 9000;\n"),
];

/// What belongs to the database itself.
fn belongings(site: &Site) -> Vec<Vec<Option<String>>> {
    site.scratch.query(
        "SELECT pg_get_userbyid(datdba), datconnlimit, datistemplate, datallowconn, datcollate, encoding, dattablespace, \
         (SELECT string_agg(entry::text, ' ' ORDER BY entry::text) FROM unnest(datacl) entry), shobj_description(oid, 'pg_database'), \
         (SELECT string_agg(setrole || ':' || setconfig::text, ' ' ORDER BY setrole) FROM pg_db_role_setting WHERE setdatabase = d.oid) \
         FROM pg_database d WHERE datname = current_database()",
    )
}

#[test]
fn everything_that_belongs_to_a_database_comes_back() {
    let site = registry("everything_that_belongs_to_a_database");
    let (old, its_own) = (site.snapshot(), belongings(&site));
    let accept: Vec<String> = old.manifest.catalog.not_covered.iter().map(|object| format!("covered:{}", object.object)).collect();
    assert!(accept.iter().any(|name| name.contains("large object")), "{accept:?}");
    let letters = site.scratch.query("SELECT count(*) FROM public.letters");
    let plan = site.plan(&REGISTRY_PLAN);
    let ended = site.end(&plan, &Options { accept, ..crate::with_backup() }, &Silent);
    assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
    let run = back(&site, &plan.1, &ended.run, &by_restore()).run_of(&site, ended.run);
    // What cannot be compared was restored all the same.
    let differences: Vec<_> = site.differences(&old).into_iter().filter(|difference| !difference.starts_with("covered:")).collect();
    assert_eq!(differences, NOTHING);
    assert_eq!(site.scratch.query("SELECT count(*) FROM public.letters"), letters);
    assert_eq!(belongings(&site), its_own);
    assert_eq!(site.scratch.query("SELECT lo_get(scan) FROM archive.scans")[0][0].as_deref(), Some("\\x00010203"));
    clean(&site, &run);
}

/// The end of a rollback that has to be a good one.
trait OfRun {
    fn run_of(self, site: &Site, run: String) -> String;
}

impl OfRun for cutover::run::Ended {
    fn run_of(self, site: &Site, run: String) -> String {
        assert_eq!(self.outcome, Outcome::Undone, "{self:?}");
        assert_eq!(kept(site, &run).len(), 1);
        run
    }
}

#[test]
fn what_follows_the_database_elsewhere_refuses_it() {
    let site = site(Scratch::postgres("what_follows_the_database"));
    let (plan, run) = committed(&site);
    let new = site.snapshot();
    let slot = format!("slot_{}", std::process::id());
    let database = site.database.access().unwrap().database;
    for (set_up, take_down, told_of) in [
        (
            format!("SELECT pg_create_logical_replication_slot('{slot}', 'pgoutput')"),
            format!("SELECT pg_drop_replication_slot('{slot}')"),
            "logical replication slots",
        ),
        (
            format!("CREATE SUBSCRIPTION {slot} CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false)"),
            format!("ALTER SUBSCRIPTION {slot} SET (slot_name = NONE); DROP SUBSCRIPTION {slot}"),
            "subscriptions",
        ),
        (
            format!("BEGIN; UPDATE schools SET name = name; PREPARE TRANSACTION '{slot}'"),
            format!("ROLLBACK PREPARED '{slot}'"),
            "prepared transactions",
        ),
    ] {
        site.scratch.execute(&set_up);
        let refused = back_with(&site, &plan.1, &run, &by_restore(), &Silent).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Refused, "{refused:?}");
        assert!(told(&refused).contains(told_of) && told(&refused).contains(&slot), "{}", told(&refused));
        assert!(told(&refused).contains("nothing was touched"), "{}", told(&refused));
        site.scratch.execute(&take_down);
    }
    // An account that may read, and not exchange.
    let account = format!("reader_{}", std::process::id());
    site.scratch.execute(&format!("CREATE ROLE {account} LOGIN; GRANT pg_read_all_data TO {account}"));
    let interrupt = Interrupt::new();
    let theirs = open(&site.scratch.url().replacen("postgres@", &format!("{account}@"), 1), &interrupt);
    let engine = Engine { database: theirs.as_ref(), monitor: &Silent, interrupt: &interrupt, home: &site.home };
    for (grant, expected) in [
        (String::new(), "CREATEDB"),
        (format!("ALTER ROLE {account} CREATEDB"), "it belongs to postgres"),
        (format!("ALTER DATABASE \"{database}\" OWNER TO {account}"), "pg_signal_backend"),
    ] {
        site.scratch.execute(&grant);
        let refused = rollback(&engine, &plan.1, &site.directory(&run), &options(), &by_restore()).unwrap_err();
        assert!(told(&refused).contains(expected), "{}", told(&refused));
    }
    site.scratch.execute(&format!("ALTER DATABASE \"{database}\" OWNER TO postgres; DROP OWNED BY {account}; DROP ROLE {account}"));
    assert_eq!(site.differences(&new), NOTHING);
    assert_eq!((left_over(&site, &run), kept(&site, &run)), (Vec::new(), Vec::new()));
    back(&site, &plan.1, &run, &by_restore()).run_of(&site, run.clone());
    clean(&site, &run);
}

#[test]
fn a_session_that_is_lost_on_the_way_leaves_nothing_touched() {
    let site = site(Scratch::postgres("a_session_that_is_lost"));
    let old = site.snapshot();
    let (plan, run) = committed(&site);
    let new = site.snapshot();
    let database = site.database.access().unwrap().database;
    let restored = cutover::database::exchange::restored_name(&run);
    // The restored database's sessions, while it is proven; and the one that renames, in its transaction.
    type Moment = fn(&EventKind) -> bool;
    let moments: [(Moment, String); 2] = [
        (|kind| matches!(kind, EventKind::BackupProven { .. }), format!("datname = '{restored}' OR application_name = 'cutover {run}'")),
        (
            |kind| matches!(kind, EventKind::Noticed { message } if message.ends_with("takes the name")),
            "application_name = 'cutover exchange' AND query LIKE '%RENAME%' AND query LIKE '%".to_owned() + &database + "%'",
        ),
    ];
    for (is_moment, condition) in &moments {
        let outside = Scratch::postgres("outside");
        let lose = |kind: &EventKind| {
            if is_moment(kind) {
                let sql = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {condition}");
                assert!(!outside.query(&sql).is_empty(), "{condition}");
            }
            Ok(())
        };
        let ended = back_with(&site, &plan.1, &run, &by_restore(), &Each(&lose)).unwrap();
        assert_eq!(ended.outcome, Outcome::NotStarted, "{ended:?}");
        assert_eq!(site.differences(&new), NOTHING);
        assert_eq!((left_over(&site, &run), kept(&site, &run)), (Vec::new(), Vec::new()));
    }
    back(&site, &plan.1, &run, &by_restore()).run_of(&site, run.clone());
    assert_eq!(site.differences(&old), NOTHING);
    clean(&site, &run);
}

#[test]
fn sessions_of_applications_are_ended_and_those_in_the_restored_database_stop_the_exchange() {
    let site = site(Scratch::postgres("sessions_of_applications"));
    let (plan, run) = committed(&site);
    let new = site.snapshot();
    let mut application = postgres::Client::connect(&site.scratch.url(), postgres::NoTls).unwrap();
    application.simple_query("SELECT count(*) FROM schools").unwrap();

    // Somebody looks at what was restored.
    let restored = cutover::database::exchange::restored_name(&run);
    let url = site.scratch.url().replace(&site.database.access().unwrap().database, &restored);
    let somebody = std::sync::Mutex::new(None);
    let look = |kind: &EventKind| {
        if matches!(kind, EventKind::BackupProven { .. }) {
            *somebody.lock().unwrap() = Some(postgres::Client::connect(&url, postgres::NoTls).unwrap());
        }
        Ok(())
    };
    let ended = back_with(&site, &plan.1, &run, &by_restore(), &Each(&look)).unwrap();
    assert_eq!(ended.outcome, Outcome::NotStarted, "{ended:?}");
    assert!(told(ended.error.as_ref().unwrap()).contains("being accessed by other users"), "{ended:?}");
    drop(somebody);
    assert_eq!(site.differences(&new), NOTHING);
    assert!(application.simple_query("SELECT 1").is_err(), "it was ended before the exchange was given up");

    back(&site, &plan.1, &run, &by_restore()).run_of(&site, run.clone());
    clean(&site, &run);
}

#[test]
fn killed_while_nobody_may_connect_it_is_told_and_everybody_can_be_let_in_again() {
    let site = site(Scratch::postgres("killed_while_nobody_may_connect"));
    let (plan, run) = committed(&site);
    let new = site.snapshot();
    assert!(killed(child::start(&site, &format!("in-the-exchange {run}"), u64::MAX)));
    assert!(site.database.stopped_exchange().unwrap().is_some());
    assert!(postgres::Client::connect(&site.scratch.url(), postgres::NoTls).is_err());
    let runs = status::status(&site.home, Some(&site.engine(&Silent))).unwrap();
    let meaning = &runs.iter().find(|status| status.run == run).unwrap().meaning;
    assert!(meaning.contains("accepts no connections") && meaning.contains("cutover rollback"), "{meaning}");

    let notes = in_place::let_in(&site.engine(&Silent), &options()).unwrap();
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(in_place::drop_scratches(&site.engine(&Silent)).is_ok());
    assert_eq!(site.differences(&new), NOTHING);
    assert!(matches!(site.run(&plan, &options(), &Silent).unwrap(), Finished::NothingToDo { .. }));
    back(&site, &plan.1, &run, &by_restore()).run_of(&site, run.clone());
    clean(&site, &run);
}

#[test]
fn a_database_may_have_a_name_that_needs_quotes() {
    let outer = Scratch::postgres("a_database_may_have_a_name");
    let name = format!("Odd 'n\" %_{}", std::process::id());
    outer.execute(&format!("CREATE DATABASE \"{}\" TEMPLATE template0", name.replace('"', "\"\"")));
    let quoted = name.replace('%', "%25").replace(' ', "%20").replace('"', "%22").replace('\'', "%27");
    let base = outer.url();
    let (server, _) = base.rsplit_once('/').unwrap();
    let interrupt = Interrupt::new();
    let database = open(&format!("{server}/{quoted}"), &interrupt);
    let statements: Vec<String> =
        crate::small::before("postgres").split(';').map(str::to_owned).filter(|sql| !sql.trim().is_empty()).collect();
    database.build(&statements, &mut |_| ()).unwrap();
    let home = outer.directory().join("odd");
    let engine = Engine { database: database.as_ref(), monitor: &Silent, interrupt: &interrupt, home: &home };
    let files = crate::plans::plan_files(&PLAN);
    let plan = cutover::plan::load(&files, database.dialect(), &cutover::database::dialects(), &Default::default()).unwrap();
    let Finished::Ended(ended) = cutover::run::run(&engine, &files, &plan, &crate::with_backup()).unwrap() else {
        panic!("it did not run")
    };
    let of = cutover::run::RunDirectory::find(&home, &ended.run).unwrap();
    let back = rollback(&engine, &plan, &of, &options(), &by_restore()).unwrap();
    assert_eq!(back.outcome, Outcome::Undone, "{back:?}");
    assert_eq!(status::drop_kept(&engine, &ended.run).unwrap().len(), 1);
    drop(database);
    outer.execute(&format!("DROP DATABASE \"{}\" WITH (FORCE)", name.replace('"', "\"\"")));
}
