PRAGMA foreign_keys = ON;
CREATE TABLE recipes (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
CREATE TABLE steps (
  recipe_id INTEGER NOT NULL REFERENCES recipes (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (recipe_id, position)
) WITHOUT ROWID;
CREATE VIEW lengths AS SELECT recipe_id, count(*) AS steps FROM steps GROUP BY recipe_id;
INSERT INTO recipes VALUES (1, 'Bread'), (2, 'Soup'), (3, 'bread');
INSERT INTO steps VALUES (1, 1, 'knead'), (1, 2, 'bake'), (2, 1, 'cook'), (3, 1, 'buy');
