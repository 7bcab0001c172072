//! What belongs to the catalog and not to any row: objects dropped, altered or left behind, and sequences set back.

use super::case::{Carrier, Case, lines};
use super::schema_mysql;

/// What it is, what one or more statements do, and what has to be named.
pub type Fault = (&'static str, &'static str, &'static [&'static str]);

const OF_POSTGRES: &[Fault] = &[
    ("an index is dropped", "DROP INDEX students_name", &["index students.students_name is gone"]),
    (
        "an index is renamed",
        "ALTER INDEX students_name RENAME TO students_by_name",
        &["index students.students_name is gone", "index students.students_by_name was added without a grant…"],
    ),
    (
        "a partial index covers everything",
        "DROP INDEX students_active; CREATE INDEX students_active ON students (program_id)",
        &["index students.students_active changed: definition: …"],
    ),
    (
        "an index over an expression is one over a column",
        "DROP INDEX students_email; CREATE UNIQUE INDEX students_email ON students (email)",
        &["index students.students_email changed: definition: …"],
    ),
    (
        "an index is marked as invalid",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'students_name'::regclass",
        &["index students.students_name changed: valid: yes → no"],
    ),
    ("an index nobody asked for", "CREATE INDEX more ON sponsors (name)", &["index sponsors.more was added without a grant…"]),
    (
        "a unique constraint is dropped",
        "ALTER TABLE schools DROP CONSTRAINT schools_code_key",
        &["constraint schools.schools_code_key is gone", "index schools.schools_code_key is gone"],
    ),
    (
        "a primary key is dropped",
        "ALTER TABLE next_of_kins DROP CONSTRAINT next_of_kins_pkey",
        &["constraint next_of_kins.next_of_kins_pkey is gone", "index next_of_kins.next_of_kins_pkey is gone"],
    ),
    (
        "a foreign key is dropped",
        "ALTER TABLE programs DROP CONSTRAINT programs_school_id_fkey",
        &["constraint programs.programs_school_id_fkey is gone"],
    ),
    (
        "a foreign key cascades now",
        "ALTER TABLE programs DROP CONSTRAINT programs_school_id_fkey, \
        ADD CONSTRAINT programs_school_id_fkey FOREIGN KEY (school_id) REFERENCES schools ON DELETE CASCADE",
        &["constraint programs.programs_school_id_fkey changed: definition: …"],
    ),
    (
        "a foreign key is not validated",
        "ALTER TABLE programs DROP CONSTRAINT programs_school_id_fkey, \
        ADD CONSTRAINT programs_school_id_fkey FOREIGN KEY (school_id) REFERENCES schools NOT VALID",
        &["constraint programs.programs_school_id_fkey changed: definition: …"],
    ),
    (
        "foreign keys are switched off",
        "ALTER TABLE next_of_kins DISABLE TRIGGER ALL",
        &["constraint next_of_kins.next_of_kins_student_id_fkey changed: triggers: …"],
    ),
    (
        "a check is dropped",
        "ALTER TABLE students DROP CONSTRAINT students_status_check",
        &["constraint students.students_status_check is gone"],
    ),
    ("a domain forgets its check", "ALTER DOMAIN mark DROP CONSTRAINT mark_check", &["constraint mark.mark_check is gone"]),
    (
        "a default is dropped",
        "ALTER TABLE students ALTER COLUMN status DROP DEFAULT",
        &["column students.status changed: default: 'active'::text → none"],
    ),
    (
        "a default is altered",
        "ALTER TABLE student_modules ALTER COLUMN credits SET DEFAULT 12",
        &["column student_modules.credits changed: default: 10 → 12"],
    ),
    (
        "a default is left behind",
        "ALTER TABLE sponsors ALTER COLUMN name SET DEFAULT ''",
        &["column sponsors.name changed: default: none → ''::text"],
    ),
    (
        "a sequence no longer numbers",
        "ALTER TABLE students ALTER COLUMN id DROP DEFAULT",
        &["column students.id changed: default: nextval…"],
    ),
    ("NOT NULL is dropped", "ALTER TABLE sponsors ALTER COLUMN name DROP NOT NULL", &["column sponsors.name changed: not null: yes → no"]),
    (
        "a type is widened",
        "ALTER TABLE students ALTER COLUMN email TYPE varchar(90)",
        &["column students.email changed: type: character varying(80) → character varying(90)"],
    ),
    (
        "a type is rewritten",
        "ALTER TABLE term_results ALTER COLUMN student_id TYPE bigint",
        &["column term_results.student_id changed: type: integer → bigint"],
    ),
    (
        "a collation is set",
        "ALTER TABLE sponsors ALTER COLUMN name TYPE text COLLATE \"C\"",
        &["column sponsors.name changed: collation: none → …"],
    ),
    (
        "a generated column is an ordinary one",
        "ALTER TABLE invoices ALTER COLUMN gross DROP EXPRESSION",
        &["column invoices.gross changed: generated: stored: …"],
    ),
    (
        "an identity is lost",
        "ALTER TABLE invoices ALTER COLUMN id DROP IDENTITY",
        &["column invoices.id changed: identity: always → none", "sequence invoices_id_seq is gone"],
    ),
    (
        "a column is dropped",
        "ALTER TABLE applicant_papers DROP COLUMN title",
        &[
            "column applicant_papers.title is gone",
            "the columns title of applicant_papers are gone, and with them 3 cells",
            "the columns title of applicant_papers are gone, and with them 3 cells",
            "the columns title of applicant_papers are gone, and with them 3 cells",
        ],
    ),
    ("a column is added", "ALTER TABLE sponsors ADD COLUMN note text", &["column sponsors.note was added without a grant"]),
    (
        "a table is dropped",
        "DROP TABLE attendance",
        &[
            "table attendance is gone, with 3 objects that belong to it",
            "attendance is gone with its 5 rows",
            "attendance is gone with its 5 rows",
            "attendance is gone with its 5 rows",
        ],
    ),
    ("a table is left behind", "CREATE TABLE students_backup AS TABLE students", &["table students_backup was added without a grant"]),
    ("a trigger is dropped", "DROP TRIGGER sessions_seen ON sessions", &["trigger sessions.sessions_seen is gone"]),
    (
        "a trigger is switched off",
        "ALTER TABLE sessions DISABLE TRIGGER sessions_seen",
        &["trigger sessions.sessions_seen changed: enabled: yes → no"],
    ),
    (
        "a trigger is added",
        "CREATE TRIGGER more BEFORE UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION seen_now()",
        &["trigger sessions.more was added without a grant…"],
    ),
    (
        "a function does something else",
        "CREATE OR REPLACE FUNCTION passed(marks text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'",
        &["routine passed(marks text) changed: …"],
    ),
    (
        "a view shows more",
        "CREATE OR REPLACE VIEW active_students AS SELECT id, name, program_id FROM students",
        &["view active_students changed: definition: …"],
    ),
    ("a view is dropped", "DROP VIEW active_students", &["view active_students is gone"]),
    ("a rule is dropped", "DROP RULE notices_kept ON notices", &["rule notices.notices_kept is gone"]),
    ("a policy shows more", "ALTER POLICY notices_public ON notices USING (true)", &["policy notices.notices_public changed: using: …"]),
    (
        "row-level security is switched off",
        "ALTER TABLE notices DISABLE ROW LEVEL SECURITY",
        &["table notices changed: row security: enabled → none"],
    ),
    ("a grant is given", "GRANT DELETE ON students TO pg_monitor", &["grant students: DELETE to pg_monitor was added without a grant"]),
    ("a grant is taken", "REVOKE SELECT ON students FROM pg_monitor", &["grant students: SELECT to pg_monitor is gone"]),
    (
        "a grant on a column is taken",
        "REVOKE UPDATE (name) ON students FROM pg_monitor",
        &["grant students.name: UPDATE to pg_monitor is gone"],
    ),
    (
        "everybody may read",
        "GRANT SELECT ON ALL TABLES IN SCHEMA archive TO public",
        &["grant archive.old_students: SELECT to public was added without a grant"],
    ),
    (
        "default privileges are taken",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA archive REVOKE SELECT ON TABLES FROM pg_monitor",
        &["default privileges postgres in archive on tables is gone"],
    ),
    ("an owner changes", "ALTER TABLE sponsors OWNER TO pg_monitor", &["table sponsors changed: owner: postgres → pg_monitor"]),
    (
        "a comment is lost",
        "COMMENT ON COLUMN students.status IS NULL",
        &["column students.status changed: comment: As the registrar sees it → none"],
    ),
    ("statistics are dropped", "DROP STATISTICS students_programs", &["statistics students_programs is gone"]),
    (
        "an enum has one more value",
        "ALTER TYPE grade ADD VALUE 'D' AFTER 'C'",
        &["type grade changed: labels: 'A', 'B', 'C', 'F' → 'A', 'B', 'C', 'D', 'F'"],
    ),
    ("storage options change", "ALTER TABLE students SET (fillfactor = 50)", &["table students changed: options: none → fillfactor=50"]),
    ("a table is no longer logged", "ALTER TABLE sponsors SET UNLOGGED", &["table sponsors changed: persistence: none → unlogged"]),
    (
        "a partition is taken off",
        "ALTER TABLE events DETACH PARTITION events_2023",
        &["table events_2023 changed: inherits: events → none, partition bound: …", "events[id=1, year=2023] is gone"],
    ),
    ("a table no longer inherits", "ALTER TABLE teachers NO INHERIT people", &["table teachers changed: inherits: people → none"]),
    ("replica identity", "ALTER TABLE students REPLICA IDENTITY FULL", &["table students changed: replica identity: none → full"]),
    ("a schema is left behind", "CREATE SCHEMA work", &["schema work was added without a grant"]),
    ("everything is published", "CREATE PUBLICATION all_of_it FOR ALL TABLES", &["publication all_of_it was added without a grant"]),
    ("a sequence takes other steps", "ALTER SEQUENCE receipt_number INCREMENT 10", &["sequence receipt_number changed: increment: 1 → 10"]),
    ("a sequence is dropped", "DROP SEQUENCE receipt_number", &["sequence receipt_number is gone"]),
    ("a sequence is set back", "ALTER SEQUENCE receipt_number RESTART", &["the sequence receipt_number was set back from 5001 to 5000"]),
    (
        "a sequence is set back behind its table",
        "ALTER SEQUENCE students_id_seq RESTART WITH 3",
        &[
            "the sequence students_id_seq was set back from 7 to 3",
            "the sequence students_id_seq gives 3 next, and students.id already holds 6",
        ],
    ),
    (
        "an identity is set back",
        "ALTER TABLE invoices ALTER COLUMN id RESTART WITH 2",
        &[
            "the sequence invoices_id_seq was set back from 4 to 2",
            "the sequence invoices_id_seq gives 2 next, and invoices.id already holds 2",
        ],
    ),
    (
        "a promised column has a default",
        "ALTER TABLE students ALTER COLUMN cms_id SET DEFAULT 0",
        &["students.cms_id has a default that nothing promised: 0"],
    ),
    (
        "a promised column has another type",
        "ALTER TABLE students ALTER COLUMN cms_id TYPE bigint",
        &["students.cms_id is bigint, nullable, and should be integer, nullable"],
    ),
    (
        "a promised column may not be NULL",
        "ALTER TABLE students ALTER COLUMN cms_id SET NOT NULL",
        &["students.cms_id is integer, not null, and should be integer, nullable"],
    ),
    (
        "a promised key is not there",
        "ALTER TABLE students DROP CONSTRAINT students_cms_id_unique",
        &["no valid unique key enforces students.cms_id"],
    ),
];

