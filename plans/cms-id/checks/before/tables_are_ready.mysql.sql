-- The 12 tables are there, id alone is their primary key, and none has a cms_id yet
WITH expected AS (
    SELECT 'schools' AS tbl UNION ALL SELECT 'programs' UNION ALL SELECT 'structures' UNION ALL SELECT 'structure_semesters'
    UNION ALL SELECT 'modules' UNION ALL SELECT 'semester_modules' UNION ALL SELECT 'module_prerequisites'
    UNION ALL SELECT 'student_education' UNION ALL SELECT 'next_of_kins' UNION ALL SELECT 'student_programs'
    UNION ALL SELECT 'student_semesters' UNION ALL SELECT 'student_modules'), judged AS (
    SELECT tbl,
           (SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = tbl) AS columns_found,
           (SELECT COUNT(*) FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = tbl AND column_name = 'cms_id') AS taken,
           (SELECT GROUP_CONCAT(LOWER(column_name)) FROM information_schema.statistics
            WHERE table_schema = DATABASE() AND table_name = tbl AND index_name = 'PRIMARY') AS primary_key
    FROM expected)
SELECT tbl,
       CASE WHEN columns_found = 0 THEN 'there is no such table' WHEN taken > 0 THEN 'it has a column cms_id already'
            ELSE 'its primary key is not id alone' END AS problem
FROM judged
WHERE columns_found = 0 OR taken > 0 OR NOT (primary_key <=> 'id');
