-- Functional test 5: PTN, protector and ticket of a new departure; old departures can be read
INSERT INTO candidates (btevta_id, name, campus_id, trade_id, program_id, status, registered_at, created_at, updated_at)
SELECT 'PROBE-5', 'Probe of the migration', (SELECT MIN(id) FROM campuses WHERE code IS NOT NULL), (SELECT MIN(id) FROM trades WHERE code IS NOT NULL),
    (SELECT MIN(id) FROM programs WHERE code = 'TEC'), 'ready_to_depart', :run_started_at, :run_started_at, :run_started_at;

INSERT INTO departures (candidate_id, ptn_number, ptn_status, ptn_issued_at, protector_status, protector_applied_at, protector_done_at, ticket_number,
    ticket_date, ticket_time, departure_platform, landing_platform, flight_type, pre_departure_doc_path, pre_departure_video_path, final_departure_status)
SELECT id, 'PTN-PROBE', 'issued', :run_date, 'done', :run_date, :run_date, 'TKT-PROBE', :run_date, '23:45:00', 'ISB', 'RUH', 'connected',
    'briefings/probe.pdf', 'briefings/probe.mp4', 'ready_to_depart'
FROM candidates WHERE btevta_id = 'PROBE-5';

SELECT 'the new departure cannot be read back' AS problem, departures.id
FROM departures
JOIN candidates ON candidates.id = departures.candidate_id
WHERE candidates.btevta_id = 'PROBE-5'
  AND NOT (departures.ptn_status = 'issued' AND departures.protector_status = 'done' AND departures.flight_type = 'connected'
    AND departures.ticket_time LIKE '23:45:00%')
UNION ALL
SELECT 'old departures cannot be read', COUNT(*)
FROM departures
WHERE final_departure_status IS NULL AND candidate_id NOT IN :candidates_left_out
HAVING COUNT(*) > 0
