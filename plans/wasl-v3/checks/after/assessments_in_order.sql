-- 4 No interim assessment that was migrated is later than the final one
SELECT interim.candidate_id, interim.assessment_date AS interim_date, final.assessment_date AS final_date
FROM training_assessments AS interim
JOIN training_assessments AS final ON final.candidate_id = interim.candidate_id AND final.assessment_type = 'final' AND final.remarks LIKE 'Migrated from v2%'
WHERE interim.assessment_type = 'interim' AND interim.remarks LIKE 'Migrated from v2%' AND interim.assessment_date > final.assessment_date
ORDER BY interim.candidate_id
