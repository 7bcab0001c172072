-- 3.5 Every departure has its three statuses, and a flight that is still to come makes nobody departed
SELECT id, ptn_number, ptn_status, protector_status, ticket_number, departure_date, final_departure_status
FROM departures
WHERE candidate_id NOT IN :candidates_left_out
  AND (ptn_status IS NULL OR protector_status IS NULL OR final_departure_status IS NULL
    OR (final_departure_status = 'departed' AND (departure_date IS NULL OR departure_date > :run_date)))
ORDER BY id
