-- migrate:up
CREATE TABLE members (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  fee INTEGER NOT NULL,
  paid_until TEXT
);
CREATE INDEX members_paid_until ON members (paid_until);

-- migrate:down
DROP TABLE members;
