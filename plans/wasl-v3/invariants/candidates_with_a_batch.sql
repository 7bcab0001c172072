-- Who had a batch keeps it: candidates of each batch of v2
SELECT batches.batch_code, COUNT(*) AS candidates
FROM candidates
JOIN batches ON batches.id = candidates.batch_id
LEFT JOIN :allocation_created AS created ON created.batch_id = batches.id
WHERE created.batch_id IS NULL
GROUP BY batches.batch_code
