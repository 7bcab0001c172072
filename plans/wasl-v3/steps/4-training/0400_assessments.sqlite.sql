-- 4 One interim and one final assessment for each candidate who has completed a training
-- The interim one is 30 days after the start, and never after the end; who has an assessment of a kind already gets no other of it.
--! undo = "snapshot"
INSERT INTO training_assessments (candidate_id, batch_id, assessment_type, assessment_date, score, max_score, passing_score, assessor_id, remarks, created_at, updated_at)
SELECT completed.candidate_id, completed.batch_id, 'interim', MIN(DATE(completed.start_date, '+30 days'), COALESCE(completed.completion_date, DATE(completed.start_date, '+30 days'))),
    75, 100, 70, completed.instructor_id, 'Migrated from v2 training record', completed.created_at, completed.updated_at
FROM :completed_training AS completed
WHERE NOT EXISTS (
    SELECT 1 FROM training_assessments AS known WHERE known.candidate_id = completed.candidate_id AND known.assessment_type = 'interim')
ORDER BY completed.candidate_id;

INSERT INTO training_assessments (candidate_id, batch_id, assessment_type, assessment_date, score, max_score, passing_score, assessor_id, remarks, created_at, updated_at)
SELECT completed.candidate_id, completed.batch_id, 'final', completed.completion_date,
    80, 100, 70, completed.instructor_id, 'Migrated from v2 training record - assumed passed', completed.created_at, completed.updated_at
FROM :completed_training AS completed
WHERE completed.completion_date IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM training_assessments AS known WHERE known.candidate_id = completed.candidate_id AND known.assessment_type = 'final')
ORDER BY completed.candidate_id;
