-- Batches that have a number already, by their candidates' numbers or by their own code
SELECT known.prefix AS prefix, known.batch_id AS batch_id, MAX(known.batch_number) AS batch_number
FROM (
    SELECT used.prefix, used.batch_id, used.batch_number FROM :allocation_used AS used WHERE used.batch_id IS NOT NULL
    UNION ALL
    SELECT created.prefix, created.batch_id, created.batch_number FROM :allocation_created AS created
) AS known
GROUP BY known.prefix, known.batch_id
