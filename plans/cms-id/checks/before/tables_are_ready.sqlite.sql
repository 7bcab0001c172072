-- The 12 tables are there, id alone is their primary key, and none has a cms_id yet
WITH expected (tbl) AS (
    VALUES ('schools'), ('programs'), ('structures'), ('structure_semesters'), ('modules'), ('semester_modules'), ('module_prerequisites'),
             ('student_education'), ('next_of_kins'), ('student_programs'), ('student_semesters'), ('student_modules')),
judged AS (
    SELECT tbl,
           (SELECT COUNT(*) FROM pragma_table_info(tbl)) AS columns,
           (SELECT COUNT(*) FROM pragma_table_info(tbl) WHERE LOWER(name) = 'cms_id') AS taken,
           (SELECT GROUP_CONCAT(LOWER(name)) FROM pragma_table_info(tbl) WHERE pk > 0) AS keys
    FROM expected)
SELECT tbl,
       CASE WHEN columns = 0 THEN 'there is no such table' WHEN taken > 0 THEN 'it has a column cms_id already'
            ELSE 'its primary key is not id alone' END AS problem
FROM judged
WHERE columns = 0 OR taken > 0 OR keys IS NOT 'id';
