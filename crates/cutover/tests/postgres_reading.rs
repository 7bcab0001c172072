//! Reading a real PostgreSQL: cells, catalog, rights, instants.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod postgres_support;

use cutover::database::{Database, Reader};
use cutover::model::error::{Error, ErrorKind};
use cutover::model::interrupt::Interrupt;
use cutover::model::table::{Catalog, ObjectKind, ObjectName, TableName};
use postgres_support::{Scratch, fence, rows};

fn scan(reader: &mut dyn Reader, table: &str, columns: &[&str]) -> Vec<Vec<Option<Vec<u8>>>> {
    let columns: Vec<_> = columns.iter().map(|column| (*column).to_owned()).collect();
    let mut found = Vec::new();
    let table = TableName::from(table.to_owned());
    reader
        .scan(&table, &columns, &mut |row| {
            found.push(row.cells().map(|cell| (!cell.is_null()).then(|| cell.bytes.to_vec())).collect());
            Ok(())
        })
        .unwrap();
    found
}

fn texts(found: Vec<Vec<Option<Vec<u8>>>>) -> Vec<Vec<Option<String>>> {
    found.into_iter().map(|row| row.into_iter().map(|cell| cell.map(|bytes| String::from_utf8(bytes).unwrap())).collect()).collect()
}

#[test]
fn cells_are_the_same_text_whatever_the_databases_own_settings_are() {
    let scratch = Scratch::new(
        "CREATE TYPE mood AS ENUM ('sad', 'it''s fine');
         CREATE TABLE everything (id int, r real, d double precision, n numeric, t timestamp, z timestamptz, i interval, b bytea,
            a text[], j jsonb, e mood, c char(4), s text, u uuid, bo boolean, dt date, m money);
         INSERT INTO everything VALUES
            (1, 12.000001, 0.1::float8 + 0.2, 'NaN', 'infinity', '2026-01-19 08:30:00.123456+05', '1 year 2 days 03:04:05.6', '\\x00ff5c',
             ARRAY['a,b', NULL, 'NULL', E'q\"\\\\'], '{\"k\": [1, null]}', 'it''s fine', 'ab', E'tab\\tline\\nback\\\\slash\\r', 
             'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', true, '-infinity', 12.5),
            (2, 'NaN', '-Infinity', 1e40, '0044-03-15 BC', NULL, '-1 day', '', '{}', 'null', NULL, '', '', NULL, NULL, NULL, NULL),
            (3, NULL, '-0', 0.10, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'Ünïcode \u{1f393} \\N', NULL, false, NULL, NULL);",
    );
    let name = &scratch.name;
    scratch.run(&format!(
        "ALTER DATABASE {name} SET datestyle = 'German, DMY'; ALTER DATABASE {name} SET timezone = 'Asia/Karachi';
         ALTER DATABASE {name} SET intervalstyle = 'iso_8601'; ALTER DATABASE {name} SET bytea_output = 'escape';
         ALTER DATABASE {name} SET extra_float_digits = -3; ALTER DATABASE {name} SET statement_timeout = '1ms'"
    ));
    let mut reader = scratch.reader();
    let columns = ["id", "r", "d", "n", "t", "z", "i", "b", "a", "j", "e", "c", "s", "u", "bo", "dt", "m"];
    let mut found = texts(scan(reader.as_mut(), "everything", &columns));
    found.sort();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        found[0],
        [
            some("1"),
            some("12.000001"),
            some("0.30000000000000004"),
            some("NaN"),
            some("infinity"),
            some("2026-01-19 03:30:00.123456+00"),
            some("1 year 2 days 03:04:05.6"),
            some("\\x00ff5c"),
            some("{\"a,b\",NULL,\"NULL\",\"q\\\"\\\\\"}"),
            some("{\"k\": [1, null]}"),
            some("it's fine"),
            some("ab  "),
            some("tab\tline\nback\\slash\r"),
            some("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
            some("t"),
            some("-infinity"),
            some("$12.50"),
        ]
    );
    assert_eq!(found[1][1..5], [some("NaN"), some("-Infinity"), some(&format!("1{}", "0".repeat(40))), some("0044-03-15 00:00:00 BC")]);
    assert_eq!(found[1][7..9], [some("\\x"), some("{}")]);
    assert_eq!(found[1][12..14], [some(""), None], "an empty text is not NULL");
    assert_eq!((&found[2][2], &found[2][3], &found[2][12]), (&some("-0"), &some("0.10"), &some("Ünïcode \u{1f393} \\N")));
}

