-- 4 Who has completed a training has an interim assessment, and a final one where the day of completion is known; none of both twice
SELECT completed.candidate_id, completed.completion_date, COALESCE(made.interims, 0) AS interims, COALESCE(made.finals, 0) AS finals
FROM :completed_training AS completed
LEFT JOIN (
    SELECT candidate_id, SUM(CASE WHEN assessment_type = 'interim' THEN 1 ELSE 0 END) AS interims,
        SUM(CASE WHEN assessment_type = 'final' THEN 1 ELSE 0 END) AS finals,
        SUM(CASE WHEN assessment_type = 'interim' AND remarks LIKE 'Migrated from v2%' THEN 1 ELSE 0 END) AS migrated_interims,
        SUM(CASE WHEN assessment_type = 'final' AND remarks LIKE 'Migrated from v2%' THEN 1 ELSE 0 END) AS migrated_finals
    FROM training_assessments
    GROUP BY candidate_id
) AS made ON made.candidate_id = completed.candidate_id
WHERE COALESCE(made.interims, 0) < 1 OR made.migrated_interims > 1 OR made.migrated_finals > 1
   OR (completed.completion_date IS NOT NULL AND COALESCE(made.finals, 0) < 1)
ORDER BY completed.candidate_id
