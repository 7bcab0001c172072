-- Every status of a candidate has a line in maps/candidate_status.csv
--! reveal = true
SELECT status, COUNT(*) AS candidates, MIN(id) AS first_id, CONCAT('add to maps/candidate_status.csv: ', status, ',(one of the 17 statuses of v3)') AS remedy
FROM candidates
WHERE :candidate_status(status) IS NULL AND id NOT IN :candidates_left_out
GROUP BY status
ORDER BY status
