-- 3.1: every row that is there has cms_id = id
-- A probe and not a check: it is true of the rows of the run, while rows that are made later have no cms_id.
SELECT 'schools' AS tbl, id, cms_id FROM schools WHERE NOT (cms_id <=> id)
UNION ALL SELECT 'programs', id, cms_id FROM programs WHERE NOT (cms_id <=> id)
UNION ALL SELECT 'structures', id, cms_id FROM structures WHERE NOT (cms_id <=> id)
UNION ALL SELECT 'structure_semesters', id, cms_id FROM structure_semesters WHERE NOT (cms_id <=> id)
UNION ALL SELECT 'modules', id, cms_id FROM modules WHERE NOT (cms_id <=> id)
UNION ALL SELECT 'semester_modules', id, cms_id FROM semester_modules WHERE NOT (cms_id <=> id)
UNION ALL SELECT 'module_prerequisites', id, cms_id FROM module_prerequisites WHERE NOT (cms_id <=> id)
UNION ALL SELECT 'student_education', id, cms_id FROM student_education WHERE NOT (cms_id <=> id)
UNION ALL SELECT 'next_of_kins', id, cms_id FROM next_of_kins WHERE NOT (cms_id <=> id)
UNION ALL SELECT 'student_programs', id, cms_id FROM student_programs WHERE NOT (cms_id <=> id)
UNION ALL SELECT 'student_semesters', id, cms_id FROM student_semesters WHERE NOT (cms_id <=> id)
UNION ALL SELECT 'student_modules', id, cms_id FROM student_modules WHERE NOT (cms_id <=> id);
