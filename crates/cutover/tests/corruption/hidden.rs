//! Faults that need more than one statement to hide: behind a grant, a cascade, a rebuild, a conflict clause, a setting.

use super::case::{Case, lines};

/// What the honest work is granted, and more.
fn granted(more: &str) -> String {
    format!("rows = [{{ table = \"audit_log\", may = [\"insert\"] }}, {more}]")
}

fn named(name: &str, texts: &[&str]) -> Case {
    Case::honest(name, &lines(texts))
}

/// The faults of one database.
pub fn faults(dialect: &str) -> Vec<Case> {
    let mut cases = behind_grants(dialect);
    cases.extend(match dialect {
        "postgres" => of_postgres(),
        "mysql" => of_mysql(),
        _ => of_sqlite(),
    });
    cases
}

/// A contract is exact: what lies beside a grant is no part of it.
fn behind_grants(dialect: &str) -> Vec<Case> {
    let upsert = match dialect {
        "mysql" => "ON DUPLICATE KEY UPDATE name = VALUES(name)",
        _ => "ON CONFLICT (id) DO UPDATE SET name = excluded.name",
    };
    let changes = |entry: &str| format!("{}\nchanges = [{entry}]", granted("{ table = \"sponsors\", may = [\"insert\"] }"));
    vec![
        named("a value that the grant does not begin with", &["student_modules[id=4].marks: NM → 0"])
            .contract(&changes("{ column = \"student_modules.marks\", from = \"\" }"))
            .step("UPDATE student_modules SET marks = '0' WHERE marks IN ('', 'NM')"),
        named("NULL is not the empty text", &["students[id=1].phone:  → none"])
            .contract(&changes("{ column = \"students.phone\", from = \"null\" }"))
            .step("UPDATE students SET phone = 'none' WHERE coalesce(phone, '') = ''"),
        named("a map that leads elsewhere", &["student_modules[id=4].grade: F → B"])
            .contract(&changes("{ column = \"student_modules.grade\", map = \"maps/grades.csv\" }"))
            .file("maps/grades.csv", "old,new\nF,C\n")
            .step("UPDATE student_modules SET grade = 'C' WHERE id = 7")
            .step("UPDATE student_modules SET grade = 'B' WHERE id = 4"),
        named("a column beside the granted one", &["student_modules[id=6].module: Geology → geology"])
            .contract(&changes("{ column = \"student_modules.marks\", from = \"null\" }"))
            .step("UPDATE student_modules SET marks = '0', module = lower(module) WHERE marks IS NULL"),
        named("a row that goes where others may come", &["sponsors[id=3] is gone"])
            .contract(&changes(""))
            .step("INSERT INTO sponsors (id, name) VALUES (4, 'Bank')")
            .step("DELETE FROM sponsors WHERE id = 3"),
        named("an upsert that finds its row", &["sponsors[id=3].name: Church → Bank"])
            .contract(&changes(""))
            .step(&format!("INSERT INTO sponsors (id, name) VALUES (3, 'Bank'), (4, 'Fund') {upsert}")),
        named("a key beside a volatile column", &["sessions[token=bbbb] is gone", "sessions[token=cccc] is new"])
            .contract(&format!("{}\nvolatile = [\"sessions.seen\"]", granted("")))
            .step("UPDATE sessions SET token = 'cccc' WHERE token = 'bbbb'"),
        named("a promised value is another one", &["1 rows of students have a cms_id that is not id (id=2, cms_id=7, expected=2)"])
            .step("UPDATE students SET cms_id = 7 WHERE id = 2"),
        named("a promised value is missing", &["1 rows of programs have a cms_id that is not id + 0 (id=3, cms_id=NULL, expected=3)"])
            .step("UPDATE programs SET cms_id = NULL WHERE id = 3"),
        Case::honest("a promised key cannot be", &[])
            .refused(&["students_twice"])
            .before("UPDATE students SET sponsor_id = 1 WHERE id = 2")
            .add_column("\"students\"", "twice", "type = \"integer\"\nfill = \"sponsor_id\"\nunique = \"students_twice\""),
        Case::honest("a step that fails half-way", &[])
            .refused(&["no_such_table"])
            .step("DELETE FROM student_modules")
            .step("UPDATE no_such_table SET id = 1"),
        Case::honest("a check that the database keeps itself", &[])
            .refused(&["students_status_check"])
            .step("UPDATE students SET status = 'asleep'"),
    ]
}

