-- Statuses of v2 in the words of v3, by maps/candidate_status.csv
-- HEX compares byte by byte, where a collation would call `registered` and `registered ` equal.
--! undo = "snapshot"
UPDATE candidates
SET status = :candidate_status(status)
WHERE :candidate_status(status) IS NOT NULL AND HEX(:candidate_status(status)) <> HEX(status) AND id NOT IN :candidates_left_out;
