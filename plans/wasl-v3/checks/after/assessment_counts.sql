-- 4 Assessments by type
--! severity = "note"
--! reveal = true
SELECT assessment_type, COUNT(*) AS assessments FROM training_assessments GROUP BY assessment_type ORDER BY assessment_type
