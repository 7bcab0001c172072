INSERT INTO students (id, name, status, created_at, updated_at) VALUES
  (1, 'Ada', 'active', '2026-01-05 09:00:00', '2026-01-05 09:00:00'),
  (2, 'Grace', 'new', '2026-01-06 09:00:00', NULL),
  (3, 'Edsger', 'left', NULL, NULL);
INSERT INTO fees (id, student_id, amount, due_on) VALUES (1, 1, 1500.00, '2026-02-01'), (2, 1, 1500.00, '2026-03-01'), (3, 2, 990.50, '2026-02-01');