fn of_postgres() -> Vec<Case> {
    let delete = granted("{ table = \"applicants\", may = [\"insert\", \"delete\"] }");
    let function = |body: &str| format!("CREATE FUNCTION tidy() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {body} END $$;");
    let numbering = [
        "the sequence students_id_seq was set back from 7 to 2",
        "the sequence students_id_seq gives 2 next, and students.id already holds 6",
    ];
    vec![
        named(
            "children go with a granted parent",
            &["applicant_papers[id=12] is gone", "applicant_papers[id=13] is gone", "applicant_calls[id=21].applicant_id: 2 → NULL"],
        )
        .contract(&delete)
        .step("DELETE FROM applicants WHERE id = 2"),
        named("children follow a granted key", &["applicant_papers[id=11].applicant_id: 1 → 9"])
            .contract(&delete)
            .before("DELETE FROM applicant_calls")
            .step("UPDATE applicants SET id = 9 WHERE id = 1"),
        named(
            "TRUNCATE reaches the children",
            &[
                "applicant_papers[id=11] is gone",
                "applicant_papers[id=12] is gone",
                "applicant_papers[id=13] is gone",
                "applicant_calls[id=21] is gone",
                "applicant_calls[id=22] is gone",
            ],
        )
        .contract(&delete)
        .step("TRUNCATE applicants CASCADE"),
        named("TRUNCATE numbers anew", &["the sequence audit_log_id_seq was set back from 2 to 1"])
            .contract("rows = [{ table = \"audit_log\", may = [\"insert\", \"delete\"] }]")
            .step("TRUNCATE audit_log RESTART IDENTITY"),
        named("setval in a function", &numbering).before(&function("PERFORM setval('students_id_seq', 1);")).step("SELECT tidy()"),
        named("setval in a trigger", &numbering).before(
            "CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM setval('students_id_seq', 1); RETURN new; END $$; \
             CREATE TRIGGER tidy AFTER INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION tidy();",
        ),
        // No rollback undoes setval: the engine has to.
        Case::honest("setval, and a failure after it", &[])
            .refused(&["too late"])
            .before(&function("PERFORM setval('students_id_seq', 1); RAISE EXCEPTION 'too late';"))
            .step("SELECT tidy()"),
        Case::honest("setval in the open", &[]).refused(&["setval is not transactional"]).step("SELECT setval('students_id_seq', 1)"),
        Case::honest("a COMMIT in a block", &[])
            .refused(&["invalid transaction termination"])
            .step("DO $$ BEGIN DELETE FROM next_of_kins; COMMIT; END $$"),
        Case::honest("a parent that is needed", &[])
            .refused(&["student_modules_student_id_fkey"])
            .step("DELETE FROM students WHERE id = 1"),
        named("a session in which no trigger fires", &["students[id=6] is gone", "2 new orphans of next_of_kins.student_id…"])
            .before(&function("PERFORM set_config('session_replication_role', 'replica', true); DELETE FROM students WHERE id = 6;"))
            .step("SELECT tidy()"),
        named("another search path", &["sponsors[id=3].name: Church → CHURCH"])
            .before(&function(
                "CREATE SCHEMA IF NOT EXISTS archive; PERFORM set_config('search_path', 'archive', false); \
                 UPDATE public.sponsors SET name = upper(name) WHERE id = 3;",
            ))
            .step("SELECT tidy()"),
        named("a type that is the same, and a formula beside it", &["sponsors[id=2].name: Company → company"])
            .step("ALTER TABLE sponsors ALTER COLUMN name TYPE text USING CASE id WHEN 2 THEN lower(name) ELSE name END"),
        named(
            "a rebuilt column of the same name",
            &["students[id=1].phone:  → NULL", "students[id=3].phone: +266 5800 0000 → NULL", "students[id=5].phone: 0 → NULL"],
        )
        .step("ALTER TABLE students DROP COLUMN phone; ALTER TABLE students ADD COLUMN phone text"),
        named("a function that fills and does more", &["sponsors[id=3] is gone"])
            .before(
                "CREATE FUNCTION number_of(id integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN \
                 IF current_setting('transaction_read_only') = 'off' THEN DELETE FROM sponsors WHERE sponsors.id = 3; END IF; \
                 RETURN id; END $$;",
            )
            .add_column("\"schools\"", "number", "type = \"integer\"\nfill = \"number_of(id)\""),
        Case::honest("a check that writes", &[])
            .refused(&["read-only transaction"])
            .before("CREATE FUNCTION tidy() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN DELETE FROM sponsors; RETURN 1; END $$;")
            .file("checks/after/tidy.sql", "-- Looks harmless\nSELECT 1 WHERE tidy() = 0;\n"),
        named("a probe that sets a sequence back leaves nothing, and the row beside it is named", &["sponsors[id=3] is gone"])
            .before(&function("PERFORM setval('students_id_seq', 1);"))
            .file("probes/number.sql", "-- Numbers\nSELECT tidy();\nSELECT id FROM students WHERE false;\n")
            .step("DELETE FROM sponsors WHERE id = 3"),
        named("a trigger on DDL that waits for the journal's table", &["sponsors[id=3] is gone"]).before(
            "CREATE FUNCTION tidy() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM sponsors WHERE id = 3; END $$; \
             CREATE EVENT TRIGGER tidy ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION tidy();",
        ),
        named("a materialized view is not compared, and says so", &["materialized view names cannot be compared: …"])
            .before("CREATE MATERIALIZED VIEW names AS SELECT name FROM students"),
    ]
}

