-- 4 Assessments by type
--! severity = "note"
SELECT assessment_type, COUNT(*) AS assessments FROM training_assessments GROUP BY assessment_type ORDER BY assessment_type
