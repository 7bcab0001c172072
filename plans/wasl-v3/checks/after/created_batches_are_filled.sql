-- Batches that the numbering created have a start and room for everybody in them
SELECT created.batch_id, batches.batch_code, batches.start_date, created.capacity, COUNT(candidates.id) AS candidates
FROM :allocation_created AS created
JOIN batches ON batches.id = created.batch_id
LEFT JOIN candidates ON candidates.batch_id = created.batch_id
GROUP BY created.batch_id, batches.batch_code, batches.start_date, created.capacity
HAVING COUNT(candidates.id) > created.capacity OR batches.start_date IS NULL
