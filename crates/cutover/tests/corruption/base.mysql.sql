-- A small registry with every sort of object that a run could harm.
CREATE TABLE schools (id int PRIMARY KEY, code varchar(20) NOT NULL UNIQUE, name varchar(80) NOT NULL);
CREATE TABLE programs (
    id int AUTO_INCREMENT PRIMARY KEY,
    code varchar(20) NOT NULL UNIQUE,
    name varchar(80) NOT NULL,
    school_id int NOT NULL,
    CONSTRAINT programs_school_id_fkey FOREIGN KEY (school_id) REFERENCES schools (id)
);
CREATE TABLE sponsors (id int PRIMARY KEY, name varchar(80) NOT NULL);
CREATE TABLE students (
    id int AUTO_INCREMENT PRIMARY KEY,
    name varchar(80) NOT NULL,
    email varchar(80),
    phone varchar(40),
    status varchar(20) NOT NULL DEFAULT 'active' COMMENT 'As the registrar sees it',
    born date,
    enrolled_at varchar(40),
    program_id int,
    sponsor_id int,
    CONSTRAINT students_status_check CHECK (status IN ('active', 'graduated', 'withdrawn')),
    CONSTRAINT students_program_id_fkey FOREIGN KEY (program_id) REFERENCES programs (id)
) COLLATE utf8mb4_general_ci COMMENT 'One row for everybody who was ever admitted';
CREATE INDEX students_name ON students (name);
CREATE UNIQUE INDEX students_email ON students (email);
CREATE INDEX students_active ON students (status, program_id);
CREATE TABLE student_modules (
    id int AUTO_INCREMENT PRIMARY KEY,
    student_id int NOT NULL,
    module varchar(40) NOT NULL,
    marks varchar(10),
    grade enum('A', 'B', 'C', 'F'),
    credits float NOT NULL DEFAULT 10,
    CONSTRAINT student_modules_student_id_fkey FOREIGN KEY (student_id) REFERENCES students (id)
);
CREATE TABLE next_of_kins (
    id int AUTO_INCREMENT PRIMARY KEY,
    student_id int NOT NULL,
    name varchar(80) NOT NULL,
    CONSTRAINT next_of_kins_student_id_fkey FOREIGN KEY (student_id) REFERENCES students (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE applicants (id int PRIMARY KEY, name varchar(80) NOT NULL);
CREATE TABLE applicant_papers (
    id int PRIMARY KEY,
    applicant_id int NOT NULL,
    title varchar(80) NOT NULL,
    CONSTRAINT applicant_papers_applicant_id_fkey FOREIGN KEY (applicant_id) REFERENCES applicants (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE applicant_calls (
    id int PRIMARY KEY,
    applicant_id int,
    note varchar(80),
    CONSTRAINT applicant_calls_applicant_id_fkey FOREIGN KEY (applicant_id) REFERENCES applicants (id) ON DELETE SET NULL
);
CREATE TABLE term_results (student_id int NOT NULL, term varchar(10) NOT NULL, points varchar(10), PRIMARY KEY (student_id, term));
CREATE TABLE attendance (student_id int, day date, room varchar(10));
CREATE TABLE audit_log (id int AUTO_INCREMENT PRIMARY KEY, what varchar(80) NOT NULL);
CREATE TABLE sessions (token varchar(40) PRIMARY KEY, seen varchar(20));
CREATE TABLE invoices (
    id int AUTO_INCREMENT PRIMARY KEY,
    net decimal(12, 2) NOT NULL,
    gross decimal(12, 2) GENERATED ALWAYS AS (net * 1.15) STORED
);
CREATE TABLE `Odd "Table"` (`order by` int PRIMARY KEY, `Sélect` varchar(20));
CREATE TABLE parts (id int NOT NULL, year int NOT NULL, what varchar(40), PRIMARY KEY (id, year))
    PARTITION BY RANGE (year) (PARTITION parts_2023 VALUES LESS THAN (2024), PARTITION parts_2024 VALUES LESS THAN (2025));
CREATE SEQUENCE receipt_number START WITH 5000 CACHE 1;

CREATE VIEW active_students AS SELECT id, name, program_id FROM students WHERE status = 'active';
CREATE FUNCTION passed(marks varchar(10)) RETURNS boolean DETERMINISTIC NO SQL RETURN marks REGEXP '^[0-9]+$' AND marks >= 50;
CREATE PROCEDURE greet(IN who varchar(80)) READS SQL DATA SELECT concat('Good day, ', who);
CREATE TRIGGER sessions_seen BEFORE UPDATE ON sessions FOR EACH ROW SET new.seen = 'now';
CREATE EVENT sessions_end ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01 00:00:00' DO DELETE FROM sessions WHERE seen = 'never';
INSERT INTO parts VALUES (1, 2023, 'Graduation'), (2, 2024, 'Open day');
DO NEXTVAL(receipt_number);
SET time_zone = '+00:00', sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES');
