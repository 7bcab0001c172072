-- 3.2 Screenings in the new workflow, by maps/screening_outcome.csv
-- Outcomes are compared trimmed and without case. What is there already, such as the path of a real file, is never written over.
--! undo = "snapshot"
UPDATE candidate_screenings
SET screening_status = :screening_outcome(LOWER(TRIM(COALESCE(outcome, ''))))
WHERE screening_status IS NULL AND candidate_id NOT IN :candidates_left_out;

UPDATE candidate_screenings
SET evidence_path = 'Migrated from v2: marked as failed'
WHERE evidence_path IS NULL AND LOWER(TRIM(outcome)) IN ('failed', 'rejected') AND screening_status = 'deferred'
  AND candidate_id NOT IN :candidates_left_out;

UPDATE candidate_screenings
SET consent_for_work = true
WHERE consent_for_work IS NULL AND screening_status = 'screened' AND candidate_id NOT IN :candidates_left_out;

UPDATE candidate_screenings
SET placement_interest = 'international'
WHERE placement_interest IS NULL AND screening_status = 'screened' AND candidate_id NOT IN :candidates_left_out;
