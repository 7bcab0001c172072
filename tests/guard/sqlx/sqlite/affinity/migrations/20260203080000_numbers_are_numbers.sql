-- A column of type INTEGER turns every text that looks like a number into one: leading zeros go, and 10E2 becomes 1000.
CREATE TABLE articles_new (
  id INTEGER PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  price TEXT NOT NULL
);
INSERT INTO articles_new SELECT id, number, price FROM articles;
DROP TABLE articles;
ALTER TABLE articles_new RENAME TO articles;
