CREATE TABLE ratings (recipe_id INTEGER NOT NULL REFERENCES recipes (id), stars INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5));
ALTER TABLE recipes ADD COLUMN minutes INTEGER;
UPDATE recipes SET minutes = 90 WHERE title = 'Bread';
CREATE INDEX ratings_recipe ON ratings (recipe_id);
