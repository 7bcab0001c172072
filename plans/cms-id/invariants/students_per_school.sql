-- 8.2: students of each school
SELECT sch.code AS school_code,
       COUNT(DISTINCT s.std_no) AS student_count
FROM students s
JOIN student_programs sp ON s.std_no = sp.std_no
JOIN structures st ON sp.structure_id = st.id
JOIN programs p ON st.program_id = p.id
JOIN schools sch ON p.school_id = sch.id
GROUP BY sch.code;