#[test]
fn tables_of_every_sort_are_scanned_with_all_their_rows_and_no_others() {
    let scratch = Scratch::new(
        "CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES;
         CREATE TABLE parent (id int); CREATE TABLE child () INHERITS (parent);
         INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2);
         CREATE TABLE parts (id int, x text) PARTITION BY RANGE (id);
         CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (10);
         CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (10) TO (20);
         INSERT INTO parts VALUES (1, 'a'), (11, 'b');
         CREATE TABLE computed (id int, double int GENERATED ALWAYS AS (id * 2) STORED); INSERT INTO computed VALUES (4);
         CREATE SCHEMA \"Odd \"\"one\"; CREATE TABLE \"Odd \"\"one\".\"Ta'ble\" (\"Col\"\"umn\" int); INSERT INTO \"Odd \"\"one\".\"Ta'ble\" VALUES (5)",
    );
    let mut reader = scratch.reader();
    assert_eq!(scan(reader.as_mut(), "nothing", &[]), vec![Vec::<Option<Vec<u8>>>::new(); 2]);
    assert_eq!(texts(scan(reader.as_mut(), "parent", &["id"])), [[Some("1".to_owned())]]);
    assert_eq!(texts(scan(reader.as_mut(), "child", &["id"])), [[Some("2".to_owned())]]);
    let mut parts = texts(scan(reader.as_mut(), "parts", &["x", "id"]));
    parts.sort();
    assert_eq!(parts, [[Some("a".to_owned()), Some("1".to_owned())], [Some("b".to_owned()), Some("11".to_owned())]]);
    assert_eq!(texts(scan(reader.as_mut(), "computed", &["double"])), [[Some("8".to_owned())]]);
    assert_eq!(texts(scan(reader.as_mut(), "Odd \"one.Ta'ble", &["Col\"umn"])), [[Some("5".to_owned())]]);
    let missing = reader.scan(&TableName::local("absent"), &[], &mut |_| Ok(())).unwrap_err();
    assert!(missing.to_string().contains("absent"), "{missing}");
    let catalog = reader.catalog().unwrap();
    let names: Vec<_> = catalog.tables.iter().map(|table| table.name.to_string()).collect();
    assert_eq!(names, ["child", "computed", "nothing", "parent", "parts", "Odd \"one.Ta'ble"]);
}

#[test]
fn a_query_names_its_columns_and_its_faults_and_leaves_the_session_usable() {
    let scratch = Scratch::new("CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2)");
    let mut reader = scratch.reader();
    let mut found = Vec::new();
    let names = reader
        .query("SELECT id, id AS id, NULL AS \"no\" FROM t ORDER BY 1 -- a comment at the end", &mut |row| {
            found.push(row.cells().map(|cell| cell.to_text()).collect::<Vec<_>>());
            Ok(())
        })
        .unwrap();
    assert_eq!(names, ["id", "id", "no"]);
    assert_eq!(found, [["1", "1", "NULL"], ["2", "2", "NULL"]]);

    let fault = reader.query("SELECT id\nFROM t WHERE nme = 1", &mut |_| Ok(())).unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::Statement);
    assert!(fault.to_string().contains("nme"), "{fault}");
    assert!(fault.hints().iter().any(|hint| hint.starts_with("line 2, column 14 of the statement")), "{:?}", fault.hints());
    let late = reader.query("SELECT 1 / (id - 2) FROM t", &mut |_| Ok(())).unwrap_err();
    assert!(late.to_string().contains("22012"), "{late}");
    let own =
        reader.query("SELECT generate_series(1, 2000000000)", &mut |_| Err(Error::new(ErrorKind::File, "the disk is full"))).unwrap_err();
    assert_eq!(own.kind(), ErrorKind::File);
    assert_eq!(rows(reader.as_mut(), "SELECT count(*) FROM t"), [["2"]]);
}

