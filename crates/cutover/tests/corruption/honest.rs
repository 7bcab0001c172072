//! Migrations that do nothing but what they may. Each has to commit without a finding that calls itself an error.

use super::case::Case;

/// The honest migrations of one database.
pub fn migrations(dialect: &str) -> Vec<Case> {
    let mut cases = portable();
    cases.extend(match dialect {
        "mysql" => of_mysql(),
        "postgres" => [of_both(), of_postgres()].concat(),
        _ => [of_both(), of_sqlite()].concat(),
    });
    cases
}

fn portable() -> Vec<Case> {
    let column =
        |case: Case, kind: &str| case.add_column("\"programs\", \"attendance\"", &format!("new_{kind}"), &format!("type = \"{kind}\""));
    let kinds = ["boolean", "smallint", "integer", "bigint", "real", "double", "text", "date", "timestamp", "json", "uuid"];
    let granted = "rows = [{ table = \"audit_log\", may = [\"insert\"] }]";
    vec![
        kinds.iter().fold(Case::clean("a column of every type"), |case, kind| column(case, kind)),
        Case::clean("columns that are filled, one of them unique")
            .add_column("\"students\", \"programs\"", "cms_id", "type = \"bigint\"\nfill = \"id\"\nunique = \"{table}_cms_id_unique\"")
            .add_column("\"students\"", "loud_name", "type = \"text\"\nfill = \"upper(name)\"")
            .add_column("\"attendance\", \"term_results\"", "source", "type = \"text\"\nfill = \"'paper'\"")
            .leaves("SELECT count(*) FROM students WHERE cms_id = id AND loud_name = upper(name)", "6"),
        Case::clean("a row more, and a sequence that goes on")
            .contract(granted)
            .step("INSERT INTO audit_log (what) VALUES ('one'), ('two')")
            .leaves("SELECT max(id) FROM audit_log", "3"),
        Case::clean("NULL is filled")
            .contract("changes = [{ column = \"students.phone\", from = \"null\" }]")
            .step("UPDATE students SET phone = 'none' WHERE phone IS NULL")
            .leaves("SELECT count(*) FROM students WHERE phone = 'none'", "3"),
        Case::clean("one value becomes another")
            .contract("changes = [{ column = \"student_modules.marks\", from = \"NM\" }]")
            .step("UPDATE student_modules SET marks = NULL WHERE marks = 'NM'")
            .leaves("SELECT count(*) FROM student_modules WHERE marks IS NULL", "2"),
        Case::clean("values by a map")
            .contract("changes = [{ column = \"students.status\", map = \"maps/status.csv\" }]")
            .file("maps/status.csv", "old,new\nwithdrawn,graduated\n\\N,active\n")
            .step("UPDATE students SET status = 'graduated' WHERE status = 'withdrawn'")
            .leaves("SELECT count(*) FROM students WHERE status = 'graduated'", "2"),
        Case::clean("an old orphan is healed")
            .contract("changes = [{ column = \"students.sponsor_id\", from = \"99\" }]")
            .step("UPDATE students SET sponsor_id = 1 WHERE sponsor_id = 99")
            .leaves("SELECT sponsor_id FROM students WHERE id = 3", "1"),
        Case::clean("rows come and go")
            .contract("rows = [{ table = \"sponsors\", may = [\"insert\", \"delete\"] }, { table = \"attendance\", may = [\"delete\"] }]")
            .step("DELETE FROM sponsors WHERE id = 3; INSERT INTO sponsors (id, name) VALUES (4, 'Bank'); DELETE FROM attendance")
            .leaves("SELECT max(id) FROM sponsors", "4"),
        Case::clean("a part of a composite key")
            .contract("rows = [{ table = \"term_results\", may = [\"insert\", \"delete\"] }]")
            .step("UPDATE term_results SET term = '2024-2' WHERE term = '2024-1'")
            .leaves("SELECT count(*) FROM term_results WHERE term = '2024-2'", "1"),
        Case::clean("a new table with rows and an index")
            .contract("schema = [{ add = \"table rooms\" }]")
            .step("CREATE TABLE rooms (code varchar(10) NOT NULL PRIMARY KEY, seats integer)")
            .step("CREATE INDEX rooms_seats ON rooms (seats); INSERT INTO rooms SELECT DISTINCT room, 30 FROM attendance WHERE room <> ''")
            .leaves("SELECT code FROM rooms", "B1"),
        Case::clean("a table is dropped").contract("schema = [{ drop = \"table attendance\" }]").step("DROP TABLE attendance"),
        Case::clean("an UPDATE that changes nothing").step("UPDATE students SET name = name, phone = phone"),
        Case::clean("a row that goes and comes back")
            .step("DELETE FROM sponsors WHERE id = 3; INSERT INTO sponsors (id, name) VALUES (3, 'Church')")
            .step("DELETE FROM attendance WHERE room = ''; INSERT INTO attendance VALUES (NULL, '2024-02-02', '')"),
        Case::clean("two values that are swapped and swapped back")
            .step("UPDATE student_modules SET marks = CASE id WHEN 1 THEN '71' ELSE '58' END WHERE id IN (1, 2)")
            .step("UPDATE student_modules SET marks = CASE id WHEN 1 THEN '58' ELSE '71' END WHERE id IN (1, 2)"),
        Case::clean("a volatile table lives on, and its trigger fires")
            .contract("volatile = [\"sessions\"]")
            .step("UPDATE sessions SET token = 'cccc' WHERE token = 'aaaa'; DELETE FROM sessions WHERE token = 'bbbb'"),
        Case::clean("a volatile column").contract("volatile = [\"sessions.seen\"]").step("UPDATE sessions SET seen = 'just now'"),
        Case::clean("a step of comments and a query").step("-- Nothing to do here\nSELECT count(*) FROM students"),
        Case::clean("checks, invariants and probes")
            .add_column("\"students\"", "cms_id", "type = \"integer\"\nfill = \"id\"")
            .file("checks/before/names.sql", "-- Everybody has a name\nSELECT id FROM students WHERE name = '';\n")
            .file("checks/after/filled.sql", "-- Every cms_id is filled\nSELECT id FROM students WHERE cms_id IS NULL;\n")
            .file(
                "invariants/marks.sql",
                "-- Marks by student\nSELECT student_id, count(*) AS marks FROM student_modules GROUP BY student_id;\n",
            )
            .file(
                "probes/new_student.sql",
                "-- A student without cms_id\nINSERT INTO students (name) VALUES ('Probe');\n\
                SELECT id FROM students WHERE name = 'Probe' AND cms_id IS NOT NULL;\n",
            )
            .leaves("SELECT count(*) FROM students", "6"),
    ]
}

