-- 1.2: each of the 12 tables has a unique constraint on cms_id alone, enforced at once, under which any number of NULLs may stand
SELECT expected.tbl
FROM (VALUES
       ('schools'), ('programs'), ('structures'), ('structure_semesters'), ('modules'), ('semester_modules'), ('module_prerequisites'),
             ('student_education'), ('next_of_kins'), ('student_programs'), ('student_semesters'), ('student_modules')) AS expected (tbl)
WHERE NOT EXISTS (
    SELECT 1
    FROM pg_constraint keys
    JOIN pg_attribute cms_id ON cms_id.attrelid = keys.conrelid AND keys.conkey = ARRAY[cms_id.attnum]
    JOIN pg_index enforced ON enforced.indexrelid = keys.conindid
    WHERE keys.conrelid = to_regclass(expected.tbl)
      AND keys.contype = 'u'
      AND cms_id.attname = 'cms_id'
      AND NOT keys.condeferrable
      AND enforced.indisvalid AND enforced.indisready
      AND pg_get_constraintdef(keys.oid) NOT LIKE '%NULLS NOT DISTINCT%');
