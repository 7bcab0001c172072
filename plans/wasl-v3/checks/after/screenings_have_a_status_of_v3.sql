-- Functional test 2: the status of a screening is screened, pending or deferred
-- An adopted column may be a text that lets every word in.
SELECT id, screening_status
FROM candidate_screenings
WHERE screening_status NOT IN ('screened', 'pending', 'deferred')
ORDER BY id