fn of_mysql() -> Vec<Case> {
    let delete = granted("{ table = \"applicants\", may = [\"insert\", \"delete\"] }");
    let insert = granted("{ table = \"sponsors\", may = [\"insert\"] }");
    let call = "--! done_when = \"SELECT 1 FROM schools WHERE id = 0\"\nCALL tidy()";
    let procedure = |body: &str| format!("CREATE PROCEDURE tidy() BEGIN {body} END;");
    vec![
        named(
            "children go with a granted parent",
            &["applicant_papers[id=12] is gone", "applicant_papers[id=13] is gone", "applicant_calls[id=21].applicant_id: 2 → NULL"],
        )
        .contract(&delete)
        .step("DELETE FROM applicants WHERE id = 2"),
        named("children follow a granted key", &["applicant_papers[id=11].applicant_id: 1 → 9"])
            .contract(&delete)
            .before("DELETE FROM applicant_calls")
            .step("UPDATE applicants SET id = 9 WHERE id = 1"),
        named("TRUNCATE numbers anew", &["the sequence audit_log was set back from 2 to 1"])
            .contract("rows = [{ table = \"audit_log\", may = [\"insert\", \"delete\"] }]")
            .step("--! done_when = \"SELECT 1 FROM schools WHERE id = 0\"\nTRUNCATE audit_log"),
        named("REPLACE drops the row in its way", &["sponsors[id=3].name: Church → Bank"])
            .contract(&insert)
            .step("REPLACE INTO sponsors (id, name) VALUES (3, 'Bank')"),
        named(
            "REPLACE takes children along",
            &["applicants[id=1].name: Ada → Eve", "applicant_papers[id=11] is gone", "applicant_calls[id=22].applicant_id: 1 → NULL"],
        )
        .step("REPLACE INTO applicants (id, name) VALUES (1, 'Eve')"),
        named(
            "an exchange of two tables",
            &[
                "sponsors[id=1] is gone",
                "sponsors[id=2] is gone",
                "sponsors[id=3] is gone",
                "3 new orphans of students.sponsor_id…",
                "table old_sponsors was added without a grant",
            ],
        )
        .step("CREATE TABLE new_sponsors LIKE sponsors")
        .step("--! done_when = \"SELECT 1 FROM schools WHERE id = 0\"\nRENAME TABLE sponsors TO old_sponsors, new_sponsors TO sponsors"),
        named("a session in which foreign keys are off", &["students[id=6] is gone", "2 new orphans of next_of_kins.student_id…"])
            .before(&procedure("SET foreign_key_checks = 0; DELETE FROM students WHERE id = 6;"))
            .step(call),
        named("a session that would show other hours", &["everything[id=3].zoned: 2020-06-01 00:00:00 → 2020-06-01 03:00:00"])
            .before(&procedure("SET time_zone = '-03:00'; UPDATE everything SET zoned = '2020-06-01 00:00:00' WHERE id = 3;"))
            .step(call),
        named("a procedure that commits by itself", &["sponsors[id=3] is gone"])
            .before(&procedure("START TRANSACTION; DELETE FROM sponsors WHERE id = 3; COMMIT;"))
            .step(call),
        named(
            "a type that is narrower, and a cell with it",
            &["column sponsors.name changed: type: varchar(80) → varchar(7)", "sponsors[id=2].name: Company → Compan"],
        )
        .before(&procedure("UPDATE sponsors SET name = left(name, 6) WHERE id = 2; ALTER TABLE sponsors MODIFY name varchar(7) NOT NULL;"))
        .step(call),
        named(
            "a rebuilt column of the same name",
            &["students[id=1].phone:  → NULL", "students[id=3].phone: +266 5800 0000 → NULL", "students[id=5].phone: 0 → NULL"],
        )
        .step("ALTER TABLE students DROP COLUMN phone; ALTER TABLE students ADD COLUMN phone varchar(40) AFTER email"),
        named(
            "a mark between two others becomes a number",
            &[
                "column student_modules.marks changed: collation: utf8mb4_general_ci → none, type: varchar(10) → int(11)",
                "student_modules[id=7].marks: 49.5 → 50",
                "student_modules[id=4].marks: NM → 0",
            ],
        )
        .before("UPDATE student_modules SET marks = NULL WHERE marks = ''; ")
        .step("UPDATE student_modules SET marks = '0' WHERE marks = 'NM'; UPDATE student_modules SET marks = round(marks)")
        .step("ALTER TABLE student_modules MODIFY marks int"),
        Case::honest("a COMMIT in a step", &[]).refused(&["COMMIT"]).step("DELETE FROM sponsors; COMMIT"),
        Case::honest("foreign keys off in the open", &[])
            .refused(&["FOREIGN_KEY_CHECKS"])
            .step("SET foreign_key_checks = 0; DELETE FROM students"),
        Case::honest("a block without a name", &[]).refused(&["a block without a name"]).step("BEGIN NOT ATOMIC DELETE FROM sponsors; END"),
        Case::honest("a CALL that nothing tells of", &[])
            .refused(&["nothing would tell whether it was done"])
            .before(&procedure("DELETE FROM sponsors;"))
            .step("CALL tidy()"),
        Case::honest("a parent that is needed", &[])
            .refused(&["student_modules_student_id_fkey"])
            .step("DELETE FROM students WHERE id = 1"),
        Case::honest("a value that does not fit", &[])
            .refused(&["too long"])
            .step("UPDATE students SET email = repeat('x', 81) WHERE id = 1"),
        Case::honest("a table without transactions", &[])
            .refused(&["no transactions"])
            .before("ALTER TABLE sponsors ENGINE = MyISAM")
            .step("UPDATE sponsors SET name = upper(name)"),
        Case::honest("a function that ends the transaction", &[])
            .refused(&["tidied"])
            .before("CREATE TRIGGER tidy AFTER UPDATE ON sponsors FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'tidied';")
            .step("UPDATE sponsors SET name = upper(name)"),
        named(
            "a step that can be taken back, and is",
            &["sponsors[id=3].name: Church → Bank", "column sponsors.name changed: default: none → ''"],
        )
        .file("steps/3_log.undo.sql", "DELETE FROM audit_log WHERE what = 'cms_id';\n")
        .file(
            "steps/4_bank.sql",
            "UPDATE sponsors SET name = 'Bank' WHERE id = 3;\nALTER TABLE sponsors ALTER COLUMN name SET DEFAULT '';\n",
        )
        .file(
            "steps/4_bank.undo.sql",
            "UPDATE sponsors SET name = 'Church' WHERE id = 3;\nALTER TABLE sponsors ALTER COLUMN name DROP DEFAULT;\n",
        )
        .of(2),
    ]
}