/// What PostgreSQL and SQLite write in the same way.
fn of_both() -> Vec<Case> {
    vec![
        Case::clean("an index more, an index less")
            .contract("schema = [{ add = \"index sponsors.sponsors_name\" }, { drop = \"index students.students_name\" }]")
            .step("CREATE INDEX sponsors_name ON sponsors (name); DROP INDEX students_name"),
        Case::clean("a view and an index that come back as they were")
            .step("DROP VIEW active_students; CREATE VIEW active_students AS SELECT id, name, program_id FROM students WHERE status = 'active'")
            .step("DROP INDEX students_active; CREATE INDEX students_active ON students (program_id) WHERE status = 'active'"),
        Case::clean("quoted names").add_column("'Odd \"Table\"'", "cms id", "type = \"integer\"\nfill = '\"order by\"'").leaves(
            "SELECT max(\"cms id\") FROM \"Odd \"\"Table\"\"\"",
            "2",
        ),
        Case::clean("statistics").step("ANALYZE"),
    ]
}

fn of_mysql() -> Vec<Case> {
    let done = |query: &str, statement: &str| format!("--! done_when = \"{query}\"\n{statement}");
    let never = "SELECT 1 FROM schools WHERE id = 0";
    vec![
        Case::clean("an index more, an index less")
            .contract("schema = [{ add = \"index sponsors.sponsors_name\" }, { drop = \"index students.students_name\" }]")
            .step("CREATE INDEX sponsors_name ON sponsors (name); DROP INDEX students_name ON students"),
        Case::clean("a view, an index, a foreign key, a trigger and a procedure that come back as they were")
            // All but the sql_mode that they run under, which is that of the session that defines them.
            .contract("schema = [{ change = \"trigger sessions.sessions_seen\" }, { change = \"routine greet\" }]")
            .step("ALTER TABLE programs DROP FOREIGN KEY programs_school_id_fkey")
            .step("ALTER TABLE programs ADD CONSTRAINT programs_school_id_fkey FOREIGN KEY (school_id) REFERENCES schools (id)")
            .step("DROP VIEW active_students; CREATE VIEW active_students AS SELECT id, name, program_id FROM students WHERE status = 'active'")
            .step("DROP INDEX students_active ON students; CREATE INDEX students_active ON students (status, program_id)")
            .step("DROP TRIGGER sessions_seen; CREATE TRIGGER sessions_seen BEFORE UPDATE ON sessions FOR EACH ROW SET new.seen = 'now'")
            .step("CREATE OR REPLACE PROCEDURE greet(IN who varchar(80)) READS SQL DATA SELECT concat('Good day, ', who)"),
        Case::clean("quoted names")
            .add_column("'Odd \"Table\"'", "cms id", "type = \"integer\"\nfill = '`order by`'")
            .leaves("SELECT max(`cms id`) FROM `Odd \"Table\"`", "2"),
        Case::clean("statistics, and tables that are built anew")
            .step(&done(never, "ANALYZE TABLE students"))
            .step(&done(never, "OPTIMIZE TABLE student_modules"))
            .step("ALTER TABLE everything FORCE"),
        Case::clean("an index that a foreign key made is replaced by an explicit one")
            .contract("schema = [{ add = \"index programs.programs_by_school\" }]")
            .step("CREATE INDEX programs_by_school ON programs (school_id)"),
        Case::clean("a foreign key less, and the index that it had made")
            .contract("schema = [{ drop = \"constraint programs.programs_school_id_fkey\" }]")
            .step("ALTER TABLE programs DROP FOREIGN KEY programs_school_id_fkey, DROP INDEX programs_school_id_fkey"),
        Case::clean("a type is widened, and a counter goes on")
            .contract("schema = [{ change = \"column students.email\" }]")
            .step("ALTER TABLE students MODIFY email varchar(200)")
            .step("ALTER TABLE audit_log AUTO_INCREMENT = 100")
            .step("SELECT NEXTVAL(receipt_number)"),
        Case::clean("an enum value more")
            .contract("schema = [{ change = \"column student_modules.grade\" }]")
            .step("ALTER TABLE student_modules MODIFY grade enum('A', 'B', 'C', 'F', 'D')"),
        Case::clean("a number and what is computed of it")
            .contract("changes = [{ column = \"invoices.net\", from = \"100.00\" }, { column = \"invoices.gross\", from = \"115.00\" }]")
            .step("UPDATE invoices SET net = 200 WHERE net = 100")
            .leaves("SELECT gross FROM invoices WHERE id = 1", "230.00"),
        Case::clean("values that are written again")
            .step("UPDATE everything SET single = single, padded = 'abc  ', zoned = zoned, zero_day = zero_day, document = document, bits = bits"),
        Case::clean("rows are replaced by themselves").step("REPLACE INTO sponsors SELECT id, name FROM sponsors"),
        Case::clean("a partition more")
            .contract("rows = [{ table = \"parts\", may = [\"insert\"] }]\nschema = [{ change = \"table parts\" }]")
            .step("ALTER TABLE parts ADD PARTITION (PARTITION parts_2025 VALUES LESS THAN (2026))")
            .step("INSERT INTO parts VALUES (3, 2025, 'Graduation')"),
        Case::clean("a session that would show everything otherwise")
            .before(
                "CREATE PROCEDURE tidy() BEGIN SET time_zone = '+09:00'; SET sql_mode = 'PAD_CHAR_TO_FULL_LENGTH,ANSI_QUOTES'; \
                 SET NAMES latin1; SET div_precision_increment = 1; END;",
            )
            .step(&done(never, "CALL tidy()")),
        Case::clean("a trigger that writes what is granted")
            .contract(
                "rows = [{ table = \"audit_log\", may = [\"insert\"] }]\nchanges = [{ column = \"sponsors.name\", from = \"Church\" }]",
            )
            .before("CREATE TRIGGER audit AFTER UPDATE ON sponsors FOR EACH ROW INSERT INTO audit_log (what) VALUES (new.name);")
            .step("UPDATE sponsors SET name = 'Churches' WHERE id = 3")
            .leaves("SELECT max(what) FROM audit_log WHERE id > 1", "Churches"),
    ]
}

