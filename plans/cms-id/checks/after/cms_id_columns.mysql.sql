-- 1.1: each of the 12 tables has cms_id: an integer, nullable, with no default
WITH expected AS (
    SELECT 'schools' AS tbl UNION ALL SELECT 'programs' UNION ALL SELECT 'structures' UNION ALL SELECT 'structure_semesters'
    UNION ALL SELECT 'modules' UNION ALL SELECT 'semester_modules' UNION ALL SELECT 'module_prerequisites'
    UNION ALL SELECT 'student_education' UNION ALL SELECT 'next_of_kins' UNION ALL SELECT 'student_programs'
    UNION ALL SELECT 'student_semesters' UNION ALL SELECT 'student_modules')
SELECT expected.tbl, cms_id.data_type, cms_id.is_nullable, cms_id.column_default, cms_id.extra
FROM expected
LEFT JOIN information_schema.columns cms_id
       ON cms_id.table_schema = DATABASE() AND cms_id.table_name = expected.tbl AND cms_id.column_name = 'cms_id'
WHERE cms_id.column_name IS NULL
   OR LOWER(cms_id.data_type) <> 'int'
   OR cms_id.column_type LIKE '%unsigned%'
   OR cms_id.is_nullable <> 'YES'
   OR COALESCE(cms_id.column_default, 'NULL') <> 'NULL'
   OR cms_id.extra <> '';
