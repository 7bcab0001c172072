-- 5.2: student → semester → modules, all of them
SELECT s.std_no,
       sp.id AS student_program_id,
       ss.id AS student_semester_id,
       ss.structure_semester_id,
       strsem.id AS structure_semester_id_check,
       sm.id AS student_module_id,
       sm.semester_module_id,
       semmod.id AS semester_module_id_check,
       semmod.module_id,
       m.id AS module_id_check,
       m.code AS module_code
FROM students s
JOIN student_programs sp ON s.std_no = sp.std_no
JOIN student_semesters ss ON sp.id = ss.student_program_id
JOIN structure_semesters strsem ON ss.structure_semester_id = strsem.id
JOIN student_modules sm ON ss.id = sm.student_semester_id
JOIN semester_modules semmod ON sm.semester_module_id = semmod.id
JOIN modules m ON semmod.module_id = m.id;
