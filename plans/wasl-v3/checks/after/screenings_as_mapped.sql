-- 3.2 Every screening has the status that its outcome stands for
SELECT id, outcome, screening_status, :screening_outcome(LOWER(TRIM(COALESCE(outcome, '')))) AS expected
FROM candidate_screenings
WHERE candidate_id NOT IN :candidates_left_out
  AND (screening_status IS NULL OR (outcome IS NOT NULL AND screening_status <> :screening_outcome(LOWER(TRIM(outcome)))))
ORDER BY id
