-- Numbers from 1
CREATE TEMPORARY TABLE numbers (n int NOT NULL PRIMARY KEY);
-- Numbers from 1 to as many as the largest table has rows
INSERT INTO numbers
WITH RECURSIVE digits (d) AS (SELECT 0 UNION ALL SELECT d + 1 FROM digits WHERE d < 999)
SELECT 1 + ones.d + thousands.d * 1000 FROM digits thousands JOIN digits ones WHERE thousands.d < 30 * :scale;
-- Students
CREATE TABLE students (id integer PRIMARY KEY, name varchar(60) NOT NULL, status varchar(20), note text);
-- Rows of students
INSERT INTO students
SELECT n, CONCAT('Student ', n), CASE n % 3 WHEN 0 THEN 'Active' WHEN 1 THEN 'Closed' END, CASE WHEN n % 7 = 0 THEN '' END FROM numbers WHERE n <= 5000 * :scale;
-- Marks
CREATE TABLE marks (id integer PRIMARY KEY, student_id integer NOT NULL, mark integer NOT NULL, grade varchar(2),
    CONSTRAINT marks_student_fk FOREIGN KEY (student_id) REFERENCES students (id));
-- Rows of marks
INSERT INTO marks SELECT n, 1 + n % (5000 * :scale), n * 7919 % 101, NULL FROM numbers WHERE n <= 30000 * :scale;
-- Drafts
CREATE TABLE drafts (id integer PRIMARY KEY, body varchar(40));
-- Rows of drafts
INSERT INTO drafts SELECT id, 'draft' FROM students WHERE id <= 400;
-- What was done
CREATE TABLE journal (id integer PRIMARY KEY, what varchar(40) NOT NULL);
