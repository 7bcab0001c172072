-- Batches are of 20, 25 or 30 candidates
--! reveal = true
SELECT :batch_size AS batch_size, 'run with --set batch_size=20, 25 or 30' AS remedy
WHERE :batch_size NOT IN (20, 25, 30)
