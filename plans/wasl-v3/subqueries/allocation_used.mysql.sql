-- Numbers that are in use, taken apart: soft-deleted rows count too, because their numbers stay in the unique key
SELECT used.batch_id AS batch_id, SUBSTR(used.allocated_number, 1, CHAR_LENGTH(used.allocated_number) - 10) AS prefix,
    CAST(SUBSTR(used.allocated_number, -9, 4) AS SIGNED) AS batch_number, CAST(SUBSTR(used.allocated_number, -4) AS SIGNED) AS position
FROM candidates AS used
WHERE used.allocated_number REGEXP '-[0-9]{4}-[0-9]{4}-[0-9]{4}$'
