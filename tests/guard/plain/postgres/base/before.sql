CREATE TABLE shifts (
  id integer PRIMARY KEY,
  nurse text NOT NULL,
  begins_at timestamp NOT NULL,
  hours numeric(4, 2) NOT NULL CHECK (hours > 0)
);
CREATE TABLE swaps (
  id integer PRIMARY KEY,
  shift_id integer NOT NULL REFERENCES shifts (id),
  wish text
);
COMMENT ON COLUMN shifts.begins_at IS 'UTC';
INSERT INTO shifts VALUES
  (1, 'Ada', '2026-03-28 22:00:00', 8.00),
  (2, 'Grace', '2026-03-29 06:00:00', 8.25),
  (3, 'Edsger', '2026-03-29 14:00:00', 7.75);
INSERT INTO swaps VALUES (1, 1, 'any evening'), (2, 3, NULL);
