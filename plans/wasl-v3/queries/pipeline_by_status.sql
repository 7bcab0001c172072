-- Report: candidates by status
SELECT status, COUNT(*) AS candidates FROM candidates WHERE deleted_at IS NULL GROUP BY status ORDER BY status
