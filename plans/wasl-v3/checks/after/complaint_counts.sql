-- 3.6 Complaints by status and conclusion, as transformed
--! severity = "note"
--! reveal = true
SELECT status, conclusion, COUNT(*) AS complaints
FROM complaints
WHERE candidate_id IS NULL OR candidate_id NOT IN :candidates_left_out
GROUP BY status, conclusion
ORDER BY status, conclusion
