-- Batches that the numbering has created: their code is the first part of the numbers in them
SELECT created.id AS batch_id, created.capacity AS capacity, SUBSTR(created.batch_code, 1, CHAR_LENGTH(created.batch_code) - 5) AS prefix,
    CAST(SUBSTR(created.batch_code, -4) AS SIGNED) AS batch_number
FROM batches AS created
WHERE created.batch_code REGEXP '-[0-9]{4}-[0-9]{4}$'
