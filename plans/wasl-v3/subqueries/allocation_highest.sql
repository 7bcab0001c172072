-- The highest number of a batch for each first part
SELECT taken.prefix AS prefix, MAX(taken.batch_number) AS batch_number
FROM (
    SELECT used.prefix, used.batch_number FROM :allocation_used AS used
    UNION ALL
    SELECT created.prefix, created.batch_number FROM :allocation_created AS created
) AS taken
GROUP BY taken.prefix
