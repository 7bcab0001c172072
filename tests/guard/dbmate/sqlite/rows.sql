INSERT INTO members (id, name, fee, paid_until) VALUES
  (1, 'Ada', 40, '2026-12-31'),
  (2, 'Grace', 40, NULL),
  (3, 'Edsger', 25, '2025-12-31'),
  (4, 'Barbara', 0, '2099-12-31');
