-- 3.1 No candidate without a program
SELECT id, status FROM candidates WHERE program_id IS NULL AND id NOT IN :candidates_left_out ORDER BY id
