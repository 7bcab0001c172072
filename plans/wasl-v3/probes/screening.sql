-- Functional test 2: new screenings in each of the three statuses; old ones can be read
INSERT INTO candidates (btevta_id, name, campus_id, trade_id, program_id, status, registered_at, created_at, updated_at)
SELECT 'PROBE-2', 'Probe of the migration', (SELECT MIN(id) FROM campuses WHERE code IS NOT NULL), (SELECT MIN(id) FROM trades WHERE code IS NOT NULL),
    (SELECT MIN(id) FROM programs WHERE code = 'TEC'), 'screening', :run_started_at, :run_started_at, :run_started_at;

INSERT INTO candidate_screenings (candidate_id, screening_status, consent_for_work, placement_interest, target_country_id, evidence_path, reviewer_id, reviewed_at)
SELECT id, 'screened', true, 'international', (SELECT MIN(id) FROM countries WHERE is_destination), 'screenings/probe.pdf', (SELECT MIN(id) FROM users), :run_started_at
FROM candidates WHERE btevta_id = 'PROBE-2';

INSERT INTO candidate_screenings (candidate_id, screening_status, consent_for_work, placement_interest)
SELECT id, 'pending', false, 'local' FROM candidates WHERE btevta_id = 'PROBE-2';

INSERT INTO candidate_screenings (candidate_id, screening_status, remarks)
SELECT id, 'deferred', 'Not fit for the work' FROM candidates WHERE btevta_id = 'PROBE-2';

SELECT 'the three new screenings are not there' AS problem, COUNT(*) AS found
FROM candidate_screenings
JOIN candidates ON candidates.id = candidate_screenings.candidate_id
WHERE candidates.btevta_id = 'PROBE-2'
HAVING COUNT(*) <> 3
UNION ALL
SELECT 'old screenings cannot be read with candidate and status', COUNT(*)
FROM candidate_screenings
LEFT JOIN candidates ON candidates.id = candidate_screenings.candidate_id
WHERE candidate_screenings.outcome IS NOT NULL AND candidate_screenings.candidate_id NOT IN :candidates_left_out
  AND (candidates.id IS NULL OR candidate_screenings.screening_status IS NULL)
HAVING COUNT(*) > 0
