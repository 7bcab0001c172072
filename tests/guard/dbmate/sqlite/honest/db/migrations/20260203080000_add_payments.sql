-- migrate:up
CREATE TABLE payments (
  id INTEGER PRIMARY KEY,
  member_id INTEGER NOT NULL REFERENCES members (id),
  amount INTEGER NOT NULL
);
INSERT INTO payments (member_id, amount) SELECT id, fee FROM members WHERE paid_until >= '2026-12-31';
ALTER TABLE members ADD COLUMN honorary INTEGER NOT NULL DEFAULT 0;
UPDATE members SET honorary = 1 WHERE fee = 0;

-- migrate:down
ALTER TABLE members DROP COLUMN honorary;
DROP TABLE payments;
