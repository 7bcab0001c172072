-- 1.1: each of the 12 tables has cms_id: an integer, nullable, with no default
SELECT expected.tbl, format_type(cms_id.atttypid, cms_id.atttypmod) AS data_type, cms_id.attnotnull AS not_null, cms_id.atthasdef AS has_default
FROM (VALUES
       ('schools'), ('programs'), ('structures'), ('structure_semesters'), ('modules'), ('semester_modules'), ('module_prerequisites'),
             ('student_education'), ('next_of_kins'), ('student_programs'), ('student_semesters'), ('student_modules')) AS expected (tbl)
LEFT JOIN pg_attribute cms_id ON cms_id.attrelid = to_regclass(expected.tbl) AND cms_id.attname = 'cms_id' AND NOT cms_id.attisdropped
WHERE cms_id.attname IS NULL
   OR cms_id.atttypid <> CAST('integer' AS regtype)
   OR cms_id.attnotnull
   OR cms_id.atthasdef
   OR cms_id.attgenerated <> ''
   OR cms_id.attidentity <> '';
