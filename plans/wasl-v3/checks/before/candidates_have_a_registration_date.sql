-- Every candidate has a date of registration, from which the year of the number comes
--! reveal = true
SELECT id, status, 'set registered_at, or run with --set numbering_year=2026' AS remedy
FROM candidates
WHERE registered_at IS NULL AND created_at IS NULL AND :numbering_year IS NULL AND id NOT IN :candidates_left_out
ORDER BY id
