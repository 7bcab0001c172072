-- 3.1 Every candidate belongs to the program TEC
--! undo = "snapshot"
UPDATE candidates
SET program_id = (SELECT programs.id FROM programs WHERE programs.code = 'TEC')
WHERE program_id IS NULL AND id NOT IN :candidates_left_out;
