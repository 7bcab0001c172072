CREATE TABLE members (
  id INT UNSIGNED NOT NULL PRIMARY KEY,
  login VARCHAR(60) NOT NULL,
  points DOUBLE NOT NULL,
  seen_at DATETIME(3) NOT NULL,
  KEY members_seen_at (seen_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
INSERT INTO members VALUES
  (1, 'ada', 0.1, '2026-03-01 06:00:00.125'),
  (2, 'grace', 104.123456789, '2026-03-02 06:00:00'),
  (3, 'ADA', 16777217, '2026-03-03 06:00:00.999');
