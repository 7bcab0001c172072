-- 1.2: each of the 12 tables has a unique key on cms_id alone, over all of its rows
WITH expected (tbl) AS (
    VALUES ('schools'), ('programs'), ('structures'), ('structure_semesters'), ('modules'), ('semester_modules'), ('module_prerequisites'),
             ('student_education'), ('next_of_kins'), ('student_programs'), ('student_semesters'), ('student_modules'))
SELECT tbl
FROM expected
WHERE NOT EXISTS (
    SELECT 1
    FROM pragma_index_list(tbl) keys
    WHERE keys."unique" = 1
      AND keys.partial = 0
      AND (SELECT GROUP_CONCAT(name) FROM pragma_index_info(keys.name)) = 'cms_id');
