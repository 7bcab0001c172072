-- 3.5 Departures by PTN, protector and final status, as transformed
--! severity = "note"
--! reveal = true
SELECT ptn_status, protector_status, final_departure_status, COUNT(*) AS departures
FROM departures
WHERE candidate_id NOT IN :candidates_left_out
GROUP BY ptn_status, protector_status, final_departure_status
ORDER BY ptn_status, protector_status, final_departure_status
