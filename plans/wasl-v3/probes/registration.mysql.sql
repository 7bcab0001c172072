-- Functional test 1: a new candidate is registered with all fields, gets a batch, and a number that continues the sequence
INSERT INTO candidates (btevta_id, name, campus_id, trade_id, program_id, implementing_partner_id, status, registered_at, created_at, updated_at)
SELECT 'PROBE-1', 'Probe of the migration', (SELECT MIN(id) FROM campuses WHERE code IS NOT NULL), (SELECT MIN(id) FROM trades WHERE code IS NOT NULL),
    (SELECT MIN(id) FROM programs WHERE code = 'TEC'), (SELECT MIN(id) FROM implementing_partners), 'registered', :run_started_at, :run_started_at, :run_started_at;

INSERT INTO batches (batch_code, name, campus_id, trade_id, capacity, start_date, status, created_at, updated_at)
SELECT CONCAT(prefix, '-', SUBSTR(CONCAT('0000', batch_number), -4)), CONCAT('Batch ', prefix, '-', SUBSTR(CONCAT('0000', batch_number), -4)),
    campus_id, trade_id, :batch_size, start_date, 'planned', :run_started_at, :run_started_at
FROM :allocation_new_batches AS new_batches
ORDER BY prefix, batch_number;

UPDATE candidates
JOIN :allocation_placements AS placements ON placements.candidate_id = candidates.id
SET candidates.batch_id = placements.batch_id;

UPDATE candidates
JOIN :allocation_numbers AS numbers ON numbers.candidate_id = candidates.id
SET candidates.allocated_number = numbers.allocated_number;

--! refused
UPDATE candidates SET allocated_number = (SELECT taken.allocated_number FROM (SELECT MIN(allocated_number) AS allocated_number FROM candidates WHERE btevta_id <> 'PROBE-1') AS taken) WHERE btevta_id = 'PROBE-1';

SELECT 'the new candidate has no batch or no number' AS problem, candidates.batch_id, candidates.allocated_number
FROM candidates
WHERE candidates.btevta_id = 'PROBE-1'
  AND (candidates.batch_id IS NULL OR candidates.allocated_number IS NULL OR candidates.allocated_number NOT LIKE '%-TEC-%-____-____-____')
