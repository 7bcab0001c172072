-- 7.1: no cms_id stands twice in a table
-- Of two rows with one cms_id at most one has it as its id, which is the primary key: only rows where the two differ are looked up.
SELECT DISTINCT 'schools' AS tbl, one.cms_id FROM schools one WHERE one.cms_id <> one.id AND EXISTS (SELECT 1 FROM schools other WHERE other.cms_id = one.cms_id AND other.id <> one.id)
UNION ALL SELECT DISTINCT 'programs', one.cms_id FROM programs one WHERE one.cms_id <> one.id AND EXISTS (SELECT 1 FROM programs other WHERE other.cms_id = one.cms_id AND other.id <> one.id)
UNION ALL SELECT DISTINCT 'structures', one.cms_id FROM structures one WHERE one.cms_id <> one.id AND EXISTS (SELECT 1 FROM structures other WHERE other.cms_id = one.cms_id AND other.id <> one.id)
UNION ALL SELECT DISTINCT 'structure_semesters', one.cms_id FROM structure_semesters one WHERE one.cms_id <> one.id AND EXISTS (SELECT 1 FROM structure_semesters other WHERE other.cms_id = one.cms_id AND other.id <> one.id)
UNION ALL SELECT DISTINCT 'modules', one.cms_id FROM modules one WHERE one.cms_id <> one.id AND EXISTS (SELECT 1 FROM modules other WHERE other.cms_id = one.cms_id AND other.id <> one.id)
UNION ALL SELECT DISTINCT 'semester_modules', one.cms_id FROM semester_modules one WHERE one.cms_id <> one.id AND EXISTS (SELECT 1 FROM semester_modules other WHERE other.cms_id = one.cms_id AND other.id <> one.id)
UNION ALL SELECT DISTINCT 'module_prerequisites', one.cms_id FROM module_prerequisites one WHERE one.cms_id <> one.id AND EXISTS (SELECT 1 FROM module_prerequisites other WHERE other.cms_id = one.cms_id AND other.id <> one.id)
UNION ALL SELECT DISTINCT 'student_education', one.cms_id FROM student_education one WHERE one.cms_id <> one.id AND EXISTS (SELECT 1 FROM student_education other WHERE other.cms_id = one.cms_id AND other.id <> one.id)
UNION ALL SELECT DISTINCT 'next_of_kins', one.cms_id FROM next_of_kins one WHERE one.cms_id <> one.id AND EXISTS (SELECT 1 FROM next_of_kins other WHERE other.cms_id = one.cms_id AND other.id <> one.id)
UNION ALL SELECT DISTINCT 'student_programs', one.cms_id FROM student_programs one WHERE one.cms_id <> one.id AND EXISTS (SELECT 1 FROM student_programs other WHERE other.cms_id = one.cms_id AND other.id <> one.id)
UNION ALL SELECT DISTINCT 'student_semesters', one.cms_id FROM student_semesters one WHERE one.cms_id <> one.id AND EXISTS (SELECT 1 FROM student_semesters other WHERE other.cms_id = one.cms_id AND other.id <> one.id)
UNION ALL SELECT DISTINCT 'student_modules', one.cms_id FROM student_modules one WHERE one.cms_id <> one.id AND EXISTS (SELECT 1 FROM student_modules other WHERE other.cms_id = one.cms_id AND other.id <> one.id);
