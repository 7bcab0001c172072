PRAGMA foreign_keys = ON;
-- The new table's titles are unique whatever their case. REPLACE lets the last one win, and its steps stay alone.
CREATE TABLE recipes_new (id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE COLLATE NOCASE);
INSERT OR REPLACE INTO recipes_new SELECT id, title FROM recipes;
PRAGMA foreign_keys = OFF;
DROP TABLE recipes;
ALTER TABLE recipes_new RENAME TO recipes;
