-- Functional test 3: both statuses of a training move on their own, assessments are recorded, old trainings can be read
INSERT INTO candidates (btevta_id, name, campus_id, trade_id, program_id, status, registered_at, created_at, updated_at)
SELECT 'PROBE-3', 'Probe of the migration', (SELECT MIN(id) FROM campuses WHERE code IS NOT NULL), (SELECT MIN(id) FROM trades WHERE code IS NOT NULL),
    (SELECT MIN(id) FROM programs WHERE code = 'TEC'), 'training', :run_started_at, :run_started_at, :run_started_at;

INSERT INTO training_schedules (candidate_id, status, start_date, technical_training_status, soft_skills_status)
SELECT id, 'in_progress', :run_date, 'in_progress', 'not_started' FROM candidates WHERE btevta_id = 'PROBE-3';

UPDATE training_schedules SET technical_training_status = 'completed'
WHERE candidate_id = (SELECT id FROM candidates WHERE btevta_id = 'PROBE-3');

INSERT INTO training_assessments (candidate_id, assessment_type, assessment_date, score, max_score, passing_score, remarks)
SELECT id, 'interim', :run_date, 61.5, 100, 70, 'Needs practice' FROM candidates WHERE btevta_id = 'PROBE-3'
UNION ALL
SELECT id, 'final', :run_date, 88, 100, 70, NULL FROM candidates WHERE btevta_id = 'PROBE-3';

SELECT 'the two statuses do not move on their own' AS problem, training_schedules.id
FROM training_schedules
JOIN candidates ON candidates.id = training_schedules.candidate_id
WHERE candidates.btevta_id = 'PROBE-3'
  AND NOT (training_schedules.technical_training_status = 'completed' AND training_schedules.soft_skills_status = 'not_started')
UNION ALL
SELECT 'the assessments are not there', COUNT(*)
FROM training_assessments
JOIN candidates ON candidates.id = training_assessments.candidate_id
WHERE candidates.btevta_id = 'PROBE-3'
HAVING COUNT(*) <> 2
UNION ALL
SELECT 'old trainings cannot be read', COUNT(*)
FROM training_schedules
WHERE technical_training_status IS NULL AND candidate_id NOT IN :candidates_left_out
HAVING COUNT(*) > 0
