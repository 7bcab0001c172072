-- Validation 2: who is screened has consented, and has a placement
SELECT id, consent_for_work, placement_interest
FROM candidate_screenings
WHERE screening_status = 'screened' AND (consent_for_work IS NULL OR placement_interest IS NULL) AND candidate_id NOT IN :candidates_left_out
ORDER BY id
