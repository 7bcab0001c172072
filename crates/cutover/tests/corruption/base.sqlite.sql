-- A small registry with every sort of object that a run could harm.
CREATE TABLE schools (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL);
CREATE TABLE programs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    school_id INTEGER NOT NULL REFERENCES schools (id)
);
CREATE TABLE sponsors (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE students (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL COLLATE NOCASE,
    email VARCHAR(80),
    phone TEXT,
    status TEXT NOT NULL DEFAULT 'active' CONSTRAINT students_status_check CHECK (status IN ('active', 'graduated', 'withdrawn')),
    born DATE,
    enrolled_at TEXT,
    program_id INTEGER REFERENCES programs (id),
    sponsor_id INTEGER
);
CREATE INDEX students_name ON students (name);
CREATE UNIQUE INDEX students_email ON students (lower(email));
CREATE INDEX students_active ON students (program_id) WHERE status = 'active';
CREATE TABLE student_modules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    student_id INTEGER NOT NULL REFERENCES students (id),
    module TEXT NOT NULL,
    marks TEXT,
    grade TEXT,
    credits REAL NOT NULL DEFAULT 10
);
CREATE TABLE next_of_kins (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    student_id INTEGER NOT NULL REFERENCES students (id) ON DELETE CASCADE ON UPDATE CASCADE,
    name TEXT NOT NULL
);
CREATE TABLE applicants (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE applicant_papers (
    id INTEGER PRIMARY KEY,
    applicant_id INTEGER NOT NULL REFERENCES applicants (id) ON DELETE CASCADE ON UPDATE CASCADE,
    title TEXT NOT NULL
);
CREATE TABLE applicant_calls (id INTEGER PRIMARY KEY, applicant_id INTEGER REFERENCES applicants (id) ON DELETE SET NULL, note TEXT);
CREATE TABLE term_results (student_id INTEGER NOT NULL, term TEXT NOT NULL, points TEXT, PRIMARY KEY (student_id, term)) WITHOUT ROWID;
CREATE TABLE attendance (student_id INTEGER, day DATE, room TEXT);
CREATE TABLE audit_log (id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL);
CREATE TABLE sessions (token TEXT NOT NULL PRIMARY KEY, seen TEXT);
CREATE TABLE invoices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    net NUMERIC NOT NULL,
    gross NUMERIC GENERATED ALWAYS AS (net * 2) STORED
);
CREATE TABLE nameless (code TEXT PRIMARY KEY, what TEXT);
CREATE TABLE "Odd ""Table""" ("order by" INTEGER PRIMARY KEY, "Sélect" TEXT);
CREATE TABLE strictly (id INTEGER PRIMARY KEY, whole INT, part REAL, words TEXT, bytes BLOB, anything ANY) STRICT;

CREATE VIEW active_students AS SELECT id, name, program_id FROM students WHERE status = 'active';
CREATE TRIGGER sessions_seen AFTER UPDATE OF token ON sessions BEGIN UPDATE sessions SET seen = 'now' WHERE token = new.token; END;

INSERT INTO nameless VALUES ('one', 'first'), (NULL, 'second'), (NULL, 'third');
INSERT INTO strictly VALUES (1, 7, 0.5, 'seven', x'07', '7'), (2, 8, 1.5, 'eight', x'08', 8);
