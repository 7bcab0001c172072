-- How often each grade was given: reads a whole large table
SELECT grade, COUNT(*) AS given
FROM student_modules
GROUP BY grade
ORDER BY grade;
