-- 5.1: student → program → structure → school
SELECT s.std_no,
       sp.id AS student_program_id,
       sp.structure_id,
       st.id AS structure_id_check,
       st.program_id,
       p.id AS program_id_check,
       p.school_id,
       sch.id AS school_id_check,
       sch.code AS school_code
FROM students s
JOIN student_programs sp ON s.std_no = sp.std_no
JOIN structures st ON sp.structure_id = st.id
JOIN programs p ON st.program_id = p.id
JOIN schools sch ON p.school_id = sch.id;
