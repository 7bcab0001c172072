-- 2.1: rows of the 12 tables
SELECT 'student_education' AS tbl, COUNT(*) AS cnt FROM student_education
UNION ALL SELECT 'next_of_kins', COUNT(*) FROM next_of_kins
UNION ALL SELECT 'schools', COUNT(*) FROM schools
UNION ALL SELECT 'programs', COUNT(*) FROM programs
UNION ALL SELECT 'structures', COUNT(*) FROM structures
UNION ALL SELECT 'structure_semesters', COUNT(*) FROM structure_semesters
UNION ALL SELECT 'student_programs', COUNT(*) FROM student_programs
UNION ALL SELECT 'student_semesters', COUNT(*) FROM student_semesters
UNION ALL SELECT 'modules', COUNT(*) FROM modules
UNION ALL SELECT 'semester_modules', COUNT(*) FROM semester_modules
UNION ALL SELECT 'student_modules', COUNT(*) FROM student_modules
UNION ALL SELECT 'module_prerequisites', COUNT(*) FROM module_prerequisites;
