-- Every outcome of a screening has a line in maps/screening_outcome.csv; trimmed and without case
--! reveal = true
SELECT LOWER(TRIM(outcome)) AS outcome, COUNT(*) AS screenings, MIN(id) AS first_id,
    CONCAT('add to maps/screening_outcome.csv: ', LOWER(TRIM(outcome)), ',(screened, pending or deferred)') AS remedy
FROM candidate_screenings
WHERE :screening_outcome(LOWER(TRIM(COALESCE(outcome, '')))) IS NULL AND candidate_id NOT IN :candidates_left_out
GROUP BY LOWER(TRIM(outcome))
ORDER BY LOWER(TRIM(outcome))
