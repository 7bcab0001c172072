-- The 12 tables are there, id alone is their primary key, and none has a cms_id yet
SELECT tbl,
       CASE WHEN found IS NULL THEN 'there is no such table in the search path' WHEN taken THEN 'it has a column cms_id already'
            ELSE 'its primary key is not id alone' END AS problem
FROM (SELECT expected.tbl, found.oid AS found,
             EXISTS (SELECT 1 FROM pg_attribute taken WHERE taken.attrelid = found.oid AND taken.attname = 'cms_id' AND NOT taken.attisdropped) AS taken,
             EXISTS (SELECT 1 FROM pg_constraint keys
                     JOIN pg_attribute key ON key.attrelid = keys.conrelid AND keys.conkey = ARRAY[key.attnum]
                     WHERE keys.conrelid = found.oid AND keys.contype = 'p' AND key.attname = 'id') AS keyed
      FROM (VALUES
             ('schools'), ('programs'), ('structures'), ('structure_semesters'), ('modules'), ('semester_modules'), ('module_prerequisites'),
             ('student_education'), ('next_of_kins'), ('student_programs'), ('student_semesters'), ('student_modules')) AS expected (tbl)
      LEFT JOIN pg_class found ON found.oid = to_regclass(expected.tbl)) judged
WHERE found IS NULL OR taken OR NOT keyed;
