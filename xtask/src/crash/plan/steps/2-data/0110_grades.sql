-- Grades from marks, range by range
--! batch = "marks.id 2000"
UPDATE marks SET grade = CASE WHEN mark >= 80 THEN 'A' WHEN mark >= 65 THEN 'B' WHEN mark >= 50 THEN 'C' ELSE 'F' END
WHERE grade IS NULL AND id BETWEEN :batch_first AND :batch_last;
