-- Marks of one module's assessments, the latest first
SELECT a.assessment_number, a.assessment_type, am.marks, a.total_marks, sm.grade
FROM assessments a
JOIN assessment_marks am ON am.assessment_id = a.id
JOIN student_modules sm ON sm.id = am.student_module_id
WHERE a.module_id = (SELECT MAX(module_id) FROM assessments)
ORDER BY am.id DESC;
