-- 3.4 Batches and allocated numbers
-- Only who has no number gets one. `cutover step wasl-v3 allocated-numbers` does it for later registrations, with --force for everybody anew.
--! undo = "snapshot"
--! repeatable = true
UPDATE candidates
SET allocated_number = NULL
WHERE :force AND allocated_number IS NOT NULL AND id NOT IN :candidates_left_out;

-- Numbers for those who have a batch: they keep it
UPDATE candidates
JOIN :allocation_numbers AS numbers ON numbers.candidate_id = candidates.id
SET candidates.allocated_number = numbers.allocated_number;

-- Batches for those who have none
INSERT INTO batches (batch_code, name, campus_id, trade_id, capacity, start_date, status, created_at, updated_at)
SELECT CONCAT(prefix, '-', SUBSTR(CONCAT('0000', batch_number), -4)), CONCAT('Batch ', prefix, '-', SUBSTR(CONCAT('0000', batch_number), -4)),
    campus_id, trade_id, :batch_size, start_date, 'planned', :run_started_at, :run_started_at
FROM :allocation_new_batches AS new_batches
ORDER BY prefix, batch_number;

UPDATE candidates
JOIN :allocation_placements AS placements ON placements.candidate_id = candidates.id
SET candidates.batch_id = placements.batch_id;

-- Numbers in the new batches
UPDATE candidates
JOIN :allocation_numbers AS numbers ON numbers.candidate_id = candidates.id
SET candidates.allocated_number = numbers.allocated_number;
