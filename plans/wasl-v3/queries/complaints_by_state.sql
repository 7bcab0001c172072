-- Report: complaints by state and priority
SELECT status, priority, COUNT(*) AS complaints, SUM(CASE WHEN resolved_at IS NULL THEN 1 ELSE 0 END) AS open_complaints
FROM complaints GROUP BY status, priority ORDER BY status, priority
