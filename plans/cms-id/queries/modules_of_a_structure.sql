-- The modules of one structure, semester by semester
SELECT strsem.semester_number, strsem.name AS semester, m.code, m.name, semmod.type, semmod.credits
FROM structure_semesters strsem
JOIN semester_modules semmod ON semmod.semester_id = strsem.id
JOIN modules m ON m.id = semmod.module_id
WHERE strsem.structure_id = (SELECT MIN(structure_id) FROM student_programs) AND NOT semmod.hidden
ORDER BY strsem.semester_number, m.code, semmod.id;