const OF_SQLITE: &[Fault] = &[
    ("an index is dropped", "DROP INDEX students_name", &["index students.students_name is gone"]),
    (
        "a partial index covers everything",
        "DROP INDEX students_active; CREATE INDEX students_active ON students (program_id)",
        &["index students.students_active changed: …"],
    ),
    (
        "an index over an expression is one over a column",
        "DROP INDEX students_email; CREATE UNIQUE INDEX students_email ON students (email)",
        &["index students.students_email changed: …"],
    ),
    (
        "a unique index is an ordinary one",
        "DROP INDEX students_email; CREATE INDEX students_email ON students (lower(email))",
        &["index students.students_email changed: unique: yes → none"],
    ),
    ("an index nobody asked for", "CREATE INDEX more ON sponsors (name)", &["index sponsors.more was added without a grant…"]),
    ("a column is added", "ALTER TABLE sponsors ADD COLUMN note TEXT", &["column sponsors.note was added without a grant"]),
    (
        "a column is dropped",
        "ALTER TABLE students DROP COLUMN born",
        &[
            "column students.born is gone",
            "the columns born of students are gone, and with them 6 cells",
            "the columns born of students are gone, and with them 6 cells",
            "the columns born of students are gone, and with them 6 cells",
        ],
    ),
    (
        "a column is renamed",
        "ALTER TABLE sponsors RENAME COLUMN name TO title",
        &[
            "column sponsors.name is gone",
            "column sponsors.title was added without a grant",
            "the columns name of sponsors are gone, and with them 3 cells",
            "the columns name of sponsors are gone, and with them 3 cells",
            "the columns name of sponsors are gone, and with them 3 cells",
        ],
    ),
    (
        "a table is dropped",
        "DROP TABLE attendance",
        &[
            "table attendance is gone, with 3 objects that belong to it",
            "attendance is gone with its 5 rows",
            "attendance is gone with its 5 rows",
            "attendance is gone with its 5 rows",
        ],
    ),
    (
        "a table is left behind",
        "CREATE TABLE students_backup AS SELECT * FROM students",
        &["table students_backup was added without a grant"],
    ),
    ("a trigger is dropped", "DROP TRIGGER sessions_seen", &["trigger sessions.sessions_seen is gone"]),
    (
        "a trigger does something else",
        "DROP TRIGGER sessions_seen; \
        CREATE TRIGGER sessions_seen AFTER UPDATE ON sessions BEGIN UPDATE sessions SET seen = 'then' WHERE token = new.token; END",
        &["trigger sessions.sessions_seen changed: definition: …"],
    ),
    (
        "a view shows more",
        "DROP VIEW active_students; CREATE VIEW active_students AS SELECT id, name, program_id FROM students",
        &["view active_students changed: definition: …"],
    ),
    ("a view is dropped", "DROP VIEW active_students", &["view active_students is gone"]),
    ("the application's version", "PRAGMA user_version = 7", &["database main changed: user_version: 0 → 7"]),
    (
        "a sequence is set back",
        "UPDATE sqlite_sequence SET seq = 2 WHERE name = 'students'",
        &["the sequence students was set back from 7 to 3", "the sequence students gives 3 next, and students.id already holds 6"],
    ),
    ("a sequence is forgotten", "DELETE FROM sqlite_sequence WHERE name = 'invoices'", &["the sequence invoices was set back from 4 to 3"]),
    ("a promised key is not there", "DROP INDEX students_cms_id_unique", &["no valid unique key enforces students.cms_id"]),
];

