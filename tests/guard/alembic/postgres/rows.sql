INSERT INTO instruments (id, serial, maker) VALUES (1, 'SN-1', 'Harrison'), (2, 'SN-2', 'Ramsden');
INSERT INTO calibrations (id, instrument_id, factor, done_on) VALUES
  (1, 1, 1.000125, '2026-01-10'), (2, 1, 0.999870, '2026-02-10'), (3, 2, 1.050000, '2026-02-11');
SELECT setval('instruments_id_seq', 2), setval('calibrations_id_seq', 3);
