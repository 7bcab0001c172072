INSERT INTO stations (id, name) VALUES (1, 'North quay'), (2, 'Lock 7');
INSERT INTO readings (id, station_id, level, taken_at) VALUES
  (1, 1, 104.123456789, '2026-03-01 06:00:00+00'),
  (2, 1, 104.25, '2026-03-01 07:00:00+00'),
  (3, 2, 16777217, '2026-03-01 06:00:00+00'),
  (4, 2, 0.1, '2026-03-01 07:00:00.123456+00');
SELECT setval(pg_get_serial_sequence('stations', 'id'), 2), setval(pg_get_serial_sequence('readings', 'id'), 4);
