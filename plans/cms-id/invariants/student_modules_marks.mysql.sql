-- 8.1: sum and average of the marks that are numbers, the count of those that are not, and the grades
-- marks is text: '' and 'NM' stand where there is no mark. A number is digits, perhaps a point and more digits, in at most nine
-- characters. It is summed as decimal, so that the sum is exact and does not depend on the order of the rows.
SELECT SUM(number) AS total_marks,
       ROUND(AVG(number), 7) AS avg_marks,
       COUNT(number) AS numbers,
       COUNT(*) - COUNT(number) AS not_numbers,
       COUNT(DISTINCT grade) AS distinct_grades
FROM (SELECT grade, CASE WHEN CHAR_LENGTH(marks) <= 9 AND marks REGEXP '^[0-9]+([.][0-9]+)?$' THEN CAST(marks AS decimal(17, 7)) END AS number
      FROM student_modules) judged;
