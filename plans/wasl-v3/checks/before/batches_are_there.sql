-- The batch that a candidate names is there
--! reveal = true
SELECT candidates.id, candidates.batch_id
FROM candidates
LEFT JOIN batches ON batches.id = candidates.batch_id
WHERE candidates.batch_id IS NOT NULL AND batches.id IS NULL
ORDER BY candidates.id
