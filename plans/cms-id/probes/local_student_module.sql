-- A student's module made here has no cms_id, another one neither, and no cms_id is given twice
-- Presumes at least one row in student_modules; what must not be NULL is copied from its oldest.
INSERT INTO student_modules (marks, semester_module_id, status, grade, student_semester_id, credits)
SELECT 'cutover probe 1', semester_module_id, status, grade, student_semester_id, credits FROM student_modules WHERE id = (SELECT MIN(id) FROM student_modules);
INSERT INTO student_modules (marks, semester_module_id, status, grade, student_semester_id, credits)
SELECT 'cutover probe 2', semester_module_id, status, grade, student_semester_id, credits FROM student_modules WHERE id = (SELECT MIN(id) FROM student_modules);
INSERT INTO student_modules (marks, semester_module_id, status, grade, student_semester_id, credits, cms_id)
SELECT 'cutover probe 3', semester_module_id, status, grade, student_semester_id, credits, -2147483647 FROM student_modules WHERE id = (SELECT MIN(id) FROM student_modules);
--! refused
INSERT INTO student_modules (marks, semester_module_id, status, grade, student_semester_id, credits, cms_id)
SELECT 'cutover probe 4', semester_module_id, status, grade, student_semester_id, credits, -2147483647 FROM student_modules WHERE id = (SELECT MIN(id) FROM student_modules);
SELECT 'made here, with a cms_id' AS problem, id, cms_id
FROM student_modules
WHERE marks IN ('cutover probe 1', 'cutover probe 2') AND cms_id IS NOT NULL
UNION ALL
SELECT 'not entered: rows, and cms_ids among them', entered.made, entered.given
FROM (SELECT COUNT(*) AS made, COUNT(cms_id) AS given FROM student_modules WHERE marks IN ('cutover probe 1', 'cutover probe 2', 'cutover probe 3')) entered
WHERE entered.made <> 3 OR entered.given <> 1;
