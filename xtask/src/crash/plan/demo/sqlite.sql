-- Numbers from 1
CREATE TEMP TABLE numbers (n INTEGER PRIMARY KEY);
-- Numbers from 1 to as many as the largest table has rows
WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 30000 * :scale)
INSERT INTO numbers SELECT n FROM counted;
-- Students
CREATE TABLE students (id integer PRIMARY KEY, name varchar(60) NOT NULL, status varchar(20), note text);
-- Rows of students
INSERT INTO students
SELECT n, 'Student ' || n, CASE n % 3 WHEN 0 THEN 'Active' WHEN 1 THEN 'Closed' END, CASE WHEN n % 7 = 0 THEN '' END FROM numbers WHERE n <= 5000 * :scale;
-- Marks
CREATE TABLE marks (id integer PRIMARY KEY, student_id integer NOT NULL REFERENCES students (id), mark integer NOT NULL, grade varchar(2));
-- Rows of marks
INSERT INTO marks SELECT n, 1 + n % (5000 * :scale), n * 7919 % 101, NULL FROM numbers WHERE n <= 30000 * :scale;
-- An index
CREATE INDEX marks_by_student ON marks (student_id);
-- Drafts
CREATE TABLE drafts (id integer PRIMARY KEY, body varchar(40));
-- Rows of drafts
INSERT INTO drafts SELECT id, 'draft' FROM students WHERE id <= 400;
-- What was done
CREATE TABLE journal (id integer PRIMARY KEY, what varchar(40) NOT NULL);
-- What the build alone needed
DROP TABLE numbers;