#[test]
fn a_reading_session_is_refused_every_write() {
    let scratch = Scratch::new(
        "CREATE TABLE t (id serial); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'INSERT INTO t DEFAULT VALUES RETURNING id'",
    );
    let mut reader = scratch.reader();
    for write in ["DELETE FROM t RETURNING id", "SELECT f()", "SELECT nextval('t_id_seq')"] {
        let refused = reader.query(write, &mut |_| Ok(())).unwrap_err();
        assert!(refused.to_string().contains("25006"), "{write}: {refused}");
    }
    let mut writer = scratch.writer();
    writer.open(&fence(&["t"]), &mut |_| {}).unwrap();
    writer.execute("INSERT INTO t DEFAULT VALUES").unwrap();
    let refused = writer.query("DELETE FROM t RETURNING id", &mut |_| Ok(())).unwrap_err();
    assert!(refused.to_string().contains("25006"), "a check writes nothing either: {refused}");
    assert_eq!(writer.execute("UPDATE t SET id = id").unwrap(), 1, "and the transaction goes on");
}

#[test]
fn an_account_without_rights_is_told_the_grant_that_mends_it() {
    let scratch = Scratch::new("CREATE TABLE open_one (id int); CREATE SCHEMA shut; CREATE TABLE shut.\"Two\" (id serial)");
    let account = scratch.unique("low");
    scratch.run(&format!("CREATE ROLE {account} LOGIN; GRANT SELECT ON open_one TO {account}"));
    let mut reader = scratch.database_as(&account).read().unwrap();
    let refused = reader.catalog().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Refused);
    let mend = refused.hints().join("\n");
    assert_eq!(mend, format!("GRANT USAGE ON SCHEMA \"shut\" TO {account};\nGRANT SELECT ON \"shut\".\"Two\" TO {account};"));
    scratch.run(&mend);
    assert_eq!(reader.catalog().unwrap().tables.len(), 2, "what the message said was enough");
    let sequences = reader.sequences().unwrap_err();
    scratch.run(&sequences.hints().join("\n"));
    assert_eq!(reader.sequences().unwrap().len(), 1);

    scratch.run("ALTER TABLE open_one ENABLE ROW LEVEL SECURITY");
    let hidden = reader.catalog().unwrap_err();
    assert!(hidden.hints().iter().any(|hint| hint.contains("BYPASSRLS")), "{hidden:?}");
    drop(reader);
    scratch.run(&format!("DROP OWNED BY {account}; DROP ROLE {account}"));
}

fn property<'a>(catalog: &'a Catalog, kind: ObjectKind, name: &str, property: &str) -> &'a str {
    let name = ObjectName { kind, name: name.to_owned() };
    let properties = catalog.objects.get(&name).unwrap_or_else(|| panic!("{name} is not in {:#?}", catalog.objects.keys()));
    properties.get(property).map_or_else(|| panic!("{name} has no {property}: {properties:?}"), String::as_str)
}

