-- 3.3 Training schedules by both statuses, as transformed
--! severity = "note"
--! reveal = true
SELECT technical_training_status, soft_skills_status, COUNT(*) AS schedules
FROM training_schedules
WHERE candidate_id NOT IN :candidates_left_out
GROUP BY technical_training_status, soft_skills_status
ORDER BY technical_training_status, soft_skills_status
