-- 8.1: sum and average of the marks that are numbers, the count of those that are not, and the grades
-- marks is text: '' and 'NM' stand where there is no mark. A number is digits, perhaps a point and more digits, in at most nine
-- characters. It is summed in whole ten-millionths, so that the sum is exact and does not depend on the order of the rows.
SELECT printf('%d.%07d', total / 10000000, total % 10000000) AS total_marks,
       printf('%d.%07d', total / numbers / 10000000, total / numbers % 10000000) AS avg_marks,
       numbers,
       counted - numbers AS not_numbers,
       distinct_grades
FROM (SELECT SUM(number) AS total, COUNT(number) AS numbers, COUNT(*) AS counted, COUNT(DISTINCT grade) AS distinct_grades
      FROM (SELECT grade,
                   CASE WHEN LENGTH(marks) <= 9 AND marks GLOB '[0-9]*' AND marks GLOB '*[0-9]' AND marks NOT GLOB '*[^0-9.]*' AND marks NOT GLOB '*.*.*'
                        THEN CAST(CAST(marks AS REAL) * 10000000 + 0.5 AS INTEGER) END AS number
            FROM student_modules) judged) summed;
