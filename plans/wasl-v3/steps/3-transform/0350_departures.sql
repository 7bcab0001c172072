-- 3.5 Departures: PTN, protector, and how far people have come
-- A blank number is none; a flight that is still to come makes nobody departed; who has left is done with the protector.
--! undo = "snapshot"
UPDATE departures
SET ptn_status = CASE WHEN TRIM(COALESCE(ptn_number, '')) <> '' THEN 'issued' ELSE 'pending' END
WHERE ptn_status IS NULL AND candidate_id NOT IN :candidates_left_out;

UPDATE departures
SET ptn_issued_at = ptn_date
WHERE ptn_issued_at IS NULL AND ptn_date IS NOT NULL AND ptn_status = 'issued' AND candidate_id NOT IN :candidates_left_out;

UPDATE departures
SET final_departure_status = CASE
    WHEN departure_date <= :run_date THEN 'departed'
    WHEN departure_date IS NOT NULL OR TRIM(COALESCE(ticket_number, '')) <> '' THEN 'ready_to_depart'
    ELSE 'processing' END
WHERE final_departure_status IS NULL AND candidate_id NOT IN :candidates_left_out;

UPDATE departures
SET protector_status = CASE WHEN departure_date <= :run_date THEN 'done' ELSE 'pending' END
WHERE protector_status IS NULL AND candidate_id NOT IN :candidates_left_out;
