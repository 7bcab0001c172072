-- 3.2 Screenings by outcome and new status, as transformed
--! severity = "note"
--! reveal = true
SELECT screening_status, LOWER(TRIM(COALESCE(outcome, ''))) AS outcome, COUNT(*) AS screenings,
    SUM(CASE WHEN consent_for_work IS NULL THEN 1 ELSE 0 END) AS missing_consent,
    SUM(CASE WHEN placement_interest IS NULL THEN 1 ELSE 0 END) AS missing_placement
FROM candidate_screenings
WHERE candidate_id NOT IN :candidates_left_out
GROUP BY screening_status, LOWER(TRIM(COALESCE(outcome, '')))
ORDER BY screening_status, outcome
