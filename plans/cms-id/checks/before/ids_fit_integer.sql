-- Every id fits an integer of 32 bits, which cms_id is
SELECT tbl, smallest, largest
FROM (
    SELECT 'schools' AS tbl, MIN(id) AS smallest, MAX(id) AS largest FROM schools
    UNION ALL SELECT 'programs', MIN(id), MAX(id) FROM programs
    UNION ALL SELECT 'structures', MIN(id), MAX(id) FROM structures
    UNION ALL SELECT 'structure_semesters', MIN(id), MAX(id) FROM structure_semesters
    UNION ALL SELECT 'modules', MIN(id), MAX(id) FROM modules
    UNION ALL SELECT 'semester_modules', MIN(id), MAX(id) FROM semester_modules
    UNION ALL SELECT 'module_prerequisites', MIN(id), MAX(id) FROM module_prerequisites
    UNION ALL SELECT 'student_education', MIN(id), MAX(id) FROM student_education
    UNION ALL SELECT 'next_of_kins', MIN(id), MAX(id) FROM next_of_kins
    UNION ALL SELECT 'student_programs', MIN(id), MAX(id) FROM student_programs
    UNION ALL SELECT 'student_semesters', MIN(id), MAX(id) FROM student_semesters
    UNION ALL SELECT 'student_modules', MIN(id), MAX(id) FROM student_modules
) ids
WHERE smallest < -2147483648 OR largest > 2147483647;
