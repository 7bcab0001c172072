-- The transcript of one student
SELECT s.std_no, s.name, p.name AS program, ss.term_code, m.code, m.name AS module, sm.marks, sm.grade, sm.credits
FROM students s
JOIN student_programs sp ON sp.std_no = s.std_no
JOIN structures st ON st.id = sp.structure_id
JOIN programs p ON p.id = st.program_id
JOIN student_semesters ss ON ss.student_program_id = sp.id
JOIN student_modules sm ON sm.student_semester_id = ss.id
JOIN semester_modules semmod ON semmod.id = sm.semester_module_id
JOIN modules m ON m.id = semmod.module_id
WHERE s.std_no = (SELECT MIN(std_no) FROM student_programs) AND sm.status NOT IN ('Delete', 'Drop')
ORDER BY ss.term_code, m.code, sm.id;
