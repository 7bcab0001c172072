-- 3.4 Numbers by campus: how many, the first and the last
--! severity = "note"
--! reveal = true
SELECT campuses.code AS campus, COUNT(*) AS numbers, MIN(candidates.allocated_number) AS first_number, MAX(candidates.allocated_number) AS last_number
FROM candidates
JOIN campuses ON campuses.id = candidates.campus_id
WHERE candidates.allocated_number IS NOT NULL
GROUP BY campuses.code
ORDER BY campuses.code
