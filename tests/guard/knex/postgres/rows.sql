INSERT INTO rooms (id, name) VALUES (1, 'Garden'), (2, 'Attic');
INSERT INTO bookings (id, room_id, guest, begins_at, written_at) VALUES
  (1, 1, 'Ada', '2026-03-28 14:00:00+00', '2026-01-05 09:30:00.123456+00'),
  (2, 1, 'Grace', '2026-03-30 14:00:00+00', '2026-01-05 09:30:00.123789+00'),
  (3, 2, 'Edsger', '2026-04-01 14:00:00+00', '2026-01-06 10:00:00+00');
SELECT setval('rooms_id_seq', 2), setval('bookings_id_seq', 3);
