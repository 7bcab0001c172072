SET NAMES utf8mb4;
INSERT INTO subscribers (id, email, name, joined_on) VALUES
  (1, 'ada@example.com', 'Ada', '2025-11-01'),
  (2, 'grace@example.com', 'Grace', '2025-11-04'),
  (3, 'Ada@example.com', 'Ada Byron', '2025-12-24'),
  (4, 'jose@example.com', 'Jose', '2026-01-10'),
  (5, 'josé@example.com', 'José', '2026-01-11');
INSERT INTO letters (id, subject) VALUES (1, 'Welcome'), (2, 'Spring');
