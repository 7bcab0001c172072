-- 5.3: assessment marks → student modules → modules, all of them
SELECT am.id AS assessment_mark_id,
       am.student_module_id,
       sm.id AS student_module_id_check,
       sm.semester_module_id,
       semmod.module_id,
       a.id AS assessment_id,
       a.module_id AS assessment_module_id
FROM assessment_marks am
JOIN student_modules sm ON am.student_module_id = sm.id
JOIN semester_modules semmod ON sm.semester_module_id = semmod.id
JOIN assessments a ON am.assessment_id = a.id;
