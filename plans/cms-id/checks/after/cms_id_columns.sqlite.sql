-- 1.1: each of the 12 tables has cms_id: an integer, nullable, with no default
WITH expected (tbl) AS (
    VALUES ('schools'), ('programs'), ('structures'), ('structure_semesters'), ('modules'), ('semester_modules'), ('module_prerequisites'),
             ('student_education'), ('next_of_kins'), ('student_programs'), ('student_semesters'), ('student_modules'))
SELECT expected.tbl, cms_id.type AS data_type, cms_id."notnull" AS not_null, cms_id.dflt_value AS default_value
FROM expected
LEFT JOIN pragma_table_xinfo(expected.tbl) cms_id ON cms_id.name = 'cms_id'
WHERE cms_id.name IS NULL OR UPPER(cms_id.type) <> 'INTEGER' OR cms_id."notnull" <> 0 OR cms_id.dflt_value IS NOT NULL OR cms_id.hidden <> 0;
