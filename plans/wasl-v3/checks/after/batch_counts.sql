-- Batches: those of v2, and those that the numbering created
--! severity = "note"
--! reveal = true
SELECT CASE WHEN created.batch_id IS NULL THEN 'of v2' ELSE 'created' END AS origin, COUNT(*) AS batches
FROM batches
LEFT JOIN :allocation_created AS created ON created.batch_id = batches.id
GROUP BY CASE WHEN created.batch_id IS NULL THEN 'of v2' ELSE 'created' END
ORDER BY origin
