CREATE TABLE stock (
  article_id INTEGER NOT NULL REFERENCES articles (id),
  pieces INTEGER NOT NULL
);
INSERT INTO stock (article_id, pieces) SELECT id, 0 FROM articles;
ALTER TABLE articles ADD COLUMN discontinued INTEGER NOT NULL DEFAULT 0;