fn of_sqlite() -> Vec<Case> {
    let rebuilt = |name: &str, definition: &str, copied: &str, after: &str, texts: &[&str]| {
        let mut case = named(name, texts).step(&format!(
            "CREATE TABLE new_sponsors ({definition}); INSERT INTO new_sponsors {copied}; \
             DROP TABLE sponsors; ALTER TABLE new_sponsors RENAME TO sponsors"
        ));
        if !after.is_empty() {
            case = case.step(after);
        }
        case.before("CREATE INDEX sponsors_name ON sponsors (name); ")
    };
    let same = "id INTEGER PRIMARY KEY, name TEXT NOT NULL";
    let index = "CREATE INDEX sponsors_name ON sponsors (name)";
    let all = "SELECT id, name FROM sponsors";
    vec![
        Case::honest("a granted parent leaves its children behind", &[])
            .refused(&["refers by (applicant_id) to no row of applicants"])
            .contract(&granted("{ table = \"applicants\", may = [\"delete\"] }"))
            .step("DELETE FROM applicants WHERE id = 2"),
        Case::honest("a row is re-pointed to nothing", &[])
            .refused(&["student_modules", "students"])
            .step("UPDATE student_modules SET student_id = 77 WHERE id = 1"),
        named("REPLACE drops the row in its way", &["sponsors[id=3].name: Church → Bank"])
            .contract(&granted("{ table = \"sponsors\", may = [\"insert\"] }"))
            .step("INSERT OR REPLACE INTO sponsors (id, name) VALUES (3, 'Bank')"),
        named("REPLACE drops a row of another key", &["nameless[code=one, what=first] is gone"])
            .contract(&granted("{ table = \"nameless\", may = [\"insert\"] }"))
            .step("REPLACE INTO nameless (code, what) VALUES ('one', 'new')"),
        rebuilt("a rebuild loses an index", same, all, "", &["index sponsors.sponsors_name is gone"]),
        rebuilt("a rebuild loses NOT NULL", "id INTEGER PRIMARY KEY, name TEXT", all, index, &["column sponsors.name changed: not_null: …"]),
        rebuilt("a rebuild loses the key", "id INTEGER, name TEXT NOT NULL", all, index, &["column sponsors.id changed: definition: PRIMARY KEY → none"]),
        rebuilt("a rebuild collates otherwise", "id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE", all, index,
            &["column sponsors.name changed: collation: none → NOCASE", "index sponsors.sponsors_name changed: …"]),
        rebuilt("a rebuild has a default", "id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT ''", all, index,
            &["column sponsors.name changed: default: none → ''"]),
        rebuilt("a rebuild leaves a row out", same, "SELECT id, name FROM sponsors WHERE id <> 3", index, &["sponsors[id=3] is gone"]),
        rebuilt("a rebuild trims", same, "SELECT id, CASE id WHEN 2 THEN ' ' || name ELSE name END FROM sponsors", index,
            &["sponsors[id=2].name: Company →  Company"]),
        rebuilt("a rebuild has columns the other way round", "name TEXT NOT NULL, id INTEGER PRIMARY KEY",
            "SELECT name, 4 - id FROM sponsors", index, &["sponsors[id=1].name: State → Church", "sponsors[id=3].name: Church → State"]),
        named("an affinity converts", &[
            "column sponsors.name changed: type: TEXT → INTEGER",
            "sponsors[id=3].name: '7' → 7",
        ])
        .before("UPDATE sponsors SET name = '7' WHERE id = 3")
        .step(
            "CREATE TABLE new_sponsors (id INTEGER PRIMARY KEY, name INTEGER NOT NULL); INSERT INTO new_sponsors SELECT id, name FROM sponsors; \
             DROP TABLE sponsors; ALTER TABLE new_sponsors RENAME TO sponsors",
        ),
        named("a temporary trigger", &["sponsors[id=3] is gone"]).step(
            "CREATE TEMP TRIGGER tidy AFTER INSERT ON audit_log BEGIN DELETE FROM sponsors WHERE id = 3; END; \
             INSERT INTO audit_log (what) VALUES ('tidied')",
        ),
        named("a foreign key is dropped by a rebuild", &["column applicant_calls.applicant_id changed: definition: …"]).step(
            "CREATE TABLE new_calls (id INTEGER PRIMARY KEY, applicant_id INTEGER, note TEXT); \
             INSERT INTO new_calls SELECT id, applicant_id, note FROM applicant_calls; \
             DROP TABLE applicant_calls; ALTER TABLE new_calls RENAME TO applicant_calls",
        ),
        Case::honest("a COMMIT in a step", &[]).refused(&["COMMIT"]).step("DELETE FROM sponsors; COMMIT"),
    ]
}
