INSERT INTO patients (id, name, ward) VALUES (1, 'Ada', 'A'), (2, 'Grace', 'B'), (3, 'Edsger', 'B');
INSERT INTO doses (id, patient_id, milligrams, given_at) VALUES
  (1, 1, 2.500, '2026-03-01 06:00:00+00'),
  (2, 2, 12.000, '2026-03-01 06:05:00+00'),
  (3, 3, 0.125, '2026-03-01 06:10:00.5+00');
SELECT setval(pg_get_serial_sequence('patients', 'id'), 3), setval(pg_get_serial_sequence('doses', 'id'), 3);
