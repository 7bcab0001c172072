-- The students of one school
SELECT DISTINCT s.std_no, s.name, p.code AS program
FROM schools sch
JOIN programs p ON p.school_id = sch.id
JOIN structures st ON st.program_id = p.id
JOIN student_programs sp ON sp.structure_id = st.id
JOIN students s ON s.std_no = sp.std_no
WHERE sch.id = (SELECT MIN(school_id) FROM programs) AND sp.status = 'Active'
ORDER BY s.std_no;
