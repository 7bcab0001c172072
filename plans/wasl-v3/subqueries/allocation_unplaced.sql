-- Candidates without a batch, in the order in which they get one: by registration, then by id
SELECT unplaced.candidate_id AS candidate_id, unplaced.prefix AS prefix, unplaced.campus_id AS campus_id, unplaced.trade_id AS trade_id,
    unplaced.registered_at AS registered_at,
    ROW_NUMBER() OVER (PARTITION BY unplaced.prefix ORDER BY unplaced.registered_at, unplaced.candidate_id) AS place
FROM :allocation_candidates AS unplaced
WHERE unplaced.batch_id IS NULL