fn of_postgres() -> Vec<Case> {
    let function = |body: &str| format!("CREATE FUNCTION tidy() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {body} END $$;");
    vec![
        Case::clean("a type is widened, and an integer is a bigint")
            .contract("schema = [{ change = \"column students.email\" }, { change = \"column term_results.student_id\" }]")
            .step(
                "ALTER TABLE students ALTER COLUMN email TYPE varchar(200); ALTER TABLE term_results ALTER COLUMN student_id TYPE bigint",
            ),
        Case::clean("a rewrite with the same contents")
            .step("ALTER TABLE everything ALTER COLUMN words TYPE text USING words || '', ALTER COLUMN whole TYPE integer USING whole + 0"),
        Case::clean("storage options and an enum value")
            .contract("schema = [{ change = \"table students\" }, { change = \"type grade\" }]")
            .step("ALTER TABLE students SET (fillfactor = 90); ALTER TYPE grade ADD VALUE 'D' AFTER 'C'"),
        Case::clean("everything is truncated and comes back")
            .step("CREATE TEMP TABLE kept AS TABLE attendance; TRUNCATE attendance; INSERT INTO attendance TABLE kept"),
        Case::clean("sequences go on")
            .before(&function("PERFORM setval('students_id_seq', 1000);"))
            .step("SELECT nextval('receipt_number'), nextval('students_id_seq')")
            .step("SELECT tidy()")
            .leaves("SELECT nextval('students_id_seq')", "1001"),
        Case::clean("a number and what is computed of it")
            .contract("changes = [{ column = \"invoices.net\", from = \"100.00\" }, { column = \"invoices.gross\", from = \"115.00\" }]")
            .step("UPDATE invoices SET net = 200 WHERE net = 100")
            .leaves("SELECT gross FROM invoices WHERE id = 1", "230.00"),
        Case::clean("char(n) has no spaces of its own").step("UPDATE everything SET padded = 'abc  '"),
        Case::clean("a partitioned table")
            .contract("rows = [{ table = \"events\", may = [\"insert\"] }]\nschema = [{ add = \"table events_2025\" }]")
            .step("CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM (2025) TO (2026)")
            .step("INSERT INTO events VALUES (3, 2025, 'Graduation')"),
        Case::clean("a column of a partitioned table").add_column("\"events\"", "cms_id", "type = \"integer\"\nfill = \"id\""),
        Case::clean("a column of a table that others inherit from").add_column("\"people\"", "cms_id", "type = \"integer\"\nfill = \"id\""),
        Case::clean("a column behind a policy").add_column("\"notices\"", "cms_id", "type = \"integer\"\nfill = \"id\""),
        Case::clean("a column in another schema").add_column("\"archive.old_students\"", "number_of", "type = \"text\"\nfill = \"number\""),
        Case::clean("a materialized view that is waived")
            .before("CREATE MATERIALIZED VIEW names AS SELECT name FROM students")
            .accept("covered:materialized view names")
            .step("REFRESH MATERIALIZED VIEW names"),
        Case::clean("a function that comes back as it was").step(
            "CREATE OR REPLACE FUNCTION seen_now() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.seen := 'now'; RETURN new; END $$",
        ),
        Case::clean("a grant that is there already")
            .step("GRANT SELECT ON students TO pg_monitor; REVOKE DELETE ON students FROM pg_monitor"),
        Case::clean("a session that would show everything otherwise")
            .before(&function(
                "PERFORM set_config('DateStyle', 'German', false), set_config('TimeZone', 'Asia/Tokyo', false), \
                 set_config('extra_float_digits', '0', false), set_config('IntervalStyle', 'iso_8601', false), \
                 set_config('bytea_output', 'escape', false), set_config('lc_monetary', 'C', false);",
            ))
            .step("SELECT tidy()"),
        Case::clean("indexes are built anew").step("REINDEX TABLE students"),
        Case::clean("others write meanwhile")
            .meanwhile("UPDATE sessions SET seen = 'meanwhile'; INSERT INTO sponsors VALUES (50, 'Meanwhile')")
            .add_column("\"schools\"", "cms_id", "type = \"integer\"\nfill = \"id\"")
            .leaves("SELECT count(*) FROM sponsors", "4"),
        Case::clean("a trigger that writes what is granted")
            .contract(
                "rows = [{ table = \"audit_log\", may = [\"insert\"] }]\nchanges = [{ column = \"sponsors.name\", from = \"Church\" }]",
            )
            .before(
                "CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit_log (what) VALUES (new.name); \
                 RETURN new; END $$; CREATE TRIGGER audit AFTER UPDATE ON sponsors FOR EACH ROW EXECUTE FUNCTION audit();",
            )
            .step("UPDATE sponsors SET name = 'Churches' WHERE id = 3")
            .leaves("SELECT max(what) FROM audit_log WHERE id > 1", "Churches"),
    ]
}

