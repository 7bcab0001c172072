-- Numbers that are in use, taken apart: soft-deleted rows count too, because their numbers stay in the unique key
SELECT used.batch_id AS batch_id, SUBSTR(used.allocated_number, 1, LENGTH(used.allocated_number) - 10) AS prefix,
    CAST(SUBSTR(used.allocated_number, -9, 4) AS INTEGER) AS batch_number, CAST(SUBSTR(used.allocated_number, -4) AS INTEGER) AS position
FROM candidates AS used
WHERE used.allocated_number GLOB '*-[0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9]'
