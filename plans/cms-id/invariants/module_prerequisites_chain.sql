-- 5.4: module prerequisites
SELECT mp.id AS prereq_id,
       mp.semester_module_id,
       sm1.id AS semester_module_id_check,
       sm1.module_id AS main_module_id,
       m1.code AS main_module_code,
       mp.prerequisite_id,
       sm2.id AS prerequisite_id_check,
       sm2.module_id AS prereq_module_id,
       m2.code AS prereq_module_code
FROM module_prerequisites mp
JOIN semester_modules sm1 ON mp.semester_module_id = sm1.id
JOIN modules m1 ON sm1.module_id = m1.id
JOIN semester_modules sm2 ON mp.prerequisite_id = sm2.id
JOIN modules m2 ON sm2.module_id = m2.id;
