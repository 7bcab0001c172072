-- Marks of each status
SELECT LOWER(students.status) AS status, COUNT(*) AS marks, SUM(marks.mark) AS total
FROM marks JOIN students ON students.id = marks.student_id GROUP BY LOWER(students.status);
