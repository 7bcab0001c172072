-- 3.3 One status of training becomes two
--! undo = "snapshot"
UPDATE training_schedules
SET technical_training_status = CASE status WHEN 'completed' THEN 'completed' WHEN 'in_progress' THEN 'in_progress' ELSE 'not_started' END
WHERE technical_training_status IS NULL AND candidate_id NOT IN :candidates_left_out;

UPDATE training_schedules
SET soft_skills_status = CASE status WHEN 'completed' THEN 'completed' WHEN 'in_progress' THEN 'in_progress' ELSE 'not_started' END
WHERE soft_skills_status IS NULL AND candidate_id NOT IN :candidates_left_out;
