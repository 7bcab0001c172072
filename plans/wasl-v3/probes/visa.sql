-- Functional test 4: the stages of a visa with appointment and result, and the two new statuses; old processes can be read
INSERT INTO candidates (btevta_id, name, campus_id, trade_id, program_id, status, registered_at, created_at, updated_at)
SELECT 'PROBE-4', 'Probe of the migration', (SELECT MIN(id) FROM campuses WHERE code IS NOT NULL), (SELECT MIN(id) FROM trades WHERE code IS NOT NULL),
    (SELECT MIN(id) FROM programs WHERE code = 'TEC'), 'visa_process', :run_started_at, :run_started_at, :run_started_at;

INSERT INTO visa_processes (candidate_id, stage_details, application_status, issued_status)
SELECT id, '{"interview": {"date": "2026-02-01", "time": "09:30", "center": "Islamabad", "result": "passed"}}', 'applied', 'pending'
FROM candidates WHERE btevta_id = 'PROBE-4';

UPDATE visa_processes SET issued_status = 'confirmed'
WHERE candidate_id = (SELECT id FROM candidates WHERE btevta_id = 'PROBE-4');

SELECT 'the stage cannot be read back' AS problem, visa_processes.id
FROM visa_processes
JOIN candidates ON candidates.id = visa_processes.candidate_id
WHERE candidates.btevta_id = 'PROBE-4'
  AND NOT (JSON_VALID(visa_processes.stage_details) AND JSON_EXTRACT(visa_processes.stage_details, '$.interview.date') LIKE '%2026-02-01%'
    AND visa_processes.application_status = 'applied' AND visa_processes.issued_status = 'confirmed')
