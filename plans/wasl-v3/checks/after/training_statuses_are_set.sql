-- Validation 3: no training schedule without its two statuses, and each says what the old one said
SELECT id, status, technical_training_status, soft_skills_status
FROM training_schedules
WHERE candidate_id NOT IN :candidates_left_out
  AND (technical_training_status IS NULL OR soft_skills_status IS NULL
    OR (status = 'completed' AND technical_training_status <> 'completed')
    OR (status = 'in_progress' AND technical_training_status = 'not_started'))
ORDER BY id