#[test]
fn the_catalog_tells_every_sort_of_object() {
    let scratch = Scratch::new(
        "CREATE TYPE level AS ENUM ('low', 'high'); CREATE DOMAIN positive AS int DEFAULT 1 NOT NULL CONSTRAINT above CHECK (VALUE > 0);
         CREATE TYPE pair AS (a int, \"B\" text); CREATE TYPE span AS RANGE (subtype = float8);
         CREATE TABLE schools (id serial PRIMARY KEY, code text NOT NULL COLLATE \"C\" DEFAULT 'x', label level,
            double int GENERATED ALWAYS AS (2 * 3) STORED, number int GENERATED BY DEFAULT AS IDENTITY,
            CONSTRAINT schools_code UNIQUE (code) DEFERRABLE INITIALLY DEFERRED);
         COMMENT ON COLUMN schools.code IS 'the code';
         CREATE UNIQUE INDEX partial ON schools (id) WHERE id > 3; CREATE UNIQUE INDEX lower_code ON schools (lower(code));
         CREATE TABLE programs (a int, b int, parent int, school int, PRIMARY KEY (a, b),
            FOREIGN KEY (parent, b) REFERENCES programs (a, b));
         ALTER TABLE programs ADD FOREIGN KEY (school) REFERENCES schools NOT VALID, ENABLE ROW LEVEL SECURITY, SET (fillfactor = 70);
         CREATE POLICY own ON programs FOR SELECT TO public USING (a > 0);
         CREATE VIEW listed AS SELECT id, code FROM schools; CREATE MATERIALIZED VIEW frozen AS SELECT id FROM schools;
         CREATE RULE quiet AS ON INSERT TO listed DO INSTEAD NOTHING;
         CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER touched BEFORE UPDATE ON schools FOR EACH ROW EXECUTE FUNCTION touch();
         ALTER TABLE schools DISABLE TRIGGER touched;
         CREATE AGGREGATE total (int) (sfunc = int4pl, stype = int, initcond = '0');
         CREATE STATISTICS paired ON a, b FROM programs; CREATE SEQUENCE loose INCREMENT -5;
         CREATE PUBLICATION news FOR TABLE schools; CREATE SCHEMA other; CREATE TABLE other.far (id int UNIQUE REFERENCES schools);
         GRANT SELECT ON schools TO public; REVOKE DELETE ON schools FROM postgres; GRANT UPDATE (code) ON schools TO public;
         ALTER DEFAULT PRIVILEGES IN SCHEMA other GRANT SELECT ON TABLES TO public;
         CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
         CREATE EVENT TRIGGER watcher ON ddl_command_end EXECUTE FUNCTION watch();
         CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
         SELECT lo_create(0); CREATE SCHEMA cutover; CREATE TABLE cutover.hidden (id int)",
    );
    scratch.run(&format!("ALTER DATABASE {} SET work_mem = '8MB'", scratch.name));
    let mut reader = scratch.reader();
    let catalog = reader.catalog().unwrap();
    use ObjectKind::*;
    for (kind, name, key, value) in [
        (Type, "level", "labels", "'low', 'high'"),
        (Type, "positive", "base type", "integer"),
        (Constraint, "positive.above", "definition", "CHECK ((VALUE > 0))"),
        (Type, "pair", "attributes", "a integer, \"B\" text"),
        (Type, "span", "subtype", "double precision"),
        (Table, "schools", "kind", "ordinary"),
        (Table, "programs", "row security", "enabled"),
        (Table, "programs", "options", "fillfactor=70"),
        (Column, "schools.code", "collation", "\"C\""),
        (Column, "schools.code", "default", "'x'::text"),
        (Column, "schools.code", "comment", "the code"),
        (Column, "schools.double", "generated", "stored: (2 * 3)"),
        (Column, "schools.number", "identity", "by default"),
        (Column, "schools.label", "type", "level"),
        (Constraint, "schools.schools_code", "deferrable", "initially deferred"),
        (Constraint, "programs.programs_school_fkey", "validated", "no"),
        (Index, "schools.partial", "definition", "CREATE UNIQUE INDEX partial ON public.schools USING btree (id) WHERE (id > 3)"),
        (Index, "schools.schools_pkey", "primary", "yes"),
        (Trigger, "schools.touched", "enabled", "no"),
        (Rule, "listed.quiet", "enabled", "yes"),
        (Policy, "programs.own", "roles", "public"),
        (View, "listed", "owner", "postgres"),
        (MaterializedView, "frozen", "populated", "true"),
        (Routine, "touch()", "kind", "function"),
        (Routine, "total(integer)", "transition function", "int4pl"),
        (Statistics, "paired", "owner", "postgres"),
        (Sequence, "loose", "increment", "-5"),
        (Sequence, "schools_id_seq", "owned by", "schools.id"),
        (Sequence, "schools_number_seq", "owned by", "schools.number (identity)"),
        (Publication, "news", "tables", "schools"),
        (Table, "other.far", "kind", "ordinary"),
        (Grant, "schools: SELECT to public", "grantable", "no"),
        (Grant, "schools: DELETE to postgres revoked", "grantor", "postgres"),
        (Grant, "schools.code: UPDATE to public", "grantable", "no"),
        (DefaultPrivileges, "postgres in other on tables", "privileges", "=r/postgres"),
        (Event, "watcher", "event", "ddl_command_end"),
        (Extension, "plpgsql", "schema", "pg_catalog"),
        (Schema, "other", "owner", "postgres"),
        (Database, "setting work_mem", "value", "8MB"),
        (Database, "properties", "encoding", "UTF8"),
        (Other, "operator public.===(integer,integer)", "kind", "operator"),
    ] {
        assert_eq!(property(&catalog, kind, name, key), value, "{kind} {name}: {key}");
    }
    assert!(!catalog.objects.keys().any(|object| object.name.contains("cutover.")), "the journal is part of no comparison");
    assert_eq!(catalog, reader.catalog().unwrap(), "looking twice finds the same");

    let schools = catalog.find("schools").unwrap();
    let keys: Vec<_> = schools.keys.iter().map(|key| (key.name.as_str(), key.primary, key.not_null)).collect();
    assert_eq!(keys, [("schools_pkey", true, true), ("schools_code", false, true)], "no partial and no expression index");
    assert_eq!(schools.rewrite_obstacles, ["the publication news publishes it"]);
    assert!(schools.column("double").unwrap().generated && !schools.column("code").unwrap().numeric);
    let far = &catalog.find("other.far").unwrap().keys[0];
    assert!(!far.not_null && !far.primary);
    let relationships: Vec<_> = catalog.relationships.iter().map(ToString::to_string).collect();
    assert_eq!(relationships, ["programs.parent+b → programs.a+b", "programs.school → schools.id", "other.far.id → schools.id"]);
    let uncovered: Vec<_> = catalog.not_covered.iter().map(|found| found.object.to_string()).collect();
    assert_eq!(uncovered, ["materialized view frozen", "object large objects"]);
}

#[test]
fn every_obstacle_to_a_rewrite_is_named() {
    let scratch = Scratch::new(
        "CREATE TABLE parts (id int) PARTITION BY LIST (id); CREATE TABLE mother (id int); CREATE TABLE daughter () INHERITS (mother);
         CREATE TABLE inner_one (id int); CREATE TABLE outer_one (rows inner_one[]); CREATE TABLE argument (id int);
         CREATE FUNCTION shown(argument) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TYPE shape AS (id int);
         CREATE TABLE typed OF shape; CREATE TABLE free (id int)",
    );
    let catalog = scratch.reader().catalog().unwrap();
    let obstacles = |name: &str| catalog.find(name).unwrap().rewrite_obstacles.join("; ");
    assert_eq!(obstacles("parts"), "it is partitioned");
    assert_eq!(obstacles("mother"), "the table daughter inherits from it");
    assert_eq!(obstacles("daughter"), "it inherits from the table mother");
    assert_eq!(obstacles("inner_one"), "its row type is used by the column outer_one.rows");
    assert_eq!(obstacles("argument"), "its row type is used by the routine shown(argument)");
    assert_eq!(obstacles("typed"), "it is a table of the type shape");
    assert_eq!(obstacles("free"), "");
    scratch.run("CREATE PUBLICATION everything FOR ALL TABLES");
    let catalog = scratch.reader().catalog().unwrap();
    assert_eq!(catalog.find("free").unwrap().rewrite_obstacles, ["the publication everything publishes every table"]);
}

#[test]
fn the_inputs_of_a_query_are_its_columns_as_the_server_sees_them() {
    let scratch = Scratch::new(
        "CREATE TABLE a (id int, x text, unused int); CREATE SCHEMA other; CREATE TABLE other.b (id int, a_id int, note text);
         CREATE VIEW joined AS SELECT b.id, a.x FROM other.b JOIN a ON a.id = b.a_id;
         CREATE FUNCTION secret() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM a'",
    );
    let mut writer = scratch.writer();
    writer.open(&fence(&["a"]), &mut |_| {}).unwrap();
    let mut inputs = |sql: &str| {
        let found = writer.inputs(sql).unwrap();
        found.map(|columns| columns.into_iter().map(|(table, column)| format!("{table}.{column}")).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(inputs("SELECT x, x FROM a WHERE id = 1").as_deref(), Some("a.id a.x"));
    assert_eq!(inputs("SELECT id FROM joined").as_deref(), Some("a.id a.x other.b.a_id other.b.id"));
    assert_eq!(inputs("SELECT count(*) FROM a").as_deref(), Some("a.id a.unused a.x"));
    assert_eq!(inputs("SELECT to_json(a.*)::text FROM a WHERE id > 0"), None, "to_json is only stable");
    assert_eq!(inputs("SELECT (a.*)::text FROM a WHERE id > 0").as_deref(), Some("a.id a.unused a.x"), "the whole row");
    for unknown in [
        "SELECT secret()",
        "SELECT random() FROM a",
        "SELECT current_date, id FROM a",
        "SELECT relname FROM pg_class",
        "SELECT id FROM a LIMIT 1",
        "SELECT count(*) FROM information_schema.tables",
    ] {
        assert_eq!(inputs(unknown), None, "{unknown}");
    }
    assert_eq!(writer.inputs("SELECT nme FROM a").unwrap_err().kind(), ErrorKind::Statement);
    assert_eq!(scratch.reader().inputs("SELECT x FROM a").unwrap(), None, "a session that reads cannot find out");
    // Having looked takes nothing from the instant that other sessions join.
    writer
        .together(2, &mut |readers, _| {
            let _: () = assert_eq!(rows(readers[0], "SELECT count(*) FROM a"), [["0"]]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn sequences_tell_their_next_value_and_what_they_number() {
    let scratch = Scratch::new(
        "CREATE TABLE t (id serial, n int GENERATED ALWAYS AS IDENTITY (INCREMENT BY 10)); CREATE SEQUENCE down INCREMENT -2 MAXVALUE 100 START 50;
         INSERT INTO t DEFAULT VALUES; SELECT nextval('down'); CREATE SEQUENCE fresh; SELECT setval('fresh', 42, false)",
    );
    let found: Vec<_> = scratch
        .reader()
        .sequences()
        .unwrap()
        .into_iter()
        .map(|position| {
            let numbers = position.numbers.map(|(table, column)| format!("{table}.{column}")).unwrap_or_default();
            format!("{} {} {} {numbers}", position.sequence, position.next, position.increment)
        })
        .collect();
    assert_eq!(found, ["down 48 -2 ", "fresh 42 1 ", "t_id_seq 2 1 t.id", "t_n_seq 11 10 t.n"]);
}

#[test]
fn sessions_together_see_one_instant_and_have_ended_afterwards() {
    let scratch = Scratch::new("CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
    let mut writer = scratch.writer();
    writer.open(&fence(&["t"]), &mut |_| {}).unwrap();
    let mut seen = 0;
    writer
        .together(3, &mut |readers, instant| {
            assert!(instant.exported.is_some());
            seen = readers.len();
            std::thread::scope(|scope| {
                for reader in readers.iter_mut() {
                    scope.spawn(|| assert_eq!(rows(&mut **reader, "SELECT count(*) FROM t"), [["1"]]));
                }
            });
            Ok(())
        })
        .unwrap();
    assert_eq!(seen, 3);
    // Were one of them still there, this would wait for its lock, and fail at the fence's time limit.
    writer.execute("ALTER TABLE t ADD COLUMN x int").unwrap();

    let failed = writer.together(2, &mut |readers, instant| {
        assert_eq!((readers.len(), &instant.exported), (1, &None), "what has been written is seen by the writer alone");
        assert_eq!(rows(readers[0], "SELECT count(x) FROM t"), [["0"]]);
        Err(Error::new(ErrorKind::File, "full"))
    });
    assert_eq!(failed.unwrap_err().kind(), ErrorKind::File);
}

#[test]
fn sessions_together_end_when_the_work_panics() {
    let scratch = Scratch::new("CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 200000)");
    let mut writer = scratch.writer();
    writer.open(&fence(&["t"]), &mut |_| {}).unwrap();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        writer.together(2, &mut |readers, _| {
            readers[0].scan(&TableName::local("t"), &["id".to_owned()], &mut |_| panic!("in the middle of a scan"))
        })
    }));
    assert!(panicked.is_err());
    writer.execute("ALTER TABLE t ADD COLUMN x int").unwrap();
}

#[test]
fn an_interrupt_stops_a_statement_and_a_scan() {
    let scratch = Scratch::new("");
    let interrupt = Interrupt::new();
    let mut reader = scratch.database_with(&interrupt).read().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            scratch.wait_until("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'COPY (SELECT pg_sleep(600)%' AND state = 'active'");
            interrupt.trigger("enough");
        });
        let stopped = reader.query("SELECT pg_sleep(600)", &mut |_| Ok(())).unwrap_err();
        assert_eq!((stopped.kind(), stopped.to_string().as_str()), (ErrorKind::Interrupted, "enough"));
    });
    assert_eq!(reader.session().unwrap_err().kind(), ErrorKind::Interrupted, "nothing new begins");
    interrupt.clear();
    assert_eq!(rows(reader.as_mut(), "SELECT 1"), [["1"]]);
    let stopped = reader
        .query("SELECT generate_series(1, 2000000000)", &mut |_| {
            interrupt.trigger("enough rows");
            Ok(())
        })
        .unwrap_err();
    assert_eq!(stopped.kind(), ErrorKind::Interrupted, "{stopped:?}");
}

#[test]
fn who_cannot_be_reached_is_named_without_the_password() {
    let url = cutover::model::url::DatabaseUrl::new("postgres://u:s3cret@127.0.0.1:1/d").unwrap();
    let database = cutover::database::open(&url, &Interrupt::new()).unwrap();
    let error = database.read().err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(error.to_string().contains("127.0.0.1:1") && !format!("{error:?}").contains("s3cret"), "{error:?}");
}