/// Several faults of different objects in one run, in a step or, where the database lets them be hidden deeper, there.
pub fn faults(dialect: &str) -> Vec<Case> {
    use Carrier::{Block, Deferred, Function, Procedure, Step, Trigger};
    let (faults, carriers): (_, &[Carrier]) = match dialect {
        "postgres" => (OF_POSTGRES, &[Step, Function, Block, Trigger, Deferred]),
        "mysql" => (schema_mysql::FAULTS, &[Step, Procedure]),
        _ => (OF_SQLITE, &[Step]),
    };
    // A run on MariaDB costs most.
    let together = if dialect == "mysql" { 6 } else { 4 };
    let runs = faults.len().div_ceil(together);
    let planted = |(first, carrier): (usize, &Carrier)| {
        // Neighbours in the list are about the same object, so that those far from each other share a run.
        let chosen: Vec<_> = faults.iter().skip(first).step_by(runs).collect();
        let of = |part: fn(&Fault) -> &'static str, between: &str| chosen.iter().map(|fault| part(fault)).collect::<Vec<_>>().join(between);
        let named: Vec<_> = chosen.iter().flat_map(|(_, _, named)| lines(named)).collect();
        let sql = of(|fault| fault.1, "; ");
        // On MariaDB, no stored program defines another one.
        let defines = ["EVENT", "TRIGGER", "PROCEDURE", "FUNCTION"].iter().any(|sort| sql.contains(sort));
        let carrier = if *carrier == Procedure && defines { Step } else { *carrier };
        Case::planted(carrier, dialect, &of(|fault| fault.0, "; "), &sql, &named).of(chosen.len())
    };
    (0..runs).zip(carriers.iter().cycle()).map(planted).collect()
}
