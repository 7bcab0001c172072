SET time_zone = '+00:00';
INSERT INTO parcels (id, code, note, received_at) VALUES
  (1, 'PK-2026-000001', 'left at the gate', '2026-03-01 06:00:00'),
  (2, 'PK-2026-000002', 'the porter has signed for it, ask at the desk', '2026-03-01 22:30:00'),
  (3, 'PK-2026-000003', NULL, '2026-06-15 12:00:00');
