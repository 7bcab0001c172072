-- The number of each candidate who has a batch and none yet: batches by their first registration, positions by registration, then by id
SELECT placed.candidate_id AS candidate_id,
    CONCAT(placed.prefix, '-', SUBSTR(CONCAT('0000', placed.batch_number), -4), '-',
        SUBSTR(CONCAT('0000', COALESCE(last_used.position, 0)
            + ROW_NUMBER() OVER (PARTITION BY placed.prefix, placed.batch_number ORDER BY placed.registered_at, placed.candidate_id)), -4)) AS allocated_number
FROM (
    SELECT waiting.candidate_id AS candidate_id, waiting.prefix AS prefix, waiting.registered_at AS registered_at, batch.batch_number AS batch_number
    FROM :allocation_candidates AS waiting
    JOIN (
        SELECT unnumbered.prefix AS prefix, unnumbered.batch_id AS batch_id,
            COALESCE(known.batch_number, COALESCE(highest.batch_number, 0)
                + ROW_NUMBER() OVER (PARTITION BY unnumbered.prefix, CASE WHEN known.batch_number IS NULL THEN 1 ELSE 0 END
                    ORDER BY unnumbered.first_registered, unnumbered.batch_id)) AS batch_number
        FROM (
            SELECT prefix, batch_id, MIN(registered_at) AS first_registered
            FROM :allocation_candidates AS with_batch
            WHERE with_batch.batch_id IS NOT NULL AND with_batch.allocated_number IS NULL
            GROUP BY prefix, batch_id
        ) AS unnumbered
        LEFT JOIN :allocation_known AS known ON known.prefix = unnumbered.prefix AND known.batch_id = unnumbered.batch_id
        LEFT JOIN :allocation_highest AS highest ON highest.prefix = unnumbered.prefix
    ) AS batch ON batch.prefix = waiting.prefix AND batch.batch_id = waiting.batch_id
    WHERE waiting.allocated_number IS NULL
) AS placed
LEFT JOIN (SELECT prefix, batch_number, MAX(position) AS position FROM :allocation_used AS numbers GROUP BY prefix, batch_number) AS last_used
    ON last_used.prefix = placed.prefix AND last_used.batch_number = placed.batch_number
