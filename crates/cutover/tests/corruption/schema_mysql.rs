//! What belongs to MariaDB's catalog and not to any row: objects dropped, altered or left behind, and counters set back.

use super::schema::Fault;

pub const FAULTS: &[Fault] = &[
    ("an index is dropped", "DROP INDEX students_name ON students", &["index students.students_name is gone"]),
    (
        "an index is renamed",
        "ALTER TABLE students RENAME INDEX students_active TO students_now",
        &["index students.students_active is gone", "index students.students_now was added without a grant…"],
    ),
    (
        "an index over a part of the column",
        "DROP INDEX students_name ON students; CREATE INDEX students_name ON students (name(3))",
        &["index students.students_name changed: columns: name → name(3)"],
    ),
    (
        "an index the other way round",
        "DROP INDEX students_active ON students; CREATE INDEX students_active ON students (program_id, status)",
        &["index students.students_active changed: columns: status, program_id → program_id, status"],
    ),
    (
        "a unique index is an ordinary one",
        "DROP INDEX students_email ON students; CREATE INDEX students_email ON students (email)",
        &["index students.students_email changed: unique: yes → none"],
    ),
    (
        "an index that no query may use",
        "ALTER TABLE students ALTER INDEX students_name IGNORED",
        &["index students.students_name changed: ignored: none → yes"],
    ),
    ("an index nobody asked for", "CREATE INDEX more ON sponsors (name)", &["index sponsors.more was added without a grant…"]),
    ("a unique constraint is dropped", "ALTER TABLE schools DROP INDEX code", &["index schools.code is gone"]),
    ("a primary key is dropped", "ALTER TABLE sessions DROP PRIMARY KEY", &["index sessions.PRIMARY is gone"]),
    (
        "a foreign key is dropped, and the index that it had made stays",
        "ALTER TABLE programs DROP FOREIGN KEY programs_school_id_fkey",
        &["constraint programs.programs_school_id_fkey is gone", "index programs.programs_school_id_fkey was added without a grant…"],
    ),
    (
        "a foreign key cascades now",
        "ALTER TABLE student_modules DROP FOREIGN KEY student_modules_student_id_fkey; ALTER TABLE student_modules \
         ADD CONSTRAINT student_modules_student_id_fkey FOREIGN KEY (student_id) REFERENCES students (id) ON DELETE CASCADE",
        &["constraint student_modules.student_modules_student_id_fkey changed: …"],
    ),
    (
        "a foreign key refuses where it cascaded",
        "ALTER TABLE applicant_papers DROP FOREIGN KEY applicant_papers_applicant_id_fkey; ALTER TABLE applicant_papers \
         ADD CONSTRAINT applicant_papers_applicant_id_fkey FOREIGN KEY (applicant_id) REFERENCES applicants (id) ON DELETE CASCADE",
        &["constraint applicant_papers.applicant_papers_applicant_id_fkey changed: …"],
    ),
    (
        "a check is dropped",
        "ALTER TABLE students DROP CONSTRAINT students_status_check",
        &["constraint students.students_status_check is gone"],
    ),
    (
        "a check is more lenient",
        "ALTER TABLE students DROP CONSTRAINT students_status_check; \
         ALTER TABLE students ADD CONSTRAINT students_status_check CHECK (status <> '')",
        &["constraint students.students_status_check changed: …"],
    ),
    (
        "a check of a column is left behind",
        "ALTER TABLE sponsors ADD CONSTRAINT more CHECK (name <> '')",
        &["constraint sponsors.more was added without a grant"],
    ),
    (
        "a default is dropped",
        "ALTER TABLE students ALTER COLUMN status DROP DEFAULT",
        &["column students.status changed: default: 'active' → none"],
    ),
    (
        "a default is altered",
        "ALTER TABLE student_modules ALTER COLUMN credits SET DEFAULT 12",
        &["column student_modules.credits changed: default: 10 → 12"],
    ),
    (
        "a default is left behind",
        "ALTER TABLE sponsors ALTER COLUMN name SET DEFAULT ''",
        &["column sponsors.name changed: default: none → ''"],
    ),
    ("NOT NULL is lost", "ALTER TABLE audit_log MODIFY what varchar(80)", &["column audit_log.what changed: not_null: yes → none"]),
    (
        "a type is wider",
        "ALTER TABLE term_results MODIFY points varchar(20)",
        &["column term_results.points changed: type: varchar(10) → varchar(20)"],
    ),
    (
        "a number is unsigned",
        "ALTER TABLE attendance MODIFY student_id int unsigned",
        &["column attendance.student_id changed: type: int(11) → int(10) unsigned"],
    ),
    (
        "a moment is set anew at every change",
        "ALTER TABLE everything MODIFY zoned timestamp NULL ON UPDATE current_timestamp",
        &["column everything.zoned changed: extra: none → on update current_timestamp()"],
    ),
    (
        "an enum has one more value",
        "ALTER TABLE student_modules MODIFY grade enum('A', 'B', 'C', 'D', 'F')",
        &["column student_modules.grade changed: type: enum('A','B','C','F') → enum('A','B','C','D','F')"],
    ),
    (
        "a comment is lost",
        "ALTER TABLE students MODIFY status varchar(20) NOT NULL DEFAULT 'active'",
        &["column students.status changed: comment: As the registrar sees it → none"],
    ),
    ("a table's comment is another one", "ALTER TABLE students COMMENT 'All'", &["table students changed: comment: …"]),
    (
        "a collation is another one",
        "ALTER TABLE sponsors MODIFY name varchar(80) COLLATE utf8mb4_bin NOT NULL",
        &["column sponsors.name changed: collation: utf8mb4_general_ci → utf8mb4_bin"],
    ),
    (
        "a character set is an old one",
        "ALTER TABLE applicants MODIFY name varchar(80) CHARACTER SET latin1 NOT NULL",
        &["column applicants.name changed: collation: utf8mb4_general_ci → latin1_swedish_ci"],
    ),
    (
        "new columns of a table collate otherwise",
        "ALTER TABLE schools DEFAULT COLLATE utf8mb4_bin",
        &["table schools changed: collation: utf8mb4_general_ci → utf8mb4_bin"],
    ),
    (
        "a table has another engine",
        "ALTER TABLE attendance ENGINE = Aria",
        &["table attendance changed: engine: InnoDB → Aria, options: …"],
    ),
    ("rows are stored otherwise", "ALTER TABLE sessions ROW_FORMAT = COMPACT", &["table sessions changed: options: …"]),
    (
        "a generated column is an ordinary one",
        "ALTER TABLE invoices MODIFY gross decimal(12, 2)",
        &["column invoices.gross changed: extra: STORED GENERATED → none, generated: …"],
    ),
    (
        "a formula is another one",
        "ALTER TABLE invoices MODIFY gross decimal(12, 2) GENERATED ALWAYS AS (net * 1.2) STORED",
        &["column invoices.gross changed: generated: …", "invoices[id=1].gross: 115.00 → 120.00", "invoices[id=2].gross: 288.08 → 300.60"],
    ),
    (
        "a table no longer numbers its rows",
        "ALTER TABLE next_of_kins MODIFY id int NOT NULL",
        &["column next_of_kins.id changed: extra: auto_increment → none"],
    ),
    ("a counter is set back", "ALTER TABLE invoices AUTO_INCREMENT = 3", &["the sequence invoices was set back from 4 to 3"]),
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
        "a column is hidden",
        "ALTER TABLE applicant_calls MODIFY note varchar(80) INVISIBLE",
        &["column applicant_calls.note changed: extra: none → INVISIBLE"],
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
    ("a table is left behind", "CREATE TABLE students_backup LIKE students", &["table students_backup was added without a grant"]),
    ("a partition is gone", "ALTER TABLE parts DROP PARTITION parts_2023", &["table parts changed: …", "parts[id=1, year=2023] is gone"]),
    ("a trigger is dropped", "DROP TRIGGER sessions_seen", &["trigger sessions.sessions_seen is gone"]),
    (
        "a trigger does something else",
        "CREATE OR REPLACE TRIGGER sessions_seen BEFORE UPDATE ON sessions FOR EACH ROW SET new.seen = 'then'",
        &["trigger sessions.sessions_seen changed: definition: …"],
    ),
    (
        "a trigger is defined again under another sql_mode",
        "CREATE OR REPLACE TRIGGER sessions_seen BEFORE UPDATE ON sessions FOR EACH ROW SET new.seen = 'now'",
        &["trigger sessions.sessions_seen changed: sql_mode: …"],
    ),
    (
        "a trigger is added",
        "CREATE TRIGGER more AFTER DELETE ON sponsors FOR EACH ROW INSERT INTO audit_log (what) VALUES ('gone')",
        &["trigger sponsors.more was added without a grant…"],
    ),
    (
        "a function does something else",
        "CREATE OR REPLACE FUNCTION passed(marks varchar(10)) RETURNS boolean DETERMINISTIC NO SQL RETURN true",
        &["routine passed changed: …"],
    ),
    (
        "a procedure runs with another's rights",
        "ALTER PROCEDURE greet SQL SECURITY INVOKER",
        &["routine greet changed: procedure security: DEFINER → INVOKER"],
    ),
    ("a procedure is dropped", "DROP PROCEDURE greet", &["routine greet is gone"]),
    (
        "a view shows more",
        "CREATE OR REPLACE VIEW active_students AS SELECT id, name, program_id FROM students",
        &["view active_students changed: definition: …"],
    ),
    ("a view is dropped", "DROP VIEW active_students", &["view active_students is gone"]),
    ("an event is dropped", "DROP EVENT sessions_end", &["event sessions_end is gone"]),
    ("an event no longer runs", "ALTER EVENT sessions_end DISABLE", &["event sessions_end changed: status: ENABLED → DISABLED"]),
    ("an event does something else", "ALTER EVENT sessions_end DO DELETE FROM sessions", &["event sessions_end changed: definition: …"]),
    ("a sequence takes other steps", "ALTER SEQUENCE receipt_number INCREMENT 10", &["sequence receipt_number changed: increment: 1 → 10"]),
    ("a sequence is dropped", "DROP SEQUENCE receipt_number", &["sequence receipt_number is gone"]),
    ("a sequence is set back", "ALTER SEQUENCE receipt_number RESTART", &["the sequence receipt_number was set back from 5001 to 5000"]),
    (
        "a promised column has a default",
        "ALTER TABLE students ALTER COLUMN cms_id SET DEFAULT 0",
        &["students.cms_id has a default that nothing promised: 0"],
    ),
    (
        "a promised column has another type",
        "ALTER TABLE students MODIFY cms_id bigint",
        &["students.cms_id is bigint, nullable, and should be int, nullable"],
    ),
    (
        "a promised column may not be NULL",
        "ALTER TABLE students MODIFY cms_id int NOT NULL",
        &["students.cms_id is int, not null, and should be int, nullable"],
    ),
    ("a promised key is not there", "DROP INDEX students_cms_id_unique ON students", &["no valid unique key enforces students.cms_id"]),
];
