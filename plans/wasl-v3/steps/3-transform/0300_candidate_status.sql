-- Statuses of v2 in the words of v3, by maps/candidate_status.csv
--! undo = "snapshot"
UPDATE candidates
SET status = :candidate_status(status)
WHERE :candidate_status(status) IS NOT NULL AND :candidate_status(status) <> status AND id NOT IN :candidates_left_out;
