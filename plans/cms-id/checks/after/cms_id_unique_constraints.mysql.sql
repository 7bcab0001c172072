-- 1.2: each of the 12 tables has a unique key on cms_id alone, over the whole column
WITH expected AS (
    SELECT 'schools' AS tbl UNION ALL SELECT 'programs' UNION ALL SELECT 'structures' UNION ALL SELECT 'structure_semesters'
    UNION ALL SELECT 'modules' UNION ALL SELECT 'semester_modules' UNION ALL SELECT 'module_prerequisites'
    UNION ALL SELECT 'student_education' UNION ALL SELECT 'next_of_kins' UNION ALL SELECT 'student_programs'
    UNION ALL SELECT 'student_semesters' UNION ALL SELECT 'student_modules')
SELECT expected.tbl
FROM expected
WHERE NOT EXISTS (
    SELECT 1
    FROM information_schema.statistics parts
    WHERE parts.table_schema = DATABASE() AND parts.table_name = expected.tbl AND parts.non_unique = 0
    GROUP BY parts.index_name
    HAVING COUNT(*) = 1 AND MIN(parts.column_name) = 'cms_id' AND MIN(parts.sub_part) IS NULL);
