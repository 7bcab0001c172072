-- Issue 3 of the guide: no number twice
SELECT allocated_number, COUNT(*) AS candidates
FROM candidates
WHERE allocated_number IS NOT NULL
GROUP BY allocated_number
HAVING COUNT(*) > 1