fn of_sqlite() -> Vec<Case> {
    let rebuild = |table: &str, definition: &str, columns: &str| {
        format!(
            "CREATE TABLE new_{table} ({definition}); INSERT INTO new_{table} ({columns}) SELECT {columns} FROM {table}; \
             DROP TABLE {table}; ALTER TABLE new_{table} RENAME TO {table}"
        )
    };
    let sponsors = rebuild("sponsors", "id INTEGER PRIMARY KEY, name TEXT NOT NULL", "id, name");
    vec![
        Case::clean("a table is rebuilt as it was").step(&sponsors),
        Case::clean("a table with indexes, children and a sequence is rebuilt")
            .step("DROP VIEW active_students")
            .step(&rebuild(
                "students",
                "id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE, email VARCHAR(80), phone TEXT, \
                 status TEXT NOT NULL DEFAULT 'active' CONSTRAINT students_status_check CHECK (status IN ('active', 'graduated', 'withdrawn')), \
                 born DATE, enrolled_at TEXT, program_id INTEGER REFERENCES programs (id), sponsor_id INTEGER",
                "id, name, email, phone, status, born, enrolled_at, program_id, sponsor_id",
            ))
            .step("CREATE INDEX students_name ON students (name); CREATE UNIQUE INDEX students_email ON students (lower(email))")
            .step("CREATE INDEX students_active ON students (program_id) WHERE status = 'active'")
            .step("CREATE VIEW active_students AS SELECT id, name, program_id FROM students WHERE status = 'active'")
            .leaves("SELECT count(*) FROM active_students", "4"),
        Case::clean("a rebuild adds a check and a default")
            .contract("schema = [{ change = \"column sponsors.name\" }]")
            .step(&rebuild("sponsors", "id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'State' CHECK (name <> '')", "id, name")),
        Case::clean("a table is renamed and renamed back").step("ALTER TABLE next_of_kins RENAME TO kin; ALTER TABLE kin RENAME TO next_of_kins"),
        Case::clean("keys that are NULL").add_column("\"nameless\"", "number", "type = \"integer\"\nfill = \"length(what)\""),
        Case::clean("STRICT and WITHOUT ROWID")
            .add_column("\"strictly\", \"term_results\"", "checked", "type = \"timestamp\"\nfill = \"'2024-01-01 00:00:00'\""),
        Case::clean("the application's version")
            .contract("schema = [{ change = \"database main\" }]")
            .step("PRAGMA user_version = 7"),
        Case::clean("rows are replaced by themselves").step("REPLACE INTO sponsors SELECT id, name FROM sponsors"),
        Case::clean("a write-ahead log").before("PRAGMA journal_mode = WAL").step(&sponsors),
        Case::clean("a temporary table is left over").step("CREATE TEMP TABLE kept AS SELECT * FROM students; DELETE FROM temp.kept"),
        Case::clean("indexes are built anew").step("REINDEX students"),
        Case::clean("a number and what is computed of it")
            .contract("changes = [{ column = \"invoices.net\", from = \"100\" }, { column = \"invoices.gross\", from = \"200\" }]")
            .step("UPDATE invoices SET net = 200 WHERE net = 100")
            .leaves("SELECT gross FROM invoices WHERE id = 1", "400"),
    ]
}
