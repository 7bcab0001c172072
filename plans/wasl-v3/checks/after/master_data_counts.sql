-- Step 2: 3-5 programs, 10-20 courses, 8-10 document checklists, 15-20 countries
--! reveal = true
SELECT counted.table_name, counted.rows_there, counted.expected
FROM (
    SELECT 'programs' AS table_name, COUNT(*) AS rows_there, '3-5' AS expected, 3 AS least, 5 AS most FROM programs
    UNION ALL SELECT 'courses', COUNT(*), '10-20', 10, 20 FROM courses
    UNION ALL SELECT 'document_checklists', COUNT(*), '8-10', 8, 10 FROM document_checklists
    UNION ALL SELECT 'countries', COUNT(*), '15-20', 15, 20 FROM countries
) AS counted
WHERE counted.rows_there NOT BETWEEN counted.least AND counted.most
